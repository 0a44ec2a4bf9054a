//! Load for a TN3270 host: many clients that do the same work, as fast as it answers or at a rate, and how long each answer took.
//!
//! One client rehearses: its terminal turns keys into the records that all others then send. So the load costs little beside what it
//! measures, and any host can be loaded whose answers to the same records ask for the same records.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use tn3270::terminal::{Key, Response, Terminal, TerminalOptions};
use tn3270::wire::telnet::{Decoder, TelnetEvent, TelnetLimits, TelnetOption, Verb};
use tn3270::wire::tn3270e::{Functions, Header, Message, Tn3270eFunction};
use tn3270::wire::{Inbound, Outbound};

/// How long a host may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many clients connect at the same time.
const CONNECTING: usize = 64;

const TERMINAL_TYPE: &str = "IBM-3278-2-E";

const LIMITS: TelnetLimits = TelnetLimits {
    record: 128 * 1024,
    subnegotiation: 1024,
};

/// What every client does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadScript {
    /// The records that sign it on and take it to where it works, each answered before the next.
    pub opening: Vec<Vec<u8>>,
    /// The records that it sends over and over, each answered before the next: a transaction each.
    pub round: Vec<Vec<u8>>,
}

/// How much load there is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// How many clients.
    pub clients: usize,
    /// For how long they work once all are signed on.
    pub time: Duration,
    /// Transactions a second that are sent by all clients together, whatever the answers do; without one, each client sends as soon
    /// as it has its answer.
    pub rate: Option<f64>,
}

/// What a load came to.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadFigures {
    /// How long the clients worked.
    pub time: Duration,
    /// How long each answer took, in microseconds, the shortest first. At a rate, from when the transaction was due.
    pub micros: Vec<u32>,
}

impl LoadFigures {
    /// Transactions a second.
    pub fn rate(&self) -> f64 {
        self.micros.len() as f64 / self.time.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// The time in milliseconds within which this part, from 0 to 1, of the answers came.
    pub fn percentile(&self, part: f64) -> f64 {
        let last = self.micros.len().saturating_sub(1);
        let at = (last as f64 * part).round() as usize;
        self.micros
            .get(at)
            .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}

/// A client that has agreed on a terminal.
struct Client {
    stream: TcpStream,
    decoder: Decoder,
    events: std::vec::IntoIter<TelnetEvent>,
    extended: bool,
}

fn invalid(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

impl Client {
    /// Connects, agrees on a terminal, and takes the first screen.
    async fn connect(host: &str) -> io::Result<(Client, Vec<u8>)> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let mut client = Client {
            stream,
            decoder: Decoder::new(LIMITS),
            events: Vec::new().into_iter(),
            extended: false,
        };
        loop {
            match client.next().await? {
                TelnetEvent::Record(record) => return Ok((client, record)),
                event => client.agree(&event).await?,
            }
        }
    }

    async fn next(&mut self) -> io::Result<TelnetEvent> {
        loop {
            if let Some(event) = self.events.next() {
                return Ok(event);
            }
            let mut buffer = [0; 8192];
            let length = self.stream.read(&mut buffer).await?;
            if length == 0 {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            let mut events = Vec::new();
            let read = self
                .decoder
                .feed(buffer.get(..length).unwrap_or_default(), &mut events);
            self.events = events.into_iter();
            read.map_err(|error| invalid(error.to_string()))?;
        }
    }

    /// Says yes to TN3270E without BIND-IMAGE, or to what plain TN3270 needs, and no to everything else.
    async fn agree(&mut self, event: &TelnetEvent) -> io::Result<()> {
        use TelnetOption::{Binary, EndOfRecord, TerminalType, Tn3270e};
        let say = |message: Message| TelnetEvent::Subnegotiation(Tn3270e, message.encode());
        let answer = match event {
            TelnetEvent::Negotiate(Verb::Do, Tn3270e) => {
                self.extended = true;
                TelnetEvent::Negotiate(Verb::Will, Tn3270e)
            }
            TelnetEvent::Negotiate(Verb::Do, option @ (TerminalType | EndOfRecord | Binary)) => {
                TelnetEvent::Negotiate(Verb::Will, *option)
            }
            TelnetEvent::Negotiate(Verb::Will, option @ (EndOfRecord | Binary)) => {
                TelnetEvent::Negotiate(Verb::Do, *option)
            }
            TelnetEvent::Negotiate(Verb::Do, option) => TelnetEvent::Negotiate(Verb::Wont, *option),
            TelnetEvent::Negotiate(Verb::Will, option) => {
                TelnetEvent::Negotiate(Verb::Dont, *option)
            }
            TelnetEvent::Subnegotiation(TerminalType, _) => {
                TelnetEvent::Subnegotiation(TerminalType, [&[0], TERMINAL_TYPE.as_bytes()].concat())
            }
            TelnetEvent::Subnegotiation(Tn3270e, data) => match Message::decode(data) {
                Ok(Message::SendDeviceType) => say(Message::DeviceTypeRequest {
                    device_type: TERMINAL_TYPE.to_owned(),
                    lu: None,
                }),
                Ok(Message::DeviceTypeIs { .. }) => {
                    let functions: Functions =
                        [Tn3270eFunction::Responses, Tn3270eFunction::SysReq].into();
                    say(Message::FunctionsRequest(functions))
                }
                Ok(Message::FunctionsRequest(functions)) => say(Message::FunctionsIs(functions)),
                Ok(Message::DeviceTypeReject(reason)) => {
                    return Err(invalid(format!(
                        "the host rejects the terminal: {reason:?}"
                    )));
                }
                _ => return Ok(()),
            },
            _ => return Ok(()),
        };
        let mut bytes = Vec::new();
        answer.encode(&mut bytes);
        self.stream.write_all(&bytes).await
    }

    /// The data stream of a record.
    fn data<'r>(&self, record: &'r [u8]) -> io::Result<&'r [u8]> {
        match self.extended {
            false => Ok(record),
            true => match Header::decode(record) {
                Ok((_, data)) => Ok(data),
                Err(error) => Err(invalid(error.to_string())),
            },
        }
    }

    async fn send(&mut self, data: &[u8]) -> io::Result<()> {
        let mut record = Vec::with_capacity(data.len() + 8);
        if self.extended {
            Header::data(0).encode(&mut record);
        }
        record.extend(data);
        let mut bytes = Vec::with_capacity(record.len() + 2);
        TelnetEvent::Record(record).encode(&mut bytes);
        self.stream.write_all(&bytes).await
    }

    /// Reads until the keyboard is free: the write control character of a write says so.
    async fn answered(&mut self) -> io::Result<()> {
        const RESTORE: u8 = 0x02;
        loop {
            match self.next().await? {
                TelnetEvent::Record(record) => {
                    if let [_, wcc, ..] = self.data(&record)?
                        && wcc & RESTORE != 0
                    {
                        return Ok(());
                    }
                }
                event => self.agree(&event).await?,
            }
        }
    }

    async fn transact(&mut self, data: &[u8]) -> io::Result<()> {
        self.send(data).await?;
        self.answered().await
    }
}

/// What is done within a time, or else the host gives no answer.
async fn within<T>(time: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let done = timeout(time, work).await;
    done.map_err(|_| invalid("the host gives no answer"))?
}

/// Has a terminal do the keys, and gives the records that they make.
pub async fn rehearse(host: &str, opening: &[Key], round: &[Key]) -> io::Result<LoadScript> {
    within(PATIENCE, rehearsed(host, opening, round)).await
}

async fn rehearsed(host: &str, opening: &[Key], round: &[Key]) -> io::Result<LoadScript> {
    let (mut client, first) = Client::connect(host).await?;
    let mut terminal = Terminal::new(TerminalOptions::default());
    let shown = client.data(&first)?;
    apply(&mut terminal, shown)?;
    Ok(LoadScript {
        opening: records(&mut client, &mut terminal, opening).await?,
        round: records(&mut client, &mut terminal, round).await?,
    })
}

fn apply(terminal: &mut Terminal, data: &[u8]) -> io::Result<()> {
    let outbound = Outbound::decode(data).map_err(|error| invalid(error.to_string()))?;
    terminal.apply(&outbound);
    Ok(())
}

async fn records(
    client: &mut Client,
    terminal: &mut Terminal,
    keys: &[Key],
) -> io::Result<Vec<Vec<u8>>> {
    let mut records = Vec::new();
    for &key in keys {
        match terminal.press(key) {
            Response::Inbound(inbound) => {
                let data = encode(&inbound);
                client.send(&data).await?;
                records.push(data);
                while terminal.lock().is_some() {
                    match client.next().await? {
                        TelnetEvent::Record(record) => apply(terminal, client.data(&record)?)?,
                        event => client.agree(&event).await?,
                    }
                }
            }
            Response::Refused(_) => {
                return Err(invalid(format!(
                    "the host's screen does not take {key}:\n{}",
                    terminal.text()
                )));
            }
            Response::Local | Response::Queued | Response::Attn | Response::SysReq => {}
        }
    }
    Ok(records)
}

fn encode(inbound: &Inbound) -> Vec<u8> {
    let mut data = Vec::new();
    inbound.encode(&mut data);
    data
}

/// Clients that are signed on.
pub struct Clients {
    clients: Vec<Client>,
    work: Arc<LoadScript>,
}

/// Connects so many clients and signs them on.
pub async fn sign_on(host: &str, work: &Arc<LoadScript>, clients: usize) -> io::Result<Clients> {
    let places = Arc::new(Semaphore::new(CONNECTING));
    let mut opening = JoinSet::new();
    for _ in 0..clients {
        let place = Arc::clone(&places)
            .acquire_owned()
            .await
            .map_err(io::Error::other)?;
        let (host, work) = (host.to_owned(), Arc::clone(work));
        opening.spawn(within(PATIENCE, async move {
            let (mut client, _) = Client::connect(&host).await?;
            for record in &work.opening {
                client.transact(record).await?;
            }
            drop(place);
            Ok(client)
        }));
    }
    let mut signed_on = Vec::with_capacity(clients);
    while let Some(client) = opening.join_next().await {
        signed_on.push(client.map_err(io::Error::other)??);
    }
    Ok(Clients {
        clients: signed_on,
        work: Arc::clone(work),
    })
}

impl Clients {
    /// Has them work; they are signed on still when it is over.
    pub async fn run(&mut self, load: &Load) -> io::Result<LoadFigures> {
        let all = std::mem::take(&mut self.clients);
        let begin = Arc::new(Barrier::new(all.len()));
        let mut working = JoinSet::new();
        let count = all.len();
        for (number, mut client) in all.into_iter().enumerate() {
            let (work, begin, load) = (Arc::clone(&self.work), Arc::clone(&begin), *load);
            working.spawn(async move {
                begin.wait().await;
                let done = client.work(&work, &load, number, count);
                let micros = within(load.time + PATIENCE, done).await?;
                io::Result::Ok((client, micros))
            });
        }
        let mut micros = Vec::new();
        while let Some(done) = working.join_next().await {
            let (client, own) = done.map_err(io::Error::other)??;
            self.clients.push(client);
            micros.extend(own);
        }
        micros.sort_unstable();
        Ok(LoadFigures {
            time: load.time,
            micros,
        })
    }
}

impl Client {
    /// Works until the time is over; how long each answer took.
    async fn work(
        &mut self,
        work: &LoadScript,
        load: &Load,
        number: usize,
        count: usize,
    ) -> io::Result<Vec<u32>> {
        let begin = Instant::now();
        let end = begin + load.time;
        let pace = load.rate.map(|rate| count as f64 / rate);
        let mut micros = Vec::new();
        // Clients begin at different places of the round, so that the host is not asked for the same by all at once.
        for (sent, record) in work.round.iter().cycle().enumerate() {
            let due = match pace {
                None => Instant::now(),
                Some(pace) => {
                    let after = pace * (sent as f64 + number as f64 / count as f64);
                    begin + Duration::from_secs_f64(after)
                }
            };
            if due >= end {
                break;
            }
            // A sleep lasts a millisecond at least.
            if pace.is_some() {
                sleep_until(due).await;
            }
            self.transact(record).await?;
            let took = due.elapsed().as_micros();
            micros.push(u32::try_from(took).unwrap_or(u32::MAX));
        }
        Ok(micros)
    }
}

/// Opens sessions one after another, so many at a time, each signed on, worked in once and left; how long all took.
pub async fn come_and_go(
    host: &str,
    work: &Arc<LoadScript>,
    sessions: usize,
    at_a_time: usize,
) -> io::Result<Duration> {
    let begin = Instant::now();
    let places = Arc::new(Semaphore::new(at_a_time));
    let mut visits = JoinSet::new();
    for _ in 0..sessions {
        let place = Arc::clone(&places)
            .acquire_owned()
            .await
            .map_err(io::Error::other)?;
        while let Some(visit) = visits.try_join_next() {
            visit.map_err(io::Error::other)??;
        }
        let (host, work) = (host.to_owned(), Arc::clone(work));
        visits.spawn(within(PATIENCE, async move {
            let (mut client, _) = Client::connect(&host).await?;
            for record in work.opening.iter().chain(&work.round) {
                client.transact(record).await?;
            }
            drop(place);
            Ok(())
        }));
    }
    while let Some(visit) = visits.join_next().await {
        visit.map_err(io::Error::other)??;
    }
    Ok(begin.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let figures = LoadFigures {
            time: Duration::from_secs(2),
            micros: (1..=101).map(|n| n * 1000).collect(),
        };
        assert_eq!(figures.percentile(0.5), 51.0);
        assert_eq!(figures.percentile(0.99), 100.0);
        assert_eq!(figures.rate(), 50.5);
    }
}
