//! The same till on embassy: an executor, timers and a network stack that wait for interrupts.

#![no_std]
#![no_main]

mod network;
mod time;

use embassy_executor::Spawner;
use embassy_net::tcp::TcpSocket;
use embassy_net::{Config, Ipv4Address, Ipv4Cidr, Runner, Stack, StackResources, StaticConfigV4};
use embassy_time::Timer;
use firmware::console::{self, ADDRESS, Console, LISTENER, TERMINAL, Told, fail};
use firmware::flash::Flash;
use firmware::hardware::{self, millis, paint_stack, reset, reset_in};
use firmware::lan9118::{Frames, Lan9118};
use opi_core::time::{Instant, WallTime};
use opi_embedded_io::{Buffers, Clock, Journal, Notice, Till};
use static_cell::{ConstStaticCell, StaticCell};

use crate::network::{Adapter, Socket, Way};

/// One for requests, one for aborts, and three on which the terminal comes in.
const SOCKETS: usize = 5;

/// Device slots of the session.
const SLOTS: usize = 2;

/// Bytes that one socket holds in each direction.
const BUFFER: usize = 1024;

/// The clocks.
struct Clocks;

impl Clock for Clocks {
    fn now(&self) -> Instant {
        Instant::from_millis(embassy_time::Instant::now().as_millis())
    }

    fn wall(&self) -> WallTime {
        console::wall()
    }

    async fn reach(&self, until: Instant) {
        Timer::at(embassy_time::Instant::from_millis(until.as_millis())).await;
    }
}

type Lane = Till<'static, Socket, Journal<Flash>, Clocks, SOCKETS, SLOTS>;

// Nothing large stands on the stack: not the till, not what it is made of.
static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
static SOCKET_MEMORY: ConstStaticCell<[[u8; BUFFER]; 2 * SOCKETS]> = ConstStaticCell::new([[0; BUFFER]; 2 * SOCKETS]);
static FRAMES: ConstStaticCell<Frames> = ConstStaticCell::new(Frames::new());
static BUFFERS: ConstStaticCell<Buffers<512, 2048, SLOTS>> = ConstStaticCell::new(Buffers::new());
static LANE: StaticCell<Lane> = StaticCell::new();

#[embassy_executor::task]
async fn network_task(mut runner: Runner<'static, Adapter>) -> ! {
    runner.run().await
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    hardware::on_tick(time::tick);
    hardware::start();
    paint_stack();
    let told = console::told();

    let stack = start_network(spawner, told.starts);
    stack.wait_config_up().await;

    let till = open(stack, &told);
    console::stack("opened");

    paint_stack();
    recover(till).await;
    if let Some(reset_at) = told.reset_at {
        // Somewhere in the payment, wherever that is.
        reset_in(reset_at);
        pay(till, told.starts).await;
        reset();
    }
    pay(till, told.starts).await;
    console::stack("paid");
    console::done(told.starts)
}

/// Starts the network of this machine.
#[inline(never)]
fn start_network(spawner: Spawner, starts: u32) -> Stack<'static> {
    let [a, b, c, d] = ADDRESS;
    let address = Ipv4Cidr::new(Ipv4Address::new(a, b, c, d), 24);
    let config = Config::ipv4_static(StaticConfigV4 { address, gateway: None, dns_servers: Default::default() });
    let seed = u64::from(starts).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let adapter = Adapter(Lan9118::new(network::HARDWARE, FRAMES.take()));
    let (stack, runner) = embassy_net::new(adapter, config, RESOURCES.init(StackResources::new()), seed);
    match network_task(runner) {
        Ok(task) => spawner.spawn(task),
        Err(_) => fail("there is no room for a task"),
    }
    stack
}

/// Makes the till.
#[inline(never)]
fn open(stack: Stack<'static>, told: &Told) -> &'static mut Lane {
    let [a, b, c, d] = TERMINAL;
    let mut ways = [(); 2].map(|()| Way::To((Ipv4Address::new(a, b, c, d), told.port).into())).into_iter();
    let mut buffers = SOCKET_MEMORY.take().iter_mut();
    let sockets = core::array::from_fn(|_| {
        let mut buffer = || buffers.next().map_or(&mut [][..], |buffer| &mut buffer[..]);
        let mut socket = TcpSocket::new(stack, buffer(), buffer());
        socket.set_nagle_enabled(false);
        Socket { socket, way: ways.next().unwrap_or(Way::From(LISTENER)) }
    });
    let (settings, journal) = (console::settings(), console::journal(told.starts));
    let memory = BUFFERS.take().lend();
    let Ok(till) = Till::new_in(LANE.uninit(), settings, memory, sockets, journal, Clocks) else { fail("settings") };
    till
}

/// Settles what an earlier run left unresolved.
async fn recover(till: &mut Lane) {
    let mut console = Console::default();
    while let Some(request_id) = till.unresolved().map(|unresolved| unresolved.request_id) {
        console::unresolved(request_id);
        if till.recover().is_err() {
            fail("the till cannot recover");
        }
        finish(till, &mut console).await;
        // If nobody knows, a person would look at the terminal now. Nobody is here: the host compares with the ledger of
        // the terminal.
        if till.unresolved().is_some_and(|unresolved| unresolved.request_id == request_id) {
            if till.resolve(request_id, false, "nobody was here").is_err() {
                fail("the till cannot be told");
            }
            while till.unresolved().is_some_and(|unresolved| unresolved.request_id == request_id) {
                till.next(&mut console).await;
            }
        }
    }
}

/// Pays once, the way a cashier would.
async fn pay(till: &mut Lane, starts: u32) {
    let mut console = Console::default();
    let mut step = 0;
    while begin(till, step, starts) && finish(till, &mut console).await {
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
async fn finish(till: &mut Lane, console: &mut Console) -> bool {
    let begun = millis();
    loop {
        if let Notice::Finished(finished) = till.next(console).await {
            console::end(finished, millis() - begun);
            return console::goes_on(finished);
        }
    }
}
