//! The terminal against s3270 4.1ga10: the same streams and keys must give the same screens, answers and keyboard states.
//!
//! `tests/oracle` holds the cases and what s3270 answered; its scripts ask an s3270 again.

mod case;
mod compare;
mod run;

use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use case::{Case, Golden};
use compare::{check, differences};
use flate2::read::GzDecoder;
use serde::Deserialize;

const WRAPPED: &str = "an insertion that shifts characters round the end of the buffer: the reference computes their addresses wrongly, and \
     loses or scatters them";

/// Where we do not follow the reference: the case and why.
const REASONS: &[(&str, &str)] = &[
    (
        "ord/ge-short",
        "the record ends within a Graphic Escape; the reference reads on behind its end and stores what happens to lie there",
    ),
    ("wrap/insert", WRAPPED),
    (
        "key-form-then-enter/SysReq",
        "after SYS REQ in TN3270E the session is with the SSCP, to which keys are sent by the TN3270E layer, not by the terminal",
    ),
];

/// The same for the random cases.
const RANDOM_REASONS: &[(&str, &str)] = &[
    ("ahead-11-4285", WRAPPED),
    ("ahead-13-4441", WRAPPED),
    ("ahead-13-4974", WRAPPED),
    ("attributes-12-4215", WRAPPED),
    ("attributes-13-3630", WRAPPED),
    ("attributes-14-3123", WRAPPED),
    ("malformed-11-238", WRAPPED),
    ("pen-12-1761", WRAPPED),
    ("plain-12-2847", WRAPPED),
    ("plain-14-1924", WRAPPED),
    ("tn3270-13-595", WRAPPED),
    ("tn3270-14-4989", WRAPPED),
];

/// Where the reference shows another character than ours, on which Python's codecs, iconv and Unicode agree: the code page (any if
/// empty), ours, and theirs.
const PRINTED: &[(&str, char, char)] = &[
    // The indices two and three of the alternate character set, beside a right index one.
    ("", '₂', 'ʂ'),
    ("", '₃', 'ʃ'),
    // The overline, which it takes for the macron.
    ("cp273", '‾', '¯'),
    ("cp285", '‾', '¯'),
    // The Greek page, which it has from another edition, with the small letters with dialytika swapped.
    ("cp875", '|', ' '),
    ("cp875", '\u{a0}', '∇'),
    ("cp875", '\u{387}', '·'),
    ("cp875", 'ϊ', 'ΐ'),
    ("cp875", 'ΐ', 'ϊ'),
    ("cp875", 'ϋ', 'ΰ'),
    ("cp875", 'ΰ', 'ϋ'),
];

#[test]
fn hand_written_cases_agree_with_the_reference() {
    let cases = include_str!("../../oracle/cases.jsonl").lines();
    let golden = include_str!("../../oracle/golden-4.1ga10.jsonl").lines();
    let pairs = cases.zip(golden).map(|(case, golden)| {
        let case: Case = serde_json::from_str(case).unwrap();
        let answer: Answer = serde_json::from_str(golden).unwrap();
        assert_eq!(case.name, answer.name);
        (case, answer.dumps)
    });
    check(differences(pairs), REASONS);
}

#[derive(Deserialize)]
struct Answer {
    name: String,
    dumps: Golden,
}

/// A line of `record.py`.
#[derive(Deserialize)]
struct Recorded {
    case: Case,
    dumps: Golden,
}

fn recorded(line: io::Result<String>) -> (Case, Golden) {
    let recorded: Recorded = serde_json::from_str(&line.unwrap()).unwrap();
    (recorded.case, recorded.dumps)
}

#[test]
fn random_cases_agree_with_the_reference() {
    let packed = include_bytes!("../../oracle/random.jsonl.gz");
    let lines = BufReader::new(GzDecoder::new(packed.as_slice())).lines();
    let differ = differences(lines.map(recorded));
    assert!(differ.cases >= 20_000, "only {} cases", differ.cases);
    for (name, why) in RANDOM_REASONS {
        assert!(*why != WRAPPED || differ.wrapped.contains(*name), "{name}");
    }
    check(differ, RANDOM_REASONS);
}

/// Asks the reference anew, each time about other cases. `ORACLE_SEED` repeats a run, `ORACLE_CASES` says how many.
#[test]
fn fresh_random_cases_agree_with_the_reference() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let said = |name: &str| std::env::var(name).ok();
    let seed = said("ORACLE_SEED").unwrap_or_else(|| now.unwrap().as_micros().to_string());
    let cases = said("ORACLE_CASES").unwrap_or_else(|| "1300".into());
    println!("ORACLE_SEED={seed} ORACLE_CASES={cases}");
    let mut record = Command::new("python3")
        .args(["tests/oracle/record.py", &format!("{seed}:{cases}")])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(record.stdout.take().unwrap()).lines();
    let mut differ = differences(lines.map(recorded));
    assert!(record.wait().unwrap().success(), "the reference failed");
    assert_eq!(differ.cases.to_string(), cases);
    differ.how.retain(|name, _| !differ.wrapped.contains(name));
    check(differ, &[]);
}
