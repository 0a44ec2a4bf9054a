use super::*;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use std::collections::BTreeSet;

const PLAIN: KeyModifiers = KeyModifiers::NONE;

fn pressed(keys: &[(KeyCode, KeyModifiers)]) -> Vec<WindowAction> {
    let mut map = Keymap::default();
    keys.iter()
        .filter_map(
            |&(code, modifiers)| match map.press(KeyEvent::new(code, modifiers)) {
                Pressed::Action(action) => Some(action),
                Pressed::Pending | Pressed::Unknown => None,
            },
        )
        .collect()
}

#[test]
fn no_chord_is_bound_twice_and_every_row_says_what_it_does() {
    let mut seen = BTreeSet::new();
    let mut helps = BTreeSet::new();
    for row in rows() {
        assert!(
            !row.help.is_empty() && helps.insert(row.help),
            "{} has no help of its own",
            row.name
        );
        assert!(
            row.families
                .iter()
                .all(|family| family.len() == row.actions.len()),
            "{}: a chord without an action",
            row.name
        );
        for (chord, _) in row.bindings() {
            assert!(seen.insert(chord.to_string()), "{chord} is bound twice");
        }
    }
}

#[test]
fn every_key_of_the_3270_that_has_no_parameter_can_be_pressed() {
    let bound: BTreeSet<Key> = rows()
        .iter()
        .flat_map(KeyRow::bindings)
        .filter_map(|(_, action)| match action {
            WindowAction::Press(key) => Some(key),
            _ => None,
        })
        .collect();
    let missing: Vec<Key> = Key::all().filter(|key| !bound.contains(key)).collect();
    assert_eq!(
        missing,
        [Key::Left2, Key::Right2, Key::BackSpace, Key::Insert]
    );
}

#[test]
fn escape_then_a_digit_is_a_pf_key_however_fast_it_comes() {
    let slow = [(KeyCode::Esc, PLAIN), (KeyCode::Char('3'), PLAIN)];
    let fast = [(KeyCode::Char('3'), KeyModifiers::ALT)];
    let twice = [
        (KeyCode::Esc, PLAIN),
        (KeyCode::Esc, PLAIN),
        (KeyCode::Char('3'), PLAIN),
    ];
    for keys in [&slow[..], &fast, &twice] {
        assert_eq!(pressed(keys), [WindowAction::Press(Key::Pf(3))]);
    }
    assert_eq!(
        pressed(&[(KeyCode::Esc, PLAIN), (KeyCode::Char('='), PLAIN)]),
        [WindowAction::Press(Key::Pf(12))]
    );
    assert_eq!(
        pressed(&[
            (KeyCode::Esc, PLAIN),
            (KeyCode::Char('+'), KeyModifiers::SHIFT)
        ]),
        [WindowAction::Press(Key::Pf(24))]
    );
    assert_eq!(
        pressed(&[(KeyCode::F(1), KeyModifiers::SHIFT)]),
        [WindowAction::Press(Key::Pf(13))]
    );
    assert_eq!(
        pressed(&[
            (KeyCode::Char('p'), KeyModifiers::CONTROL),
            (KeyCode::Char('2'), PLAIN)
        ]),
        [WindowAction::Press(Key::Pa(2))]
    );
}

#[test]
fn an_unknown_chord_does_nothing_and_the_next_key_is_itself_again() {
    assert_eq!(
        pressed(&[
            (KeyCode::Esc, PLAIN),
            (KeyCode::Char('z'), PLAIN),
            (KeyCode::Char('A'), KeyModifiers::SHIFT)
        ]),
        [WindowAction::Press(Key::Char('A'))]
    );
}
