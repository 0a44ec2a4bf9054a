//! Both ends of a TN3270E connection in one process, without a socket: they negotiate, the server sends a screen, the client
//! types into it and presses ENTER, and the server answers with another screen.
//!
//! ```text
//! cargo run -p tn3270 --example in_memory
//! ```

use std::error::Error;

use tn3270::client::{ClientConversation, ClientOffer, ConversationOutput};
use tn3270::server::{
    ClientMessage, Grant, LIMITS, ServerConversation, ServerNegotiation, ServerOffer,
};
use tn3270::terminal::{Key, Terminal, TerminalOptions};
use tn3270::wire::telnet::{Decoder, TelnetEvent};
use tn3270::wire::tn3270e::Reason;
use tn3270::wire::{CodePage, FieldAttribute, Inbound, Order, Outbound, Wcc};

fn main() -> Result<(), Box<dyn Error>> {
    let (mut server, to_client) = Server::accept();
    let mut client = Client::connect();

    exchange(&mut client, &mut server, to_client)?;
    client.print();

    let mut to_server = Vec::new();
    for key in Key::parse_line("ADA<enter>")? {
        to_server.extend(client.press(key));
    }
    let to_client = server.receive(&to_server)?;
    exchange(&mut client, &mut server, to_client)?;
    client.print();
    Ok(())
}

/// Carries bytes to and fro until neither end has any to send.
fn exchange(
    client: &mut Client,
    server: &mut Server,
    mut to_client: Vec<u8>,
) -> Result<(), Box<dyn Error>> {
    while !to_client.is_empty() {
        let to_server = client.receive(&to_client)?;
        to_client = server.receive(&to_server)?;
    }
    Ok(())
}

/// A terminal and its end of the connection.
struct Client {
    conversation: ClientConversation,
    terminal: Terminal,
}

impl Client {
    fn connect() -> Client {
        let options = TerminalOptions::default();
        let (device_type, terminal_type) = options.device_types();
        Client {
            conversation: ClientConversation::new(ClientOffer {
                terminal_type,
                device_type,
                lus: vec!["LU0042".into()],
                tn3270e: true,
                start_tls: false,
                nvt: false,
                no_telnet: false,
                size: options.alternate(),
                user: None,
                device_name: None,
            }),
            terminal: Terminal::new(options),
        }
    }

    /// Takes bytes of the server; returns those to be sent back.
    fn receive(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut out = ConversationOutput::default();
        self.conversation
            .receive(bytes, &mut self.terminal, &mut out)?;
        Ok(out.bytes)
    }

    fn press(&mut self, key: Key) -> Vec<u8> {
        let mut out = ConversationOutput::default();
        self.conversation.press(key, &mut self.terminal, &mut out);
        out.bytes
    }

    fn print(&self) {
        let negotiation = self.conversation.negotiation();
        println!(
            "{:?}, LU {}",
            negotiation.mode(),
            negotiation.lu().unwrap_or("none")
        );
        let text = self.terminal.text();
        let rows = text.lines().map(str::trim_end);
        rows.filter(|row| !row.is_empty())
            .for_each(|row| println!("{row}"));
        println!("{}\n", self.terminal.oia());
    }
}

/// Where the server is with its client.
enum Stage {
    Negotiation(ServerNegotiation),
    Conversation(ServerConversation),
}

/// The server's end of the connection, with an application that asks for a name and greets.
struct Server {
    decoder: Decoder,
    stage: Stage,
}

impl Server {
    /// Accepts a connection; returns the bytes to be sent first.
    fn accept() -> (Server, Vec<u8>) {
        let mut events = Vec::new();
        let negotiation = ServerNegotiation::open(ServerOffer::default(), &mut events);
        let server = Server {
            decoder: Decoder::new(LIMITS),
            stage: Stage::Negotiation(negotiation),
        };
        (server, encode(&events))
    }

    /// Takes bytes of the client; returns those to be sent back.
    fn receive(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut events = Vec::new();
        self.decoder.feed(bytes, &mut events)?;
        let mut out = Vec::new();
        for event in events {
            match &mut self.stage {
                Stage::Negotiation(negotiation) => {
                    let mut answers = Vec::new();
                    negotiation.receive(&event, &mut AnyLu, &mut answers)?;
                    out.extend(encode(&answers));
                    self.begin(&mut out);
                }
                Stage::Conversation(conversation) => {
                    if let Some(message) = conversation.receive(event, &mut out)? {
                        answer(conversation, &message, &mut out);
                    }
                }
            }
        }
        Ok(out)
    }

    /// Once the terminal is agreed on, binds the session and sends the first screen.
    fn begin(&mut self, out: &mut Vec<u8>) {
        let Stage::Negotiation(negotiation) = &self.stage else {
            return;
        };
        let Some(agreement) = negotiation.agreement() else {
            return;
        };
        let mut conversation = ServerConversation::new(negotiation.clone(), &agreement);
        conversation.bind("EXAMPLE", (24, 80), out);
        conversation.send(&[question()], out);
        self.stage = Stage::Conversation(conversation);
    }
}

/// Grants the LU that a client asks for.
struct AnyLu;

impl Grant for AnyLu {
    fn grant(&mut self, asked: Option<&str>) -> Result<String, Reason> {
        Ok(asked.unwrap_or("LU0001").to_owned())
    }
}

fn answer(conversation: &mut ServerConversation, message: &ClientMessage, out: &mut Vec<u8>) {
    match message {
        ClientMessage::Record(inbound) => conversation.send(&[greeting(inbound)], out),
        ClientMessage::Logoff | ClientMessage::Unbind => conversation.unbind(out),
        other => eprintln!("the client sends {other:?}"),
    }
}

fn encode(events: &[TelnetEvent]) -> Vec<u8> {
    let mut bytes = Vec::new();
    events.iter().for_each(|event| event.encode(&mut bytes));
    bytes
}

/// A protected label, and behind it a field of ten characters with the cursor in it.
fn question() -> Outbound {
    let end = Order::SetBufferAddress(30);
    screen(vec![
        label("WHAT IS YOUR NAME?"),
        vec![
            Order::StartField(FieldAttribute::default()),
            Order::InsertCursor,
            end,
        ],
        label(""),
    ])
}

fn greeting(inbound: &Inbound) -> Outbound {
    let name = inbound.fields().first().map(|field| &field.data[..]);
    let name = CodePage::CP037.decode_text(name.unwrap_or_default());
    screen(vec![label(&format!("GOOD MORNING, {name}"))])
}

fn screen(parts: Vec<Vec<Order>>) -> Outbound {
    Outbound::EraseWrite {
        wcc: Wcc::RESTORE,
        orders: parts.concat(),
    }
}

fn label(text: &str) -> Vec<Order> {
    let protected = FieldAttribute::default().protected(true);
    let codes = CodePage::CP037.encode_text(text);
    vec![Order::StartField(protected), Order::Data(codes.into())]
}
