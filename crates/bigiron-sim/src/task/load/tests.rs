use super::*;

const SYSTEM: &str = r#"
title = "Desk"
start = "AA"
today = 1989-03-14
[table.licence]
key = "licno"
rows = [{ licno = "D1", street = "7 ELM ST" }, { licno = "D2", street = "9 OAK ST" }]
[table.licence.columns]
licno = "text(8)"
street = "text(24)"
points = "int"
"#;

const SCREEN: &str = r#"
title = "Desk"
map = '''
 DESK  [licno   ]
 (msg                    )
'''
[[on.enter]]
message = "HELLO"
"#;

const PLAYBOOK: &str = r#"
about = "Moves somebody"
takes = { licno = "text" }
memory = { tries = 0 }
[[rule]]
name = "done"
when = "screen.has('DONE') && memory.tries > 0"
answer = "{value.licno}"
[[rule]]
do = [{ type = "{value.licno}", into = "DESK" }, { keys = "<enter>" }, { remember = { tries = "memory.tries + 1" } }]
"#;

const TASK: &str = r#"
[task.move]
title = "Move"
drill = "desk"
tier = 1
goal = "Move {value.licno} to {value.street}."
oracle = "move"
budget = { keys = 100, time = "1h" }
[task.move.values]
licno = { key_of = "licence", where = "row.points == 0" }
street = { one_of = ["'1 MILL RD'", "'2 MILL RD'"] }
[[task.move.require]]
update = "licence"
key = "value.licno"
set = { street = "value.street" }
"#;

fn check(tasks: &str, playbook: &str) -> Result<TaskSuite, String> {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let files = vec![file("system.toml", SYSTEM), file("AA.toml", SCREEN)];
    let system = System::load(files, "desk").unwrap();
    let files = [
        file("tasks.toml", tasks),
        file("playbooks/move.toml", playbook),
    ];
    TaskSuite::load(&Arc::new(system), files).map_err(|faults| faults.to_string())
}

/// The faults after one change to the task.
fn fault(from: &str, to: &str) -> String {
    assert!(TASK.contains(from), "{from}");
    check(&TASK.replace(from, to), PLAYBOOK).unwrap_err()
}

/// The faults after one change to the playbook.
fn playbook_fault(from: &str, to: &str) -> String {
    assert!(PLAYBOOK.contains(from), "{from}");
    check(TASK, &PLAYBOOK.replace(from, to)).unwrap_err()
}

#[test]
fn a_task_and_its_playbook_are_compiled() {
    let course = check(TASK, PLAYBOOK).unwrap();
    let start = course.start("move", 7).unwrap();
    assert!(start.goal().starts_with("Move D"));
    assert_eq!(course.start("move", 7).unwrap().values(), start.values());
    let goals: std::collections::BTreeSet<String> = (0..40)
        .map(|seed| course.start("move", seed).unwrap().goal().to_owned())
        .collect();
    assert_eq!(goals.len(), 4, "every row and every choice is drawn");
    let unknown = course.start("mvoe", 0).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "no task is called `mvoe`; did you mean `move`?"
    );
}

#[test]
fn a_requirement_that_names_what_is_not_there_is_placed() {
    insta::assert_snapshot!(fault("update = \"licence\"", "update = \"licences\""), @"tasks.toml:13:10: no table is called `licences` (did you mean `licence`?)");
    insta::assert_snapshot!(fault("set = { street", "set = { streat"), @"tasks.toml:15:9: no column of licence is called `streat` (did you mean `street`?)");
    insta::assert_snapshot!(fault("set = { street = \"value.street\"", "set = { points = \"value.street\""), @"tasks.toml:15:19: expected int, this is text (`int(text)` reads a whole number)");
    insta::assert_snapshot!(fault("key = \"value.licno\"", "key = \"value.licn\""), @"tasks.toml:14:14: no value variable is called `licn` (did you mean `licno`?)");
}

#[test]
fn a_task_that_requires_nothing_is_a_fault() {
    let at = TASK.find("[[task.move.require]]").unwrap();
    insta::assert_snapshot!(check(&TASK[..at], PLAYBOOK).unwrap_err(), @"tasks.toml:2:7: nothing is required: doing nothing would solve the task (give it a `[[require]]` or an `answer`)");
}

#[test]
fn a_playbook_may_take_only_what_the_goal_tells() {
    insta::assert_snapshot!(fault("Move {value.licno}", "Move somebody"), @"tasks.toml:7:10: the playbook takes `licno`, which the goal does not tell");
    insta::assert_snapshot!(playbook_fault("takes = { licno = \"text\" }", "takes = { licno = \"text\", city = \"text\" }"), @"tasks.toml:7:10: the playbook takes `city`, and there is no value.city");
    insta::assert_snapshot!(fault("oracle = \"move\"", "oracle = \"mov\""), @"tasks.toml:7:10: no playbook is called `mov` (did you mean `move`?)");
}

#[test]
fn a_wrong_question_key_or_variable_of_a_playbook_is_placed() {
    insta::assert_snapshot!(playbook_fault("screen.has('DONE')", "screen.hsa('DONE')"), @"playbooks/move.toml:7:16: no question to `screen` is called `hsa` (did you mean `has`?)");
    insta::assert_snapshot!(playbook_fault("<enter>", "<etner>"), @"playbooks/move.toml:10:60: no key is called <etner> (did you mean <enter>?)");
    insta::assert_snapshot!(playbook_fault("remember = { tries", "remember = { trees"), @"playbooks/move.toml:10:87: no memory variable is called `trees` (did you mean `tries`?)");
    insta::assert_snapshot!(playbook_fault("memory.tries > 0", "licence.count(l, true) > 0"), @"playbooks/move.toml:7:31: nothing is called `licence` (a text stands in quotes: 'A')");
}

#[test]
fn a_rule_that_can_never_act_and_a_playbook_that_never_ends_are_faults() {
    let more = format!("{PLAYBOOK}[[rule]]\ndone = true\n");
    insta::assert_snapshot!(check(TASK, &more).unwrap_err(), @"playbooks/move.toml:11:1: the rule can never act: the one before it always does (give the rule before it a `when`, or put it last)");
    insta::assert_snapshot!(playbook_fault("answer = \"{value.licno}\"", "do = [{ wait = \"1s\" }]"), @"playbooks/move.toml:1:1: no rule ends the playbook (one of them needs `done`, `answer` or `fail`)");
}

#[test]
fn a_setup_changes_tables_only() {
    let text = format!(
        "{TASK}[task.move.setup]\ndo = [{{ insert = \"licence\", row = {{ licno = \"'D9'\" }} }}, {{ broadcast = \"X\" }}]\n"
    );
    insta::assert_snapshot!(check(&text, PLAYBOOK).unwrap_err(), @"tasks.toml:17:6: a setup changes tables and does nothing else (of the effects it may have insert, update, delete, each, when)");
    let course = check(&text.replace(", { broadcast = \"X\" }", ""), PLAYBOOK).unwrap();
    let start = course.start("move", 0).unwrap();
    assert_eq!(start.region().tables()[0].len(), 3);
    let twice = text.replace(
        ", { broadcast = \"X\" }",
        ", { insert = \"licence\", row = { licno = \"'D1'\" } }",
    );
    let error = check(&twice, PLAYBOOK)
        .unwrap()
        .start("move", 0)
        .unwrap_err();
    assert!(error.to_string().contains("is there already"), "{error}");
}
