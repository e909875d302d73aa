//! A till on tokio: one task owns the session, and each connection has a task that reads and one that writes.
//!
//! ```sh
//! cargo run -p opi-conformance -- -- target/debug/examples/tokio
//! ```
#![allow(missing_docs)]

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead as _};
use std::time::Instant;

use opi_conformance::till::{Act, Folder, Job, Lane, Order, Windows, hex};
use opi_core::drive::{Input, Link};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;
use tokio::time::{sleep_until, timeout_at};

/// What a task has to tell.
enum News {
    Order(Order),
    /// A connection of the terminal.
    Arrived(TcpStream),
    /// What happened on a connection, which is the one of this count.
    Wire(Link, u64, Happened),
    Stored(u32, bool),
}

enum Happened {
    Connected(TcpStream),
    ConnectFailed,
    Received(Vec<u8>),
    Closed,
    Sent,
    /// So many bytes were taken before it failed.
    SendFailed(usize),
}

/// One connection. Its tasks end with it.
struct Wire {
    count: u64,
    tasks: Vec<AbortHandle>,
    /// How much the reader may read next, and frames for the writer; not there while it is being made.
    up: Option<(UnboundedSender<usize>, UnboundedSender<Vec<u8>>)>,
    is_reading: bool,
    is_sending: bool,
    has_ended: bool,
}

impl Drop for Wire {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let job = Job::from_command_line();
    let (news, mut inbox) = unbounded_channel();
    read_orders(news.clone());
    let (mut stored, mut folder) = (Vec::new(), None);
    while let Some(News::Order(order)) = inbox.recv().await {
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
        wires: HashMap::new(),
        count: 0,
        is_listening: false,
        waiting: VecDeque::new(),
        is_crowded: false,
        disk: folder.map(|folder| run_disk(folder, news.clone())),
        news,
    };
    till.lane.ready();
    till.run(&mut inbox).await
}

struct Till<'m> {
    job: Job,
    lane: Lane<'m>,
    tx: Vec<u8>,
    wires: HashMap<Link, Wire>,
    count: u64,
    is_listening: bool,
    /// Connections of the terminal for which there is no slot yet.
    waiting: VecDeque<TcpStream>,
    /// The session knows that the next of them waits.
    is_crowded: bool,
    disk: Option<std::sync::mpsc::Sender<(u32, Vec<u8>)>>,
    news: UnboundedSender<News>,
}

impl Till<'_> {
    async fn run(&mut self, inbox: &mut UnboundedReceiver<News>) -> io::Result<()> {
        loop {
            let until = self.drain().await?;
            if self.take_arrivals() {
                continue;
            }
            self.read_on();
            let news = match until {
                Some(until) => timeout_at(until.into(), inbox.recv()).await,
                None => Ok(inbox.recv().await),
            };
            match news {
                Ok(Some(News::Order(order))) => {
                    if !self.lane.order(&order) {
                        return Ok(());
                    }
                }
                Ok(Some(News::Arrived(stream))) => self.waiting.push_back(stream),
                Ok(Some(News::Wire(link, count, happened))) => self.take(link, count, happened),
                Ok(Some(News::Stored(number, is_stored))) => self.lane.stored(number, is_stored),
                Ok(None) => return Ok(()),
                Err(_) => self.lane.report(Input::Tick),
            }
        }
    }

    /// Does all there is to do; gives when the session wants to be woken.
    async fn drain(&mut self) -> io::Result<Option<Instant>> {
        loop {
            match self.lane.next(&mut self.tx)? {
                Act::Wait(until) => return Ok(until),
                Act::Listen => {
                    let is_up = self.is_listening || self.listen().await;
                    self.lane.report(if is_up { Input::Listening } else { Input::ListenFailed });
                }
                Act::Connect(link) => self.connect(link),
                Act::Send(link, frame) => {
                    let wire = self.wires.get_mut(&link);
                    let is_taken = wire.is_some_and(|wire| {
                        wire.is_sending = wire.up.as_ref().is_some_and(|(_, frames)| frames.send(frame).is_ok());
                        wire.is_sending
                    });
                    if !is_taken {
                        self.lane.report(Input::SendFailed { link, at_most: 0 });
                    }
                }
                // What its writer still has does not leave any more.
                Act::Close(link) => drop(self.wires.remove(&link)),
                Act::Store(number, bytes) => match &self.disk {
                    Some(disk) => drop(disk.send((number, bytes))),
                    None => println!("store {number} {}", hex(&bytes)),
                },
            }
        }
    }

    /// Once it listens, it does so as long as it runs: a port that is closed between payments refuses callbacks.
    async fn listen(&mut self) -> bool {
        let Ok(listener) = TcpListener::bind(self.job.listen).await else { return false };
        let (news, terminal) = (self.news.clone(), self.job.terminal.ip());
        tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    // Nothing of a stranger is read.
                    Ok((_, peer)) if peer.ip() != terminal => {}
                    Ok((stream, _)) => {
                        if news.send(News::Arrived(stream)).is_err() {
                            return;
                        }
                    }
                    // Files ran out, most likely: the listener itself still stands.
                    Err(_) => sleep_until((Instant::now() + std::time::Duration::from_millis(50)).into()).await,
                }
            }
        });
        self.is_listening = true;
        true
    }

    fn connect(&mut self, link: Link) {
        self.count += 1;
        let (count, news, terminal) = (self.count, self.news.clone(), self.job.terminal);
        // The session says when it takes too long; the task ends with the connection.
        let task = tokio::spawn(async move {
            let made = TcpStream::connect(terminal).await;
            let _ = news.send(News::Wire(link, count, made.map_or(Happened::ConnectFailed, Happened::Connected)));
        });
        let tasks = vec![task.abort_handle()];
        let wire = Wire { count, tasks, up: None, is_reading: false, is_sending: false, has_ended: false };
        self.wires.insert(link, wire);
    }

    /// The connection is there; `false` if it is gone already.
    fn up(&mut self, link: Link, stream: TcpStream) -> bool {
        if stream.set_nodelay(true).is_err() {
            return false;
        }
        self.count += 1;
        let (count, (from, to)) = (self.count, stream.into_split());
        let (room, rooms) = unbounded_channel();
        let (frame, frames) = unbounded_channel();
        let reading = tokio::spawn(read(link, count, from, rooms, self.news.clone()));
        let writing = tokio::spawn(write(link, count, to, frames, self.news.clone()));
        let tasks = vec![reading.abort_handle(), writing.abort_handle()];
        let up = Some((room, frame));
        self.wires.insert(link, Wire { count, tasks, up, is_reading: false, is_sending: false, has_ended: false });
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
            if self.up(link, stream) {
                self.lane.report(Input::Accepted(link));
                return true;
            }
        }
        false
    }

    /// Lets every reader read as much as there is room for.
    fn read_on(&mut self) {
        for (link, wire) in &mut self.wires {
            let space = self.lane.room(*link);
            if let Some((room, _)) = wire.up.as_ref().filter(|_| !wire.is_reading && !wire.has_ended && space > 0) {
                wire.is_reading = room.send(space).is_ok();
            }
        }
    }

    fn take(&mut self, link: Link, count: u64, happened: Happened) {
        let Some(wire) = self.wires.get_mut(&link).filter(|wire| wire.count == count) else { return };
        match happened {
            Happened::Connected(stream) => {
                let is_up = self.up(link, stream);
                self.lane.report(if is_up { Input::Connected(link) } else { Input::ConnectFailed(link) });
            }
            Happened::ConnectFailed => {
                self.wires.remove(&link);
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

async fn read(
    link: Link,
    count: u64,
    mut from: OwnedReadHalf,
    mut rooms: UnboundedReceiver<usize>,
    news: UnboundedSender<News>,
) {
    while let Some(space) = rooms.recv().await {
        let mut bytes = vec![0; space];
        let happened = match from.read(&mut bytes).await {
            Ok(length @ 1..) => {
                bytes.truncate(length);
                Happened::Received(bytes)
            }
            _ => Happened::Closed,
        };
        let is_over = matches!(happened, Happened::Closed);
        if news.send(News::Wire(link, count, happened)).is_err() || is_over {
            return;
        }
    }
}

async fn write(
    link: Link,
    count: u64,
    mut to: OwnedWriteHalf,
    mut frames: UnboundedReceiver<Vec<u8>>,
    news: UnboundedSender<News>,
) {
    while let Some(frame) = frames.recv().await {
        // `write_all` does not say how much of it left.
        let mut written = 0;
        while let Some(rest) = frame.get(written..).filter(|rest| !rest.is_empty()) {
            match to.write(rest).await {
                Ok(taken @ 1..) => written += taken,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => break,
            }
        }
        let happened = if written == frame.len() { Happened::Sent } else { Happened::SendFailed(written) };
        if news.send(News::Wire(link, count, happened)).is_err() {
            return;
        }
    }
}

/// On a thread, since a read of standard input cannot be given up.
fn read_orders(news: UnboundedSender<News>) {
    std::thread::spawn(move || {
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

/// Stores one after the other, in the order of things, on a thread: a disk makes one wait.
fn run_disk(mut folder: Folder, news: UnboundedSender<News>) -> std::sync::mpsc::Sender<(u32, Vec<u8>)> {
    let (work, inbox) = std::sync::mpsc::channel::<(u32, Vec<u8>)>();
    std::thread::spawn(move || {
        for (number, bytes) in inbox {
            let is_stored = folder.append(&bytes).is_ok();
            if news.send(News::Stored(number, is_stored)).is_err() {
                return;
            }
        }
    });
    work
}
