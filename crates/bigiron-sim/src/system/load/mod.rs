//! Files to a system: parsed, checked against their shapes, compiled. Pure: bytes in, a system or its faults out.

pub(crate) mod data;
pub(crate) mod effects;
mod keys;
mod lint;
pub(crate) mod literal;
mod map;
mod nesting;
pub(crate) mod node;
pub(crate) mod scope;
mod screen;
pub(crate) mod structure;
mod visit;
mod warts;

use super::diagnostics::Diagnostics;
use super::model::{Abend, Idle, Job, Messages, Schedule, System, Template, TemplateFact};
use super::shape::{SCREEN, SYSTEM};
use super::value::Date;
use effects::{EffectContext, Effects};
use map::MapLegend;
use node::{Faults, SourceFile, TomlKey, TomlNode, TomlTable};
use scope::{Catalog, fixed, template};
use toml::de::{DeTable, DeValue};

/// The longest file, in bytes.
pub const MAX_FILE: usize = 4 << 20;
/// The most that all files may have together, in bytes.
pub const MAX_TOTAL: usize = 16 << 20;
/// The most screens of a system.
pub const MAX_SCREENS: usize = 512;

/// A screen is called by up to so many characters, as a map of BMS is by 7 and a member of a library by 8.
const LONGEST_ID: usize = 8;

impl System {
    /// Loads a system from its files, `(name inside the folder, bytes)`. Every fault of every file is reported.
    pub fn load(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        id: &str,
    ) -> Result<System, Diagnostics> {
        let (system, diagnostics) = System::check(files, id);
        system.ok_or(diagnostics)
    }

    /// As [`System::load`], with the warnings that do not keep a system from running.
    pub fn check(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        id: &str,
    ) -> (Option<System>, Diagnostics) {
        let mut faults = Faults::default();
        let mut files: Vec<(String, Vec<u8>)> = files.into_iter().collect();
        files.sort();
        let digest = digest(&files);
        let sources = sources(files, &mut faults);
        let system = compile(&sources, id, digest, &mut faults);
        let diagnostics = Diagnostics::new(faults.list, sources);
        (system.filter(|_| diagnostics.errors() == 0), diagnostics)
    }
}

/// Over the names and bytes of all files that decide what the system does, in order of names, each with its length before it.
/// Tasks and playbooks decide what is asked of it.
pub(crate) fn digest(files: &[(String, Vec<u8>)]) -> u64 {
    let decides = |name: &str| name != "tasks.toml" && !name.starts_with("playbooks/");
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    for (name, bytes) in files.iter().filter(|(name, _)| decides(name)) {
        for part in [name.as_bytes(), bytes] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.digest()
}

/// The texts of the files that a system is compiled from, in order of names.
fn sources(files: Vec<(String, Vec<u8>)>, faults: &mut Faults) -> Vec<(String, String)> {
    let mut sources: Vec<(String, String)> = Vec::new();
    let mut total = 0;
    for (name, bytes) in files {
        if !stays_inside(&name) {
            faults.file(&name, "the name leads out of the system's folder");
            continue;
        }
        if !is_definition(&name, faults) {
            continue;
        }
        total += bytes.len();
        if bytes.len() > MAX_FILE {
            faults.file(&name, format!("the file is longer than {MAX_FILE} bytes"));
        } else if total > MAX_TOTAL {
            faults.file(
                &name,
                format!("the files together are longer than {MAX_TOTAL} bytes"),
            );
        } else if sources.last().is_some_and(|(last, _)| *last == name) {
            faults.file(&name, "the file is there twice");
        } else {
            match String::from_utf8(bytes) {
                Ok(text) => sources.push((name, text)),
                Err(error) => {
                    let at = error.utf8_error().valid_up_to();
                    faults
                        .file(&name, format!("byte {at} is not UTF-8"))
                        .help("save the file as UTF-8");
                }
            }
        }
    }
    sources
}

pub(crate) fn stays_inside(name: &str) -> bool {
    !name.contains(['\\', '\0'])
        && name
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

/// Whether a file is one that systems are compiled from. Others (tasks, playbooks, notes) are left alone.
fn is_definition(name: &str, faults: &mut Faults) -> bool {
    let Some(stem) = name
        .strip_suffix(".toml")
        .filter(|stem| !stem.contains('/'))
    else {
        return false;
    };
    if matches!(stem, "system" | "words" | "warts") || is_screen_id(stem) {
        return true;
    }
    if stem != "tasks" {
        let fault = faults.file(
            name,
            "the file is neither a screen nor anything else a system has",
        );
        fault.help(format!("a screen's name has capitals and digits, at most {LONGEST_ID}, a capital first; there are system, words, warts and tasks besides"));
    }
    false
}

fn is_screen_id(stem: &str) -> bool {
    stem.len() <= LONGEST_ID
        && stem.starts_with(|c: char| c.is_ascii_uppercase())
        && stem
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// Parses a file. What the reader cannot make sense of is reported, the rest is gone on with.
pub(crate) fn parse<'s>(source: SourceFile<'s>, faults: &mut Faults) -> DeTable<'s> {
    if let Some(span) = nesting::too_deep(source.text) {
        let place = node::SourcePlace {
            file: source.name.to_owned(),
            span,
        };
        faults.error(place, "the file is nested too deep here");
        return DeTable::new();
    }
    let (table, errors) = DeTable::parse_recoverable(source.text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        faults.error(
            node::SourcePlace {
                file: source.name.to_owned(),
                span,
            },
            error.message().to_owned(),
        );
    }
    table.into_inner()
}

fn compile(
    sources: &[(String, String)],
    id: &str,
    digest: u64,
    faults: &mut Faults,
) -> Option<System> {
    let sources: Vec<SourceFile<'_>> = sources
        .iter()
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    let parsed: Vec<(SourceFile<'_>, DeTable<'_>)> =
        sources.iter().map(|s| (*s, parse(*s, faults))).collect();
    let roots: Vec<TomlTable<'_>> = parsed
        .iter()
        .map(|(source, table)| TomlTable::root(*source, table))
        .collect();
    let Some(system) = roots.iter().find(|root| root.source.name == "system.toml") else {
        if !faults.list.iter().any(|d| d.file == "system.toml") {
            faults
                .file("system.toml", "there is no such file")
                .help("a system is a folder with system.toml and one file a screen");
        }
        return None;
    };
    structure::check(system, &SYSTEM, system.place(), faults);
    let mut catalog = Catalog::default();
    if let Some(words) = roots.iter().find(|root| root.source.name == "words.toml") {
        data::words(words, &mut catalog, faults);
    }
    let mut tables = tables(system, &mut catalog, faults);
    let session = literal::variables(system.table_of("session"), faults);
    catalog.session = session
        .iter()
        .map(|v| super::expr::Named {
            name: v.name.clone(),
            of: v.of.clone(),
        })
        .collect();
    catalog.jobs = system
        .entries_of("job")
        .iter()
        .map(|(name, _)| name.text.to_owned())
        .collect();
    let model = system
        .int_of("model")
        .and_then(|n| u8::try_from(n).ok())
        .unwrap_or(2);
    let drafts = drafts(&roots, system, model, &mut catalog, faults);
    for (n, (_, node)) in system.entries_of("table").iter().enumerate() {
        if let (Some(table), Some(written)) = (tables.get_mut(n), node.table()) {
            data::fill(table, n, &written, &catalog, faults);
        }
    }
    let jobs = system
        .entries_of("job")
        .iter()
        .map(|(name, node)| job(name, node, &catalog, faults))
        .collect();
    let start = system
        .str_of("start")
        .and_then(|start| full_screen(&start, &catalog, faults));
    let mut screens = Vec::new();
    for (n, draft) in drafts.into_iter().enumerate() {
        screens.extend(screen::compile(draft, n, &catalog, faults));
    }
    let warts = roots
        .iter()
        .find(|root| root.source.name == "warts.toml")
        .map_or_else(Vec::new, |root| {
            warts::compile(root, &catalog, &screens, faults)
        });
    let compiled = System {
        id: id.to_owned(),
        title: text_of(system, "title"),
        about: text_of(system, "about"),
        model,
        start: start.unwrap_or(0),
        today: system
            .get("today")
            .and_then(|node| literal::date(&node, faults))
            .unwrap_or(Date(0)),
        time_of_day: system.get("time").map_or(0, |node| time(&node)),
        response: system
            .get("response")
            .and_then(|node| literal::duration(&node, faults))
            .unwrap_or(100),
        layers: layers(system),
        session,
        messages: messages(system, &catalog, faults),
        idle: system
            .table_of("idle")
            .and_then(|idle| self::idle(&idle, &catalog, faults)),
        abend: abend(system, start.unwrap_or(0), &catalog, faults),
        words: catalog.words,
        tables,
        screens,
        jobs,
        warts,
        digest,
    };
    if start.is_some()
        && faults
            .list
            .iter()
            .all(|d| d.severity != super::diagnostics::Severity::Error)
    {
        lint::unreachable(&compiled, &roots, faults);
    }
    start.map(|_| compiled)
}

fn text_of(table: &TomlTable<'_>, key: &str) -> String {
    table
        .str_of(key)
        .map(|t| t.text.to_owned())
        .unwrap_or_default()
}

fn layers(system: &TomlTable<'_>) -> Vec<String> {
    let names = system
        .get("layers")
        .and_then(|n| n.elements())
        .unwrap_or_default();
    let names: Vec<String> = names
        .iter()
        .filter_map(|n| n.value.as_str().map(str::to_owned))
        .collect();
    if names.is_empty() {
        vec!["mainframe".to_owned()]
    } else {
        names
    }
}

fn time(node: &TomlNode<'_>) -> u64 {
    let DeValue::Datetime(value) = node.value else {
        return 0;
    };
    value.time.map_or(0, |t| {
        ((u64::from(t.hour) * 60 + u64::from(t.minute)) * 60 + u64::from(t.second.unwrap_or(0)))
            * 1000
    })
}

fn tables(
    system: &TomlTable<'_>,
    catalog: &mut Catalog,
    faults: &mut Faults,
) -> Vec<super::model::TableDef> {
    let layers = layers(system);
    let mut tables = Vec::new();
    for (name, node) in system.entries_of("table") {
        let Some(written) = node.table() else {
            continue;
        };
        let table = data::draft(&name, &written, &layers, faults);
        catalog.tables.push(data::names(&table));
        catalog.numbered.push(table.sequence.is_some());
        tables.push(table);
    }
    tables
}

/// Reads the maps of all screens, and settles what they know of each other.
fn drafts<'d>(
    roots: &[TomlTable<'d>],
    system: &TomlTable<'_>,
    model: u8,
    catalog: &mut Catalog,
    faults: &mut Faults,
) -> Vec<screen::ScreenDraft<'d>> {
    let mut inks = MapLegend::default();
    screen::pens(system.table_of("pen"), &mut inks, faults);
    for (name, node) in system.entries_of("glyph") {
        let shown = node.text().and_then(|t| {
            let mut chars = t.text.chars();
            chars.next().filter(|_| chars.next().is_none())
        });
        match (screen::ink(&name, faults), shown) {
            (Some(ch), Some(shown)) => {
                inks.glyphs.insert(ch, shown);
            }
            (Some(_), None) => {
                faults.error(node.place(), "a glyph is shown as one character");
            }
            _ => {}
        }
    }
    let mut drafts = Vec::new();
    for root in roots {
        let Some(id) = root
            .source
            .name
            .strip_suffix(".toml")
            .filter(|stem| is_screen_id(stem))
        else {
            continue;
        };
        if drafts.len() == MAX_SCREENS {
            faults.file(
                root.source.name,
                format!("a system has at most {MAX_SCREENS} screens"),
            );
            break;
        }
        structure::check(root, &SCREEN, root.place(), faults);
        drafts.push(screen::draft(id, *root, model, &inks, catalog, faults));
    }
    catalog.screens = drafts
        .iter_mut()
        .map(|d| std::mem::take(&mut d.names))
        .collect();
    for (n, draft) in drafts.iter().enumerate() {
        let over = screen::over(draft, n, catalog, faults);
        if let Some(screen) = catalog.screens.get_mut(n) {
            screen.over = over;
        }
    }
    drafts
}

/// A screen that is no window.
fn full_screen(name: &node::TomlText<'_>, catalog: &Catalog, faults: &mut Faults) -> Option<usize> {
    let id = catalog.screen(name, faults)?;
    if catalog.screens.get(id).is_some_and(|s| s.window) {
        faults.error(
            name.place(),
            format!("`{}` is a window: it needs a screen beneath it", name.text),
        );
    }
    Some(id)
}

fn messages(system: &TomlTable<'_>, catalog: &Catalog, faults: &mut Faults) -> Messages {
    let table = system.table_of("messages");
    let mut text = |key, given: &[TemplateFact]| {
        table
            .and_then(|t| t.str_of(key))
            .map(|t| template(&t, &catalog.names(), given, faults))
    };
    let inactive_key = text("inactive_key", &[TemplateFact::Key, TemplateFact::Screen]);
    let no_more = text("no_more", &[]);
    let default_key = Template(vec![
        super::model::TemplatePart::Given(TemplateFact::Key),
        super::model::TemplatePart::Text(" IS NOT ACTIVE ON THIS SCREEN".to_owned()),
    ]);
    Messages {
        inactive_key: inactive_key.unwrap_or(default_key),
        no_more: no_more.unwrap_or_else(|| fixed("NO MORE PAGES")),
    }
}

fn idle(table: &TomlTable<'_>, catalog: &Catalog, faults: &mut Faults) -> Option<Idle> {
    let after = table
        .get("after")
        .and_then(|node| literal::duration(&node, faults));
    let mut compiler = Effects {
        catalog,
        context: EffectContext::Idle,
        names: catalog.names(),
        faults,
    };
    let effects = compiler.list(table.get("do"));
    Some(Idle {
        after: after?,
        effects,
    })
}

fn abend(system: &TomlTable<'_>, start: usize, catalog: &Catalog, faults: &mut Faults) -> Abend {
    let given = [TemplateFact::Code, TemplateFact::Screen, TemplateFact::Time];
    let table = system.table_of("abend");
    let lines = table
        .and_then(|t| t.get("lines"))
        .and_then(|n| n.elements());
    let lines: Option<Vec<Template>> = lines.map(|lines| {
        lines
            .iter()
            .filter_map(TomlNode::text)
            .map(|text| template(&text, &catalog.names(), &given, faults))
            .collect()
    });
    let then = table
        .and_then(|t| t.str_of("then"))
        .and_then(|then| full_screen(&then, catalog, faults));
    let part = super::model::TemplatePart::Given;
    let text = |text: &str| super::model::TemplatePart::Text(text.to_owned());
    let line = vec![
        text("TRANSACTION "),
        part(TemplateFact::Screen),
        text(" HAS FAILED WITH ABEND "),
        part(TemplateFact::Code),
    ];
    Abend {
        lines: lines.unwrap_or_else(|| vec![Template(line)]),
        then: then.unwrap_or(start),
    }
}

fn job(name: &TomlKey<'_>, node: &TomlNode<'_>, catalog: &Catalog, faults: &mut Faults) -> Job {
    let mut job = Job {
        name: name.text.to_owned(),
        about: String::new(),
        schedule: Schedule::OnRequest,
        effects: Vec::new(),
    };
    let Some(table) = node.table() else {
        return job;
    };
    job.about = text_of(&table, "about");
    job.schedule = schedule(&table, faults);
    let mut compiler = Effects {
        catalog,
        context: EffectContext::Job,
        names: catalog.names(),
        faults,
    };
    job.effects = compiler.list(table.get("do"));
    job
}

fn schedule(table: &TomlTable<'_>, faults: &mut Faults) -> Schedule {
    let every = table
        .get("every")
        .and_then(|node| literal::duration(&node, faults).map(|ms| (node, ms)));
    let daily = table.get("daily").and_then(|n| n.elements());
    if let (Some(name), true) = (table.key("every"), daily.is_some()) {
        faults.error(
            name.place(),
            "a job runs either `daily` or `every` so often",
        );
    }
    match (every, daily) {
        (Some((node, 0)), _) => {
            faults.error(node.place(), "a job cannot run every 0 ms");
            Schedule::OnRequest
        }
        (Some((_, every)), _) => Schedule::Every(every),
        (None, Some(times)) => {
            let mut daily: Vec<u64> = times
                .iter()
                .filter_map(TomlNode::text)
                .filter_map(|t| literal::time_of_day(&t, faults))
                .collect();
            daily.sort_unstable();
            daily.dedup();
            Schedule::Daily(daily)
        }
        (None, None) => Schedule::OnRequest,
    }
}

#[cfg(test)]
mod tests;
