//! One action off the front of a line, as s3270 takes it: `Name(arg,"arg with \"quotes\"")`, or `Name arg arg` to the end of the line.

use std::fmt;

/// An action as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptAction {
    /// Its name, in the writer's letters.
    pub name: String,
    /// Its arguments. A backslash stays before whatever it stood before, except a quote.
    pub arguments: Vec<String>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyntaxError {
    /// An action starts with something else than a letter or digit, at this column (1-based).
    Name(usize),
    /// This was expected at this column (1-based).
    Expected(&'static str, usize),
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SyntaxError::Name(column) => {
                write!(
                    f,
                    "Action name must begin with an alphanumeric character at column {column}"
                )
            }
            SyntaxError::Expected(what, column) => {
                write!(f, "Syntax error: {what} expected at column {column}")
            }
        }
    }
}

impl std::error::Error for SyntaxError {}

/// A line and how far it has been read.
#[derive(Debug, Clone, Default)]
pub struct ScriptLine {
    characters: Vec<char>,
    at: usize,
}

const CLOSE: &str = "\")\"";
const CLOSE_OR_COMMA: &str = "\")\" or \",\"";
const QUOTE: &str = "\"";

impl ScriptLine {
    /// A line to be read from its start.
    pub fn new(text: &str) -> ScriptLine {
        ScriptLine {
            characters: text.chars().collect(),
            at: 0,
        }
    }

    /// The next action, if any is left before the end or a comment (`#` or `!`).
    pub fn next_action(&mut self) -> Result<Option<ScriptAction>, SyntaxError> {
        self.skip_blanks();
        match self.peek() {
            None | Some('#' | '!') => return Ok(None),
            Some(first) if first.is_ascii_alphanumeric() => {}
            Some(_) => return Err(SyntaxError::Name(self.column())),
        }
        let name = self
            .take_while(|character| character.is_ascii_alphanumeric() || "_-".contains(character));
        self.skip_blanks();
        let arguments = match self.peek() {
            Some('(') => self.in_brackets()?,
            _ => self.after_blanks()?,
        };
        Ok(Some(ScriptAction { name, arguments }))
    }

    fn in_brackets(&mut self) -> Result<Vec<String>, SyntaxError> {
        self.at += 1;
        let mut arguments = Vec::new();
        self.skip_blanks();
        if self.take(')') {
            return Ok(arguments);
        }
        loop {
            self.skip_blanks();
            let argument = match self.peek() {
                None => return Err(SyntaxError::Expected(CLOSE, self.column())),
                Some('"') => self.quoted()?,
                Some(_) => self.take_while(|character| {
                    !character.is_whitespace() && !",)".contains(character)
                }),
            };
            arguments.push(argument);
            self.skip_blanks();
            if self.take(')') {
                return Ok(arguments);
            } else if !self.take(',') {
                let expected = if self.peek().is_none() {
                    CLOSE
                } else {
                    CLOSE_OR_COMMA
                };
                return Err(SyntaxError::Expected(expected, self.column()));
            }
        }
    }

    fn after_blanks(&mut self) -> Result<Vec<String>, SyntaxError> {
        let mut arguments = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return Ok(arguments),
                Some('"') => arguments.push(self.quoted()?),
                Some(_) => arguments.push(self.take_while(|character| !character.is_whitespace())),
            }
        }
    }

    fn quoted(&mut self) -> Result<String, SyntaxError> {
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(SyntaxError::Expected(QUOTE, self.column())),
                Some('"') => return Ok(text),
                Some('\\') => match self.next() {
                    Some('"') => text.push('"'),
                    Some(other) => text.extend(['\\', other]),
                    None => return Err(SyntaxError::Expected(QUOTE, self.column())),
                },
                Some(character) => text.push(character),
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += 1;
        Some(character)
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let text: String = self
            .characters
            .iter()
            .skip(self.at)
            .copied()
            .take_while(|character| wanted(*character))
            .collect();
        self.at += text.chars().count();
        text
    }

    fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    fn column(&self) -> usize {
        self.at + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, Vec<String>)>, String> {
        let mut line = ScriptLine::new(text);
        let mut actions = Vec::new();
        while let Some(action) = line.next_action().map_err(|error| error.to_string())? {
            actions.push((action.name, action.arguments));
        }
        Ok(actions)
    }

    fn action(name: &str, arguments: &[&str]) -> (String, Vec<String>) {
        (
            name.into(),
            arguments.iter().map(|text| (*text).into()).collect(),
        )
    }

    #[test]
    fn arguments_stand_in_brackets_or_after_a_blank() {
        assert_eq!(
            read("String(\"a \\\"b\\\",c\") Tab() Ascii( 1 ,2,, 3)").unwrap(),
            [
                action("String", &["a \"b\",c"]),
                action("Tab", &[]),
                action("Ascii", &["1", "2", "", "3"])
            ]
        );
        assert_eq!(read("PF 3").unwrap(), [action("PF", &["3"])]);
        assert_eq!(
            read("String \"a b\" c").unwrap(),
            [action("String", &["a b", "c"])]
        );
        assert_eq!(
            read("pf(3) tab").unwrap(),
            [action("pf", &["3"]), action("tab", &[])]
        );
        assert_eq!(
            read(" Tab () # then nothing").unwrap(),
            [action("Tab", &[])]
        );
    }

    #[test]
    fn a_backslash_stays_unless_it_stands_before_a_quote() {
        assert_eq!(
            read(r#"String("a\tb\\")"#).unwrap(),
            [action("String", &[r"a\tb\\"])]
        );
        assert_eq!(
            read(r#"String(a\tb)"#).unwrap(),
            [action("String", &[r"a\tb"])]
        );
    }

    #[test]
    fn faults_are_named_with_their_column() {
        let cases = [
            ("Foo(", "Syntax error: \")\" expected at column 5"),
            (
                "String(\"a b\"",
                "Syntax error: \")\" expected at column 13",
            ),
            (
                "String(abc def)",
                "Syntax error: \")\" or \",\" expected at column 12",
            ),
            (
                "String(\"a\"x)",
                "Syntax error: \")\" or \",\" expected at column 11",
            ),
            ("String(\"a", "Syntax error: \" expected at column 10"),
            (
                "Tab();Tab()",
                "Action name must begin with an alphanumeric character at column 6",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Err(expected.to_owned()), "{text}");
        }
    }
}
