//! A lost answer is asked for, with questions that move no money, and only what is the request's own settles it.

use opi_core::drive::{Input, Link, Misuse, Why};
use opi_core::id::Id;
use opi_core::journal::{Ledger, Record, Unresolved};
use opi_core::operation::{Finished, Outcome, Reason, SettledBy};
use opi_core::opi::Profile;
use opi_core::time::WallTime;

use crate::till::{Did, Till, answer, chf, device, payment, sent};

/// Loses the answer, and lets the time pass up to the first question.
pub(crate) fn lose(till: &mut Till) -> String {
    till.pay();
    let did = till.put(Input::Closed(Link::Request));
    assert!(did.contains(&Did::InDoubt(Reason::ConnectionLost)), "{did:?}");
    next_question(till)
}

/// Waits, and gives the next question that leaves.
pub(crate) fn next_question(till: &mut Till) -> String {
    assert_eq!(till.wait().why, Why::Recovery);
    let did = till.sleep();
    ask(till, &did)
}

/// Gives the question that leaves at once.
fn ask(till: &mut Till, did: &[Did]) -> String {
    assert!(did.contains(&Did::Listen), "{did:?}");
    let did = till.put(Input::Listening);
    assert!(did.contains(&Did::Connect(Link::Request)), "{did:?}");
    let did = till.put(Input::Connected(Link::Request));
    let xml = sent(&did).to_owned();
    till.put(Input::Sent(Link::Request));
    xml
}

fn number_of(question: &str) -> String {
    question.split("RequestID=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

pub(crate) fn repeated(question: &str, result: &str, original: &str, content: &str) -> String {
    let number = number_of(question);
    format!(
        r#"<CardServiceResponse WorkstationID="lane-1" RequestID="{number}" RequestType="RepeatLastMessage" OverallResult="{result}">{original}{content}</CardServiceResponse>"#
    )
}

pub(crate) fn original(lane: &str, id: &str, kind: &str, result: &str) -> String {
    format!(
        r#"<OriginalHeader WorkstationID="{lane}" RequestID="{id}" RequestType="{kind}" OverallResult="{result}"/>"#
    )
}

fn settled(till: &mut Till, did: Vec<Did>) -> Finished {
    let end = till.end(did);
    assert!(till.session.is_idle());
    assert_eq!(till.session.unresolved().is_some(), end.outcome == Outcome::Unknown);
    end
}

#[test]
fn the_repeated_message_settles_it() {
    for (result, outcome) in
        [("Success", Outcome::Approved), ("Failure", Outcome::Declined), ("Aborted", Outcome::Aborted)]
    {
        for id in ["1001", "1001.4"] {
            let mut till = Till::new(&Profile::NEXI);
            let question = lose(&mut till);
            assert!(question.contains("RequestType=\"RepeatLastMessage\""), "{question}");
            assert!(question.contains("RequestID=\"1002\""), "a number of its own: {question}");
            assert!(!question.contains("TotalAmount"), "nothing that moves money: {question}");
            let tender = r#"<Tender><TotalAmount Currency="CHF">25.00</TotalAmount><Authorisation TimeStamp="2026-04-08T10:15:20"/></Tender>"#;
            let xml = repeated(&question, "Success", &original("lane-1", id, "CardPayment", result), tender);
            let did = till.receive(Link::Request, &xml);
            let end = settled(&mut till, did);
            assert_eq!((end.outcome, end.settled_by), (outcome, SettledBy::RepeatLastMessage), "{result} {id}");
            assert_eq!(end.request_id.unwrap().get(), 1001);
        }
    }
}

/// "Another till's message never resolves ours", nor another request's.
#[test]
fn what_is_not_ours_settles_nothing() {
    let now = r#"<Tender><TotalAmount Currency="CHF">25.00</TotalAmount></Tender>"#;
    for (header, content) in [
        (original("lane-2", "1001", "CardPayment", "Success"), now),
        (original("", "1001", "CardPayment", "Success"), now),
        (original("lane-1", "1000", "CardPayment", "Success"), now),
        (original("lane-1", "10011", "CardPayment", "Success"), now),
        (original("lane-1", "11001.1", "CardPayment", "Success"), now),
        (original("lane-1", "", "CardPayment", "Success"), now),
        (original("lane-1", "1001", "PaymentRefund", "Success"), now),
        (
            original("lane-1", "1001", "CardPayment", "Success"),
            r#"<Tender><TotalAmount Currency="EUR">25.00</TotalAmount></Tender>"#,
        ),
        (
            original("lane-1", "1001", "CardPayment", "Success"),
            r#"<Tender><Authorisation TimeStamp="2026-04-05T10:15:20"/></Tender>"#,
        ),
        (original("lane-1", "1001", "CardPayment", "SomethingNew"), now),
        (String::new(), now),
    ] {
        let mut till = Till::new(&Profile::NEXI);
        let question = lose(&mut till);
        till.receive(Link::Request, &repeated(&question, "Success", &header, content));
        assert!(!till.session.is_idle(), "{header} {content}");
        let next = next_question(&mut till);
        assert!(next.contains("TicketReprint"), "{next}");
    }
}

#[test]
fn a_late_final_answer_counts() {
    // On the connection where it was expected, after a mere time-out.
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.sleep();
    assert!(did.contains(&Did::InDoubt(Reason::Deadline)), "{did:?}");
    let did = till.receive(Link::Request, &answer("Success", ""));
    let end = settled(&mut till, did);
    assert_eq!((end.outcome, end.settled_by), (Outcome::Approved, SettledBy::Answer));

    // Instead of the answer to the question.
    let mut till = Till::new(&Profile::NEXI);
    lose(&mut till);
    let did = till.receive(Link::Request, &answer("Failure", ""));
    assert_eq!(settled(&mut till, did).outcome, Outcome::Declined);
}

/// A receipt counts if it names the transaction that was seen before the answer was lost.
#[test]
fn a_reprinted_receipt_settles_what_was_seen_before() {
    let journal = |reference: &str, amount: &str, approved: bool| {
        let approval = if approved { "<AuthorisationCode>415908</AuthorisationCode>" } else { "" };
        device(
            "Output",
            &format!(
                r#"<Output OutDeviceTarget="E-Journal"><TransactionInfo><TotalAmount Currency="CHF">{amount}</TotalAmount><TransactionRefNumber>{reference}</TransactionRefNumber>{approval}<DateAndTime>2026-04-08T10:15:20+02:00</DateAndTime></TransactionInfo></Output>"#
            ),
        )
    };
    let keep = |till: &mut Till, xml: &str| {
        let did = till.callback(0, xml);
        let ticket = did.iter().find_map(|it| if let Did::Sheet(ticket) = it { Some(*ticket) } else { None });
        till.put(Input::Stored(ticket.unwrap()));
        till.put(Input::Sent(Link::Device(0)));
    };
    for (seen, alone, reprinted, amount, approved, settles) in [
        (Some("777"), false, "777", "25.00", true, true),
        (Some("777"), false, "777", "25.00", false, false),
        (Some("777"), true, "778", "25.00", true, false),
        (Some("777"), false, "777", "24.00", true, false),
        (None, false, "777", "25.00", true, false),
        (None, true, "777", "25.00", true, true),
        (None, true, "777", "25.00", false, false),
        (None, true, "777", "24.00", true, false),
    ] {
        let mut till = Till::with(&Profile::OPI_DE, |settings| settings.alone_at_terminal = alone);
        till.pay();
        if let Some(seen) = seen {
            keep(&mut till, &journal(seen, "25.00", approved));
        }
        till.put(Input::Closed(Link::Request));
        let question = next_question(&mut till);
        assert!(question.contains("TicketReprint"), "German OPI knows nothing else: {question}");
        keep(&mut till, &journal(reprinted, amount, approved));
        let did = till.receive(
            Link::Request,
            &format!(
                r#"<CardServiceResponse WorkstationID="lane-1" RequestID="{}" RequestType="TicketReprint" OverallResult="Success"/>"#,
                number_of(&question)
            ),
        );
        let end = settled(&mut till, did);
        let expected =
            if settles { (Outcome::Approved, SettledBy::TicketReprint) } else { (Outcome::Unknown, SettledBy::Answer) };
        assert_eq!((end.outcome, end.settled_by), expected, "{seen:?} {alone} {reprinted} {amount}");
    }
}

/// The last ticket may be a decline's, that of the sale before, or that of the payment that was to be taken back.
#[test]
fn a_receipt_of_something_else_settles_nothing() {
    let payment = || opi_core::operation::Operation::Payment { amount: chf("25.00"), cash_back: None };
    let reversal = || opi_core::operation::Operation::Reversal {
        amount: Some(chf("25.00")),
        original: opi_core::operation::Original::default(),
    };
    let refund = || opi_core::operation::Operation::Refund {
        amount: chf("25.00"),
        original: opi_core::operation::Original::default(),
    };
    for (operation, time, reason, settles) in [
        (payment(), "10:15:20", "0", true),
        (payment(), "10:15:20", "51", false),
        (payment(), "10:12:00", "0", false),
        (reversal(), "10:15:20", "0", false),
        (refund(), "10:15:20", "0", false),
    ] {
        let mut till = Till::with(&Profile::CCV_NL, |settings| settings.alone_at_terminal = true);
        till.start(operation.clone());
        till.put(Input::Sent(Link::Request));
        till.put(Input::Closed(Link::Request));
        let question = next_question(&mut till);
        till.receive(Link::Request, &repeated(&question, "NotSupported", "", ""));
        let question = next_question(&mut till);
        assert!(question.contains("TicketReprint"), "{question}");
        let did = till.receive(
            Link::Request,
            &format!(
                r#"<CardServiceResponse WorkstationID="lane-1" RequestID="{}" RequestType="TicketReprint" OverallResult="Success"><Tender><TotalAmount Currency="CHF">25.00</TotalAmount><Authorisation ApprovalCode="415908" TrxReferenceNumber="777" TimeStamp="2026-04-08T{time}+02:00"/></Tender><PrivateData><Diagnosis HostDeclineReason="{reason}"/></PrivateData></CardServiceResponse>"#,
                number_of(&question)
            ),
        );
        let expected = if settles { Outcome::Approved } else { Outcome::Unknown };
        assert_eq!(settled(&mut till, did).outcome, expected, "{operation:?} {time} {reason}");
    }
}

/// The receipt of a payment of 25.00, as the terminal prints it once more.
fn reprint(question: &str, names: &str) -> String {
    format!(
        r#"<CardServiceResponse WorkstationID="lane-1" RequestID="{}" RequestType="TicketReprint" OverallResult="Success"><Tender><TotalAmount Currency="CHF">25.00</TotalAmount><Authorisation {names} TimeStamp="2026-04-08T10:15:20"/></Tender></CardServiceResponse>"#,
        number_of(question)
    )
}

/// Two payments of the same amount in the same second, the second one lost: the receipt may be that of the first. It
/// settles the second only if its names tell the two apart.
#[test]
fn a_receipt_of_the_payment_before_settles_nothing() {
    for (before, reprinted, settles) in [
        (r#"ApprovalCode="415908""#, r#"ApprovalCode="415908""#, false),
        (r#"ApprovalCode="415908""#, r#"ApprovalCode="415909""#, true),
        (
            r#"ApprovalCode="415908" TrxReferenceNumber="777""#,
            r#"ApprovalCode="000000" TrxReferenceNumber="777""#,
            false,
        ),
        (
            r#"ApprovalCode="415908" TrxReferenceNumber="777""#,
            r#"ApprovalCode="415908" TrxReferenceNumber="778""#,
            true,
        ),
        (r#"ApprovalCode="1" ReceiptNumber="12""#, r#"ApprovalCode="2" ReceiptNumber="12""#, false),
        // Nothing is known of the first that the receipt shows, too.
        (r#"TrxReferenceNumber="777""#, r#"ApprovalCode="415908""#, false),
        ("", r#"ApprovalCode="415908""#, false),
    ] {
        for restart in [false, true] {
            let mut till = Till::with(&Profile::CCV_NL, |settings| settings.alone_at_terminal = true);
            till.pay();
            let tender = format!(
                r#"<Tender><TotalAmount Currency="CHF">25.00</TotalAmount><Authorisation {before} TimeStamp="2026-04-08T10:15:20"/></Tender>"#
            );
            let did = till.receive(Link::Request, &answer("Success", &tender));
            let first = till.end(did);
            assert_eq!(first.outcome, Outcome::Approved);
            if restart {
                // What the journal of the first remembers is all that the next start knows.
                let mut ledger = Ledger::<2>::new();
                ledger.record(&Record::Result(&first));
                till = Till::with(&Profile::CCV_NL, |settings| {
                    settings.alone_at_terminal = true;
                    settings.first_request = ledger.next_request().unwrap();
                    settings.last_settled = ledger.last_settled().cloned();
                });
            }
            till.start(payment());
            till.put(Input::Sent(Link::Request));
            till.put(Input::Closed(Link::Request));
            let question = next_question(&mut till);
            till.receive(Link::Request, &repeated(&question, "NotSupported", "", ""));
            let question = next_question(&mut till);
            let did = till.receive(Link::Request, &reprint(&question, reprinted));
            let expected = if settles { Outcome::Approved } else { Outcome::Unknown };
            assert_eq!(settled(&mut till, did).outcome, expected, "{before} {reprinted} {restart}");
        }
    }
}

/// A person decided about the payment before, so nothing names it: no receipt of these minutes is safe to take.
#[test]
fn what_a_person_decided_may_have_a_receipt_too() {
    for charged in [true, false] {
        let mut till = Till::with(&Profile::CCV_NL, |settings| settings.alone_at_terminal = true);
        till.session.set_unresolved(found_at_start());
        let request = found_at_start().request_id;
        let did = till.put(Input::Resolve { request, charged, note: "" });
        let [Did::Resolution(ticket)] = did.as_slice() else { panic!("{did:?}") };
        till.put(Input::Stored(*ticket));
        till.pay();
        till.put(Input::Closed(Link::Request));
        let question = next_question(&mut till);
        till.receive(Link::Request, &repeated(&question, "NotSupported", "", ""));
        let question = next_question(&mut till);
        let did = till.receive(Link::Request, &reprint(&question, r#"ApprovalCode="415908""#));
        assert_eq!(settled(&mut till, did).outcome, Outcome::Unknown, "{charged}");
    }
}

/// One of several: the receipt may be that of another of them, whatever amount and time say.
#[test]
fn a_receipt_does_not_settle_one_of_several_by_its_amount() {
    for others in [false, true] {
        let mut till = Till::with(&Profile::CCV_NL, |settings| settings.alone_at_terminal = true);
        till.session.set_unresolved(Unresolved { others, ..found_at_start() });
        till.put(Input::Recover(WallTime::new(1_775_636_400, 120)));
        let question = next_question(&mut till);
        till.receive(Link::Request, &repeated(&question, "NotSupported", "", ""));
        let question = next_question(&mut till);
        let did = till.receive(Link::Request, &reprint(&question, r#"ApprovalCode="415908""#));
        let expected = if others { Outcome::Unknown } else { Outcome::Approved };
        assert_eq!(settled(&mut till, did).outcome, expected, "{others}");
        if others {
            assert!(till.session.unresolved().unwrap().others, "it stays one of several");
        }
    }
}

#[test]
fn questions_have_pauses_and_an_end() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let mut did = till.put(Input::Closed(Link::Request));
    let mut questions = Vec::new();
    let mut end = None;
    while end.is_none() {
        let mut next = None;
        for it in did {
            match it {
                Did::Listen => next = Some(Input::Listening),
                Did::Connect(Link::Request) => next = Some(Input::Connected(Link::Request)),
                Did::Sent(Link::Request, xml) => {
                    questions.push((till.now, xml));
                    next = Some(Input::SendFailed { link: Link::Request, at_most: 0 });
                }
                Did::Result(ticket) => next = Some(Input::Stored(ticket)),
                Did::Finished(finished) => end = Some(finished),
                _ => {}
            }
        }
        did = match next {
            _ if end.is_some() => Vec::new(),
            Some(input) => till.put(input),
            None => till.sleep(),
        };
    }
    let end = end.unwrap();
    assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::ConnectionLost)));
    assert_eq!(questions.len(), 6, "three times each");
    assert!(questions.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 4_000), "pauses of 4 s");
    assert!(questions.iter().all(|(_, xml)| !xml.contains("CardPayment") && !xml.contains("TotalAmount")));
    let mut numbers: Vec<_> = questions.iter().map(|(_, xml)| number_of(xml)).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 6, "a new number for each");
}

/// CCV's firmware: receipts first, then the message is repeated.
#[test]
fn receipts_are_fetched_before_the_message_is_repeated() {
    let mut till = Till::new(&Profile::CCV_NL);
    let question = lose(&mut till);
    till.receive(Link::Request, &repeated(&question, "PrintLastTicket", "", ""));
    let question = next_question(&mut till);
    assert!(question.contains("TicketReprint"), "{question}");
    till.receive(
        Link::Request,
        &format!(
            r#"<CardServiceResponse WorkstationID="lane-1" RequestID="{}" RequestType="TicketReprint" OverallResult="Success"/>"#,
            number_of(&question)
        ),
    );
    let question = next_question(&mut till);
    assert!(question.contains("RepeatLastMessage"), "{question}");
    let xml = repeated(&question, "Success", &original("lane-1", "1001", "CardPayment", "Success"), "");
    let did = till.receive(Link::Request, &xml);
    assert_eq!(settled(&mut till, did).outcome, Outcome::Approved);
}

/// The receipts are fetched, the refusal is told, and the payment is not sent again by itself.
#[test]
fn print_last_ticket_fetches_the_receipts_and_no_more() {
    for result in ["Success", "Failure"] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.receive(Link::Request, &answer("PrintLastTicket", ""));
        let question = ask(&mut till, &did);
        assert!(question.contains("TicketReprint"), "{question}");
        let did = till.receive(
            Link::Request,
            &format!(
                r#"<CardServiceResponse WorkstationID="lane-1" RequestID="{}" RequestType="TicketReprint" OverallResult="{result}"/>"#,
                number_of(&question)
            ),
        );
        let end = settled(&mut till, did);
        assert_eq!((end.outcome, end.reason), (Outcome::Declined, Some(Reason::PrintLastTicket)));
    }
}

fn found_at_start() -> Unresolved {
    Unresolved {
        request_id: opi_core::id::RequestId::new(917).unwrap(),
        request_type: Id::new("CardPayment").unwrap(),
        amount: Some(chf("25.00")),
        at: WallTime::new(1_775_636_100, 120),
        reference: None,
        reason: None,
        others: false,
    }
}

#[test]
fn a_restart_takes_it_up_again() {
    let mut till = Till::new(&Profile::NEXI);
    let now = WallTime::new(1_775_636_400, 120);
    assert_eq!(till.try_put(Input::Recover(now)), Err(Misuse::NotUnresolved));
    till.session.set_unresolved(found_at_start());
    let did = till.put(Input::Recover(now));
    assert!(!did.iter().any(|it| matches!(it, Did::Sent(..))));
    let question = next_question(&mut till);
    assert!(
        question.contains("RepeatLastMessage") && question.contains("<POSTimeStamp>2026-04-08T10:20:0"),
        "{question}"
    );
    let xml = repeated(&question, "Success", &original("lane-1", "917", "CardPayment", "Success"), "");
    let did = till.receive(Link::Request, &xml);
    let end = settled(&mut till, did);
    assert_eq!((end.outcome, end.request_id.unwrap().get()), (Outcome::Approved, 917));
}

#[test]
fn a_restart_that_settles_nothing_keeps_the_lane_blocked() {
    let mut till = Till::new(&Profile::NEXI);
    till.session.set_unresolved(found_at_start());
    let did = till.put(Input::Recover(WallTime::new(1_775_636_400, 120)));
    assert_eq!(settled(&mut till, did).outcome, Outcome::Unknown);
    assert_eq!(till.session.unresolved().unwrap().request_id.get(), 917);
    // It can be asked as often as somebody wants to know.
    assert!(till.try_put(Input::Recover(WallTime::new(1_775_636_500, 120))).is_ok());
}

/// What is settled but not stored is still unresolved for the next start.
#[test]
fn settled_but_not_stored_is_not_settled() {
    let mut till = Till::new(&Profile::NEXI);
    till.session.set_unresolved(found_at_start());
    till.put(Input::Recover(WallTime::new(1_775_636_400, 120)));
    let question = next_question(&mut till);
    let xml = repeated(&question, "Success", &original("lane-1", "917", "CardPayment", "Success"), "");
    let did = till.receive(Link::Request, &xml);
    let ticket = did.iter().find_map(|it| if let Did::Result(ticket) = it { Some(*ticket) } else { None }).unwrap();
    let did = till.put(Input::StoreFailed(ticket));
    let end = till.end(did);
    assert_eq!((end.outcome, end.stored), (Outcome::Approved, false));
    assert!(till.session.unresolved().is_some());
}

/// The cashier need not wait for the questions; the result stays unknown.
#[test]
fn waiting_can_be_given_up() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    till.put(Input::Closed(Link::Request));
    let did = till.put(Input::Abort);
    assert_eq!(settled(&mut till, did).outcome, Outcome::Unknown);
}

/// The terminal is asked about 917; an approval of another number comes instead (found by exploring every state).
#[test]
fn a_late_answer_to_another_request_settles_nothing_after_a_restart() {
    let mut till = Till::new(&Profile::NEXI);
    till.session.set_unresolved(found_at_start());
    till.put(Input::Recover(WallTime::new(1_775_636_400, 120)));
    next_question(&mut till);
    let did = till.receive(Link::Request, &answer("Success", ""));
    assert_eq!(settled(&mut till, did).outcome, Outcome::Unknown);
}
