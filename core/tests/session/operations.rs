//! Each operation in each dialect: the message it becomes, and nothing that the dialect does not send.

use opi_core::drive::{Input, Link, Misuse};
use opi_core::id::{Id, Reference};
use opi_core::operation::{Operation, Original, Outcome, Reason, Request};
use opi_core::opi::Profile;
use opi_core::time::WallTime;

use crate::till::{Did, Till, chf, payment};

fn everything() -> Vec<Operation> {
    let original = Original {
        stan: Id::new("021702").ok(),
        trx_reference_number: Id::new("00731559184").ok(),
        ..Original::default()
    };
    vec![
        payment(),
        Operation::Refund { amount: chf("10.00"), original: Original::default() },
        Operation::Reversal { amount: Some(chf("25.00")), original: original.clone() },
        Operation::Reservation { amount: chf("300.00") },
        Operation::Completion { amount: chf("42.00"), original },
        Operation::Reprint,
        Operation::RepeatLast,
        Operation::Abort,
        Operation::Info,
        Operation::Status,
        Operation::CardCircuits,
        Operation::Activate,
        Operation::Deactivate,
        Operation::Login,
        Operation::Logoff,
        Operation::Reconciliation { closure: false },
        Operation::Reconciliation { closure: true },
        Operation::CloseDay,
        Operation::Transmit,
        Operation::ContactTms,
        Operation::ContactAcquirer,
        Operation::Diagnosis,
        Operation::Restart,
    ]
}

#[test]
fn every_operation_of_every_dialect_is_asked_and_answered() {
    for profile in Profile::ALL {
        for operation in everything() {
            let verbs = profile.verbs(&operation);
            let mut till = Till::new(profile);
            if verbs.is_empty() {
                let request = Request::new(operation.clone(), WallTime::new(0, 0));
                assert_eq!(till.try_put(Input::Start(&request)), Err(Misuse::Unsupported), "{operation:?}");
                continue;
            }
            let xml = till.start(operation.clone());
            assert!(xml.contains(&format!("RequestType=\"{}\"", verbs[0].as_str())), "{xml}");
            let root = xml.split('<').nth(2).unwrap().split(' ').next().unwrap();
            till.put(Input::Sent(Link::Request));
            let answer = format!(
                r#"<{} WorkstationID="lane-1" RequestID="1001" RequestType="{}" OverallResult="Success"/>"#,
                root.replace("Request", "Response"),
                verbs[0].as_str()
            );
            let did = till.receive(Link::Request, &answer);
            let expected = if operation.moves_money() { Outcome::Approved } else { Outcome::Done };
            assert_eq!(till.end(did).outcome, expected, "{} {operation:?}", profile.name);
        }
    }
}

/// "Only send fields that are valid for the selected message model."
#[test]
fn only_what_the_dialect_sends_is_sent() {
    let xml = |profile, operation| Till::new(profile).start(operation);
    let nexi = xml(&Profile::NEXI, payment());
    assert!(nexi.contains("<PrinterStatus>Available</PrinterStatus>"), "{nexi}");
    assert!(nexi.contains("RequestReceiptHeader=\"true\""), "{nexi}");
    assert!(!xml(&Profile::NEXI, Operation::Reprint).contains("RequestReceiptHeader"));
    assert!(!xml(&Profile::NEXI, Operation::Status).contains("PrinterStatus"));
    assert!(xml(&Profile::CCV_NL, Operation::Status).contains("PrinterStatus"));
    let german = xml(&Profile::OPI_DE, payment());
    assert!(!german.contains("PrinterStatus") && !german.contains("RequestToken"), "{german}");
    assert!(german.contains("<POSTimeStamp>2026-04-08T10:15:00</POSTimeStamp>"), "{german}");
}

/// German copies are agreed at login (SELLE), so it must say what the till has.
#[test]
fn a_german_login_declares_what_the_till_prints() {
    use opi_core::opi::message::DeviceStatus;
    let login = |printer: DeviceStatus, journal_printer: DeviceStatus| {
        Till::with(&Profile::OPI_DE, |settings| {
            settings.devices.printer = printer.clone();
            settings.devices.journal_printer = journal_printer.clone();
        })
        .start(Operation::Activate)
    };
    let private = |merchant: &str, customer: &str| {
        format!(
            r#"<PrivateData><PrinterParam Type="Printer"><Receipt Type="Merchant">{merchant}</Receipt><Receipt Type="Administration">{merchant}</Receipt></PrinterParam><PrinterParam Type="PrinterReceipt"><Receipt Type="Customer">{customer}</Receipt></PrinterParam><SignatureParam><GetConfirmation Timeout="180">yes</GetConfirmation></SignatureParam></PrivateData>"#
        )
    };
    for (printer, journal, merchant, customer) in [
        (DeviceStatus::Available, DeviceStatus::PaperLow, "yes", "yes"),
        (DeviceStatus::PrintLocal, DeviceStatus::Available, "yes", "no"),
        (DeviceStatus::Available, DeviceStatus::Unavailable, "no", "yes"),
    ] {
        let xml = login(printer, journal);
        assert!(xml.contains(&private(merchant, customer)), "{xml}");
    }
    for (profile, operation) in
        [(&Profile::OPI_DE, Operation::Logoff), (&Profile::IFSF, Operation::Login), (&Profile::NEXI, Operation::Login)]
    {
        let xml = Till::new(profile).start(operation);
        assert!(!xml.contains("PrivateData"), "{xml}");
    }
}

#[test]
fn a_reversal_names_its_transaction_as_the_dialect_does() {
    let original = Original {
        stan: Id::new("021702").ok(),
        terminal_id: Id::new("P3").ok(),
        trx_reference_number: Id::new("00731559184").ok(),
        ..Original::default()
    };
    let reversal = Operation::Reversal { amount: Some(chf("24.90")), original };
    let nexi = Till::new(&Profile::NEXI).start(reversal.clone());
    assert!(nexi.contains(">24.90</TotalAmount>") && !nexi.contains("OriginalTransaction"), "{nexi}");
    let german = Till::new(&Profile::OPI_DE).start(reversal.clone());
    assert!(german.contains("<OriginalTransaction STAN=\"021702\"/>") && !german.contains("TotalAmount"), "{german}");
    let ifsf = Till::new(&Profile::IFSF).start(reversal);
    assert!(ifsf.contains("TerminalID=\"P3\"") && ifsf.contains(">24.90</TotalAmount>"), "{ifsf}");

    let request =
        Request::new(Operation::Reversal { amount: None, original: Original::default() }, WallTime::new(0, 0));
    let mut till = Till::new(&Profile::OPI_DE);
    assert!(matches!(till.try_put(Input::Start(&request)), Err(Misuse::Incomplete(_))));
}

/// Else a refund would go to whatever card is read, and a reversal would take back the last transaction.
#[test]
fn a_transaction_named_in_another_dialect_is_not_left_out() {
    let by_stan = Original { stan: Id::new("021702").ok(), ..Original::default() };
    let by_reference = Original { trx_reference_number: Id::new("00731559184").ok(), ..Original::default() };
    // A time, a batch and a terminal are those of many.
    let by_time = Original {
        time_stamp: Id::new("2026-04-08T10:15:00+02:00").ok(),
        terminal_id: Id::new("P3").ok(),
        ..Original::default()
    };
    for (profile, original) in [
        (&Profile::NEXI, &by_stan),
        (&Profile::CCV_NL, &by_stan),
        (&Profile::OPI_DE, &by_reference),
        (&Profile::IFSF, &by_reference),
        (&Profile::IFSF, &by_time),
    ] {
        let (amount, original) = (chf("10.00"), original.clone());
        for operation in [
            Operation::Refund { amount, original: original.clone() },
            Operation::Reversal { amount: Some(amount), original: original.clone() },
            Operation::Completion { amount, original },
        ] {
            if profile.verbs(&operation).is_empty() {
                continue;
            }
            let request = Request::new(operation, WallTime::new(0, 0));
            let refused = Till::new(profile).try_put(Input::Start(&request));
            assert!(matches!(refused, Err(Misuse::Incomplete(_))), "{} {request:?}: {refused:?}", profile.name);
        }
    }
}

#[test]
fn a_refund_refers_to_its_payment() {
    let original = Original {
        trx_reference_number: Id::new("00731559184").ok(),
        reference: Reference::new("731").ok(),
        ..Original::default()
    };
    let xml = Till::new(&Profile::NEXI).start(Operation::Refund { amount: chf("10.00"), original });
    assert!(xml.contains("TrxReferenceNumber=\"00731559184\"") && xml.contains("ReferenceNumber=\"731\""), "{xml}");
}

#[test]
fn cash_back_is_a_part_of_the_total() {
    let operation = Operation::Payment { amount: chf("50.00"), cash_back: Some(chf("20.00")) };
    let xml = Till::new(&Profile::NEXI).start(operation);
    assert!(xml.contains(r#"<TotalAmount Currency="CHF" CashBackAmount="20.00">50.00</TotalAmount>"#), "{xml}");
}

/// Older firmware does not know ActivateTerminal (Nexi proxy).
#[test]
fn login_follows_where_activate_is_not_known() {
    for refusal in ["FormatError", "NotSupported", "ValidationError"] {
        let mut till = Till::new(&Profile::NEXI);
        till.start(Operation::Activate);
        till.put(Input::Sent(Link::Request));
        let refused = format!(
            r#"<ServiceResponse WorkstationID="lane-1" RequestID="1001" RequestType="ActivateTerminal" OverallResult="{refusal}"/>"#
        );
        let did = till.receive(Link::Request, &refused);
        assert!(did.contains(&Did::Close(Link::Request)) && did.contains(&Did::Listen), "{did:?}");
        till.put(Input::Listening);
        let did = till.put(Input::Connected(Link::Request));
        let xml = crate::till::sent(&did);
        assert!(xml.contains("RequestType=\"Login\"") && xml.contains("RequestID=\"1002\""), "{xml}");
        till.put(Input::Sent(Link::Request));
        let done =
            r#"<ServiceResponse WorkstationID="lane-1" RequestID="1002" RequestType="Login" OverallResult="Success"/>"#;
        let did = till.receive(Link::Request, done);
        let end = till.end(did);
        assert_eq!((end.outcome, end.reason), (Outcome::Done, None));
    }
}

/// A payment is never asked in other words.
#[test]
fn a_refused_payment_is_not_sent_again() {
    for refusal in ["FormatError", "NotSupported", "LoggedOut", "PrintLastTicket", "Busy"] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.receive(Link::Request, &crate::till::answer(refusal, ""));
        let end = till.end(did);
        assert_eq!(end.outcome, Outcome::Declined);
        assert_ne!(end.reason, Some(Reason::HostDeclined));
        assert!(till.session.is_idle());
    }
}

#[test]
fn successes_of_services_are_known() {
    for (result, outcome) in [
        ("Activated", Outcome::Done),
        ("AlreadyActivated", Outcome::Done),
        ("DayClosed", Outcome::Done),
        ("PartialFailure", Outcome::Done),
        ("Failure", Outcome::Declined),
        ("LoggedOut", Outcome::Declined),
        ("SomethingNew", Outcome::Unknown),
    ] {
        let mut till = Till::new(&Profile::NEXI);
        till.start(Operation::CloseDay);
        till.put(Input::Sent(Link::Request));
        let xml = format!(
            r#"<ServiceResponse WorkstationID="lane-1" RequestID="1001" RequestType="CloseDay" OverallResult="{result}"/>"#
        );
        let did = till.receive(Link::Request, &xml);
        assert_eq!(till.end(did).outcome, outcome, "{result}");
    }
}

/// What an answer lists leaves as events, however much it is.
#[test]
fn lists_pass_through() {
    let mut till = Till::new(&Profile::NEXI);
    till.start(Operation::Reconciliation { closure: false });
    till.put(Input::Sent(Link::Request));
    let line =
        r#"<TotalAmount NumberPayments="3" PaymentType="Debit" Currency="CHF" CardCircuit="VISA">87.00</TotalAmount>"#;
    let xml = format!(
        r#"<ServiceResponse WorkstationID="lane-1" RequestID="1001" RequestType="Reconciliation" OverallResult="Success"><Reconciliation>{}</Reconciliation></ServiceResponse>"#,
        line.repeat(200)
    );
    let did = till.receive(Link::Request, &xml);
    let totals = did.iter().filter(|it| matches!(it, Did::Event(text) if text.starts_with("Total"))).count();
    assert_eq!(totals, 200);
    assert_eq!(till.end(did).outcome, Outcome::Done);
}

/// Details are told one by one, none is lost, however many stand in one window.
#[test]
fn no_detail_is_lost() {
    let mut till = Till::new(&Profile::NEXI);
    till.start(Operation::Status);
    till.put(Input::Sent(Link::Request));
    let acquirers: String = (0..30).map(|number| format!("<Acq>A{number}</Acq>")).collect();
    let xml = format!(
        r#"<ServiceResponse WorkstationID="lane-1" RequestID="1001" RequestType="GetStatus" OverallResult="Success">{acquirers}</ServiceResponse>"#
    );
    let did = till.receive(Link::Request, &xml);
    let details = did.iter().filter(|it| matches!(it, Did::Event(text) if text.starts_with("Detail"))).count();
    assert_eq!(details, 30);
    assert_eq!(till.end(did).outcome, Outcome::Done);
}
