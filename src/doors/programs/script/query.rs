//! `Query()`: what a script asks about the session.

use std::iter;

use super::{Mode, host, near_hint};
use crate::doors::session::certificate::Certificate;
use crate::doors::session::target::ScriptTarget;
use tn3270::client::TrafficCount;
use tn3270::terminal::TerminalOptions;
use tn3270::wire::CodePage;

/// Answers a query about the target of a script.
type Answer = fn(&dyn ScriptTarget) -> String;

/// The subjects of `Query()` in the order of its reply, each with the function that answers it.
const QUERIES: [(&str, Answer); 42] = [
    ("About", |_| format!("{}\n{}", version(), licence())),
    ("Actions", |_| super::verbs::names()),
    ("BindPluName", |subject| {
        host::facts(subject).plu.unwrap_or_default()
    }),
    ("BuildOptions", |_| match cfg!(feature = "mcp") {
        true => "--features mcp".into(),
        false => "--no-default-features".into(),
    }),
    ("CodePage", |subject| {
        code_page(subject.terminal().options())
    }),
    ("CodePages", |_| code_pages()),
    ("ConnectTime", |subject| match subject.host() {
        None => String::new(),
        Some(_) => clock(subject),
    }),
    ("ConnectionState", |subject| {
        connection_state(subject).into()
    }),
    ("Copyright", |_| licence()),
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
        let port = host::facts(subject).port;
        match (subject.host(), port) {
            (None, _) => String::new(),
            (Some(host), None) => format!("host {host}"),
            (Some(host), Some(port)) => format!("host {host} {port}"),
        }
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
    ("LocalEncoding", |_| "UTF-8".into()),
    ("LuName", |subject| {
        host::facts(subject).lu.unwrap_or_default()
    }),
    ("Prefixes", |_| "ABCLNSTY".into()),
    ("Proxies", |_| String::new()),
    ("Proxy", |_| String::new()),
    ("ScreenSizeCurrent", |subject| {
        let terminal = subject.terminal();
        format!("rows {} columns {}", terminal.rows(), terminal.columns())
    }),
    ("ScreenSizeMax", |subject| {
        let (rows, columns) = subject.terminal().options().alternate();
        format!("rows {rows} columns {columns}")
    }),
    ("ScreenTraceFile", |_| String::new()),
    ("StatsRx", |subject| {
        stats(subject, host::facts(subject).received)
    }),
    ("StatsTx", |subject| {
        stats(subject, host::facts(subject).sent)
    }),
    ("Tasks", |_| "Macro RUNNING => Query(\"Tasks\")".into()),
    ("TelnetHostOptions", |subject| {
        host::facts(subject).host_options
    }),
    ("TelnetMyOptions", |subject| host::facts(subject).my_options),
    ("TerminalName", |subject| terminal_name(subject)),
    ("Tls", |subject| {
        match (subject.host(), host::facts(subject).secure) {
            (None, _) => String::new(),
            (Some(_), None) => "not secure".into(),
            (Some(_), Some(secured)) => match secured.verified {
                true => "secure host-verified".into(),
                false => "secure host-unverified".into(),
            },
        }
    }),
    ("TlsCertInfo", |subject| {
        certificate(subject).map_or(String::new(), |shown| shown.about.join("\n"))
    }),
    ("TlsProvider", |_| "rustls".into()),
    ("TlsSessionInfo", |subject| {
        let secured = host::facts(subject).secure;
        secured.map_or(String::new(), |secured| {
            format!("Version: {}\nCipher: {}", secured.version, secured.cipher)
        })
    }),
    ("TlsSubjectNames", |subject| {
        certificate(subject).map_or(String::new(), |shown| shown.names.join("\n"))
    }),
    ("Tn3270eOptions", |subject| host::facts(subject).functions),
    ("TraceFile", |_| String::new()),
    ("Version", |_| version()),
    ("VirtualTime", |subject| format!("{} ms", subject.now())),
    ("Cursor", |subject| {
        let (row, column) = cursor(subject);
        format!("{row} {column}")
    }),
    ("Model", terminal_name),
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
];

/// The longest answer in the list of all subjects, in bytes.
const LINE: usize = 80;

/// How many subjects at the end are older names of others, which the list of all leaves out.
const OLDER: usize = 4;

fn version() -> String {
    concat!("bigiron v", env!("CARGO_PKG_VERSION")).into()
}

fn licence() -> String {
    concat!("bigiron is under ", env!("CARGO_PKG_LICENSE")).into()
}

/// Every code page with the other names it goes by, numbers alone left out as s3270 does.
fn code_pages() -> String {
    let lines = CodePage::all().map(|page| {
        let names = page.names().skip(1);
        let others = names.filter(|name| !name.bytes().all(|byte| byte.is_ascii_digit()));
        iter::once(page.name())
            .chain(iter::once("sbcs"))
            .chain(others)
            .collect::<Vec<_>>()
            .join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The certificate that the host has shown.
fn certificate(subject: &dyn ScriptTarget) -> Option<Certificate> {
    host::facts(subject).secure?.certificate
}

fn terminal_name(subject: &dyn ScriptTarget) -> String {
    let host = subject.foreign_host();
    let named = host.and_then(|host| host.config().terminal_type.clone());
    named.unwrap_or_else(|| subject.terminal().options().terminal_type())
}

/// How long the host has been connected, by the clock that the session has.
fn clock(subject: &dyn ScriptTarget) -> String {
    let seconds = match host::facts(subject).connected {
        Some(connected) => connected.as_secs(),
        None => subject.now() / 1000,
    };
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The state of the connection, in the words of s3270.
fn connection_state(subject: &dyn ScriptTarget) -> &'static str {
    match host::mode(subject) {
        _ if subject.host().is_none() => "not-connected",
        Mode::Pending => "telnet-pending",
        Mode::Nvt { lines: true } => "connected-nvt",
        Mode::Nvt { lines: false } => "connected-nvt-charmode",
        Mode::Tn3270 => "connected-3270",
        Mode::Unbound => "connected-unbound",
        Mode::NvtInTn3270e => "connected-e-nvt",
        Mode::Sscp => "connected-sscp",
        Mode::Tn3270e => "connected-tn3270e",
    }
}

/// What went one way, where anything goes over a wire.
fn stats(subject: &dyn ScriptTarget, count: TrafficCount) -> String {
    match host::mode(subject) {
        _ if subject.host().is_none() || subject.foreign_host().is_none() => String::new(),
        Mode::Nvt { .. } | Mode::Pending => format!("bytes {}", count.bytes),
        _ => format!("records {} bytes {}", count.records, count.bytes),
    }
}

fn code_page(options: &TerminalOptions) -> String {
    let (set, page) = options.code_page.global_id();
    format!(
        "{} sbcs gcsgid {set} cpgid {page}",
        options.code_page.name()
    )
}

/// Row and column of the cursor, from 0.
fn cursor(subject: &dyn ScriptTarget) -> (u16, u16) {
    let terminal = subject.terminal();
    let columns = terminal.columns().max(1);
    (terminal.cursor() / columns, terminal.cursor() % columns)
}

/// `Query()` or `Show()`: one subject, by its name or a beginning that no other has, or all.
pub fn query(
    subject: &dyn ScriptTarget,
    action: &str,
    arguments: &[String],
) -> Result<Vec<String>, String> {
    let [wanted] = arguments else {
        let all = QUERIES.iter().take(QUERIES.len() - OLDER);
        let text = all.map(|(name, ask)| match ask(subject) {
            text if text.len() > LINE || text.contains('\n') => format!("{name}: ..."),
            text => format!("{name}: {text}").trim_end().to_owned(),
        });
        return Ok(text.collect());
    };
    let lower = wanted.to_ascii_lowercase();
    let exact = QUERIES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let mut beginning = QUERIES
        .iter()
        .filter(|(name, _)| name.to_ascii_lowercase().starts_with(&lower));
    match (exact, beginning.next(), beginning.next()) {
        (Some((_, ask)), ..) | (None, Some((_, ask)), None) => {
            let text = ask(subject);
            Ok(text.split('\n').map(str::to_owned).collect())
        }
        (None, Some(_), Some(_)) => Err(format!("{action}: Ambiguous parameter")),
        (None, None, _) => {
            let known = QUERIES.iter().map(|(name, _)| *name);
            Err(format!(
                "{action}: Unknown parameter{}",
                near_hint(wanted, known)
            ))
        }
    }
}
