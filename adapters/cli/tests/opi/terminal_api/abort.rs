//! `opi abort` from a second process, while the first one waits for the terminal.

use std::io::{BufRead, BufReader};
use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};

use super::terminal::{ApiTerminal, Conduct};
use crate::front::served::Served;
use crate::process::{Running, end, finish, stderr};

const PAY: [&str; 4] = ["pay", "25.00", "EUR", "--json"];

/// Waits until the request is in the terminal's hands; its number.
fn in_hand(till: &mut Running) -> (String, impl Iterator<Item = String> + use<>) {
    let mut lines = BufReader::new(till.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let started: Value = lines
        .by_ref()
        .map(|line| serde_json::from_str(&line).unwrap())
        .find(|event: &Value| event["event"] == "started")
        .unwrap();
    assert!(lines.any(|line| line.contains(r#""why":"terminal""#)));
    std::thread::sleep(Duration::from_millis(200));
    (started["requestId"].as_str().unwrap().to_owned(), lines)
}

/// Pays, and has another process abort it; how both ended.
fn stopped(terminal: &ApiTerminal, abort: impl FnOnce(&str) -> Output) -> ((Value, i32), (Value, i32)) {
    let mut till = terminal.start_till(&PAY);
    let (number, lines) = in_hand(&mut till);
    let aborted = end(&abort(&number));
    let last = lines.last().unwrap();
    (aborted, (serde_json::from_str(&last).unwrap(), finish(till).status.code().unwrap()))
}

#[test]
fn the_payment_of_another_process_is_stopped_by_its_number_in_the_journal() {
    let terminal = ApiTerminal::start(Conduct::Slow(Duration::from_secs(20)));
    let ((aborted, status), (paid, paid_status)) = stopped(&terminal, |_| terminal.till(&["abort", "--json"]));
    assert_eq!((&aborted["outcome"], status), (&json!("done"), 0), "{aborted}");
    assert_eq!((&paid["outcome"], paid_status), (&json!("aborted"), 1), "{paid}");
    // What came before is no more what is to be stopped.
    terminal.behave(Conduct::Slow(Duration::from_secs(20)));
    let (_, (paid, paid_status)) = stopped(&terminal, |_| terminal.till(&["abort", "--json"]));
    assert_eq!((&paid["outcome"], paid_status), (&json!("aborted"), 1), "{paid}");
    assert!(terminal.charged().is_empty());
}

#[test]
fn the_request_can_be_named_from_anywhere() {
    let terminal = ApiTerminal::start(Conduct::Slow(Duration::from_secs(20)));
    let elsewhere = tempfile::TempDir::new().unwrap();
    let journal = ["--journal", elsewhere.path().to_str().unwrap()];
    let ((aborted, status), (paid, _)) = stopped(&terminal, |number| {
        let command = ["abort", "--json", "--service-id", number];
        terminal.till(&[&command[..], &journal].concat())
    });
    assert_eq!((&aborted["outcome"], status), (&json!("done"), 0), "{aborted}");
    assert_eq!(paid["outcome"], "aborted", "{paid}");
}

#[test]
fn an_abort_decides_nothing_and_wants_something_to_stop() {
    // Too late, or not listened to: the payment goes on.
    let terminal = ApiTerminal::start(Conduct::SlowAndDeaf(Duration::from_secs(2)));
    let ((aborted, _), (paid, status)) = stopped(&terminal, |_| terminal.till(&["abort", "--json"]));
    assert_eq!(aborted["outcome"], "done", "{aborted}");
    assert_eq!((&paid["outcome"], status), (&json!("approved"), 0), "{paid}");
    let idle = terminal.till(&["abort", "--json"]);
    assert_eq!(idle.status.code(), Some(5), "{}", stderr(&idle));
}

#[test]
fn it_reaches_an_opi_terminal_behind_a_server() {
    let served = Served::start(&["--script", "slow-card"], &[]);
    let mut till = served.start_till(&PAY);
    let (_, lines) = in_hand(&mut till);
    std::thread::sleep(Duration::from_millis(500));
    let (aborted, status) = end(&served.till(&["abort", "--json"]));
    assert_eq!((&aborted["outcome"], status), (&json!("done"), 0), "{aborted}");
    let paid: Value = serde_json::from_str(&lines.last().unwrap()).unwrap();
    assert_eq!((&paid["outcome"], finish(till).status.code()), (&json!("aborted"), Some(1)), "{paid}");
}
