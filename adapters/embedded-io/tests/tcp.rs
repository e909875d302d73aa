//! Payments over real sockets of this machine, against the simulated terminal as a server: the blocking driver on sockets
//! that do not block, and the async driver on those of smol, whose wakers have to be right.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{Clerk, Kept, Memory, SLOTS, WIRES, payment, settings, setup};
use embedded_io::{ErrorKind, ErrorType, ReadReady};
use opi_core::operation::Outcome;
use opi_core::opi::Profile;
use opi_core::receipt::Copy;
use opi_core::sim::Fault;
use opi_core::time::{Instant, WallTime};
use opi_embedded_io::{Clock, Wire, blocking};
use opi_smol::now_local;
use opi_smol::sim::{Happening, Running, run};
use smol::Async;

#[derive(Clone)]
struct Machine(std::time::Instant);

impl Machine {
    fn now(&self) -> Instant {
        Instant::from_millis(0).after(self.0.elapsed())
    }
}

impl blocking::Clock for Machine {
    fn now(&self) -> Instant {
        self.now()
    }

    fn wall(&self) -> WallTime {
        now_local()
    }

    fn rest(&self) {
        std::thread::sleep(Duration::from_micros(200));
    }
}

impl Clock for Machine {
    fn now(&self) -> Instant {
        self.now()
    }

    fn wall(&self) -> WallTime {
        now_local()
    }

    async fn reach(&self, until: Instant) {
        smol::Timer::at(self.0 + Duration::from_millis(until.as_millis())).await;
    }
}

/// Where a connection of a till leads to, or comes from.
#[derive(Clone)]
enum Way {
    To(SocketAddr),
    From(Rc<Async<TcpListener>>),
}

struct Socket {
    way: Way,
    stream: Option<Async<TcpStream>>,
}

fn ways(terminal: SocketAddr, listener: Async<TcpListener>) -> [Socket; WIRES] {
    let listener = Rc::new(listener);
    std::array::from_fn(|place| {
        let way = if place < 2 { Way::To(terminal) } else { Way::From(listener.clone()) };
        Socket { way, stream: None }
    })
}

fn kind(error: std::io::Error) -> ErrorKind {
    error.kind().into()
}

impl Socket {
    fn stream(&self) -> Result<&Async<TcpStream>, ErrorKind> {
        self.stream.as_ref().ok_or(ErrorKind::NotConnected)
    }
}

impl ErrorType for Socket {
    type Error = ErrorKind;
}

// The blocking side: sockets that say that they would block.

impl embedded_io::Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, ErrorKind> {
        self.stream()?.get_ref().read(into).map_err(kind)
    }
}

impl ReadReady for Socket {
    fn read_ready(&mut self) -> Result<bool, ErrorKind> {
        match self.stream()?.get_ref().peek(&mut [0]) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(false),
            _ => Ok(true),
        }
    }
}

impl embedded_io::Write for Socket {
    fn write(&mut self, from: &[u8]) -> Result<usize, ErrorKind> {
        self.stream()?.get_ref().write(from).map_err(kind)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl blocking::Wire for Socket {
    fn open(&mut self) -> Result<(), ErrorKind> {
        self.stream = None;
        if let Way::To(terminal) = self.way {
            let stream = TcpStream::connect_timeout(&terminal, Duration::from_secs(5)).map_err(kind)?;
            self.stream = Some(Async::new(stream).map_err(kind)?);
        }
        Ok(())
    }

    fn is_open(&mut self) -> Result<bool, ErrorKind> {
        if let Way::From(listener) = &self.way {
            match listener.get_ref().accept() {
                Ok((stream, _)) => self.stream = Some(Async::new(stream).map_err(kind)?),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(kind(error)),
            }
        }
        Ok(true)
    }

    fn close(&mut self) {
        self.stream = None;
    }
}

// The async side.

struct AsyncSocket(Socket);

impl ErrorType for AsyncSocket {
    type Error = ErrorKind;
}

impl embedded_io_async::Read for AsyncSocket {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, ErrorKind> {
        let stream = self.0.stream()?;
        stream.read_with(|mut stream| stream.read(into)).await.map_err(kind)
    }
}

impl embedded_io_async::Write for AsyncSocket {
    async fn write(&mut self, from: &[u8]) -> Result<usize, ErrorKind> {
        let stream = self.0.stream()?;
        stream.write_with(|mut stream| stream.write(from)).await.map_err(kind)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl Wire for AsyncSocket {
    fn open(&mut self) -> Result<(), ErrorKind> {
        self.0.stream = None;
        Ok(())
    }

    async fn opened(&mut self) -> Result<(), ErrorKind> {
        let stream = match &self.0.way {
            // Dropped, it begins anew: the terminal sees a connection more.
            Way::To(terminal) => Async::<TcpStream>::connect(*terminal).await,
            Way::From(listener) => listener.accept().await.map(|(stream, _)| stream),
        };
        self.0.stream = Some(stream.map_err(kind)?);
        Ok(())
    }

    fn close(&mut self) {
        self.0.stream = None;
    }
}

async fn terminal(profile: &Profile, fault: Fault, till: SocketAddr) -> (Running, Arc<Mutex<Vec<Happening>>>) {
    let happened = Arc::new(Mutex::new(Vec::new()));
    let seen = happened.clone();
    let setup = setup(profile).with_fault(fault);
    (run(till, setup, move |happening| seen.lock().unwrap().push(happening)).await.unwrap(), happened)
}

fn check(case: &str, outcome: Outcome, clerk: &Clerk, store: &Kept, happened: &Mutex<Vec<Happening>>) {
    assert_eq!(outcome, Outcome::Approved, "{case}: {:?}", clerk.troubles);
    let happened = happened.lock().unwrap();
    assert_eq!(happened.len(), 1, "{case}: {happened:?}");
    assert!(matches!(&happened[0], Happening::Booked(_)), "{case}: {happened:?}");
    for copy in [Copy::Customer, Copy::Merchant] {
        let receipts = clerk.receipts(copy);
        assert!(receipts.len() == 1 && receipts[0].3, "{case}");
    }
    assert_eq!((store.kinds()[0], store.kinds().last()), ("intent", Some(&"result")), "{case}");
}

const FAULTS: [Fault; 3] = [Fault::None, Fault::Split, Fault::Merged];

#[test]
fn the_blocking_till_pays_over_tcp() {
    for profile in Profile::ALL {
        for fault in FAULTS {
            let listener = Async::<TcpListener>::bind(([127, 0, 0, 1], 0)).unwrap();
            let till = listener.get_ref().local_addr().unwrap();
            let (running, happened) = smol::block_on(terminal(profile, fault, till));
            let (mut memory, mut clerk, store) = (Memory::new(), Clerk::default(), Kept::default());
            let clock = Machine(std::time::Instant::now());
            let wires = ways(running.address(), listener);
            let mut till = blocking::Till::<_, _, _, WIRES, SLOTS>::new(
                settings(profile),
                memory.lend(),
                wires,
                store.clone(),
                clock,
            )
            .unwrap();
            let finished = till.run(&payment(2500, profile, now_local()), &mut clerk).unwrap();
            check(&format!("{} {fault:?}", profile.name), finished.outcome, &clerk, &store, &happened);
        }
    }
}

#[test]
fn the_async_till_pays_over_tcp() {
    for profile in Profile::ALL {
        for fault in FAULTS {
            smol::block_on(async {
                let listener = Async::<TcpListener>::bind(([127, 0, 0, 1], 0)).unwrap();
                let till = listener.get_ref().local_addr().unwrap();
                let (running, happened) = terminal(profile, fault, till).await;
                let (mut memory, mut clerk, store) = (Memory::new(), Clerk::default(), Kept::default());
                let clock = Machine(std::time::Instant::now());
                let wires = ways(running.address(), listener).map(AsyncSocket);
                let mut till = opi_embedded_io::Till::<_, _, _, WIRES, SLOTS>::new(
                    settings(profile),
                    memory.lend(),
                    wires,
                    store.clone(),
                    clock,
                )
                .unwrap();
                let finished = till.run(&payment(2500, profile, now_local()), &mut clerk).await.unwrap();
                check(&format!("{} {fault:?}", profile.name), finished.outcome, &clerk, &store, &happened);
            });
        }
    }
}
