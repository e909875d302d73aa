//! The till's commands on a terminal that speaks the Terminal API.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};

use super::terminal::{ApiTerminal, Conduct};
use crate::journal::transactions;
use crate::process::{end, events, finish, run, start, stderr, stdout};

/// Time limits with which a lost answer is given up soon.
const SOON: [&str; 4] = ["--timeout", "2", "--timeout-recovery", "0.05"];

fn pay(terminal: &ApiTerminal) -> Output {
    terminal.till(&[["pay", "25.00", "EUR", "--json"].as_slice(), &SOON].concat())
}

#[test]
fn a_payment_is_approved_with_its_receipts_and_stands_in_the_journal() {
    let terminal = ApiTerminal::start(Conduct::Approve);
    let output = pay(&terminal);
    let (end, status) = end(&output);
    assert_eq!((&end["outcome"], status), (&json!("approved"), 0), "{end} {}", stderr(&output));
    assert_eq!(end["amount"], json!({ "value": "25.00", "currency": "EUR" }));
    let receipts: Vec<_> = events(&output).into_iter().filter(|event| event["event"] == "receipt").collect();
    assert_eq!(receipts.len(), 2, "{}", stdout(&output));

    let all = transactions(terminal.state());
    let [it] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((&it["requestId"], &it["requestType"]), (&end["requestId"], &json!("Payment")));
    assert_eq!((&it["outcome"], &it["settledBy"]), (&json!("approved"), &json!("answer")));
    assert_eq!(it["receipts"].as_array().unwrap().len(), 2);
    assert_eq!(terminal.charged()[end["requestId"].as_str().unwrap()], (json!(25), 1));
}

#[test]
fn each_end_has_its_outcome_and_exit_status() {
    let table = [
        (Conduct::Decline, "declined", 1, 0),
        // It may have left.
        (Conduct::HangUpEarly, "not_sent", 3, 0),
        (Conduct::DropBefore, "not_sent", 3, 0),
        (Conduct::DropAfter, "approved", 0, 1),
        (Conduct::HalfAnswer, "approved", 0, 1),
        (Conduct::Gibberish, "approved", 0, 1),
    ];
    for (conduct, outcome, expected, charges) in table {
        let terminal = ApiTerminal::start(conduct);
        let output = pay(&terminal);
        let (end, status) = end(&output);
        assert_eq!((end["outcome"].as_str().unwrap(), status), (outcome, expected), "{conduct:?}: {end}");
        assert_eq!(terminal.charged().len(), charges, "{conduct:?}");
    }
}

#[test]
fn nobody_there_is_not_sent() {
    let state = tempfile::TempDir::new().unwrap();
    let journal = state.path().to_str().unwrap();
    let output = run(&[
        "pay",
        "25.00",
        "EUR",
        "--json",
        "--terminal-api",
        "http://127.0.0.1:1",
        "--poiid",
        "P-1",
        "--journal",
        journal,
    ]);
    let (end, status) = end(&output);
    assert_eq!((&end["outcome"], &end["reason"], status), (&json!("not_sent"), &json!("not_connected"), 3), "{end}");
}

#[test]
fn a_refund_names_the_payment_by_what_its_end_told() {
    let terminal = ApiTerminal::start(Conduct::Approve);
    let (paid, _) = end(&pay(&terminal));
    let (reference, time) = (paid["trxReferenceNumber"].as_str().unwrap(), paid["timeStamp"].as_str().unwrap());
    for command in [["refund", "5.00", "EUR"].as_slice(), &["reverse"]] {
        let (end, status) =
            end(&terminal.till(&[command, &["--json", "--original", reference, "--time", time]].concat()));
        assert_eq!((&end["outcome"], status), (&json!("approved"), 0), "{end}");
    }
    let nameless = terminal.till(&["reverse", "--json"]);
    assert_eq!(nameless.status.code(), Some(2), "{}", stdout(&nameless));
}

#[test]
fn services_need_no_card() {
    let terminal = ApiTerminal::start(Conduct::Approve);
    for command in ["login", "status", "diagnose", "logoff"] {
        let (end, status) = end(&terminal.till(&[command, "--json"]));
        assert_eq!((&end["outcome"], status), (&json!("done"), 0), "{command}: {end}");
    }
    let output = terminal.till(&["status", "--json"]);
    assert!(stdout(&output).contains("GlobalStatus"), "{}", stdout(&output));
}

/// Presses Ctrl-C once the payment is in the terminal's hands.
fn pay_and_press(terminal: &ApiTerminal) -> (Value, i32) {
    let mut running = terminal.start_till(&["pay", "25.00", "EUR", "--json"]);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    while !lines.next().unwrap().unwrap().contains(r#""why":"terminal""#) {}
    std::thread::sleep(Duration::from_millis(100));
    let pressed = Command::new("kill").args(["-INT", &running.0.id().to_string()]).status().unwrap();
    assert!(pressed.success());
    let last = lines.map(Result::unwrap).last().unwrap();
    (serde_json::from_str(&last).unwrap(), finish(running).status.code().unwrap())
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_the_payment_and_only_its_own_answer_decides() {
    let long = Duration::from_secs(2);
    let (end, status) = pay_and_press(&ApiTerminal::start(Conduct::Slow(Duration::from_secs(20))));
    assert_eq!((&end["outcome"], status), (&json!("aborted"), 1), "{end}");
    let (end, status) = pay_and_press(&ApiTerminal::start(Conduct::SlowAndDeaf(long)));
    assert_eq!((&end["outcome"], status), (&json!("approved"), 0), "{end}");
}

#[test]
fn an_unknown_end_blocks_the_lane_until_it_is_settled() {
    let terminal = ApiTerminal::start(Conduct::Slow(Duration::from_secs(4)));
    let output = terminal.till(&["pay", "25.00", "EUR", "--json", "--timeout", "0.3", "--timeout-recovery", "0.05"]);
    let (unknown, status) = end(&output);
    assert_eq!((&unknown["outcome"], status), (&json!("unknown"), 4), "{unknown}");
    let resolved = terminal.lane(&["resolve", "1", "--charged", "--note", "x"]);
    assert_eq!(resolved.status.code(), Some(5), "another request");
    // By now the terminal is done, and says so.
    std::thread::sleep(Duration::from_secs(4));
    let (settled, status) = end(&terminal.till(&["recover", "--json"]));
    assert_eq!((&settled["outcome"], status), (&json!("approved"), 0), "{settled}");
    assert_eq!(settled["requestId"], unknown["requestId"]);
    terminal.behave(Conduct::Approve);
    assert_eq!(end(&pay(&terminal)).1, 0);
    assert!(terminal.charged().values().all(|(_, times)| *times == 1));
}

#[test]
fn wrong_usage_is_told_before_anything_happens() {
    let table = [
        (["--terminal-api", "http://127.0.0.1:1"].as_slice(), "--poiid"),
        (&["--terminal-api", "https://127.0.0.1", "--poiid", "P-1"], "--tls-ca"),
        (&["--terminal-api", "ftp://127.0.0.1", "--poiid", "P-1"], "--terminal-api"),
        (&["--terminal-api", "http://127.0.0.1", "--poiid", "P-1", "--terminal", "x"], "--terminal"),
        (&["--terminal-api", "http://127.0.0.1", "--poiid", "P-1", "--shared-key", "/nowhere"], "--shared-key"),
        (&["--poiid", "P-1"], "--terminal-api"),
    ];
    for (options, said) in table {
        let output = finish(start(&[["pay", "25.00", "EUR"].as_slice(), options].concat()));
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert!(stderr(&output).contains(said), "{options:?}: {}", stderr(&output));
    }
}
