//! The body of the target `session`: a till and the simulated terminal, and between them whatever the data says.

mod day;
mod till;
mod wire;

use core::time::Duration;

use arbitrary::{Arbitrary as _, Unstructured};

use self::day::{Begin, Step};
use self::till::{Owed, Till};
use self::wire::{WIRES, Wire};
use crate::drive::{Answer, Input, Link};
use crate::limits;
use crate::opi::Profile;
use crate::sim::{self, Conn, Dialect, Entry, Script, Setup, Terminal};
use crate::time::{Instant, WallTime};

/// Requests for money in one run.
const PAYMENTS: u8 = 3;

/// Steps after which everything must have come to rest, kind as the world is then (I11).
const STEPS: usize = 4000;

/// Starts of the till in one run.
const BOOTS: usize = 8;

/// Bookings in one run.
const BOOKINGS: usize = 16;

/// 2025-03-31, some time before the tests were written; the terminal has the same clock.
fn wall(now: u64) -> WallTime {
    WallTime::new(1_743_400_000, 120).after(Duration::from_millis(now))
}

/// Plays the day that the data is, well or badly; then the world is kind.
///
/// # Panics
/// One of the invariants I1 to I11 does not hold.
pub fn session(data: &[u8]) {
    let mut data = Unstructured::new(data);
    let Ok(begin) = Begin::arbitrary(&mut data) else { return };
    let mut memory = [0; Till::memory_for(BOOTS)];
    let mut world = World::new(&begin, &mut memory);
    while !data.is_empty() {
        let Ok(step) = data.arbitrary() else { break };
        world.step(step);
        world.settle();
    }
    world.rest();
}

struct World<'m> {
    now: u64,
    till: Till<'m>,
    terminal: Terminal,
    /// When the terminal must be woken.
    until: Option<Instant>,
    wires: [Wire; WIRES],
    /// Connections that the terminal asks for.
    wanted: heapless::Deque<Conn, { limits::SIM_DEVICES }>,
    booked: heapless::Vec<Entry, BOOKINGS>,
    tx: [u8; limits::SIM_TRANSMIT],
}

impl<'m> World<'m> {
    fn new(begin: &Begin, memory: &'m mut [u8]) -> Self {
        let profiles = [&Profile::NEXI, &Profile::CCV_NL, &Profile::OPI_DE, &Profile::IFSF];
        let profile = profiles[usize::from(begin.dialect) % profiles.len()];
        let dialect = Dialect::ALL.iter().find(|dialect| dialect.name == profile.name).expect("the same four");
        let script = Script::ALL[usize::from(begin.script) % Script::ALL.len()];
        let setup = Setup::new(dialect, begin.luck, wall(0)).with_script(script);
        Self {
            now: 0,
            till: Till::new(profile, memory, begin),
            terminal: Terminal::new(setup),
            until: None,
            wires: [const { Wire::FREE }; WIRES],
            wanted: heapless::Deque::new(),
            booked: heapless::Vec::new(),
            tx: [0; limits::SIM_TRANSMIT],
        }
    }

    const fn instant(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    fn step(&mut self, step: Step<'_>) {
        match step {
            Step::GoOn => _ = self.go_on(),
            Step::FailsNext(how) => self.till.fails_next(how),
            Step::Pass(millis) => self.pass(u64::from(millis)),
            Step::Pay => self.pay(),
            Step::Run(errand) => self.till.run(self.instant(), wall(self.now), errand),
            Step::Abort => self.tell(Input::Abort),
            Step::PowerCut(torn) => self.power_cut(torn),
            Step::Deliver { wire, most } => _ = self.deliver(usize::from(wire) % WIRES, usize::from(most)),
            Step::Cut(wire) => self.cut(usize::from(wire)),
            Step::Answer(answer) => self.answer(answer),
            Step::Recover => self.recover(),
            Step::Refuse => self.refuse(),
            Step::HangUp => self.hang_up(),
            Step::Twice(wire) => self.twice(usize::from(wire)),
            Step::Stray => self.stray(),
        }
    }

    /// What comes next if all is well; whether there was something.
    fn go_on(&mut self) -> bool {
        if let Some(owed) = self.till.owed.pop_front() {
            self.report(owed);
            return true;
        }
        if let Some(conn) = self.wanted.pop_front() {
            self.accept(conn);
            return true;
        }
        if (0..WIRES).any(|at| self.deliver(at, usize::MAX)) {
            return true;
        }
        // Nobody does anything before its time.
        let next = [self.till.until, self.until].into_iter().flatten().map(Instant::as_millis).min();
        let Some(next) = next else { return false };
        self.pass(next.saturating_sub(self.now));
        true
    }

    /// Kind from now on, until nothing happens any more.
    fn rest(&mut self) {
        self.till.is_lucky();
        for _ in 0..STEPS {
            if self.go_on() {
                self.settle();
                continue;
            }
            assert!(self.till.session().is_idle(), "I11: no rest in {:?}", self.till.session().phase());
            self.judge();
            return;
        }
        panic!("I11: no rest");
    }

    fn pass(&mut self, millis: u64) {
        self.now += millis;
        self.tell(Input::Tick);
        let now = self.instant();
        self.terminal.handle_input(now, sim::Input::Tick);
    }

    fn tell(&mut self, input: Input<'_>) {
        let now = self.instant();
        // What does not fit is refused, and nothing has changed.
        _ = self.till.session_mut().handle_input(now, input);
    }

    fn pay(&mut self) {
        if self.till.paid < PAYMENTS {
            let at = wall(self.now);
            self.till.pay(self.instant(), at);
        }
    }

    fn recover(&mut self) {
        self.tell(Input::Recover(wall(self.now)));
    }

    fn answer(&mut self, answer: Answer<'_>) {
        if let Some(question) = self.till.question.take() {
            self.tell(Input::Answer(question, answer));
        }
    }

    /// The adapter did what it owed, or could not.
    fn report(&mut self, owed: Owed) {
        let now = self.instant();
        match owed {
            Owed::Listening(well) => self.tell(if well { Input::Listening } else { Input::ListenFailed }),
            Owed::Stored { ticket, well } => {
                self.tell(if well { Input::Stored(ticket) } else { Input::StoreFailed(ticket) });
            }
            Owed::Connected { link, well } => {
                let free = Self::free_conn(&self.wires).filter(|_| well);
                let wire = self.wires.iter_mut().find(|wire| wire.is_free());
                let (Some(conn), Some(wire)) = (free, wire) else { return self.tell(Input::ConnectFailed(link)) };
                wire.open(link, conn);
                self.terminal.handle_input(now, sim::Input::Accepted(conn));
                self.tell(Input::Connected(link));
            }
            Owed::Sent { link, leaves } => {
                let wire = self.wires.iter_mut().find(|wire| wire.link == Some(link));
                match leaves {
                    None => {
                        wire.map(Wire::leaves_as_a_whole);
                        self.tell(Input::Sent(link));
                    }
                    Some(bytes) => {
                        // As many as are said to have left at most, or fewer.
                        let at_most = wire.map_or(0, |wire| wire.leaves_in_part(usize::from(bytes)));
                        self.tell(Input::SendFailed { link, at_most });
                        self.close(link);
                    }
                }
            }
        }
    }

    fn free_conn(wires: &[Wire; WIRES]) -> Option<Conn> {
        (0..8).map(Conn::Till).find(|conn| wires.iter().all(|wire| wire.conn != Some(*conn)))
    }

    /// The terminal calls back.
    fn accept(&mut self, conn: Conn) {
        let now = self.instant();
        let slot = self.till.session().free_device_slot().filter(|_| self.till.listens);
        let wire = self.wires.iter_mut().find(|wire| wire.is_free());
        let (Some(link), Some(wire)) = (slot, wire) else {
            if self.till.listens {
                self.tell(Input::Crowded);
            }
            return self.terminal.handle_input(now, sim::Input::ConnectFailed(conn));
        };
        wire.open(link, conn);
        self.tell(Input::Accepted(link));
        self.terminal.handle_input(now, sim::Input::Connected(conn));
    }

    fn refuse(&mut self) {
        let now = self.instant();
        if let Some(conn) = self.wanted.pop_front() {
            self.terminal.handle_input(now, sim::Input::ConnectFailed(conn));
        }
    }

    /// Up to so many bytes arrive on this wire, first at the terminal; whether anything did.
    fn deliver(&mut self, at: usize, most: usize) -> bool {
        let now = self.instant();
        let Some(wire) = self.wires.get_mut(at) else { return false };
        if let Some(conn) = wire.conn
            && let Some(bytes) = wire.to_terminal.front(most)
        {
            let count = bytes.len();
            self.terminal.handle_input(now, sim::Input::Received(conn, bytes));
            wire.to_terminal.used(count);
            return true;
        }
        if wire.link.is_none() && wire.conn.is_some() {
            return wire.conn.take().map(|conn| self.terminal.handle_input(now, sim::Input::Closed(conn))).is_some();
        }
        let Some(link) = wire.link else { return false };
        let room = self.till.session().room(link);
        if let Some(bytes) = wire.to_till.front(most.min(room)) {
            let count = bytes.len();
            // A connection that was given up takes nothing, and that is all.
            _ = self.till.session_mut().handle_input(now, Input::Received(link, bytes));
            wire.to_till.used(count);
            return true;
        }
        if wire.conn.is_none() && wire.to_till.is_empty() {
            wire.link = None;
            self.tell(Input::Closed(link));
            return true;
        }
        false
    }

    /// The same bytes come to the till again.
    fn twice(&mut self, at: usize) {
        let now = self.instant();
        let Some(wire) = self.wires.get_mut(at % WIRES) else { return };
        let Some(link) = wire.link else { return };
        let room = self.till.session().room(link);
        if let Some(bytes) = wire.to_till.front(room) {
            _ = self.till.session_mut().handle_input(now, Input::Received(link, bytes));
        }
    }

    /// The terminal approves another request of this till.
    fn stray(&mut self) {
        let Some(wire) = self.wires.iter_mut().find(|wire| wire.link == Some(Link::Request)) else { return };
        let xml = *b"<CardServiceResponse WorkstationID=\"lane-1\" RequestID=\"900\" RequestType=\"CardPayment\" \
            OverallResult=\"Success\"><Tender><TotalAmount Currency=\"EUR\">25.00</TotalAmount></Tender>\
            </CardServiceResponse>";
        wire.to_till.put(&u32::try_from(xml.len()).unwrap_or(0).to_be_bytes());
        wire.to_till.put(&xml);
    }

    /// The connection breaks for both, with what was on its way.
    fn cut(&mut self, at: usize) {
        let Some(wire) = self.wires.get_mut(at % WIRES) else { return };
        let (link, conn) = (wire.link, wire.conn);
        *wire = Wire::FREE;
        if let Some(conn) = conn {
            let now = self.instant();
            self.terminal.handle_input(now, sim::Input::Closed(conn));
        }
        if let Some(link) = link {
            // How much left is told first, and nothing after the end.
            self.till.owed.retain(|owed| !owed.is_on(link));
            self.tell(Input::SendFailed { link, at_most: usize::MAX });
            self.tell(Input::Closed(link));
        }
    }

    /// The till closes it: what left before still arrives.
    fn close(&mut self, link: Link) {
        self.till.owed.retain(|owed| !owed.is_on(link));
        if let Some(wire) = self.wires.iter_mut().find(|wire| wire.link == Some(link)) {
            wire.link = None;
            wire.to_till.clear();
        }
    }

    /// The terminal has no connection any more.
    fn hang_up(&mut self) {
        let now = self.instant();
        while let Some(conn) = self.wanted.pop_front() {
            self.terminal.handle_input(now, sim::Input::ConnectFailed(conn));
        }
        for wire in &mut self.wires {
            if let Some(conn) = wire.conn.take() {
                self.terminal.handle_input(now, sim::Input::Closed(conn));
            }
            wire.to_terminal.clear();
        }
    }

    /// The till has no power for a moment.
    fn power_cut(&mut self, torn: u8) {
        for wire in &mut self.wires {
            wire.link = None;
            wire.to_till.clear();
        }
        self.till.power_cut(torn);
    }

    /// Does at once what takes no time.
    fn settle(&mut self) {
        let now = self.instant();
        loop {
            let closed = self.till.drain(now, &mut self.wires);
            if let Some(link) = closed {
                self.close(link);
                continue;
            }
            break;
        }
        loop {
            match self.terminal.poll_output(&mut self.tx) {
                sim::Output::Wait { until } => {
                    self.until = until;
                    break;
                }
                sim::Output::Connect(conn) => _ = self.wanted.push_back(conn),
                sim::Output::Send { conn, length } => {
                    let wire = self.wires.iter_mut().find(|wire| wire.conn == Some(conn));
                    if let (Some(wire), Some(bytes)) = (wire, self.tx.get(..length)) {
                        wire.to_till.put(bytes);
                    }
                }
                sim::Output::Close(conn) => {
                    self.wanted.retain(|wanted| *wanted != conn);
                    if let Some(wire) = self.wires.iter_mut().find(|wire| wire.conn == Some(conn)) {
                        wire.conn = None;
                        wire.to_terminal.clear();
                    }
                }
                sim::Output::Booked(entry) => {
                    self.booked.push(entry).expect("no more than were asked for");
                    self.judge();
                }
                // What the wire does to a message can make it odd.
                _ => {}
            }
        }
        self.judge();
    }

    /// What was charged is approved or unknown, what is approved was charged, nothing twice (I1, I4, I6).
    fn judge(&self) {
        for (id, end) in &self.till.ends {
            let mut booked = self.booked.iter().filter(|entry| entry.request_id.as_str().parse() == Ok(*id));
            let (first, second) = (booked.next(), booked.next());
            assert!(second.is_none(), "I1: {id} is charged twice");
            self.till.judge(*id, *end, first.is_some());
        }
    }
}
