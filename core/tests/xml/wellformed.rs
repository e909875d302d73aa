//! Which documents are documents: one line for every rule of XML 1.0 and Namespaces in XML 1.0 without a DTD.
//!
//! In a refused document, `¶` stands before the byte that the error must name.

use opi_core::limits::{
    XML_ATTRIBUTES, XML_BINDINGS, XML_DECLARED, XML_DEPTH, XML_EQUALS, XML_NAME, XML_REFERENCE, XML_SCOPE,
};
use opi_core::xml::XmlErrorKind::{self, *};
use opi_core::xml::{Reader, Tolerance};

use crate::driver::{Event, read};
use crate::splits::same_for_every_cut;

pub(crate) fn check_refused(tolerance: Tolerance, marked: &str, kind: XmlErrorKind) {
    let offset = marked.find('¶').unwrap_or_else(|| panic!("no mark in {marked}"));
    let document = marked.replace('¶', "");
    let events = same_for_every_cut(tolerance, document.as_bytes());
    assert_eq!(events.last(), Some(&Event::Refused(u32::try_from(offset).unwrap(), kind)), "{marked}");
}

pub(crate) fn check_accepted(tolerance: Tolerance, document: &str) -> Vec<Event> {
    let events = same_for_every_cut(tolerance, document.as_bytes());
    assert_eq!(events.last(), Some(&Event::End), "{document}");
    events
}

/// All character data, and all attribute values in order.
pub(crate) fn texts(events: &[Event]) -> (String, Vec<&str>) {
    let text = events.iter().filter_map(|event| if let Event::Text(text) = event { Some(&text[..]) } else { None });
    let values =
        events.iter().filter_map(|event| if let Event::Attribute(_, value) = event { Some(&value[..]) } else { None });
    (text.collect(), values.collect())
}

#[test]
fn refused() {
    let cases = [
        // The document as a whole.
        ("¶", UnexpectedEnd),
        (" \n¶", UnexpectedEnd),
        ("¶text", OutsideRoot),
        ("¶&amp;", OutsideRoot),
        ("<a/>¶text", OutsideRoot),
        ("<a/>\n¶&#32;", OutsideRoot),
        ("<a/>¶<b/>", SecondRoot),
        ("<a></a><!--x-->¶<b>", SecondRoot),
        ("<a/>¶</a>", EndTag),
        ("¶</a>", EndTag),
        ("<a/>¶<![CDATA[]]>", OutsideRoot),
        ("¶<![CDATA[x]]><a/>", OutsideRoot),
        ("<!--x-->¶", UnexpectedEnd),
        // Unfinished.
        ("<a>¶", UnexpectedEnd),
        ("<a>text¶", UnexpectedEnd),
        ("<¶", UnexpectedEnd),
        ("<a¶", UnexpectedEnd),
        ("<a ¶", UnexpectedEnd),
        ("<a b¶", UnexpectedEnd),
        ("<a b=¶", UnexpectedEnd),
        ("<a b='¶", UnexpectedEnd),
        ("<a b='c¶", UnexpectedEnd),
        ("<a b='c'¶", UnexpectedEnd),
        ("<a/¶", UnexpectedEnd),
        ("<a></a¶", UnexpectedEnd),
        ("<a>&#1¶", UnexpectedEnd),
        ("<a>]]¶", UnexpectedEnd),
        ("<a/><!¶", UnexpectedEnd),
        ("<a/><!--¶", UnexpectedEnd),
        ("<a/><!--x--¶", UnexpectedEnd),
        ("<a/><?p x?¶", UnexpectedEnd),
        ("<a><![CDA¶", UnexpectedEnd),
        ("<a><![CDATA[x]]¶", UnexpectedEnd),
        ("<?xml version='1.0'¶", UnexpectedEnd),
        // Tags.
        ("<a>¶</b>", EndTag),
        ("<a><b>¶</a></b>", EndTag),
        ("<a>¶</A>", EndTag),
        ("<a>¶</aa>", EndTag),
        ("<aa>¶</a>", EndTag),
        ("<p:a xmlns:p='u'>¶</a>", EndTag),
        ("<p:a xmlns:p='u' xmlns:q='u'>¶</q:a>", EndTag),
        ("<a></a ¶b='c'>", Tag),
        ("<a></a¶/>", Tag),
        ("<a></¶>", Name),
        ("<a></¶ a>", Name),
        ("<¶ a/>", Name),
        ("<¶>", Name),
        ("<¶1a/>", Name),
        ("<¶-a/>", Name),
        ("<¶.a/>", Name),
        ("<¶=/>", Name),
        ("<a¶$b/>", Tag),
        ("<a¶\u{d7}/>", Tag),
        ("<¶\u{d7}/>", Name),
        ("<¶\u{300}/>", Name),
        ("<¶\u{b7}/>", Name),
        ("<a¶\u{2190}/>", Tag),
        ("<a¶<b/>", Tag),
        ("<a ¶<b/>", Tag),
        ("<a¶/ >", Tag),
        ("<a ¶/b>", Tag),
        ("<a¶/b='c'>", Tag),
        ("<a¶\u{1}>", Tag),
        ("<a>x<¶\u{1}", Name),
        // Attributes.
        ("<a ¶'b'/>", Tag),
        ("<a ¶='b'/>", Tag),
        ("<a b¶/>", Attribute),
        ("<a b ¶c='d'/>", Attribute),
        ("<a b=¶c/>", Attribute),
        ("<a b=¶/>", Attribute),
        ("<a b=¶&quot;c&quot;/>", Attribute),
        ("<a b='c'¶c='d'/>", Blank),
        ("<a b='c'¶é='d'/>", Tag),
        ("<a b='c'¶'d'/>", Tag),
        ("<a b='c' ¶b='d'/>", DuplicateAttribute),
        ("<a b='1' c='2' d='3' ¶b=\"\"/>", DuplicateAttribute),
        ("<a xmlns='u' ¶xmlns='u'/>", DuplicateAttribute),
        ("<a b='x¶<y'/>", LessThan),
        ("<a b=\"¶<\"/>", LessThan),
        ("<a b='x¶\u{0}y'/>", Character),
        ("<a b='¶\u{fffe}'/>", Character),
        ("<a b='x¶&y'/>", Reference),
        ("<a b='¶&y;'/>", Entity),
        ("<a ¶1b='c'/>", Tag),
        ("<a b:¶='c'/>", Name),
        // Character data.
        ("<a>¶]]></a>", CdataEnd),
        ("<a>x]¶]]></a>", CdataEnd),
        ("<a>\n\t¶\u{1f}</a>", Character),
        ("<a>x¶\u{0}</a>", Character),
        ("<a>x¶\u{b}</a>", Character),
        ("<a>x¶\u{c}</a>", Character),
        ("<a>¶\u{ffff}</a>", Character),
        ("<a><![CDATA[x¶\u{1}]]></a>", Character),
        ("<a><!-- ¶\u{1} --></a>", Character),
        ("<a><?p ¶\u{1}?></a>", Character),
        // References.
        ("<a>¶&</a>", Reference),
        ("<a>¶& </a>", Reference),
        ("<a>¶&;</a>", Reference),
        ("<a>¶&amp</a>", Reference),
        ("<a>¶&amp </a>", Reference),
        ("<a>¶& amp;</a>", Reference),
        ("<a>¶&AMP;</a>", Entity),
        ("<a>¶&nbsp;</a>", Entity),
        ("<a>¶&é;</a>", Entity),
        ("<a>¶&1;</a>", Reference),
        ("<a>¶&#;</a>", Reference),
        ("<a>¶&#x;</a>", Reference),
        ("<a>¶&#X41;</a>", Reference),
        ("<a>¶&#4a;</a>", Reference),
        ("<a>¶&#x4g;</a>", Reference),
        ("<a>¶&#+65;</a>", Reference),
        ("<a>¶&#-1;</a>", Reference),
        ("<a>¶&#0;</a>", Reference),
        ("<a>¶&#1;</a>", Reference),
        ("<a>¶&#x1F;</a>", Reference),
        ("<a>¶&#xD800;</a>", Reference),
        ("<a>¶&#xDFFF;</a>", Reference),
        ("<a>¶&#xFFFE;</a>", Reference),
        ("<a>¶&#x110000;</a>", Reference),
        ("<a>¶&#4294967361;</a>", Reference),
        ("<a>¶&#x100000041;</a>", Reference),
        // Comments, instructions, sections.
        ("<!--a¶--b--><a/>", Comment),
        ("<!--a¶---><a/>", Comment),
        ("<!--¶--a--><a/>", Comment),
        ("¶<!-a--><a/>", Markup),
        ("<a>¶<!></a>", Markup),
        ("<a>¶<!a></a>", Markup),
        ("<a>¶<![cdata[x]]></a>", Markup),
        ("<a>¶<![ CDATA[x]]></a>", Markup),
        ("<a>¶<!ENTITY b 'c'></a>", Markup),
        ("<?¶ p?><a/>", Name),
        ("<?¶?><a/>", Name),
        ("<?p¶&?><a/>", Instruction),
        ("<?p¶/><a/>", Instruction),
        ("¶<?p:q?><a/>", Instruction),
        ("<a/>¶<?xml version='1.0'?>", Declaration),
        ("<a>¶<?XML ?></a>", Declaration),
        ("¶<?xMl version='1.0'?><a/>", Declaration),
        // DTD.
        ("¶<!DOCTYPE a><a/>", Doctype),
        ("<?xml version='1.0'?>\n¶<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", Doctype),
        ("<a>¶<!DOCTYPE a></a>", Doctype),
        ("<a/>¶<!DOCTYPE a>", Doctype),
        ("¶<!doctype a><a/>", Markup),
        // The XML declaration.
        ("\n¶<?xml version='1.0'?><a/>", Declaration),
        ("<!---->¶<?xml version='1.0'?><a/>", Declaration),
        ("<?xml version='1.0'?>¶<?xml version='1.0'?><a/>", Declaration),
        ("<?xml¶?><a/>", Declaration),
        ("<?xml ¶?><a/>", Declaration),
        ("<?xml ¶encoding='utf-8'?><a/>", Declaration),
        ("<?xml ¶version='2.0'?><a/>", Declaration),
        ("<?xml ¶version='1.'?><a/>", Declaration),
        ("<?xml ¶version='1.0a'?><a/>", Declaration),
        ("<?xml ¶version=''?><a/>", Declaration),
        ("<?xml version=¶1.0?><a/>", Declaration),
        ("<?xml version¶?><a/>", Declaration),
        ("<?xml version='1.0\"?><a/>¶", UnexpectedEnd),
        ("<?xml version='1.0'¶encoding='utf-8'?><a/>", Declaration),
        ("<?xml version='1.0' ¶encoding=''?><a/>", Declaration),
        ("<?xml version='1.0' ¶encoding='-utf'?><a/>", Declaration),
        ("<?xml version='1.0' ¶encoding='utf 8'?><a/>", Declaration),
        ("<?xml version='1.0' ¶standalone='maybe'?><a/>", Declaration),
        ("<?xml version='1.0' standalone='yes' ¶encoding='utf-8'?><a/>", Declaration),
        ("<?xml version='1.0' ¶version='1.0'?><a/>", Declaration),
        ("<?xml version='1.0' encoding='utf-8' ¶encoding='utf-8'?><a/>", Declaration),
        ("<?xml version='1.0' ¶Encoding='utf-8'?><a/>", Declaration),
        ("<?xml version='1.0' ¶lang='en'?><a/>", Declaration),
        ("<?xml version='1.0' ¶><a/>", Declaration),
        ("<?xml version='1.0' ¶? ><a/>", Declaration),
        ("<?xml version='1.0' ¶encoding='utf-16'?><a/>", EncodingName),
        ("<?xml version='1.0' ¶encoding='klingon'?><a/>", EncodingName),
        ("\u{feff}<?xml version='1.0' ¶encoding='iso-8859-1'?><a/>", EncodingName),
        ("\u{feff}¶\u{feff}<a/>", OutsideRoot),
        ("<a/>¶\u{feff}", OutsideRoot),
        // Namespaces.
        ("¶<p:a/>", UnboundPrefix),
        ("¶<a p:b='c'/>", UnboundPrefix),
        ("<a><b xmlns:p='u'/>¶<p:c/></a>", UnboundPrefix),
        ("¶<p:a xmlns:P='u'/>", UnboundPrefix),
        ("<a ¶xmlns:p=''/>", Binding),
        ("<a ¶xmlns:xml='u'/>", Binding),
        ("<a ¶xmlns:xmlns='u'/>", Binding),
        ("<a ¶xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>", Binding),
        ("<a ¶xmlns:p='http://www.w3.org/2000/xmlns/'/>", Binding),
        ("<a ¶xmlns='http://www.w3.org/2000/xmlns/'/>", Binding),
        ("<a ¶xmlns:p='http://www.w3.org/XML/1998/namespac&#101;'/>", Binding),
        ("<a ¶xmlns='http://www.w3.org/XML/1998/namespace'/>", Binding),
        ("¶<xmlns:a/>", Binding),
        ("¶<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", DuplicateAttribute),
        ("<a xmlns:p='u'>¶<b xmlns:q='&#117;' p:x='' y='' q:x=''/></a>", DuplicateAttribute),
        ("<¶:a/>", Name),
        ("<a:¶/>", Name),
        ("<a:¶:b/>", Name),
        ("<a:b¶:c xmlns:a='u'/>", Name),
        ("<a:¶1/>", Name),
        ("<a ¶:b='c'/>", Name),
        ("<a xmlns:¶='u'/>", Name),
        ("<a xmlns:p='u' p:b¶:c=''/>", Name),
    ];
    for (marked, kind) in cases {
        check_refused(Tolerance::STRICT, marked, kind);
        let depends_on_tolerance = kind == EncodingName || marked.starts_with('\n');
        if !depends_on_tolerance {
            let marked =
                if kind == Character { marked.replace(['\u{fffe}', '\u{ffff}'], "\u{1}") } else { marked.into() };
            check_refused(Tolerance::FIELD, &marked, kind);
        }
    }
}

#[test]
fn accepted() {
    let cases = [
        // Document, all text, all attribute values.
        ("<a/>", "", &[][..]),
        ("<a />", "", &[]),
        ("<a></a>", "", &[]),
        ("<a></a \n>", "", &[]),
        ("\u{feff}<a/>", "", &[]),
        ("\u{feff}<?xml version='1.0' encoding='UTF-8'?><a/>", "", &[]),
        ("\n\t <a/>\r\n", "", &[]),
        ("<!-- x --><?p?><a/><?p q?><!---->", "", &[]),
        ("<a><!-- & < > ]]> <b> - é --></a>", "", &[]),
        ("<a><?xml-stylesheet & < ?? ]]>?></a>", "", &[]),
        ("<?xmlx?><a/>", "", &[]),
        ("<?é é?><a/>", "", &[]),
        ("<?xml version='1.0'?><a/>", "", &[]),
        ("<?xml version=\"1.1\"?><a/>", "", &[]),
        ("<?xml version='1.12345678901234567890'?><a/>", "", &[]),
        ("<?xml\tversion = '1.0'\nencoding\r\n=\n\"utf-8\" standalone='no' ?><a/>", "", &[]),
        ("<?xml version='1.0' standalone='yes'?><a/>", "", &[]),
        ("<?xml version='1.0' encoding='uTf-8'?><a>é</a>", "é", &[]),
        ("<_/>", "", &[]),
        ("<a-.1_é/>", "", &[]),
        ("<été/>", "", &[]),
        ("<Ωμέγα/>", "", &[]),
        ("<名前/>", "", &[]),
        ("<\u{10000}\u{eFFFF}/>", "", &[]),
        ("<a\u{b7}\u{300}\u{203f}/>", "", &[]),
        ("<a b='1' c=\"2\"/>", "", &["1", "2"]),
        ("<a b = '1'\nc\t=\r\"2\"\n/>", "", &["1", "2"]),
        ("<a b='\"' c=\"'\" d='>'/>", "", &["\"", "'", ">"]),
        ("<a b=''/>", "", &[""]),
        ("<a b='1' B='2' ab='3' ba='4'/>", "", &["1", "2", "3", "4"]),
        ("<a b='x\ty\nz\rw\r\nv'/>", "", &["x y z w v"]),
        ("<a b='&#9;&#10;&#13;&#xD;&#xA;'/>", "", &["\t\n\r\r\n"]),
        ("<a b='&lt;&gt;&amp;&quot;&apos;'/>", "", &["<>&\"'"]),
        ("<a b=']]>'/>", "", &["]]>"]),
        ("<a>&lt;&gt;&amp;&quot;&apos;</a>", "<>&\"'", &[]),
        ("<a>&amp;lt;</a>", "&lt;", &[]),
        ("<a>&#65;&#x42;&#x063;&#x1F600;&#x00000000044;</a>", "ABc😀D", &[]),
        ("<a>&#x10FFFF;&#xE000;&#xFFFD;&#9;</a>", "\u{10ffff}\u{e000}\u{fffd}\t", &[]),
        ("<a>&#127;&#x85;\u{7f}\u{85}</a>", "\u{7f}\u{85}\u{7f}\u{85}", &[]),
        ("<a>x\r\ny\rz\nw\r\r\nv</a>", "x\ny\nz\nw\n\nv", &[]),
        ("<a>&#13;\n</a>", "\r\n", &[]),
        ("<a>> ]] ]> ] ]</a>", "> ]] ]> ] ]", &[]),
        ("<a>]]&gt;</a>", "]]>", &[]),
        ("<a>x<![CDATA[<&]]]]><![CDATA[>]]>y</a>", "x<&]]>y", &[]),
        ("<a><![CDATA[]]></a>", "", &[]),
        ("<a><![CDATA[\r\n\r]]]></a>", "\n\n]", &[]),
        ("<a><![CDATA[&amp;<![CDATA[]]></a>", "&amp;<![CDATA[", &[]),
        ("<a>x<!--y-->z<?w?>v</a>", "xzv", &[]),
        ("<a>x<b>y</b>z</a>", "xyz", &[]),
        ("<a>é€😀\u{d7ff}\u{fffd}</a>", "é€😀\u{d7ff}\u{fffd}", &[]),
        ("<a><b/><b/><b></b></a>", "", &[]),
        ("<a xml:lang='de' xml:space='preserve'/>", "", &["de", "preserve"]),
        ("<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", "", &["http://www.w3.org/XML/1998/namespace"]),
        ("<a b='1' p:b='2' q:b='3' xmlns:p='u' xmlns:q='v'/>", "", &["1", "2", "3", "u", "v"]),
        ("<a xmlns='u' xmlns:p='u' b='1' p:b='2'/>", "", &["u", "u", "1", "2"]),
        ("<p:a xmlns:p='u'><p:a xmlns:p='v'></p:a></p:a>", "", &["u", "v"]),
        ("<xmlnsx/>", "", &[]),
        ("<a xmlnsx='' xmlnsy=''/>", "", &["", ""]),
    ];
    for (document, text, values) in cases {
        for tolerance in [Tolerance::STRICT, Tolerance::FIELD] {
            let events = check_accepted(tolerance, document);
            assert_eq!(texts(&events), (text.to_owned(), values.to_vec()), "{document}");
        }
    }
}

#[test]
fn namespaces_in_scope() {
    let document =
        "<a><b xmlns='u'><c/><p:d xmlns:p='v&#33;\n'><e xmlns=''/><p:f xmlns:p='w'/><g/></p:d><h/></b><i/></a>";
    let events = check_accepted(Tolerance::STRICT, document);
    let mut open = "";
    let mut entered = Vec::new();
    for event in &events {
        match event {
            Event::Open(name) => open = name,
            Event::Enter(namespace) => entered.push((open, &namespace[..])),
            _ => {}
        }
    }
    let expected =
        [("a", ""), ("b", "u"), ("c", "u"), ("p:d", "v! "), ("e", ""), ("p:f", "w"), ("g", "u"), ("h", "u"), ("i", "")];
    assert_eq!(entered, expected);

    let mut reader = Reader::new(Tolerance::STRICT);
    let mut input = &b"<a xmlns='u'><b xmlns='v'></b><c></c></a>"[..];
    let mut seen = Vec::new();
    while let Some(token) = reader.next(&mut input, true).unwrap() {
        match token {
            opi_core::xml::Token::End => break,
            opi_core::xml::Token::Close => seen.push((reader.depth(), reader.namespace().to_owned())),
            _ => {}
        }
    }
    assert_eq!(seen, [(1, "u".into()), (1, "u".into()), (0, String::new())], "after a child, its parent's namespace");
}

#[test]
fn every_bound_holds_and_is_reached() {
    let strict = Tolerance::STRICT;
    let nested = |depth| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    check_accepted(strict, &nested(XML_DEPTH));
    check_refused(strict, &format!("{}¶<a>", "<a>".repeat(XML_DEPTH)), Depth);

    let name = "n".repeat(XML_NAME);
    check_accepted(strict, &format!("<{name} {name}='' a:{}='' xmlns:a='u'></{name} >", &name[2..]));
    check_refused(strict, &format!("<¶{name}n/>"), NameTooLong);
    check_refused(strict, &format!("<¶a:{name}/>"), NameTooLong);
    check_refused(strict, &format!("<¶{}é/>", &name[1..]), NameTooLong);
    check_refused(strict, &format!("<a ¶{name}n=''/>"), NameTooLong);
    check_refused(strict, &format!("<a></¶{name}n>"), NameTooLong);
    check_refused(strict, &format!("<?¶{name}n?>"), NameTooLong);

    let attributes = |count: usize| (0..count).map(|at| format!(" a{at}=''")).collect::<String>();
    check_accepted(strict, &format!("<a{}/>", attributes(XML_ATTRIBUTES)));
    check_refused(strict, &format!("<a{} ¶b=''/>", attributes(XML_ATTRIBUTES)), Attributes);

    let bindings = |count: usize| (0..count).map(|at| format!(" xmlns:a{at}='u'")).collect::<String>();
    check_accepted(strict, &format!("<a{}/>", bindings(XML_BINDINGS)));
    check_refused(strict, &format!("<a{} ¶xmlns:b='u'/>", bindings(XML_BINDINGS)), Bindings);

    let blanks = " ".repeat(XML_EQUALS);
    check_accepted(strict, &format!("<a b{blanks}={blanks}'c'/>"));
    check_refused(strict, &format!("<a b{blanks}¶ =''/>"), Attribute);
    check_refused(strict, &format!("<a b={blanks}¶ ''/>"), Attribute);

    let zeros = "0".repeat(XML_REFERENCE - 3);
    check_accepted(strict, &format!("<a>&#{zeros}65;</a>"));
    check_refused(strict, &format!("<a>¶&#{zeros}065;</a>"), Reference);

    let digits = "1".repeat(XML_DECLARED - 2);
    check_accepted(strict, &format!("<?xml version='1.{digits}'?><a/>"));
    check_refused(strict, &format!("<?xml version='1.{digits}¶1'?><a/>"), Declaration);

    // Names, attribute names and namespaces share one arena.
    let tree =
        |elements: usize| (0..elements).map(|at| format!("<{name}{at:02}>", name = &name[2..])).collect::<String>();
    // Lengths stand beside them where memory is scarce.
    let lengths = if cfg!(target_pointer_width = "64") { (0, 0) } else { (2, 1) };
    let fit = XML_SCOPE / (XML_NAME + lengths.0);
    check_refused(strict, &format!("{}¶<{name}>", tree(fit)), Scope);
    let closed = (0..fit).rev().map(|at| format!("</{}{at:02}>", &name[2..])).collect::<String>();
    check_accepted(strict, &format!("{}{closed}", tree(fit)));
    let attributes = |count| (0..count).map(|at| format!(" {}{at:02}=''", &name[2..])).collect::<String>();
    let fit = (XML_SCOPE - 1 - lengths.0) / (XML_NAME + lengths.1);
    check_refused(strict, &format!("<a{} ¶{name}=''/>", attributes(fit)), Scope);
    check_accepted(strict, &format!("<a{}/>", attributes(fit)));
    check_refused(strict, &format!("<a ¶xmlns='{}'/>", "u".repeat(1100)), Scope);
    check_accepted(
        strict,
        &format!("<a>{}</a>", "<b xmlns='a long name'/><p:c xmlns:p='another long name'/>".repeat(40)),
    );
}

#[test]
fn a_wrong_namespace_name_comes_behind_its_value() {
    let events = same_for_every_cut(Tolerance::STRICT, format!("<a xmlns='{}'/>", "u".repeat(1100)).as_bytes());
    assert_eq!(events[1], Event::Attribute("xmlns".into(), "u".repeat(1100)));
    assert_eq!(events[2], Event::Refused(3, Scope));
}

/// A reader is as good as new after `reset`, whatever it read before.
#[test]
fn reset() {
    let good = b"<?xml version='1.0' encoding='iso-8859-1'?><a xmlns:p='u'><p:b p:c='\xE4'/></a>";
    let expected = read(Tolerance::STRICT, good);
    for len in 0..good.len() {
        let mut reader = Reader::new(Tolerance::STRICT);
        let mut input = &good[..len];
        while !matches!(reader.next(&mut input, len % 2 == 0), Ok(None) | Err(_)) {}
        reader.reset();
        assert_eq!((reader.offset(), reader.depth()), (0, 0));
        let mut input = &good[..];
        let mut tokens = 0;
        while !matches!(reader.next(&mut input, true).unwrap(), Some(opi_core::xml::Token::End)) {
            tokens += 1;
        }
        assert_eq!(tokens + 1, expected.len());
        let mut input = &b"<a>\xE4<"[..];
        reader.reset();
        assert!((0..2).all(|_| reader.next(&mut input, true).is_ok()));
        assert_eq!(reader.next(&mut input, true).unwrap_err().kind, Encoding, "the encoding is forgotten");
    }
}

/// Exhaustive: which characters may stand in a name, in text and behind `&#`, by the productions as XML prints them.
#[test]
fn character_classes() {
    let is_char = |code: u32| matches!(code, 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x10000..=0x10FFFF);
    let is_start = |code: u32| {
        matches!(code, 0x41..=0x5A | 0x5F | 0x61..=0x7A | 0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0x2FF | 0x370..=0x37D
            | 0x37F..=0x1FFF | 0x200C..=0x200D | 0x2070..=0x218F | 0x2C00..=0x2FEF | 0x3001..=0xD7FF
            | 0xF900..=0xFDCF | 0xFDF0..=0xFFFD | 0x10000..=0xEFFFF)
    };
    let is_name = |code: u32| {
        is_start(code) || matches!(code, 0x2D | 0x2E | 0x30..=0x39 | 0xB7 | 0x300..=0x36F | 0x203F..=0x2040)
    };
    let accepts = |document: &str| {
        let mut reader = Reader::new(Tolerance::STRICT);
        let mut input = document.as_bytes();
        loop {
            match reader.next(&mut input, true) {
                Ok(Some(opi_core::xml::Token::End)) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    };
    for code in 0..0x11_0010 {
        assert_eq!(accepts(&format!("<a>&#{code};</a>")), is_char(code), "&#{code};");
        let Some(char) = char::from_u32(code) else { continue };
        if !matches!(char, '<' | '&') {
            assert_eq!(accepts(&format!("<a>{char}</a>")), is_char(code), "text {code:x}");
        }
        if !matches!(char, '/' | '>' | ' ' | '\t' | '\r' | '\n' | ':') {
            assert_eq!(accepts(&format!("<{char}/>")), is_start(code), "start {code:x}");
            assert_eq!(accepts(&format!("<a{char}/>")), is_name(code), "name {code:x}");
        }
    }
}

/// A reader remembers attribute names of tags before. That must not cost a later tag its room, nor hide a name that
/// occurs twice in it.
#[test]
fn names_of_tags_before_take_no_room() {
    let tag = |number: usize| {
        let names = (0..20).map(|name| format!(" name-of-tag-{number}-{name}='{name}'"));
        format!("<a{}/>", names.collect::<String>())
    };
    // Far more names, and bytes of names, than one tag may have; each tag twice, then with one of its names twice.
    let tags: String = (0..40).map(|number| tag(number % 20)).collect();
    let read = |document: &str| {
        let (mut reader, mut input) = (Reader::new(Tolerance::STRICT), document.as_bytes());
        loop {
            match reader.next(&mut input, true) {
                Ok(Some(opi_core::xml::Token::End)) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(error.kind),
            }
        }
    };
    assert_eq!(read(&format!("<r>{tags}</r>")), Ok(()));
    for number in [0, 7, 19] {
        let twice = tag(number).replace("/>", &format!(" name-of-tag-{number}-3=''/>"));
        let expected = Err(DuplicateAttribute);
        assert_eq!(read(&format!("<r>{tags}{twice}</r>")), expected);
    }
}
