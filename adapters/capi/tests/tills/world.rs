//! A lane and its terminal, each a process with books of its own, and whether the books agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::made::{INVALID, Kind, opi, till};

pub(crate) const PROFILES: [&str; 4] = ["nexi", "ccv-nl", "opi-de", "ifsf"];

/// Longest run of a process. Far beyond any limit given to it, which is far beyond what a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a till said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    /// `None`: it was killed.
    pub(crate) status: Option<i32>,
    pub(crate) output: String,
}

impl Said {
    /// The last line.
    pub(crate) fn end(&self) -> &str {
        self.output.lines().last().unwrap_or_default()
    }
}

pub(crate) struct World {
    pub(crate) kind: Kind,
    pub(crate) profile: &'static str,
    folder: TempDir,
    terminal: Running,
    /// Of channel 0, on the terminal.
    address: String,
    /// Of channel 1, on the till.
    own: String,
    pub(crate) decided: usize,
}

/// A loopback address that no other lane has, so that no other process has its port.
fn own_address() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let (process, lane) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    format!("127.{}.{}.{}:4102", 64 + process / 256 % 64, process % 256, 1 + lane % 250)
}

impl World {
    pub(crate) fn new(kind: Kind, profile: &'static str, script: &str, fault: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let own = own_address();
        let mut sim = Command::new(opi());
        sim.args(["sim", "--listen", "127.0.0.1:0", "--till", &own]);
        sim.args(["--profile", profile, "--script", script, "--fault", fault, "--seed", "7", "--ledger"]);
        sim.arg(folder.path().join("ledger.jsonl")).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut terminal = Running(sim.spawn().unwrap());
        let mut line = String::new();
        let mut said = BufReader::new(terminal.0.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on ").and_then(|rest| rest.split(',').next()).unwrap().to_owned();
        // The rest is read, so that the terminal never waits for a reader.
        std::thread::spawn(move || said.lines().for_each(drop));
        Self { kind, profile, folder, terminal, address, own, decided: 0 }
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    /// Starts the till.
    pub(crate) fn start(&self, command: &[&str]) -> Running {
        let output = File::create(self.folder.path().join("output")).unwrap();
        let errors = output.try_clone().unwrap();
        let mut process = till(self.kind);
        process.args(command).args(["--profile", self.profile, "--timeout", "40", "--timeout-recovery", "0.02"]);
        process.args(["--terminal", &self.address, "--listen", &self.own, "--journal"]).arg(self.journal());
        process.stdin(Stdio::null()).stdout(output).stderr(errors);
        Running(process.spawn().unwrap())
    }

    pub(crate) fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.path().join("output")).unwrap()).into_owned()
    }

    /// Waits for the end of the till.
    pub(crate) fn finish(&self, mut till: Running) -> Said {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = till.0.try_wait().unwrap() {
                break status.code();
            }
            assert!(begun.elapsed() < PATIENCE, "the till does not end: {}", self.output());
            sleep(Duration::from_millis(2));
        };
        let output = self.output();
        assert_ne!(status, Some(INVALID), "invalid access or leak: {output}");
        Said { status, output }
    }

    pub(crate) fn run(&self, command: &[&str]) -> Said {
        self.finish(self.start(command))
    }

    pub(crate) fn pay(&self) -> Said {
        self.run(&["pay", "25.00", "CHF", "--yes"])
    }

    /// Ends the terminal: nobody answers any more.
    pub(crate) fn switch_off(&mut self) {
        self.terminal.0.kill().unwrap();
        self.terminal.0.wait().unwrap();
    }

    /// What the terminal booked: requests, and their charges in a row.
    fn booked(&self) -> BTreeMap<String, Vec<Value>> {
        let mut booked = BTreeMap::<String, Vec<Value>>::new();
        for line in fs::read_to_string(self.folder.path().join("ledger.jsonl")).unwrap_or_default().lines() {
            let entry: Value = serde_json::from_str(line).unwrap();
            booked.entry(entry["requestId"].as_str().unwrap().to_owned()).or_default().push(entry["charged"].clone());
        }
        booked
    }

    pub(crate) fn charges(&self) -> usize {
        self.booked().len()
    }

    /// What the till's journal says, as the command `opi` reads it.
    pub(crate) fn transactions(&self) -> Vec<Value> {
        if !self.journal().exists() {
            return Vec::new();
        }
        let output = Command::new(opi()).args(["journal", "--json", "--journal"]).arg(self.journal()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Compares the books: never two charges for one request, never a charge that the journal does not show as approved
    /// or unknown, never an approval without its charge (I1, I4, I5, I6).
    fn compare(&self) -> Result<(), String> {
        let (listed, booked) = (self.transactions(), self.booked());
        let mut numbers = BTreeSet::new();
        for it in &listed {
            let request = it["requestId"].as_str().unwrap();
            let intents = it["steps"].as_array().unwrap().iter().filter(|step| step["step"] == "intent").count();
            if !numbers.insert(request.to_owned()) || intents != 1 {
                return Err(format!("{request} was used twice, or never said: {it}"));
            }
            if it["outcome"] == "approved" && booked.get(request) != Some(&vec![it["amount"].clone()]) {
                return Err(format!("approved, but charged were {:?}: {it}", booked.get(request)));
            }
        }
        for (request, charges) in &booked {
            let it = listed.iter().find(|it| it["requestId"] == **request);
            let outcome = it.map_or("in no journal", |it| it["outcome"].as_str().unwrap());
            if charges.len() != 1 || !matches!(outcome, "approved" | "unknown") {
                return Err(format!("{request} was charged {} times, and is {outcome}", charges.len()));
            }
        }
        let open = listed.iter().filter(|it| it["outcome"] == "unknown").count();
        if open > 1 { Err(format!("{open} requests are open")) } else { Ok(()) }
    }

    /// The books agree.
    pub(crate) fn check(&self, what: &str) {
        if let Err(why) = self.compare() {
            let books = (self.transactions(), self.booked());
            panic!("{:?} {}, {what}: {why}\n{books:#?}", self.kind, self.profile);
        }
    }

    /// The request whose end is not known.
    pub(crate) fn open_request(&self) -> Option<String> {
        let listed = self.transactions();
        let open = listed.iter().find(|it| it["outcome"] == "unknown")?;
        Some(open["requestId"].as_str().unwrap().to_owned())
    }

    /// A person looks at the terminal and decides.
    pub(crate) fn decide(&mut self, request: &str, what: &str) {
        let decision = if self.booked().contains_key(request) { "charged" } else { "not-charged" };
        let said = self.run(&["resolve", request, decision, "--note", "compared with the terminal's ledger"]);
        assert_eq!(said.status, Some(0), "{what}: {said:?}");
        self.decided += 1;
        self.check(what);
    }
}

/// Plays in each dialect, side by side.
pub(crate) fn in_each_profile<T: Send>(play: impl Fn(&'static str) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let play = &play;
        let playing = PROFILES.map(|profile| scope.spawn(move || play(profile)));
        playing.into_iter().map(|one| one.join().unwrap()).collect()
    })
}
