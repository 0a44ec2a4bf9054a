//! Faults of a definition, with their places in its files.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::fmt;
use std::ops::Range;

/// How severe a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The system cannot be run.
    Error,
    /// The system runs, but probably not as intended.
    Warning,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its severity.
    pub severity: Severity,
    /// The file's name inside the system's folder.
    pub file: String,
    /// Where in the file: byte offsets, the end excluded. `None`: the file as a whole.
    pub span: Option<Range<usize>>,
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// Column in characters, from 1; 0 for the file as a whole.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// A name that may have been meant, or a remedy.
    pub help: Option<String>,
}

/// The faults of a system, in order of files and places, with the texts of the files.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    sources: Vec<(String, String)>,
}

impl Diagnostics {
    /// Sorts the faults by file and place.
    pub(crate) fn new(mut list: Vec<Diagnostic>, sources: Vec<(String, String)>) -> Diagnostics {
        for diagnostic in &mut list {
            let source = sources.iter().find(|(name, _)| *name == diagnostic.file);
            if let (Some(span), Some((_, text))) = (&mut diagnostic.span, source) {
                *span = inside(text, span);
                (diagnostic.line, diagnostic.column) = position(text, span.start);
            }
        }
        let place = |d: &Diagnostic| d.span.clone().map_or((0, 0), |s| (s.start + 1, s.end));
        list.sort_by(|a, b| (&a.file, place(a)).cmp(&(&b.file, place(b))));
        list.dedup();
        Diagnostics { list, sources }
    }

    /// These faults and those of further files of the same system.
    pub fn and(mut self, more: Diagnostics) -> Diagnostics {
        self.list.extend(more.list);
        self.sources.extend(more.sources);
        self.list.sort_by(|a, b| a.file.cmp(&b.file));
        self
    }

    /// Every fault.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.list
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.list.len() - self.errors()
    }

    /// Every fault with an excerpt of its file, the place underlined. `folder` is put before the files' names.
    pub fn render(&self, folder: &str, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut out = String::new();
        for diagnostic in &self.list {
            out.push_str(&self.render_one(diagnostic, folder, &renderer));
            out.push_str("\n\n");
        }
        out
    }

    fn render_one(&self, diagnostic: &Diagnostic, folder: &str, renderer: &Renderer) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let path = if folder.is_empty() {
            diagnostic.file.clone()
        } else {
            format!("{folder}/{}", diagnostic.file)
        };
        let source = self
            .sources
            .iter()
            .find(|(name, _)| *name == diagnostic.file);
        let mut group = match (source, &diagnostic.span) {
            (Some((_, text)), Some(span)) => {
                let snippet = Snippet::source(text.as_str()).path(path);
                let place = AnnotationKind::Primary.span(span.clone());
                level
                    .primary_title(diagnostic.message.as_str())
                    .element(snippet.annotation(place))
            }
            _ => level
                .primary_title(diagnostic.message.as_str())
                .element(annotate_snippets::Origin::path(path)),
        };
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

/// All messages, a line each: `file:line:column: message (help)`.
impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, diagnostic) in self.list.iter().enumerate() {
            let newline = if n > 0 { "\n" } else { "" };
            let Diagnostic {
                file,
                line,
                column,
                message,
                ..
            } = diagnostic;
            write!(f, "{newline}{file}:{line}:{column}: {message}")?;
            if let Some(help) = &diagnostic.help {
                write!(f, " ({help})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The nearest span of whole characters inside a text.
fn inside(text: &str, span: &Range<usize>) -> Range<usize> {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(span.start);
    start..boundary(span.end).max(start)
}

/// Line and column, both from 1; the column in characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |n| n + 1);
    (
        before.matches('\n').count() + 1,
        before.get(line_start..).unwrap_or("").chars().count() + 1,
    )
}
