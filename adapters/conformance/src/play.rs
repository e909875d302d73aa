//! One case being played: a till, a terminal, and a store that does as the case wants.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::process::{Process, Program, Word};
use crate::rule::{Broken, Rule};
use crate::scene::{Keeping, Kind, Scene, millis, trouble};
use crate::terminal::{Sight, Terminal};
use crate::till::Job;

/// Longest wait for something that takes milliseconds on a machine at rest.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// How late something may be that has a time: the machine may be busy with other cases.
pub(crate) const SLACK: Duration = Duration::from_millis(1500);

/// What happened at the till's side of a case.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    Word(Word),
    /// A record was confirmed.
    Confirmed(Kind),
    /// A record is being held, or was not stored.
    Unconfirmed(Kind),
}

/// A case being played.
pub(crate) struct Play {
    pub(crate) scene: Scene,
    pub(crate) terminal: Terminal,
    pub(crate) till: Process,
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

    pub(crate) fn broken(&self, rule: Rule, what: &str) -> Broken {
        let tail = if rule == Rule::ShowsNoCardNumber { String::new() } else { self.till.tail() };
        Broken::new(rule, format!("{what} [the till said: {tail}]"))
    }
}

fn start(program: &Program, job: &Job) -> Result<Process, Broken> {
    Process::start(program, job).map_err(|error| Broken::new(Rule::Runs, format!("it cannot be started: {error}")))
}
