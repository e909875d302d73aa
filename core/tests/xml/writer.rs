//! What the writer writes is a document, and says what was meant.

use opi_core::limits::XML_DEPTH;
use opi_core::xml::{Tolerance, WriteError, Writer};
use proptest::prelude::*;

use crate::driver::{Event, read};

fn write(room: usize, with: impl FnOnce(&mut Writer<'_>)) -> Result<String, WriteError> {
    let mut buffer = vec![0; room];
    let mut writer = Writer::new(&mut buffer);
    with(&mut writer);
    let len = writer.finish()?;
    buffer.truncate(len);
    Ok(String::from_utf8(buffer).unwrap())
}

#[test]
fn a_request() {
    let written = write(500, |xml| {
        xml.declaration();
        xml.open("CardServiceRequest");
        xml.attribute("WorkstationID", "lane-1");
        xml.attribute_fmt("RequestID", 17);
        xml.open("POSdata");
        xml.open("Clerk");
        xml.text("Müller & ");
        xml.text_fmt(format_args!("{}<{}>", "Söhne", 1));
        xml.close();
        xml.raw("<!-- kept --><x/>");
        xml.open("Empty");
        xml.close();
        xml.close();
        xml.close();
    });
    let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?><CardServiceRequest WorkstationID=\"lane-1\" RequestID=\"17\">\
                    <POSdata><Clerk>Müller &amp; Söhne&lt;1&gt;</Clerk><!-- kept --><x/><Empty/></POSdata></CardServiceRequest>";
    assert_eq!(written.as_deref(), Ok(expected));
    // A buffer is large enough exactly if the document fits.
    for room in 0..expected.len() + 2 {
        let written = write(room, |xml| {
            xml.declaration();
            xml.open("CardServiceRequest");
            xml.attribute("WorkstationID", "lane-1");
            xml.attribute_fmt("RequestID", 17);
            xml.open("POSdata");
            xml.open("Clerk");
            xml.text("Müller & ");
            xml.text_fmt(format_args!("{}<{}>", "Söhne", 1));
            xml.close();
            xml.raw("<!-- kept --><x/>");
            xml.open("Empty");
            xml.close();
            xml.close();
            xml.close();
        });
        assert_eq!(written.is_ok(), room >= expected.len());
        assert!(matches!(written, Ok(_) | Err(WriteError::Full)));
    }
}

#[test]
fn misuse_is_told() {
    type Call = fn(&mut Writer<'_>);
    let cases: &[(Call, WriteError)] = &[
        (|_| {}, WriteError::Place),
        (|xml| xml.declaration(), WriteError::Place),
        (|xml| xml.open("a"), WriteError::Place),
        (|xml| xml.close(), WriteError::Place),
        (|xml| xml.text("x"), WriteError::Place),
        (|xml| xml.attribute("a", "x"), WriteError::Place),
        (
            |xml| {
                xml.open("a");
                xml.close();
                xml.open("b");
                xml.close()
            },
            WriteError::Place,
        ),
        (
            |xml| {
                xml.open("a");
                xml.close();
                xml.text("")
            },
            WriteError::Place,
        ),
        (
            |xml| {
                xml.open("a");
                xml.close();
                xml.close()
            },
            WriteError::Place,
        ),
        (
            |xml| {
                xml.open("a");
                xml.text("");
                xml.attribute("b", "");
                xml.close()
            },
            WriteError::Place,
        ),
        (
            |xml| {
                xml.open("a");
                xml.declaration();
                xml.close()
            },
            WriteError::Place,
        ),
        (
            |xml| {
                xml.declaration();
                xml.declaration();
                xml.open("a");
                xml.close()
            },
            WriteError::Place,
        ),
        (
            |xml| {
                xml.open("a b");
                xml.close()
            },
            WriteError::Name,
        ),
        (
            |xml| {
                xml.open("");
                xml.close()
            },
            WriteError::Name,
        ),
        (
            |xml| {
                xml.open("1a");
                xml.close()
            },
            WriteError::Name,
        ),
        (
            |xml| {
                xml.open("a:");
                xml.close()
            },
            WriteError::Name,
        ),
        (
            |xml| {
                xml.open(":a");
                xml.close()
            },
            WriteError::Name,
        ),
        (
            |xml| {
                xml.open("a:b:c");
                xml.close()
            },
            WriteError::Name,
        ),
        (
            |xml| {
                xml.open("a");
                xml.attribute("b='", "");
                xml.close()
            },
            WriteError::Name,
        ),
        (
            |xml| {
                xml.open("a");
                xml.text("x\u{1}");
                xml.close()
            },
            WriteError::Character,
        ),
        (
            |xml| {
                xml.open("a");
                xml.attribute("b", "\u{0}");
                xml.close()
            },
            WriteError::Character,
        ),
        (
            |xml| {
                xml.open("a");
                xml.attribute_fmt("b", "é\u{ffff}");
                xml.close()
            },
            WriteError::Character,
        ),
        (
            |xml| {
                (0..=XML_DEPTH).for_each(|_| xml.open("a"));
                (0..=XML_DEPTH).for_each(|_| xml.close())
            },
            WriteError::Depth,
        ),
        // The first one counts.
        (
            |xml| {
                xml.open("a");
                xml.text("\u{1}");
                xml.text(&"x".repeat(5000));
                xml.close()
            },
            WriteError::Character,
        ),
    ];
    for (at, (call, error)) in cases.iter().enumerate() {
        assert_eq!(write(4000, call), Err(*error), "case {at}");
    }
}

/// How a character is written, one by one. `None` if XML cannot hold it.
fn one(character: char, in_value: bool) -> Option<String> {
    let text = match character {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' if in_value => "&quot;",
        '\t' if in_value => "&#9;",
        '\n' if in_value => "&#10;",
        '\r' => "&#13;",
        _ => return is_char(character).then(|| character.to_string()),
    };
    Some(text.to_owned())
}

/// Texts of different lengths are copied in different ways, and each way looks for what has to be escaped.
#[test]
fn every_length_and_every_place() {
    let specials = "&<>\"'%;=?\t\n\r\u{8}\u{1f} !\u{7f}\u{80}éïﬀ\u{fffd}\u{fffe}\u{ffff}😀";
    for (length, special) in (0..70).flat_map(|length| specials.chars().map(move |special| (length, special))) {
        for at in 0..=length {
            let characters = (0..length).map(|index| if index == at { special } else { 'x' });
            let text: String = characters.clone().collect();
            for in_value in [true, false] {
                let escaped: Option<String> = characters.clone().map(|character| one(character, in_value)).collect();
                let expected =
                    escaped.map(|text| if in_value { format!("<a b=\"{text}\"/>") } else { format!("<a>{text}</a>") });
                let put = |xml: &mut Writer<'_>| {
                    xml.open("a");
                    if in_value {
                        xml.attribute("b", &text)
                    } else {
                        xml.text(&text)
                    }
                    xml.close();
                };
                let room = expected.as_ref().map_or(700, String::len);
                assert_eq!(write(room, put), expected.clone().ok_or(WriteError::Character), "{text:?}");
                if at + 1 >= length && expected.is_some() {
                    assert_eq!(write(room - 1, put), Err(WriteError::Full), "{text:?}");
                }
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Element(&'static str, Vec<(&'static str, String)>, Vec<Node>),
}

fn node() -> impl Strategy<Value = Node> {
    // Any characters, those that must be escaped or refused more often.
    let string = || {
        prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    '&', '<', '>', '"', '\'', ']', '\t', '\n', '\r', ' ', '\u{1}', '\u{fffe}', 'ä'
                ]),
                any::<char>()
            ],
            0..6,
        )
        .prop_map(|characters| characters.into_iter().collect::<String>())
    };
    let name = prop::sample::select(vec!["a", "xml:b", "C-1.d_"]);
    let leaf = string().prop_map(Node::Text);
    leaf.prop_recursive(4, 30, 5, move |inner| {
        let attributes =
            (prop::sample::subsequence(vec!["a", "b", "xml:c"], 0..=3), prop::collection::vec(string(), 3))
                .prop_map(|(names, values)| names.into_iter().zip(values).collect());
        (name.clone(), attributes, prop::collection::vec(inner, 0..5))
            .prop_map(|(name, attributes, children)| Node::Element(name, attributes, children))
    })
}

fn put(node: &Node, xml: &mut Writer<'_>, events: &mut Vec<Event>, display: bool) {
    match node {
        Node::Text(text) => {
            if display {
                xml.text_fmt(text)
            } else {
                xml.text(text)
            }
            match events.last_mut() {
                Some(Event::Text(before)) => before.push_str(text),
                _ if text.is_empty() => {}
                _ => events.push(Event::Text(text.clone())),
            }
        }
        Node::Element(name, attributes, children) => {
            xml.open(name);
            events.push(Event::Open((*name).to_owned()));
            for (name, value) in attributes {
                if display {
                    xml.attribute_fmt(name, value)
                } else {
                    xml.attribute(name, value)
                }
                events.push(Event::Attribute((*name).to_owned(), value.clone()));
            }
            let namespace = if name.starts_with("xml:") { "http://www.w3.org/XML/1998/namespace" } else { "" };
            events.push(Event::Enter(namespace.to_owned()));
            children.iter().for_each(|child| put(child, xml, events, display));
            xml.close();
            events.push(Event::Close);
        }
    }
}

fn is_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    /// Whatever the texts are: the reader gives them back, or the writer refused what XML cannot hold.
    #[test]
    fn read_back(nodes in prop::collection::vec(node(), 0..4), display in any::<bool>()) {
        let root = Node::Element("root", Vec::new(), nodes);
        let mut events = Vec::new();
        let written = write(20_000, |xml| put(&root, xml, &mut events, display));
        events.push(Event::End);
        let holds = events.iter().all(|event| match event {
            Event::Attribute(_, text) | Event::Text(text) => text.chars().all(is_char),
            _ => true,
        });
        match written {
            Ok(document) => {
                prop_assert!(holds);
                prop_assert_eq!(read(Tolerance::STRICT, document.as_bytes()), events);
            }
            Err(error) => {
                prop_assert_eq!(error, WriteError::Character);
                prop_assert!(!holds);
            }
        }
    }
}
