//! The journal of a lane as its users meet it: after a lost answer, a restart, a decision.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;
use std::process::Output;

use serde_json::{Value, json};

use crate::process::{Terminal, end, events, finish, start_in, stderr, stdout};

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
fn two_tills_never_use_one_journal_and_the_second_says_why() {
    let terminal = Terminal::start(&["--script", "slow-card"]);
    let state = terminal.state.path();
    let mut first = terminal.start_till(&["pay", "25.00", "CHF", "--json"]);
    let mut said = BufReader::new(first.0.stdout.take().unwrap()).lines();
    let shown = said.find(|line| line.as_ref().unwrap().contains("\"display\""));
    assert!(shown.is_some());
    let elsewhere = ["--json", "--terminal", &terminal.places.terminal, "--listen", "127.0.0.1:0"];
    let folder = state.join("opi/lane-1");
    for command in [&["pay", "1.00", "CHF"][..], &["recover"], &["reprint"], &["status"]] {
        let second = finish(start_in(state, &[command, &elsewhere].concat()));
        let refusal = stderr(&second);
        assert!(refusal.contains("in use by another till") && refusal.contains(folder.to_str().unwrap()), "{refusal}");
        // What recover was to find out is as unknown as before.
        let expected = if command == ["recover"] { 4 } else { 3 };
        assert_eq!(second.status.code(), Some(expected), "{command:?}: {}", stdout(&second));
    }
    let decided = resolve(&terminal, &["1", "--charged", "--note", "too early"]);
    assert_eq!(decided.status.code(), Some(3), "{}", stderr(&decided));
    // To look is allowed at any time, and so is to stop.
    assert_eq!(transactions(state)[0]["outcome"], "unknown");
    assert_eq!(finish(start_in(state, &[&["abort"][..], &elsewhere].concat())).status.code(), Some(0));
    let last: Value = said.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).last().unwrap();
    assert_eq!((&last["event"], &last["outcome"]), (&json!("finished"), &json!("aborted")));
    assert_eq!(transactions(state).len(), 1, "the others left nothing in it");
    assert!(terminal.booked().is_empty());
}

#[test]
fn no_lane_takes_the_journal_of_another() {
    let terminal = Terminal::start(&[]);
    assert_eq!(end(&terminal.till(&["pay", "25.00", "CHF", "--json"])).1, 0);
    let folder = terminal.state.path().join("opi/lane-1");
    let other = ["pay", "1.00", "CHF", "--json", "--workstation", "lane-2", "--journal", folder.to_str().unwrap()];
    let refused = finish(terminal.start_till(&other));
    assert_eq!(end(&refused).1, 3, "{}", stdout(&refused));
    assert!(stderr(&refused).contains("lane-1"), "{}", stderr(&refused));
    assert_eq!(terminal.booked().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn the_journal_lies_where_the_platform_keeps_states_unless_it_is_named() {
    let terminal = Terminal::start(&[]);
    let pay = |environment: &[(&str, &Path)], more: &[&str]| {
        let places = ["--terminal", &terminal.places.terminal, "--listen", &terminal.places.till];
        let mut command = Command::new(env!("CARGO_BIN_EXE_opi"));
        command.args(["pay", "25.00", "CHF"]).args(places).args(more).env_remove("XDG_STATE_HOME");
        let output = command.envs(environment.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let at = |folder: &str| home.join(folder).join("journal-00000001.opi").exists();
    pay(&[("HOME", home)], &[]);
    assert!(at(".local/state/opi/lane-1"));
    pay(&[("HOME", home), ("XDG_STATE_HOME", &home.join("states"))], &["--workstation", "lane-2"]);
    assert!(at("states/opi/lane-2") && !at(".local/state/opi/lane-2"));
    pay(&[("HOME", home)], &["--workstation", "lane-3", "--journal", home.join("here").to_str().unwrap()]);
    assert!(at("here") && !at(".local/state/opi/lane-3"));
}

/// Whoever did not see the end asks for the same once more: that must not charge twice without a word.
#[cfg(unix)]
#[test]
fn a_payment_that_was_approved_after_all_is_not_made_again_at_once() {
    let terminal = Terminal::start(&[]);
    let mut till = terminal.start_till(&["pay", "25.00", "CHF", "--json"]);
    let mut lines = BufReader::new(till.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("\"receipt\"")));
    till.0.kill().unwrap();
    till.0.wait().unwrap();
    let pay = |amount: &str| {
        let said = terminal.till(&["pay", amount, "CHF", "--json", "--timeout-recovery", "0.3"]);
        let (end, status) = end(&said);
        (end["outcome"].clone(), end["reason"].clone(), status)
    };
    assert_eq!(pay("25.00"), (json!("not_sent"), json!("approved_before"), 5));
    // It is another one; the receipts of the first may have to be fetched before.
    let (outcome, reason, _) = pay("25.00");
    if outcome != "approved" {
        assert_eq!((outcome, reason), (json!("declined"), json!("print_last_ticket")));
        assert_eq!(pay("25.00").0, "approved");
    }
    assert_eq!(terminal.booked().len(), 2);
}

#[cfg(unix)]
#[test]
fn a_payment_after_a_crash_first_finds_out_how_the_last_one_ended() {
    let terminal = Terminal::start(&["--script", "signature-question"]);
    let mut till = terminal.start_till(&["pay", "25.00", "CHF", "--json"]);
    let mut lines = BufReader::new(till.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let started: Value = serde_json::from_str(&lines.find(|line| line.contains("\"started\"")).unwrap()).unwrap();
    assert!(lines.any(|line| line.contains("\"display\"")));
    till.0.kill().unwrap();
    till.0.wait().unwrap();
    let again = terminal.till(&["pay", "12.00", "CHF", "--json", "--yes", "--timeout-recovery", "0.3"]);
    let said = events(&again);
    let place = |wanted: &dyn Fn(&Value) -> bool| said.iter().position(wanted).unwrap_or_else(|| panic!("{said:?}"));
    let recovering = place(&|event| event["event"] == "recovering" && event["requestId"] == started["requestId"]);
    let recovered = place(&|event| event["event"] == "recovered" && event["settledBy"] == "repeat_last_message");
    let new = place(&|event| event["event"] == "started" && event["requestId"] != started["requestId"]);
    assert!(recovering < recovered && recovered < new, "{said:?}");
    assert_eq!(end(&again).0["outcome"], "approved", "{said:?}");
    // Nobody could confirm the first one, so the terminal ended it.
    let ends: Vec<_> = transactions(terminal.state.path()).iter().map(|it| it["outcome"].clone()).collect();
    assert_eq!(ends, ["aborted", "approved"]);
    assert_eq!(terminal.booked().len(), 1);
}
