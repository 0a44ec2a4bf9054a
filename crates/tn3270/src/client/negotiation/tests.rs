use super::*;

fn offer(lus: &[&str]) -> ClientOffer {
    ClientOffer {
        terminal_type: "IBM-3279-2-E".into(),
        device_type: "IBM-3278-2-E".into(),
        lus: lus.iter().map(|lu| (*lu).into()).collect(),
        tn3270e: true,
        start_tls: true,
        nvt: false,
        no_telnet: false,
        size: (24, 80),
        user: None,
        device_name: None,
    }
}

/// What a client answers to what a host says, as bytes in hexadecimal.
fn answers(client: &mut ClientNegotiation, said: &[&[u8]]) -> Vec<String> {
    let mut decoder = crate::wire::telnet::Decoder::new(crate::wire::telnet::TelnetLimits {
        record: 1024,
        subnegotiation: 256,
    });
    let mut answers = Vec::new();
    for bytes in said {
        let (mut events, mut out, mut encoded) = (Vec::new(), Vec::new(), Vec::new());
        decoder.feed(bytes, &mut events).unwrap();
        for event in &events {
            client.receive(event, &mut out).unwrap();
        }
        out.iter().for_each(|event| event.encode(&mut encoded));
        answers.push(encoded.iter().map(|byte| format!("{byte:02x}")).collect());
    }
    answers
}

#[test]
fn tn3270e_is_agreed_as_rfc_2355_has_it() {
    let mut client = ClientNegotiation::new(offer(&["LUA", "LUB"]));
    let said = answers(
        &mut client,
        &[
            b"\xff\xfd\x28",
            b"\xff\xfa\x28\x08\x02\xff\xf0",
            b"\xff\xfa\x28\x02\x06\x05\x01\xff\xf0",
            b"\xff\xfa\x28\x02\x04IBM-3278-2-E\x01LUB\xff\xf0",
            b"\xff\xfa\x28\x03\x07\x02\x04\xff\xf0",
        ],
    );
    let device = "49424d2d333237382d322d45";
    assert_eq!(
        said,
        [
            "fffb28".to_owned(),
            format!("fffa280207{device}014c5541fff0"),
            format!("fffa280207{device}014c5542fff0"),
            "fffa28030700020405fff0".to_owned(),
            "fffa2803040204fff0".to_owned(),
        ]
    );
    assert_eq!((client.mode(), client.lu()), (Mode::Unbound, Some("LUB")));
    assert_eq!(client.function_names(), "RESPONSES SYSREQ");
}

#[test]
fn a_host_that_refuses_every_lu_is_told_of() {
    let mut client = ClientNegotiation::new(offer(&["LUA"]));
    answers(
        &mut client,
        &[b"\xff\xfd\x28", b"\xff\xfa\x28\x08\x02\xff\xf0"],
    );
    let refused = TelnetEvent::Subnegotiation(TelnetOption::Tn3270e, b"\x02\x06\x05\x03".to_vec());
    let refusal = client.receive(&refused, &mut Vec::new()).unwrap_err();
    assert_eq!(refusal.to_string(), "the host refuses LU LUA: INV-NAME");
}

#[test]
fn tn3270_and_plain_text_are_what_is_left() {
    let mut client = ClientNegotiation::new(ClientOffer {
        tn3270e: false,
        ..offer(&["LUA"])
    });
    let said = answers(
        &mut client,
        &[
            b"\xff\xfd\x28\xff\xfd\x18",
            b"\xff\xfa\x18\x01\xff\xf0",
            b"\xff\xfd\x19\xff\xfb\x19\xff\xfd\x00\xff\xfb\x00\xff\xfd\x63\xff\xfb\x05\xff\xfd\x06",
        ],
    );
    assert_eq!(
        said,
        [
            "fffc28fffb18",
            "fffa180049424d2d333237392d322d45404c5541fff0",
            "fffb19fffd19fffb00fffd00fffc63fffe05fffc06",
        ]
    );
    assert_eq!(client.mode(), Mode::Tn3270);

    let mut client = ClientNegotiation::new(offer(&[]));
    assert_eq!(client.mode(), Mode::Pending);
    client.text();
    assert_eq!(client.mode(), Mode::Nvt { lines: true });
    answers(&mut client, &[b"\xff\xfb\x01"]);
    assert_eq!(client.mode(), Mode::Nvt { lines: false });
}

#[test]
fn an_option_is_answered_once_and_an_endless_negotiation_ends() {
    let mut client = ClientNegotiation::new(offer(&[]));
    assert_eq!(
        answers(&mut client, &[b"\xff\xfd\x18\xff\xfd\x18"]),
        ["fffb18"]
    );
    let again =
        TelnetEvent::Subnegotiation(TelnetOption::Tn3270e, Message::SendDeviceType.encode());
    let mut rounds = 0;
    let refusal = loop {
        match client.receive(&again, &mut Vec::new()) {
            Ok(_) => rounds += 1,
            Err(refusal) => break refusal,
        }
    };
    assert_eq!(refusal, HostRefusal::Endless);
    assert!(rounds < 2000);
}

#[test]
fn starttls_is_agreed_once_both_say_follows() {
    let mut client = ClientNegotiation::new(offer(&[]));
    assert_eq!(
        answers(&mut client, &[b"\xff\xfd\x2e"]),
        ["fffb2efffa2e01fff0"]
    );
    let follows = TelnetEvent::Subnegotiation(TelnetOption::StartTls, vec![1]);
    let turn = client.receive(&follows, &mut Vec::new());
    assert_eq!(turn, Ok(NegotiationStep::StartTls));
}
