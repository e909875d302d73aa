//! What is written is read again.

use opi_core::opi::message::{EncodeError, Fragment, FragmentError, Kind, Message, Namespace, Style};
use opi_core::xml::{Tolerance, WriteError, XmlErrorKind};
use proptest::prelude::*;

use crate::random::Random;
use crate::whole::{is_writable, message, with_namespace, without_fragments};
use crate::{decode, read, read_windowed, samples};

fn encode(message: &Message, style: &Style) -> Result<Vec<u8>, EncodeError> {
    let mut buffer = vec![0; 256 * 1024];
    let length = message.encode(style, &mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}

fn styles() -> impl Strategy<Value = Style> {
    any::<[bool; 4]>().prop_map(|[declaration, namespace, shift_number_as_attribute, card_circuits_last]| Style {
        declaration,
        namespace,
        shift_number_as_attribute,
        card_circuits_last,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_field_of_every_message_survives(
        seed in any::<u64>(), density in 0u8..=100, kind in prop::sample::select(&Kind::ALL[..]), style in styles(),
    ) {
        let namespace = if style.namespace { Namespace::IxRetail } else { Namespace::None };
        let sent = with_namespace(message(&mut Random::new(seed, density), kind), namespace);
        let document = encode(&sent, &style).unwrap();
        // A strict, independent reader finds it well-formed.
        prop_assert!(roxmltree::Document::parse(std::str::from_utf8(&document).unwrap()).is_ok());
        let received = Message::decode(&document, Tolerance::STRICT).unwrap();
        prop_assert_eq!(&without_fragments(received.clone()), &sent);
        prop_assert_eq!(read_windowed(&document, 128, 128), read(&document));
        // And once more, now with the fragments.
        match encode(&received, &style) {
            Ok(again) => prop_assert_eq!(Message::decode(&again, Tolerance::STRICT).unwrap(), received),
            Err(error) => {
                prop_assert_eq!(error, EncodeError::Fragment);
                prop_assert!(!is_writable(&received));
            }
        }
    }

    /// With a buffer that is too small there is no message and no panic.
    #[test]
    fn a_small_buffer_is_told(seed in any::<u64>(), kind in prop::sample::select(&Kind::ALL[..]), cut in any::<prop::sample::Index>()) {
        let sent = message(&mut Random::new(seed, 30), kind);
        let document = encode(&sent, &Style::CCV).unwrap();
        let mut small = vec![0; cut.index(document.len())];
        prop_assert_eq!(sent.encode(&Style::CCV, &mut small), Err(EncodeError::Write(WriteError::Full)));
        let mut exact = vec![0; document.len()];
        prop_assert_eq!(sent.encode(&Style::CCV, &mut exact), Ok(document.len()));
        prop_assert_eq!(exact, document);
    }
}

/// Reading, writing and reading a sample changes nothing but the namespace of those that have none.
#[test]
fn samples_survive() {
    for (name, document) in samples() {
        let Ok(message) = Message::decode(&document, Tolerance::FIELD) else { continue };
        let namespace = message.header().namespace;
        let style = Style { namespace: namespace == Namespace::IxRetail, ..Style::CCV };
        let written = encode(&message, &style).unwrap();
        assert_eq!(Message::decode(&written, Tolerance::STRICT).unwrap(), message, "{name}");
    }
}

/// The order that the IFSF schema prescribes, and what CCV tills change in it.
#[test]
fn elements_are_written_in_order() {
    let document = "<CardServiceRequest RequestType='CardPayment' WorkstationID='P' RequestID='1'><Acquirer/><SaleItem/>\
        <TotalAmount Currency='JPY'>5</TotalAmount><CardCircuitCollection/><POSdata><ShiftNumber>2</ShiftNumber></POSdata>\
        <OriginalTransaction/><Loyalty/></CardServiceRequest>";
    let text = |style: Style| String::from_utf8(encode(&decode(document), &style).unwrap()).unwrap();
    assert_eq!(
        text(Style::CCV),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><CardServiceRequest xmlns=\"http://www.nrf-arts.org/IXRetail/namespace\" \
         WorkstationID=\"P\" RequestID=\"1\" RequestType=\"CardPayment\"><POSdata><ShiftNumber>2</ShiftNumber></POSdata>\
         <Loyalty/><OriginalTransaction/><TotalAmount Currency=\"JPY\">5</TotalAmount><CardCircuitCollection/><SaleItem/>\
         <Acquirer/></CardServiceRequest>"
    );
    let plain = Style { declaration: false, namespace: false, shift_number_as_attribute: true, ..Style::IFSF };
    assert_eq!(
        text(plain),
        "<CardServiceRequest WorkstationID=\"P\" RequestID=\"1\" RequestType=\"CardPayment\"><POSdata ShiftNumber=\"2\"/>\
         <Loyalty/><CardCircuitCollection/><OriginalTransaction/><TotalAmount Currency=\"JPY\">5</TotalAmount><SaleItem/>\
         <Acquirer/></CardServiceRequest>"
    );
}

/// Amounts have exactly the decimals of their currency.
#[test]
fn amounts_are_padded() {
    for (currency, read, written) in [
        ("EUR", "39.5", "39.50"),
        ("EUR", "9.000000", "9.00"),
        ("JPY", "100", "100"),
        ("JPY", "100.0", "100"),
        ("BHD", "1.5", "1.500"),
    ] {
        let document = format!(
            "<CardServiceRequest><TotalAmount Currency='{currency}' CashBackAmount='{read}'>{read}</TotalAmount></CardServiceRequest>"
        );
        let text = String::from_utf8(encode(&decode(&document), &Style::CCV).unwrap()).unwrap();
        assert!(text.contains(&format!("CashBackAmount=\"{written}\">{written}</TotalAmount>")), "{text}");
    }
}

#[test]
fn a_fragment_cannot_break_out() {
    for content in
        ["", "text", "<a/>", "a<b c='d'>e</b>f", "<!-- </PrivateData> -->", "&lt;&#65;", "<![CDATA[<]]>", "<?p?>"]
    {
        assert!(Fragment::<64>::new(content).is_ok_and(|fragment| fragment.as_str() == content), "{content}");
    }
    for (content, offset, kind) in [
        ("</PrivateData><x>", 0, XmlErrorKind::EndTag),
        ("</w><w>", 4, XmlErrorKind::SecondRoot),
        ("a<b>", 4, XmlErrorKind::EndTag),
        ("<!-- ", 9, XmlErrorKind::UnexpectedEnd),
        ("<![CDATA[", 13, XmlErrorKind::UnexpectedEnd),
        ("<n:a/>", 0, XmlErrorKind::UnboundPrefix),
        ("a&b;", 1, XmlErrorKind::Entity),
        ("<!DOCTYPE a>", 0, XmlErrorKind::Doctype),
        ("<?xml version='1.0'?>", 0, XmlErrorKind::Declaration),
        ("\u{1}", 0, XmlErrorKind::Character),
    ] {
        match Fragment::<64>::new(content) {
            Err(FragmentError::Xml(error)) => assert_eq!((error.offset, error.kind), (offset, kind), "{content}"),
            other => panic!("{content}: {other:?}"),
        }
    }
    assert_eq!(Fragment::<64>::new(&"a".repeat(65)), Err(FragmentError::TooLong));
    let long = format!("<a>{}</a>", "ü".repeat(400));
    assert_eq!(Fragment::<1024>::new(&long).unwrap().as_str(), long);
}

/// A fragment that needs something of the document around it, or is cut, is kept but not written.
#[test]
fn a_fragment_that_stands_not_alone_is_not_written() {
    for content in ["<n:a/>".to_owned(), format!("<a>{}</a>", "x".repeat(2000))] {
        let document = format!(
            "<ServiceResponse xmlns:n='urn:n' RequestID='1'><PrivateData>{content}</PrivateData></ServiceResponse>"
        );
        let message = decode(&document);
        let Message::ServiceResponse(response) = &message else { panic!() };
        assert!(content.starts_with(response.private_data.as_str()));
        assert_eq!(response.private_data.is_cut(), content.len() > 1024);
        assert_eq!(encode(&message, &Style::CCV), Err(EncodeError::Fragment));
    }
}
