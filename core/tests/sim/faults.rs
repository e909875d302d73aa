//! What goes wrong, and that it can be repeated.

use super::bench::*;

#[test]
fn faults_are_what_they_say() {
    for fault in Fault::ALL {
        let mut setup = Setup::new(&Dialect::NEXI, 11, wall()).with_fault(*fault);
        setup.fault_count = 1;
        let mut bench = Bench::new(setup);
        let answers = bench.ask(&pay(1, "25.00"));
        let writes: Vec<&[u8]> = bench
            .seen
            .iter()
            .filter_map(|seen| if let Seen::Bytes(_, bytes) = seen { Some(bytes.as_slice()) } else { None })
            .collect();
        let closed = bench.seen.contains(&Seen::Close(Conn::Till(0)));
        let devices = bench.devices.len();
        let last = writes.last().copied().unwrap_or_default();
        match fault {
            Fault::Split => assert!(writes.iter().all(|write| write.len() == 1)),
            Fault::SplitRandom | Fault::Slow => assert!(writes.len() > 30),
            Fault::HalfFrame => assert!(closed && answers.is_empty() && last.starts_with(&[0, 0])),
            Fault::DropBeforeRequest => assert!(closed && writes.is_empty()),
            Fault::DropBeforeAnswer | Fault::DropAfterCharge => assert!(closed && answers.is_empty()),
            Fault::DropAfterAnswer => assert!(closed && answers.len() == 1),
            Fault::WrongRequestId => assert_ne!(attribute(&answers[0], "", "RequestID").unwrap(), "1"),
            Fault::WrongWorkstation => assert_ne!(attribute(&answers[0], "", "WorkstationID").unwrap(), "lane-1"),
            Fault::WrongType => assert_ne!(attribute(&answers[0], "", "RequestType").unwrap(), "CardPayment"),
            Fault::Oversize => assert!(last.starts_with(&[0x7f, 0xff, 0xff, 0xff])),
            Fault::ZeroLength => assert_eq!(last, [0; 4]),
            Fault::NoCallback | Fault::CallbackRefused => assert_eq!(devices, 0),
            Fault::DuplicateAnswer => assert_eq!((answers.len(), &answers[0]), (2, &answers[1])),
            Fault::WrongEncoding => {
                assert!(answers[0].contains("ISO-8859-1"));
                assert!(writes.concat().windows(2).any(|pair| pair == "ü".as_bytes()));
            }
            Fault::Latin1 => {
                assert!(answers[0].contains("utf-8"));
                assert!(
                    writes.concat().contains(&0xfc) && !writes.concat().windows(2).any(|pair| pair == "ü".as_bytes())
                );
            }
            Fault::Bom => assert!(last[4..].starts_with(b"\xef\xbb\xbf<?xml")),
            Fault::Doctype => assert!(answers[0].contains("<!DOCTYPE")),
            Fault::Garbage => assert!(last[4..].iter().all(|byte| *byte >= 0x80)),
            Fault::NeverAnswers => assert!(!closed && answers.is_empty() && devices == 0),
            Fault::RebootInFlight => assert!(closed && answers.is_empty()),
            Fault::DuplicateReceipt => {
                let receipts: Vec<_> = bench.devices.iter().filter(|xml| xml.contains("JournalPrinter")).collect();
                assert_eq!((receipts.len(), receipts[0]), (2, receipts[1]));
            }
            Fault::ForeignDeviceRequest => {
                assert_ne!(attribute(&bench.devices[0], "", "WorkstationID").unwrap(), "lane-1");
            }
            Fault::None | Fault::Merged | Fault::LateAnswerAfterAbort => assert_eq!(answers.len(), 1),
            other => panic!("{other:?} is not tested"),
        }
        let charged = !matches!(
            fault,
            Fault::DropBeforeRequest | Fault::DropBeforeAnswer | Fault::NeverAnswers | Fault::RebootInFlight
        );
        if *fault != Fault::RebootInFlight {
            assert_eq!(bench.booked().len(), usize::from(charged), "{fault:?}");
        }
        assert_eq!(bench.complaints(), [""; 0], "{fault:?}");
        // Struck once, it is a good terminal afterwards.
        bench.ask(&request(2, "ActivateTerminal", ""));
        bench.ask(&request(3, "TicketReprint", ""));
        assert_eq!(text(&bench.ask(&pay(4, "1.00"))[0], "TotalAmount").as_deref(), Some("1.00"), "{fault:?}");
    }
}

#[test]
fn merged_frames_leave_in_one_write() {
    let mut setup = Setup::new(&Dialect::OPI_DE, 1, wall()).with_script(Script::SlowCard).with_fault(Fault::Merged);
    setup.callback = Callback::Single;
    let mut bench = Bench::new(setup);
    let till = Conn::Till(0);
    bench.input(Input::Accepted(till));
    bench.input(Input::Received(till, &frame(&pay(1, "25.00"))));
    bench.input(Input::Received(till, &frame(&request(9, "AbortRequest", ""))));
    let frames = |bytes: &[u8]| bytes.windows(5).filter(|window| *window == b"<?xml").count();
    let last =
        bench.seen.iter().rev().find_map(|seen| if let Seen::Bytes(_, bytes) = seen { Some(bytes) } else { None });
    assert_eq!(frames(last.unwrap()), 2, "the answer to the abort and that to the payment");
    assert_eq!(bench.answers.len(), 2);
    let mut bench = Bench::new(Setup::new(&Dialect::NEXI, 1, wall()).with_fault(Fault::Merged));
    bench.ask(&pay(1, "25.00"));
    let most = bench.seen.iter().map(|seen| if let Seen::Bytes(_, bytes) = seen { frames(bytes) } else { 0 }).max();
    assert_eq!(most, Some(2), "two prompts");
    assert_eq!((bench.devices.len(), bench.booked().len()), (6, 1));
}

#[test]
fn a_reboot_charges_before_or_not_and_keeps_what_it_booked() {
    let mut charged = 0;
    for seed in 0..16 {
        let setup = Setup::new(&Dialect::NEXI, seed, wall()).with_fault(Fault::RebootInFlight);
        let mut bench = Bench::new(Setup { fault_count: 1, ..setup });
        assert_eq!(bench.ask(&pay(1, "25.00")), [""; 0]);
        let booked = bench.booked().len();
        charged += booked;
        let repeated = bench.ask(&request(2, "RepeatLastMessage", "")).remove(0);
        let original = attribute(&repeated, "OriginalHeader", "RequestID");
        assert_eq!(original.as_deref(), (booked == 1).then_some("1"));
        assert_eq!(result(&bench.ask(&pay(3, "25.00"))[0]).as_deref(), Some("LoggedOut"));
    }
    assert!((1..16).contains(&charged));
}

#[test]
fn same_setup_and_inputs_give_the_same_bytes() {
    let run = |seed, script, fault| {
        let mut bench = Bench::new(Setup::new(&Dialect::NEXI, seed, wall()).with_script(script).with_fault(fault));
        for id in 1..4 {
            bench.ask(&pay(id, "25.00"));
        }
        bench.seen
    };
    for fault in [Fault::SplitRandom, Fault::Merged, Fault::Slow, Fault::Garbage, Fault::RebootInFlight] {
        let once = run(5, Script::Dcc, fault);
        assert!(once == run(5, Script::Dcc, fault), "{fault:?}");
        assert!((6..20).any(|seed| once != run(seed, Script::Dcc, fault)), "{fault:?}: the seed counts");
    }
}

#[test]
fn names_are_unique_and_lead_back() {
    for script in Script::ALL {
        assert_eq!(Script::by_name(script.name()), Some(*script));
    }
    for fault in Fault::ALL {
        assert_eq!(Fault::by_name(fault.name()), Some(*fault));
    }
    let row = Scripts::parse("# a day\n approve \n\ndecline # then no\n").unwrap();
    assert_eq!([row.at(0), row.at(1), row.at(9)], [Script::Approve, Script::Decline, Script::Decline]);
    assert!(Scripts::parse("\n").is_err() && Scripts::parse(&"tip\n".repeat(257)).is_err());
    assert_eq!(Scripts::parse("tip\nno-such").unwrap_err().to_string(), "line 2: no script has this name");
}
