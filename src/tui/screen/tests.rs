use super::*;
use tn3270::terminal::{Key, Model, TerminalOptions};
use tn3270::wire::{AttributeType, FieldAttribute, Order, Outbound, Wcc};

fn text(text: &str) -> Order {
    Order::Data(tn3270::wire::CodePage::CP037.encode_text(text).into())
}

/// A form with every style: four base colours, an extended one, reverse, underscore, blink and a hidden field.
fn form(model: Model) -> Terminal {
    let plain = FieldAttribute::default();
    let field = |at, attribute, shown: &str| {
        [
            Order::SetBufferAddress(at),
            Order::StartField(attribute),
            text(shown),
        ]
    };
    let extended = |at, kind, value, shown: &str| {
        let pairs = vec![
            (AttributeType::Field, plain.protected(true).code()),
            (kind, value),
        ];
        [
            Order::SetBufferAddress(at),
            Order::StartFieldExtended(pairs),
            text(shown),
        ]
    };
    let orders = [
        field(0, plain.protected(true), "DESK01"),
        field(
            30,
            plain.protected(true).intensity(Intensity::High),
            "THE DESK",
        ),
        field(160, plain.protected(true), "NAME"),
        field(166, plain, "SMITH"),
        field(180, plain.intensity(Intensity::High), "LATE"),
        field(190, plain.intensity(Intensity::Hidden), "SECRET"),
        extended(240, AttributeType::Foreground, Hue::Yellow as u8, "YELLOW"),
        extended(
            250,
            AttributeType::Highlighting,
            Highlight::Reverse as u8,
            "REVERSE",
        ),
        extended(
            260,
            AttributeType::Highlighting,
            Highlight::Underscore as u8,
            "UNDER",
        ),
        extended(
            270,
            AttributeType::Highlighting,
            Highlight::Blink as u8,
            "BLINK",
        ),
    ];
    let mut orders = orders.concat();
    orders.extend([Order::SetBufferAddress(167), Order::InsertCursor]);
    let mut terminal = Terminal::new(TerminalOptions {
        model,
        ..TerminalOptions::default()
    });
    let wcc = Wcc {
        restore: true,
        ..Wcc::default()
    };
    terminal.apply(&match model {
        Model::Two => Outbound::EraseWrite { wcc, orders },
        _ => Outbound::EraseWriteAlternate { wcc, orders },
    });
    terminal
}

fn draw(terminal: &Terminal, width: u16, height: u16, palette: Palette) -> Buffer {
    let window = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(window);
    let layout = WindowLayout::fit(
        window,
        terminal.rows(),
        terminal.columns(),
        cursor(terminal),
    )
    .unwrap();
    ScreenWidget {
        terminal,
        layout,
        palette,
    }
    .render(window, &mut buffer);
    buffer
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let row = |y| {
        (0..buffer.area.width)
            .map(|x| buffer[(x, y)].symbol())
            .collect::<String>()
            .trim_end()
            .to_owned()
    };
    (0..buffer.area.height).map(row).collect()
}

#[test]
fn a_screen_shows_its_fields_a_rule_and_the_operator_information_area() {
    let lines = lines(&draw(&form(Model::Two), 80, 26, Palette::Color));
    assert_eq!(lines[0], " DESK01                        THE DESK");
    assert_eq!(lines[2], " NAME  SMITH         LATE");
    assert_eq!(lines[24], "─".repeat(80));
    assert!(
        lines[25].starts_with("4A") && lines[25].ends_with("003/008"),
        "{:?}",
        lines[25]
    );
}

#[test]
fn colours_are_those_of_a_3279() {
    let buffer = draw(&form(Model::Two), 80, 26, Palette::Color);
    let at = |x: u16, y: u16| (buffer[(x, y)].fg, buffer[(x, y)].modifier);
    let none = Modifier::empty();
    assert_eq!(at(1, 0), (Color::LightBlue, none), "protected");
    assert_eq!(at(31, 0), (Color::White, none), "protected, intensified");
    assert_eq!(at(7, 2), (Color::LightGreen, none), "unprotected");
    assert_eq!(
        at(21, 2),
        (Color::LightRed, none),
        "unprotected, intensified"
    );
    assert_eq!(at(1, 3), (Color::LightYellow, none), "extended colour");
    assert_eq!(at(11, 3).1, Modifier::REVERSED);
    assert_eq!(at(21, 3).1, Modifier::UNDERLINED);
    assert_eq!(at(31, 3).1, Modifier::SLOW_BLINK);
    assert!(!lines(&buffer).concat().contains("SECRET"));
}

#[test]
fn without_colour_intensity_is_bold() {
    let buffer = draw(&form(Model::Two), 80, 26, Palette::Monochrome);
    assert!(
        buffer
            .content
            .iter()
            .all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset))
    );
    assert_eq!(buffer[(31, 0)].modifier, Modifier::BOLD);
    assert_eq!(buffer[(1, 0)].modifier, Modifier::empty());
}

#[test]
fn every_model_fits_its_window() {
    for (model, rows, columns) in [
        (Model::Two, 24, 80),
        (Model::Three, 32, 80),
        (Model::Four, 43, 80),
        (Model::Five, 27, 132),
    ] {
        let lines = lines(&draw(&form(model), columns, rows + 2, Palette::Color));
        assert_eq!(lines[usize::from(rows)], "─".repeat(usize::from(columns)));
        assert!(lines[usize::from(rows) + 1].contains('/'));
    }
}

#[test]
fn a_window_of_the_screens_own_height_shows_the_lock_on_its_last_row() {
    let mut terminal = form(Model::Two);
    terminal.press(Key::Enter);
    assert!(lines(&draw(&terminal, 80, 24, Palette::Color))[23].contains("X "));
}

#[test]
fn a_small_window_keeps_the_cursor_in_view_whatever_its_size() {
    for (width, height) in [
        (20, 4),
        (40, 10),
        (79, 23),
        (80, 24),
        (80, 25),
        (80, 26),
        (80, 27),
        (200, 60),
    ] {
        for cursor in [(0, 0), (23, 79), (12, 40), (0, 79), (23, 0)] {
            let window = Rect::new(0, 0, width, height);
            let layout = WindowLayout::fit(window, 24, 80, cursor).unwrap();
            assert!(
                layout.screen.contains(layout.cursor(cursor)),
                "{width}x{height} {cursor:?}: {layout:?}"
            );
            assert!(
                [Some(layout.oia), layout.rule, layout.hint]
                    .into_iter()
                    .flatten()
                    .all(|part| window.intersection(part) == part)
            );
            assert!(layout.shares || !layout.screen.intersects(layout.oia));
        }
    }
    assert_eq!(
        WindowLayout::fit(Rect::new(0, 0, 19, 30), 24, 80, (0, 0)),
        None
    );
    assert_eq!(
        WindowLayout::fit(Rect::new(0, 0, 80, 3), 24, 80, (0, 0)),
        None
    );
}
