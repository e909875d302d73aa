//! The simulated terminal on real sockets, in a thread of its own, with the network that a case wants.

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use opi_core::limits::{SIM_TILLS, SIM_TRANSMIT};
use opi_core::sim::{Conn, Entry, Input, Output, Setup};
use opi_core::{sim, time};
use socket2::{Domain, SockAddr, Socket, Type};

/// Between two looks at the sockets.
const PULSE: Duration = Duration::from_millis(1);

/// How the terminal is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// As it should be.
    Well,
    /// Nothing listens there.
    Refuses,
    /// Connections are neither made nor refused.
    Hangs,
    /// Connections are made, and reset at once.
    Resets,
    /// Connections are made, and what the till sends is never read.
    Deaf,
}

/// What was seen of the till on the network.
#[derive(Clone, Debug)]
pub(crate) enum Sight {
    /// It connected, for the n-th time.
    Connected(usize),
    /// It sent bytes on that connection.
    Sent(usize, Vec<u8>),
    /// It closed that connection, or the connection broke.
    Closed(usize),
    /// It took a connection of the terminal.
    Took,
    /// It did not.
    Refused,
    /// It sent bytes on a connection of the terminal.
    Answered,
    /// Money moved.
    Booked(Entry),
    /// It did something that a till must not do.
    Complaint(&'static str),
}

/// All that was seen, and when.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<(Instant, Sight)>>);

impl Log {
    fn lock(&self) -> MutexGuard<'_, Vec<(Instant, Sight)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn see(&self, sight: Sight) {
        self.lock().push((Instant::now(), sight));
    }

    pub(crate) fn all(&self) -> Vec<(Instant, Sight)> {
        self.lock().clone()
    }
}

/// A terminal that runs until this is dropped.
pub(crate) struct Terminal {
    pub(crate) address: SocketAddr,
    pub(crate) log: Arc<Log>,
    stop: Arc<AtomicBool>,
    running: Option<JoinHandle<()>>,
    /// Keeps a queue full.
    _fillers: Vec<Socket>,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(running) = self.running.take() {
            let _ = running.join();
        }
    }
}

impl Terminal {
    /// Starts a terminal whose till listens at `till`.
    pub(crate) fn start(setup: Setup, till: SocketAddr, reach: Reach) -> io::Result<Self> {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        listener.bind(&SockAddr::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))?;
        let address = listener.local_addr()?.as_socket().ok_or_else(|| io::Error::other("no address"))?;
        let (log, stop) = (Arc::new(Log::default()), Arc::new(AtomicBool::new(false)));
        let mut fillers = Vec::new();
        let running = match reach {
            // Bound, so that nobody else gets the port.
            Reach::Refuses => {
                fillers.push(listener);
                None
            }
            Reach::Hangs => {
                listener.listen(0)?;
                // More than the queue takes.
                for _ in 0..8 {
                    let filler = Socket::new(Domain::IPV4, Type::STREAM, None)?;
                    filler.set_nonblocking(true)?;
                    let _ = filler.connect(&SockAddr::from(address));
                    fillers.push(filler);
                }
                fillers.push(listener);
                None
            }
            Reach::Well | Reach::Resets | Reach::Deaf => {
                listener.listen(16)?;
                listener.set_nonblocking(true)?;
                let listener = TcpListener::from(listener);
                let (log, stop) = (Arc::clone(&log), Arc::clone(&stop));
                Some(thread::spawn(move || {
                    let terminal = Box::new(sim::Terminal::new(setup));
                    let (tx, began) = (vec![0; SIM_TRANSMIT], Instant::now());
                    let open = HashMap::new();
                    Server { terminal, tx, began, listener, till, reach, log, open, accepted: 0 }.run(&stop);
                }))
            }
        };
        Ok(Self { address, log, stop, running, _fillers: fillers })
    }
}

struct Open {
    stream: TcpStream,
    /// Which of the till's connections it is.
    number: usize,
}

struct Server {
    terminal: Box<sim::Terminal>,
    tx: Vec<u8>,
    began: Instant,
    listener: TcpListener,
    till: SocketAddr,
    reach: Reach,
    log: Arc<Log>,
    open: HashMap<Conn, Open>,
    accepted: usize,
}

impl Server {
    fn run(&mut self, stop: &AtomicBool) {
        let mut until = self.drain();
        while !stop.load(Ordering::Relaxed) {
            let mut news = self.accept() | self.read();
            if until.is_some_and(|until| self.now() >= until) {
                self.input(Input::Tick);
                news = true;
            }
            if news {
                until = self.drain();
            } else {
                thread::sleep(PULSE);
            }
        }
    }

    fn now(&self) -> time::Instant {
        time::Instant::from_millis(0).after(self.began.elapsed())
    }

    fn input(&mut self, input: Input<'_>) {
        let now = self.now();
        self.terminal.handle_input(now, input);
    }

    fn accept(&mut self) -> bool {
        let Ok((stream, _)) = self.listener.accept() else { return false };
        let number = self.accepted;
        self.accepted += 1;
        self.log.see(Sight::Connected(number));
        if self.reach == Reach::Resets {
            let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            return false;
        }
        let free = (0u8..).map(Conn::Till).take(SIM_TILLS).find(|conn| !self.open.contains_key(conn));
        let Some(conn) = free.filter(|_| prepare(&stream).is_ok()) else { return false };
        self.open.insert(conn, Open { stream, number });
        self.input(Input::Accepted(conn));
        true
    }

    fn read(&mut self) -> bool {
        if self.reach == Reach::Deaf {
            return false;
        }
        let mut news = false;
        let mut conns: Vec<_> = self.open.keys().copied().collect();
        conns.sort_unstable();
        for conn in conns {
            let mut bytes = [0; 4096];
            let Some(open) = self.open.get_mut(&conn) else { continue };
            let number = open.number;
            match open.stream.read(&mut bytes) {
                Ok(length @ 1..) => {
                    let bytes = bytes.get(..length).unwrap_or_default();
                    self.log.see(match conn {
                        Conn::Till(_) => Sight::Sent(number, bytes.to_vec()),
                        Conn::Device(_) => Sight::Answered,
                    });
                    self.input(Input::Received(conn, bytes));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                _ => {
                    self.open.remove(&conn);
                    if matches!(conn, Conn::Till(_)) {
                        self.log.see(Sight::Closed(number));
                    }
                    self.input(Input::Closed(conn));
                }
            }
            news = true;
        }
        news
    }

    /// Does all there is to do; gives when the terminal wants to be woken.
    fn drain(&mut self) -> Option<time::Instant> {
        loop {
            match self.terminal.poll_output(&mut self.tx) {
                Output::Wait { until } => return until,
                Output::Connect(conn) => self.connect(conn),
                Output::Send { conn, length } => self.send(conn, length),
                Output::Close(conn) => self.close(conn),
                Output::Booked(entry) => self.log.see(Sight::Booked(entry)),
                Output::Complaint(what) => self.log.see(Sight::Complaint(what)),
                _ => {}
            }
        }
    }

    fn connect(&mut self, conn: Conn) {
        let stream = TcpStream::connect_timeout(&self.till, Duration::from_secs(2));
        match stream.ok().filter(|stream| prepare(stream).is_ok()) {
            Some(stream) => {
                self.log.see(Sight::Took);
                self.open.insert(conn, Open { stream, number: 0 });
                self.input(Input::Connected(conn));
            }
            None => {
                self.log.see(Sight::Refused);
                self.input(Input::ConnectFailed(conn));
            }
        }
    }

    fn send(&mut self, conn: Conn, length: usize) {
        let Some(open) = self.open.get_mut(&conn) else { return };
        let mut rest = self.tx.get(..length).unwrap_or_default();
        let patience = Instant::now() + Duration::from_secs(5);
        while !rest.is_empty() {
            match open.stream.write(rest) {
                Ok(taken) => rest = rest.get(taken..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < patience => {
                    thread::sleep(PULSE);
                }
                Err(_) => return,
            }
        }
    }

    /// Closes our side, and reads on for a while: closing on unread bytes would reset the connection, and a reset destroys
    /// what the till has not read yet.
    fn close(&mut self, conn: Conn) {
        let Some(Open { mut stream, number }) = self.open.remove(&conn) else { return };
        let _ = stream.shutdown(Shutdown::Write);
        let log = Arc::clone(&self.log);
        thread::spawn(move || {
            let _ = stream.set_nonblocking(false);
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let mut bytes = [0; 512];
            let mut ended = stream.read(&mut bytes);
            while matches!(ended, Ok(1..)) {
                ended = stream.read(&mut bytes);
            }
            let is_over = !matches!(&ended, Err(error) if error.kind() == io::ErrorKind::WouldBlock);
            if matches!(conn, Conn::Till(_)) && is_over {
                log.see(Sight::Closed(number));
            }
        });
    }
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    // Without it the system would join again what the terminal cut.
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)
}
