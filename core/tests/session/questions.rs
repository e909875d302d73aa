//! What the terminal asks the cashier: answered with what was said, never with what nobody said (I7).

use opi_core::drive::{Answer, Input, Link, Misuse, QuestionKind};
use opi_core::money::Decimal;
use opi_core::opi::Profile;

use crate::till::{Did, Till, device, question, sent};

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
