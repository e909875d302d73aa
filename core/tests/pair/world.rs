//! Session and terminal with everything between them.

use std::collections::{BTreeMap, VecDeque};

use opi_core::drive::{Answer, Event, Input, Link, Output, QuestionId, QuestionKind, Wait};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::limits::SIM_TRANSMIT;
use opi_core::money::{Currency, Decimal, Money};
use opi_core::operation::{Finished, Operation, Outcome, Request};
use opi_core::opi::{Memory, Profile, Session, Settings};
use opi_core::sim::{self, Conn, Entry, Setup, Terminal};
use opi_core::time::{Instant, WallTime};

pub(crate) const SLOTS: usize = 4;

/// Something on its way from one side to the other.
#[derive(Debug)]
pub(crate) enum Travel {
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
pub(crate) struct Wire {
    link: Option<Link>,
    conn: Option<Conn>,
}

pub(crate) struct World {
    pub(crate) session: Session<'static, SLOTS>,
    pub(crate) terminal: Terminal,
    pub(crate) now: u64,
    pub(crate) wires: BTreeMap<u32, Wire>,
    pub(crate) travels: VecDeque<Travel>,
    /// Bytes that the session had no room for yet.
    pub(crate) backlog: BTreeMap<u32, VecDeque<u8>>,
    pub(crate) questions: VecDeque<(QuestionId, QuestionKind)>,
    pub(crate) finished: Option<Finished>,
    pub(crate) booked: Vec<Entry>,
    pub(crate) complaints: Vec<&'static str>,
    /// When the cashier aborts.
    pub(crate) abort_at: Option<u64>,
    pub(crate) sheets: usize,
    pub(crate) yes: bool,
    pub(crate) tx: Vec<u8>,
}

pub(crate) fn wall(now: u64) -> WallTime {
    WallTime::new(1_775_000_000, 120).after(std::time::Duration::from_millis(now))
}

impl World {
    pub(crate) fn new(profile: &'static Profile, setup: Setup) -> Self {
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

    pub(crate) fn till(&mut self, input: Input<'_>) {
        let shown = format!("{input:?}");
        let shown = shown.get(..120).unwrap_or(&shown).to_owned();
        self.session
            .handle_input(Instant::from_millis(self.now), input)
            .unwrap_or_else(|misuse| panic!("{shown}: {misuse}"));
    }

    /// Polls the session dry; gives its deadline.
    pub(crate) fn drain_till(&mut self) -> Option<Instant> {
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
    pub(crate) fn run(&mut self) -> Finished {
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

    pub(crate) fn start(&mut self, operation: Operation) -> Finished {
        let request = Request::new(operation, wall(self.now));
        self.till(Input::Start(&request));
        self.run()
    }

    pub(crate) fn pay(&mut self, minor: u64) -> Finished {
        let amount = Money::from_minor(minor, Currency::EUR);
        self.start(Operation::Payment { amount, cash_back: None })
    }

    /// I4, for one request.
    pub(crate) fn check(&self, finished: &Finished, what: &str) {
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
