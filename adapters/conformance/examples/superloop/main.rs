//! A till in one thread that never waits: it looks at every socket in turn, as a program without an operating system
//! does. With `--mistake RULE` it is wrong on purpose, so that one can see what the conformance test says of it.
//!
//! ```sh
//! cargo run -p opi-conformance -- -- target/debug/examples/superloop
//! cargo run -p opi-conformance -- -- target/debug/examples/superloop --mistake counts-what-was-written
//! ```
#![allow(missing_docs)]

mod link;

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use opi_conformance::Rule;
use opi_conformance::till::{Act, DEVICE_SLOTS, Folder, Job, Lane, Order, Windows, hex};
use opi_core::drive::{Input, Link};
use opi_core::journal::{Entry, decode};

use crate::link::{Connection, Happened};

/// Between two looks.
const PULSE: Duration = Duration::from_millis(1);

#[derive(Parser)]
struct Cli {
    /// Break this rule
    #[arg(long, value_parser = |name: &str| Rule::by_name(name).ok_or("no such rule"))]
    mistake: Option<Rule>,
    #[command(flatten)]
    job: Job,
}

fn main() -> io::Result<()> {
    let Cli { mistake, job } = Cli::parse();
    let orders = read_orders();
    let (mut stored, mut folder) = (Vec::new(), None);
    loop {
        match orders.recv() {
            Ok(Order::Record(bytes)) => stored.extend(bytes),
            Ok(Order::Begin) => break,
            _ => return Err(io::Error::other("no order before begin")),
        }
    }
    if let Some(path) = &job.journal {
        let (opened, bytes) = Folder::open(path)?;
        (folder, stored) = (Some(opened), bytes);
    }
    match mistake {
        Some(Rule::RestartFindsWhatWasStored) => stored.clear(),
        Some(Rule::UsesNoNumberTwice) => stored = without_blocks(&stored),
        Some(Rule::Runs) => return Ok(()),
        _ => {}
    }
    let mut windows = Windows::default();
    let mut till = Till {
        lane: Lane::open(&job, &stored, &mut windows)?,
        job,
        mistake,
        folder,
        tx: vec![0; 4096],
        listener: None,
        links: HashMap::new(),
        waiting: None,
        held: VecDeque::new(),
        storing: 0,
        asked: Vec::new(),
        forgotten: Vec::new(),
        accepted: 0,
        is_unanswered: false,
        until: None,
    };
    till.lane.ready();
    till.run(&orders)
}

struct Till<'m> {
    job: Job,
    lane: Lane<'m>,
    mistake: Option<Rule>,
    folder: Option<Folder>,
    tx: Vec<u8>,
    listener: Option<TcpListener>,
    links: HashMap<Link, Connection>,
    /// A connection of the terminal for which there is no slot; the session knows.
    waiting: Option<TcpStream>,
    until: Option<Instant>,
    // The rest is for mistakes.
    held: VecDeque<Order>,
    storing: usize,
    asked: Vec<u8>,
    forgotten: Vec<Connection>,
    accepted: usize,
    is_unanswered: bool,
}

impl Till<'_> {
    fn breaks(&self, rule: Rule) -> bool {
        self.mistake == Some(rule)
    }

    fn run(&mut self, orders: &Receiver<Order>) -> io::Result<()> {
        let mut is_busy = true;
        loop {
            let is_told = match orders.try_recv() {
                Ok(order) => {
                    if !self.order(&order) {
                        return Ok(());
                    }
                    true
                }
                Err(TryRecvError::Empty) => false,
                Err(TryRecvError::Disconnected) => return Ok(()),
            };
            if is_told || is_busy {
                self.drain()?;
            }
            // One thing at a time: what the session wants done about it comes before the next.
            is_busy = self.look();
            if !is_busy && !is_told && !self.breaks(Rule::SleepsWhileWaiting) {
                thread::sleep(PULSE);
            }
        }
    }

    fn order(&mut self, order: &Order) -> bool {
        if self.breaks(Rule::HearsTheTill) {
            // Looked at when the payment has ended.
            if matches!(order, Order::Abort | Order::Answer(..)) && !self.links.is_empty() {
                self.held.push_back(order.clone());
                return true;
            }
        }
        if let Order::Stored(number, is_stored) = order {
            self.storing = self.storing.saturating_sub(1);
            if self.breaks(Rule::ConfirmsWhatIsStored) {
                return true;
            }
            self.lane.stored(*number, *is_stored || self.breaks(Rule::ReportsWhatIsNotStored));
            return true;
        }
        self.lane.order(order)
    }

    /// Looks at everything once, until something happened.
    fn look(&mut self) -> bool {
        if self.until.is_some_and(|until| until <= Instant::now()) && !self.breaks(Rule::KeepsDeadlines) {
            self.lane.report(Input::Tick);
            return true;
        }
        if self.breaks(Rule::ReadsWhileWaiting) && self.storing > 0 {
            return false;
        }
        if self.accept() {
            return true;
        }
        let mut links: Vec<_> = self.links.keys().copied().collect();
        links.sort_unstable();
        for link in links {
            let room = self.lane.room(link);
            let Some(connection) = self.links.get_mut(&link) else { continue };
            let happened = connection.look(room, self.mistake);
            if let Some(happened) = happened {
                self.take(link, happened);
                return true;
            }
        }
        false
    }

    fn take(&mut self, link: Link, happened: Happened) {
        match happened {
            Happened::Connected => self.lane.report(Input::Connected(link)),
            Happened::ConnectFailed => {
                self.links.remove(&link);
                if !self.breaks(Rule::ReportsEveryOutput) {
                    self.lane.report(Input::ConnectFailed(link));
                }
            }
            // Believes only in what was answered.
            Happened::Sent if self.breaks(Rule::TellsTheTruth) && link == Link::Request => self.is_unanswered = true,
            Happened::Sent => {
                self.lane.report(Input::Sent(link));
                if self.breaks(Rule::ReportsOnce) {
                    self.lane.report(Input::Sent(link));
                }
            }
            Happened::SendFailed(at_most) => self.lane.report(Input::SendFailed { link, at_most }),
            Happened::Received(bytes) => {
                if self.breaks(Rule::ShowsNoCardNumber) {
                    eprintln!("received {}", String::from_utf8_lossy(&bytes));
                }
                if link == Link::Request && std::mem::take(&mut self.is_unanswered) {
                    self.lane.report(Input::Sent(link));
                }
                self.lane.report(Input::Received(link, &bytes));
            }
            Happened::Closed => {
                if self.breaks(Rule::ReportsTheEnd) {
                    return;
                }
                if self.breaks(Rule::NeverSendsTwice) && link == Link::Request && !self.asked.is_empty() {
                    // "It was only the connection."
                    let again = std::mem::take(&mut self.asked);
                    self.links.insert(link, Connection::connect(self.job.terminal).sending(again));
                    return;
                }
                if link == Link::Request && std::mem::take(&mut self.is_unanswered) {
                    self.lane.report(Input::SendFailed { link, at_most: 0 });
                    return;
                }
                self.lane.report(Input::Closed(link));
            }
        }
    }

    /// Takes a connection of the terminal, or asks for a slot for it.
    fn accept(&mut self) -> bool {
        let is_new = self.waiting.is_none();
        if is_new {
            let Some(listener) = &self.listener else { return false };
            let Ok((stream, peer)) = listener.accept() else { return false };
            // Nothing of a stranger is read.
            if peer.ip() != self.job.terminal.ip() {
                return false;
            }
            self.accepted += 1;
            if self.breaks(Rule::TakesEveryConnection) && self.accepted > DEVICE_SLOTS {
                return false;
            }
            self.waiting = Some(stream);
        }
        let Some(link) = self.lane.free_device_slot() else {
            if is_new {
                self.lane.report(Input::Crowded);
            }
            return is_new;
        };
        let Some(connection) = self.waiting.take().and_then(|stream| Connection::accepted(stream).ok()) else {
            return false;
        };
        self.links.insert(link, connection);
        self.lane.report(Input::Accepted(link));
        true
    }

    /// Does all there is to do.
    fn drain(&mut self) -> io::Result<()> {
        loop {
            let act = self.lane.next(&mut self.tx)?;
            match act {
                Act::Wait(until) => {
                    self.until = until;
                    if self.links.is_empty()
                        && let Some(order) = self.held.pop_front()
                    {
                        self.lane.order(&order);
                    }
                    return Ok(());
                }
                Act::Listen => {
                    let is_up = self.listen() || self.breaks(Rule::ListensBeforeSending);
                    self.lane.report(if is_up { Input::Listening } else { Input::ListenFailed });
                }
                Act::Connect(link) => {
                    self.links.insert(link, Connection::connect(self.job.terminal));
                }
                Act::Send(link, frame) => {
                    if link == Link::Request {
                        self.asked.clone_from(&frame);
                    }
                    if let Some(connection) = self.links.get_mut(&link) {
                        connection.send(frame);
                    }
                }
                Act::Close(link) => {
                    if link == Link::Request {
                        self.asked.clear();
                    }
                    let connection = self.links.remove(&link);
                    if self.breaks(Rule::ClosesWhatItIsTold) {
                        self.forgotten.extend(connection);
                    }
                }
                Act::Store(number, bytes) => self.store(number, &bytes),
            }
            if self.breaks(Rule::DrainsOutputs) {
                return Ok(());
            }
        }
    }

    fn store(&mut self, number: u32, bytes: &[u8]) {
        match &mut self.folder {
            Some(folder) => {
                let is_stored = folder.append(bytes).is_ok();
                self.lane.stored(number, is_stored);
            }
            None => {
                self.storing += 1;
                println!("store {number} {}", hex(bytes));
                if self.breaks(Rule::ConfirmsWhatIsStored) {
                    self.lane.stored(number, true);
                }
            }
        }
    }

    /// Once it listens, it does so as long as it runs: a port that is closed between payments refuses callbacks.
    fn listen(&mut self) -> bool {
        if self.listener.is_none() {
            let listener = TcpListener::bind(self.job.listen);
            self.listener = listener.ok().filter(|listener| listener.set_nonblocking(true).is_ok());
        }
        self.listener.is_some()
    }
}

fn without_blocks(mut bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    while let Ok((entry, length)) = decode(bytes) {
        let (record, rest) = bytes.split_at(length);
        if !matches!(entry, Entry::Block { .. }) {
            kept.extend_from_slice(record);
        }
        bytes = rest;
    }
    kept
}

fn read_orders() -> Receiver<Order> {
    let (orders, inbox) = channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if Order::parse(&line).is_some_and(|order| orders.send(order).is_err()) {
                return;
            }
        }
    });
    inbox
}
