//! `docs/warts.md` and `list warts` name every kind, and what the page says is so.

use bigiron::system::model::System;
use bigiron::system::wart::WartKind;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::process::Command;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/warts.md");

fn listed(options: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bigiron"));
    let output = command.args(["list", "warts"]).args(options).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

#[test]
fn every_kind_is_in_the_list() {
    let listed = listed(&[]);
    for kind in WartKind::ALL {
        assert!(
            listed.contains(&format!("\n{:12} {}", kind.name(), kind.doc())),
            "{} is not listed",
            kind.name()
        );
    }
    assert!(listed.contains("dmv/lost_renewal") && listed.contains("(RQU) does not list it"));
}

/// Each kind has a section: what it does, an example with its tell, and the shipped warts of the kind with what trains them.
/// `UPDATE_DOCS=1` writes the last anew.
#[test]
fn every_kind_has_its_example_its_tells_and_its_tasks_on_the_page() {
    let page = fs::read_to_string(PAGE).unwrap();
    let listed: Value = serde_json::from_str(&listed(&["--json"])).unwrap();
    let warts = listed["warts"].as_array().unwrap();
    let (before, sections) = page.split_once("\n### ").unwrap();
    let mut wanted = before.to_owned();
    let mut named = Vec::new();
    for section in sections.split("\n### ") {
        let kind = section.lines().next().unwrap();
        let (text, rest) = section.split_once("```toml\n").unwrap();
        let (example, _) = rest.split_once("```\n").unwrap();
        assert!(example.contains(&format!("kind = \"{kind}\"")) && example.contains("tell = "));
        let shipped = shipped(warts.iter().filter(|wart| wart["kind"] == kind));
        write!(wanted, "\n### {text}```toml\n{example}```\n{shipped}").unwrap();
        named.push(kind);
    }
    let kinds: Vec<&str> = WartKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(sorted(named), sorted(kinds));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PAGE, wanted).unwrap();
    } else {
        assert_eq!(page, wanted, "run with UPDATE_DOCS=1");
    }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

/// The warts of a kind as a table: each with its tell and the tasks that are proven with it, of which there is at least one.
fn shipped<'w>(warts: impl Iterator<Item = &'w Value>) -> String {
    let mut out = String::from("\n| wart | tell | trained by |\n|---|---|---|\n");
    let mut trained = 0;
    for wart in warts {
        let text = |key: &str| wart[key].as_str().unwrap().to_owned();
        let tasks = wart["tasks"].as_array().unwrap();
        let tasks: Vec<String> = tasks
            .iter()
            .map(|task| format!("`{}`", task.as_str().unwrap()))
            .collect();
        trained += tasks.len();
        let (system, name, tell) = (text("system"), text("wart"), text("tell"));
        writeln!(out, "| `{system}/{name}` | {tell} | {} |", tasks.join(", ")).unwrap();
    }
    assert!(trained > 0, "no task trains it:\n{out}");
    out
}

/// The example of each kind on the page loads with the licence desk.
#[test]
fn every_example_of_the_documentation_is_sound() {
    let page = fs::read_to_string(PAGE).unwrap();
    let blocks = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|part| part.split("```").next());
    let dmv = |warts: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/screens/dmv");
        let entries = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let files =
            entries.filter(|path| path.is_file() && path.file_name().unwrap() != "warts.toml");
        let files = files.map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read(&path).unwrap(),
            )
        });
        let files: Vec<_> = files
            .chain([("warts.toml".to_owned(), warts.as_bytes().to_vec())])
            .collect();
        System::load(files, "dmv").map(|system| system.warts.len())
    };
    for block in blocks {
        assert_eq!(
            dmv(block).unwrap_or_else(|faults| panic!("{block}\n{faults}")),
            1
        );
    }
}
