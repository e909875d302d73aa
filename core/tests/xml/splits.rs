//! However a document is cut, its tokens are the same.

use opi_core::limits::{WINDOW_MIN, XML_SCOPE};
use opi_core::xml::Tolerance;

use crate::driver::{Event, documents, read, read_portions, read_windowed};

/// Reads a document cut in two at every place, in single bytes, and through windows of many sizes.
pub fn same_for_every_cut(tolerance: Tolerance, document: &[u8]) -> Vec<Event> {
    let whole = read(tolerance, document);
    let show = || document.escape_ascii().to_string();
    // Every place, but not all of a long one: this is quadratic.
    for at in (0..=document.len()).step_by(document.len() / 1500 + 1) {
        let (left, right) = document.split_at(at);
        assert_eq!(read_portions(tolerance, [left, right]), whole, "cut at {at}: {}", show());
    }
    assert_eq!(read_portions(tolerance, document.chunks(1)), whole, "single bytes: {}", show());
    for size in (WINDOW_MIN..WINDOW_MIN + 40).chain([256, 500, 2048]) {
        assert_eq!(read_windowed(tolerance, document, size), whole, "window of {size}: {}", show());
    }
    whole
}

#[test]
fn samples() {
    for (name, document) in documents("tests/data/opi") {
        for tolerance in [Tolerance::STRICT, Tolerance::FIELD] {
            let events = same_for_every_cut(tolerance, &document);
            let refused = matches!(events.last(), Some(Event::Refused(..)));
            let expected = ["xx-01", "xx-02", "xx-18"].iter().any(|bad| name.starts_with(bad));
            assert_eq!(refused, expected, "{name} {:?}", events.last());
        }
    }
}

#[test]
fn corpus() {
    for (name, document) in documents("../benches/corpus") {
        let whole = read(Tolerance::STRICT, &document);
        assert_eq!(whole.last(), Some(&Event::End), "{name}");
        for size in [WINDOW_MIN, WINDOW_MIN + 1, 777, 2048] {
            assert_eq!(read_windowed(Tolerance::STRICT, &document, size), whole, "{name} window of {size}");
        }
        assert_eq!(read_portions(Tolerance::FIELD, document.chunks(1)), whole, "{name}");
    }
}

/// Nothing that XML leaves unbounded needs a bigger window.
#[test]
fn long_constructs() {
    let long = |part: &str| part.repeat(500);
    for document in [
        format!("<a{}b='1'{}c='2'{}/>", long(" \n"), long("\t"), long("\r\n")),
        format!("<a>{}</a{}>", long("x"), long(" ")),
        format!("<a>{}</a>", long("]")),
        format!("<a>{}</a>", long("\r")),
        format!("<a>{}</a>", long("\r\n")),
        format!("<a>{}</a>", long("&#xE4;")),
        format!("<a>{}</a>", long("ä€𝄞")),
        format!("<a b='{}'/>", long("&amp;ä \t\r\n")),
        format!("<a xmlns='{}'/>", "n".repeat(XML_SCOPE - 64)),
        format!("<!--{}--><a><!--{}--></a><!---->{}", long("- ä"), long("x\n"), long(" \n")),
        format!("<?p{}{}?><a><?p ?{}?></a>", long(" "), long("?"), long("? >ä")),
        format!("<a><![CDATA[{}]]></a>", long("]")),
        format!("<a><![CDATA[{}]]></a>", long("]>ä\r")),
        format!("<?xml{}version='1.0'{}encoding='utf-8'{}?><a/>", long(" "), long("\n"), long("\t")),
    ] {
        let events = same_for_every_cut(Tolerance::STRICT, document.as_bytes());
        assert_eq!(events.last(), Some(&Event::End), "{document}");
    }
}
