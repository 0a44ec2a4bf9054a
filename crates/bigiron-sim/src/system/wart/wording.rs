//! Labels and key names in fixed text, put in other words without moving what comes after.

use tn3270::wire::Aid;

/// Characters that may lead from a label to its field.
const LEADERS: [char; 2] = [' ', '.'];

/// The text with a label, wherever it stands as a word of its own, in another wording; what follows keeps its place. `None`:
/// the label is not there, or there is no room.
pub fn reword(text: &str, label: &str, wording: &str) -> Option<String> {
    let (old, new) = (letters(label), letters(wording));
    let mut cells = letters(text);
    let mut found = false;
    let mut at = 0;
    while let Some(from) = find(&cells, &old, at) {
        let end = from + old.len();
        let rest = cells.get(end..).unwrap_or(&[]);
        let leaders = rest.iter().take_while(|c| LEADERS.contains(c)).count();
        // Where the text ends, an attribute byte follows: the label may grow no further.
        let room = old.len() + leaders.saturating_sub(usize::from(leaders > 0));
        if new.len() > room {
            return None;
        }
        let width = old.len().max(new.len());
        let filled = new.iter().copied().chain(std::iter::repeat(' '));
        for (cell, letter) in cells.iter_mut().skip(from).zip(filled.take(width)) {
            *cell = letter;
        }
        found = true;
        at = from + width;
    }
    found.then(|| cells.into_iter().collect())
}

/// The text with PF keys under other numbers, as long as it was. `None`: there is no room.
pub fn renumber(text: &str, number: impl Fn(Aid) -> Aid) -> Option<String> {
    let cells = letters(text);
    let mut renamed: Vec<char> = Vec::with_capacity(cells.len());
    let mut at = 0;
    while at < cells.len() {
        match key_at(&cells, at) {
            Some((Aid::Pf(old), length)) => {
                let new = match number(Aid::Pf(old)) {
                    Aid::Pf(new) => new,
                    _ => old,
                };
                renamed.extend(letters(&new.to_string()));
                at += length;
            }
            _ => {
                renamed.extend(cells.get(at));
                at += 1;
            }
        }
    }
    // Where numbers grew, gaps of three blanks and more give way.
    while renamed.len() > cells.len() {
        let gap = renamed.windows(3).rposition(|three| three == [' '; 3])?;
        renamed.remove(gap);
    }
    renamed.resize(cells.len(), ' ');
    Some(renamed.into_iter().collect())
}

/// The number of a key's name that stands here after `F` or `PF`, and how many digits it has.
fn key_at(cells: &[char], at: usize) -> Option<(Aid, usize)> {
    let before = |by: usize| at.checked_sub(by).and_then(|at| cells.get(at)).copied();
    let starts = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
    let named = before(1) == Some('F')
        && (starts(before(2)) || before(2) == Some('P') && starts(before(3)));
    let digits: String = cells
        .iter()
        .skip(at)
        .take_while(|c| c.is_ascii_digit())
        .collect();
    let after = cells.get(at + digits.len()).copied();
    let number: u8 = digits.parse().ok().filter(|n| (1..=24).contains(n))?;
    (named && starts(after)).then_some((Aid::Pf(number), digits.len()))
}

fn letters(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Where a word, or several, stand by themselves, from a place on.
fn find(cells: &[char], word: &[char], from: usize) -> Option<usize> {
    if word.is_empty() {
        return None;
    }
    let apart = |at: Option<usize>| {
        let neighbour = at.and_then(|at| cells.get(at));
        !neighbour.is_some_and(|c| c.is_alphanumeric())
    };
    (from..=cells.len().checked_sub(word.len())?).find(|at| {
        cells.get(*at..at + word.len()) == Some(word)
            && apart(at.checked_sub(1))
            && apart(Some(at + word.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_reworded_where_there_is_room() {
        let reword = |text, wording| reword(text, "LICENCE NO", wording);
        assert_eq!(
            reword(" LICENCE NO . . ", "LIC NUMBER").as_deref(),
            Some(" LIC NUMBER . . ")
        );
        assert_eq!(
            reword(" LICENCE NO . . ", "LIC").as_deref(),
            Some(" LIC        . . ")
        );
        assert_eq!(
            reword(" LICENCE NO . . ", "LICENSE NUM").as_deref(),
            Some(" LICENSE NUM. . ")
        );
        assert_eq!(reword(" LICENCE NO", "LICENCE NUMBER"), None);
        assert_eq!(reword(" LICENCE NOTE  ", "LIC"), None);
        assert_eq!(reword("", "LIC"), None);
    }

    #[test]
    fn keys_are_renumbered_and_the_line_keeps_its_length() {
        let swapped = |text| {
            renumber(text, |key| match key {
                Aid::Pf(9) => Aid::Pf(12),
                Aid::Pf(12) => Aid::Pf(9),
                key => key,
            })
        };
        assert_eq!(
            swapped("ENTER=CHECK  PF9=SUBMIT  F12=CANCEL  CF9").as_deref(),
            Some("ENTER=CHECK  PF12=SUBMIT  F9=CANCEL  CF9")
        );
        assert_eq!(
            swapped("F9=SUBMIT   F3=MENU").as_deref(),
            Some("F12=SUBMIT  F3=MENU")
        );
        assert_eq!(swapped("F9=SUBMIT"), None);
    }
}
