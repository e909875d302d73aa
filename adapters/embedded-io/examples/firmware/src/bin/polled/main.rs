//! A till without an operating system and without an allocator, on an ARM Cortex-M4.
//!
//! It settles what an earlier run left unresolved, then pays, and is reset somewhere in the middle.

#![no_std]
#![no_main]

mod network;

use core::cell::RefCell;

use cortex_m_rt::entry;
use firmware::console::{self, Console, LISTENER, TERMINAL, Told, fail};
use firmware::flash::Flash;
use firmware::hardware::{self, millis, paint_stack, reset, reset_in};
use opi_core::time::{Instant, WallTime};
use opi_embedded_io::blocking::{Clock, Till};
use opi_embedded_io::{Buffers, Journal, Notice};
use smoltcp::wire::{IpEndpoint, Ipv4Address};
use static_cell::{ConstStaticCell, StaticCell};

use crate::network::{Memory, Network, SOCKETS, Socket, Way};

/// Device slots of the session.
const SLOTS: usize = 2;

/// The clocks, and the network that works while there is nothing else to do.
struct Board(&'static RefCell<Network>);

impl Clock for Board {
    fn now(&self) -> Instant {
        Instant::from_millis(millis().into())
    }

    fn wall(&self) -> WallTime {
        console::wall()
    }

    fn rest(&self) {
        if !self.0.borrow_mut().work() {
            // Until the next millisecond.
            cortex_m::asm::wfi();
        }
    }
}

type Lane = Till<'static, Socket, Journal<Flash>, Board, SOCKETS, SLOTS>;

// Nothing large stands on the stack: not the till, not what it is made of.
static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());
static BUFFERS: ConstStaticCell<Buffers<512, 2048, SLOTS>> = ConstStaticCell::new(Buffers::new());
static NETWORK: StaticCell<RefCell<Network>> = StaticCell::new();
static LANE: StaticCell<Lane> = StaticCell::new();

#[entry]
fn main() -> ! {
    hardware::start();
    paint_stack();
    let told = console::told();
    let till = open(&told);
    console::stack("opened");

    paint_stack();
    recover(till);
    if let Some(reset_at) = told.reset_at {
        // Somewhere in the payment, wherever that is.
        reset_in(reset_at);
        pay(till, told.starts);
        reset();
    }
    pay(till, told.starts);
    console::stack("paid");
    console::done(told.starts)
}

/// Makes the till.
#[inline(never)]
fn open(told: &Told) -> &'static mut Lane {
    let (network, handles) = Network::new(told.starts, MEMORY.take());
    let network = &*NETWORK.init(RefCell::new(network));
    let terminal = IpEndpoint::new(Ipv4Address::from(TERMINAL).into(), told.port);
    let mut ways = [Way::To(terminal), Way::To(terminal)].into_iter();
    let sockets = handles.map(|handle| {
        let way = ways.next().unwrap_or(Way::From(LISTENER));
        Socket { network, handle, way }
    });
    let (settings, journal) = (console::settings(), console::journal(told.starts));
    let memory = BUFFERS.take().lend();
    let Ok(till) = Till::new_in(LANE.uninit(), settings, memory, sockets, journal, Board(network)) else {
        fail("settings")
    };
    till
}

/// Settles what an earlier run left unresolved.
fn recover(till: &mut Lane) {
    let mut console = Console::default();
    while let Some(request_id) = till.unresolved().map(|unresolved| unresolved.request_id) {
        console::unresolved(request_id);
        if till.recover().is_err() {
            fail("the till cannot recover");
        }
        finish(till, &mut console);
        // If nobody knows, a person would look at the terminal now. Nobody is here: the host compares with the ledger of
        // the terminal.
        if till.unresolved().is_some_and(|unresolved| unresolved.request_id == request_id) {
            if till.resolve(request_id, false, "nobody was here").is_err() {
                fail("the till cannot be told");
            }
            while till.unresolved().is_some_and(|unresolved| unresolved.request_id == request_id) {
                till.next(&mut console);
            }
        }
    }
}

/// Pays once, the way a cashier would.
fn pay(till: &mut Lane, starts: u32) {
    let mut console = Console::default();
    let mut step = 0;
    while begin(till, step, starts) && finish(till, &mut console) {
        step += 1;
    }
}

/// Begins a step of that, if there is one. A request is large, and not needed once it is begun.
#[inline(never)]
fn begin(till: &mut Lane, step: u8, starts: u32) -> bool {
    let Some(request) = console::operation(step, starts) else { return false };
    if till.start(&request).is_err() {
        fail("the till refuses");
    }
    true
}

/// Waits for the end of an operation; whether the next step is needed.
fn finish(till: &mut Lane, console: &mut Console) -> bool {
    let begun = millis();
    loop {
        if let Notice::Finished(finished) = till.next(console) {
            console::end(finished, millis() - begun);
            return console::goes_on(finished);
        }
    }
}
