//! Screens of models 2 to 5, down to the last cell.

use std::sync::Arc;

use bigiron::session::{Session, Setup};
use bigiron::system::model::System;
use bigiron::terminal::{Key, Model, TerminalOptions};

const ORDINARY: &str = "title = \"Ordinary\"\nmap = '''\n PLAIN\n\n [in  ]\n(msg      )\n'''\n[[on.enter]]\ngoto = \"WIDE\"\n";

/// A system of one ordinary screen and one of the alternate size, whose last row is labelled to its last column but one.
fn system(model: u8, rows: usize, columns: usize) -> Arc<System> {
    let settings = format!(
        "title = \"Sizes\"\nabout = \"Sizes\"\nmodel = {model}\nstart = \"PLAIN\"\ntoday = 1989-03-14\ntime = 08:30:00\nresponse = 100\nlayers = [\"mainframe\"]\n\
         [messages]\ninactive_key = \"{{key}}?\"\nno_more = \"NO MORE\"\n[abend]\nlines = [\"ABEND\"]\nthen = \"PLAIN\"\n"
    );
    let last = format!(" LAST{}END", ".".repeat(columns - 9));
    let wide = format!(
        "title = \"Wide\"\nalternate = true\nmap = '''\n WIDE\n\n [in  ]\n(msg      )\n{}{last}\n'''\n[[on.pf3]]\ngoto = \"PLAIN\"\n",
        "\n".repeat(rows - 5)
    );
    let files = [
        ("system.toml", settings.as_str()),
        ("PLAIN.toml", ORDINARY),
        ("WIDE.toml", &wide),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    Arc::new(System::load(files, "sizes").unwrap_or_else(|faults| panic!("{faults}")))
}

#[test]
fn an_alternate_screen_fills_its_model_and_an_ordinary_one_goes_back_to_24_by_80() {
    let models = [
        (2, Model::Two, 24, 80),
        (3, Model::Three, 32, 80),
        (4, Model::Four, 43, 80),
        (5, Model::Five, 27, 132),
    ];
    for (number, model, rows, columns) in models {
        let terminal = TerminalOptions {
            model,
            ..TerminalOptions::default()
        };
        let setup = Setup {
            terminal,
            ..Setup::default()
        };
        let mut session = Session::open(&system(number, rows, columns), &setup, &mut ());
        session.press(Key::Enter, &mut ());
        let wide = session.terminal();
        assert_eq!(
            (usize::from(wide.rows()), usize::from(wide.columns())),
            (rows, columns)
        );
        assert_eq!(
            wide.row_text(rows - 1).trim_end(),
            format!(" LAST{}END", ".".repeat(columns - 9))
        );
        session.press(Key::Pf(3), &mut ());
        let plain = session.terminal();
        assert_eq!((plain.rows(), plain.columns()), (24, 80));
        assert_eq!(plain.row_text(0).trim_end(), " PLAIN");
    }
}
