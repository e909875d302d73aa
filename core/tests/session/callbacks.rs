//! "Always answer DeviceRequest": one answer to each, with one result per output (I7), and no receipt is
//! acknowledged before it is stored (I3).

use opi_core::drive::{Answer, Input, Link};
use opi_core::opi::Profile;
use opi_core::opi::message::DeviceStatus;

use crate::till::{Did, RECEIPT, Till, answer, device, question, sent, sheets};

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

/// A late receipt, after the answer, is still stored and answered.
#[test]
fn receipts_are_answered_while_nothing_is_in_progress() {
    let mut till = Till::new(&Profile::NEXI);
    let did = till.callback(0, &device("Output", RECEIPT));
    let did = till.put(Input::Stored(sheets(&did)[0]));
    assert!(sent(&did).contains("OutResult=\"Success\""));
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
