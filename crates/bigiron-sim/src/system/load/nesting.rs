//! The nesting depth of a TOML file, found before it is parsed, so that no file exhausts the stack of the parser.

use std::ops::Range;

/// The deepest nesting of brackets. Effects, the deepest there is, take two for each level.
const MAX_BRACKETS: usize = 48;
/// The most points in one key.
const MAX_POINTS: usize = 16;

/// The first place that is nested too deep, if there is one.
pub(super) fn too_deep(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut points) = (0, 0usize, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => at = end_of_line(bytes, at),
            b'"' | b'\'' => at = end_of_text(bytes, at),
            b'[' | b'{' => {
                depth += 1;
                points = 0;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'.' => points += 1,
            b'=' | b',' | b'\n' => points = 0,
            _ => {}
        }
        if depth > MAX_BRACKETS || points > MAX_POINTS {
            return Some(at..at + 1);
        }
        at += 1;
    }
    None
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())
}

/// Where a text ends: the last byte of its closing quotes, or the end of its line or file if it has none.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let Some(&quote) = bytes.get(start) else {
        return start;
    };
    let triple = [quote; 3];
    let is_long = bytes
        .get(start..)
        .is_some_and(|rest| rest.starts_with(&triple));
    let mut at = start + if is_long { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !is_long => return at,
            byte if byte == quote && !is_long => return at,
            byte if byte == quote
                && bytes
                    .get(at..)
                    .is_some_and(|rest| rest.starts_with(&triple)) =>
            {
                return at + 2;
            }
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_texts_and_comments_do_not_count() {
        let many = "[".repeat(100);
        for text in [
            format!("a = '{many}'"),
            format!("a = \"\\\"{many}\""),
            format!("# {many}"),
            format!("a = '''\n{many}\n'''"),
        ] {
            assert_eq!(too_deep(&text), None, "{text}");
        }
        assert_eq!(too_deep(&format!("a = {many}")), Some(52..53));
        assert_eq!(too_deep(&vec!["a"; 18].join(".")), Some(33..34));
    }
}
