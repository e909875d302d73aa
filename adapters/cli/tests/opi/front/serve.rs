//! Tills of the Terminal API that pay on an OPI terminal.

use serde_json::{Value, json};

use super::served::Served;
use crate::process::{PROFILES, end, events};
use crate::world::in_each_profile;

#[test]
fn a_payment_is_made_with_its_receipts_in_every_dialect() {
    in_each_profile(|profile| {
        let served = Served::start(&["--profile", profile], &["--profile", profile]);
        let paid = served.till(&["pay", "25.00", "EUR", "--json"]);
        let (last, status) = end(&paid);
        assert_eq!((&last["outcome"], status), (&json!("approved"), 0), "{profile}: {last}");
        assert_eq!(last["amount"], json!({ "value": "25.00", "currency": "EUR" }), "{profile}");
        let receipts = events(&paid).iter().filter(|event| event["event"] == "receipt").count();
        assert_eq!(receipts, 2, "{profile}");
        assert_eq!(served.terminal.booked().len(), 1, "{profile}");
    });
    assert_eq!(PROFILES.len(), 4);
}

#[test]
fn ends_keep_their_meaning_from_one_protocol_to_the_other() {
    for (script, outcome, reason) in [
        ("decline", "declined", "host_declined"),
        ("abort-by-cardholder", "aborted", "stopped"),
        ("partial-approval", "approved", "partial_approval"),
        ("busy", "declined", "busy"),
        ("device-unavailable", "declined", "device_unavailable"),
        ("host-unreachable", "declined", "host_unreachable"),
    ] {
        let served = Served::start(&["--script", script], &[]);
        let (last, _) = end(&served.till(&["pay", "25.00", "EUR", "--json"]));
        assert_eq!((&last["outcome"], &last["reason"]), (&json!(outcome), &json!(reason)), "{script}: {last}");
        let booked = served.terminal.booked().len();
        assert_eq!(booked, usize::from(outcome == "approved"), "{script}");
    }
}

#[test]
fn a_lost_opi_answer_is_found_before_the_till_hears_anything() {
    let served = Served::start(&["--fault", "drop-after-charge"], &[]);
    let (last, status) = end(&served.till(&["pay", "25.00", "EUR", "--json"]));
    assert_eq!((&last["outcome"], status), (&json!("approved"), 0), "{last}");
    assert_eq!(served.terminal.booked().len(), 1);
}

#[test]
fn a_transaction_of_before_a_restart_is_still_known() {
    let mut served = Served::start(&[], &[]);
    let (paid, _) = end(&served.till(&["pay", "25.00", "EUR", "--json"]));
    served.kill();
    served.restart();
    let (again, status) = end(&served.till(&["pay", "7.35", "EUR", "--json"]));
    assert_eq!((&again["outcome"], status), (&json!("approved"), 0), "{again}");
    let reference = paid["trxReferenceNumber"].as_str().unwrap();
    let time: Vec<&str> = paid["timeStamp"].as_str().map(|time| vec!["--time", time]).unwrap_or_default();
    let refund = ["refund", "5.00", "EUR", "--json", "--original", reference];
    let (refunded, status) = end(&served.till(&[&refund[..], &time].concat()));
    assert_eq!((&refunded["outcome"], status), (&json!("approved"), 0), "{refunded}");
    assert_ne!(paid["requestId"], Value::Null);
    assert_eq!(served.terminal.booked().len(), 3);
}
