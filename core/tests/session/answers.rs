//! Whose an answer is, and what it means.

use opi_core::drive::{Input, Link};
use opi_core::operation::{Operation, Outcome, Reason};
use opi_core::opi::message::DeviceStatus;
use opi_core::opi::{Profile, Settings};

use crate::till::{Did, Till, answer, device, payment};

fn paid(content: &str) -> String {
    format!(
        r#"<Terminal TerminalID="T1" TerminalBatch="91" STAN="000482"/><Tender><TotalAmount Currency="CHF">{content}"#
    )
}

/// A till that takes no receipts.
fn without_paper(settings: &mut Settings) {
    settings.devices.printer = DeviceStatus::Unavailable;
    settings.devices.journal_printer = DeviceStatus::Unavailable;
    settings.devices.e_journal = DeviceStatus::Unavailable;
}

/// An approval without a receipt is told with that remark, unless there is more to remark, no receipt was to be expected,
/// or what came before a restart is not known.
#[test]
fn an_approval_without_a_receipt_says_so() {
    let receipt = device("Output", r#"<Output OutDeviceTarget="Printer"><TextLine>Total</TextLine></Output>"#);
    let display = device("Output", r#"<Output OutDeviceTarget="CashierDisplay"><TextLine>Card?</TextLine></Output>"#);
    let less = r#"<Tender><TotalAmount Currency="CHF">10.00</TotalAmount></Tender>"#;
    for (callback, content, paper, reason) in [
        (None, "", true, Some(Reason::NoReceipt)),
        (Some(&display), "", true, Some(Reason::NoReceipt)),
        (Some(&receipt), "", true, None),
        (None, "", false, None),
        (None, less, true, Some(Reason::PartialApproval)),
    ] {
        let mut till = Till::with(&Profile::NEXI, |settings| {
            if !paper {
                without_paper(settings)
            }
        });
        till.pay();
        if let Some(xml) = callback {
            for it in till.callback(0, xml) {
                if let Did::Sheet(ticket) = it {
                    till.put(Input::Stored(ticket));
                }
            }
            till.put(Input::Sent(Link::Device(0)));
        }
        let did = till.receive(Link::Request, &answer("Success", content));
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (Outcome::Approved, reason), "{callback:?} {content} {paper}");
    }
    let mut till = Till::new(&Profile::NEXI);
    let xml = till.start(Operation::Status);
    let kind = xml.split("RequestType=\"").nth(1).unwrap().split('"').next().unwrap();
    till.put(Input::Sent(Link::Request));
    let done = format!(
        r#"<ServiceResponse WorkstationID="lane-1" RequestID="1001" RequestType="{kind}" OverallResult="Success"/>"#
    );
    let did = till.receive(Link::Request, &done);
    assert_eq!(till.end(did).reason, None, "a service has no receipt");
}

#[test]
fn a_payment_from_the_wish_to_the_end() {
    let mut till = Till::new(&Profile::NEXI);
    let xml = till.start(payment());
    assert!(xml.contains("<TotalAmount Currency=\"CHF\">25.00</TotalAmount>"), "{xml}");
    assert!(xml.contains("<POSTimeStamp>2026-04-08T10:15:00+02:00</POSTimeStamp>"), "{xml}");
    till.put(Input::Sent(Link::Request));
    let did = till.receive(
        Link::Request,
        &answer(
            "Success",
            &paid(r#"27.50</TotalAmount><Authorisation ApprovalCode="415908" CardCircuit="VISA" MaskedCardNumber="XXXXXXXXXXXX0119" TrxReferenceNumber="00731559184"/></Tender>"#),
        ),
    );
    assert!(did.contains(&Did::Close(Link::Request)));
    let end = till.end(did);
    assert_eq!((end.outcome, end.reason, end.stored), (Outcome::Approved, Some(Reason::NoReceipt), true));
    let facts = &end.facts;
    assert_eq!((facts.amount.unwrap().minor(), facts.tip.unwrap().minor()), (2750, 250));
    assert_eq!(facts.stan.as_ref().unwrap().as_str(), "000482", "leading zeros count");
    assert_eq!(facts.trx_reference_number.as_ref().unwrap().as_str(), "00731559184");
    assert!(till.session.is_idle() && till.session.unresolved().is_none());
}

/// "Use unique RequestID values and keep WorkstationID, RequestID, and RequestType consistent."
#[test]
fn a_wrong_answer_is_never_accepted_and_the_right_one_still_counts() {
    for (place, wrong) in [
        answer("Success", "").replace("\"1001\"", "\"1002\""),
        answer("Success", "").replace("\"1001\"", "\"1001.1\""),
        answer("Success", "").replace("\"1001\"", "\"01001\""),
        answer("Success", "").replace("\"1001\"", "\"\""),
        answer("Success", "").replace("lane-1", "lane-2"),
        answer("Success", "").replace("WorkstationID=\"lane-1\" ", ""),
        answer("Success", "").replace("CardPayment", "PaymentRefund"),
        answer("Success", "").replace("CardServiceResponse", "ServiceResponse"),
        answer("Success", "").replace("CardServiceResponse", "DeviceResponse"),
        answer("Success", "").replace("CardServiceResponse", "CardServiceRequest"),
    ]
    .into_iter()
    .enumerate()
    {
        for right_follows in [true, false] {
            let mut till = Till::new(&Profile::NEXI);
            till.pay();
            let did = till.receive(Link::Request, &wrong);
            assert!(matches!(did.as_slice(), [Did::Fault(_)]), "{place}: {did:?}");
            let did = if right_follows {
                till.receive(Link::Request, &answer("Success", ""))
            } else {
                // Not long: the terminal has nothing more to say.
                assert!(till.wait().until.unwrap().as_millis() <= 5_000);
                till.sleep()
            };
            let end = till.end(did);
            if right_follows {
                assert_eq!(end.outcome, Outcome::Approved, "{place}");
            } else {
                assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::ForeignAnswer)), "{place}");
            }
        }
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_unknown() {
    let whole = answer("Success", "<Terminal TerminalID=\"T1\"/>");
    for broken in [
        whole.replace("</CardServiceResponse>", "</CardServiceRespons>"),
        whole.replace("OverallResult", "RequestID"),
        format!("<!DOCTYPE a>{whole}"),
        answer("Success", r#"<Tender><TotalAmount Currency="CHF">25,00</TotalAmount></Tender>"#),
        answer("Success", r#"<Tender><TotalAmount Currency="CHF">25.005</TotalAmount></Tender>"#),
        "garbage".into(),
        "<POSLog/>".into(),
    ] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.receive(Link::Request, &broken);
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::Unreadable)), "{broken}");
    }
    for header in [[0, 0, 0, 0], [0x7f, 0xff, 0xff, 0xff]] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.receive_bytes(Link::Request, &header);
        assert_eq!(till.end(did).reason, Some(Reason::Unreadable));
    }
}

#[test]
fn an_answer_cut_short_is_unknown_wherever_it_is_cut() {
    let xml = answer("Success", "");
    let mut frame = u32::try_from(xml.len()).unwrap().to_be_bytes().to_vec();
    frame.extend_from_slice(xml.as_bytes());
    for cut in 0..frame.len() {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.receive_bytes(Link::Request, &frame[..cut]);
        assert_eq!(did, []);
        let did = till.put(Input::Closed(Link::Request));
        assert_eq!(till.end(did).outcome, Outcome::Unknown, "cut at {cut}");
    }
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.receive_bytes(Link::Request, &frame);
    assert_eq!(till.end(did).outcome, Outcome::Approved);
}

/// Answer and end of the connection come together: the answer counts.
#[test]
fn an_answer_followed_by_the_end_of_the_connection() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let xml = answer("Success", "");
    let mut frame = u32::try_from(xml.len()).unwrap().to_be_bytes().to_vec();
    frame.extend_from_slice(xml.as_bytes());
    let now = opi_core::time::Instant::default();
    till.session.handle_input(now, Input::Received(Link::Request, &frame)).unwrap();
    till.session.handle_input(now, Input::Closed(Link::Request)).unwrap();
    let did = till.drain();
    assert_eq!(till.end(did).outcome, Outcome::Approved);
}

/// The answer may overtake the report that the request has left.
#[test]
fn an_answer_before_the_end_of_sending() {
    let mut till = Till::new(&Profile::NEXI);
    till.start(payment());
    let did = till.receive(Link::Request, &answer("Success", ""));
    assert_eq!(till.end(did).outcome, Outcome::Approved);
    assert_eq!(till.put(Input::Sent(Link::Request)), []);
}

#[test]
fn every_result_means_what_the_sources_say() {
    use Outcome::{Aborted, Approved, Declined, Unknown};
    let card = r#"<Tender><Authorisation CardCircuit="VISA" MaskedCardNumber="XXXXXXXXXXXX0119"/></Tender>"#;
    let approved = r#"<Tender><Authorisation ApprovalCode="415908"/></Tender>"#;
    // Fields of a fixed width with nothing in them are no evidence.
    let blank =
        r#"<Tender><Authorisation ApprovalCode="      " TrxReferenceNumber=" " MaskedCardNumber="  "/></Tender>"#;
    let other = r#"<Tender><Authorisation AcquirerID="" CardCircuit="OTHR"/></Tender>"#;
    let reasons = |host: &str, terminal: &str| {
        format!(
            r#"<PrivateData><Diagnosis HostDeclineReason="{host}" TerminalDeclineReason="{terminal}"/></PrivateData>"#
        )
    };
    // Longer than any that is kept, and still there.
    let long = |name: &str| format!("<Tender><Authorisation {name}=\"{}\"/></Tender>", "7".repeat(49));
    let rows: &[(&str, String, Outcome, Option<Reason>)] = &[
        ("Failure", long("ApprovalCode"), Unknown, Some(Reason::Contradiction)),
        ("Failure", long("TrxReferenceNumber"), Declined, Some(Reason::TerminalRefused)),
        ("Failure", long("MaskedCardNumber"), Declined, Some(Reason::TerminalRefused)),
        ("Failure", long("ReceiptNumber"), Declined, Some(Reason::TerminalRefused)),
        ("Aborted", long("ApprovalCode"), Unknown, Some(Reason::Contradiction)),
        ("TimedOut", long("ApprovalCode"), Unknown, Some(Reason::Contradiction)),
        ("TimedOut", long("MaskedCardNumber"), Unknown, Some(Reason::Contradiction)),
        ("TimedOut", long("ReceiptNumber"), Declined, Some(Reason::TimedOut)),
        ("LoggedOut", long("TrxReferenceNumber"), Unknown, Some(Reason::Contradiction)),
        ("LoggedOut", long("CardCircuit"), Declined, Some(Reason::LoggedOut)),
        ("Success", long("ApprovalCode"), Approved, None),
        ("PartialFailure", long("ApprovalCode"), Unknown, Some(Reason::AuthorisationUnknown)),
        ("Success", String::new(), Approved, None),
        ("success", String::new(), Approved, None),
        ("Success", reasons("51", "0"), Approved, Some(Reason::CheckReceipt)),
        ("PartialFailure", approved.into(), Approved, Some(Reason::CheckReceipt)),
        ("PartialFailure", blank.into(), Unknown, Some(Reason::AuthorisationUnknown)),
        ("PartialFailure", String::new(), Unknown, Some(Reason::AuthorisationUnknown)),
        ("Failure", String::new(), Declined, Some(Reason::TerminalRefused)),
        ("Failure", reasons("51", "0"), Declined, Some(Reason::HostDeclined)),
        ("Failure", reasons("0", "107"), Aborted, Some(Reason::Stopped)),
        ("Failure", reasons("0", "569"), Declined, Some(Reason::HostUnreachable)),
        ("Failure", reasons("0", "579"), Declined, Some(Reason::HostUnreachable)),
        ("Failure", reasons("0", "1"), Unknown, Some(Reason::AuthorisationUnknown)),
        ("Failure", approved.into(), Unknown, Some(Reason::Contradiction)),
        ("Failure", reasons("51", "0") + approved, Unknown, Some(Reason::Contradiction)),
        ("Failure", reasons("0", "107") + approved, Unknown, Some(Reason::Contradiction)),
        ("Failure", reasons("0", "569") + approved, Unknown, Some(Reason::Contradiction)),
        // Stopped, or without the host; but approved all the same?
        ("Aborted", String::new(), Aborted, Some(Reason::Stopped)),
        ("Aborted", approved.into(), Unknown, Some(Reason::Contradiction)),
        ("TimedOut", String::new(), Declined, Some(Reason::TimedOut)),
        ("TimedOut", blank.into(), Declined, Some(Reason::TimedOut)),
        ("TimedOut", other.into(), Declined, Some(Reason::TimedOut)),
        ("TimedOut", card.into(), Unknown, Some(Reason::Contradiction)),
        // The Nexi SDKs look for these as elements first, wherever they stand.
        ("TimedOut", "<CardCircuit>VISA</CardCircuit>".into(), Unknown, Some(Reason::Contradiction)),
        ("TimedOut", "<CardCircuit>OTHR</CardCircuit>".into(), Declined, Some(Reason::TimedOut)),
        // The amount asked for may be repeated beside the one that was tendered.
        (
            "Success",
            r#"<TotalAmount Currency="CHF">25.00</TotalAmount><Tender><TotalAmount Currency="CHF">10.00</TotalAmount></Tender>"#.into(),
            Approved,
            Some(Reason::PartialApproval),
        ),
        ("Success", "<Tender><TotalAmount>10.00</TotalAmount></Tender>".into(), Approved, Some(Reason::PartialApproval)),
        ("DeviceUnavailable", String::new(), Declined, Some(Reason::DeviceUnavailable)),
        ("DeviceUnavailable", card.into(), Unknown, Some(Reason::Contradiction)),
        ("Busy", String::new(), Declined, Some(Reason::Busy)),
        ("Busy", card.into(), Unknown, Some(Reason::Contradiction)),
        ("PrintLastTicket", String::new(), Declined, Some(Reason::PrintLastTicket)),
        ("LoggedOut", String::new(), Declined, Some(Reason::LoggedOut)),
        ("Loggedout", String::new(), Declined, Some(Reason::LoggedOut)),
        ("CommunicationError", String::new(), Declined, Some(Reason::HostUnreachable)),
        ("CommunicationError", card.into(), Unknown, Some(Reason::Contradiction)),
        ("FormatError", String::new(), Declined, Some(Reason::Rejected)),
        ("ParsingError", String::new(), Declined, Some(Reason::Rejected)),
        ("ValidationError", String::new(), Declined, Some(Reason::Rejected)),
        ("MissingMandatoryData", String::new(), Declined, Some(Reason::Rejected)),
        ("UnknownCard", String::new(), Declined, Some(Reason::UnknownCard)),
        ("NotSupported", String::new(), Declined, Some(Reason::NotSupported)),
        ("Unknown", String::new(), Unknown, Some(Reason::UnlistedResult)),
        ("Activated", String::new(), Unknown, Some(Reason::UnlistedResult)),
        ("HalfwayThere", String::new(), Unknown, Some(Reason::UnlistedResult)),
    ];
    for (result, content, outcome, reason) in rows {
        let mut till = Till::with(&Profile::NEXI, without_paper);
        till.pay();
        let did = till.receive(Link::Request, &answer(result, content));
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (*outcome, *reason), "{result} {content}");
        assert_eq!(till.session.unresolved().is_some(), *outcome == Unknown);
    }
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.receive(Link::Request, &answer("Success", "").replace(" OverallResult=\"Success\"", ""));
    assert_eq!(till.end(did).reason, Some(Reason::MissingResult));
}

/// A refusal is believed only if the card holder was not already prompted.
#[test]
fn busy_after_a_prompt_is_unknown() {
    for result in ["Busy", "DeviceUnavailable"] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        till.callback(0, &crate::till::device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#));
        till.put(Input::Sent(Link::Device(0)));
        let did = till.receive(Link::Request, &answer(result, ""));
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (Outcome::Unknown, Some(Reason::Contradiction)), "{result}");
    }
}

#[test]
fn a_partial_approval_says_so() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.receive(Link::Request, &answer("Success", &paid("10.00</TotalAmount></Tender>")));
    let end = till.end(did);
    assert_eq!((end.outcome, end.reason), (Outcome::Approved, Some(Reason::PartialApproval)));
    assert_eq!(end.facts.amount.unwrap().minor(), 1000);
}

#[test]
fn an_unknown_service_result_does_not_block_the_lane() {
    let mut till = Till::new(&Profile::NEXI);
    till.start(Operation::Status);
    till.put(Input::Sent(Link::Request));
    let did = till.put(Input::Closed(Link::Request));
    let end = till.end(did);
    assert_eq!(end.outcome, Outcome::Unknown);
    assert!(till.session.unresolved().is_none());
}
