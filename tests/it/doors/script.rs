//! The action language: transcripts, and the same transcripts from the reference client.

use std::process::Command;

use super::{Server, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bigiron");

fn script(input: &str) -> String {
    run(PROGRAM, &["script", "dmv"], input)
}

/// A transcript with each line of input before its answer.
fn transcript(lines: &[&str]) -> String {
    let answers = script(&(lines.join("\n") + "\n"));
    let mut answers = answers.lines();
    let mut out = String::new();
    for line in lines {
        out.push_str(&format!("> {line}\n"));
        for answer in answers.by_ref() {
            out.push_str(&format!("{}\n", answer.trim_end()));
            if answer == "ok" || answer == "error" {
                break;
            }
        }
    }
    out
}

#[test]
fn a_clerk_signs_on() {
    insta::assert_snapshot!(transcript(&[
        "String(\"CLK042\") String(\"IRON\")",
        "AsciiField()",
        "Enter()",
        "Ascii(0,0,4,60)",
        "Query(Cursor1)",
        "Wait(2,Seconds)",
        "Snap()",
        "PF(3)",
        "Snap(Ascii,0,0,10)",
        "Ascii(0,0,10)",
        "Wait(StringAt,1,2,DMVS00)",
        "Quit()",
    ]));
}

#[test]
fn what_is_wrong_is_said_with_a_near_match() {
    insta::assert_snapshot!(transcript(&[
        "Entre()",
        "Asc()",
        "PF(25)",
        "PF()",
        "Enter(1)",
        "String(\"a\"",
        "Tab();Tab()",
        "Ascii(0,0,99,99)",
        "Ascii(1,2)",
        "ReadBuffer(Asci)",
        "Query(Cursr)",
        "Set(monoCas,true)",
        "Set(monoCase,maybe)",
        "Wait(1,Unlok)",
        "Wait(1,StringAt,1,1,NOTHERE)",
        "Wait(StringAt,1,1,NOTHERE)",
        "Wait(1,CursorAt,99,1)",
        "Snap(Rows)",
        "Key(Foo)",
        "HexString(c1c)",
        "Expect(x)",
        "MoveCursor(0,0) Key(x)",
        "Reset() # and a comment",
        "",
    ]));
}

/// Actions that both ends of the comparison take alike.
const COMMON: &[&str] = &[
    "Wait(5,InputField)",
    "Set(blankFill,false)",
    "ReadBuffer(Ascii)",
    "ReadBuffer(Ebcdic)",
    "ReadBuffer(Field,Unicode)",
    "Ascii()",
    "Ascii1(1,1,3,20)",
    "Ascii(5,70,15)",
    "Ascii(12)",
    "Ebcdic(11,20,30)",
    "AsciiField()",
    "EbcdicField()",
    "Tab() Tab() BackTab()",
    "String(\"IR\") Left() Insert() String(\"X\") Reset()",
    "AsciiField()",
    "EbcdicField()",
    "Ebcdic(13,30,10)",
    "ReadBuffer(Field,Ebcdic)",
    "Home() EraseInput() String(\"clk\\tq\\\\x\")",
    "Ascii(11,0,3,80)",
    "MoveCursor(2,5)",
    "MoveCursor1(12,32)",
    "MoveCursor(99,99)",
    "Home() Up() Down() Right() Left2() Right2() Newline()",
    "Home() Delete() Dup() FieldMark()",
    "EraseEOF()",
    "Query(Cursor)",
    "Query(Cursor1)",
    "Query(Formatted)",
    "Query(ScreenCurSize)",
    "Snap()",
    "Snap(Rows)",
    "Snap(Cols)",
    "Snap(Status)",
    "Foo(1",
    "Ascii(1,2)",
    "Ascii(0,0,25,80)",
    "AsciiField(1)",
    "PF(25)",
    "PF()",
    "Enter(1)",
    "Asc()",
    "String(a b)",
    "Key(Foo)",
    "Home() EraseInput() String(\"CLK042IRON\")",
    "Enter()",
    "Wait(5,InputField)",
    "Ascii()",
    "ReadBuffer(Ebcdic)",
    "pf 3",
    "Wait(5,InputField)",
    "Ascii(0,0,1,80)",
    "Clear()",
    "Wait(5,InputField)",
    "Ascii(0,0,1,80)",
    "Quit()",
];

/// Takes out what differs by nature: the host's name and the time.
fn without_host_and_time(transcript: &str) -> Vec<String> {
    let status = |line: &str| {
        let fields: Vec<&str> = line.split(' ').collect();
        match fields.as_slice() {
            [a, b, c, host, rest @ .., _] if fields.len() == 12 && host.starts_with("C(") => {
                format!("{a} {b} {c} C {}", rest.join(" "))
            }
            _ => line.replace("C(127.0.0.1)", "C").replace("C(dmv)", "C"),
        }
    };
    transcript.lines().map(status).collect()
}

#[test]
fn the_reference_client_says_the_same_at_the_other_door() {
    let server = Server::start();
    let input = COMMON.join("\n") + "\n";
    let theirs = run(
        "s3270",
        &["-utf8", "-model", "3279-2-E", &server.tn3270],
        &input,
    );
    let ours = script(&input);
    let (theirs, ours) = (without_host_and_time(&theirs), without_host_and_time(&ours));
    let differing: Vec<_> = theirs
        .iter()
        .zip(&ours)
        .filter(|(theirs, ours)| theirs != ours)
        .collect();
    assert!(
        differing.is_empty() && theirs.len() == ours.len(),
        "s3270, then ours:\n{differing:#?}"
    );
}

#[test]
fn x3270if_drives_a_session_of_its_own() {
    let server = Server::start();
    let (_, port) = server.script.rsplit_once(':').unwrap();
    let actions = "String(\"CLK042IRON\") Enter() Ascii(0,0,1,40)";
    let seen = run("x3270if", &["-t", port, actions], "");
    assert!(seen.starts_with(" DMVM01  "), "{seen}");
    let fields = run("x3270if", &["-t", port, "-S", "Enter()"], "");
    assert!(fields.starts_with("U F U C(dmv) I 2 24 80 "), "{fields}");
    let wrong = Command::new("x3270if")
        .args(["-t", port, "Ascij()"])
        .output();
    let wrong = wrong.unwrap();
    let output = [wrong.stdout, wrong.stderr].concat();
    let output = String::from_utf8_lossy(&output).into_owned();
    assert!(
        !wrong.status.success() && output.contains("did you mean Ascii?"),
        "{output}"
    );
}
