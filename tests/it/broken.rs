//! Broken systems: what `bigiron check` says of each, as a person sees it.
//!
//! Each `tests/broken/NAME.patch` breaks the example of `docs/stores`: `@ FILE`, then `-` lines that stand there one
//! after the other and `+` lines that take their place; with no `-` lines the `+` lines are added at the end.

use std::fs;
use std::path::Path;
use std::process::Command;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/stores");
const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/broken");

#[test]
fn every_broken_system_is_told_what_is_wrong_and_where() {
    let mut cases: Vec<_> = fs::read_dir(CASES)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    cases.retain(|path| path.extension().is_some_and(|e| e == "patch"));
    cases.sort();
    assert!(cases.len() >= 40);
    for case in cases {
        let name = case.file_stem().unwrap().to_str().unwrap();
        let text = checked(&fs::read_to_string(&case).unwrap(), name);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../broken");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

#[test]
fn the_unbroken_system_has_no_fault() {
    let text = checked("", "unbroken");
    assert_eq!(
        text,
        "stores: 4 screens, 20 fields, 15 rules, 3 tables, 1 job, 2 tasks, 3 playbooks\nexit code 0\n"
    );
}

#[test]
fn a_warning_fails_only_where_it_is_asked_to() {
    let patch = fs::read_to_string(Path::new(CASES).join("warning_never_fires.patch")).unwrap();
    let folder = patched(&patch, "warning");
    let check = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bigiron"));
        command
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap()
            .status
            .code()
    };
    assert_eq!(check(&["check", "stores"]), Some(0));
    assert_eq!(check(&["check", "stores", "--deny-warnings"]), Some(1));
    assert_eq!(check(&["check", "nowhere"]), Some(2));
}

/// The whole output of `bigiron check` on a patched example.
fn checked(patch: &str, case: &str) -> String {
    let folder = patched(patch, case);
    let mut command = Command::new(env!("CARGO_BIN_EXE_bigiron"));
    let output = command
        .args(["check", "stores"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    format!(
        "{}{}exit code {code}\n",
        text(output.stderr),
        text(output.stdout)
    )
}

/// A folder that holds the example with a patch applied.
fn patched(patch: &str, case: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let system = folder.path().join("stores");
    fs::create_dir(&system).unwrap();
    fs::create_dir(system.join("playbooks")).unwrap();
    for part in ["", "playbooks"] {
        for entry in fs::read_dir(Path::new(EXAMPLE).join(part)).unwrap() {
            let path = entry.unwrap().path();
            let copy = system.join(part).join(path.file_name().unwrap());
            if path.is_file() {
                fs::copy(&path, copy).unwrap();
            }
        }
    }
    for part in patch.split("\n@ ").skip(1) {
        let mut lines = part.lines();
        let file = system.join(lines.next().unwrap());
        // A file that is not there yet is empty.
        let text = fs::read_to_string(&file).unwrap_or_default();
        let (mut old, mut new) = (String::new(), String::new());
        for line in lines {
            let side = if line.starts_with('-') {
                &mut old
            } else {
                &mut new
            };
            side.push_str(&line[1..]);
            side.push('\n');
        }
        let broken = match old.as_str() {
            "" => text + &new,
            old => {
                let old = old.trim_end_matches('\n');
                assert!(
                    text.contains(old),
                    "{case}: {old} does not stand in {}",
                    file.display()
                );
                text.replacen(old, new.trim_end_matches('\n'), 1)
            }
        };
        fs::write(&file, broken).unwrap();
    }
    folder
}
