//! `Query()` and `Set()`: what a script asks about the session, and what it may change.

use crate::terminal::Options;

use super::{Interpreter, Subject, near_hint};

/// Finds something out about what a script drives.
type Ask = fn(&dyn Subject) -> String;

/// The subjects of `Query()`, in the order in which all of them are told, and how each is found out.
const QUERIES: [(&str, Ask); 16] = [
    ("CodePage", |subject| {
        code_page(subject.terminal().options())
    }),
    ("ConnectTime", |subject| {
        let seconds = subject.now() / 1000;
        format!(
            "{:02}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }),
    ("ConnectionState", |subject| match subject.host() {
        Some(_) => subject.connection_state().into(),
        None => "not-connected".into(),
    }),
    ("Cursor", |subject| {
        let (row, column) = cursor(subject);
        format!("{row} {column}")
    }),
    ("Cursor1", |subject| {
        let (row, column) = cursor(subject);
        format!(
            "row {} column {} offset {}",
            row + 1,
            column + 1,
            subject.terminal().cursor()
        )
    }),
    ("Formatted", |subject| {
        match subject.terminal().is_formatted() {
            true => "formatted".into(),
            false => "unformatted".into(),
        }
    }),
    ("Goal", |subject| subject.goal().unwrap_or_default().into()),
    ("Host", |subject| {
        subject
            .host()
            .map(|host| format!("host {host}"))
            .unwrap_or_default()
    }),
    ("KeyboardLock", |subject| {
        (subject.terminal().lock().is_some()).to_string()
    }),
    ("KeyboardLockDetail", |subject| {
        subject
            .terminal()
            .lock()
            .map(|lock| lock.to_string())
            .unwrap_or_default()
    }),
    ("Model", |subject| {
        subject.terminal().options().terminal_type()
    }),
    ("ScreenCurSize", |subject| {
        format!(
            "{} {}",
            subject.terminal().rows(),
            subject.terminal().columns()
        )
    }),
    ("ScreenMaxSize", |subject| {
        let (rows, columns) = subject.terminal().options().alternate();
        format!("{rows} {columns}")
    }),
    ("TerminalName", |subject| {
        subject.terminal().options().terminal_type()
    }),
    ("Version", |_| {
        concat!("bigiron v", env!("CARGO_PKG_VERSION")).into()
    }),
    ("VirtualTime", |subject| format!("{} ms", subject.now())),
];

fn code_page(options: &Options) -> String {
    let (set, page) = options.code_page.global_id();
    format!(
        "{} sbcs gcsgid {set} cpgid {page}",
        options.code_page.name()
    )
}

/// Row and column of the cursor, from 0.
fn cursor(subject: &dyn Subject) -> (u16, u16) {
    let terminal = subject.terminal();
    let columns = terminal.columns().max(1);
    (terminal.cursor() / columns, terminal.cursor() % columns)
}

/// `Query()`: one subject, or all.
pub fn query(subject: &dyn Subject, arguments: &[String]) -> Result<Vec<String>, String> {
    let [wanted] = arguments else {
        return Ok(QUERIES
            .iter()
            .map(|(name, ask)| format!("{name}: {}", ask(subject)))
            .collect());
    };
    match QUERIES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
    {
        Some((_, ask)) => Ok(vec![ask(subject)]),
        None => {
            let known = QUERIES.iter().map(|(name, _)| *name);
            Err(format!(
                "Query: Unknown parameter{}",
                near_hint(wanted, known)
            ))
        }
    }
}

/// What `Set()` may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    AidWait,
    BlankFill,
    InsertMode,
    MonoCase,
    NumericLock,
    Typeahead,
}

const SETTINGS: [(&str, Setting); 6] = [
    ("aidWait", Setting::AidWait),
    ("blankFill", Setting::BlankFill),
    ("insertMode", Setting::InsertMode),
    ("monoCase", Setting::MonoCase),
    ("numericLock", Setting::NumericLock),
    ("typeahead", Setting::Typeahead),
];

/// `Set()` and `Toggle()`: all settings, one setting, or new values; `toggles` is what a name without a value means.
pub fn set(
    name: &str,
    toggles: bool,
    interpreter: &mut Interpreter,
    subject: &mut dyn Subject,
    arguments: &[String],
) -> Result<Vec<String>, String> {
    if arguments.is_empty() {
        let told = SETTINGS
            .iter()
            .map(|(name, setting)| format!("{name}: {}", get(*setting, interpreter, subject)));
        return Ok(told.collect());
    }
    for pair in arguments.chunks(2) {
        let written = pair.first().map(String::as_str).unwrap_or_default();
        let Some((known, setting)) = SETTINGS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(written))
        else {
            let hint = near_hint(written, SETTINGS.map(|(known, _)| known));
            return Err(format!("{name}(): Unknown toggle name '{written}'{hint}"));
        };
        let now = get(*setting, interpreter, subject);
        let on = match pair.get(1).map(|value| value.to_ascii_lowercase()) {
            None if toggles => !now,
            None if arguments.len() == 1 => return Ok(vec![now.to_string()]),
            None => return Err(format!("{name}(): '{known}' requires a value")),
            Some(value) => match value.as_str() {
                "true" | "t" | "on" | "set" | "1" => true,
                "false" | "f" | "off" | "clear" | "0" => false,
                "toggle" => !now,
                _ => return Err(format!("{name}(): {known} value must be true or false")),
            },
        };
        change(*setting, on, interpreter, subject);
    }
    Ok(Vec::new())
}

fn get(setting: Setting, interpreter: &Interpreter, subject: &dyn Subject) -> bool {
    let options = subject.terminal().options();
    match setting {
        Setting::AidWait => interpreter.aid_wait,
        Setting::BlankFill => options.blank_fill,
        Setting::InsertMode => subject.terminal().inserting(),
        Setting::MonoCase => options.mono_case,
        Setting::NumericLock => options.numeric_lock,
        Setting::Typeahead => options.typeahead,
    }
}

fn change(setting: Setting, on: bool, interpreter: &mut Interpreter, subject: &mut dyn Subject) {
    let mut options = *subject.terminal().options();
    match setting {
        Setting::AidWait => interpreter.aid_wait = on,
        Setting::InsertMode if on != subject.terminal().inserting() => {
            subject.press(crate::terminal::Key::ToggleInsert);
        }
        Setting::InsertMode => {}
        Setting::BlankFill => options.blank_fill = on,
        Setting::MonoCase => options.mono_case = on,
        Setting::NumericLock => options.numeric_lock = on,
        Setting::Typeahead => options.typeahead = on,
    }
    subject.set_options(options);
}
