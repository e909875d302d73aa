//! A till without an operating system and without an allocator, on an ARM Cortex-M4.
//!
//! It pays again and again, and each time it is reset somewhere in the middle, at another place. After each start it
//! settles what was left unresolved, and says how every payment ended.

#![no_std]
#![no_main]

mod flash;
mod hardware;
mod lan9118;
mod network;

use core::cell::RefCell;
use core::panic::PanicInfo;
use core::task::{Context, Poll};

use cortex_m_rt::entry;
use cortex_m_semihosting::debug::{EXIT_FAILURE, EXIT_SUCCESS, exit};
use cortex_m_semihosting::hprintln;
use opi_core::drive::{Answer, Event, QuestionKind};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::money::{Currency, Money};
use opi_core::operation::{Finished, Operation, Outcome, Reason, Request};
use opi_core::opi::{Profile, Settings};
use opi_core::time::{Instant, WallTime};
use opi_embedded_io::blocking::{Clock, Till};
use opi_embedded_io::{Buffers, Cashier, Journal, Notice, Trouble, Wish};
use smoltcp::wire::{IpAddress, IpEndpoint};

use crate::flash::Flash;
use crate::hardware::{millis, reset, reset_in};
use crate::network::{Memory, Network, SOCKETS, Socket, Way};

/// How often the machine is reset while it pays.
const RESETS: u32 = 12;

/// How much later in the payment each time, in milliseconds.
const LATER: u32 = 3;

/// Where the terminal comes in.
const LISTENER: u16 = 4102;

/// Device slots of the session.
const SLOTS: usize = 2;

/// The clocks, and the network that works while there is nothing else to do.
struct Board<'n>(&'n RefCell<Network>);

impl Clock for Board<'_> {
    fn now(&self) -> Instant {
        Instant::from_millis(millis().into())
    }

    fn wall(&self) -> WallTime {
        WallTime::new(hardware::seconds(), 0)
    }

    fn rest(&self) {
        if !self.0.borrow_mut().work() {
            // Until the next millisecond.
            cortex_m::asm::wfi();
        }
    }
}

/// The console: shows everything, and says yes to every question.
#[derive(Default)]
struct Console {
    wish: Option<Wish>,
}

impl Cashier for Console {
    fn told(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { request_id, .. } => hprintln!("request {}", request_id),
            Event::Line(_, line) => hprintln!("  | {}", line.text),
            Event::Question(question) => {
                let answer = match question.kind {
                    QuestionKind::Confirmation | QuestionKind::AnyKey | QuestionKind::Delivery => Answer::Yes,
                    _ => Answer::NotGiven,
                };
                self.wish = Some(Wish::Answer(question.id, answer));
            }
            Event::InDoubt { request_id, reason } => hprintln!("request {} is in doubt: {}", request_id, reason),
            Event::Fault(fault) => hprintln!("the terminal: {}", fault),
            _ => {}
        }
    }

    fn poll_wish(&mut self, _: &mut Context<'_>) -> Poll<Wish> {
        self.wish.take().map_or(Poll::Pending, Poll::Ready)
    }

    fn trouble(&mut self, trouble: &Trouble<'_>) {
        hprintln!("trouble: {}", trouble);
    }
}

type Lane<'a> = Till<'a, Socket<'a>, Journal<Flash>, Board<'a>, SOCKETS, SLOTS>;

#[entry]
fn main() -> ! {
    static mut SOCKET_MEMORY: Memory = Memory::new();
    static mut BUFFERS: Buffers<512, 2048, SLOTS> = Buffers::new();
    let boots = hardware::start();
    let mut line = [0; 128];
    let Some(port) = hardware::argument(&mut line).and_then(|port| port.parse().ok()) else {
        fail("the port of the terminal is missing on the command line")
    };

    let (network, handles) = Network::new(boots, SOCKET_MEMORY);
    let network = RefCell::new(network);
    let terminal = IpEndpoint::new(IpAddress::v4(10, 0, 2, 2), port);
    let mut ways = [Way::To(terminal), Way::To(terminal)].into_iter();
    let sockets = handles.map(|handle| {
        let way = ways.next().unwrap_or(Way::From(LISTENER));
        Socket { network: &network, handle, way }
    });

    let flash = Flash::new();
    let journal = match Journal::open(flash, 0..hardware::FLASH as u32) {
        Ok(journal) => journal,
        Err(error) => {
            hprintln!("{}", error);
            fail("the journal cannot be opened")
        }
    };
    hprintln!("start {}: generation {} of the journal, {} bytes free", boots, journal.generation(), journal.free());
    let (Ok(name), Ok(first)) = (WorkstationId::new("lane-1"), RequestId::new(1000)) else { fail("settings") };
    let mut settings = Settings::new(name, &Profile::NEXI, first);
    settings.alone_at_terminal = true;
    settings.timeouts.probe_pause = core::time::Duration::from_millis(200);
    let Ok(mut till) = Till::new(settings, BUFFERS.lend(), sockets, journal, Board(&network)) else { fail("settings") };

    recover(&mut till);
    if boots <= RESETS {
        // Somewhere in the next payment, wherever that is.
        reset_in(1 + (boots - 1) * LATER);
        pay(&mut till, boots);
        reset();
    }
    pay(&mut till, boots);
    hprintln!("done after {} starts", boots);
    exit(EXIT_SUCCESS);
    loop {}
}

/// Settles what an earlier run left unresolved.
fn recover(till: &mut Lane<'_>) {
    let mut console = Console::default();
    while let Some(request_id) = till.unresolved().map(|unresolved| unresolved.request_id) {
        hprintln!("unresolved: request {}", request_id);
        if till.recover().is_err() {
            fail("the till cannot recover");
        }
        let finished = finish(till, &mut console);
        if finished.outcome != Outcome::Unknown {
            continue;
        }
        // A person would look at the terminal now. Nobody is here: the host compares with the ledger of the terminal.
        if till.resolve(request_id, false, "nobody was here").is_err() {
            fail("the till cannot be told");
        }
        while till.unresolved().is_some_and(|unresolved| unresolved.request_id == request_id) {
            till.next(&mut console);
        }
    }
}

/// Pays once, the way a cashier would.
fn pay(till: &mut Lane<'_>, boots: u32) {
    let mut console = Console::default();
    let amount = Money::from_minor(1000 + u64::from(boots), Currency::CHF);
    for operation in [Operation::Payment { amount, cash_back: None }, Operation::Reprint, Operation::Payment { amount, cash_back: None }]
    {
        let at = WallTime::new(hardware::seconds(), 0);
        if till.start(&Request::new(operation, at)).is_err() {
            fail("the till refuses");
        }
        let finished = finish(till, &mut console);
        // A receipt of the run before was never acknowledged: the terminal wants it printed first.
        let reprint = finished.reason == Some(Reason::PrintLastTicket) || finished.outcome == Outcome::Done;
        if !reprint {
            return;
        }
    }
}

fn finish(till: &mut Lane<'_>, console: &mut Console) -> Finished {
    let begun = millis();
    loop {
        if let Notice::Finished(finished) = till.next(console) {
            let request = finished.request_id.map_or(0, RequestId::get);
            hprintln!("END {} {} after {} ms", request, finished.outcome.name(), millis() - begun);
            if let Some(reason) = finished.reason {
                hprintln!("  because: {}", reason);
            }
            return finished;
        }
    }
}

fn fail(why: &str) -> ! {
    hprintln!("{}", why);
    exit(EXIT_FAILURE);
    loop {}
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    hprintln!("{}", info);
    exit(EXIT_FAILURE);
    loop {}
}
