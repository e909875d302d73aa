//! Other people's parsers read the same documents in the same way.

use opi_core::xml::{Tolerance, XmlErrorKind};
use proptest::prelude::*;

use crate::driver::{self, Event, documents};

/// An element, as both parsers see it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Element {
    namespace: String,
    local: String,
    /// Local name and value; declarations of namespaces left out.
    attributes: Vec<(String, String)>,
    /// Texts between the children, at least one more than children.
    texts: Vec<String>,
    children: Vec<Element>,
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

fn ours(tolerance: Tolerance, document: &str) -> Result<Element, (u32, XmlErrorKind)> {
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    for event in driver::read(tolerance, document.as_bytes()) {
        match event {
            Event::Open(name) => {
                open.push(Element { local: local(&name), texts: vec![String::new()], ..Element::default() });
            }
            Event::Attribute(name, value) => {
                if name != "xmlns" && !name.starts_with("xmlns:") {
                    open.last_mut().unwrap().attributes.push((local(&name), value));
                }
            }
            Event::Enter(namespace) => open.last_mut().unwrap().namespace = namespace,
            Event::Text(text) => open.last_mut().unwrap().texts.last_mut().unwrap().push_str(&text),
            Event::Close => {
                let closed = open.pop().unwrap();
                match open.last_mut() {
                    Some(parent) => {
                        parent.children.push(closed);
                        parent.texts.push(String::new());
                    }
                    None => root = Some(closed),
                }
            }
            Event::End => {}
            Event::Refused(offset, kind) => return Err((offset, kind)),
        }
    }
    Ok(root.unwrap())
}

fn from_node(node: roxmltree::Node<'_, '_>) -> Element {
    let mut element = Element {
        namespace: node.tag_name().namespace().unwrap_or_default().to_owned(),
        local: node.tag_name().name().to_owned(),
        attributes: node.attributes().map(|it| (it.name().to_owned(), it.value().to_owned())).collect(),
        texts: vec![String::new()],
        children: Vec::new(),
    };
    for child in node.children() {
        if child.is_element() {
            element.children.push(from_node(child));
            element.texts.push(String::new());
        } else if child.is_text() {
            element.texts.last_mut().unwrap().push_str(child.text().unwrap_or_default());
        }
    }
    element
}

fn theirs(document: &str) -> Result<Element, roxmltree::Error> {
    let options = roxmltree::ParsingOptions { allow_dtd: false, ..Default::default() };
    roxmltree::Document::parse_with_options(document, options).map(|document| from_node(document.root_element()))
}

/// Where the two are meant to differ: rules the oracle does not check. Every line was looked at.
fn is_meant(
    document: &str,
    ours: &Result<Element, (u32, XmlErrorKind)>,
    theirs: &Result<Element, roxmltree::Error>,
) -> bool {
    match (ours, theirs) {
        (Err((offset, kind)), Ok(_)) => {
            let at = &document[*offset as usize..];
            match kind {
                // Namespaces in XML 1.0 §5: `xmlns:p=""` is for version 1.1. §3: nobody declares `xmlns`.
                XmlErrorKind::Binding => {
                    let (name, value) = at.split_once('=').unwrap();
                    let value = value.trim_start();
                    name.starts_with("xmlns:xmlns") || value.starts_with("''") || value.starts_with("\"\"")
                }
                // XML 1.0 §2.8: the form of the version; §4.3.3: a document is in the encoding it declares.
                XmlErrorKind::Declaration => {
                    let before = &document[..*offset as usize];
                    before.contains("<?xml") && !before.contains("?>")
                }
                XmlErrorKind::EncodingName => at.starts_with("encoding"),
                // §3.1: namespace declarations are attributes, and must be unique, too.
                XmlErrorKind::DuplicateAttribute => at.starts_with("xmlns"),
                // §2.6: white space behind the target, and Namespaces §7: no colon in it.
                XmlErrorKind::Instruction => true,
                // Namespaces §4: no colon at either end of a name.
                XmlErrorKind::Name => at.starts_with(':') || document[..*offset as usize].ends_with(':'),
                // §4.1: numbers beyond the last character.
                XmlErrorKind::Reference => at.starts_with("&#"),
                _ => false,
            }
        }
        // Namespaces §3: the prefix `xml` is always bound, for elements, too.
        (Ok(_), Err(roxmltree::Error::UnknownNamespace(prefix, _))) => prefix == "xml",
        _ => false,
    }
}

/// Without line ends. XML 1.0 §2.11: the oracle gets them wrong beside a reference (`\r&amp;`).
fn unlined(element: &Element) -> Element {
    Element {
        namespace: element.namespace.clone(),
        local: element.local.clone(),
        attributes: element.attributes.clone(),
        texts: element.texts.iter().map(|text| text.replace(['\r', '\n'], "")).collect(),
        children: element.children.iter().map(unlined).collect(),
    }
}

fn compare(tolerance: Tolerance, document: &str) {
    if document.contains(":xmlns") {
        // The oracle takes every attribute with this local name for a declaration, whatever its prefix.
        return;
    }
    let mine = ours(tolerance, document);
    let other = theirs(document);
    match (&mine, &other) {
        (Ok(mine), Ok(other)) if document.contains('\r') && document.contains('&') => {
            assert_eq!(unlined(mine), unlined(other), "{document:?}");
        }
        (Ok(mine), Ok(other)) => assert_eq!(mine, other, "{document:?}"),
        (Err(_), Err(_)) => {}
        _ => assert!(is_meant(document, &mine, &other), "{document:?}\nours: {mine:?}\ntheirs: {other:?}"),
    }
}

#[test]
fn samples() {
    for (name, document) in documents("tests/data/opi").into_iter().chain(documents("../benches/corpus")) {
        println!("{name}");
        // The oracle does not look at the declared encoding.
        compare(Tolerance::FIELD, &String::from_utf8(document).unwrap());
    }
}

fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-z]{0,12}",
        1 => Just("\r\n".to_owned()), 1 => Just("\r".to_owned()), 1 => Just("\n\t ".to_owned()),
        1 => Just("&amp;".to_owned()), 1 => Just("&lt;".to_owned()), 1 => Just("&#xE4;".to_owned()),
        1 => Just("&#10;".to_owned()), 1 => Just("&#13;".to_owned()), 1 => Just("]]".to_owned()),
        1 => Just("é€😀".to_owned()), 1 => Just("<![CDATA[<&]] \r\n]]>".to_owned()),
        1 => Just("<!-- - -->".to_owned()), 1 => Just("<?pi ?x?>".to_owned()),
    ];
    prop::collection::vec(part, 0..5).prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-z>]{0,12}",
        1 => Just("\r\n".to_owned()), 1 => Just("\r".to_owned()), 1 => Just("\n\t ".to_owned()),
        1 => Just("&quot;".to_owned()), 1 => Just("&apos;".to_owned()), 1 => Just("&#9;".to_owned()),
        1 => Just("ä€😀".to_owned()), 1 => Just("&#x1F600;".to_owned()),
    ];
    (prop::collection::vec(part, 0..4), any::<bool>()).prop_map(|(parts, double)| {
        let quote = if double { '"' } else { '\'' };
        format!("{quote}{}{quote}", parts.concat())
    })
}

fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", " ", "\n", "\t ", "\r\n"])
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "Terminal", "p:a", "q:b", "p:Amount", "é", "x-1.2_3", "xml:lang", "r:c"])
}

/// Attributes of a tag, with namespace declarations among them.
fn attributes() -> impl Strategy<Value = String> {
    let declarations = vec!["xmlns='u'", "xmlns=''", "xmlns:p='v'", "xmlns:q='w'", "xmlns:r=\"u\""];
    let names = vec!["a", "b", "TerminalID", "p:a", "q:b", "p:Amount", "é", "x-1.2_3", "xml:lang"];
    let written = (blank(), blank(), blank(), value());
    let declared = prop_oneof![3 => Just(vec![]), 1 => prop::sample::subsequence(declarations, 0..3)];
    let attributes = (prop::sample::subsequence(names, 0..4), prop::collection::vec(written, 4));
    (declared, attributes).prop_map(|(declarations, (names, written))| {
        let declarations = declarations.into_iter().map(|declaration| format!(" {declaration}"));
        let attributes = names
            .into_iter()
            .zip(written)
            .map(|(name, (before, left, right, value))| format!(" {before}{name}{left}={right}{value}"));
        attributes.chain(declarations).collect()
    })
}

fn tree() -> impl Strategy<Value = String> {
    let leaf =
        (name(), attributes(), blank()).prop_map(|(name, attributes, blank)| format!("<{name}{attributes}{blank}/>"));
    leaf.prop_recursive(4, 16, 3, |inner| {
        let children = prop::collection::vec((text(), inner), 0..4)
            .prop_map(|all| all.into_iter().map(|(text, child)| text + &child).collect::<String>());
        (name(), attributes(), blank(), children, text(), blank()).prop_map(
            |(name, attributes, left, children, text, right)| {
                format!("<{name}{attributes}{left}>{children}{text}</{name}{right}>")
            },
        )
    })
}

fn document() -> impl Strategy<Value = String> {
    let head = prop::sample::select(vec![
        "",
        "",
        "<?xml version='1.0'?>",
        "<?xml version=\"1.0\" encoding='utf-8' standalone=\"yes\" ?>\r\n",
        "\u{feff}<?xml version='1.0'?>",
        "\n<!-- x --><?p?>",
    ]);
    // Bound by the root, so that most documents are good; the inner ones bind anew and take back.
    (head, tree(), prop::sample::select(vec!["", "\n", "<!---->", "<?p q?> "]))
        .prop_map(|(head, tree, tail)| format!("{head}<root xmlns:p='u' xmlns:q='v' xmlns:r='w'>{tree}</root>{tail}"))
}

/// One change somewhere: a character taken away, put in or replaced, or the document cut off.
fn mutate(document: &str, at: prop::sample::Index, change: u8, with: &str) -> String {
    let places: Vec<usize> = document.char_indices().map(|(at, _)| at).collect();
    let start = places[at.index(places.len())];
    let end = start + document[start..].chars().next().unwrap().len_utf8();
    match change {
        0 => [&document[..start], &document[end..]].concat(),
        1 => [&document[..start], with, &document[start..]].concat(),
        2 => [&document[..start], with, &document[end..]].concat(),
        _ => document[..start].to_owned(),
    }
}

fn splinter() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<",
        ">",
        "/",
        "=",
        "'",
        "\"",
        "&",
        ";",
        "#",
        "x",
        "0",
        ":",
        "!",
        "?",
        "-",
        "--",
        "]",
        "]]>",
        " ",
        "\r",
        "\n",
        "\u{0}",
        "\u{b}",
        "\u{7f}",
        "\u{80}",
        "\u{fffe}",
        "\u{feff}",
        "\u{d7}",
        "\u{300}",
        "é",
        "a",
        "1",
        ".",
        "xmlns",
        "xml",
        "&lt;",
        "&#0;",
        "&#xFFFF;",
        "&x;",
        "<!--",
        "-->",
        "<![CDATA[",
        "<?",
        "?>",
        "<!DOCTYPE a>",
        "<a>",
        "</a>",
        "<?xml version='1.0'?>",
        "xmlns='u'",
        " b='c'",
        "p:",
        ":a",
        "utf-8",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn generated(document in document()) {
        compare(Tolerance::STRICT, &document);
    }

    #[test]
    fn mutated(
        document in document(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, splinter()), 1..3),
    ) {
        let mut document = document;
        for (at, change, with) in changes {
            if !document.is_empty() {
                document = mutate(&document, at, change, with);
            }
        }
        compare(Tolerance::STRICT, &document);
    }

    /// Any bytes at all: no panic, an answer for every cut, the same one.
    #[test]
    fn mutated_bytes(
        document in document(),
        bytes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        field in any::<bool>(),
    ) {
        let mut document = document.into_bytes();
        document.truncate(400);
        for (at, byte) in bytes {
            let at = at.index(document.len());
            document[at] = byte;
        }
        let events = driver::read(if field { Tolerance::FIELD } else { Tolerance::STRICT }, &document);
        for portion in [1, 2, 3, 7] {
            let tolerance = if field { Tolerance::FIELD } else { Tolerance::STRICT };
            prop_assert_eq!(&driver::read_portions(tolerance, document.chunks(portion)), &events);
        }
    }
}

/// The part of an OPI message that serde-xml-rs is asked for.
#[derive(Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default)]
struct Message {
    #[serde(rename = "@RequestType")]
    request_type: Option<String>,
    #[serde(rename = "@WorkstationID")]
    workstation: Option<String>,
    #[serde(rename = "@RequestID")]
    request: Option<String>,
    #[serde(rename = "@OverallResult")]
    result: Option<String>,
    #[serde(rename = "Output")]
    outputs: Vec<Output>,
}

#[derive(Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default)]
struct Output {
    #[serde(rename = "@OutDeviceTarget")]
    target: Option<String>,
    #[serde(rename = "TextLine")]
    lines: Vec<Line>,
}

#[derive(Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default)]
struct Line {
    #[serde(rename = "#text")]
    text: Option<String>,
}

fn message(root: &Element) -> Message {
    let attribute = |element: &Element, name: &str| {
        element.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    // serde-xml-rs trims text, and leaves it out if nothing remains.
    let line = |line: &Element| {
        let text = line.texts.concat();
        Line { text: Some(text.trim().to_owned()).filter(|text| !text.is_empty()) }
    };
    let named = |element: &Element, name: &'static str| -> Vec<usize> {
        (0..element.children.len()).filter(|&at| element.children[at].local == name).collect()
    };
    let output = |output: &Element| Output {
        target: attribute(output, "OutDeviceTarget"),
        lines: named(output, "TextLine").into_iter().map(|at| line(&output.children[at])).collect(),
    };
    Message {
        request_type: attribute(root, "RequestType"),
        workstation: attribute(root, "WorkstationID"),
        request: attribute(root, "RequestID"),
        result: attribute(root, "OverallResult"),
        outputs: named(root, "Output").into_iter().map(|at| output(&root.children[at])).collect(),
    }
}

#[test]
fn serde_xml_rs_reads_the_same_messages() {
    for (name, document) in documents("tests/data/opi").into_iter().chain(documents("../benches/corpus")) {
        let text = String::from_utf8(document).unwrap();
        // Strict, because serde-xml-rs believes the declared encoding.
        let Ok(root) = ours(Tolerance::STRICT, &text) else { continue };
        let read: Result<Message, _> = serde_xml_rs::SerdeXml::new().overlapping_sequences(true).from_str(&text);
        match read {
            Ok(read) => assert_eq!(read, message(&root), "{name}"),
            Err(error) => panic!("{name}: {error}"),
        }
    }
}
