//! What a terminal says to the devices of a till, and what it makes of the answers.

use super::bench::*;

#[test]
fn reasons_of_refusals_are_in_the_words_of_the_dialect() {
    let cases = [
        (&Dialect::NEXI, Script::Decline, "51", "0"),
        (&Dialect::NEXI, Script::AbortByCardholder, "0", "107"),
        (&Dialect::CCV_NL, Script::AuthorisationUnknown, "0", "1"),
    ];
    for (dialect, script, host, terminal) in cases {
        let answer = Bench::script(dialect, script).ask(&pay(1, "25.00")).remove(0);
        assert_eq!(reason(&answer, "HostDeclineReason").as_deref(), Some(host), "{script:?}");
        assert_eq!(reason(&answer, "TerminalDeclineReason").as_deref(), Some(terminal), "{script:?}");
    }
    let seeds = (0..20).map(|seed| {
        let setup = Setup::new(&Dialect::NEXI, seed, wall()).with_script(Script::HostUnreachable);
        reason(&Bench::new(setup).ask(&pay(1, "25.00"))[0], "TerminalDeclineReason").unwrap()
    });
    let mut reasons: Vec<_> = seeds.collect();
    reasons.sort();
    reasons.dedup();
    assert_eq!(reasons, ["569", "579"]);
    let german = Bench::script(&Dialect::OPI_DE, Script::AbortByCardholder).ask(&pay(1, "25.00")).remove(0);
    assert_eq!(result(&german).as_deref(), Some("Aborted"));
    let declined = Bench::script(&Dialect::OPI_DE, Script::Decline).ask(&pay(1, "25.00")).remove(0);
    assert_eq!(attribute(&declined, "Authorisation", "ActionCode").as_deref(), Some("51"));
}

/// The devices of a device message, with their TicketType.
fn targets(message: &str) -> Vec<(String, Option<String>)> {
    let xml = roxmltree::Document::parse(message).unwrap();
    let outputs = xml.root_element().children().filter(|node| node.tag_name().name() == "Output");
    outputs
        .map(|node| {
            (node.attribute("OutDeviceTarget").unwrap().to_owned(), node.attribute("TicketType").map(str::to_owned))
        })
        .collect()
}

#[test]
fn receipts_go_to_the_devices_of_the_dialect_before_the_answer() {
    type Devices = &'static [(&'static str, Option<&'static str>)];
    let cases: [(_, Devices); 4] = [
        (&Dialect::NEXI, &[("JournalPrinter", None), ("Printer", Some("CustomerReceipt")), ("E-Journal", None)]),
        (&Dialect::CCV_NL, &[("JournalPrinter", None), ("Printer", None), ("E-Journal", None)]),
        (&Dialect::OPI_DE, &[("Printer", None), ("PrinterReceipt", None)]),
        (&Dialect::IFSF, &[("Printer", None), ("PrinterReceipt", None)]),
    ];
    for (dialect, expected) in cases {
        let mut bench = Bench::script(dialect, Script::Approve);
        bench.ask(&pay(5, "25.00"));
        let all: Vec<_> = bench.devices.iter().flat_map(|message| targets(message)).collect();
        let receipts: Vec<_> = all.iter().filter(|(target, _)| !target.ends_with("Display")).collect();
        let receipts: Vec<_> = receipts.iter().map(|(target, ticket)| (target.as_str(), ticket.as_deref())).collect();
        assert_eq!(receipts, expected, "{}", dialect.name);
        let merchant =
            bench.devices.iter().flat_map(|message| sheets(message)).find(|(target, _)| *target == expected[0].0);
        assert!(merchant.unwrap().1.contains("Händlerbeleg"), "{}", dialect.name);
    }
}

/// Text of each output.
fn sheets(message: &str) -> Vec<(String, String)> {
    let xml = roxmltree::Document::parse(message).unwrap();
    let outputs = xml.root_element().children().filter(|node| node.tag_name().name() == "Output");
    outputs
        .map(|node| {
            let lines = node.descendants().filter_map(|line| line.text().filter(|_| line.is_text()));
            (node.attribute("OutDeviceTarget").unwrap().to_owned(), lines.collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

#[test]
fn device_messages_are_numbered_as_the_dialect_numbers_them() {
    for (ids, expected) in [
        (DeviceIds::Compound, ["31.1", "31.2", "31.3"]),
        (DeviceIds::SameWithSequence, ["31", "31", "31"]),
        (DeviceIds::Free, ["31-d1", "31-d2", "31-d3"]),
    ] {
        let mut setup = Setup::new(&Dialect::OPI_DE, 1, wall());
        setup.device_ids = ids;
        let mut bench = Bench::new(setup);
        bench.ask(&pay(31, "1.00"));
        let seen: Vec<_> = bench.devices.iter().take(3).map(|xml| attribute(xml, "", "RequestID").unwrap()).collect();
        assert_eq!(seen, expected);
        let numbers: Vec<_> = bench.devices.iter().filter_map(|xml| attribute(xml, "", "SequenceID")).collect();
        let counted = ids == DeviceIds::SameWithSequence;
        assert_eq!(numbers, if counted { vec!["1", "2", "3", "4"] } else { vec![] });
        assert_eq!(bench.booked().len(), 1);
    }
}

#[test]
fn connections_to_the_listener_are_used_as_set_up() {
    for (callback, connects) in [(Callback::PerRequest, 6), (Callback::Persistent, 1), (Callback::Single, 0)] {
        let mut setup = Setup::new(&Dialect::NEXI, 1, wall());
        setup.callback = callback;
        let mut bench = Bench::new(setup);
        assert_eq!(bench.ask(&pay(1, "3.00")).len(), 1);
        assert_eq!(bench.devices.len(), 6);
        assert_eq!(bench.seen.iter().filter(|seen| matches!(seen, Seen::Connect(_))).count(), connects);
        assert_eq!((bench.booked().len(), bench.complaints().len()), (1, 0));
        assert!(!bench.terminal.holds_receipt());
    }
}

/// Ways to answer a receipt that are not "printed".
const BAD_ANSWERS: &[(&str, Reaction)] = &[
    ("failure", |xml, _| Some(device_response(xml, "Failure", ""))),
    ("nothing", |_, _| None),
    ("another RequestID", |xml, _| Some(kind(xml, "")?.replace(" RequestID=\"", " RequestID=\"9"))),
    ("another WorkstationID", |xml, _| Some(kind(xml, "")?.replace("lane-1", "lane-2"))),
    ("another type", |xml, _| Some(kind(xml, "")?.replace("\"Output\"", "\"Input\""))),
    ("another device", |xml, _| Some(kind(xml, "")?.replace("\"JournalPrinter\"", "\"Printer\""))),
    ("no result", |xml, _| Some(kind(xml, "")?.replace("OverallResult=\"Success\"", ""))),
    ("a failed output only", |xml, _| Some(kind(xml, "")?.replace("OutResult=\"Success\"", "OutResult=\"Failure\""))),
    ("no output", |xml, _| {
        let answer = kind(xml, "")?;
        Some(format!("{}</DeviceResponse>", answer.split("<Output").next()?))
    }),
    ("two outputs", |xml, _| {
        Some(kind(xml, "")?.replace("</Dev", "<Output OutDeviceTarget='Log' OutResult='Success'/></Dev"))
    }),
    ("no XML", |_, _| Some("<DeviceResponse".into())),
];

#[test]
fn a_receipt_that_was_not_taken_blocks_until_it_is_reprinted() {
    fn bad(number: usize, xml: &roxmltree::Document<'_>, text: &str) -> Option<String> {
        if text.contains("JournalPrinter") { BAD_ANSWERS[number].1(xml, text) } else { kind(xml, text) }
    }
    // One function per row: a reaction holds no state.
    const REACTIONS: [Reaction; 11] = [
        |xml, text| bad(0, xml, text),
        |xml, text| bad(1, xml, text),
        |xml, text| bad(2, xml, text),
        |xml, text| bad(3, xml, text),
        |xml, text| bad(4, xml, text),
        |xml, text| bad(5, xml, text),
        |xml, text| bad(6, xml, text),
        |xml, text| bad(7, xml, text),
        |xml, text| bad(8, xml, text),
        |xml, text| bad(9, xml, text),
        |xml, text| bad(10, xml, text),
    ];
    for ((name, _), reaction) in BAD_ANSWERS.iter().zip(REACTIONS) {
        let mut bench = Bench::script(&Dialect::NEXI, Script::Approve);
        bench.react = reaction;
        let first = bench.ask(&pay(1, "25.00"));
        assert_eq!(result(&first[0]).as_deref(), Some("Success"), "{name}: the money moved all the same");
        assert!(bench.terminal.holds_receipt(), "{name}");
        assert_eq!(result(&bench.ask(&pay(2, "1.00"))[0]).as_deref(), Some("PrintLastTicket"), "{name}");
        let again = bench.ask(&request(3, "TicketReprint", ""));
        assert_eq!(result(&again[0]).as_deref(), Some("DeviceUnavailable"), "{name}: still not printed");
        bench.react = kind;
        let again = bench.ask(&request(4, "TicketReprint", ""));
        assert_eq!(result(&again[0]).as_deref(), Some("Success"), "{name}");
        assert!(bench.devices.last().unwrap().contains("TransactionInfo"), "{name}");
        assert_eq!(result(&bench.ask(&pay(5, "1.00"))[0]).as_deref(), Some("Success"), "{name}");
        assert_eq!(bench.booked().len(), 2, "{name}");
        let honest = matches!(*name, "failure" | "nothing" | "a failed output only");
        assert_eq!(bench.complaints().is_empty(), honest, "{name}: {:?}", bench.complaints());
    }
}

#[test]
fn a_till_that_cannot_be_reached_gets_its_receipts_later() {
    for faulty in [false, true] {
        let fault = if faulty { Fault::CallbackRefused } else { Fault::None };
        let mut setup = Setup::new(&Dialect::NEXI, 3, wall()).with_fault(fault);
        setup.fault_count = 1;
        let mut bench = Bench::new(setup);
        bench.reachable = faulty;
        assert_eq!(result(&bench.ask(&pay(1, "25.00"))[0]).as_deref(), Some("Success"));
        assert_eq!(bench.devices.len(), 0);
        assert_eq!(result(&bench.ask(&pay(2, "25.00"))[0]).as_deref(), Some("PrintLastTicket"));
        bench.reachable = true;
        assert_eq!(result(&bench.ask(&request(3, "TicketReprint", ""))[0]).as_deref(), Some("Success"));
        assert_eq!(result(&bench.ask(&pay(4, "25.00"))[0]).as_deref(), Some("Success"));
    }
}

#[test]
fn no_means_no_charge() {
    let refusing: Reaction = |xml, _| Some(device_response(xml, "Success", "<InBoolean>0</InBoolean>"));
    for script in [Script::SignatureQuestion, Script::Confirmation] {
        let mut bench = Bench::script(&Dialect::OPI_DE, script);
        bench.react = refusing;
        assert_eq!(result(&bench.ask(&pay(1, "25.00"))[0]).as_deref(), Some("Aborted"));
        assert_eq!(bench.booked().len(), 0);
    }
    let not_given: Reaction = |xml, text| {
        let result = if text.contains("<Input") || text.contains("DeliveryBox") { "TimedOut" } else { "Success" };
        Some(device_response(xml, result, ""))
    };
    for script in [Script::AnyKey, Script::Menu, Script::AmountEntry, Script::TextEntry, Script::DeliveryBox] {
        let mut bench = Bench::script(&Dialect::IFSF, script);
        bench.react = not_given;
        assert_eq!(result(&bench.ask(&pay(1, "25.00"))[0]).as_deref(), Some("Aborted"), "{script:?}");
        assert_eq!(bench.booked().len(), 0);
    }
}

#[test]
fn a_long_journal_is_long_and_still_xml() {
    let mut bench = Bench::script(&Dialect::CCV_NL, Script::LongJournal);
    bench.ask(&pay(1, "25.00"));
    let journal = bench.devices.iter().find(|xml| xml.contains("E-Journal")).unwrap();
    assert!(journal.len() > 64 * 1024);
    assert_eq!(bench.booked().len(), 1);
}

#[test]
fn a_withdrawn_question_is_withdrawn() {
    for dialect in Dialect::ALL {
        let mut bench = Bench::script(dialect, Script::AbortInput);
        bench.react = |xml, text| if text.contains("\"Input\"") { None } else { kind(xml, text) };
        assert_eq!(bench.ask(&pay(1, "25.00")).len(), 1);
        let types: Vec<_> = bench.devices.iter().map(|xml| attribute(xml, "", "RequestType").unwrap()).collect();
        let asked = types.iter().position(|kind| kind == "Input").unwrap();
        assert_eq!(types[asked + 1], "AbortInput");
        assert_eq!((bench.booked().len(), bench.complaints().len()), (1, 0));
    }
}

#[test]
fn latin1_terminals_write_latin1() {
    let mut bench = Bench::new(Setup { encoding: Encoding::Latin1, ..Setup::new(&Dialect::OPI_DE, 1, wall()) });
    let answers = bench.ask(&pay(1, "25.00"));
    assert!(answers[0].starts_with("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"));
    let prompt = bench.seen.iter().find_map(|seen| if let Seen::Bytes(_, bytes) = seen { Some(bytes) } else { None });
    assert!(prompt.unwrap().contains(&0xfc) && String::from_utf8(prompt.unwrap().clone()).is_err());
}
