//! The simulated terminal as a TCP server, for tests, demonstrations and anybody's till.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::time::{Duration, Instant};

use opi_core::limits::{SIM_TILLS, SIM_TRANSMIT};
use opi_core::sim::{Conn, Entry, Input, Output, Setup, Terminal};
use opi_core::time;
use smol::channel::{Receiver, Sender, unbounded};
use smol::future::{self, FutureExt as _};
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::net::{TcpListener, TcpStream};
use smol::{Task, Timer};

/// Longest wait for the till's listener to accept, and for a till to take what is written.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a connection is read on after we closed our side: closing on unread bytes would reset it, and a reset
/// destroys what the till has not read yet.
const LINGER: Duration = Duration::from_secs(2);

/// Something that happened in the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// Money moved.
    Booked(Entry),
    /// The till did something that a till must not do.
    Complaint(&'static str),
}

/// A simulated terminal that runs until this is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    _task: Task<io::Result<()>>,
}

impl Running {
    /// Where it listens (channel 0).
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Starts a terminal on a free port of this machine's loopback address, of the kind (IPv4 or IPv6) that `till` has. `till`
/// is the listener of the till (channel 1).
///
/// # Errors
/// No port could be bound.
pub async fn run(
    till: SocketAddr,
    setup: Setup,
    on_happening: impl FnMut(Happening) + Send + 'static,
) -> io::Result<Running> {
    // The till takes callbacks from the address it talks to: both channels must have the same.
    let loopback: IpAddr = if till.is_ipv6() { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() };
    let listener = TcpListener::bind((loopback, 0)).await?;
    let address = listener.local_addr()?;
    Ok(Running { address, _task: smol::spawn(serve_all(listener, till, setup, on_happening)) })
}

/// Serves a terminal until the listener fails. `till` is the listener of the till (channel 1).
///
/// Frames leave in the pieces the terminal's wire cuts them into: `TCP_NODELAY` is set on all connections.
///
/// # Errors
/// Those of accepting.
pub async fn serve(
    listener: TcpListener,
    till: SocketAddr,
    setup: Setup,
    mut on_booked: impl FnMut(&Entry),
) -> io::Result<()> {
    serve_all(listener, till, setup, |happening| {
        if let Happening::Booked(entry) = happening {
            on_booked(&entry);
        }
    })
    .await
}

/// As [`serve`], with everything that happens.
///
/// # Errors
/// Those of accepting.
pub async fn serve_all(
    listener: TcpListener,
    till: SocketAddr,
    setup: Setup,
    mut on_happening: impl FnMut(Happening),
) -> io::Result<()> {
    let (reports, inbox) = unbounded();
    let mut server = Server {
        terminal: Box::new(Terminal::new(setup)),
        tx: vec![0; SIM_TRANSMIT],
        begun: Instant::now(),
        till,
        open: HashMap::new(),
        count: 0,
        reports,
    };
    loop {
        let until = server.drain(&mut on_happening).await;
        match next(&listener, &inbox, until).await? {
            Next::Accepted(stream) => server.accept(stream),
            Next::Report(report) => server.take(report),
            Next::Tick => server.input(Input::Tick),
        }
    }
}

enum Next {
    Accepted(TcpStream),
    Report(Report),
    Tick,
}

async fn next(listener: &TcpListener, inbox: &Receiver<Report>, until: Option<Instant>) -> io::Result<Next> {
    let accepted = async { listener.accept().await.map(|(stream, _)| Next::Accepted(stream)) };
    // The server itself keeps a sender: the channel never ends.
    let reported = async { inbox.recv().await.map(Next::Report).map_err(io::Error::other) };
    let ticked = async {
        match until {
            Some(until) => Timer::at(until).await,
            None => future::pending().await,
        };
        Ok(Next::Tick)
    };
    accepted.or(reported).or(ticked).await
}

/// What the task of a connection saw.
struct Report {
    conn: Conn,
    /// Which of the connections that had this number.
    count: u64,
    what: Saw,
}

enum Saw {
    Connected(TcpStream),
    ConnectFailed,
    Bytes(Vec<u8>),
    Closed,
}

/// One connection.
struct Open {
    count: u64,
    /// Not there while connecting.
    stream: Option<TcpStream>,
    /// Connects or reads.
    _task: Task<()>,
}

struct Server {
    terminal: Box<Terminal>,
    tx: Vec<u8>,
    begun: Instant,
    till: SocketAddr,
    open: HashMap<Conn, Open>,
    count: u64,
    reports: Sender<Report>,
}

impl Server {
    fn now(&self) -> time::Instant {
        time::Instant::from_millis(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn input(&mut self, input: Input<'_>) {
        let now = self.now();
        self.terminal.handle_input(now, input);
    }

    /// Does everything there is to do; gives when the terminal wants to be woken.
    async fn drain(&mut self, on_happening: &mut impl FnMut(Happening)) -> Option<Instant> {
        loop {
            match self.terminal.poll_output(&mut self.tx) {
                Output::Wait { until } => {
                    // The terminal reads milliseconds, rounded down.
                    return until.map(|until| self.begun + Duration::from_millis(until.as_millis() + 1));
                }
                Output::Connect(conn) => self.connect(conn),
                Output::Send { conn, length } => self.send(conn, length).await,
                Output::Close(conn) => self.close(conn),
                Output::Booked(entry) => on_happening(Happening::Booked(entry)),
                Output::Complaint(what) => on_happening(Happening::Complaint(what)),
                _ => {}
            }
        }
    }

    fn accept(&mut self, stream: TcpStream) {
        let free = (0u8..).map(Conn::Till).take(SIM_TILLS).find(|conn| !self.open.contains_key(conn));
        // A terminal takes only so many connections; the till sees one more closed.
        let Some(conn) = free else { return };
        self.count += 1;
        self.read(conn, self.count, stream);
        self.input(Input::Accepted(conn));
    }

    fn take(&mut self, report: Report) {
        let Report { conn, count, what } = report;
        if self.open.get(&conn).is_none_or(|open| open.count != count) {
            return;
        }
        match what {
            Saw::Connected(stream) => {
                self.read(conn, count, stream);
                self.input(Input::Connected(conn));
            }
            Saw::Bytes(bytes) => self.input(Input::Received(conn, &bytes)),
            Saw::ConnectFailed => {
                self.open.remove(&conn);
                self.input(Input::ConnectFailed(conn));
            }
            Saw::Closed => {
                self.open.remove(&conn);
                self.input(Input::Closed(conn));
            }
        }
    }

    fn connect(&mut self, conn: Conn) {
        self.count += 1;
        let (count, till, reports) = (self.count, self.till, self.reports.clone());
        let task = smol::spawn(async move {
            let connected = async { TcpStream::connect(till).await.ok() };
            let what = match connected.or(async { drop_after(PATIENCE).await }).await {
                Some(stream) => Saw::Connected(stream),
                None => Saw::ConnectFailed,
            };
            let _ = reports.send(Report { conn, count, what }).await;
        });
        self.open.insert(conn, Open { count, stream: None, _task: task });
    }

    fn read(&mut self, conn: Conn, count: u64, stream: TcpStream) {
        // Without it the system would join again what the wire cut.
        let _ = stream.set_nodelay(true);
        let (mut from, reports) = (stream.clone(), self.reports.clone());
        let task = smol::spawn(async move {
            let mut bytes = [0; 2048];
            while let Ok(read @ 1..) = from.read(&mut bytes).await {
                let what = Saw::Bytes(bytes.get(..read).unwrap_or_default().to_vec());
                if reports.send(Report { conn, count, what }).await.is_err() {
                    return;
                }
            }
            let _ = reports.send(Report { conn, count, what: Saw::Closed }).await;
        });
        self.open.insert(conn, Open { count, stream: Some(stream), _task: task });
    }

    async fn send(&mut self, conn: Conn, length: usize) {
        let Some(stream) = self.open.get_mut(&conn).and_then(|open| open.stream.as_mut()) else { return };
        let bytes = self.tx.get(..length).unwrap_or_default();
        let written = async { stream.write_all(bytes).await.ok() };
        if written.or(async { drop_after(PATIENCE).await }).await.is_none() {
            self.open.remove(&conn);
            self.input(Input::Closed(conn));
        }
    }

    fn close(&mut self, conn: Conn) {
        let Some(mut stream) = self.open.remove(&conn).and_then(|open| open.stream) else { return };
        let _ = stream.shutdown(Shutdown::Write);
        let drained = async move {
            let mut bytes = [0; 512];
            while let Ok(1..) = stream.read(&mut bytes).await {}
            Some(())
        };
        smol::spawn(drained.or(async { drop_after(LINGER).await })).detach();
    }
}

/// `None` after this time.
async fn drop_after<T>(time: Duration) -> Option<T> {
    Timer::after(time).await;
    None
}
