//! A till on `opi-embedded-io`, on a machine with an operating system: its blocking driver on sockets that are asked again
//! and again, or its async one (`--async`) on those of smol. Its journal is a file: flash has its own tests.
//!
//! ```sh
//! cargo run -p opi-conformance -- --own-journal -- target/debug/examples/embedded_io
//! ```
#![allow(missing_docs)]

mod socket;
mod store;

use std::io::{self, BufRead as _};
use std::net::TcpListener;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use clap::Parser;
use opi_conformance::till::{DEVICE_SLOTS, Job, Order, line};
use opi_core::drive::{Event, Misuse};
use opi_core::operation::{Operation, Request};
use opi_core::time::{Instant, WallTime};
use opi_embedded_io::{Buffers, Cashier, Clock, Notice, Trouble, blocking};
use smol::Async;
use smol::channel::{Receiver, TryRecvError, unbounded};

use crate::socket::{AsyncSocket, Socket, Way};
use crate::store::Disk;

/// For requests, for aborts, for the terminal, and one that sees a connection more.
const WIRES: usize = DEVICE_SLOTS + 3;

#[derive(Parser)]
struct Cli {
    /// Use the async driver
    #[arg(long = "async")]
    is_async: bool,
    #[command(flatten)]
    job: Job,
}

fn main() -> io::Result<()> {
    let Cli { is_async, job } = Cli::parse();
    let orders = read_orders();
    let Ok(Order::Begin) = orders.recv_blocking() else { return Err(io::Error::other("no order before begin")) };
    let folder = job.journal.as_ref().ok_or_else(|| io::Error::other("a journal is needed: --own-journal"))?;
    let mut disk = Disk::open(folder)?;
    let listener = Rc::new(Async::<TcpListener>::bind(job.listen)?);
    let sockets: [Socket; WIRES] = std::array::from_fn(|place| {
        let way = if place < 2 { Way::To(job.terminal) } else { Way::From(Rc::clone(&listener)) };
        Socket { way, stream: None }
    });
    let mut buffers = Buffers::<512, 2048, DEVICE_SLOTS>::new();
    let (clock, memory) = (Machine(std::time::Instant::now()), buffers.lend());
    if is_async {
        let sockets = sockets.map(AsyncSocket);
        let mut till =
            opi_embedded_io::Till::new(job.settings(), memory, sockets, &mut disk, clock).map_err(io::Error::other)?;
        ready(till.unresolved().map(|unresolved| unresolved.request_id.get()));
        smol::block_on(async {
            enum Woken<'t> {
                Order(Order),
                Notice(Notice<'t>),
            }
            loop {
                // What happens and what is ordered: whichever comes first. The wait that is dropped loses nothing.
                let notice = async { Woken::Notice(till.next(&mut Clerk).await) };
                let order = async { Woken::Order(orders.recv().await.unwrap_or(Order::Quit)) };
                let order = match smol::future::or(order, notice).await {
                    Woken::Order(order) => order,
                    Woken::Notice(notice) => {
                        say(notice);
                        continue;
                    }
                };
                let told = match &order {
                    Order::Quit => return Ok(()),
                    Order::Pay(amount) => till.start(&payment(*amount)),
                    Order::Recover => till.recover(),
                    Order::Abort => till.abort(),
                    Order::Answer(question, given) => till.answer(*question, given.answer()),
                    _ => Ok(()),
                };
                refuse(told);
            }
        })
    } else {
        let mut till =
            blocking::Till::new(job.settings(), memory, sockets, &mut disk, clock).map_err(io::Error::other)?;
        ready(till.unresolved().map(|unresolved| unresolved.request_id.get()));
        loop {
            match till.poll(&mut Clerk) {
                Some(notice) => say(notice),
                None => thread::sleep(PULSE),
            }
            while let Some(order) = next(&orders) {
                let told = match &order {
                    Order::Quit => return Ok(()),
                    Order::Pay(amount) => till.start(&payment(*amount)),
                    Order::Recover => till.recover(),
                    Order::Abort => till.abort(),
                    Order::Answer(question, given) => till.answer(*question, given.answer()),
                    _ => Ok(()),
                };
                refuse(told);
            }
        }
    }
}

/// Between two looks at what is ordered.
const PULSE: Duration = Duration::from_millis(2);

fn ready(unresolved: Option<u32>) {
    match unresolved {
        Some(request) => println!("ready {request}"),
        None => println!("ready"),
    }
}

fn payment(amount: opi_core::money::Money) -> Request {
    Request::new(Operation::Payment { amount, cash_back: None }, local_time())
}

fn say(notice: Notice<'_>) {
    if let Notice::Finished(finished) = notice
        && let Some(line) = line(&Event::Finished(finished))
    {
        println!("{line}");
    }
}

fn refuse(told: Result<(), Misuse>) {
    if let Err(misuse) = told {
        println!("refused {misuse}");
    }
}

/// Shows what happens; orders come another way.
struct Clerk;

impl Cashier for Clerk {
    fn told(&mut self, event: &Event<'_>) {
        if let Some(line) = line(event).filter(|_| !matches!(event, Event::Finished(_))) {
            println!("{line}");
        }
    }

    fn refused(&mut self, misuse: Misuse) {
        println!("refused {misuse}");
    }

    fn trouble(&mut self, trouble: &Trouble<'_>) {
        eprintln!("{trouble}");
    }
}

#[derive(Clone)]
struct Machine(std::time::Instant);

impl blocking::Clock for Machine {
    fn now(&self) -> Instant {
        Instant::from_millis(0).after(self.0.elapsed())
    }

    fn wall(&self) -> WallTime {
        local_time()
    }
}

impl Clock for Machine {
    fn now(&self) -> Instant {
        Instant::from_millis(0).after(self.0.elapsed())
    }

    fn wall(&self) -> WallTime {
        local_time()
    }

    async fn reach(&self, until: Instant) {
        smol::Timer::at(self.0 + Duration::from_millis(until.as_millis())).await;
    }
}

fn local_time() -> WallTime {
    opi_smol::now_local()
}

fn next(orders: &Receiver<Order>) -> Option<Order> {
    match orders.try_recv() {
        Ok(order) => Some(order),
        Err(TryRecvError::Empty) => None,
        Err(TryRecvError::Closed) => Some(Order::Quit),
    }
}

fn read_orders() -> Receiver<Order> {
    let (orders, inbox) = unbounded();
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if Order::parse(&line).is_some_and(|order| orders.try_send(order).is_err()) {
                return;
            }
        }
    });
    inbox
}
