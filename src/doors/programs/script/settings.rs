//! `Set()` and `Toggle()`: what a script may change.

use super::{Interpreter, near_hint};
use crate::doors::session::target::ScriptTarget;
use tn3270::terminal::{Key, Model, TerminalOptions};
use tn3270::wire::CodePage;

/// What may be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    AidWait,
    BlankFill,
    InsertMode,
    MonoCase,
    NumericLock,
    Typeahead,
    CodePage,
    Model,
    Oversize,
    AcceptHostname,
    CaFile,
    StartTls,
    TermName,
    VerifyHostCert,
    /// Known from s3270, with the one value that it has here.
    Fixed(&'static str),
}

use Setting::*;

/// The settings by the names that s3270 has for them. Those of a client's next host are known only where there may be one.
const SETTINGS: [(&str, Setting); 41] = [
    ("acceptHostname", AcceptHostname),
    ("aidWait", AidWait),
    ("alwaysInsert", Fixed("false")),
    ("blankFill", BlankFill),
    ("caDir", Fixed("")),
    ("caFile", CaFile),
    ("certFile", Fixed("")),
    ("certFileType", Fixed("")),
    ("chainFile", Fixed("")),
    ("codePage", CodePage),
    ("ftBufferSize", Fixed("16384")),
    ("httpd", Fixed("")),
    ("insertMode", InsertMode),
    ("keyFile", Fixed("")),
    ("keyFileType", Fixed("")),
    ("keyPasswd", Fixed("")),
    ("lineMode", Fixed("true")),
    ("lineWrap", Fixed("false")),
    ("loginMacro", Fixed("")),
    ("model", Model),
    ("monoCase", MonoCase),
    ("noTelnetInputMode", Fixed("line")),
    ("nopSeconds", Fixed("0")),
    ("numericLock", NumericLock),
    ("oerrLock", Fixed("true")),
    ("oversize", Oversize),
    ("proxy", Fixed("")),
    ("reconnect", Fixed("false")),
    ("reverseInputMode", Fixed("false")),
    ("rightToLeftMode", Fixed("false")),
    ("screenTrace", Fixed("false")),
    ("scriptPort", Fixed("")),
    ("showTiming", Fixed("false")),
    ("startTls", StartTls),
    ("termName", TermName),
    ("trace", Fixed("false")),
    ("typeahead", Typeahead),
    ("unlockDelay", Fixed("false")),
    ("unlockDelayMs", Fixed("350")),
    ("verifyHostCert", VerifyHostCert),
    ("visualBell", Fixed("false")),
];

/// `Set()` and `Toggle()`: all settings, one setting, or new values; `toggles` is what a name without a value means.
pub fn set(
    name: &str,
    toggles: bool,
    interpreter: &mut Interpreter,
    subject: &mut dyn ScriptTarget,
    arguments: &[String],
) -> Result<Vec<String>, String> {
    let client = subject.foreign_host().is_some();
    let known = || {
        SETTINGS
            .iter()
            .filter(move |(_, setting)| client || !setting.is_of_client())
    };
    if arguments.is_empty() {
        let lines = known().map(|(name, setting)| {
            let value = get(*setting, interpreter, subject);
            format!("{name}: {value}").trim_end().to_owned()
        });
        return Ok(lines.collect());
    }
    if let (Some(odd), true) = (
        arguments.last(),
        arguments.len() > 1 && arguments.len() % 2 == 1,
    ) {
        return Err(format!("{name}(): '{odd}' requires a value"));
    }
    for pair in arguments.chunks(2) {
        let written = pair.first().map(String::as_str).unwrap_or_default();
        let Some((known, setting)) = known().find(|(known, _)| known.eq_ignore_ascii_case(written))
        else {
            let hint = near_hint(written, known().map(|(known, _)| *known));
            return Err(format!("{name}(): Unknown toggle name '{written}'{hint}"));
        };
        let now = get(*setting, interpreter, subject);
        let value = match pair.get(1) {
            None if toggles && setting.is_switch() => (now != "true").to_string(),
            None if arguments.len() == 1 => return Ok(vec![now]),
            None => return Err(format!("{name}(): '{known}' requires a value")),
            Some(value) => value.clone(),
        };
        let value = match setting.is_switch() {
            true => switch(&value, &now)
                .ok_or_else(|| format!("{name}(): {known} value must be true or false"))?
                .to_string(),
            false => value,
        };
        change(*setting, &value, interpreter, subject)
            .map_err(|what| format!("{name}(): {known} {what}"))?;
    }
    Ok(Vec::new())
}

fn switch(value: &str, now: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "t" | "on" | "set" | "1" => Some(true),
        "false" | "f" | "off" | "clear" | "0" => Some(false),
        "toggle" => Some(now != "true"),
        _ => None,
    }
}

impl Setting {
    fn is_switch(self) -> bool {
        match self {
            CodePage | Model | Oversize | AcceptHostname | CaFile | TermName => false,
            Fixed(value) => matches!(value, "true" | "false"),
            _ => true,
        }
    }

    /// Whether it is of the next host, or of a terminal that meets it.
    fn is_of_client(self) -> bool {
        !matches!(
            self,
            AidWait | BlankFill | InsertMode | MonoCase | NumericLock | Typeahead
        )
    }
}

fn get(setting: Setting, interpreter: &Interpreter, subject: &dyn ScriptTarget) -> String {
    let options = subject.terminal().options();
    let config = subject.foreign_host().map(|host| host.config());
    match setting {
        AidWait => interpreter.aid_wait.to_string(),
        BlankFill => options.blank_fill.to_string(),
        InsertMode => subject.terminal().inserting().to_string(),
        MonoCase => options.mono_case.to_string(),
        NumericLock => options.numeric_lock.to_string(),
        Typeahead => options.typeahead.to_string(),
        CodePage => options.code_page.name().to_owned(),
        Model => options.terminal_type().replace("IBM-", ""),
        Oversize => options
            .oversize
            .map(|(rows, columns)| format!("{columns}x{rows}"))
            .unwrap_or_default(),
        AcceptHostname => config
            .and_then(|config| config.security.accept.clone())
            .unwrap_or_default(),
        CaFile => config
            .and_then(|config| config.security.signers.clone())
            .unwrap_or_default(),
        StartTls => config.is_some_and(|config| config.start_tls).to_string(),
        TermName => config
            .and_then(|config| config.terminal_type.clone())
            .unwrap_or_default(),
        VerifyHostCert => config
            .is_some_and(|config| config.security.verify)
            .to_string(),
        Fixed(value) => value.to_owned(),
    }
}

/// Changes a setting; the error goes on after its name.
fn change(
    setting: Setting,
    value: &str,
    interpreter: &mut Interpreter,
    subject: &mut dyn ScriptTarget,
) -> Result<(), String> {
    let on = value == "true";
    let text = || (!value.is_empty()).then(|| value.to_owned());
    let mut options = *subject.terminal().options();
    match setting {
        AidWait => interpreter.aid_wait = on,
        InsertMode if on != subject.terminal().inserting() => {
            subject.press(Key::ToggleInsert);
        }
        InsertMode => {}
        BlankFill => options.blank_fill = on,
        MonoCase => options.mono_case = on,
        NumericLock => options.numeric_lock = on,
        Typeahead => options.typeahead = on,
        CodePage => options.code_page = code_page(value)?,
        Model | Oversize if subject.host().is_some() => {
            return Err("cannot be changed while connected".into());
        }
        Model => (options.model, options.color) = model(value)?,
        Oversize => options.oversize = oversize(value, &options)?,
        Fixed(only) if only == value => {}
        Fixed(only) => return Err(format!("cannot be '{value}' here, only '{only}'")),
        AcceptHostname | CaFile | StartTls | TermName | VerifyHostCert => {
            if let Some(host) = subject.foreign_host_mut() {
                let config = host.config_mut();
                match setting {
                    AcceptHostname => config.security.accept = text(),
                    CaFile => config.security.signers = text(),
                    StartTls => config.start_tls = on,
                    TermName => config.terminal_type = text(),
                    _ => config.security.verify = on,
                }
            }
        }
    }
    subject.set_options(options);
    Ok(())
}

/// A code page by its name.
fn code_page(name: &str) -> Result<&'static CodePage, String> {
    use tn3270::wire::CodePage;
    CodePage::by_name(name).map_err(|error| format!("is not taken: {error}"))
}

/// A model as s3270 takes it: `3279-2-E`, `3278-4`, `5`; and whether it has colour.
pub fn model(text: &str) -> Result<(Model, bool), String> {
    use tn3270::terminal::Model;
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("IBM-").unwrap_or(&upper);
    let name = name.strip_suffix("-E").unwrap_or(name);
    let (color, number) = match name.split_once('-') {
        Some(("3279", number)) => (true, number),
        Some(("3278", number)) => (false, number),
        _ => (true, name),
    };
    let model = number.parse().ok().and_then(Model::from_number);
    model
        .map(|model| (model, color))
        .ok_or_else(|| format!("'{text}' is no model: 3278-2 to 3279-5 are wanted"))
}

/// An oversize, `columns`x`rows`; none if the text is empty.
pub fn oversize(text: &str, options: &TerminalOptions) -> Result<Option<(u16, u16)>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = |text: &str| text.trim().parse::<u16>().ok();
    let size = text
        .to_ascii_lowercase()
        .split_once('x')
        .and_then(|(columns, rows)| Some((number(rows)?, number(columns)?)));
    let wanted = TerminalOptions {
        oversize: size,
        ..*options
    };
    match size {
        Some(size) if wanted.alternate() == size => Ok(Some(size)),
        Some(_) => Err(format!(
            "'{text}' is smaller than model {} or has more than 16383 cells",
            options.model.number()
        )),
        None => Err(format!("'{text}' is no size: COLUMNSxROWS is wanted")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_and_sizes_are_read_as_s3270_reads_them() {
        use tn3270::terminal::Model;
        assert_eq!(model("3279-2-E"), Ok((Model::Two, true)));
        assert_eq!(model("3278-4"), Ok((Model::Four, false)));
        assert_eq!(model("5"), Ok((Model::Five, true)));
        assert!(model("3279-9").is_err() && model("").is_err());
        let options = TerminalOptions::default();
        assert_eq!(oversize("160x62", &options), Ok(Some((62, 160))));
        assert_eq!(oversize("", &options), Ok(None));
        assert!(oversize("10x10", &options).unwrap_err().contains("smaller"));
        assert!(
            oversize("wide", &options)
                .unwrap_err()
                .contains("COLUMNSxROWS")
        );
    }

    #[test]
    fn names_stand_once_and_in_order() {
        let names: Vec<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
