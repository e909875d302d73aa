//! "Always answer DeviceRequest": one answer to each, with one result per output (I7), and no receipt is
//! acknowledged before it is stored (I3).

use opi_core::drive::{Answer, Input, Link, Misuse, QuestionKind};
use opi_core::money::Decimal;
use opi_core::operation::Outcome;
use opi_core::opi::Profile;
use opi_core::opi::message::DeviceStatus;

use crate::till::{Did, Till, answer, device, sent};

const RECEIPT: &str = r#"<Output OutDeviceTarget="Printer"><TextLine> Total  25.00 </TextLine><TextLine/></Output>"#;

fn question(did: &[Did]) -> &opi_core::drive::Question {
    did.iter()
        .find_map(|it| if let Did::Question(question) = it { Some(question) } else { None })
        .unwrap_or_else(|| panic!("no question in {did:?}"))
}

fn sheets(did: &[Did]) -> Vec<opi_core::journal::Ticket> {
    did.iter().filter_map(|it| if let Did::Sheet(ticket) = it { Some(*ticket) } else { None }).collect()
}

/// I3.
#[test]
fn a_receipt_is_acknowledged_only_after_it_was_stored() {
    for stored in [Some(true), Some(false), None] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.callback(0, &device("Output", RECEIPT));
        assert!(!did.iter().any(|it| matches!(it, Did::Sent(..))), "{did:?}");
        let ticket = sheets(&did)[0];
        let did = match stored {
            Some(true) => till.put(Input::Stored(ticket)),
            Some(false) => till.put(Input::StoreFailed(ticket)),
            // A store that does not answer is a store that failed.
            None => till.sleep(),
        };
        let kept = stored == Some(true);
        assert_eq!(did[0], Did::SheetEnded(kept));
        let result = if kept { "Success" } else { "DeviceUnavailable" };
        let xml = sent(&did);
        assert!(xml.contains(&format!("OutResult=\"{result}\"")), "{xml}");
        assert!(xml.contains(&format!("OverallResult=\"{}\"", if kept { "Success" } else { "Failure" })), "{xml}");
    }
}

#[test]
fn what_identifies_a_request_is_echoed_byte_for_byte() {
    for id in ["1001.1", "1001", "101-d0", "0e8b2d1c-5a5e-4c1f-9d2e-0f3c1b2a4d5e"] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let xml = device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#).replace("1001.1", id);
        let did = till.callback(0, &xml);
        let reply = sent(&did);
        for part in [
            format!("RequestID=\"{id}\""),
            "WorkstationID=\"lane-1\"".into(),
            "RequestType=\"Output\"".into(),
            "SequenceID=\"7\"".into(),
            "TerminalID=\"T1\"".into(),
        ] {
            assert!(reply.contains(&part), "{part} in {reply}");
        }
    }
}

/// Old firmware sends an empty name, and gets it back: another one, or none, would not be its own.
#[test]
fn an_empty_name_is_echoed_as_empty() {
    let xml = device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#);
    let named = "WorkstationID=\"lane-1\"";
    for (sent_name, echoed) in [("WorkstationID=\"\"", Some("WorkstationID=\"\"")), ("", None), (named, Some(named))] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.callback(0, &xml.replace(named, sent_name));
        let reply = sent(&did);
        match echoed {
            Some(echoed) => assert!(reply.contains(echoed), "{reply}"),
            None => assert!(!reply.contains("WorkstationID"), "{reply}"),
        }
    }
    // One that waits for the cashier, too.
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let ask = device("Input", r#"<Input InDeviceTarget="CashierKeyboard"><Command>GetConfirmation</Command></Input>"#);
    let did = till.callback(0, &ask.replace("lane-1", ""));
    let did = till.put(Input::Answer(question(&did).id, Answer::Yes));
    assert!(sent(&did).contains("WorkstationID=\"\""), "{did:?}");
}

/// An answer that leaves when the terminal has stopped waiting is none: the question falls a second before.
#[test]
fn a_question_falls_before_the_terminal_stops_waiting() {
    for (time_out, until) in [(1, 500), (2, 1_000), (3, 2_000), (60, 59_000), (0, 45_000)] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let command = format!("<Command TimeOut=\"{time_out}\">GetConfirmation</Command>");
        let did = till
            .callback(0, &device("Input", &format!(r#"<Input InDeviceTarget="CashierKeyboard">{command}</Input>"#)));
        assert_eq!(question(&did).until.as_millis(), until, "{time_out}");
    }
}

/// What was begun is ended, whatever becomes of the connection: a till that prints would wait for ever.
#[test]
fn a_sheet_whose_connection_dies_is_told_as_not_kept() {
    let begun = r#"<DeviceRequest WorkstationID="lane-1" RequestID="1001.1" RequestType="Output"><Output OutDeviceTarget="Printer"><TextLine>Total</TextLine>"#;
    let frame = |length: usize| {
        let mut frame = u32::try_from(length).unwrap().to_be_bytes().to_vec();
        frame.extend_from_slice(begun.as_bytes());
        frame
    };
    // In the middle of the message, and with rubbish in it.
    for (rest, length) in [("", begun.len() + 20), ("</Wrong>", begun.len() + 8)] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        till.put(Input::Accepted(Link::Device(0)));
        let mut did = till.receive_bytes(Link::Device(0), &frame(length));
        assert!(!did.iter().any(|it| matches!(it, Did::SheetEnded(_))), "{did:?}");
        did = till.receive_bytes(Link::Device(0), rest.as_bytes());
        if rest.is_empty() {
            did = till.put(Input::Closed(Link::Device(0)));
        }
        let ends = did.iter().filter(|it| matches!(it, Did::SheetEnded(_)));
        assert_eq!(ends.collect::<Vec<_>>(), [&Did::SheetEnded(false)], "{did:?}");
        let (end, close) = (Did::SheetEnded(false), Did::Close(Link::Device(0)));
        let place = |what: &Did| did.iter().position(|it| it == what).unwrap();
        assert!(place(&end) < place(&close));
    }
    // While it is being stored: the terminal was told nothing, so it is not kept.
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.callback(0, &device("Output", RECEIPT));
    assert_eq!(sheets(&did).len(), 1);
    till.now += 600_000;
    let did = till.put(Input::Tick);
    let ends: Vec<_> = did.iter().filter(|it| matches!(it, Did::SheetEnded(_))).collect();
    assert_eq!(ends, [&Did::SheetEnded(false)], "{did:?}");
}

#[test]
fn each_output_gets_its_own_result_in_order() {
    let mut till = Till::new(&Profile::OPI_DE);
    till.pay();
    let outputs = r#"<Output OutDeviceTarget="Printer"><TextLine>M</TextLine></Output><Output OutDeviceTarget="PinPad"/><Output OutDeviceTarget="PrinterReceipt"><TextLine>C</TextLine></Output><Output OutDeviceTarget="Hologram"/>"#;
    let did = till.callback(0, &device("Output", outputs));
    let did = till.put(Input::Stored(sheets(&did)[0]));
    let did = till.put(Input::StoreFailed(sheets(&did)[0]));
    let xml = sent(&did);
    let results: Vec<_> = xml.split("<Output ").skip(1).map(|it| it.split("/>").next().unwrap()).collect();
    assert_eq!(
        results,
        [
            r#"OutDeviceTarget="Printer" OutResult="Success""#,
            r#"OutDeviceTarget="PinPad" OutResult="DeviceUnavailable""#,
            r#"OutDeviceTarget="PrinterReceipt" OutResult="DeviceUnavailable""#,
            r#"OutDeviceTarget="Hologram" OutResult="DeviceUnavailable""#,
        ]
    );
    assert!(xml.contains("OverallResult=\"Failure\""));
}

#[test]
fn more_outputs_than_can_be_answered_close_the_connection() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let outputs = r#"<Output OutDeviceTarget="CashierDisplay"/>"#.repeat(opi_core::limits::OUTPUTS + 1);
    let did = till.callback(0, &device("Output", &outputs));
    assert!(did.contains(&Did::Close(Link::Device(0))), "{did:?}");
    assert!(!did.iter().any(|it| matches!(it, Did::Sent(..))));
    let did = till.receive(Link::Request, &answer("Success", ""));
    till.end(did);
}

#[test]
fn a_device_that_is_not_there_is_said_so() {
    let mut till = Till::with(&Profile::NEXI, |settings| {
        settings.devices.printer = DeviceStatus::PaperEmpty;
        settings.devices.customer_display = false;
    });
    till.pay();
    let outputs = format!(r#"{RECEIPT}<Output OutDeviceTarget="CustomerDisplay"/>"#);
    let did = till.callback(0, &device("Output", &outputs));
    assert_eq!(sent(&did).matches("OutResult=\"DeviceUnavailable\"").count(), 2);
    assert_eq!(sheets(&did), [], "nothing is stored that is refused");
}

#[test]
fn a_journal_larger_than_the_window_passes_through() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let record = "<Entry>ü &amp; 25.00</Entry>".repeat(2_000);
    let did = till.callback(0, &device("Output", &format!(r#"<Output OutDeviceTarget="E-Journal">{record}</Output>"#)));
    let told: usize = did.iter().filter(|it| matches!(it, Did::Event(text) if text.starts_with("JournalText"))).count();
    assert!(told > 100, "{told} pieces");
    let did = till.put(Input::Stored(sheets(&did)[0]));
    assert!(sent(&did).contains("OutResult=\"Success\""));
}

#[test]
fn a_question_is_answered_with_what_the_cashier_said() {
    let command = |attributes: &str, command: &str| {
        format!(
            r#"<Output OutDeviceTarget="CashierDisplay"><TextLine>?</TextLine></Output><Input InDeviceTarget="CashierKeyboard"><Command {attributes}>{command}</Command></Input>"#
        )
    };
    let number = |text: &str| Answer::Number(Decimal::parse(text).unwrap());
    for (attributes, name, kind, given, value) in [
        ("", "GetConfirmation", QuestionKind::Confirmation, Answer::Yes, "<InBoolean>true</InBoolean>"),
        ("", "GetConfirmation", QuestionKind::Confirmation, Answer::No, "<InBoolean>false</InBoolean>"),
        (r#"Length="1""#, "GetMenu", QuestionKind::Menu, number("2"), "<InNumber>2</InNumber>"),
        (r#"Decimals="2""#, "GetAmount", QuestionKind::Number, number("5.5"), "<InNumber>5.50</InNumber>"),
        (r#"Decimals="1" Separator="Comma""#, "GetDecimals", QuestionKind::Number, number("5.5"), "<InNumber>5,5<"),
        ("", "GetChar", QuestionKind::Text, Answer::Text("A & ü"), "<InString>A &amp; ü</InString>"),
        ("", "GetAnyKey", QuestionKind::AnyKey, Answer::Yes, "<InputValue"),
    ] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.callback(0, &device("Input", &command(attributes, name)));
        let asked = question(&did);
        assert_eq!(asked.kind, kind);
        let did = till.put(Input::Answer(asked.id, given));
        let xml = sent(&did);
        assert!(xml.contains(value) && xml.contains("InResult=\"Success\""), "{name}: {xml}");
        assert!(xml.contains("OutResult=\"Success\"") && xml.contains("OverallResult=\"Success\""), "{xml}");
        assert_eq!(till.try_put(Input::Answer(asked.id, given)), Err(Misuse::NoSuchQuestion), "once");
    }
}

/// Some terminals ask in a request that says `Output`, and name no time or zero.
#[test]
fn a_question_is_asked_whatever_the_request_is_called() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.callback(
        0,
        &device(
            "Output",
            r#"<Output OutDeviceTarget="CashierDisplay"/><Input InDeviceTarget="CashierKeyboard"><Command TimeOut="0">GetConfirmation</Command></Input>"#,
        ),
    );
    let asked = question(&did);
    assert_eq!(asked.until.as_millis(), 45_000);
    let did = till.put(Input::Answer(asked.id, Answer::Yes));
    let reply = sent(&did);
    assert!(reply.contains("RequestType=\"Output\"") && reply.contains("<InBoolean>true</InBoolean>"), "{reply}");
}

#[test]
fn targets_are_echoed_as_they_are_spelt() {
    for target in ["E-Journal", "EJournal"] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.callback(0, &device("Output", &format!(r#"<Output OutDeviceTarget="{target}"><x/></Output>"#)));
        let did = till.put(Input::Stored(sheets(&did)[0]));
        let reply = sent(&did);
        assert!(reply.contains(&format!(r#"<Output OutDeviceTarget="{target}" OutResult="Success"/>"#)), "{reply}");
    }
}

/// What the till declared about its printers decides about copies, whatever the dialect calls the device.
#[test]
fn a_merchants_copy_goes_to_the_merchants_printer() {
    for (profile, output) in [
        (&Profile::OPI_DE, r#"<Output OutDeviceTarget="Printer"><TextLine>M</TextLine></Output>"#),
        (
            &Profile::NEXI,
            r#"<Output OutDeviceTarget="Printer" TicketType="MerchantReceipt"><TextLine>M</TextLine></Output>"#,
        ),
    ] {
        for (printer, journal_printer, kept) in [
            (DeviceStatus::Unavailable, DeviceStatus::Available, 1),
            (DeviceStatus::Available, DeviceStatus::Unavailable, 0),
        ] {
            let mut till = Till::with(profile, |settings| {
                settings.devices.printer = printer.clone();
                settings.devices.journal_printer = journal_printer.clone();
            });
            till.pay();
            assert_eq!(sheets(&till.callback(0, &device("Output", output))).len(), kept);
        }
    }
}

/// Never success for an input nobody gave.
#[test]
fn an_input_nobody_gave_is_answered_as_not_given() {
    let xml = device(
        "Input",
        r#"<Input InDeviceTarget="CashierKeyboard"><Command TimeOut="30">GetConfirmation</Command></Input>"#,
    );
    for (given, result) in
        [(Some(Answer::NotGiven), "TimedOut"), (Some(Answer::Cancelled), "Aborted"), (None, "TimedOut")]
    {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.callback(0, &xml);
        let asked = question(&did).clone();
        assert_eq!(asked.until.as_millis(), 29_000, "before the terminal's own time is over");
        let did = match given {
            Some(given) => till.put(Input::Answer(asked.id, given)),
            None => till.sleep(),
        };
        assert_eq!(did.contains(&Did::Withdrawn(asked.id)), given.is_none());
        let reply = sent(&did);
        assert!(reply.contains(&format!("InResult=\"{result}\"")), "{reply}");
        assert!(reply.contains(&format!("OverallResult=\"{result}\"")), "{reply}");
        assert!(!reply.contains("InputValue"), "{reply}");
    }
}

#[test]
fn an_answer_that_does_not_fit_changes_nothing() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let xml = device(
        "Input",
        r#"<Input InDeviceTarget="CashierKeyboard"><Command MinLength="2" MaxLength="4" Decimals="0">GetDecimals</Command></Input>"#,
    );
    let did = till.callback(0, &xml);
    let id = question(&did).id;
    let number = |text: &str| Answer::Number(Decimal::parse(text).unwrap());
    for wrong in [Answer::Yes, Answer::Text("12"), number("1"), number("12345"), number("1.5")] {
        assert_eq!(till.try_put(Input::Answer(id, wrong)), Err(Misuse::WrongAnswer), "{wrong:?}");
    }
    assert!(sent(&till.put(Input::Answer(id, number("123")))).contains("<InNumber>123</InNumber>"));
}

#[test]
fn cards_pins_and_keys_are_not_the_tills() {
    for command in ["CheckPIN", "ProcessPIN", "ReadCard", "GetTrack2", "CalculateMAC", "UpdateKeys", "Sing"] {
        let mut till = Till::new(&Profile::IFSF);
        till.pay();
        let xml = device("Input", &format!(r#"<Input InDeviceTarget="PinPad"><Command>{command}</Command></Input>"#));
        let did = till.callback(0, &xml);
        let reply = sent(&did);
        assert!(reply.contains(r#"InDeviceTarget="PinPad" InResult="DeviceUnavailable""#), "{reply}");
    }
}

#[test]
fn what_a_till_does_not_do_is_refused() {
    for kind in ["SecureOutput", "SecureInput", "AbortOutput", "Event", "RepeatLastMessage", "Dance"] {
        let mut till = Till::new(&Profile::IFSF);
        till.pay();
        let did = till.callback(0, &device(kind, ""));
        let reply = sent(&did);
        assert!(reply.contains("OverallResult=\"NotSupported\""), "{kind}: {reply}");
        assert!(reply.contains(&format!("RequestType=\"{kind}\"")), "{reply}");
    }
}

#[test]
fn a_till_that_handles_events_is_asked() {
    for (given, result) in [(Answer::Yes, "Success"), (Answer::No, "Failure"), (Answer::NotGiven, "TimedOut")] {
        let mut till = Till::with(&Profile::IFSF, |settings| settings.handles_events = true);
        till.pay();
        let xml = device(
            "Event",
            r#"<Event EventType="DispenserSelected"><EventData><Dispenser>4</Dispenser></EventData></Event>"#,
        );
        let did = till.callback(0, &xml);
        let asked = question(&did);
        assert_eq!(asked.kind, QuestionKind::ForecourtEvent);
        let did = till.put(Input::Answer(asked.id, given));
        let reply = sent(&did);
        assert!(reply.contains(&format!("OverallResult=\"{result}\"")), "{reply}");
        assert_eq!(reply.contains("EventResult"), given == Answer::Yes);
    }
}

#[test]
fn goods_are_delivered_only_on_a_yes() {
    let xml = device("Output", r#"<Output OutDeviceTarget="DeliveryBox"/>"#);
    for (given, result) in [
        (Some(Answer::Yes), "Success"),
        (Some(Answer::No), "Failure"),
        (Some(Answer::NotGiven), "TimedOut"),
        (None, "TimedOut"),
    ] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.callback(0, &xml);
        let asked = question(&did).clone();
        assert_eq!((asked.kind, asked.until.as_millis()), (QuestionKind::Delivery, 25_000));
        let did = match given {
            Some(given) => till.put(Input::Answer(asked.id, given)),
            None => till.sleep(),
        };
        let reply = sent(&did);
        assert!(reply.contains(&format!(r#"OutDeviceTarget="DeliveryBox" OutResult="{result}""#)), "{reply}");
    }
}

/// The terminal takes a question back, on the same connection or on another.
#[test]
fn abort_input_withdraws_the_question() {
    let ask = device("Input", r#"<Input InDeviceTarget="CashierKeyboard"><Command>GetConfirmation</Command></Input>"#);
    for slot in [0, 1] {
        let mut till = Till::new(&Profile::IFSF);
        till.pay();
        let did = till.callback(0, &ask);
        let id = question(&did).id;
        let mut did = till.callback(slot, &device("AbortInput", "").replace("1001.1", "1001.2"));
        if slot == 0 {
            // One frame at a time on one connection.
            did.extend(till.put(Input::Sent(Link::Device(0))));
        }
        assert!(did.contains(&Did::Withdrawn(id)), "{did:?}");
        let frames: Vec<_> =
            did.iter().filter_map(|it| if let Did::Sent(_, xml) = it { Some(xml.as_str()) } else { None }).collect();
        assert_eq!(frames.len(), 2, "{did:?}");
        let old = frames.iter().find(|xml| xml.contains("1001.1")).unwrap();
        assert!(old.contains("InResult=\"Aborted\""), "{old}");
        let new = frames.iter().find(|xml| xml.contains("1001.2")).unwrap();
        assert!(new.contains("OverallResult=\"Success\""), "{new}");
        assert_eq!(till.try_put(Input::Answer(id, Answer::Yes)), Err(Misuse::NoSuchQuestion));
    }
}

#[test]
fn displays_go_on_while_the_cashier_is_asked() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let ask = device("Input", r#"<Input InDeviceTarget="CashierKeyboard"><Command>GetConfirmation</Command></Input>"#);
    let id = question(&till.callback(0, &ask)).id;
    let did = till.callback(0, &device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#));
    assert!(sent(&did).contains("OutResult=\"Success\""));
    // A second question meanwhile is not asked.
    let did = till.put(Input::Sent(Link::Device(0)));
    assert_eq!(did, []);
    let did = till.callback(0, &ask);
    assert!(sent(&did).contains("InResult=\"Busy\""), "{did:?}");
    till.put(Input::Sent(Link::Device(0)));
    assert!(sent(&till.put(Input::Answer(id, Answer::Yes))).contains("<InBoolean>true"));
}

#[test]
fn a_question_falls_away_with_its_connection() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let ask = device("Input", r#"<Input InDeviceTarget="CashierKeyboard"><Command>GetConfirmation</Command></Input>"#);
    let id = question(&till.callback(0, &ask)).id;
    let did = till.put(Input::Closed(Link::Device(0)));
    assert!(did.contains(&Did::Withdrawn(id)), "{did:?}");
}

/// Device messages on the request connection: single-socket dialects.
#[test]
fn callbacks_on_the_request_connection_work() {
    let mut till = Till::new(&Profile::OPI_DE);
    till.pay();
    let did = till.receive(Link::Request, &device("Output", RECEIPT));
    let did = till.put(Input::Stored(sheets(&did)[0]));
    assert!(sent(&did).contains("OutResult=\"Success\""));
    till.put(Input::Sent(Link::Request));
    let did = till.receive(Link::Request, &answer("Success", ""));
    till.end(did);
}

#[test]
fn several_frames_in_one_read_are_answered_one_by_one() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    till.put(Input::Accepted(Link::Device(0)));
    let mut stream = Vec::new();
    for number in 1..=3 {
        let xml = device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#)
            .replace("1001.1", &format!("1001.{number}"));
        stream.extend_from_slice(&u32::try_from(xml.len()).unwrap().to_be_bytes());
        stream.extend_from_slice(xml.as_bytes());
    }
    let mut did = till.receive_bytes(Link::Device(0), &stream);
    for number in 1..=3 {
        assert!(sent(&did).contains(&format!("\"1001.{number}\"")), "{did:?}");
        did = till.put(Input::Sent(Link::Device(0)));
        // What did not fit the window before.
        let missing = stream.len().saturating_sub(crate::till::WINDOW);
        if number == 1 && missing > 0 {
            did.extend(till.receive_bytes(Link::Device(0), &stream[crate::till::WINDOW..]));
        }
    }
}

#[test]
fn a_request_for_another_lane_is_not_answered() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.callback(0, &device("Output", RECEIPT).replace("lane-1", "lane-2"));
    assert!(
        matches!(
            did.as_slice(),
            [Did::Fault(_), Did::Close(Link::Device(0))] | [Did::Close(Link::Device(0)), Did::Fault(_)]
        ),
        "{did:?}"
    );
    assert_eq!(sheets(&did), []);
}

#[test]
fn a_request_that_cannot_be_read_closes_its_connection_only() {
    for broken in ["<DeviceRequest", "<a/>", "<!DOCTYPE a><DeviceRequest/>"] {
        let mut till = Till::new(&Profile::NEXI);
        till.pay();
        let did = till.callback(0, broken);
        assert!(did.contains(&Did::Close(Link::Device(0))), "{did:?}");
        let did = till.receive(Link::Request, &answer("Success", ""));
        till.end(did);
    }
}

/// A late receipt, after the answer, is still stored and answered.
#[test]
fn receipts_are_answered_while_nothing_is_in_progress() {
    let mut till = Till::new(&Profile::NEXI);
    let did = till.callback(0, &device("Output", RECEIPT));
    let did = till.put(Input::Stored(sheets(&did)[0]));
    assert!(sent(&did).contains("OutResult=\"Success\""));
}

/// A terminal that opens connections and says nothing does not use up the slots for ever.
#[test]
fn silent_connections_are_given_up() {
    let mut till = Till::new(&Profile::NEXI);
    till.put(Input::Accepted(Link::Device(0)));
    till.put(Input::Accepted(Link::Device(1)));
    assert_eq!(till.session.free_device_slot(), None);
    let did = till.sleep();
    assert!(did.contains(&Did::Close(Link::Device(0))), "{did:?}");
    assert!(till.session.free_device_slot().is_some());
}

/// Nor does it keep out the connection that has something to say: the one that was silent for longest makes room.
#[test]
fn the_longest_silent_connection_makes_room_for_a_new_one() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    till.put(Input::Accepted(Link::Device(1)));
    till.now += 2_000;
    till.put(Input::Accepted(Link::Device(0)));
    // Both said something just now: they are left alone, however many others come.
    till.now += 2_000;
    assert_eq!(till.put(Input::Crowded), []);
    till.now += 4_000;
    assert_eq!(till.put(Input::Crowded), [Did::Close(Link::Device(1))]);
    assert_eq!(till.session.free_device_slot(), Some(Link::Device(1)));
    // There is room: nothing more is closed.
    till.now += 60_000;
    assert_eq!(till.put(Input::Crowded), []);
    till.put(Input::Accepted(Link::Device(1)));
    // A receipt that is being stored, and a question that stands, are not silence.
    till.now += 6_000;
    till.callback(0, &device("Output", RECEIPT));
    till.callback(
        1,
        &device("Input", r#"<Input InDeviceTarget="CashierKeyboard"><Command>GetConfirmation</Command></Input>"#),
    );
    till.now += 8_000;
    assert_eq!(till.put(Input::Crowded), []);
    assert_eq!(till.session.free_device_slot(), None);
}

/// The answer to a device request on channel 0 that the terminal does not take must not cost the payment its answer.
#[test]
fn an_answer_stuck_on_the_request_connection_leaves_the_payment_its_own() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.receive(Link::Request, &device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#));
    sent(&did);
    till.now += 10_000;
    assert_eq!(till.put(Input::Tick), []);
    assert!(till.wait().until.unwrap().as_millis() > till.now);
    let did = till.receive(Link::Request, &answer("Success", ""));
    assert_eq!(till.end(did).outcome, Outcome::Approved);
}

/// A question falls away with its connection, and the till is told.
#[test]
fn a_question_on_a_connection_given_up_is_withdrawn() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let did = till.callback(
        0,
        &device("Input", r#"<Input InDeviceTarget="CashierKeyboard"><Command>GetConfirmation</Command></Input>"#),
    );
    let id = did.iter().find_map(|it| if let Did::Question(question) = it { Some(question.id) } else { None }).unwrap();
    sent(&till.callback(0, &device("Output", r#"<Output OutDeviceTarget="CashierDisplay"/>"#)));
    till.now += 10_000;
    let did = till.put(Input::Tick);
    assert!(did.contains(&Did::Withdrawn(id)) && did.contains(&Did::Close(Link::Device(0))), "{did:?}");
}

/// I12: not even in a log of everything.
#[test]
fn raw_texts_are_masked_in_a_log_of_all_events() {
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let journal =
        device("Output", r#"<Output OutDeviceTarget="E-Journal"><J><Pan>4111111111111111</Pan></J></Output>"#);
    let mut did = till.callback(0, &journal);
    did.extend(till.put(Input::Stored(sheets(&did)[0])));
    let private = "<PrivateData><ErrorText>card 4111111111111111</ErrorText><Raw>4111111111111111</Raw></PrivateData>";
    did.extend(till.receive(Link::Request, &answer("Failure", private)));
    let shown = format!("{did:?}");
    for what in ["JournalText", "PrivateText", "ErrorText"] {
        assert!(shown.contains(what), "{shown}");
    }
    assert!(shown.contains("************1111") && !shown.contains("4111111111111111"), "{shown}");
}

/// What nobody lists is echoed as it came, often or in turns; of more names than can be kept, none is answered wrongly.
#[test]
fn unlisted_devices_are_named_in_the_answer() {
    let request = |names: &[&str]| {
        let outputs: String = names.iter().map(|name| format!(r#"<Output OutDeviceTarget="{name}"/>"#)).collect();
        device("Output", &outputs)
    };
    let mut till = Till::new(&Profile::NEXI);
    till.pay();
    let names = ["Horn", "Siren", "CashierDisplay", "Horn", "Ho", "Siren", "Horn"];
    let did = till.callback(0, &request(&names));
    let reply = sent(&did);
    let told: Vec<&str> =
        reply.split("OutDeviceTarget=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(told, names);

    let long: Vec<String> = (0..3).map(|number| format!("{number}{}", "x".repeat(31))).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let did = till.callback(1, &request(&long));
    assert!(did.contains(&Did::Close(Link::Device(1))), "{did:?}");
    assert!(!did.iter().any(|it| matches!(it, Did::Sent(..))), "{did:?}");
}
