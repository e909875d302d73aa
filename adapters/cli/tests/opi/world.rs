//! A lane and its terminal, each a process with books of its own, and whether the books agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::journal::transactions;
use crate::process::{Launch, PROFILES, Places, Running, Terminal, finish, start_in, stderr, stdout};

/// What is done with the card, by the customer and by the cashier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deal {
    pub(crate) name: &'static str,
    /// Of the simulated terminal.
    pub(crate) script: &'static str,
    pub(crate) fault: &'static str,
    /// Whether the cashier presses Ctrl-C as soon as the terminal shows something.
    pub(crate) stopped: bool,
}

impl Deal {
    /// Prompts, a question, two receipts, an e-journal.
    pub(crate) const QUESTION: Self =
        Self { name: "question", script: "signature-question", fault: "none", stopped: false };
    /// The cashier stops it while the terminal waits for a card.
    pub(crate) const ABORT: Self = Self { name: "abort", script: "slow-card", fault: "none", stopped: true };
    /// The cashier stops it too late.
    pub(crate) const LATE_ABORT: Self =
        Self { name: "late abort", script: "late-approval-after-abort", fault: "none", stopped: true };
    /// The answer is lost, and asked for again.
    pub(crate) const LOST_ANSWER: Self =
        Self { name: "lost answer", script: "approve", fault: "drop-after-charge", stopped: false };
    /// Everything goes well.
    pub(crate) const PAYMENT: Self = Self { name: "payment", script: "approve", fault: "none", stopped: false };
}

/// A payment on its way.
pub(crate) struct Payment {
    pub(crate) till: Running,
    events: JoinHandle<Vec<Value>>,
    words: JoinHandle<String>,
}

impl Payment {
    /// Waits for its end.
    pub(crate) fn end(self) -> Said {
        let status = finish(self.till).status;
        Said { status, events: self.events.join().unwrap(), words: self.words.join().unwrap() }
    }
}

/// What a payment said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: ExitStatus,
    /// On standard output.
    pub(crate) events: Vec<Value>,
    /// On standard error.
    pub(crate) words: String,
}

impl Said {
    pub(crate) fn last(&self) -> &Value {
        self.events.last().unwrap_or_else(|| panic!("nothing was said: {}", self.words))
    }
}

/// A lane and its terminal.
pub(crate) struct World {
    pub(crate) profile: &'static str,
    pub(crate) deal: Deal,
    folder: TempDir,
    pub(crate) terminal: Terminal,
    /// Of the till: its time limits.
    pub(crate) limits: Vec<&'static str>,
    /// In which the till runs.
    pub(crate) launch: Launch,
    /// Turns played.
    turns: usize,
    /// How many requests a person had to decide.
    pub(crate) decided: usize,
}

impl World {
    pub(crate) fn new(profile: &'static str, deal: Deal) -> Self {
        Self::at(profile, deal, Places::here(), &Launch::default())
    }

    /// With the terminal started in this way.
    pub(crate) fn at(profile: &'static str, deal: Deal, places: Places, launch: &Launch) -> Self {
        let folder = TempDir::new().unwrap();
        let ledger = folder.path().join("ledger.jsonl");
        let arguments = Self::arguments(profile, deal, ledger.to_str().unwrap());
        let terminal = Terminal::start_at(places, launch, &arguments.each_ref().map(String::as_str));
        let limits = vec!["--timeout", "5", "--timeout-recovery", "0.02"];
        Self { profile, deal, folder, terminal, limits, launch: Launch::default(), turns: 0, decided: 0 }
    }

    fn arguments(profile: &str, deal: Deal, ledger: &str) -> [String; 8] {
        ["--profile", profile, "--script", deal.script, "--fault", deal.fault, "--ledger", ledger].map(str::to_owned)
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger.jsonl")
    }

    /// A file for what a test wants to know of its processes.
    pub(crate) fn note(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Switches another terminal on in place of this one.
    pub(crate) fn replace_terminal(&mut self) {
        let arguments = Self::arguments(self.profile, self.deal, self.ledger().to_str().unwrap());
        self.terminal.restart(&Launch::default(), &arguments.each_ref().map(String::as_str));
    }

    pub(crate) fn start(&self, command: &[&str]) -> Running {
        self.start_as(&self.launch, command)
    }

    pub(crate) fn start_as(&self, launch: &Launch, command: &[&str]) -> Running {
        let rest = ["--json", "--yes", "--profile", self.profile];
        self.terminal.start_till_as(launch, &[command, &rest, &self.limits].concat())
    }

    /// Pays, and stops it if the deal says so.
    pub(crate) fn pay(&self, launch: &Launch, more: &[&str]) -> Said {
        self.start_payment(launch, more).end()
    }

    pub(crate) fn start_payment(&self, launch: &Launch, more: &[&str]) -> Payment {
        let mut till = self.start_as(launch, &[&["pay", "25.00", "CHF"], more].concat());
        let output = BufReader::new(till.0.stdout.take().unwrap());
        let mut error = till.0.stderr.take().unwrap();
        let words = thread::spawn(move || {
            let mut words = String::new();
            error.read_to_string(&mut words).map(|_| words).unwrap()
        });
        let (process, mut stops) = (till.0.id().to_string(), self.deal.stopped);
        let events = thread::spawn(move || {
            let mut events = Vec::new();
            for line in output.lines() {
                // A kill may leave half a line.
                let Ok(event) = serde_json::from_str::<Value>(&line.unwrap()) else { break };
                if stops && event["event"] == "display" {
                    stops = false;
                    // It may be gone already.
                    let _ = Command::new("kill").args(["-INT", &process]).output();
                }
                events.push(event);
            }
            events
        });
        Payment { till, events, words }
    }

    /// What the terminal booked: requests, and their charges in a row.
    fn booked(&self) -> BTreeMap<String, Vec<Value>> {
        let text = fs::read_to_string(self.ledger()).unwrap_or_default();
        let mut booked = BTreeMap::<String, Vec<Value>>::new();
        // A line that the kill of the terminal left unfinished was never told to the till.
        for entry in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            booked.entry(entry["requestId"].as_str().unwrap().to_owned()).or_default().push(entry["charged"].clone());
        }
        booked
    }

    /// How many charges the terminal booked.
    pub(crate) fn charges(&self) -> usize {
        self.booked().len()
    }

    fn lane(&self) -> PathBuf {
        self.terminal.state.path().join("opi/lane-1")
    }

    /// What the till's journal says.
    pub(crate) fn transactions(&self) -> Vec<Value> {
        if self.lane().exists() { transactions(self.terminal.state.path()) } else { Vec::new() }
    }

    /// Compares the books: never two charges for one request, never a charge that the journal does not show as approved
    /// or unknown, never an approval without its charge (I1, I4, I5, I6).
    pub(crate) fn compare(&self) -> Result<(), String> {
        let (listed, booked) = (self.transactions(), self.booked());
        let mut numbers = BTreeSet::new();
        for it in &listed {
            let request = it["requestId"].as_str().unwrap();
            if !numbers.insert(request.to_owned()) {
                return Err(format!("{request} was used twice"));
            }
            let intents = it["steps"].as_array().unwrap().iter().filter(|step| step["step"] == "intent").count();
            // Of an intent that the disk did not take there is only the end.
            let not_stored = it["outcome"] == "not_sent" && it["reason"] == "not_stored";
            if intents != 1 && !(intents == 0 && not_stored) {
                return Err(format!("{intents} intents: {it}"));
            }
            if it["outcome"] == "approved" && booked.get(request) != Some(&vec![it["amount"].clone()]) {
                return Err(format!("approved, but charged were {:?}: {it}", booked.get(request)));
            }
        }
        for (request, charges) in &booked {
            if charges.len() != 1 {
                return Err(format!("request {request} was charged {} times", charges.len()));
            }
            let Some(it) = listed.iter().find(|it| it["requestId"] == **request) else {
                return Err(format!("a charge that the journal does not know: {request}"));
            };
            if it["outcome"] != "approved" && it["outcome"] != "unknown" {
                return Err(format!("charged, but {it}"));
            }
        }
        let open = listed.iter().filter(|it| it["outcome"] == "unknown").count();
        if open > 1 { Err(format!("{open} requests are open (I6)")) } else { Ok(()) }
    }

    /// The books agree.
    pub(crate) fn check(&self, what: &str) {
        if let Err(why) = self.compare() {
            let books = (self.transactions(), self.booked());
            panic!("{} {}, {what}: {why}\n{books:#?}", self.profile, self.deal.name);
        }
    }

    /// Uses the till again, in one way or the other; what stays unknown is decided by a look at the terminal.
    pub(crate) fn go_on(&mut self, what: &str) {
        self.turns += 1;
        if self.deal.stopped {
            // The terminal may still wait for a card.
            finish(self.start(&["abort"]));
        }
        if self.turns.is_multiple_of(2) {
            finish(self.start(&["recover"]));
            self.check(what);
        }
        let said = self.pay(&self.launch, &[]);
        self.check(what);
        let last = said.last();
        assert_eq!(last["event"], "finished", "{what}: {said:?}");
        if last["reason"] == "unresolved" {
            assert_eq!(said.status.code(), Some(5), "{last}");
            self.decide(last["blockedBy"].as_str().unwrap(), what);
        }
    }

    /// Waits until the terminal is at rest; what it says of itself then.
    fn at_rest(&self, what: &str) -> String {
        let begun = Instant::now();
        loop {
            let said = stdout(&finish(self.start(&["status"])));
            if !said.to_lowercase().contains("busy") {
                return said;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{what}: {said}");
            sleep(Duration::from_millis(50));
        }
    }

    /// What the terminal does not hold any more stands in the journal: both receipts of each charge.
    pub(crate) fn check_receipts(&self, what: &str) {
        // Where the dialect has a word for it.
        let is_told = matches!(self.profile, "nexi" | "ccv-nl") && !self.deal.stopped;
        if !is_told || self.charges() == 0 || self.at_rest(what).contains("REPRINT_TICKET") {
            return;
        }
        for it in self.transactions().iter().filter(|it| self.booked().contains_key(it["requestId"].as_str().unwrap()))
        {
            for copy in ["customer", "merchant"] {
                let mut kept = it["receipts"].as_array().unwrap().iter();
                assert!(kept.any(|receipt| receipt["purpose"] == copy), "{what}: the {copy} receipt is lost: {it}");
            }
        }
    }

    /// A person looks at the terminal and decides.
    fn decide(&mut self, request: &str, what: &str) {
        self.at_rest(what);
        let decision = if self.booked().contains_key(request) { "--charged" } else { "--not-charged" };
        let resolve = ["resolve", request, decision, "--note", "compared with the terminal's ledger"];
        let resolved = finish(start_in(self.terminal.state.path(), &resolve));
        assert_eq!(resolved.status.code(), Some(0), "{what}: {}", stderr(&resolved));
        self.decided += 1;
        self.check(what);
    }
}

/// Plays in each profile, side by side.
pub(crate) fn in_each_profile<T: Send>(play: impl Fn(&'static str) -> T + Sync) -> Vec<T> {
    side_by_side(PROFILES.to_vec(), play)
}

/// Plays each of these, side by side.
pub(crate) fn side_by_side<I: Send, T: Send>(of: Vec<I>, play: impl Fn(I) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let play = &play;
        let playing: Vec<_> = of.into_iter().map(|one| scope.spawn(move || play(one))).collect();
        playing.into_iter().map(|one| one.join().unwrap()).collect()
    })
}
