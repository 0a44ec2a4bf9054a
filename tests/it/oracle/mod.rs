//! The terminal against s3270 4.1ga10: the same streams and keys must give the same screens, answers and keyboard states.
//!
//! `tests/oracle` holds the cases and what s3270 answered; its scripts ask an s3270 again.

mod case;
mod compare;
mod run;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader};
use std::iter;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::SystemTime;

use case::{Case, Golden};
use compare::{check, differences};
use flate2::read::GzDecoder;
use serde::Deserialize;

/// Where we do not follow the reference, each with the reason: `reasons.json`.
#[derive(Deserialize)]
struct Reasons {
    /// Hand-written cases.
    cases: BTreeMap<String, String>,
    /// Hand-written cases that ask for more than a terminal.
    #[serde(rename = "cases in process")]
    in_process: BTreeMap<String, String>,
    /// Random cases.
    random: BTreeMap<String, String>,
    /// Characters that it shows otherwise than Python's codecs, iconv and Unicode have them.
    printed: Vec<Printed>,
}

#[derive(Deserialize)]
struct Printed {
    /// The code page; any if absent.
    page: Option<String>,
    ours: char,
    theirs: char,
}

static REASONS: LazyLock<Reasons> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../oracle/reasons.json")).unwrap());

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
    let reasons = REASONS.cases.keys().chain(REASONS.in_process.keys());
    check(differences(pairs), reasons);
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
    for name in REASONS.random.keys() {
        assert!(differ.wrapped.contains(name), "{name} wraps nothing");
    }
    check(differ, REASONS.random.keys());
}

/// Asks the reference anew, each time about other cases. `ORACLE_SEED` repeats a run, `ORACLE_CASES` says how many, and with colons of
/// which families (`3000:insert:types`).
#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
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
    assert_eq!(differ.cases.to_string(), cases.split(':').next().unwrap());
    differ.how.retain(|name, _| !differ.wrapped.contains(name));
    check(differ, iter::empty());
}
