//! Every output step: `opi pay` or its terminal is killed, loses its power or stumbles exactly there.
//!
//! A small library between the process and the system (`steps.c`) counts what goes out and strikes. It is built here
//! with the C compiler that links Rust programs on Linux.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use opi_smol::trace;

use crate::process::{Launch, Places, finish};
use crate::world::{Deal, World, in_each_profile};

/// More than a payment has: the terminal or the till goes round in circles.
const TOO_MANY: usize = 400;

fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (library, built) = (folder.join("steps.so"), folder.join(format!("steps-{}.so", std::process::id())));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/opi/steps.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-Wall", "-Wextra", "-shared", "-fPIC", "-pthread", "-o"]);
        let compiled = compiler.arg(&built).arg(source).output().expect("a C compiler");
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        fs::rename(built, &library).unwrap();
        library
    })
}

/// What happens at one output step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strike<'a> {
    /// See `steps.c`.
    pub(crate) what: &'a str,
    /// Counted from 1; 0 for none.
    pub(crate) step: usize,
    /// Which steps count.
    pub(crate) kinds: &'a str,
    /// Whether the disk says that it has synchronised what it has not.
    pub(crate) lies: bool,
}

impl Strike<'_> {
    pub(crate) const ALL: &'static str = "fno";
    pub(crate) const FILES: &'static str = "f";
    pub(crate) const NETWORK: &'static str = "n";

    /// A process that it happens to; what it did is written to `log`.
    pub(crate) fn launch(&self, log: &Path) -> Launch {
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut environment = vec![
            variable("LD_PRELOAD", library().to_str().unwrap()),
            variable("OPI_STEP", &self.step.to_string()),
            variable("OPI_STRIKE", self.what),
            variable("OPI_KINDS", self.kinds),
            variable("OPI_LOG", log.to_str().unwrap()),
        ];
        environment.extend(self.lies.then(|| variable("OPI_LIES", "1")));
        Launch { through: Vec::new(), environment }
    }
}

/// The steps that were taken: `write journal-00000001.opi`.
pub(crate) fn taken(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
}

/// Kills, and at which kinds of step.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) struck: usize,
    pub(crate) decided: usize,
    pub(crate) charges: usize,
    pub(crate) most: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, world: &World, steps: usize) {
        self.struck += 1;
        self.decided += world.decided;
        self.charges += world.charges();
        self.most = self.most.max(steps);
    }

    /// Prints the sum.
    pub(crate) fn print(what: &str, tallies: &[Self]) -> usize {
        let sum = |count: fn(&Self) -> usize| tallies.iter().map(count).sum::<usize>();
        let (struck, most) = (sum(|tally| tally.struck), tallies.iter().map(|tally| tally.most).max().unwrap_or(0));
        println!(
            "{what}: {struck} (at most {most} steps in a row), charges {}, decided by a person {}, disagreements 0",
            sum(|tally| tally.charges),
            sum(|tally| tally.decided)
        );
        struck
    }
}

/// Strikes the till at this step; whether there was such a step, and whether it ended there.
fn strike_till(world: &World, strike: Strike<'_>) -> (bool, bool) {
    let (log, kept) = (world.note("steps"), world.note("trace"));
    let trace = ["--trace", kept.to_str().unwrap()];
    // The trace is written to as well, but is no promise: only some runs have one.
    let trace = if strike.step.is_multiple_of(4) { &trace[..] } else { &[] };
    let ended = world.pay(&strike.launch(&log), trace).status;
    if let Ok(file) = fs::File::open(&kept) {
        let replayed = trace::replay(std::io::BufReader::new(file), |_, _, _, _| {});
        // One that has no first line yet is none.
        assert!(replayed.as_ref().map_or(true, |replayed| replayed.difference.is_none()), "{replayed:?}");
    }
    (taken(&log).len() >= strike.step, ended.signal() == Some(9))
}

/// Strikes at each step of the deal.
fn at_each_step(profile: &'static str, deal: Deal, what: &str, tally: &mut Tally) {
    for step in 1..TOO_MANY {
        let mut world = World::new(profile, deal);
        let strike = Strike { what, step, kinds: Strike::ALL, lies: false };
        let (is_there, is_killed) = strike_till(&world, strike);
        if !is_there {
            return;
        }
        // Half of a step that writes nothing is none.
        if is_killed {
            let what = format!("{what} at step {step}");
            world.check(&what);
            world.check_receipts(&what);
            world.go_on(&what);
            tally.add(&world, step);
        }
    }
    panic!("{profile} {}: no end", deal.name);
}

#[test]
#[ignore = "takes a minute: .ci/run plays it"]
fn a_till_killed_at_each_output_step_loses_no_charge_and_charges_nothing_twice() {
    let tallies = in_each_profile(|profile| {
        let mut tally = Tally::default();
        for what in ["kill", "half"] {
            at_each_step(profile, Deal::QUESTION, what, &mut tally);
        }
        at_each_step(profile, Deal::ABORT, "kill", &mut tally);
        tally
    });
    let kills = Tally::print("kills of the till at each output step", &tallies);
    assert!(kills >= 400, "{kills}");
}

#[test]
#[ignore = "takes a minute: .ci/run plays it"]
fn a_till_without_power_at_each_output_step_loses_no_charge_and_charges_nothing_twice() {
    let tallies = in_each_profile(|profile| {
        let mut tally = Tally::default();
        for deal in [Deal::QUESTION, Deal::LATE_ABORT, Deal::LOST_ANSWER] {
            at_each_step(profile, deal, "power", &mut tally);
        }
        tally
    });
    let cuts = Tally::print("power cuts of the till at each output step", &tallies);
    assert!(cuts >= 400, "{cuts}");
}

/// A payment is killed when its end is being stored, and then the run that finds out about it.
#[test]
#[ignore = "takes a minute: .ci/run plays it"]
fn a_recovery_without_power_at_each_output_step_loses_no_charge() {
    let tallies = in_each_profile(|profile| {
        let strike = |what, step| Strike { what, step, kinds: Strike::ALL, lies: false };
        let world = World::new(profile, Deal::QUESTION);
        let log = world.note("steps");
        world.pay(&strike("kill", 0).launch(&log), &[]);
        let end = taken(&log).iter().rposition(|step| step.starts_with("write journal")).unwrap() + 1;
        let mut tally = Tally::default();
        for step in 1..TOO_MANY {
            let mut world = World::new(profile, Deal::QUESTION);
            let (first, second) = (world.note("first"), world.note("second"));
            world.pay(&strike("kill", end).launch(&first), &[]);
            assert_eq!(world.charges(), 1);
            let recovered = finish(world.start_as(&strike("power", step).launch(&second), &["recover"]));
            if taken(&second).len() < step {
                return tally;
            }
            let what = format!("recovery, {:?} at step {step}", recovered.status);
            world.check(&what);
            world.go_on(&what);
            tally.add(&world, step);
        }
        panic!("{profile}: no end");
    });
    let cuts = Tally::print("power cuts of a recovery at each output step", &tallies);
    assert!(cuts >= 40, "{cuts}");
}

/// What a killed run had not synchronised, the next one has to.
#[test]
fn power_cut_in_the_run_after_a_kill_loses_no_charge() {
    let mut charges = 0;
    for step in 1.. {
        let mut world = World::new("nexi", Deal::PAYMENT);
        let with = |mut launch: Launch| {
            launch.environment.push(("OPI_OWED".to_owned(), world.note("owed").to_str().unwrap().to_owned()));
            launch
        };
        let (first, second) = (world.note("first"), world.note("second"));
        let strike = |what, step| Strike { what, step, kinds: Strike::ALL, lies: false };
        world.pay(&with(strike("kill", step).launch(&first)), &[]);
        // The first payment is on its way: all that makes a journal is behind us.
        if taken(&first).iter().any(|step| step.starts_with("send")) {
            println!("power cuts in the run after a kill: {}, charges {charges}, disagreements 0", step - 1);
            assert!(charges > 0);
            return;
        }
        let said = world.pay(&with(strike("power", 0).launch(&second)), &[]);
        assert_eq!(said.status.signal(), Some(9), "at its end");
        let what = format!("power cut in the run after a kill at step {step}, {:?}", taken(&first).last());
        charges += world.charges();
        world.check(&what);
        world.go_on(&what);
    }
}

/// A check that cannot fail proves nothing.
#[test]
fn a_disk_that_lies_is_found_by_the_ledgers() {
    let found = (1..TOO_MANY).any(|step| {
        let world = World::new("nexi", Deal::QUESTION);
        let (is_there, is_killed) = strike_till(&world, Strike { what: "power", step, kinds: Strike::ALL, lies: true });
        assert!(is_there && is_killed, "no disagreement was found");
        world.compare().is_err_and(|why| why.contains("does not know"))
    });
    assert!(found);
}

#[test]
#[ignore = "takes a minute: .ci/run plays it"]
fn a_terminal_killed_at_each_output_step_leaves_no_charge_unseen() {
    let tallies = in_each_profile(|profile| {
        let mut tally = Tally::default();
        for (deal, what) in [(Deal::QUESTION, "power"), (Deal::QUESTION, "half"), (Deal::ABORT, "kill")] {
            for step in 1..TOO_MANY {
                if !strike_terminal(profile, deal, what, step, &mut tally) {
                    break;
                }
            }
        }
        tally
    });
    let kills = Tally::print("kills of the terminal at each output step", &tallies);
    assert!(kills >= 100, "{kills}");
}

fn strike_terminal(profile: &'static str, deal: Deal, what: &str, step: usize, tally: &mut Tally) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("steps");
    let strike = Strike { what, step, kinds: Strike::ALL, lies: false };
    let mut world = World::at(profile, deal, Places::here(), &strike.launch(&log));
    let said = world.pay(&Launch::default(), &[]);
    let is_there = taken(&log).len() >= step;
    if world.terminal.process.0.try_wait().unwrap().is_some_and(|status| status.signal() == Some(9)) {
        let what = format!("terminal {what} at step {step}, then {:?}", said.status);
        world.check(&what);
        world.replace_terminal();
        world.go_on(&what);
        tally.add(&world, step);
    }
    is_there
}

#[test]
fn a_system_that_takes_half_of_what_it_is_given_changes_nothing() {
    for deal in [Deal::QUESTION, Deal::LOST_ANSWER] {
        in_each_profile(|profile| {
            let world = World::new(profile, deal);
            let log = world.note("steps");
            let said = world.pay(&Strike { what: "short", step: 0, kinds: Strike::ALL, lies: false }.launch(&log), &[]);
            let german_loss = profile == "opi-de" && deal.fault != "none";
            assert!(german_loss || said.last()["outcome"] == "approved", "{profile}: {said:?}");
            assert!(taken(&log).len() > 100, "{:?}", taken(&log));
            world.check("short writes");
        });
    }
}
