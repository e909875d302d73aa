//! Payments from prompt to receipt, over real sockets.

use serde_json::{Value, json};

use crate::process::{PROFILES, Terminal, end, events, run, stderr, stdout};

/// What a person has to see of an approved payment.
fn assert_seen(what: &str, output: &std::process::Output) {
    let seen = stdout(output);
    assert_eq!(output.status.code(), Some(0), "{what}: {seen}\n{}", stderr(output));
    for needed in ["terminal  ", "┌─ customer ", "┌─ merchant ", "└─", "\nAPPROVED 25.00 CHF  "] {
        assert!(seen.contains(needed), "{what}: no '{needed}' in\n{seen}");
    }
    let last = seen.lines().last().unwrap();
    assert!(last.starts_with("APPROVED 25.00 CHF  "), "{what}: {last}");
    assert!(!seen.contains('\u{1b}'), "{what}: colours where there is no window");
}

#[test]
fn a_payment_shows_prompts_receipts_and_approval_in_each_profile() {
    for profile in PROFILES {
        assert_seen(profile, &run(&["pay", "25.00", "CHF", "--profile", profile]));
    }
}

#[test]
fn the_same_against_a_terminal_in_another_process_however_frames_are_cut() {
    for profile in PROFILES {
        for fault in ["none", "split", "split-random", "merged"] {
            let terminal = Terminal::start(&["--profile", profile, "--fault", fault]);
            let output = terminal.till(&["pay", "25.00", "CHF", "--profile", profile]);
            assert_seen(&format!("{profile} {fault}"), &output);
            let booked = terminal.booked();
            assert_eq!(booked.len(), 1, "{profile} {fault}: {booked:?}");
            assert!(booked[0].starts_with("booked 25.00 CHF to the merchant: CardPayment "), "{booked:?}");
        }
    }
}

#[test]
fn the_events_of_a_payment_come_in_order() {
    for profile in PROFILES {
        let output = run(&["pay", "25.00", "CHF", "--json", "--profile", profile, "--reference", "order-17"]);
        let events = events(&output);
        let place = |wanted: &dyn Fn(&Value) -> bool| {
            events.iter().position(wanted).unwrap_or_else(|| panic!("{profile}: {}", stdout(&output)))
        };
        let started = place(&|event| event["event"] == "started" && event["requestType"] == "CardPayment");
        let display = place(&|event| event["event"] == "display" && event["device"] == "cashier");
        let customer = place(&|event| event["event"] == "receipt" && event["copy"] == "customer");
        let merchant = place(&|event| event["event"] == "receipt" && event["copy"] == "merchant");
        assert!(started < display && display < customer.min(merchant), "{profile}");
        assert_eq!((&events[customer]["kept"], &events[merchant]["kept"]), (&json!(true), &json!(true)));

        let (end, status) = end(&output);
        assert_eq!(status, 0);
        assert_eq!((&end["outcome"], &end["stored"]), (&json!("approved"), &json!(true)));
        assert_eq!(end["amount"], json!({ "value": "25.00", "currency": "CHF" }));
        assert_eq!(end["overallResult"], "Success");
        for key in ["stan", "terminalId", "maskedCardNumber"] {
            assert!(end[key].is_string(), "{profile}: no {key} in {end}");
        }
        assert!(end.as_object().unwrap().values().all(|value| !value.is_null()), "{end}");
    }
}

#[test]
fn each_operation_ends_with_its_outcome() {
    // (arguments, outcome, exit status), at a terminal just switched on: it has no receipt and no such transaction.
    let table: &[(&[&str], &str, i32)] = &[
        (&["refund", "5.00", "CHF"], "approved", 0),
        (&["refund", "5.00", "CHF", "--original", "00000012345"], "declined", 1),
        (&["reprint"], "declined", 1),
        (&["reserve", "150.00", "CHF"], "approved", 0),
        (&["info"], "done", 0),
        (&["status"], "done", 0),
        (&["circuits"], "done", 0),
        (&["activate"], "done", 0),
        (&["deactivate"], "done", 0),
        (&["login"], "done", 0),
        (&["logoff"], "done", 0),
        (&["reconcile"], "done", 0),
        (&["reconcile", "--closure"], "done", 0),
        (&["close-day"], "done", 0),
        (&["transmit"], "done", 0),
        (&["contact-tms"], "done", 0),
        (&["contact-acquirer"], "done", 0),
        (&["restart"], "done", 0),
    ];
    for (arguments, outcome, status) in table {
        let output = run(&[arguments, ["--json"].as_slice()].concat());
        let (end, code) = end(&output);
        assert_eq!((end["outcome"].as_str().unwrap(), code), (*outcome, *status), "{arguments:?}: {end}");
    }
}

#[test]
fn a_refund_names_the_payment_that_it_belongs_to() {
    let terminal = Terminal::start(&[]);
    let (paid, _) = end(&terminal.till(&["pay", "25.00", "CHF", "--json"]));
    let reference = paid["trxReferenceNumber"].as_str().unwrap();
    let (refunded, status) = end(&terminal.till(&["refund", "5.00", "CHF", "--original", reference, "--json"]));
    assert_eq!((&refunded["outcome"], status), (&json!("approved"), 0), "{refunded}");
    let booked = terminal.booked();
    assert!(booked.len() == 2 && booked[1].starts_with("booked 5.00 CHF to the card holder: "), "{booked:?}");
}

#[test]
fn a_day_at_one_terminal_adds_up() {
    let terminal = Terminal::start(&["--profile", "opi-de"]);
    let till = |arguments: &[&str]| terminal.till(&[arguments, &["--profile", "opi-de", "--json"]].concat());
    let amounts = ["10.00", "20.50", "0.05"];
    let mut last_stan = String::new();
    for amount in amounts {
        let (end, status) = end(&till(&["pay", amount, "EUR"]));
        assert_eq!((&end["outcome"], status), (&json!("approved"), 0), "{end}");
        last_stan = end["stan"].as_str().unwrap().to_owned();
    }
    let (reversed, status) = end(&till(&["reverse", "--stan", &last_stan]));
    assert_eq!((&reversed["outcome"], status), (&json!("approved"), 0), "{reversed}");

    let reprint = till(&["reprint"]);
    assert_eq!(end(&reprint).1, 0, "{}", stdout(&reprint));
    assert!(events(&reprint).iter().any(|event| event["event"] == "receipt"));

    let closure = till(&["reconcile", "--closure"]);
    assert_eq!(end(&closure).1, 0);
    let sum = |closure: &std::process::Output, direction: &str| -> u64 {
        let of = |event: &Value| event["event"] == "total" && event["paymentType"] == direction;
        let minor = |event: &Value| event["amount"]["value"].as_str().unwrap().replace('.', "").parse::<u64>().unwrap();
        events(closure).iter().filter(|event| of(event)).map(minor).sum()
    };
    // What was taken less what was given back, whichever way the terminal counts a reversal.
    assert_eq!(sum(&closure, "Debit") - sum(&closure, "Credit"), 1000 + 2050);
    let again = till(&["reconcile"]);
    assert_eq!(sum(&again, "Debit") + sum(&again, "Credit"), 0, "the closure began new totals");
    assert_eq!(terminal.booked().len(), 4);
}

#[test]
fn a_terminal_that_is_not_there_was_not_sent_anything() {
    // Bound and dropped: nobody listens there.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let output = run(&["pay", "25.00", "CHF", "--json", "--terminal", &nobody, "--listen", "127.0.0.1:0"]);
    let (end, status) = end(&output);
    assert_eq!((&end["outcome"], &end["reason"], status), (&json!("not_sent"), &json!("not_connected"), 3), "{end}");
}

#[test]
fn a_port_that_is_taken_was_not_sent_anything() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let output = run(&["pay", "25.00", "CHF", "--json", "--listen", &taken.local_addr().unwrap().to_string()]);
    let (end, status) = end(&output);
    assert_eq!((&end["outcome"], &end["reason"], status), (&json!("not_sent"), &json!("not_listening"), 3), "{end}");
    assert!(stderr(&output).contains(&taken.local_addr().unwrap().to_string()), "{}", stderr(&output));
}

#[test]
fn prompts_and_receipts_come_over_ipv6_too() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return; // This machine has none.
    }
    let output = run(&["pay", "25.00", "CHF", "--json", "--listen", "[::1]:0"]);
    let events = events(&output);
    for (event, count) in [("display", 3), ("receipt", 2)] {
        assert_eq!(events.iter().filter(|it| it["event"] == event).count(), count, "{event}");
    }
}
