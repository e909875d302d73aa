//! Every script of the simulated terminal, end to end.

use serde_json::json;

use crate::process::{PROFILES, Terminal, end, events, run, stderr, stdout};

/// Script, further arguments, outcome, exit status, reason. What a result leaves open, the reprinted receipt settles.
type Row = (&'static str, &'static [&'static str], &'static str, i32, Option<&'static str>);

const SCRIPTS: &[Row] = &[
    ("approve", &[], "approved", 0, None),
    ("decline", &[], "declined", 1, Some("host_declined")),
    ("abort-by-cardholder", &[], "aborted", 1, Some("stopped")),
    ("tip", &[], "approved", 0, None),
    ("dcc", &[], "approved", 0, None),
    ("partial-approval", &[], "approved", 0, Some("partial_approval")),
    ("cashback", &["--cash-back", "5.00"], "approved", 0, None),
    ("signature-question", &["--yes"], "approved", 0, None),
    ("signature-question", &["--no"], "aborted", 1, Some("stopped")),
    ("signature-question", &[], "aborted", 1, Some("stopped")),
    ("confirmation", &["--yes"], "approved", 0, None),
    ("confirmation", &["--no"], "aborted", 1, Some("stopped")),
    ("confirmation", &[], "aborted", 1, Some("stopped")),
    ("print-last-ticket", &[], "declined", 1, Some("print_last_ticket")),
    ("logged-out", &[], "declined", 1, Some("logged_out")),
    ("busy", &[], "declined", 1, Some("busy")),
    ("device-unavailable", &[], "declined", 1, Some("device_unavailable")),
    ("timed-out-no-evidence", &[], "declined", 1, Some("timed_out")),
    ("timed-out-with-evidence", &[], "approved", 0, None),
    ("unknown-result", &[], "approved", 0, None),
    ("missing-result", &[], "approved", 0, None),
    ("authorisation-unknown", &[], "unknown", 4, Some("authorisation_unknown")),
    ("host-unreachable", &[], "declined", 1, Some("host_unreachable")),
    ("partial-failure", &[], "approved", 0, Some("check_receipt")),
    ("old-firmware", &[], "approved", 0, None),
    ("delivery-box", &["--yes"], "approved", 0, None),
    ("delivery-box", &["--no"], "aborted", 1, Some("stopped")),
    ("menu", &["--answer", "2"], "approved", 0, None),
    ("menu", &["--yes"], "aborted", 1, Some("stopped")),
    ("amount-entry", &["--answer", "123"], "approved", 0, None),
    ("amount-entry", &["--answer", "twelve"], "aborted", 1, Some("stopped")),
    ("text-entry", &["--answer", "Zoë & co <1>"], "approved", 0, None),
    ("any-key", &["--yes"], "approved", 0, None),
    ("any-key", &[], "aborted", 1, Some("stopped")),
    ("event", &[], "approved", 0, None),
    ("abort-input", &[], "approved", 0, None),
    ("many-outputs", &[], "approved", 0, None),
    ("long-journal", &[], "approved", 0, None),
    ("all-targets", &[], "approved", 0, None),
    ("by-amount", &[], "approved", 0, None),
];

#[test]
fn each_script_ends_with_its_outcome_and_exit_status() {
    for (script, arguments, outcome, status, reason) in SCRIPTS {
        let pay = ["pay", "25.00", "CHF", "--json", "--timeout-recovery", "0.05", "--script", script];
        let output = run(&[&pay, *arguments].concat());
        let (end, code) = end(&output);
        let seen = (end["outcome"].as_str().unwrap(), code, end.get("reason").and_then(|reason| reason.as_str()));
        assert_eq!(seen, (*outcome, *status, *reason), "{script} {arguments:?}: {end}");
    }
}

#[test]
fn no_script_is_left_out() {
    let list = stdout(&run(&["sim", "--list"]));
    let scripts = list.lines().skip(1).take_while(|line| !line.is_empty());
    for script in scripts.map(|line| line.split_whitespace().next().unwrap()) {
        // These two are about being stopped: see the tests of Ctrl-C.
        let covered = matches!(script, "slow-card" | "late-approval-after-abort")
            || SCRIPTS.iter().any(|(name, ..)| *name == script);
        assert!(covered, "{script}");
    }
}

#[test]
fn charged_is_approved_or_unknown_and_approved_is_charged() {
    for profile in PROFILES {
        for (script, arguments, ..) in SCRIPTS {
            let terminal = Terminal::start(&["--profile", profile, "--script", script]);
            let pay = ["pay", "25.00", "CHF", "--json", "--timeout-recovery", "0.05", "--profile", profile];
            let output = terminal.till(&[&pay, *arguments].concat());
            let (end, _) = end(&output);
            let (outcome, charged) = (end["outcome"].as_str().unwrap(), !terminal.booked().is_empty());
            let what = format!("{profile} {script} {arguments:?}: {end}");
            assert!(!charged || matches!(outcome, "approved" | "unknown"), "charged: {what}");
            assert!(charged || outcome != "approved", "not charged: {what}");
        }
    }
}

#[test]
fn tip_cash_and_part_are_told_apart() {
    let money = |value: &str| json!({ "value": value, "currency": "CHF" });
    let (tip, _) = end(&run(&["pay", "25.00", "CHF", "--json", "--script", "tip"]));
    assert_eq!((&tip["amount"], &tip["tip"]), (&money("27.50"), &money("2.50")));
    let cash = ["pay", "25.00", "CHF", "--json", "--script", "cashback", "--cash-back", "5.00"];
    let (cash, _) = end(&run(&cash));
    assert_eq!((&cash["amount"], &cash["cashBack"], cash.get("tip")), (&money("25.00"), &money("5.00"), None));
    let (part, _) = end(&run(&["pay", "25.00", "CHF", "--json", "--script", "partial-approval"]));
    assert_eq!((&part["amount"], part.get("tip")), (&money("12.50"), None));
}

#[test]
fn an_offer_is_shown_and_never_filed_as_a_receipt() {
    let output = run(&["pay", "100.00", "CHF", "--json", "--script", "dcc"]);
    let events = events(&output);
    assert_eq!(events.iter().filter(|event| event["event"] == "offer").count(), 1);
    assert_eq!(events.iter().filter(|event| event["event"] == "receipt").count(), 2);
}

#[test]
fn an_older_firmware_is_activated_by_the_word_it_knows() {
    let output = run(&["activate", "--json", "--script", "old-firmware"]);
    assert_eq!(end(&output).1, 0, "{}", stdout(&output));
    let types: Vec<_> = events(&output)
        .iter()
        .filter(|event| event["event"] == "started")
        .map(|event| event["requestType"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(types, ["ActivateTerminal", "Login"]);
}

#[test]
fn a_held_receipt_is_fetched_by_a_reprint_and_then_the_lane_is_free() {
    let file = std::env::temp_dir().join(format!("opi-cli-held-{}.txt", std::process::id()));
    std::fs::write(&file, "approve\nprint-last-ticket\napprove\n").unwrap();
    let terminal = Terminal::start(&["--script", file.to_str().unwrap()]);
    std::fs::remove_file(&file).unwrap();
    let pay = || end(&terminal.till(&["pay", "25.00", "CHF", "--json"])).0;
    assert_eq!(pay()["outcome"], "approved");
    assert_eq!(pay()["reason"], "print_last_ticket");
    let reprint = terminal.till(&["reprint", "--json"]);
    assert_eq!(end(&reprint).1, 0, "{}", stdout(&reprint));
    assert!(events(&reprint).iter().any(|event| event["event"] == "receipt"), "{}", stdout(&reprint));
    assert_eq!(pay()["outcome"], "approved");
}

#[test]
fn a_file_of_scripts_is_played_from_top_to_bottom() {
    let file = std::env::temp_dir().join(format!("opi-cli-scripts-{}.txt", std::process::id()));
    std::fs::write(&file, "# a bad start\ndecline\n\nbusy # for now\napprove\n").unwrap();
    let terminal = Terminal::start(&["--script", file.to_str().unwrap()]);
    let outcomes: Vec<_> = (0..4)
        .map(|_| end(&terminal.till(&["pay", "25.00", "CHF", "--json"])).0["outcome"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(outcomes, ["declined", "declined", "approved", "approved"]);

    std::fs::write(&file, "approve\nno-such-script\n").unwrap();
    let output = run(&["sim", "--script", file.to_str().unwrap()]);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("line 2"), "{}", stderr(&output));
}

#[test]
fn the_same_seed_is_the_same_terminal() {
    let pay = |seed: &str| {
        let (end, _) = end(&run(&["pay", "25.00", "CHF", "--json", "--seed", seed]));
        ["approvalCode", "trxReferenceNumber", "stan"].map(|key| end[key].clone())
    };
    assert_eq!(pay("5"), pay("5"));
    assert_ne!(pay("5"), pay("6"));
}
