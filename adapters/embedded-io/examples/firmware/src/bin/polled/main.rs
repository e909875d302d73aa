//! A till without an operating system and without an allocator, on an ARM Cortex-M4.
//!
//! It settles what an earlier run left unresolved, then pays, and is reset somewhere in the middle.

#![no_std]
#![no_main]

mod network;

use core::cell::RefCell;

use cortex_m_rt::entry;
use firmware::console::{self, Console, LISTENER, TERMINAL, fail};
use firmware::flash::Flash;
use firmware::hardware::{self, millis, reset, reset_in};
use opi_core::operation::{Finished, Outcome};
use opi_core::time::{Instant, WallTime};
use opi_embedded_io::blocking::{Clock, Till};
use opi_embedded_io::{Buffers, Journal, Notice};
use smoltcp::wire::{IpEndpoint, Ipv4Address};

use crate::network::{Memory, Network, SOCKETS, Socket, Way};

/// Device slots of the session.
const SLOTS: usize = 2;

/// The clocks, and the network that works while there is nothing else to do.
struct Board<'n>(&'n RefCell<Network>);

impl Clock for Board<'_> {
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

type Lane<'a> = Till<'a, Socket<'a>, Journal<Flash>, Board<'a>, SOCKETS, SLOTS>;

#[entry]
fn main() -> ! {
    static mut SOCKET_MEMORY: Memory = Memory::new();
    static mut BUFFERS: Buffers<512, 2048, SLOTS> = Buffers::new();
    hardware::start();
    let told = console::told();

    let (network, handles) = Network::new(told.starts, SOCKET_MEMORY);
    let network = RefCell::new(network);
    let terminal = IpEndpoint::new(Ipv4Address::from(TERMINAL).into(), told.port);
    let mut ways = [Way::To(terminal), Way::To(terminal)].into_iter();
    let sockets = handles.map(|handle| {
        let way = ways.next().unwrap_or(Way::From(LISTENER));
        Socket { network: &network, handle, way }
    });
    let (settings, journal) = (console::settings(), console::journal(told.starts));
    let Ok(mut till) = Till::new(settings, BUFFERS.lend(), sockets, journal, Board(&network)) else { fail("settings") };

    recover(&mut till);
    if let Some(reset_at) = told.reset_at {
        // Somewhere in the payment, wherever that is.
        reset_in(reset_at);
        pay(&mut till, told.starts);
        reset();
    }
    pay(&mut till, told.starts);
    console::done(told.starts)
}

/// Settles what an earlier run left unresolved.
fn recover(till: &mut Lane<'_>) {
    let mut console = Console::default();
    while let Some(request_id) = till.unresolved().map(|unresolved| unresolved.request_id) {
        console::unresolved(request_id);
        if till.recover().is_err() {
            fail("the till cannot recover");
        }
        if finish(till, &mut console).outcome != Outcome::Unknown {
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
fn pay(till: &mut Lane<'_>, starts: u32) {
    let mut console = Console::default();
    for request in console::operations(starts) {
        if till.start(&request).is_err() {
            fail("the till refuses");
        }
        if !console::goes_on(&finish(till, &mut console)) {
            return;
        }
    }
}

fn finish(till: &mut Lane<'_>, console: &mut Console) -> Finished {
    let begun = millis();
    loop {
        if let Notice::Finished(finished) = till.next(console) {
            console::end(&finished, millis() - begun);
            return finished;
        }
    }
}
