//! What becomes of requests, and where the money is.

use super::bench::*;

#[test]
fn every_script_answers_and_books_what_it_says() {
    // Result, whether 25.00 EUR moves (in minor units), and whether the answer shows an authorisation.
    let expected = |script| match script {
        Script::Decline | Script::AbortByCardholder | Script::HostUnreachable => (Some("Failure"), None, false),
        Script::TimedOutNoEvidence => (Some("TimedOut"), None, false),
        Script::TimedOutWithEvidence => (Some("TimedOut"), Some(2500), true),
        Script::PrintLastTicket => (Some("PrintLastTicket"), None, false),
        Script::LoggedOut => (Some("LoggedOut"), None, false),
        Script::Busy => (Some("Busy"), None, false),
        Script::DeviceUnavailable => (Some("DeviceUnavailable"), None, false),
        Script::UnknownResult => (Some("Perhaps"), Some(2500), true),
        Script::MissingResult => (None, Some(2500), true),
        Script::AuthorisationUnknown => (Some("Failure"), Some(2500), false),
        Script::PartialFailure => (Some("PartialFailure"), Some(2500), true),
        Script::Tip => (Some("Success"), Some(2750), true),
        Script::PartialApproval => (Some("Success"), Some(1250), true),
        _ => (Some("Success"), Some(2500), true),
    };
    for script in Script::ALL {
        let mut bench = Bench::script(&Dialect::CCV_NL, *script);
        let answers = bench.ask(&pay(1, "25.00"));
        let (wanted, charged, approved) = expected(*script);
        assert_eq!(answers.len(), 1, "{script:?}");
        assert_eq!(result(&answers[0]).as_deref(), wanted, "{script:?}");
        assert_eq!(attribute(&answers[0], "", "RequestID").as_deref(), Some("1"));
        let booked: Vec<_> = bench.booked().iter().map(|entry| entry.charged.minor()).collect();
        assert_eq!(booked, Vec::from_iter(charged), "{script:?}");
        let approval = attribute(&answers[0], "Authorisation", "ApprovalCode");
        assert_eq!(approval.is_some(), approved, "{script:?}");
        assert_eq!(bench.complaints(), [""; 0], "{script:?}");
        if let Some(entry) = bench.booked().first() {
            assert_eq!(entry.workstation.as_str(), "lane-1");
            assert_eq!((entry.request_id.as_str(), entry.request_type.as_str()), ("1", "CardPayment"));
            assert_eq!((entry.amount, entry.direction), (Some(eur(2500)), Direction::Debit));
            assert!(bench.terminal.totals().iter().any(|total| total.amount == entry.charged && total.count == 1));
        }
    }
}

#[test]
fn an_abort_before_the_charge_stops_it_and_after_it_does_not() {
    for (script, fault, connection, wanted, charged) in [
        (Script::SlowCard, Fault::None, 1, "Aborted", 0),
        (Script::SlowCard, Fault::None, 0, "Aborted", 0),
        (Script::LateApprovalAfterAbort, Fault::None, 1, "Success", 1),
        (Script::SlowCard, Fault::LateAnswerAfterAbort, 1, "Aborted", 0),
    ] {
        let mut bench = Bench::new(Setup::new(&Dialect::OPI_DE, 3, wall()).with_script(script).with_fault(fault));
        let (till, abort) = (Conn::Till(0), Conn::Till(connection));
        bench.input(Input::Accepted(till));
        bench.input(Input::Received(till, &frame(&pay(1, "25.00"))));
        bench.now += 500;
        if connection != 0 {
            bench.input(Input::Accepted(abort));
        }
        let foreign = request(8, "AbortRequest", "").replace("lane-1", "lane-2");
        bench.input(Input::Received(abort, &frame(&foreign)));
        bench.input(Input::Received(abort, &frame(&request(9, "AbortRequest", ""))));
        let at = bench.now;
        let aborts: Vec<_> = bench.answers.iter().take(2).map(|answer| result(answer).unwrap()).collect();
        assert_eq!(aborts, ["DeviceUnavailable", "Success"], "somebody else's abort is refused");
        if fault == Fault::LateAnswerAfterAbort {
            assert_eq!(bench.answers.len(), 2);
            bench.now = at + 4_900;
            bench.input(Input::Tick);
            assert_eq!(bench.answers.len(), 2, "late");
        }
        bench.settle(60);
        assert_eq!(result(&bench.answers[2]).as_deref(), Some(wanted), "{script:?}");
        assert_eq!(attribute(&bench.answers[2], "", "RequestID").as_deref(), Some("1"));
        assert_eq!(bench.booked().len(), charged);
    }
    let mut idle = Bench::script(&Dialect::NEXI, Script::Approve);
    assert_eq!(result(&idle.ask(&request(1, "AbortRequest", ""))[0]).as_deref(), Some("Failure"));
}

#[test]
fn one_request_at_a_time() {
    let mut bench = Bench::script(&Dialect::NEXI, Script::SlowCard);
    bench.input(Input::Accepted(Conn::Till(0)));
    bench.input(Input::Received(Conn::Till(0), &frame(&pay(1, "25.00"))));
    bench.input(Input::Accepted(Conn::Till(1)));
    for (id, kind, wanted) in
        [(2, "CardPayment", "Busy"), (3, "RepeatLastMessage", "Busy"), (4, "GetStatus", "Success")]
    {
        let xml = if kind == "CardPayment" { pay(id, "3.00") } else { request(id, kind, "") };
        bench.input(Input::Received(Conn::Till(1), &frame(&xml.replace("lane-1", "lane-2"))));
        assert_eq!(result(bench.answers.last().unwrap()).as_deref(), Some(wanted));
    }
    assert_eq!(
        attribute(bench.answers.last().unwrap(), "Identification", "TerminalSubStatus").as_deref(),
        Some("BUSY")
    );
    bench.settle(60);
    assert_eq!(bench.booked().len(), 1);
}

#[test]
fn a_lost_answer_can_be_asked_for_again() {
    for fault in [Fault::DropAfterCharge, Fault::HalfFrame, Fault::WrongRequestId, Fault::Garbage, Fault::Oversize] {
        let mut setup = Setup::new(&Dialect::NEXI, 3, wall()).with_fault(fault);
        setup.fault_count = 1;
        let mut bench = Bench::new(setup);
        bench.ask(&pay(77, "25.00"));
        assert_eq!(bench.booked().len(), 1, "{fault:?}");
        let repeated = bench.ask(&request(78, "RepeatLastMessage", "")).remove(0);
        assert_eq!(result(&repeated).as_deref(), Some("Success"), "{fault:?}");
        assert_eq!(attribute(&repeated, "OriginalHeader", "RequestID").as_deref(), Some("77"));
        assert_eq!(attribute(&repeated, "OriginalHeader", "WorkstationID").as_deref(), Some("lane-1"));
        assert_eq!(attribute(&repeated, "OriginalHeader", "OverallResult").as_deref(), Some("Success"));
        assert_eq!(text(&repeated, "TotalAmount").as_deref(), Some("25.00"));
        assert_eq!(bench.booked().len(), 1, "asking again moves nothing");
    }
    let mut setup = Setup::new(&Dialect::CCV_NL, 3, wall()).with_fault(Fault::DropBeforeAnswer);
    setup.fault_count = 1;
    let mut bench = Bench::new(setup);
    assert_eq!(bench.ask(&pay(77, "25.00")), [""; 0]);
    let repeated = bench.ask(&request(78, "RepeatLastMessage", "")).remove(0);
    assert_eq!(attribute(&repeated, "OriginalHeader", "OverallResult").as_deref(), Some("Failure"));
    assert_eq!(bench.booked().len(), 0);
    let mut fresh = Bench::script(&Dialect::NEXI, Script::Approve);
    assert_eq!(result(&fresh.ask(&request(1, "RepeatLastMessage", ""))[0]).as_deref(), Some("Failure"));
    assert_eq!(result(&fresh.ask(&request(2, "TicketReprint", ""))[0]).as_deref(), Some("Failure"));
    let mut german = Bench::script(&Dialect::OPI_DE, Script::Approve);
    assert_eq!(result(&german.ask(&request(1, "RepeatLastMessage", ""))[0]).as_deref(), Some("NotSupported"));
}

#[test]
fn shifts_open_and_close_by_the_verbs_of_the_dialect() {
    let mut setup = Setup::new(&Dialect::NEXI, 1, wall());
    setup.logged_in = false;
    let mut bench = Bench::new(setup);
    for (verb, wanted) in [
        ("CardPayment", "LoggedOut"),
        ("ActivateTerminal", "Activated"),
        ("ActivateTerminal", "AlreadyActivated"),
        ("CardPayment", "Success"),
        ("CloseDay", "DayClosed"),
        ("CardPayment", "LoggedOut"),
        ("CloseDay", "LoggedOut"),
        ("DeactivateTerminal", "AlreadyDeactivated"),
        ("Login", "Success"),
        ("CardPayment", "Success"),
        ("DeactivateTerminal", "Deactivated"),
        ("GetInfo", "Success"),
        ("OnlineAgent", "NotSupported"),
        ("CardSwipe", "NotSupported"),
    ] {
        let xml = if verb == "CardPayment" { pay(1, "5.00") } else { request(1, verb, "") };
        assert_eq!(result(&bench.ask(&xml)[0]).as_deref(), Some(wanted), "{verb}");
    }
    let mut old = Bench::script(&Dialect::NEXI, Script::OldFirmware);
    assert_eq!(result(&old.ask(&request(1, "ActivateTerminal", ""))[0]).as_deref(), Some("NotSupported"));
    assert_eq!(result(&old.ask(&request(2, "Login", ""))[0]).as_deref(), Some("Success"));
}

#[test]
fn totals_are_the_sum_of_what_was_booked() {
    for (dialect, seed) in Dialect::ALL.iter().flat_map(|dialect| (0..10).map(move |seed| (*dialect, seed))) {
        let mut setup = Setup::new(dialect, seed, wall());
        setup.scripts = Scripts::parse("approve\ndecline\ntip\npartial-approval\nmissing-result\nby-amount").unwrap();
        let mut bench = Bench::new(setup);
        let mut day = seed;
        for id in 0..30 {
            day = day.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let amount = format!("{}.{:02}", 1 + (day >> 40) % 90, (day >> 33) % 100);
            let kind = ["CardPayment", "CardPayment", "PaymentRefund", "PaymentReversal", "CardPreAuthorisation"]
                [(day >> 60) as usize % 5];
            let currency = if (day >> 50) % 4 == 0 { "CHF" } else { "EUR" };
            bench.ask(&money(id + 1, kind, &amount, currency));
            bench.ask(&request(1000 + id, "TicketReprint", ""));
            bench.ask(&request(2000 + id, "Login", ""));
        }
        let mut expected: HashMap<(bool, String), (u64, u64)> = HashMap::new();
        for entry in bench.booked().iter().filter(|entry| entry.direction != Direction::Held) {
            let key = (entry.direction == Direction::Credit, entry.charged.currency().to_string());
            let sum = expected.entry(key).or_default();
            *sum = (sum.0 + entry.charged.minor(), sum.1 + 1);
        }
        assert!(expected.len() > 2, "the day is too dull");
        let closure = if dialect.name == "nexi" { "CloseDay" } else { "ReconciliationWithClosure" };
        for verb in ["Reconciliation", closure] {
            let report = bench.ask(&request(5000, verb, "")).remove(0);
            let xml = roxmltree::Document::parse(&report).unwrap();
            let mut listed: HashMap<(bool, String), (u64, u64)> = HashMap::new();
            for line in xml.descendants().filter(|node| node.tag_name().name() == "TotalAmount") {
                let currency = line.attribute("Currency").unwrap();
                let amount = Money::parse(line.text().unwrap(), Currency::new(currency).unwrap()).unwrap();
                let key = (line.attribute("PaymentType") == Some("Credit"), currency.to_owned());
                let sum = listed.entry(key).or_default();
                let count: u64 = line.attribute("NumberPayments").unwrap().parse().unwrap();
                *sum = (sum.0 + amount.minor(), sum.1 + count);
            }
            assert_eq!(listed, expected, "{} {seed} {verb}", dialect.name);
        }
        assert!(bench.terminal.totals().is_empty(), "a closure starts new totals");
    }
}

#[test]
fn reversals_and_completions_take_up_one_transaction_once() {
    let mut bench = Bench::script(&Dialect::OPI_DE, Script::Approve);
    let first = bench.ask(&pay(1, "10.00")).remove(0);
    bench.ask(&pay(2, "20.00"));
    let stan = attribute(&first, "Terminal", "STAN").unwrap();
    let original = format!(r#"<OriginalTransaction STAN="{stan}"/>"#);
    let void = bench.ask(&request(3, "PaymentReversal", &original)).remove(0);
    assert_eq!(result(&void).as_deref(), Some("Success"));
    let again = bench.ask(&request(4, "PaymentReversal", &original)).remove(0);
    assert_eq!(result(&again).as_deref(), Some("Failure"), "only once");
    let held = bench.ask(&money(5, "CardPreAuthorisation", "99.00", "EUR")).remove(0);
    let stan = attribute(&held, "Terminal", "STAN").unwrap();
    let advice = format!(r#"<OriginalTransaction STAN="{stan}"/><TotalAmount Currency="EUR">42.17</TotalAmount>"#);
    let done = bench.ask(&request(6, "CardFinancialAdvice", &advice)).remove(0);
    assert_eq!(result(&done).as_deref(), Some("Success"));
    assert_eq!(result(&bench.ask(&request(7, "CardFinancialAdvice", &advice))[0]).as_deref(), Some("Failure"));
    let booked: Vec<_> = bench.booked().iter().map(|entry| (entry.charged.minor(), entry.direction)).collect();
    use Direction::{Credit, Debit, Held};
    assert_eq!(booked, [(1000, Debit), (2000, Debit), (1000, Credit), (9900, Held), (4217, Debit)]);
}

#[test]
fn requests_that_make_no_sense_are_refused_by_name() {
    let mut bench = Bench::new(Setup { currency: Some(Currency::EUR), ..Setup::new(&Dialect::NEXI, 1, wall()) });
    for (xml, wanted) in [
        (request(1, "CardPayment", ""), "MissingMandatoryData"),
        (pay(1, "25,00"), "FormatError"),
        (pay(1, "25.001"), "FormatError"),
        (pay(1, "-1.00"), "FormatError"),
        (money(1, "CardPayment", "1.00", "ZZZ"), "FormatError"),
        (money(1, "CardPayment", "1.00", "CHF"), "ValidationError"),
        (pay(1, "0.00"), "ValidationError"),
        (pay(1, "1.00").replace("</CardServiceRequest>", "</X>"), "ParsingError"),
        (pay(1, "1.00").replace("WorkstationID=\"lane-1\"", ""), "MissingMandatoryData"),
        (request(1, "PaymentReversal", ""), "Failure"),
    ] {
        assert_eq!(result(&bench.ask(&xml)[0]).as_deref(), Some(wanted), "{xml}");
    }
    assert_eq!(bench.booked().len(), 0);
}
