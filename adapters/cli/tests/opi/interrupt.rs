//! Ctrl-C stops a payment the way a cashier does, and never leaves the result open without a word.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use crate::process::{Running, end, events, finish, start, stderr};
use crate::trace::Trace;

/// The terminal shows something: the request is in its hands.
const DISPLAY: &str = r#""event":"display""#;

fn press(running: &Running) {
    let status = Command::new("kill").args(["-INT", &running.0.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Starts a payment, waits for a line with this in it, and presses Ctrl-C so many times, with pauses in between.
fn pay_and_press(arguments: &[&str], awaited: &str, times: u32) -> Output {
    let trace = Trace::new();
    let mut running = start(&[&["pay", "25.00", "CHF", "--json", "--trace", trace.path()], arguments].concat());
    let mut lines = BufReader::new(running.0.stdout.take().unwrap());
    let mut seen = String::new();
    while !seen.lines().last().is_some_and(|line| line.contains(awaited)) {
        assert!(lines.read_line(&mut seen).unwrap() > 0, "ended before '{awaited}': {seen}");
    }
    for _ in 0..times {
        press(&running);
        sleep(Duration::from_millis(300));
    }
    let reading = std::thread::spawn(move || {
        let mut rest = Vec::new();
        std::io::Read::read_to_end(&mut lines, &mut rest).unwrap();
        rest
    });
    let mut output = finish(running);
    output.stdout = [seen.into_bytes(), reading.join().unwrap()].concat();
    trace.check();
    output
}

#[test]
fn ctrl_c_aborts_and_waits_for_the_outcome() {
    for profile in ["nexi", "opi-de"] {
        let output = pay_and_press(&["--script", "slow-card", "--profile", profile], DISPLAY, 1);
        let (end, status) = end(&output);
        assert_eq!((&end["outcome"], &end["reason"], status), (&json!("aborted"), &json!("stopped"), 1), "{end}");
    }
}

#[test]
fn the_answer_to_the_abort_decides_nothing() {
    let table = [
        (["--script", "late-approval-after-abort"], "approved", 0),
        // The answer comes seconds after that of the abort, and is waited for.
        (["--fault", "late-answer-after-abort"], "aborted", 1),
    ];
    for (arguments, outcome, expected) in table {
        let output = pay_and_press(&arguments, DISPLAY, 1);
        let (end, status) = end(&output);
        assert_eq!((end["outcome"].as_str().unwrap(), status), (outcome, expected), "{arguments:?}: {end}");
        let answered = events(&output).into_iter().find(|event| event["event"] == "abort_answered");
        assert_eq!(answered.unwrap()["accepted"], true, "{arguments:?}");
    }
}

#[test]
fn leaving_takes_three_presses_and_says_that_the_result_is_unknown() {
    let output = pay_and_press(&["--fault", "never-answers"], r#""why":"terminal""#, 3);
    let (end, status) = end(&output);
    assert_eq!((&end["outcome"], status), (&json!("unknown"), 4), "{end}");
    assert!(end["requestId"].is_string(), "{end}");
    assert!(stderr(&output).contains("leave the result unknown"), "{}", stderr(&output));
}
