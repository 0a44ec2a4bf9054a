//! The loader on the example, and on hostile input.

use super::files::MAX_FILE;
use super::*;
use proptest::prelude::*;

const EXAMPLE: [(&str, &str); 5] = [
    (
        "system.toml",
        include_str!("../../../../../docs/stores/system.toml"),
    ),
    (
        "words.toml",
        include_str!("../../../../../docs/stores/words.toml"),
    ),
    (
        "STR000.toml",
        include_str!("../../../../../docs/stores/STR000.toml"),
    ),
    (
        "STR010.toml",
        include_str!("../../../../../docs/stores/STR010.toml"),
    ),
    (
        "STR020.toml",
        include_str!("../../../../../docs/stores/STR020.toml"),
    ),
];

const WINDOW: (&str, &str) = (
    "STRW01.toml",
    include_str!("../../../../../docs/stores/STRW01.toml"),
);

fn example() -> Vec<(String, Vec<u8>)> {
    EXAMPLE
        .into_iter()
        .chain([WINDOW])
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .collect()
}

fn faults(name: &str, bytes: impl Into<Vec<u8>>) -> String {
    let mut files = example();
    files.retain(|(file, _)| file != name);
    files.push((name.to_owned(), bytes.into()));
    System::load(files, "stores")
        .map(|_| String::new())
        .unwrap_or_else(|faults| faults.to_string())
}

#[test]
fn the_example_is_loaded() {
    let system = System::load(example(), "stores").unwrap();
    let screen = system.screens.iter().find(|s| s.id == "STR020").unwrap();
    let qty = screen.fields.iter().position(|f| f.name == "qty").unwrap();
    let pf9 = &screen.keys[&crate::system::model::Trigger::Key(tn3270::wire::aid::Aid::Pf(9))];
    assert_eq!(
        pf9.edits,
        [qty],
        "the typed input fields that the key's rules read"
    );
    let list = system.screens.iter().find(|s| s.id == "STR010").unwrap();
    assert_eq!(list.list.as_ref().unwrap().page, 6);
    let field = &screen.fields[qty];
    assert_eq!((field.at, field.length), (4 * 80 + 14, 4));
}

#[test]
fn names_that_lead_out_of_the_folder_are_refused() {
    for name in [
        "../STR000.toml",
        "/etc/STR000.toml",
        "a/../../STR000.toml",
        "C:\\STR000.toml",
        "./STR000.toml",
    ] {
        assert!(
            faults(name, "").contains("leads out of the system's folder"),
            "{name}"
        );
    }
}

#[test]
fn bytes_that_are_no_text_are_told_by_their_place() {
    assert!(faults("STR000.toml", b"title = \"\xFF\"".to_vec()).contains("byte 9 is not UTF-8"));
}

#[test]
fn deep_and_large_files_are_refused() {
    let deep = [
        format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("a = {}1{}", "{a=".repeat(100_000), "}".repeat(100_000)),
        format!("{} = 1", vec!["a"; 100_000].join(".")),
        format!("[{}]", vec!["a"; 100_000].join(".")),
        vec!["a"; 79].join(".")
            + " = "
            + &format!("{{ {} = ", vec!["a"; 79].join(".")).repeat(70)
            + "1"
            + &" }".repeat(70),
    ];
    for text in deep {
        assert!(!faults("STR000.toml", text).is_empty());
    }
    assert!(faults("STR000.toml", vec![b' '; MAX_FILE + 1]).contains("longer than 4194304 bytes"));
    let when = "{ when = true, do = [".repeat(18) + &"] }".repeat(18);
    let text = format!("{}\n[[on.pf4]]\ndo = [{when}]", EXAMPLE[2].1);
    assert!(faults("STR000.toml", text).contains("nested more than 16 levels deep"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn a_mutated_file_never_panics_the_loader(
        file in 0usize..6,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, "[\\[\\](){}'\"=.,:%\\\\ \n\ta0-9é😀]{0,4}"), 1..6),
    ) {
        let mut files = example();
        let (_, bytes) = &mut files[file];
        let mut chars: Vec<char> = String::from_utf8(bytes.clone()).unwrap().chars().collect();
        for (at, cut, put) in edits {
            let at = at.index(chars.len().max(1)).min(chars.len());
            let end = (at + cut).min(chars.len());
            chars.splice(at..end, put.chars());
        }
        *bytes = chars.into_iter().collect::<String>().into_bytes();
        if let Err(faults) = System::load(files, "stores") {
            prop_assert!(faults.errors() > 0);
            prop_assert!(!faults.render("stores", false).is_empty());
        }
    }
}
