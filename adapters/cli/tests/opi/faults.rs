//! Every fault of the wire and of the terminal, end to end.

use crate::process::{PROFILES, Terminal, end, events, run, stdout};

/// Fault, and the outcomes that are right.
type Row = (&'static str, &'static [&'static str]);

const FAULTS: &[Row] = &[
    ("none", &["approved"]),
    ("split", &["approved"]),
    ("split-random", &["approved"]),
    ("merged", &["approved"]),
    ("slow", &["approved"]),
    ("half-frame", &["approved", "unknown"]),
    ("drop-before-request", &["unknown", "not_sent"]),
    ("drop-before-answer", &["aborted", "unknown"]),
    ("drop-after-charge", &["approved", "unknown"]),
    ("drop-after-answer", &["approved"]),
    ("wrong-request-id", &["approved", "unknown"]),
    ("wrong-workstation", &["approved", "unknown"]),
    ("wrong-type", &["approved", "unknown"]),
    ("oversize", &["approved", "unknown"]),
    ("zero-length", &["approved", "unknown"]),
    ("no-callback", &["approved"]),
    ("callback-refused", &["approved"]),
    ("duplicate-answer", &["approved"]),
    ("wrong-encoding", &["approved"]),
    ("latin1", &["approved"]),
    ("bom", &["approved"]),
    ("doctype", &["approved", "unknown"]),
    ("garbage", &["approved", "unknown"]),
    ("never-answers", &["unknown"]),
    ("reboot-in-flight", &["approved", "unknown"]),
    ("duplicate-receipt", &["approved"]),
    ("foreign-device-request", &["approved"]),
];

/// Enough for bytes that trickle, and little to wait for an answer that never comes.
fn patience(fault: &str) -> &'static str {
    if fault == "slow" { "50" } else { "3" }
}

#[test]
fn each_fault_ends_with_an_outcome_that_the_till_can_book() {
    // Side by side, because most of the time is waiting.
    std::thread::scope(|scope| {
        for profile in PROFILES {
            scope.spawn(move || FAULTS.iter().for_each(|row| strike(profile, row)));
        }
    });
}

fn strike(profile: &str, (fault, outcomes): &Row) {
    let terminal = Terminal::start(&["--profile", profile, "--fault", fault]);
    let pay = ["pay", "25.00", "CHF", "--json", "--profile", profile, "--timeout", patience(fault)];
    let pay = [&pay[..], &["--timeout-recovery", "0.05"]].concat();
    let (end, status) = end(&terminal.till(&pay));
    let outcome = end["outcome"].as_str().unwrap();
    assert!(outcomes.contains(&outcome), "{profile} {fault}: {end}");
    let expected = match outcome {
        "approved" => 0,
        "aborted" => 1,
        "not_sent" => 3,
        _ => 4,
    };
    assert_eq!(status, expected, "{profile} {fault}");
    let charged = !terminal.booked().is_empty();
    assert!(!charged || outcome != "not_sent", "{profile} {fault}: {end}");
    assert!(charged || outcome != "approved", "{profile} {fault}: {end}");
    // Where the dialect can repeat the answer, no charge stays unknown.
    let can_tell = *profile != *"opi-de";
    assert!(!(charged && can_tell) || outcome == "approved", "{profile} {fault}: {end}");
}

#[test]
fn no_fault_is_left_out() {
    let list = stdout(&run(&["sim", "--list"]));
    let faults = list.lines().skip_while(|line| !line.starts_with("Faults")).skip(1);
    // Those of the Terminal API stand below.
    for fault in faults.take_while(|line| !line.is_empty()).map(|line| line.split_whitespace().next().unwrap()) {
        // Needs an abort: see the tests of Ctrl-C.
        let covered = fault == "late-answer-after-abort" || FAULTS.iter().any(|(name, _)| *name == fault);
        assert!(covered, "{fault}");
    }
}

#[test]
fn a_wrong_encoding_costs_no_letter_of_a_receipt() {
    let receipt = |fault: &str| {
        let output = run(&["pay", "25.00", "CHF", "--json", "--seed", "5", "--fault", fault]);
        let receipt = events(&output).into_iter().find(|event| event["event"] == "receipt").unwrap();
        // The time is on it.
        receipt["lines"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| !line.as_str().unwrap().contains(':'))
            .cloned()
            .collect::<Vec<_>>()
    };
    let right = receipt("none");
    assert!(right.iter().any(|line| line.as_str().unwrap().contains("Zürich")), "{right:?}");
    for fault in ["wrong-encoding", "latin1", "bom"] {
        assert_eq!(receipt(fault), right, "{fault}");
    }
}

#[test]
fn receipts_that_could_not_be_delivered_block_until_they_are_fetched() {
    let terminal = Terminal::start(&["--fault", "callback-refused"]);
    let first = end(&terminal.till(&["pay", "25.00", "CHF", "--json"])).0;
    assert_eq!(first["outcome"], "approved", "{first}");
    let second = end(&terminal.till(&["pay", "25.00", "CHF", "--json"])).0;
    assert_eq!(second["reason"], "print_last_ticket", "{second}");
    assert_eq!(terminal.booked().len(), 1);
}
