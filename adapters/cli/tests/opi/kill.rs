//! The promise, on real processes and a real file system: `opi pay` or its terminal is killed at any moment, and the
//! two ledgers still agree. Never two charges for one request, never a charge that the journal does not show as
//! approved or unknown, never an approval without its charge (I1, I4, I5, I6).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::journal::transactions;
use crate::process::{PROFILES, Running, Terminal, events, finish, start_in, stderr, stdout};

/// Kills of the till in each profile at lines of output: more lines than a payment with its recovery has.
const LINES: usize = 20;

/// Kills of the till in each profile, those that came too late not counted.
const KILLS: usize = 55;

/// Most attempts at a random instant: on a fast machine many kills come too late.
const INSTANTS: usize = 400;

/// Kills of the terminal in each profile.
const TERMINALS: usize = 20;

/// Longer than a payment takes here, in microseconds.
const LONG: u64 = 40_000;

/// A lane and its terminal.
struct World {
    profile: &'static str,
    folder: TempDir,
    terminal: Terminal,
    random: u64,
    kills: usize,
    /// How many requests a person had to decide.
    decided: usize,
}

impl World {
    fn new(profile: &'static str) -> Self {
        let folder = TempDir::new().unwrap();
        let terminal = Terminal::start(&Self::arguments(profile, &ledger(folder.path())));
        let random = profile.bytes().fold(7, |seed, byte| seed * 31 + u64::from(byte));
        Self { profile, folder, terminal, random, kills: 0, decided: 0 }
    }

    fn arguments<'a>(profile: &'a str, ledger: &'a str) -> [&'a str; 4] {
        ["--profile", profile, "--ledger", ledger]
    }

    fn chance(&mut self, most: u64) -> u64 {
        // Xorshift of Marsaglia: the same kills at every run, as far as the machine lets them be.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % most
    }

    fn start(&self, command: &[&str]) -> Running {
        let rest = ["--json", "--yes", "--profile", self.profile, "--timeout", "5", "--timeout-recovery", "0.02"];
        self.terminal.start_till(&[command, &rest].concat())
    }

    fn kill(&mut self, mut till: Running) {
        if till.0.try_wait().unwrap().is_none() {
            self.kills += 1;
        }
        till.0.kill().unwrap();
        till.0.wait().unwrap();
    }

    /// Kills `opi pay` after so many lines of its output.
    fn kill_at_line(&mut self, lines: usize) {
        let mut till = self.start(&["pay", "25.00", "CHF"]);
        let mut output = BufReader::new(till.0.stdout.take().unwrap());
        let mut line = String::new();
        for _ in 0..lines {
            if output.read_line(&mut line).unwrap() == 0 {
                break;
            }
        }
        self.kill(till);
    }

    fn kill_at_instant(&mut self) {
        let mut till = self.start(&["pay", "25.00", "CHF"]);
        let mut output = till.0.stdout.take().unwrap();
        let reading = thread::spawn(move || output.read_to_end(&mut Vec::new()));
        thread::sleep(Duration::from_micros(self.chance(LONG)));
        self.kill(till);
        reading.join().unwrap().unwrap();
    }

    /// Kills the terminal while it serves a payment, and switches another one on in its place.
    fn kill_terminal(&mut self) {
        let mut till = self.start(&["pay", "25.00", "CHF"]);
        let mut output = till.0.stdout.take().unwrap();
        let reading = thread::spawn(move || output.read_to_end(&mut Vec::new()));
        thread::sleep(Duration::from_micros(self.chance(LONG)));
        self.kills += 1;
        self.terminal.restart(&Self::arguments(self.profile, &ledger(self.folder.path())));
        finish(till);
        reading.join().unwrap().unwrap();
    }

    /// What the terminal booked: requests, and their charges in a row.
    fn booked(&self) -> BTreeMap<String, Vec<Value>> {
        let text = fs::read_to_string(ledger(self.folder.path())).unwrap();
        let mut booked = BTreeMap::<String, Vec<Value>>::new();
        // A line that the kill of the terminal left unfinished was never told to the till.
        for entry in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            booked.entry(entry["requestId"].as_str().unwrap().to_owned()).or_default().push(entry["charged"].clone());
        }
        booked
    }

    /// Compares the ledgers.
    fn compare(&self, what: &str) {
        let what = format!("{} {what}", self.profile);
        let listed = if self.lane().exists() { transactions(self.terminal.state.path()) } else { Vec::new() };
        let booked = self.booked();
        let mut numbers = BTreeSet::new();
        for it in &listed {
            let request = it["requestId"].as_str().unwrap();
            assert!(numbers.insert(request.to_owned()), "{what}: {request} was used twice");
            assert_eq!(it["steps"].as_array().unwrap().iter().filter(|step| step["step"] == "intent").count(), 1);
            if it["outcome"] == "approved" {
                let charges = booked.get(request).unwrap_or_else(|| panic!("{what}: {it} was not charged"));
                assert_eq!(charges, &[it["amount"].clone()], "{what}: {it}");
            }
        }
        for (request, charges) in &booked {
            assert_eq!(charges.len(), 1, "{what}: request {request} was charged twice");
            let it = listed.iter().find(|it| it["requestId"] == **request);
            let it = it.unwrap_or_else(|| panic!("{what}: a charge that the journal does not know: {request}"));
            assert!(it["outcome"] == "approved" || it["outcome"] == "unknown", "{what}: charged, but {it}");
        }
        let open = listed.iter().filter(|it| it["outcome"] == "unknown").count();
        assert!(open <= 1, "{what}: {open} requests are open (I6)");
    }

    fn lane(&self) -> std::path::PathBuf {
        self.terminal.state.path().join("opi/lane-1")
    }

    /// Starts the till again, in one way or the other; what stays unknown is decided by a look at the terminal.
    fn restart(&mut self, what: &str) {
        if self.chance(2) == 0 {
            finish(self.start(&["recover"]));
            self.compare(what);
        }
        let output = finish(self.start(&["pay", "25.00", "CHF"]));
        self.compare(what);
        let last = events(&output).pop().unwrap_or_else(|| panic!("{what}: {}", stderr(&output)));
        assert_eq!(last["event"], "finished", "{what}: {}", stdout(&output));
        if last["reason"] == "unresolved" {
            assert_eq!(output.status.code(), Some(5), "{last}");
            let request = last["blockedBy"].as_str().unwrap();
            let decision = if self.booked().contains_key(request) { "--charged" } else { "--not-charged" };
            let resolve = ["resolve", request, decision, "--note", "compared with the terminal's ledger"];
            let resolved = finish(start_in(self.terminal.state.path(), &resolve));
            assert_eq!(resolved.status.code(), Some(0), "{what}: {}", stderr(&resolved));
            self.decided += 1;
            self.compare(what);
        }
    }
}

fn ledger(folder: &Path) -> String {
    folder.join("ledger.jsonl").to_str().unwrap().to_owned()
}

fn summary(what: &str, worlds: &[World]) -> usize {
    let sum = |count: fn(&World) -> usize| worlds.iter().map(count).sum::<usize>();
    let kills = sum(|world| world.kills);
    println!(
        "kills of {what}: {kills}, charges {}, decided by a person {}, disagreements 0",
        sum(|world| world.booked().len()),
        sum(|world| world.decided)
    );
    kills
}

fn in_each_profile(play: impl Fn(&mut World) + Sync) -> Vec<World> {
    thread::scope(|scope| {
        let playing: Vec<_> = PROFILES
            .map(|profile| {
                let play = &play;
                scope.spawn(move || {
                    let mut world = World::new(profile);
                    play(&mut world);
                    world
                })
            })
            .into_iter()
            .collect();
        playing.into_iter().map(|world| world.join().unwrap()).collect()
    })
}

#[test]
fn a_till_killed_at_any_moment_loses_no_charge_and_charges_nothing_twice() {
    let worlds = in_each_profile(|world| {
        for lines in 0..LINES {
            let what = format!("killed after {lines} lines");
            world.kill_at_line(lines);
            world.compare(&what);
            world.restart(&what);
        }
        for turn in 0..INSTANTS {
            if world.kills >= KILLS {
                break;
            }
            let what = format!("killed at random instant {turn}");
            world.kill_at_instant();
            world.compare(&what);
            world.restart(&what);
        }
    });
    let kills = summary("the till", &worlds);
    assert!(kills >= 200, "{kills}");
}

#[test]
fn a_terminal_killed_at_any_moment_leaves_no_charge_unseen() {
    let worlds = in_each_profile(|world| {
        for turn in 0..TERMINALS {
            let what = format!("terminal killed, turn {turn}");
            world.kill_terminal();
            world.compare(&what);
            world.restart(&what);
        }
    });
    summary("the terminal", &worlds);
}
