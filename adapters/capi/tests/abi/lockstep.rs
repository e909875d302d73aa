//! Every script and every fault of the simulated terminal, in every dialect, on virtual time.

use std::collections::{BTreeMap, VecDeque};

use opi_core::drive::{Answer, Input, Link, QuestionId, QuestionKind};
use opi_core::id::{Id, Reference, RequestId};
use opi_core::journal::Ticket;
use opi_core::limits::SIM_TRANSMIT;
use opi_core::money::{Currency, Decimal, Money};
use opi_core::operation::{Operation, Original, Outcome, Request};
use opi_core::opi::Profile;
use opi_core::sim::{self, Conn, Dialect, Fault, Script, Setup, Terminal};
use opi_core::time::{Instant, WallTime};

use crate::both::{Act, Both};

/// One connection, by its name at either end.
struct Wire {
    link: Option<Link>,
    conn: Option<Conn>,
    /// What the terminal sent and the session had no room for.
    backlog: VecDeque<u8>,
    /// The terminal closed it.
    ended: bool,
}

struct World {
    both: Both,
    terminal: Terminal,
    now: u64,
    wires: BTreeMap<u32, Wire>,
    questions: VecDeque<(u32, QuestionKind)>,
    outcome: Option<Outcome>,
    charged: usize,
    abort_at: Option<u64>,
    /// Every so many sheets cannot be stored.
    spoils: Option<usize>,
    sheets: usize,
    tx: Vec<u8>,
}

fn wall(now: u64) -> WallTime {
    WallTime::new(1_775_000_000, 120).after(std::time::Duration::from_millis(now))
}

impl World {
    fn new(profile: &'static Profile, setup: Setup) -> Self {
        Self {
            both: Both::new(profile),
            terminal: Terminal::new(setup),
            now: 0,
            wires: BTreeMap::new(),
            questions: VecDeque::new(),
            outcome: None,
            charged: 0,
            abort_at: None,
            spoils: None,
            sheets: 0,
            tx: vec![0; SIM_TRANSMIT],
        }
    }

    fn till(&mut self, input: &Input<'_>) -> bool {
        self.both.tell(self.now, input)
    }

    fn sim(&mut self, input: sim::Input<'_>) {
        self.terminal.handle_input(Instant::from_millis(self.now), input);
    }

    fn wire(&mut self, link: Option<Link>, conn: Option<Conn>) -> u32 {
        let number = self.wires.keys().last().map_or(0, |last| last + 1);
        self.wires.insert(number, Wire { link, conn, backlog: VecDeque::new(), ended: false });
        number
    }

    fn of_link(&mut self, link: Link) -> Option<&mut Wire> {
        self.wires.values_mut().find(|wire| wire.link == Some(link))
    }

    fn of_conn(&mut self, conn: Conn) -> Option<&mut Wire> {
        self.wires.values_mut().find(|wire| wire.conn == Some(conn))
    }

    /// Drains both sessions; until when they wait.
    fn drain_till(&mut self) -> Option<u64> {
        loop {
            match self.both.poll() {
                Act::Wait(until) => return until,
                Act::Listen => _ = self.till(&Input::Listening),
                Act::Connect(link) => {
                    let free = (0u8..8).map(Conn::Till).find(|conn| self.of_conn(*conn).is_none()).unwrap();
                    self.wire(Some(link), Some(free));
                    self.sim(sim::Input::Accepted(free));
                    self.till(&Input::Connected(link));
                }
                Act::Send(link, frame) => {
                    if let Some(conn) = self.of_link(link).and_then(|wire| wire.conn) {
                        self.sim(sim::Input::Received(conn, &frame));
                    }
                    self.till(&Input::Sent(link));
                }
                Act::Close(link) => {
                    if let Some(wire) = self.of_link(link) {
                        wire.link = None;
                        if let Some(conn) = wire.conn.take() {
                            self.sim(sim::Input::Closed(conn));
                        }
                    }
                }
                Act::Persist(ticket, is_sheet) => {
                    self.sheets += usize::from(is_sheet);
                    let spoilt = is_sheet && self.spoils.is_some_and(|every| self.sheets.is_multiple_of(every));
                    let ticket = Ticket(ticket);
                    self.till(&if spoilt { Input::StoreFailed(ticket) } else { Input::Stored(ticket) });
                }
                Act::Question(id, kind) => self.questions.push_back((id, kind)),
                Act::Withdrawn(id) => self.questions.retain(|(other, _)| *other != id),
                Act::Finished(outcome) => self.outcome = Some(outcome),
                Act::Nothing => {}
            }
        }
    }

    fn drain_terminal(&mut self) -> Option<u64> {
        loop {
            match self.terminal.poll_output(&mut self.tx) {
                sim::Output::Wait { until } => return until.map(Instant::as_millis),
                sim::Output::Connect(conn) => match self.both.core.free_device_slot() {
                    Some(link) => {
                        self.wire(Some(link), Some(conn));
                        self.till(&Input::Accepted(link));
                        self.sim(sim::Input::Connected(conn));
                    }
                    None => self.sim(sim::Input::ConnectFailed(conn)),
                },
                sim::Output::Send { conn, length } => {
                    let bytes = self.tx[..length].to_vec();
                    if let Some(wire) = self.of_conn(conn) {
                        wire.backlog.extend(bytes);
                    }
                }
                sim::Output::Close(conn) => {
                    if let Some(wire) = self.of_conn(conn) {
                        (wire.conn, wire.ended) = (None, true);
                    }
                }
                sim::Output::Booked(_) => self.charged += 1,
                _ => {}
            }
        }
    }

    /// Gives the session what it has room for; whether there was any.
    fn feed(&mut self) -> bool {
        let mut any = false;
        for number in self.wires.keys().copied().collect::<Vec<_>>() {
            let Some(wire) = self.wires.get_mut(&number) else { continue };
            let Some(link) = wire.link else { continue };
            let room = self.both.core.room(link).min(wire.backlog.len());
            let bytes: Vec<u8> = wire.backlog.drain(..room).collect();
            if !bytes.is_empty() {
                self.till(&Input::Received(link, &bytes));
                any = true;
            } else if wire.ended && wire.backlog.is_empty() {
                wire.link = None;
                self.till(&Input::Closed(link));
                any = true;
            }
        }
        any
    }

    fn run(&mut self, what: &str) -> Outcome {
        for _ in 0..100_000 {
            let wake = [self.drain_till(), self.drain_terminal(), self.abort_at].into_iter().flatten().min();
            if let Some((id, kind)) = self.questions.pop_front() {
                let id = QuestionId(id);
                // One that does not fit comes first: both refuse it alike.
                self.till(&Input::Answer(QuestionId(999), Answer::Yes));
                let answer = match kind {
                    QuestionKind::Number | QuestionKind::Menu => {
                        self.till(&Input::Answer(id, Answer::Text("two")));
                        Answer::Number(Decimal::new(2, 0).unwrap())
                    }
                    QuestionKind::Text => Answer::Text("ZH 1"),
                    _ => Answer::Yes,
                };
                self.till(&Input::Answer(id, answer));
            } else if self.feed() {
            } else if let Some(outcome) = self.outcome.filter(|_| self.both.core.is_idle()) {
                self.outcome = None;
                return outcome;
            } else if self.abort_at.is_some_and(|at| at <= self.now) {
                self.abort_at = None;
                self.till(&Input::Abort);
                self.till(&Input::Abort);
            } else {
                self.now = wake.unwrap_or_else(|| panic!("{what}: nobody waits for anything")).max(self.now);
                self.till(&Input::Tick);
                self.sim(sim::Input::Tick);
            }
        }
        panic!("{what}: no end");
    }

    fn operate(&mut self, operation: Operation, what: &str) -> Option<Outcome> {
        let mut request = Request::new(operation, wall(self.now));
        request.reference = Some(Reference::new("order-17").unwrap());
        let taken = self.till(&Input::Start(&request));
        // A second one is refused by both.
        self.till(&Input::Start(&request));
        taken.then(|| self.run(what))
    }

    fn pay(&mut self, what: &str) -> Outcome {
        let amount = Money::from_minor(2_500, Currency::CHF);
        let cash_back = None;
        self.operate(Operation::Payment { amount, cash_back }, what).unwrap()
    }
}

fn settle(world: &mut World, what: &str) {
    if let Some(unresolved) = world.both.core.unresolved().cloned() {
        world.till(&Input::Recover(wall(world.now)));
        world.run(what);
        let (request, charged) = (unresolved.request_id, world.charged > 0);
        world.till(&Input::Resolve { request: RequestId::LAST, charged, note: "not this one" });
        if world.both.core.unresolved().is_some() {
            world.till(&Input::Resolve { request, charged, note: "looked at the terminal" });
            world.drain_till();
        }
    }
}

fn play(profile: &'static Profile, script: Script, fault: Fault) -> usize {
    let what = format!("{} {} {}", profile.name, script.name(), fault.name());
    let dialect = Dialect::by_name(profile.name).unwrap();
    let mut setup = Setup::new(dialect, 5, wall(0)).with_script(script).with_fault(fault);
    setup.fault_count = 1;
    let mut world = World::new(profile, setup);
    world.abort_at = (script == Script::SlowCard).then_some(4_000);
    let outcome = world.pay(&what);
    assert!(outcome != Outcome::Approved || world.charged == 1, "{what}");
    settle(&mut world, &what);
    world.abort_at = None;
    world.pay(&what);
    world.both.check();
    world.both.compared
}

#[test]
fn every_script_says_the_same_on_both_sides() {
    let mut compared = 0;
    for profile in Profile::ALL {
        for script in Script::ALL {
            compared += play(profile, *script, Fault::None);
        }
    }
    println!("scripts: {compared} outputs are the same");
    assert!(compared > 4_000);
}

#[test]
fn every_fault_says_the_same_on_both_sides() {
    let mut compared = 0;
    for profile in Profile::ALL {
        for fault in Fault::ALL {
            for script in [Script::Approve, Script::SlowCard] {
                compared += play(profile, script, *fault);
            }
        }
    }
    println!("faults: {compared} outputs are the same");
    assert!(compared > 4_000);
}

#[test]
fn every_operation_says_the_same_on_both_sides() {
    let amount = Money::from_minor(2_500, Currency::EUR);
    let original = Original {
        trx_reference_number: Id::new("00000012345").ok(),
        stan: Id::new("000123").ok(),
        ..Original::default()
    };
    for profile in Profile::ALL {
        let dialect = Dialect::by_name(profile.name).unwrap();
        let mut world = World::new(profile, Setup::new(dialect, 5, wall(0)));
        world.spoils = Some(3);
        for operation in [
            Operation::Activate,
            Operation::Payment { amount, cash_back: Some(Money::from_minor(500, Currency::EUR)) },
            Operation::Refund { amount, original: original.clone() },
            Operation::Refund { amount, original: Original::default() },
            Operation::Reversal { amount: Some(amount), original: original.clone() },
            Operation::Reversal { amount: None, original: original.clone() },
            Operation::Reservation { amount },
            Operation::Completion { amount, original: original.clone() },
            Operation::Reprint,
            Operation::RepeatLast,
            Operation::Abort,
            Operation::Info,
            Operation::Status,
            Operation::CardCircuits,
            Operation::Login,
            Operation::Reconciliation { closure: false },
            Operation::Reconciliation { closure: true },
            Operation::Transmit,
            Operation::ContactTms,
            Operation::ContactAcquirer,
            Operation::Diagnosis,
            Operation::Restart,
            Operation::CloseDay,
            Operation::Logoff,
            Operation::Deactivate,
        ] {
            let what = format!("{} {}", profile.name, operation.name());
            world.operate(operation, &what);
            settle(&mut world, &what);
        }
        world.both.check();
    }
}
