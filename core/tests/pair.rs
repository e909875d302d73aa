//! The session and the simulated terminal, joined without sockets on virtual time: every script, every fault, every
//! dialect.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, VecDeque};

use opi_core::drive::{Answer, Event, Input, Link, Output, QuestionId, QuestionKind, Wait};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::limits::SIM_TRANSMIT;
use opi_core::money::{Currency, Decimal, Money};
use opi_core::operation::{Finished, Operation, Original, Outcome, Reason, Request};
use opi_core::opi::{Memory, Profile, Session, Settings};
use opi_core::sim::{self, Callback, Conn, Dialect, Entry, Fault, Script, Setup, Terminal};
use opi_core::time::{Instant, WallTime};

const SLOTS: usize = 4;

/// Something on its way from one side to the other.
#[derive(Debug)]
enum Travel {
    /// The session's connections, by their number in the world.
    Open(u32),
    ToTerminal(u32, Vec<u8>),
    ToTill(u32, Vec<u8>),
    /// This side closed; the other hears of it.
    TillClosed(u32),
    TerminalClosed(u32),
    /// The terminal connects to the till's listener.
    Callback(Conn),
}

/// One connection, with its name at either end.
#[derive(Debug, Default)]
struct Wire {
    link: Option<Link>,
    conn: Option<Conn>,
}

struct World {
    session: Session<'static, SLOTS>,
    terminal: Terminal,
    now: u64,
    wires: BTreeMap<u32, Wire>,
    travels: VecDeque<Travel>,
    /// Bytes that the session had no room for yet.
    backlog: BTreeMap<u32, VecDeque<u8>>,
    questions: VecDeque<(QuestionId, QuestionKind)>,
    finished: Option<Finished>,
    booked: Vec<Entry>,
    complaints: Vec<&'static str>,
    /// When the cashier aborts.
    abort_at: Option<u64>,
    sheets: usize,
    yes: bool,
    tx: Vec<u8>,
}

fn wall(now: u64) -> WallTime {
    WallTime::new(1_775_000_000, 120).after(std::time::Duration::from_millis(now))
}

impl World {
    fn new(profile: &'static Profile, setup: Setup) -> Self {
        let window = || Box::leak(vec![0u8; 512].into_boxed_slice());
        let settings = Settings::new(WorkstationId::new("lane-1").unwrap(), profile, RequestId::new(1001).unwrap());
        let memory = Memory { request: window(), abort: window(), device: [window(), window(), window(), window()] };
        Self {
            session: Session::new(settings, memory).unwrap(),
            terminal: Terminal::new(setup),
            now: 0,
            wires: BTreeMap::new(),
            travels: VecDeque::new(),
            backlog: BTreeMap::new(),
            questions: VecDeque::new(),
            finished: None,
            booked: Vec::new(),
            complaints: Vec::new(),
            abort_at: None,
            sheets: 0,
            yes: true,
            tx: vec![0; SIM_TRANSMIT],
        }
    }

    fn wire_of_link(&self, link: Link) -> Option<u32> {
        self.wires.iter().find(|(_, wire)| wire.link == Some(link)).map(|(number, _)| *number)
    }

    fn wire_of_conn(&self, conn: Conn) -> Option<u32> {
        self.wires.iter().find(|(_, wire)| wire.conn == Some(conn)).map(|(number, _)| *number)
    }

    fn new_wire(&mut self, wire: Wire) -> u32 {
        let number = self.wires.keys().last().map_or(0, |last| last + 1);
        self.wires.insert(number, wire);
        number
    }

    fn till(&mut self, input: Input<'_>) {
        let shown = format!("{input:?}");
        let shown = shown.get(..120).unwrap_or(&shown).to_owned();
        self.session
            .handle_input(Instant::from_millis(self.now), input)
            .unwrap_or_else(|misuse| panic!("{shown}: {misuse}"));
    }

    /// Polls the session dry; gives its deadline.
    fn drain_till(&mut self) -> Option<Instant> {
        let mut buffer = [0; 4096];
        loop {
            let mut then: Option<Input<'_>> = None;
            match self.session.poll_output(&mut buffer) {
                Output::Wait(Wait { until, .. }) => return until,
                Output::Listen => then = Some(Input::Listening),
                Output::Connect(link) => {
                    let number = self.new_wire(Wire { link: Some(link), conn: None });
                    self.travels.push_back(Travel::Open(number));
                    then = Some(Input::Connected(link));
                }
                Output::Send { link, length } => {
                    if let Some(number) = self.wire_of_link(link) {
                        self.travels.push_back(Travel::ToTerminal(number, buffer[..length].to_vec()));
                    }
                    then = Some(Input::Sent(link));
                }
                Output::Close(link) => {
                    if let Some(number) = self.wire_of_link(link) {
                        self.wires.get_mut(&number).unwrap().link = None;
                        self.backlog.remove(&number);
                        self.travels.push_back(Travel::TillClosed(number));
                    }
                }
                Output::Persist(ticket, _) => then = Some(Input::Stored(ticket)),
                Output::Event(event) => match event {
                    Event::Question(question) => self.questions.push_back((question.id, question.kind)),
                    Event::QuestionWithdrawn(id) => self.questions.retain(|(other, _)| *other != id),
                    Event::SheetEnded { kept: true, .. } => self.sheets += 1,
                    Event::Finished(finished) => self.finished = Some(finished.clone()),
                    _ => {}
                },
                other => panic!("{other:?}"),
            }
            if let Some(input) = then {
                self.till(input);
            }
        }
    }

    fn drain_terminal(&mut self) -> Option<Instant> {
        loop {
            match self.terminal.poll_output(&mut self.tx) {
                sim::Output::Wait { until } => return until,
                sim::Output::Connect(conn) => self.travels.push_back(Travel::Callback(conn)),
                sim::Output::Send { conn, length } => {
                    if let Some(number) = self.wire_of_conn(conn) {
                        self.travels.push_back(Travel::ToTill(number, self.tx[..length].to_vec()));
                    }
                }
                sim::Output::Close(conn) => {
                    if let Some(number) = self.wire_of_conn(conn) {
                        self.wires.get_mut(&number).unwrap().conn = None;
                        self.travels.push_back(Travel::TerminalClosed(number));
                    }
                }
                sim::Output::Booked(entry) => self.booked.push(entry),
                sim::Output::Complaint(what) => self.complaints.push(what),
                other => panic!("{other:?}"),
            }
        }
    }

    fn terminal(&mut self, input: sim::Input<'_>) {
        self.terminal.handle_input(Instant::from_millis(self.now), input);
    }

    fn arrive(&mut self, travel: Travel) {
        match travel {
            Travel::Open(number) => {
                let free = (0u8..8).map(Conn::Till).find(|conn| self.wire_of_conn(*conn).is_none()).unwrap();
                self.wires.get_mut(&number).unwrap().conn = Some(free);
                self.terminal(sim::Input::Accepted(free));
            }
            Travel::ToTerminal(number, bytes) => {
                if let Some(conn) = self.wires[&number].conn {
                    self.terminal(sim::Input::Received(conn, &bytes));
                }
            }
            Travel::ToTill(number, bytes) => {
                self.backlog.entry(number).or_default().extend(bytes);
                self.feed(number);
            }
            Travel::TillClosed(number) => {
                if let Some(conn) = self.wires.get_mut(&number).unwrap().conn.take() {
                    self.terminal(sim::Input::Closed(conn));
                }
            }
            Travel::TerminalClosed(number) => {
                self.feed(number);
                // What was not read yet is read first.
                if self.backlog.get(&number).is_some_and(|left| !left.is_empty()) && self.wires[&number].link.is_some()
                {
                    self.travels.push_back(Travel::TerminalClosed(number));
                } else if let Some(link) = self.wires.get_mut(&number).unwrap().link.take() {
                    self.till(Input::Closed(link));
                }
            }
            Travel::Callback(conn) => match self.session.free_device_slot() {
                Some(link) => {
                    self.new_wire(Wire { link: Some(link), conn: Some(conn) });
                    self.till(Input::Accepted(link));
                    self.terminal(sim::Input::Connected(conn));
                }
                None => self.terminal(sim::Input::ConnectFailed(conn)),
            },
        }
    }

    /// Gives the session what it has room for.
    fn feed(&mut self, number: u32) {
        loop {
            let Some(link) = self.wires[&number].link else { return };
            let room = self.session.room(link);
            let Some(left) = self.backlog.get_mut(&number) else { return };
            let bytes: Vec<u8> = left.drain(..room.min(left.len())).collect();
            if bytes.is_empty() {
                return;
            }
            self.till(Input::Received(link, &bytes));
            self.drain_till();
        }
    }

    /// Runs until the operation has ended and all is quiet.
    fn run(&mut self) -> Finished {
        for _ in 0..200_000 {
            let mut wake = [self.drain_till(), self.drain_terminal()].into_iter().flatten().min();
            if let Some((id, kind)) = self.questions.pop_front() {
                let answer = match kind {
                    QuestionKind::Number | QuestionKind::Menu => Answer::Number(Decimal::new(2, 0).unwrap()),
                    QuestionKind::Text => Answer::Text("ZH 1"),
                    _ if self.yes => Answer::Yes,
                    _ => Answer::No,
                };
                self.till(Input::Answer(id, answer));
                continue;
            }
            let waiting: Vec<u32> = self.backlog.keys().copied().collect();
            waiting.into_iter().for_each(|number| self.feed(number));
            if let Some(travel) = self.travels.pop_front() {
                self.arrive(travel);
                continue;
            }
            if self.session.is_idle() && self.finished.is_some() {
                return self.finished.take().unwrap();
            }
            if let Some(at) = self.abort_at {
                if at <= self.now {
                    self.abort_at = None;
                    self.till(Input::Abort);
                    continue;
                }
                wake = wake.min(Some(Instant::from_millis(at))).or(Some(Instant::from_millis(at)));
            }
            let wake =
                wake.unwrap_or_else(|| panic!("nobody waits, and nothing has ended: {:?}", self.session.phase()));
            self.now = self.now.max(wake.as_millis());
            self.till(Input::Tick);
            self.terminal(sim::Input::Tick);
        }
        panic!("no end: {:?}", self.session.phase());
    }

    fn start(&mut self, operation: Operation) -> Finished {
        let request = Request::new(operation, wall(self.now));
        self.till(Input::Start(&request));
        self.run()
    }

    fn pay(&mut self, minor: u64) -> Finished {
        let amount = Money::from_minor(minor, Currency::EUR);
        self.start(Operation::Payment { amount, cash_back: None })
    }

    /// I4, for one request.
    fn check(&self, finished: &Finished, what: &str) {
        let id = finished.request_id.unwrap().to_string();
        let charged = self.booked.iter().filter(|entry| entry.request_id.as_str() == id).count();
        assert!(charged <= 1, "{what}: charged twice (I1)");
        match finished.outcome {
            Outcome::Approved => assert_eq!(charged, 1, "{what}: approved, but not charged (I4)"),
            Outcome::Unknown => assert!(self.session.unresolved().is_some(), "{what}: unknown blocks the lane (I6)"),
            other => assert_eq!(charged, 0, "{what}: {other:?}, but charged (I4): {finished:?}"),
        }
    }
}

fn pairs() -> impl Iterator<Item = (&'static Profile, &'static Dialect)> {
    Profile::ALL.iter().map(|profile| (*profile, Dialect::by_name(profile.name).unwrap()))
}

fn setup(dialect: &'static Dialect, seed: u64) -> Setup {
    Setup::new(dialect, seed, wall(0))
}

#[test]
fn every_profile_has_its_terminals() {
    assert_eq!(pairs().count(), Dialect::ALL.len());
}

#[test]
fn every_script_ends_as_it_should_in_every_dialect() {
    for (profile, dialect) in pairs() {
        for script in Script::ALL {
            let what = format!("{} {}", profile.name, script.name());
            let mut world = World::new(profile, setup(dialect, 5).with_script(*script));
            let finished = world.pay(2_500);
            world.check(&finished, &what);
            assert_eq!(world.complaints, [""; 0], "{what}");
            let wanted: &[Outcome] = match script {
                Script::Decline | Script::HostUnreachable | Script::TimedOutNoEvidence => &[Outcome::Declined],
                Script::AbortByCardholder => &[Outcome::Aborted],
                Script::PrintLastTicket | Script::LoggedOut | Script::Busy | Script::DeviceUnavailable => {
                    &[Outcome::Declined]
                }
                // The money moved; the answer is not clear, but the ticket can be.
                Script::TimedOutWithEvidence
                | Script::UnknownResult
                | Script::MissingResult
                | Script::PartialFailure
                | Script::AuthorisationUnknown => &[Outcome::Approved, Outcome::Unknown],
                _ => &[Outcome::Approved],
            };
            assert!(wanted.contains(&finished.outcome), "{what}: {finished:?}");
            let (amount, tip) = match script {
                Script::Tip => (2_750, Some(250)),
                Script::PartialApproval => (1_250, None),
                _ => (2_500, None),
            };
            if finished.outcome == Outcome::Approved {
                assert_eq!(finished.facts.amount.map(Money::minor), Some(amount), "{what}");
                assert_eq!(finished.facts.tip.map(Money::minor), tip, "{what}");
            }
            let partial = finished.reason == Some(Reason::PartialApproval);
            assert_eq!(partial, *script == Script::PartialApproval, "{what}");
        }
    }
}

#[test]
fn cash_back_is_part_of_the_amount() {
    for (profile, dialect) in pairs() {
        let mut world = World::new(profile, setup(dialect, 5).with_script(Script::Cashback));
        let money = |minor| Money::from_minor(minor, Currency::EUR);
        let operation = Operation::Payment { amount: money(5_000), cash_back: Some(money(2_000)) };
        let finished = world.start(operation);
        assert_eq!(finished.outcome, Outcome::Approved);
        assert_eq!((finished.facts.amount, finished.facts.cash_back), (Some(money(5_000)), Some(money(2_000))));
        assert_eq!(world.booked[0].charged, money(5_000));
    }
}

#[test]
fn no_is_no() {
    for (profile, dialect) in pairs() {
        for script in [Script::SignatureQuestion, Script::Confirmation, Script::DeliveryBox] {
            let mut world = World::new(profile, setup(dialect, 5).with_script(script));
            world.yes = false;
            let finished = world.pay(2_500);
            assert_eq!(finished.outcome, Outcome::Aborted, "{} {}", profile.name, script.name());
            assert_eq!((world.booked.len(), world.complaints.len()), (0, 0));
        }
    }
}

/// Whether the till is left without an answer that it may believe.
fn loses_the_answer(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::HalfFrame
            | Fault::DropBeforeRequest
            | Fault::DropBeforeAnswer
            | Fault::DropAfterCharge
            | Fault::WrongRequestId
            | Fault::WrongWorkstation
            | Fault::WrongType
            | Fault::Oversize
            | Fault::ZeroLength
            | Fault::Doctype
            | Fault::Garbage
            | Fault::NeverAnswers
            | Fault::RebootInFlight
    )
}

#[test]
fn every_fault_keeps_the_promise_in_every_dialect() {
    for (profile, dialect) in pairs() {
        for fault in Fault::ALL {
            for (seed, script) in [(1, Script::Approve), (2, Script::Decline), (3, Script::SlowCard), (4, Script::Tip)]
            {
                let what = format!("{} {} {}", profile.name, fault.name(), script.name());
                let mut terminal = setup(dialect, seed).with_script(script).with_fault(*fault);
                terminal.fault_count = 1;
                let mut world = World::new(profile, terminal);
                if script == Script::SlowCard {
                    world.abort_at = Some(4_000);
                }
                let finished = world.pay(2_500);
                world.check(&finished, &what);
                assert_eq!(world.complaints, [""; 0], "{what}");
                if !loses_the_answer(*fault) {
                    let wanted = match script {
                        Script::Decline => Outcome::Declined,
                        Script::SlowCard => Outcome::Aborted,
                        _ => Outcome::Approved,
                    };
                    assert_eq!(finished.outcome, wanted, "{what}: this fault must not change the outcome");
                }
                if let Some(unresolved) = world.session.unresolved() {
                    let charged = !world.booked.is_empty();
                    world.till(Input::Resolve { request: unresolved.request_id, charged });
                    world.drain_till();
                }
                // Afterwards the lane works again.
                world.start(Operation::Login);
                world.start(Operation::Reprint);
                world.abort_at = None;
                let second = world.pay(100);
                world.check(&second, &what);
            }
        }
    }
}

#[test]
fn device_messages_may_travel_on_any_connection() {
    for (profile, dialect) in pairs() {
        for callback in [Callback::PerRequest, Callback::Persistent, Callback::Single] {
            for script in [Script::Approve, Script::ManyOutputs, Script::AllTargets, Script::AbortInput] {
                let what = format!("{} {callback:?} {}", profile.name, script.name());
                let mut world = World::new(profile, Setup { callback, ..setup(dialect, 5).with_script(script) });
                let finished = world.pay(2_500);
                assert_eq!(finished.outcome, Outcome::Approved, "{what}");
                assert_eq!(world.complaints, [""; 0], "{what}");
                assert!(world.sheets > 3, "{what}: {} sheets", world.sheets);
            }
        }
    }
}

#[test]
fn every_operation_of_a_profile_is_carried_out() {
    for (profile, dialect) in pairs() {
        let mut world = World::new(profile, setup(dialect, 5));
        let paid = world.pay(2_500);
        let stan = paid.facts.stan.clone();
        let original = Original { stan, ..Original::default() };
        let amount = Money::from_minor(2_500, Currency::EUR);
        let operations = [
            Operation::Refund { amount, original: Original::default() },
            Operation::Reprint,
            Operation::RepeatLast,
            Operation::Info,
            Operation::Status,
            Operation::CardCircuits,
            Operation::Deactivate,
            Operation::Activate,
            Operation::Logoff,
            Operation::Login,
            Operation::Reconciliation { closure: false },
            Operation::Diagnosis,
            Operation::Transmit,
            Operation::ContactTms,
            Operation::ContactAcquirer,
            Operation::Reservation { amount },
            Operation::Reversal { amount: Some(amount), original },
            Operation::Reconciliation { closure: true },
            Operation::CloseDay,
            Operation::Restart,
        ];
        for operation in operations {
            let name = operation.name();
            if profile.verbs(&operation).is_empty() {
                continue;
            }
            let request = Request::new(operation.clone(), wall(world.now));
            if world.session.handle_input(Instant::from_millis(world.now), Input::Start(&request)).is_err() {
                // The dialect needs more of the original than this test has.
                continue;
            }
            let finished = world.run();
            let wanted: &[Outcome] = match operation {
                _ if operation.moves_money() => &[Outcome::Approved],
                Operation::RepeatLast if profile.name == "opi-de" => &[Outcome::Declined],
                // After the day was closed already.
                Operation::CloseDay => &[Outcome::Done, Outcome::Declined],
                _ => &[Outcome::Done],
            };
            assert!(wanted.contains(&finished.outcome), "{} {name}: {finished:?}", profile.name);
            assert_eq!(world.complaints, [""; 0], "{} {name}", profile.name);
        }
    }
}
