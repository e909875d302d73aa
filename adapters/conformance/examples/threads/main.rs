//! A till on plain threads and blocking sockets: one thread owns the session, every other one waits for one thing and
//! sends it what happened.
//!
//! ```sh
//! cargo run -p opi-conformance -- -- target/debug/examples/threads
//! ```
#![allow(missing_docs)]

mod wire;

use std::collections::VecDeque;
use std::io::{self, BufRead as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Instant;

use opi_conformance::till::{Act, Folder, Job, Lane, Order, Windows, hex};
use opi_core::drive::{Input, Link};

use crate::wire::Wires;

/// What a thread has to tell.
pub(crate) enum News {
    Order(Order),
    /// A connection of the terminal.
    Arrived(TcpStream),
    /// What happened on a connection, which is the one of this count.
    Wire(Link, u64, Happened),
    Stored(u32, bool),
}

pub(crate) enum Happened {
    Connected(TcpStream),
    ConnectFailed,
    Received(Vec<u8>),
    Closed,
    Sent,
    /// So many bytes were taken before it failed.
    SendFailed(usize),
}

fn main() -> io::Result<()> {
    let job = Job::from_command_line();
    let (news, inbox) = channel();
    // Orders are read from the first moment on: before `begin` come the records of earlier runs.
    read_orders(news.clone());
    let (mut stored, mut folder) = (Vec::new(), None);
    while let Ok(News::Order(order)) = inbox.recv() {
        match order {
            Order::Record(bytes) => stored.extend(bytes),
            Order::Begin => break,
            _ => return Err(io::Error::other("no order before begin")),
        }
    }
    if let Some(path) = &job.journal {
        let (opened, bytes) = Folder::open(path)?;
        (folder, stored) = (Some(opened), bytes);
    }
    let mut windows = Windows::default();
    let mut till = Till {
        lane: Lane::open(&job, &stored, &mut windows)?,
        job,
        tx: vec![0; 4096],
        wires: Wires::default(),
        is_listening: false,
        waiting: VecDeque::new(),
        is_crowded: false,
        disk: folder.map(|folder| run_disk(folder, news.clone())),
        news,
    };
    till.lane.ready();
    till.run(&inbox)
}

struct Till<'m> {
    job: Job,
    lane: Lane<'m>,
    tx: Vec<u8>,
    wires: Wires,
    is_listening: bool,
    /// Connections of the terminal for which there is no slot yet.
    waiting: VecDeque<TcpStream>,
    /// The session knows that the next of them waits.
    is_crowded: bool,
    disk: Option<Sender<(u32, Vec<u8>)>>,
    news: Sender<News>,
}

impl Till<'_> {
    fn run(&mut self, inbox: &Receiver<News>) -> io::Result<()> {
        loop {
            let until = self.drain()?;
            if self.take_arrivals() {
                continue;
            }
            self.wires.read_on(|link| self.lane.room(link));
            let news = match until {
                Some(until) => inbox.recv_timeout(until.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(RecvTimeoutError::from),
            };
            match news {
                Ok(News::Order(order)) => {
                    if !self.lane.order(&order) {
                        return Ok(());
                    }
                }
                Ok(News::Arrived(stream)) => self.waiting.push_back(stream),
                Ok(News::Wire(link, count, happened)) => self.take(link, count, happened),
                Ok(News::Stored(number, is_stored)) => self.lane.stored(number, is_stored),
                Err(RecvTimeoutError::Timeout) => self.lane.report(Input::Tick),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// Does all there is to do; gives when the session wants to be woken.
    fn drain(&mut self) -> io::Result<Option<Instant>> {
        loop {
            match self.lane.next(&mut self.tx)? {
                Act::Wait(until) => return Ok(until),
                Act::Listen => {
                    let listening = self.is_listening || self.listen();
                    self.lane.report(if listening { Input::Listening } else { Input::ListenFailed });
                }
                Act::Connect(link) => self.wires.connect(link, self.job.terminal, self.news.clone()),
                Act::Send(link, frame) => {
                    if !self.wires.send(link, frame) {
                        self.lane.report(Input::SendFailed { link, at_most: 0 });
                    }
                }
                Act::Close(link) => self.wires.close(link),
                Act::Store(number, bytes) => match &self.disk {
                    Some(disk) => drop(disk.send((number, bytes))),
                    None => println!("store {number} {}", hex(&bytes)),
                },
            }
        }
    }

    /// Once it listens, it does so as long as it runs: a port that is closed between payments refuses callbacks.
    fn listen(&mut self) -> bool {
        let Ok(listener) = TcpListener::bind(self.job.listen) else { return false };
        let (news, terminal) = (self.news.clone(), self.job.terminal.ip());
        thread::spawn(move || {
            // Nothing of a stranger is read.
            for stream in listener.incoming().flatten() {
                if stream.peer_addr().is_ok_and(|peer| peer.ip() == terminal)
                    && news.send(News::Arrived(stream)).is_err()
                {
                    return;
                }
            }
        });
        self.is_listening = true;
        true
    }

    /// Takes connections of the terminal as far as there are slots; `false` if nothing was reported.
    fn take_arrivals(&mut self) -> bool {
        while let Some(stream) = self.waiting.pop_front() {
            let Some(link) = self.lane.free_device_slot() else {
                self.waiting.push_front(stream);
                // Each of them asks for room when it is the next.
                let is_known = std::mem::replace(&mut self.is_crowded, true);
                if !is_known {
                    self.lane.report(Input::Crowded);
                }
                return !is_known;
            };
            self.is_crowded = false;
            if self.wires.up(link, stream, self.news.clone()) {
                self.lane.report(Input::Accepted(link));
                return true;
            }
        }
        false
    }

    fn take(&mut self, link: Link, count: u64, happened: Happened) {
        let Some(wire) = self.wires.get(link, count) else { return };
        match happened {
            Happened::Connected(stream) => {
                let is_up = self.wires.up(link, stream, self.news.clone());
                self.lane.report(if is_up { Input::Connected(link) } else { Input::ConnectFailed(link) });
            }
            Happened::ConnectFailed => {
                self.wires.close(link);
                self.lane.report(Input::ConnectFailed(link));
            }
            Happened::Received(bytes) => {
                wire.is_reading = false;
                self.lane.report(Input::Received(link, &bytes));
            }
            Happened::Closed => {
                wire.has_ended = true;
                // While a frame is leaving, how much of it left is the better evidence, and comes first.
                if !wire.is_sending {
                    self.lane.report(Input::Closed(link));
                }
            }
            Happened::Sent | Happened::SendFailed(_) => {
                wire.is_sending = false;
                let has_ended = wire.has_ended;
                self.lane.report(match happened {
                    Happened::SendFailed(at_most) => Input::SendFailed { link, at_most },
                    _ => Input::Sent(link),
                });
                if has_ended {
                    self.lane.report(Input::Closed(link));
                }
            }
        }
    }
}

fn read_orders(news: Sender<News>) {
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            let Some(order) = Order::parse(&line) else {
                eprintln!("no order: {line}");
                continue;
            };
            if news.send(News::Order(order)).is_err() {
                return;
            }
        }
        let _ = news.send(News::Order(Order::Quit));
    });
}

/// Stores one after the other, in the order of things.
fn run_disk(mut folder: Folder, news: Sender<News>) -> Sender<(u32, Vec<u8>)> {
    let (work, inbox) = channel::<(u32, Vec<u8>)>();
    thread::spawn(move || {
        for (number, bytes) in inbox {
            let is_stored = folder.append(&bytes).is_ok();
            if news.send(News::Stored(number, is_stored)).is_err() {
                return;
            }
        }
    });
    work
}
