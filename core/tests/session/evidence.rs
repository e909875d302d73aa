//! What speaks against a refusal, wherever it was seen: terminals and their messages contradict themselves.

use opi_core::drive::{Input, Link};
use opi_core::operation::{Outcome, Reason};
use opi_core::opi::Profile;
use opi_core::time::WallTime;

use crate::recovery::{lose, next_question, original, repeated};
use crate::till::{Till, answer, device, payment, sheets};

/// The journal of a payment of 25.00.
fn journal(approval: &str) -> String {
    device(
        "Output",
        &format!(
            r#"<Output OutDeviceTarget="E-Journal"><TransactionInfo><TotalAmount Currency="CHF">25.00</TotalAmount><TransactionRefNumber>777</TransactionRefNumber>{approval}<DateAndTime>2026-04-08T10:15:20+02:00</DateAndTime></TransactionInfo></Output>"#
        ),
    )
}

fn keep(till: &mut Till, xml: &str) {
    let did = till.callback(0, xml);
    let [ticket] = sheets(&did)[..] else { panic!("{did:?}") };
    till.put(Input::Stored(ticket));
    till.put(Input::Sent(Link::Device(0)));
}

/// Receipts come before the answer. A journal with an approval speaks against a refusal as the answer's own would.
#[test]
fn a_refusal_after_an_approved_journal_is_not_believed() {
    for (approval, believed) in [("<AuthorisationCode>415908</AuthorisationCode>", false), ("", true)] {
        for result in ["Failure", "Aborted", "TimedOut", "CommunicationError", "PrintLastTicket", "FormatError"] {
            let mut till = Till::new(&Profile::CCV_NL);
            till.pay();
            keep(&mut till, &journal(approval));
            let did = till.receive(Link::Request, &answer(result, ""));
            let end = till.end(did);
            let contradicted = (end.outcome, end.reason) == (Outcome::Unknown, Some(Reason::Contradiction));
            assert_eq!(contradicted, !believed, "{result} {approval} {:?}", end.outcome);
        }
    }
}

/// A terminal that held a receipt back may send it with the next payment: it says nothing of that one.
#[test]
fn the_journal_of_the_payment_before_contradicts_nothing() {
    let mut till = Till::new(&Profile::CCV_NL);
    till.pay();
    let tender = r#"<Tender><Authorisation ApprovalCode="415908" TrxReferenceNumber="777"/></Tender>"#;
    let did = till.receive(Link::Request, &answer("Success", tender));
    assert_eq!(till.end(did).outcome, Outcome::Approved);
    till.start(payment());
    till.put(Input::Sent(Link::Request));
    keep(&mut till, &journal("<AuthorisationCode>415908</AuthorisationCode>"));
    let did = till.receive(Link::Request, &answer("Failure", "").replace("\"1001\"", "\"1002\""));
    assert_eq!(till.end(did).outcome, Outcome::Declined);
}

/// The terminal may repeat less than it said.
#[test]
fn what_contradicted_once_contradicts_the_repeated_message() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let approved = r#"<Tender><Authorisation ApprovalCode="415908"/></Tender>"#;
    till.receive(Link::Request, &answer("Failure", approved));
    let question = next_question(&mut till);
    let xml = repeated(&question, "Success", &original("lane-1", "1001", "CardPayment", "Failure"), "");
    let did = till.receive(Link::Request, &xml);
    assert_eq!(till.end(did).outcome, Outcome::Unknown);
}

/// What was seen before the answer was lost still counts when the terminal is asked, and after a restart.
#[test]
fn a_journal_before_the_answer_was_lost_contradicts_the_repeated_message() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    keep(&mut till, &journal("<AuthorisationCode>415908</AuthorisationCode>"));
    till.put(Input::Closed(Link::Request));
    let question = next_question(&mut till);
    let refused =
        |question: &str| repeated(question, "Success", &original("lane-1", "1001", "CardPayment", "Failure"), "");
    let did = till.receive(Link::Request, &refused(&question));
    let end = till.end(did);
    assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::Contradiction)));

    let left = till.session.unresolved().unwrap().clone();
    for (result, outcome) in [("Failure", Outcome::Unknown), ("Success", Outcome::Approved)] {
        let mut till = Till::new(&Profile::NEXI);
        till.session.set_unresolved(left.clone());
        till.put(Input::Recover(WallTime::new(1_775_636_400, 120)));
        let question = next_question(&mut till);
        let did = till.receive(Link::Request, &refused(&question).replace("\"Failure\"", &format!("\"{result}\"")));
        assert_eq!(till.end(did).outcome, outcome, "{result}");
    }
}

/// Nexi SDKs: the original result counts if the repetition itself is a success. CCV's firmware repeats a message as it was.
#[test]
fn a_repetition_that_failed_settles_nothing() {
    for (outer, inner, outcome) in [
        ("Success", "Success", Outcome::Approved),
        ("Failure", "Success", Outcome::Unknown),
        ("LoggedOut", "Success", Outcome::Unknown),
        ("Failure", "Failure", Outcome::Declined),
        ("LoggedOut", "Failure", Outcome::Unknown),
    ] {
        let mut till = Till::new(&Profile::NEXI);
        let question = lose(&mut till);
        let xml = repeated(&question, outer, &original("lane-1", "1001", "CardPayment", inner), "");
        let did = till.receive(Link::Request, &xml);
        assert_eq!(till.end(did).outcome, outcome, "{outer} {inner}");
    }
}

/// Declined transactions have a reference, too.
#[test]
fn a_partial_failure_with_a_reason_to_decline_is_no_approval() {
    for (content, outcome) in [
        (r#"<Tender><Authorisation TrxReferenceNumber="777"/></Tender>"#, Outcome::Approved),
        (
            r#"<Tender><Authorisation TrxReferenceNumber="777"/></Tender><PrivateData><Diagnosis HostDeclineReason="51"/></PrivateData>"#,
            Outcome::Unknown,
        ),
        (
            r#"<Tender><Authorisation TrxReferenceNumber="777"/></Tender><PrivateData><Diagnosis TerminalDeclineReason="107"/></PrivateData>"#,
            Outcome::Unknown,
        ),
    ] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.receive(Link::Request, &answer("PartialFailure", content));
        assert_eq!(till.end(did).outcome, outcome, "{content}");
    }
}

/// The Nexi SDKs look for these as elements first, then as attributes.
#[test]
fn reasons_are_found_wherever_they_stand() {
    for content in [
        r#"<TerminalDeclineReason>1</TerminalDeclineReason>"#,
        r#"<Tender><TerminalDeclineReason>1</TerminalDeclineReason></Tender>"#,
        r#"<Tender><Authorisation TerminalDeclineReason="1"/></Tender>"#,
        r#"<Tender><Authorisation><TerminalDeclineReason>1</TerminalDeclineReason></Authorisation></Tender>"#,
        r#"<PrivateData><TerminalDeclineReason>1</TerminalDeclineReason></PrivateData>"#,
        r#"<PrivateData><Diagnosis><TerminalDeclineReason>1</TerminalDeclineReason></Diagnosis></PrivateData>"#,
        r#"<PrivateData><Diagnosis TerminalDeclineReason="1"/></PrivateData>"#,
        r#"<PrivateData TerminalDeclineReason="1"/>"#,
        r#"<Diagnosis TerminalDeclineReason="1"/>"#,
        r#"<PrivateData><Diagnosis TerminalDeclineReason="01"/></PrivateData>"#,
    ] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.receive(Link::Request, &answer("Failure", content));
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::AuthorisationUnknown)), "{content}");
    }
}

#[test]
fn nothing_booked_is_no_approval() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.receive(
        Link::Request,
        &answer("Success", r#"<Tender><TotalAmount Currency="CHF">0.00</TotalAmount></Tender>"#),
    );
    let end = till.end(did);
    assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::Contradiction)));
}

/// "Not executed if immediate" (CCV, Nexi SDKs). Later the card may have been charged, and the terminal's calls stopped by a
/// firewall; or the receipt could not be printed.
#[test]
fn what_says_not_begun_is_believed_at_once_only() {
    for result in ["Busy", "DeviceUnavailable", "PrintLastTicket"] {
        for (after, outcome) in [(200, Outcome::Declined), (20_000, Outcome::Unknown)] {
            let mut till = Till::new(&Profile::NEXI);
            till.pay();
            till.now += after;
            let did = till.receive(Link::Request, &answer(result, ""));
            assert_eq!(till.end(did).outcome, outcome, "{result} {after}");
        }
    }
}
