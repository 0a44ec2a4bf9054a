//! Text to tokens.

use super::ast::Span;
use super::parse::ExprError;

/// A token of the expression language.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or keyword, `in` excepted.
    Name(String),
    /// Digits, perhaps with a point among them.
    Number(String),
    /// A text with its escapes undone.
    Text(String),
    /// An operator, bracket or separator.
    Sign(&'static str),
    /// Nothing is left.
    End,
}

/// Signs, longer ones before their beginnings. `=` is one so that it can be explained.
const SIGNS: [&str; 25] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",",
    "(", ")", "[", "]", "=", "&", "|",
];

pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Takes the characters that satisfy a condition.
    fn take(&mut self, condition: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !condition(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// The next token and its place.
    pub(super) fn next(&mut self) -> Result<(Token, Span), ExprError> {
        self.take(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok((Token::End, start..start));
        };
        let token = match first {
            '0'..='9' => self.number(),
            '\'' | '"' => self.quoted(first)?,
            'a'..='z' | 'A'..='Z' | '_' => {
                match self.take(|c| c.is_ascii_alphanumeric() || c == '_') {
                    "in" => Token::Sign("in"),
                    name => Token::Name(name.to_owned()),
                }
            }
            other => self.sign(other)?,
        };
        Ok((token, start..self.at))
    }

    fn number(&mut self) -> Token {
        let mut number = self.take(|c| c.is_ascii_digit()).to_owned();
        let fraction = self
            .rest()
            .strip_prefix('.')
            .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
        if fraction {
            self.at += 1;
            number.push('.');
            number.push_str(self.take(|c| c.is_ascii_digit()));
        }
        Token::Number(number)
    }

    fn quoted(&mut self, quote: char) -> Result<Token, ExprError> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, ch)) = chars.next() {
            if ch == quote {
                self.at = start + at + 1;
                return Ok(Token::Text(text));
            }
            if ch != '\\' {
                text.push(ch);
                continue;
            }
            let place = start + at;
            text.push(match chars.next() {
                Some((_, 'n')) => '\n',
                Some((_, 'r')) => '\r',
                Some((_, 't')) => '\t',
                Some((_, ch @ ('\\' | '\'' | '"'))) => ch,
                Some((_, ch)) => {
                    return Err(ExprError::new(
                        place..place + 1 + ch.len_utf8(),
                        format!("`\\{ch}` is no escape"),
                    )
                    .help("a text knows \\\\ \\' \\\" \\n \\r \\t"));
                }
                None => break,
            });
        }
        Err(ExprError::new(
            start..self.text.len(),
            "the text has no closing quote",
        ))
    }

    fn sign(&mut self, first: char) -> Result<Token, ExprError> {
        let sign = SIGNS.iter().find(|sign| self.rest().starts_with(**sign));
        let span = self.at..self.at + first.len_utf8();
        match sign {
            Some(&single @ ("&" | "|")) => {
                Err(ExprError::new(span, format!("`{single}` is no operator"))
                    .help(format!("write `{single}{single}`")))
            }
            Some(sign) => {
                self.at += sign.len();
                Ok(Token::Sign(sign))
            }
            None => Err(ExprError::new(
                span,
                format!("`{first}` has no meaning in an expression"),
            )),
        }
    }
}
