use super::*;
use crate::wire::tn3270e::Tn3270eFunction;
use proptest::prelude::*;

/// Grants these names and no others; with none, whatever is asked for.
struct Names(&'static [&'static str]);

impl Grant for Names {
    fn grant(&mut self, asked: Option<&str>) -> Result<String, Reason> {
        let name = asked.unwrap_or("BIGIRON").to_ascii_uppercase();
        match self.0.is_empty() || self.0.contains(&name.as_str()) {
            true => Ok(name),
            false => Err(Reason::InvName),
        }
    }
}

fn any_lu() -> Names {
    Names(&[])
}

/// Runs a client's lines against a host; gives what the host said after each, and how it ended.
fn talk(
    lus: Names,
    client: &[TelnetEvent],
) -> (
    Vec<Vec<TelnetEvent>>,
    Result<Option<Agreement>, ClientRefusal>,
) {
    let offer = ServerOffer {
        functions: functions(&[2, 4]),
        ..ServerOffer::default()
    };
    converse(offer, lus, client)
}

fn converse(
    offer: ServerOffer,
    mut lus: Names,
    client: &[TelnetEvent],
) -> (
    Vec<Vec<TelnetEvent>>,
    Result<Option<Agreement>, ClientRefusal>,
) {
    let mut out = Vec::new();
    let mut host = ServerNegotiation::open(offer, &mut out);
    let mut said = vec![out];
    for event in client {
        let mut out = Vec::new();
        let result = host.receive(event, &mut lus, &mut out);
        said.push(out);
        if let Err(refusal) = result {
            return (said, Err(refusal));
        }
    }
    let agreement = host.agreement();
    (said, Ok(agreement))
}

fn will(option: TelnetOption) -> TelnetEvent {
    TelnetEvent::Negotiate(Verb::Will, option)
}
fn wont(option: TelnetOption) -> TelnetEvent {
    TelnetEvent::Negotiate(Verb::Wont, option)
}
fn do_(option: TelnetOption) -> TelnetEvent {
    TelnetEvent::Negotiate(Verb::Do, option)
}
fn request(device_type: &str, lu: Option<&str>) -> TelnetEvent {
    say(Message::DeviceTypeRequest {
        device_type: device_type.into(),
        lu: lu.map(Into::into),
    })
}
fn functions(list: &[u8]) -> Functions {
    list.iter()
        .map(|code| Tn3270eFunction::from_code(*code))
        .collect()
}
fn plain(terminal_type: &str) -> Vec<TelnetEvent> {
    vec![
        wont(TelnetOption::Tn3270e),
        will(TelnetOption::TerminalType),
        TelnetEvent::Subnegotiation(
            TelnetOption::TerminalType,
            format!("\0{terminal_type}").into_bytes(),
        ),
        will(TelnetOption::EndOfRecord),
        do_(TelnetOption::EndOfRecord),
        will(TelnetOption::Binary),
        do_(TelnetOption::Binary),
    ]
}

#[test]
fn tn3270e_converges_on_the_functions_of_both() {
    let (said, end) = talk(
        any_lu(),
        &[
            will(TelnetOption::Tn3270e),
            request("IBM-3278-4-E", Some("lua")),
            say(Message::FunctionsRequest(functions(&[0, 2, 4, 5]))),
            say(Message::FunctionsIs(functions(&[2, 4]))),
        ],
    );
    assert_eq!(
        said,
        [
            vec![do_(TelnetOption::Tn3270e)],
            vec![say(Message::SendDeviceType)],
            vec![say(Message::DeviceTypeIs {
                device_type: "IBM-3278-4-E".into(),
                lu: Some("LUA".into())
            })],
            vec![say(Message::FunctionsRequest(functions(&[2, 4])))],
            vec![],
        ]
    );
    let agreement = end.unwrap().unwrap();
    assert_eq!(agreement.protocol, Protocol::Tn3270e(functions(&[2, 4])));
    assert_eq!(
        (agreement.lu.as_str(), agreement.device.model),
        ("LUA", Some(4))
    );
}

#[test]
fn a_client_without_tn3270e_gets_tn3270() {
    let (said, end) = talk(any_lu(), &plain("IBM-3279-5-E@LUB"));
    assert_eq!(said[1], [do_(TelnetOption::TerminalType)]);
    assert_eq!(
        said[3],
        [
            do_(TelnetOption::EndOfRecord),
            will(TelnetOption::EndOfRecord),
            do_(TelnetOption::Binary),
            will(TelnetOption::Binary)
        ]
    );
    let agreement = end.unwrap().unwrap();
    assert_eq!(agreement.protocol, Protocol::Tn3270);
    assert_eq!(agreement.terminal_type, "IBM-3279-5-E");
    assert_eq!(agreement.lu, "LUB");
    let device = Device {
        color: true,
        model: Some(5),
        extended: true,
    };
    assert_eq!(agreement.device, device);
}

#[test]
fn a_client_may_go_back_to_tn3270_after_a_refusal() {
    let names = || Names(&["DMV", "CLAIMS"]);
    let mut client = vec![
        will(TelnetOption::Tn3270e),
        request("IBM-3278-2-E", Some("NONE")),
    ];
    let (said, _) = talk(names(), &client);
    assert_eq!(said[2], [say(Message::DeviceTypeReject(Reason::InvName))]);
    client.extend(plain("IBM-3278-2-E@claims"));
    let (_, end) = talk(names(), &client);
    assert_eq!(end.unwrap().unwrap().lu, "CLAIMS");
    client[4] =
        TelnetEvent::Subnegotiation(TelnetOption::TerminalType, b"\0IBM-3278-2-E@NONE".to_vec());
    assert_eq!(
        talk(names(), &client).1,
        Err(ClientRefusal::Lu("NONE".into(), Reason::InvName))
    );
}

#[test]
fn a_client_that_does_starttls_negotiates_anew_inside() {
    let offer = |tls_required| ServerOffer {
        starttls: true,
        tls_required,
        ..ServerOffer::default()
    };
    let mut out = Vec::new();
    let mut host = ServerNegotiation::open(offer(true), &mut out);
    host.receive(&will(TelnetOption::StartTls), &mut any_lu(), &mut out)
        .unwrap();
    assert!(host.may_want_tls() && !host.wants_tls());
    let follows = TelnetEvent::Subnegotiation(TelnetOption::StartTls, vec![1]);
    host.receive(&follows, &mut any_lu(), &mut out).unwrap();
    assert_eq!(out, [do_(TelnetOption::StartTls), follows]);
    assert!(host.wants_tls() && !host.may_want_tls());
    out.clear();
    host.secured(&mut out);
    assert_eq!(out, [do_(TelnetOption::Tn3270e)]);
    let (_, end) = converse(offer(true), any_lu(), &[wont(TelnetOption::StartTls)]);
    assert_eq!(end, Err(ClientRefusal::Unencrypted));
    let (said, _) = converse(offer(false), any_lu(), &[wont(TelnetOption::StartTls)]);
    assert_eq!(said[1], [do_(TelnetOption::Tn3270e)]);
}

#[test]
fn a_printer_is_rejected_with_the_reason() {
    let client = [will(TelnetOption::Tn3270e), request("IBM-3287-1", None)];
    let (said, _) = talk(any_lu(), &client);
    assert_eq!(
        said[2],
        [say(Message::DeviceTypeReject(Reason::InvDeviceType))]
    );
    let associate = Message::DeviceTypeAssociate {
        device_type: "IBM-3287-1".into(),
        lu: "LUA".into(),
    };
    let (said, _) = talk(any_lu(), &[will(TelnetOption::Tn3270e), say(associate)]);
    assert_eq!(
        said[2],
        [say(Message::DeviceTypeReject(Reason::InvAssociate))]
    );
}

#[test]
fn a_plain_telnet_client_is_refused() {
    let client = [
        wont(TelnetOption::Tn3270e),
        wont(TelnetOption::TerminalType),
    ];
    assert_eq!(
        talk(any_lu(), &client).1,
        Err(ClientRefusal::NoTerminal("TERMINAL-TYPE"))
    );
    let mut client = plain("xterm");
    client.truncate(3);
    client.push(TelnetEvent::Subnegotiation(
        TelnetOption::TerminalType,
        b"\0XTERM".to_vec(),
    ));
    client.push(TelnetEvent::Subnegotiation(
        TelnetOption::TerminalType,
        b"\0XTERM".to_vec(),
    ));
    assert_eq!(
        talk(any_lu(), &client).1,
        Err(ClientRefusal::TerminalType("XTERM".into()))
    );
}

#[test]
fn nothing_is_agreed_halfway() {
    let client = plain("IBM-DYNAMIC");
    for end in 0..client.len() {
        assert_eq!(talk(any_lu(), &client[..end]).1, Ok(None));
    }
    let data = TelnetEvent::Record(vec![0x7d]);
    assert_eq!(talk(any_lu(), &[data]).1, Err(ClientRefusal::Early));
}

#[test]
fn a_timing_mark_is_answered_and_other_options_are_declined() {
    let (said, _) = talk(
        any_lu(),
        &[
            do_(TelnetOption::TimingMark),
            will(TelnetOption::NewEnvironment),
            do_(TelnetOption::Echo),
            wont(TelnetOption::Unknown(99)),
        ],
    );
    let dont = TelnetEvent::Negotiate(Verb::Dont, TelnetOption::NewEnvironment);
    assert_eq!(
        said[1..],
        [
            vec![will(TelnetOption::TimingMark)],
            vec![dont],
            vec![wont(TelnetOption::Echo)],
            vec![]
        ]
    );
}

#[test]
fn terminal_types_are_understood() {
    let known =
        |name| Device::parse(name).map(|device| (device.color, device.model, device.extended));
    assert_eq!(known("IBM-3278-2"), Some((false, Some(2), false)));
    assert_eq!(known("ibm-3279-3-e"), Some((true, Some(3), true)));
    assert_eq!(known("IBM-DYNAMIC"), Some((true, None, true)));
    for name in ["IBM-3287-1", "IBM-3278-6", "IBM-3278", "VT100", ""] {
        assert_eq!(known(name), None, "{name}");
    }
}

proptest! {
    #[test]
    fn whatever_a_client_says_the_host_answers_briefly(
        client in prop::collection::vec(
            prop_oneof![
                (prop::sample::select(vec![Verb::Will, Verb::Wont, Verb::Do, Verb::Dont]),
                    prop::sample::select(vec![0u8, 6, 24, 25, 40, 99]))
                    .prop_map(|(verb, option)| TelnetEvent::Negotiate(verb, TelnetOption::from_code(option))),
                prop::collection::vec(0u8..9, 0..6).prop_map(|data| TelnetEvent::Subnegotiation(TelnetOption::Tn3270e, data)),
                "IBM-327[89]-[1-6](-E)?".prop_map(|name| request(&name, None)),
                "IBM-327[89]-[1-6](@A)?".prop_map(|name| TelnetEvent::Subnegotiation(TelnetOption::TerminalType, format!("\0{name}").into_bytes())),
            ],
            0..40,
        ),
    ) {
        let (said, _) = talk(any_lu(), &client);
        prop_assert!(said.iter().all(|events| events.len() <= 4));
    }
}
