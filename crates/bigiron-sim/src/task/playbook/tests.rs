use super::*;
use crate::system::expr::Arithmetic;
use crate::system::model::TemplatePart;
use crate::task::ending::Ending;
use tn3270::terminal::TerminalOptions;
use tn3270::wire::{Aid, FieldAttribute, Inbound, Order, Outbound, Wcc};

/// A screen from its drawing: `[` starts an input field, `(` and `)` and `]` a protected one, `#` a hidden input field.
fn paint(map: &str) -> Outbound {
    let mut orders = Vec::new();
    for (row, line) in map.trim_start_matches('\n').lines().enumerate() {
        orders.push(Order::SetBufferAddress(row as u16 * 80));
        for character in line.chars() {
            let input = FieldAttribute::default();
            orders.push(match character {
                '[' => Order::StartField(input),
                '(' | ')' | ']' => Order::StartField(input.protected(true)),
                '#' => Order::StartField(input.intensity(tn3270::wire::Intensity::Hidden)),
                _ => Order::Data(
                    vec![tn3270::wire::CodePage::CP037.encode(character).unwrap()].into(),
                ),
            });
        }
    }
    Outbound::EraseWrite {
        wcc: Wcc::RESTORE,
        orders,
    }
}

fn terminal(map: &str) -> Terminal {
    let mut terminal = Terminal::new(TerminalOptions::default());
    terminal.apply(&paint(map));
    terminal
}

const RENEWAL: &str = "
(DMVR04              LICENCE RENEWAL               (03/14/89)
(OPER (CLK042)
(  LICENCE NO . . (D4471902)        STATUS . . . (A)(ACTIVE  )
(  ON FILE
(  STREET . . . . (418 CANAL ST            )
(  NEW ADDRESS
(  STREET . . . . [7 ELM                   ]  ZIP: [50001]
(  PASSWORD ===> #SECRET]

(  S  LICENCE   LAST NAME          FEE
(  -  --------  -----------------  -------
( [ ](D1      )(ABBOTT            )(  24.00)
( [ ](D2      )(BAKER             )(  36.50)
";

#[test]
fn a_field_is_found_by_the_label_left_of_it() {
    let screen = terminal(RENEWAL);
    let any = |label: &str| query::field(&screen, label, query::FieldKind::Any);
    assert_eq!(any("LICENCE NO"), "D4471902");
    assert_eq!(any("licence no . ."), "D4471902");
    assert_eq!(any("STATUS"), "A");
    assert_eq!(any("STREET"), "418 CANAL ST");
    assert_eq!(
        query::field(&screen, "STREET", query::FieldKind::Input),
        "7 ELM"
    );
    assert_eq!(any("ZIP"), "50001");
    assert_eq!(any("NO"), "");
}

const WINDOW: &str = "
(  AMOUNT . . (  75.00)    OFFICER (K117)
(  NAME . . . (+-------------------------+
(  REASON . . (|(AMOUNT . . (  12.00)    |
(             (|(OFFICER . .[        ]   |
(             (|(ENTER=ANSWER            |
(             (+-------------------------+
";

#[test]
fn the_fields_of_a_window_come_before_those_under_it() {
    let mut screen = terminal(WINDOW);
    let any = |screen: &Terminal, label: &str| query::field(screen, label, query::FieldKind::Any);
    for cursor in [0, 3 * 80 + 26] {
        screen.press(Key::MoveCursor(cursor));
        assert_eq!(any(&screen, "AMOUNT"), "  12.00");
        assert_eq!(any(&screen, "OFFICER"), "");
    }
    let without = WINDOW.replace(['+', '|'], " ");
    assert_eq!(any(&terminal(&without), "AMOUNT"), "  75.00");
}

#[test]
fn what_is_hidden_is_not_read_but_can_be_typed_into() {
    let screen = terminal(RENEWAL);
    assert_eq!(query::field(&screen, "PASSWORD", query::FieldKind::Any), "");
    assert!(query::labelled(&screen, "PASSWORD", query::FieldKind::Input, 1).is_some());
    assert!(!query::has(&screen, "SECRET"));
}

#[test]
fn a_field_of_a_list_is_found_by_its_heading_and_its_row() {
    let screen = terminal(RENEWAL);
    assert_eq!(query::column(&screen, "FEE", "BAKER"), "36.50");
    assert_eq!(query::column(&screen, "LICENCE", "BAKER"), "D2");
    assert_eq!(query::column(&screen, "FEE", "NOBODY"), "");
    assert_eq!(
        query::field(&screen, "LAST NAME", query::FieldKind::Any),
        "ABBOTT"
    );
    let pick = query::in_row_with(&screen, "D2", None).unwrap();
    assert_eq!(pick.start(), 12 * 80 + 3);
    assert_eq!(
        query::in_row_with(&screen, "D2", Some("S")).map(|f| f.start()),
        Some(pick.start())
    );
    assert!(query::in_row_with(&screen, "D2", Some("FEE")).is_none());
    let second = query::labelled(&screen, "S", query::FieldKind::Input, 2).unwrap();
    assert_eq!(second.start(), pick.start());
}

#[test]
fn text_is_read_by_row_and_column_from_one() {
    let screen = terminal(RENEWAL);
    assert_eq!(query::text(&screen, 1, 2, 6), "DMVR04");
    assert_eq!(query::find(&screen, "NEW ADDRESS"), 6);
    assert_eq!(query::find(&screen, ""), 0);
    assert_eq!(query::count(&screen, "STREET"), 2);
    assert_eq!(query::row(&screen, 99), "");
}

/// A host of two screens; the first PF5 is lost.
struct TwoScreens {
    terminal: Terminal,
    saves: u32,
    sent: Vec<Inbound>,
    waited: u64,
}

impl TwoScreens {
    fn new() -> TwoScreens {
        TwoScreens {
            terminal: terminal(
                "\n(SIGN-ON\n(  OPERATOR ID . . [OLD   ]\n(  PASSWORD  . . . #        ]",
            ),
            saves: 0,
            sent: Vec::new(),
            waited: 0,
        }
    }
}

impl TerminalDriver for TwoScreens {
    fn press_at(&mut self, _at: usize, key: Key) -> Result<(), Ending> {
        let tn3270::terminal::Response::Inbound(inbound) = self.terminal.press(key) else {
            return Ok(());
        };
        let message = match inbound.aid() {
            Aid::Enter => "SIGNED ON",
            _ if self.saves == 0 => "PLEASE TRY AGAIN",
            _ => "SAVED AS 4711",
        };
        self.saves += u32::from(inbound.aid() == Aid::Pf(5));
        self.sent.push(inbound);
        self.terminal.apply(&paint(&format!(
            "\n(MENU\n(  STREET . [       ]\n({message}"
        )));
        Ok(())
    }

    fn wait_at(&mut self, _at: usize, by: u64) -> Result<(), Ending> {
        self.waited += by;
        Ok(())
    }

    fn terminal_at(&self, _at: usize) -> &Terminal {
        &self.terminal
    }
}

fn gave_up(why: &str) -> (Option<String>, Ending) {
    (None, Ending::AgentFault(why.into()))
}

fn has(text: &str) -> Expr {
    Expr::Ask(0, vec![Expr::Const(Value::text(text))])
}

fn plain(text: &str) -> Template {
    Template(vec![TemplatePart::Text(text.into())])
}

fn type_into(label: &str, text: Template) -> PlaybookAction {
    PlaybookAction::Type {
        text,
        into: FieldTarget::Label(plain(label), Expr::Const(Value::Int(1))),
    }
}

fn rule(when: Expr, actions: Vec<PlaybookAction>, end: Option<End>) -> PlaybookRule {
    PlaybookRule {
        name: "rule".into(),
        terminal: 0,
        when: Some(when),
        at_most: None,
        actions,
        end,
    }
}

fn playbook(rules: Vec<PlaybookRule>) -> Playbook {
    Playbook {
        id: "test".into(),
        about: String::new(),
        takes: vec![("operator".into(), Type::Text)],
        memory: vec![crate::system::model::Variable {
            name: "tries".into(),
            of: Type::Int,
            initial: Value::Int(0),
        }],
        patience: 3,
        pause: 1000,
        systems: vec![],
        today: Date(0),
        rules,
    }
}

#[test]
fn rules_are_tried_in_order_on_every_look() {
    let tries = Expr::Arithmetic(
        Arithmetic::Add,
        Box::new(Expr::Session(0)),
        Box::new(Expr::Const(Value::Int(1))),
    );
    let answer = Template(vec![
        TemplatePart::Expr(Expr::Session(0)),
        TemplatePart::Text(" TRIES: ".into()),
        TemplatePart::Expr(Expr::Ask(
            4,
            [3, 11, 4].map(|n| Expr::Const(Value::Int(n))).to_vec(),
        )),
    ]);
    let playbook = playbook(vec![
        rule(
            has("SIGN-ON"),
            vec![
                type_into(
                    "OPERATOR ID",
                    Template(vec![TemplatePart::Expr(Expr::State(0))]),
                ),
                type_into("PASSWORD", plain("IRON")),
                PlaybookAction::Keys(vec![Key::Enter]),
            ],
            None,
        ),
        rule(has("SAVED"), vec![], Some(End::Answer(answer))),
        rule(
            has("MENU"),
            vec![
                PlaybookAction::Keys(vec![Key::Pf(5)]),
                PlaybookAction::Remember(vec![(0, tries)]),
            ],
            None,
        ),
    ]);
    let mut driver = TwoScreens::new();
    let ended = run(&playbook, &[Value::text("CLK042")], &mut driver);
    assert_eq!(ended, (Some("2 TRIES: 4711".into()), Ending::Done));
    let page = tn3270::wire::CodePage::CP037;
    let Inbound::Modified { fields, .. } = &driver.sent[0] else {
        panic!("{:?}", driver.sent)
    };
    let typed: Vec<String> = fields.iter().map(|f| page.decode_text(&f.data)).collect();
    assert_eq!(typed, ["CLK042", "IRON"]);
}

#[test]
fn a_playbook_that_knows_no_further_gives_up_after_its_patience() {
    let mut driver = TwoScreens::new();
    let ended = run(
        &playbook(vec![rule(has("MENU"), vec![], Some(End::Done))]),
        &[],
        &mut driver,
    );
    assert_eq!(ended, gave_up("no rule holds on this screen"));
    assert_eq!(driver.waited, 3000);
}

#[test]
fn a_missing_field_or_too_long_a_text_breaks_the_rule_off() {
    for (label, text, why) in [
        (
            "SHOE SIZE",
            "44",
            "there is no input field labelled SHOE SIZE",
        ),
        (
            "OPERATOR ID",
            "HALVORSEN",
            "HALVORSEN does not fit the 6 positions of the field labelled OPERATOR ID",
        ),
    ] {
        let rules = vec![rule(
            has("SIGN-ON"),
            vec![
                type_into(label, plain(text)),
                PlaybookAction::Keys(vec![Key::Enter]),
            ],
            None,
        )];
        let mut driver = TwoScreens::new();
        let ended = run(&playbook(rules), &[], &mut driver);
        assert_eq!(ended, gave_up(why));
        assert!(driver.sent.is_empty());
    }
}

#[test]
fn a_rule_is_passed_over_once_it_acted_as_often_as_it_may() {
    let mut save = rule(
        has("MENU"),
        vec![PlaybookAction::Keys(vec![Key::Pf(5)])],
        None,
    );
    save.at_most = Some(1);
    let enter = rule(
        has("SIGN-ON"),
        vec![PlaybookAction::Keys(vec![Key::Enter])],
        None,
    );
    let fail = rule(has("MENU"), vec![], Some(End::Fail(plain("not saved"))));
    let mut driver = TwoScreens::new();
    let ended = run(&playbook(vec![save, enter, fail]), &[], &mut driver);
    assert_eq!(ended, gave_up("not saved"));
    assert_eq!(driver.saves, 1);
}

#[test]
fn an_operator_error_is_taken_back_and_breaks_the_rule_off() {
    let rules = vec![rule(
        has("SIGN-ON"),
        vec![PlaybookAction::Keys(vec![
            Key::MoveCursor(0),
            Key::Char('X'),
        ])],
        None,
    )];
    let mut driver = TwoScreens::new();
    let ended = run(&playbook(rules), &[], &mut driver);
    assert_eq!(ended, gave_up("X was refused: X <-o->"));
    assert_eq!(driver.terminal.lock(), None);
}

#[test]
fn a_key_is_found_by_what_the_screen_says_it_does() {
    let screen = terminal(
        "\n( SAVE = NEVER\n( ENTER=CHECK  F3=MENU  F5=SAVE ADDRESS  F9=SUBMIT PF12=CANCEL\n( PA1=SHOW",
    );
    let key = |words: &str| query::key(&screen, words);
    assert_eq!(key("submit"), Some(Key::Pf(9)));
    assert_eq!(key("SAVE ADDRESS"), Some(Key::Pf(5)));
    assert_eq!(key("SAVE"), Some(Key::Pf(5)));
    assert_eq!(key("SEND|CANCEL"), Some(Key::Pf(12)));
    assert_eq!(key("CHECK"), Some(Key::Enter));
    assert_eq!(key("SHOW"), Some(Key::Pa(1)));
    assert_eq!(key("SAV"), None);
    assert_eq!(key(""), None);
}

#[test]
fn a_label_may_be_one_of_several() {
    let screen = terminal(RENEWAL);
    let any = |label: &str| query::field(&screen, label, query::FieldKind::Any);
    assert_eq!(any("LIC NUMBER|LICENCE NO"), "D4471902");
    assert_eq!(query::column(&screen, "AMOUNT|FEE", "BAKER"), "36.50");
    assert_eq!(any("|"), "");
}
