use super::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn entry(id: &str) -> LauncherEntry {
    LauncherEntry {
        id: id.into(),
        title: format!("The {id}"),
        about: "What it is.".into(),
        screens: 3,
        tables: 2,
    }
}

fn press(launcher: &mut Launcher, codes: &[KeyCode]) -> Vec<WindowCommand> {
    codes
        .iter()
        .flat_map(|&code| launcher.key(KeyEvent::new(code, KeyModifiers::NONE)))
        .collect()
}

#[test]
fn the_chosen_system_is_picked_with_enter() {
    let mut launcher = Launcher::new(vec![entry("desk"), entry("dock")], Palette::Color);
    assert_eq!(
        press(
            &mut launcher,
            &[KeyCode::Down, KeyCode::Down, KeyCode::Enter]
        ),
        [WindowCommand::Quit]
    );
    assert_eq!(
        launcher.picked().map(|entry| entry.id.as_str()),
        Some("dock")
    );
}

#[test]
fn q_leaves_without_a_system_and_an_empty_list_has_none() {
    let mut launcher = Launcher::new(vec![entry("desk")], Palette::Color);
    assert_eq!(
        press(&mut launcher, &[KeyCode::Char('q')]),
        [WindowCommand::Quit]
    );
    assert_eq!(launcher.picked(), None);
    let mut empty = Launcher::new(Vec::new(), Palette::Color);
    assert_eq!(
        press(&mut empty, &[KeyCode::Enter, KeyCode::Down]),
        [WindowCommand::Bell]
    );
}

#[test]
fn the_list_shows_names_titles_and_counts() {
    let launcher = Launcher::new(vec![entry("desk"), entry("dock")], Palette::Color);
    let mut window = Terminal::new(TestBackend::new(80, 12)).unwrap();
    window.draw(|frame| launcher.draw(frame)).unwrap();
    let shown = window.backend().to_string();
    let lines: Vec<&str> = shown
        .lines()
        .map(|line| line.trim_matches('"').trim_end())
        .collect();
    assert_eq!(lines[0], " bigiron");
    assert_eq!(
        lines[2],
        " desk         The desk                                     3 screens, 2 tables"
    );
    assert_eq!(lines[3], "              What it is.");
    assert_eq!(
        lines[5],
        " dock         The dock                                     3 screens, 2 tables"
    );
    assert_eq!(lines[11], " Up Down choose  Enter play  Q quit");
}
