//! What the bytes of a document say, in the encodings that terminals declare.

use opi_core::xml::Tolerance;
use opi_core::xml::XmlErrorKind::{self, *};

use crate::driver::Event;
use crate::splits::same_for_every_cut;
use crate::wellformed::{check_accepted, check_refused, texts};

fn declared(encoding: &str, content: &[u8]) -> Vec<u8> {
    [format!("<?xml version='1.0' encoding='{encoding}'?><a>").as_bytes(), content, b"</a>"].concat()
}

fn content(tolerance: Tolerance, document: &[u8]) -> Result<String, XmlErrorKind> {
    let events = same_for_every_cut(tolerance, document);
    match events.last() {
        Some(Event::End) => Ok(texts(&events).0),
        Some(Event::Refused(_, kind)) => Err(*kind),
        _ => panic!("not over"),
    }
}

#[test]
fn encodings() {
    let umlauts = b"\xE4\xF6\xFC \x80 \x81";
    for name in ["ISO-8859-1", "iso-8859-1", "latin1", "ISO_8859-1"] {
        assert_eq!(content(Tolerance::STRICT, &declared(name, umlauts)).unwrap(), "äöü \u{80} \u{81}");
    }
    for name in ["windows-1252", "Cp1252"] {
        assert_eq!(content(Tolerance::STRICT, &declared(name, umlauts)).unwrap(), "äöü € \u{81}");
    }
    assert_eq!(content(Tolerance::STRICT, &declared("US-ASCII", b"abc")).unwrap(), "abc");
    assert_eq!(content(Tolerance::STRICT, &declared("US-ASCII", "ä".as_bytes())), Err(Encoding));
    for name in ["utf-8", "klingon", "US-ASCII", "ISO-8859-1", "UTF-16"] {
        assert_eq!(content(Tolerance::FIELD, &declared(name, umlauts)).unwrap(), "äöü € \u{81}", "{name}");
        assert_eq!(content(Tolerance::FIELD, &declared(name, "Café € 😀".as_bytes())).unwrap(), "Café € 😀", "{name}");
        assert_eq!(content(Tolerance::FIELD, &declared(name, b"\xC3\xA4 \xE4 \xC3")).unwrap(), "ä ä Ã", "{name}");
    }
    // Names, values and namespaces are decoded, too.
    let document = b"<?xml version='1.0' encoding='ISO-8859-1'?><\xE4 xmlns='\xF6' \xFC='\xDF'></\xE4 >";
    let events = same_for_every_cut(Tolerance::STRICT, document);
    assert!(events.contains(&Event::Enter("ö".into())) && texts(&events).1 == ["ö", "ß"]);
    assert_eq!(events.last(), Some(&Event::End));
    assert_eq!(same_for_every_cut(Tolerance::FIELD, document), events);
}

/// Every sequence that is not UTF-8 is refused at its first byte, and in the field read as Windows-1252.
#[test]
fn malformed_utf8() {
    let cases: &[(&[u8], &str)] = &[
        (b"\x80", "€"),
        (b"\xBF", "¿"),
        (b"\xC0\x80", "À€"),
        (b"\xC1\xBF", "Á¿"),
        (b"\xC3", "Ã"),
        (b"\xC3(", "Ã("),
        (b"\xE0\x9F\xBF", "àŸ¿"),
        (b"\xE2\x82", "â‚"),
        (b"\xED\xA0\x80", "í\u{a0}€"),
        (b"\xF0\x8F\xBF\xBF", "ð\u{8f}¿¿"),
        (b"\xF0\x9F\x98", "ðŸ˜"),
        (b"\xF4\x90\x80\x80", "ô\u{90}€€"),
        (b"\xF5\x80\x80\x80", "õ€€€"),
        (b"\xFF", "ÿ"),
    ];
    for (bytes, windows) in cases {
        let document = [b"<a>x", *bytes, b"</a>"].concat();
        let refused = Event::Refused(4, Encoding);
        assert_eq!(same_for_every_cut(Tolerance::STRICT, &document).last(), Some(&refused), "{bytes:x?}");
        assert_eq!(content(Tolerance::FIELD, &document).unwrap(), format!("x{windows}"), "{bytes:x?}");
    }
    assert_eq!(content(Tolerance::FIELD, "<a>\u{fffe}</a>".as_bytes()).unwrap(), "ï¿¾");
}

#[test]
fn blank_lines_before_the_declaration() {
    let document = "\u{feff}\r\n \n<?xml version='1.0'?><a/>";
    check_accepted(Tolerance::FIELD, document);
    check_refused(Tolerance::STRICT, "\u{feff}\r\n \n¶<?xml version='1.0'?><a/>", Declaration);
    check_refused(Tolerance::FIELD, "\n<!---->¶<?xml version='1.0'?><a/>", Declaration);
}
