//! The journal of a lane as its users meet it: after a lost answer, a restart, a decision, a full disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use opi_core::id::Id;
use opi_core::receipt::{Line, Purpose, SheetId};
use opi_smol::{Entry, JournalStore, RawText, Store, WholeSheet};
use serde_json::{Value, json};

use crate::process::{Terminal, end, events, finish, run, start_in, stderr, stdout};

/// What `opi journal --json` says of the lane with its state in this folder.
pub(crate) fn transactions(state: &Path) -> Vec<Value> {
    let output = finish(start_in(state, &["journal", "--json"]));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    events(&output)
}

/// A payment whose answer never comes.
fn pay_in_vain(terminal: &Terminal) -> Value {
    let (end, status) =
        end(&terminal.till(&["pay", "25.00", "CHF", "--json", "--timeout", "1", "--timeout-recovery", "0.05"]));
    assert_eq!((&end["outcome"], status), (&json!("unknown"), 4), "{end}");
    end
}

fn resolve(terminal: &Terminal, arguments: &[&str]) -> Output {
    finish(start_in(terminal.state.path(), &[&["resolve"], arguments].concat()))
}

#[test]
fn a_payment_stands_in_the_journal_with_its_receipts_and_its_end() {
    let terminal = Terminal::start(&[]);
    let (end, _) = end(&terminal.till(&["pay", "25.00", "CHF", "--json", "--reference", "order-17"]));
    let all = transactions(terminal.state.path());
    let [it] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(it["requestId"], end["requestId"]);
    assert_eq!((&it["workstationId"], &it["requestType"]), (&json!("lane-1"), &json!("CardPayment")));
    assert_eq!((&it["outcome"], &it["settledBy"]), (&json!("approved"), &json!("answer")));
    assert_eq!(it["amount"], json!({ "value": "25.00", "currency": "CHF" }));
    assert_eq!((&it["reference"], &it["facts"]["stan"]), (&json!("order-17"), &end["stan"]));
    let steps: Vec<_> = it["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["intent", "sent", "sheet", "sheet", "sheet", "result"]);
    let customer = it["receipts"].as_array().unwrap().iter().find(|receipt| receipt["purpose"] == "customer");
    assert!(!customer.unwrap()["lines"].as_array().unwrap().is_empty());
    let people = stdout(&finish(start_in(terminal.state.path(), &["journal"])));
    assert!(people.contains("25.00 CHF  APPROVED"), "{people}");
}

#[test]
fn an_unknown_end_blocks_the_lane_until_a_person_decides() {
    let terminal = Terminal::start(&["--fault", "never-answers"]);
    let unknown = pay_in_vain(&terminal);
    let request = unknown["requestId"].as_str().unwrap();
    let open = &transactions(terminal.state.path())[0];
    assert_eq!((&open["outcome"], &open["settledBy"]), (&json!("unknown"), &Value::Null));

    let again = terminal.till(&["pay", "25.00", "CHF", "--json", "--timeout-recovery", "0.05"]);
    assert_eq!(again.status.code(), Some(5), "{}", stdout(&again));
    let refused = events(&again).pop().unwrap();
    assert_eq!((&refused["reason"], &refused["blockedBy"]), (&json!("unresolved"), &unknown["requestId"]));
    for way in ["opi recover", &format!("opi resolve {request} --charged"), "--not-charged"] {
        assert!(stderr(&again).contains(way), "{way}: {}", stderr(&again));
    }
    // What moves no money goes on.
    assert_eq!(terminal.till(&["status", "--json", "--timeout", "1"]).status.code(), Some(0));

    let wrong = resolve(&terminal, &["1", "--charged", "--note", "a slip"]);
    assert_eq!(wrong.status.code(), Some(5), "{}", stderr(&wrong));
    assert!(stderr(&wrong).contains(request), "{}", stderr(&wrong));
    let decided = resolve(&terminal, &[request, "--not-charged", "--note", "no slip came; Anna"]);
    assert_eq!(decided.status.code(), Some(0), "{}", stderr(&decided));
    let settled = &transactions(terminal.state.path())[0];
    let told = (&settled["outcome"], &settled["settledBy"], &settled["note"]);
    assert_eq!(told, (&json!("declined"), &json!("person"), &json!("no slip came; Anna")));
    let twice = resolve(&terminal, &[request, "--charged", "--note", "no, it did"]);
    assert_eq!(twice.status.code(), Some(5), "what is decided is decided");
}

#[test]
fn recover_settles_what_the_terminal_can_tell() {
    let terminal = Terminal::start(&["--fault", "drop-after-charge"]);
    // The till leaves before it asks: three interrupts are as good as a power cut.
    let (paid, _) = end(&terminal.till(&["pay", "25.00", "CHF", "--json", "--timeout-recovery", "0.05"]));
    assert_eq!((&paid["outcome"], &paid["settledBy"]), (&json!("approved"), &json!("repeat_last_message")));
    let state = terminal.state.path();
    let segment = state.join("opi/lane-1/journal-00000001.opi");
    let whole = fs::read(&segment).unwrap();
    // The end was never stored.
    fs::write(&segment, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(transactions(state)[0]["outcome"], "unknown");
    let recovered = terminal.till(&["recover", "--json", "--timeout-recovery", "0.05"]);
    let (settled, status) = end(&recovered);
    assert_eq!((&settled["outcome"], status), (&json!("approved"), 0), "{settled}");
    assert_eq!(settled["requestId"], paid["requestId"]);
    let all = transactions(state);
    assert_eq!((all.len(), &all[0]["outcome"]), (1, &json!("approved")));
    assert_eq!(all[0]["settledBy"], "repeat_last_message");
    let nothing = terminal.till(&["recover", "--json"]);
    assert_eq!((events(&nothing).pop().unwrap()["outcome"].clone(), nothing.status.code()), (json!("done"), Some(0)));
}

#[test]
fn the_ledger_of_the_terminal_has_each_booking() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let terminal = Terminal::start(&["--ledger", path]);
    let (paid, _) = end(&terminal.till(&["pay", "25.00", "CHF", "--json"]));
    let text = fs::read_to_string(path).unwrap();
    let booked: Value = serde_json::from_str(text.trim()).unwrap();
    let wanted = json!({ "value": "25.00", "currency": "CHF" });
    assert_eq!((&booked["workstationId"], &booked["requestId"]), (&json!("lane-1"), &paid["requestId"]));
    assert_eq!(
        (&booked["requestType"], &booked["amount"], &booked["charged"]),
        (&json!("CardPayment"), &wanted, &wanted)
    );
}

#[test]
fn a_simulated_terminal_in_the_same_process_leaves_nothing_behind() {
    let state = tempfile::tempdir().unwrap();
    let output = finish(start_in(state.path(), &["pay", "25.00", "CHF"]));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(fs::read_dir(state.path()).unwrap().count(), 0);
}

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
        let _ = Command::new("umount").arg(self.0.path()).status();
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
        let output = terminal.till(&pay);
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
