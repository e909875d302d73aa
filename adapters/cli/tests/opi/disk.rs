//! A disk that is full, read-only, broken or not there: nothing is sent that cannot be written down, and nothing is lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use opi_core::id::Id;
use opi_core::receipt::{Line, Purpose, SheetId};
use opi_smol::{Entry, JournalStore, RawText, Store, WholeSheet};
use serde_json::{Value, json};

use crate::process::{Terminal, end, events, run, stderr, stdout};

#[test]
fn a_journal_that_cannot_be_written_refuses_the_payment_and_says_what_to_do() {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("a-file");
    fs::write(&file, "").unwrap();
    let output = run(&["pay", "25.00", "CHF", "--json", "--journal", file.to_str().unwrap()]);
    let (end, status) = end(&output);
    assert_eq!((&end["outcome"], &end["reason"], status), (&json!("not_sent"), &json!("not_stored"), 3), "{end}");
    assert!(stderr(&output).contains("a-file"), "{}", stderr(&output));
}

/// A file system of 256 KiB, taken away again with this.
struct Small(tempfile::TempDir);

impl Small {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.path().to_str().unwrap()];
        let mounted = Command::new("mount").args(arguments).output().is_ok_and(|output| output.status.success());
        mounted.then_some(Self(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

#[test]
fn a_disk_filled_at_any_point_of_a_payment_loses_nothing() {
    if Small::mount().is_none() {
        println!("SKIPPED: no small file system can be mounted here, so the full disk was not tested");
        return;
    }
    let mut seen = BTreeMap::<String, usize>::new();
    // A payment takes about two kilobytes of the journal.
    for room in (0..2400).step_by(60) {
        let Some(small) = Small::mount() else { panic!("not mounted") };
        let journal = small.0.path().join("journal");
        leave(&journal, room);
        fill(&small.0.path().join("ballast"));
        let journal = journal.to_str().unwrap();
        let terminal = Terminal::start(&[]);
        let pay = ["pay", "25.00", "CHF", "--json", "--journal", journal, "--timeout-recovery", "0.02"];
        let output = loop {
            let output = terminal.till(&pay);
            // A process that another test is just starting holds for a moment all files that this one has open.
            if !stderr(&output).contains("in use by another till") {
                break output;
            }
        };
        let (hit, _) = end(&output);
        let whole = !stderr(&output).contains("No space left");
        assert!(whole || stderr(&output).contains("make room there"), "{hit}: {}", stderr(&output));
        assert!(hit["outcome"] == "approved" || (!whole && hit["outcome"] == "not_sent"), "{hit}");
        let open = transactions_in(journal).iter().any(|it| it["outcome"] == "unknown");
        assert_eq!(open, hit["outcome"] == "approved" && hit["stored"] == false, "room for {room} bytes: {hit}");

        fs::remove_file(small.0.path().join("ballast")).unwrap();
        let recovered = terminal.till(&["recover", "--json", "--journal", journal, "--timeout-recovery", "0.02"]);
        assert_eq!(recovered.status.code(), Some(0), "{} {}", stdout(&recovered), stderr(&recovered));
        let listed = transactions_in(journal);
        let approved = listed.iter().filter(|it| it["outcome"] == "approved").count();
        assert!(listed.iter().all(|it| it["outcome"] != "unknown"), "{listed:?}");
        assert_eq!(approved, terminal.booked().len(), "room for {room} bytes: {hit}");
        let what = match (hit["outcome"].as_str(), hit["stored"].as_bool(), whole) {
            (Some("not_sent"), ..) => "not sent",
            (_, Some(false), _) => "end not stored",
            (.., false) if stderr(&output).contains("That the request was sent") => "sending not stored",
            (.., false) => "receipt not stored",
            _ => "nothing missing",
        };
        *seen.entry(what.into()).or_default() += 1;
    }
    println!("full disk: {seen:?}");
    assert!(seen.len() >= 3, "too few points of a payment were hit: {seen:?}");
}

fn transactions_in(journal: &str) -> Vec<Value> {
    events(&run(&["journal", "--json", "--journal", journal]))
}

/// Makes a journal whose last page has room for so many bytes.
fn leave(journal: &Path, room: usize) {
    const PAGE: usize = 4096;
    let store = JournalStore::open(journal).unwrap();
    let segment = journal.join("journal-00000001.opi");
    let length = || usize::try_from(fs::metadata(&segment).unwrap().len()).unwrap();
    let add = |text: &str| {
        let sheet = WholeSheet {
            id: SheetId(1),
            purpose: Purpose::Journal,
            request: None,
            target: Id::default(),
            lines: vec![Line { text: text.into(), ..Line::default() }],
            journal: RawText::default(),
            cut: false,
            reference: None,
            kept: true,
        };
        smol::block_on(store.clone().persist(Entry::Sheet(sheet))).unwrap();
    };
    add("");
    let least = length();
    let goal = 2 * PAGE - room;
    while length() + 3 * least + 100 <= goal {
        add(&"x".repeat(100));
    }
    // What is left is that of two sheets.
    let rest = goal - length() - 2 * least;
    add(&"x".repeat(rest / 2));
    add(&"x".repeat(rest - rest / 2));
    assert_eq!(length(), goal);
}

/// Takes all the rest of the file system.
fn fill(ballast: &Path) {
    let mut bytes = vec![0; 256 * 1024];
    while fs::write(ballast, &bytes).is_err() {
        bytes.truncate(bytes.len() - 4096);
    }
}

#[cfg(target_os = "linux")]
mod failing {
    use std::collections::BTreeMap;

    use crate::process::{Launch, PROFILES};
    use crate::steps::{Strike, taken};
    use crate::world::{Deal, World, in_each_profile};

    /// Pays while the disk does this at a step, then again with a sound disk; what became of the payment.
    fn pay(profile: &'static str, what: &str, step: usize) -> Option<&'static str> {
        let mut world = World::new(profile, Deal::PAYMENT);
        let log = world.note("steps");
        let strike = Strike { what, step, kinds: Strike::FILES, lies: false };
        let said = world.pay(&strike.launch(&log), &[]);
        let steps = taken(&log);
        let at = steps.get(step - 1)?;
        let case = format!("{what} at step {step}, {at}: {said:?}");
        world.check(&case);
        let last = said.last();
        assert_eq!(last["event"], "finished", "{case}");
        let outcome = last["outcome"].as_str().unwrap();
        let charged = world.charges() == 1;
        let seen = match (outcome, said.status.code(), charged) {
            ("not_sent", Some(3), false) => "not sent",
            ("approved", Some(0), true) if last["stored"] == false => "end not stored",
            ("approved", Some(0), true) if said.words.contains("That the request was sent") => "sending not stored",
            ("approved", Some(0), true) if said.words.contains("receipt") => "receipt not stored",
            // That the request was sent is written down as well, for a restart before its end.
            ("approved", Some(0), true) if said.words.contains("storing a record") => "nothing missing",
            _ => panic!("{case}"),
        };
        // Who cannot store says where, and what to do.
        let folder = world.terminal.state.path().to_str().unwrap();
        let is_harmless = seen == "nothing missing";
        assert!(is_harmless || (said.words.contains(folder) && said.words.contains("make room")), "{case}");
        // What the till said is what the journal says, or the request is open.
        let open = world.transactions().iter().any(|it| it["outcome"] == "unknown");
        if what.starts_with("dead") {
            // What could not be taken back blocks the lane, though it was not sent.
            assert!(!open || seen == "end not stored" || seen == "not sent", "{case}");
        } else {
            assert_eq!(open, seen == "end not stored", "{case}");
        }
        world.go_on(&case);
        let last = world.pay(&Launch::default(), &[]).last().clone();
        assert!(last["outcome"] == "approved" || last["reason"] == "print_last_ticket", "{case}, then {last}");
        Some(seen)
    }

    #[test]
    #[ignore = "takes a minute: .ci/run plays it"]
    fn a_disk_that_fails_at_any_step_of_a_payment_loses_nothing_and_says_what_to_do() {
        let ends = in_each_profile(|profile| {
            // Errors of Linux: 5 the disk is broken, 28 full, 30 read-only. What happens before the request is sent
            // does not depend on the dialect.
            let whats: &[&str] = match profile {
                "nexi" => &["error 5", "lost 5", "error 28", "dead 5", "dead 28", "dead 30"],
                _ => &["error 5", "dead 30"],
            };
            let mut ends = BTreeMap::<&str, usize>::new();
            for what in whats {
                for step in 1.. {
                    let Some(end) = pay(profile, what, step) else { break };
                    *ends.entry(end).or_default() += 1;
                }
            }
            ends
        });
        for (profile, ends) in PROFILES.iter().zip(&ends) {
            println!("failing disk, {profile}: {ends:?}, disagreements 0");
            assert!(ends.len() >= 3, "{ends:?}");
        }
    }
}
