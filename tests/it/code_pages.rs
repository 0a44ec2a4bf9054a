//! The code pages against Python's codecs, in both directions.

use std::process::Command;

use bigiron::wire::CodePage;

/// The pages that Python has a codec for.
const SHARED: [&str; 5] = ["cp037", "cp273", "cp500", "cp875", "cp1140"];

/// The character of each code point of each shared page, as Python has it.
const ASK: &str = "\
import sys
for name in sys.argv[1:]:
    print(*[ord(character) for character in bytes(range(256)).decode(name)])
";

fn python() -> Vec<Vec<char>> {
    let asked = Command::new("python3")
        .args(["-c", ASK])
        .args(SHARED)
        .output()
        .unwrap();
    assert!(asked.status.success(), "{asked:?}");
    let numbers = |line: &str| {
        let characters = line.split(' ').map(|number| number.parse::<u32>().unwrap());
        characters.map(|n| char::from_u32(n).unwrap()).collect()
    };
    String::from_utf8(asked.stdout)
        .unwrap()
        .lines()
        .map(numbers)
        .collect()
}

#[test]
fn pages_are_those_of_python() {
    let codecs = python();
    assert_eq!(codecs.len(), SHARED.len());
    for (name, codec) in SHARED.iter().zip(&codecs) {
        let page = CodePage::by_name(name).unwrap();
        for (code, &theirs) in (0u8..=255).zip(codec) {
            let ours = page.decode(code);
            // Python has SUB where a page has no character.
            let none = theirs == '\x1a' && code != 0x3F;
            assert_eq!(
                ours,
                if none { '\u{fffd}' } else { theirs },
                "{name} {code:02X}"
            );
            if code >= 0x40 && !none && !theirs.is_control() {
                assert_eq!(page.encode(theirs), Some(code), "{name} {theirs:?}");
            }
        }
    }
}
