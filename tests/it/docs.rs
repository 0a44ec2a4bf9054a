//! The pages under `docs` agree with the program.

use bigiron::system::expr::Function;
use bigiron::system::shape::{self, EffectKind, KeyShape, MakerKind, ValueKind};
use bigiron::task::shape as tasks;
use std::fmt::Write;
use std::fs;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/systems.md");
const TASKS_PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tasks.md");
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/stores");
const BEGIN: &str = "<!-- reference: made from the tables that the loader checks -->\n";
const END: &str = "<!-- end of reference -->";

#[test]
fn every_definition_on_the_pages_is_in_the_example() {
    let mut files = Vec::new();
    for folder in [EXAMPLE.to_owned(), format!("{EXAMPLE}/playbooks")] {
        let entries = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let texts = entries.filter(|path| path.is_file());
        files.extend(texts.map(|path| fs::read_to_string(path).unwrap()));
    }
    for (page, least) in [(PAGE, 10), (TASKS_PAGE, 5)] {
        let page = fs::read_to_string(page).unwrap();
        let blocks: Vec<&str> = page
            .split("```toml\n")
            .skip(1)
            .filter_map(|rest| rest.split("```").next())
            .collect();
        assert!(blocks.len() > least);
        for block in blocks {
            assert!(
                files.iter().any(|text| text.contains(block)),
                "not in docs/stores:\n{block}"
            );
        }
    }
}

#[test]
fn the_page_of_tasks_names_every_key_and_every_question() {
    let page = fs::read_to_string(TASKS_PAGE).unwrap();
    let tables = [
        &tasks::TASK,
        &tasks::ALLOW,
        &tasks::ANSWER,
        &tasks::MILESTONE,
        &tasks::BUDGET,
        &tasks::SEEDS,
        &tasks::PLAYBOOK,
        &tasks::RULE,
    ];
    let tagged = [tasks::VALUES, tasks::REQUIRES, tasks::ACTIONS];
    let shapes = tables.into_iter().chain(tagged.into_iter().flatten());
    for key in shapes.flat_map(|shape| shape.keys) {
        let named = [" ", "`", "[", ".", "\n"].iter().any(|before| {
            let after = [" ", "`", "]", "s`", "."];
            after
                .iter()
                .any(|after| page.contains(&format!("{before}{}{after}", key.name)))
        });
        assert!(named, "docs/tasks.md does not name `{}`", key.name);
    }
    for question in bigiron::task::playbook::questions() {
        let named = format!("`screen.{}(", question.name);
        assert!(page.contains(&named), "docs/tasks.md has no {named}");
    }
}

/// `UPDATE_DOCS=1` rewrites the reference.
#[test]
fn the_reference_names_every_key_effect_and_function() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let wanted = reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PAGE, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
    } else {
        assert_eq!(found, wanted, "run with UPDATE_DOCS=1");
    }
}

fn reference() -> String {
    let mut out = String::new();
    for (title, shape) in [
        ("`system.toml`", &shape::SYSTEM),
        ("`[messages]`", &shape::MESSAGES),
        ("`[idle]`", &shape::IDLE),
        ("`[abend]`", &shape::ABEND),
        ("`[pen]`, each character", &shape::PEN),
        ("`[table.NAME]`", &shape::TABLE),
        ("`sequence`", &shape::SEQUENCE),
        ("`[table.NAME.generate]`", &shape::GENERATE),
        ("`[job.NAME]`", &shape::JOB),
        ("A screen's file", &shape::SCREEN),
        ("`window`", &shape::WINDOW),
        ("`[field.NAME]`", &shape::FIELD),
        ("`[list]`", &shape::LIST),
        ("`[[requires]]`", &shape::REQUIRES),
        ("`[[on.KEY]]`", &shape::RULE),
    ] {
        heading(&mut out, title, "key");
        shape
            .keys
            .iter()
            .for_each(|key| row(&mut out, key, key.required));
    }
    heading(&mut out, "Generated columns", "maker");
    for maker in MakerKind::ALL {
        rows(&mut out, maker.keys());
    }
    heading(&mut out, "`count` of a generated column", "key");
    shape::COUNTER
        .keys
        .iter()
        .for_each(|key| row(&mut out, key, key.required));
    heading(&mut out, "Effects", "effect");
    for effect in EffectKind::ALL {
        rows(&mut out, effect.keys());
    }
    writeln!(out, "\n### Functions\n\n| written | yields |\n|---|---|").unwrap();
    for function in Function::ROWS {
        writeln!(out, "| `{}` | {} |", function.form, function.doc).unwrap();
    }
    out.push('\n');
    out
}

fn heading(out: &mut String, title: &str, what: &str) {
    writeln!(
        out,
        "\n### {title}\n\n| {what} | what it means | takes |\n|---|---|---|"
    )
    .unwrap();
}

/// A kind of effect or maker: the key that names it, then the others.
fn rows(out: &mut String, keys: &[KeyShape]) {
    for (n, key) in keys.iter().enumerate() {
        if n == 0 {
            row(out, key, false);
        } else {
            let needed = if key.required { " (needed)" } else { "" };
            writeln!(
                out,
                "| … `{}`{needed} | {} | {} |",
                key.name,
                key.doc,
                takes(&key.kind)
            )
            .unwrap();
        }
    }
}

fn row(out: &mut String, key: &KeyShape, needed: bool) {
    let needed = if needed { " (needed)" } else { "" };
    writeln!(
        out,
        "| `{}`{needed} | {} | {} |",
        key.name,
        key.doc,
        takes(&key.kind)
    )
    .unwrap();
}

fn takes(kind: &ValueKind) -> String {
    match kind {
        ValueKind::Text => "text".into(),
        ValueKind::Ref(what) => format!("the name of a {what}"),
        ValueKind::Template => "text with `{expressions}`".into(),
        ValueKind::Expr => "an expression".into(),
        ValueKind::Int(_, i64::MAX) => "a whole number".into(),
        ValueKind::Int(least, most) => format!("{least} to {most}"),
        ValueKind::Bool => "`true` or `false`".into(),
        ValueKind::True => "`true`".into(),
        ValueKind::Date => "a date".into(),
        ValueKind::Time => "a time".into(),
        ValueKind::Duration => "a duration".into(),
        ValueKind::Delay => "a duration, or an expression of ms".into(),
        ValueKind::Type => "a type".into(),
        ValueKind::Literal => "a value".into(),
        ValueKind::Choice(words) => words
            .iter()
            .map(|w| format!("`{w}`"))
            .collect::<Vec<_>>()
            .join(" "),
        ValueKind::One(_) => "a table, see there".into(),
        ValueKind::Many(_) => "tables, see there".into(),
        ValueKind::Map(of) => format!("names, each with {}", takes(of)),
        ValueKind::List(of) => format!("a list of: {}", takes(of)),
        ValueKind::OneOrList(of) => format!("{}, or a list", takes(of)),
        ValueKind::Effects => "a list of effects".into(),
        ValueKind::Maker => "a maker, as `{ word = \"…\" }`".into(),
        ValueKind::Variable => "a first value, or `{ type = \"…\", initial = … }`".into(),
        ValueKind::ColumnPair => "a column, or `{ here = \"there\" }`".into(),
        ValueKind::Tagged(name, _) => format!("{name}, as a table"),
    }
}
