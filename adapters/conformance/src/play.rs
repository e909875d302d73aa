//! One case being played: a till, a terminal, and a store that does as the case wants.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal::{Entry, decode};
use opi_core::opi::Profile;
use opi_core::sim::{Dialect, Fault, Setup};
use opi_core::time::WallTime;
use socket2::{Domain, SockAddr, Socket, Type};

use crate::process::{Process, Program, Word};
use crate::rule::{Broken, Rule};
use crate::terminal::{Reach, Sight, Terminal};
use crate::till::Job;
use crate::wire;

/// The lane of every case.
pub(crate) const LANE: &str = "lane-1";

/// Longest wait for something that takes milliseconds on a machine at rest.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// How late something may be that has a time: the machine may be busy with other cases.
pub(crate) const SLACK: Duration = Duration::from_millis(1500);

pub(crate) const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// What a record is, by its last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Block,
    Intent,
    Sent,
    Sheet,
    Result,
    Other,
}

impl Kind {
    fn of(mut bytes: &[u8]) -> Option<Self> {
        let mut kind = None;
        while !bytes.is_empty() {
            let (entry, length) = decode(bytes).ok()?;
            kind = Some(match entry {
                Entry::Block { .. } => Self::Block,
                Entry::Intent(_) => Self::Intent,
                Entry::Sent { .. } => Self::Sent,
                Entry::Line { .. } | Entry::Text { .. } | Entry::Sheet { .. } => Self::Sheet,
                Entry::Result(_) | Entry::Resolution(_) => Self::Result,
                _ => Self::Other,
            });
            bytes = bytes.get(length..)?;
        }
        kind
    }
}

/// What the store does with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    Stores,
    StoresAfter(Duration),
    Fails,
    /// Says nothing until the case does.
    Holds,
}

/// What happened at the till's side of a case.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    Word(Word),
    /// A record was confirmed.
    Confirmed(Kind),
    /// A record is being held, or was not stored.
    Unconfirmed(Kind),
}

/// What a case is made of.
pub(crate) struct Scene {
    pub(crate) setup: Setup,
    pub(crate) reach: Reach,
    pub(crate) keeping: Box<dyn FnMut(Kind) -> Keeping>,
    /// What the cashier answers, and after which time.
    pub(crate) cashier: Option<(&'static str, Duration)>,
    pub(crate) job: Job,
}

impl Scene {
    pub(crate) fn new(profile: &'static Profile) -> Result<Self, Broken> {
        let dialect = Dialect::by_name(profile.name).ok_or_else(|| trouble("no such dialect"))?;
        let listen = free_port().map_err(|error| trouble(&error.to_string()))?;
        let name = |_| trouble("a name that is none");
        Ok(Self {
            setup: Setup::new(dialect, 1, WallTime::new(1_775_636_100, 120)),
            reach: Reach::Well,
            keeping: Box::new(|_| Keeping::Stores),
            cashier: Some(("yes", millis(0))),
            job: Job {
                terminal: listen,
                listen,
                workstation: WorkstationId::new(LANE).map_err(name)?,
                profile,
                first_request: RequestId::new(1000).map_err(name)?,
                journal: None,
                connect: millis(5000),
                send: millis(5000),
                idle: millis(8000),
                hard: millis(30_000),
                grace: millis(300),
                local: millis(5000),
                question: millis(5000),
                probe_pause: millis(100),
                probe: millis(1000),
            },
        })
    }
}

/// The test itself cannot go on.
pub(crate) fn trouble(what: &str) -> Broken {
    Broken::new(Rule::Runs, format!("the test could not be played: {what}"))
}

/// A port for the till, below those that systems give to others between now and then.
fn free_port() -> std::io::Result<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let ports = u32::from(*PORTS.end() - *PORTS.start());
    for _ in 0..ports {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let offset = u16::try_from((std::process::id().wrapping_mul(97).wrapping_add(step)) % ports).unwrap_or(0);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, PORTS.start() + offset));
        // Bound, but not listening: until it starts its program, a process that another case starts meanwhile has a copy
        // of the socket, and one that listens would keep the port from the till.
        let probe = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        probe.set_reuse_address(true)?;
        if probe.bind(&SockAddr::from(address)).is_ok() {
            return Ok(address);
        }
    }
    Err(std::io::Error::other("no port is free"))
}

const PORTS: RangeInclusive<u16> = 10_000..=30_000;

/// A case being played.
pub(crate) struct Play {
    pub(crate) scene: Scene,
    pub(crate) terminal: Terminal,
    till: Process,
    program: Program,
    /// What was confirmed, of all runs.
    pub(crate) stored: Vec<u8>,
    waiting: Vec<(Option<Instant>, u32, Kind, Vec<u8>)>,
    answers: Vec<(Instant, u32)>,
    pub(crate) heard: Vec<(Instant, Heard)>,
    /// How much of it was waited for.
    seen: usize,
}

impl Play {
    /// Starts a terminal, and a till that is ready.
    pub(crate) fn begin(program: &Program, folder: Option<&Path>, mut scene: Scene) -> Result<Self, Broken> {
        let terminal = Terminal::start(scene.setup.clone(), scene.job.listen, scene.reach)
            .map_err(|error| trouble(&error.to_string()))?;
        scene.job.terminal = terminal.address;
        scene.job.journal = folder.map(Path::to_owned);
        let mut program = program.clone();
        if let Some((_, told)) = &mut program.preload {
            told.push(("SHIM_PORT".to_owned(), terminal.address.port().to_string()));
        }
        let till = start(&program, &scene.job)?;
        let (stored, waiting, answers, heard) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut play = Self { scene, terminal, till, program, stored, waiting, answers, heard, seen: 0 };
        play.get_ready()?;
        Ok(play)
    }

    /// Kills the till as a power cut does, and starts it again with what was stored; gives the request that it says is
    /// unresolved.
    pub(crate) fn restart(&mut self) -> Result<Option<u32>, Broken> {
        self.till.kill();
        self.shows_nothing()?;
        self.waiting.clear();
        self.answers.clear();
        self.till = start(&self.program, &self.scene.job)?;
        self.get_ready()
    }

    fn get_ready(&mut self) -> Result<Option<u32>, Broken> {
        // A line has to fit what readers of lines take.
        for piece in self.stored.chunks(1024) {
            self.till.order(&format!("record {}", crate::till::hex(piece)));
        }
        self.till.order("begin");
        match self.wait(PATIENCE, |word| match word {
            Word::Ready(request) => Some(*request),
            _ => None,
        })? {
            Some(request) => Ok(request),
            None => Err(self.broken(Rule::Runs, "it never said `ready`")),
        }
    }

    pub(crate) fn order(&mut self, line: &str) {
        self.till.order(line);
    }

    /// The payment that every case begins with.
    pub(crate) fn pay(&mut self) {
        let currency = self.scene.setup.dialect.currency;
        self.order(&format!("pay 25.00 {}", currency.code()));
    }

    /// Kills the till.
    pub(crate) fn kill(&mut self) {
        self.till.kill();
    }

    pub(crate) fn pid(&self) -> u32 {
        self.till.pid()
    }

    /// Serves the till until a word is the wanted one, at most so long. Words that came meanwhile count.
    pub(crate) fn wait<T>(
        &mut self,
        patience: Duration,
        mut wanted: impl FnMut(&Word) -> Option<T>,
    ) -> Result<Option<T>, Broken> {
        let end = Instant::now() + patience;
        loop {
            while let Some((_, heard)) = self.heard.get(self.seen) {
                self.seen += 1;
                if let Heard::Word(word) = heard
                    && let Some(found) = wanted(word)
                {
                    return Ok(Some(found));
                }
            }
            if !self.listen(end)? {
                return Ok(None);
            }
        }
    }

    /// Serves the till until it says something; `false` if it says nothing until then.
    fn listen(&mut self, end: Instant) -> Result<bool, Broken> {
        loop {
            self.serve();
            let due = self.waiting.iter().filter_map(|(at, ..)| *at);
            let next = due.chain(self.answers.iter().map(|(at, _)| *at)).chain([end]).min().unwrap_or(end);
            let Some((at, word)) = self.till.word(next) else {
                if Instant::now() >= end {
                    return Ok(false);
                }
                continue;
            };
            self.heard.push((at, Heard::Word(word.clone())));
            match word {
                Word::Store(number, bytes) => self.keep(number, bytes)?,
                Word::Question(number, _) => {
                    if let Some((_, after)) = self.scene.cashier {
                        self.answers.push((Instant::now() + after, number));
                    }
                }
                Word::Misuse(what) => {
                    return Err(self.broken(Rule::ReportsOnce, &format!("the session refused a report: {what}")));
                }
                Word::Ended => return Err(self.broken(Rule::Runs, "it ended by itself")),
                _ => {}
            }
            self.serve();
            return Ok(true);
        }
    }

    fn keep(&mut self, number: u32, bytes: Vec<u8>) -> Result<(), Broken> {
        let Some(kind) = Kind::of(&bytes) else {
            return Err(self.broken(Rule::Runs, "what it wants to store is no record"));
        };
        let keeping = (self.scene.keeping)(kind);
        let at = match keeping {
            Keeping::Stores => Some(Instant::now()),
            Keeping::StoresAfter(time) => Some(Instant::now() + time),
            Keeping::Holds => None,
            Keeping::Fails => {
                self.heard.push((Instant::now(), Heard::Unconfirmed(kind)));
                self.till.order(&format!("failed {number}"));
                return Ok(());
            }
        };
        if keeping != Keeping::Stores {
            self.heard.push((Instant::now(), Heard::Unconfirmed(kind)));
        }
        self.waiting.push((at, number, kind, bytes));
        Ok(())
    }

    /// Does what is due: confirms records, gives answers.
    fn serve(&mut self) {
        let now = Instant::now();
        while let Some(place) = self.waiting.iter().position(|(at, ..)| at.is_some_and(|at| at <= now)) {
            let (_, number, kind, bytes) = self.waiting.remove(place);
            self.stored.extend(bytes);
            // Before the till can act on it.
            self.heard.push((Instant::now(), Heard::Confirmed(kind)));
            self.till.order(&format!("stored {number}"));
        }
        while let Some(place) = self.answers.iter().position(|(at, _)| *at <= now) {
            let (_, number) = self.answers.remove(place);
            let given = self.scene.cashier.map_or("none", |(given, _)| given);
            self.till.order(&format!("answer {number} {given}"));
        }
    }

    /// Confirms what was held.
    pub(crate) fn release(&mut self) {
        for (at, ..) in &mut self.waiting {
            *at = Some(Instant::now());
        }
        self.scene.keeping = Box::new(|_| Keeping::Stores);
        self.serve();
    }

    /// Whether something is being held.
    pub(crate) fn holds(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Waits for the end of the operation; says which rule was broken if it never comes.
    pub(crate) fn finish(&mut self) -> Result<(String, Option<u32>), Broken> {
        self.finish_within(PATIENCE)
    }

    pub(crate) fn finish_within(&mut self, patience: Duration) -> Result<(String, Option<u32>), Broken> {
        let end = self.wait(patience, |word| match word {
            Word::Finished(outcome, request) => Some((outcome.clone(), *request)),
            _ => None,
        })?;
        end.ok_or_else(|| self.stalled())
    }

    /// Why nothing goes on: where things stand tells which rule was broken.
    fn stalled(&self) -> Broken {
        let words = self.heard.iter().rev().filter_map(|(_, heard)| match heard {
            Heard::Word(word) => Some(word),
            _ => None,
        });
        // What was said since the operation began.
        for word in words.take_while(|word| !matches!(word, Word::Started(_))) {
            match word {
                Word::Doubt(_) => {
                    return self
                        .broken(Rule::KeepsDeadlines, "the answer was lost, and the terminal is not asked about it");
                }
                Word::Question(..) if self.scene.cashier.is_some() => {
                    return self.broken(Rule::HearsTheTill, "the cashier answered, and the terminal waits on");
                }
                Word::Sheet(_) | Word::Withdrawn(_) => break,
                _ => {}
            }
        }
        if self.saw(|sight| matches!(sight, Sight::Connected(_))).is_none() {
            return self.broken(Rule::DrainsOutputs, "it never connected to the terminal");
        }
        let sent = self.sent();
        if sent.iter().all(Vec::is_empty) {
            return self.broken(Rule::DrainsOutputs, "it connected to the terminal and sent nothing");
        }
        if !sent.iter().any(|bytes| wire::frames(bytes).0.iter().any(|text| wire::asks_for_money(text))) {
            return self.broken(Rule::WritesToTheEnd, "the request never arrived as a whole");
        }
        if self.saw(|sight| matches!(sight, Sight::Refused)).is_some() {
            return self.broken(Rule::ListensBeforeSending, "the terminal was refused at the till's listener");
        }
        self.unserved().unwrap_or_else(|| {
            if self.scene.setup.fault.is_of_the_wire() {
                self.broken(Rule::LosesNoByte, "the terminal answered, and the payment never ended")
            } else {
                self.broken(Rule::KeepsDeadlines, "there is no answer, and the till waits on")
            }
        })
    }

    /// A message of the terminal that has no answer.
    fn unserved(&self) -> Option<Broken> {
        let sights = self.terminal.log.all();
        let count = |wanted: fn(&Sight) -> bool| sights.iter().filter(|(_, sight)| wanted(sight)).count();
        let took = count(|sight| matches!(sight, Sight::Took));
        let answered = count(|sight| matches!(sight, Sight::Answered));
        if took <= answered {
            return None;
        }
        // Connections are taken by the system; what tells is that nothing is said on them.
        Some(if took > 1 && answered > 0 && self.scene.setup.fault == Fault::None {
            self.broken(Rule::TakesEveryConnection, "a connection of the terminal was not served")
        } else {
            self.broken(Rule::LosesNoByte, "a message of the terminal was not answered")
        })
    }

    /// Which rule was broken when a payment with which nothing is wrong ends like this.
    pub(crate) fn not_approved(&self, outcome: &str) -> Broken {
        self.unserved()
            .unwrap_or_else(|| self.broken(Rule::LosesNoByte, &format!("a payment that must be approved is {outcome}")))
    }

    /// What the till sent, connection by connection.
    pub(crate) fn sent(&self) -> Vec<Vec<u8>> {
        let mut connections: Vec<Vec<u8>> = Vec::new();
        for (_, sight) in self.terminal.log.all() {
            match sight {
                Sight::Connected(_) => connections.push(Vec::new()),
                Sight::Sent(number, bytes) => {
                    if let Some(connection) = connections.get_mut(number) {
                        connection.extend(bytes);
                    }
                }
                _ => {}
            }
        }
        connections
    }

    /// When the terminal first saw this.
    pub(crate) fn saw(&self, wanted: impl Fn(&Sight) -> bool) -> Option<Instant> {
        self.terminal.log.all().into_iter().find(|(_, sight)| wanted(sight)).map(|(at, _)| at)
    }

    /// When this was first heard.
    pub(crate) fn heard(&self, wanted: impl Fn(&Heard) -> bool) -> Option<Instant> {
        self.heard.iter().find(|(_, heard)| wanted(heard)).map(|(at, _)| *at)
    }

    /// How often money moved for this request.
    pub(crate) fn booked(&self, request: u32) -> usize {
        let number = request.to_string();
        let sights = self.terminal.log.all();
        sights.iter().filter(|(_, sight)| matches!(sight, Sight::Booked(entry) if entry.request_id == *number)).count()
    }

    /// Serves the till for a while.
    pub(crate) fn pass(&mut self, time: Duration) -> Result<(), Broken> {
        let end = Instant::now() + time;
        while self.listen(end)? {}
        Ok(())
    }

    /// Serves the till until this holds, at most so long.
    pub(crate) fn until(&mut self, patience: Duration, holds: impl Fn(&Self) -> bool) -> Result<bool, Broken> {
        let end = Instant::now() + patience;
        while !holds(self) {
            if Instant::now() > end {
                return Ok(false);
            }
            self.pass(millis(5))?;
        }
        Ok(true)
    }

    /// What must hold at the end of every case, whatever was played.
    pub(crate) fn judge(&mut self, outcome: &str, request: Option<u32>) -> Result<(), Broken> {
        let booked = request.map_or(0, |request| self.booked(request));
        if booked > 1 {
            return Err(self.broken(self.twice(), &format!("request {request:?} was charged {booked} times")));
        }
        let agrees = match outcome {
            "approved" => booked == 1,
            "not_sent" | "declined" | "aborted" => booked == 0,
            "unknown" => true,
            _ => false,
        };
        if !agrees {
            return Err(
                self.broken(Rule::TellsTheTruth, &format!("{outcome}, and the terminal charged {booked} times"))
            );
        }
        self.repeats_nothing()?;
        self.shows_nothing()
    }

    /// Why the same number came twice: another run, or the same one.
    fn twice(&self) -> Rule {
        if self.heard.iter().filter(|(_, heard)| is_ready(heard)).count() > 1 {
            Rule::UsesNoNumberTwice
        } else {
            Rule::NeverSendsTwice
        }
    }

    fn repeats_nothing(&self) -> Result<(), Broken> {
        let mut requests: Vec<String> = Vec::new();
        for connection in self.sent() {
            for message in wire::frames(&connection).0 {
                let Some(number) = wire::attribute(&message, "RequestID") else { continue };
                if !message.contains("ServiceRequest") {
                    continue;
                }
                if requests.iter().any(|known| known == number) {
                    return Err(self.broken(self.twice(), &format!("the number {number} was sent twice")));
                }
                requests.push(number.to_owned());
            }
        }
        Ok(())
    }

    /// Looks for card numbers in what the till wrote for people.
    pub(crate) fn shows_nothing(&self) -> Result<(), Broken> {
        let said = self.till.said();
        let digits = said.split(|byte| !byte.is_ascii_digit() && !matches!(byte, b' ' | b'-'));
        for run in digits {
            let count = run.iter().filter(|byte| byte.is_ascii_digit()).count();
            if (13..=19).contains(&count) && is_card(run) {
                return Err(self.broken(Rule::ShowsNoCardNumber, "a card number stands in what the till wrote"));
            }
        }
        Ok(())
    }

    pub(crate) fn broken(&self, rule: Rule, what: &str) -> Broken {
        let tail = if rule == Rule::ShowsNoCardNumber { String::new() } else { self.till.tail() };
        Broken::new(rule, format!("{what} [the till said: {tail}]"))
    }
}

fn is_ready(heard: &Heard) -> bool {
    matches!(heard, Heard::Word(Word::Ready(_)))
}

/// Whether the check digit is right.
fn is_card(run: &[u8]) -> bool {
    let digits = run.iter().filter(|byte| byte.is_ascii_digit()).rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match (place % 2, 2 * digit) {
            (0, _) => digit,
            (_, twice @ 10..) => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn start(program: &Program, job: &Job) -> Result<Process, Broken> {
    Process::start(program, job).map_err(|error| Broken::new(Rule::Runs, format!("it cannot be started: {error}")))
}

/// A folder of this process that is gone when this is dropped.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> std::io::Result<Self> {
        static COUNT: AtomicU16 = AtomicU16::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("opi-conformance-{}-{count}-{name}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
