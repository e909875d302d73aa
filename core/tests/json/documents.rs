//! Documents that are accepted or refused, and where.

use opi_core::json::{Document, Error, ErrorKind, ErrorKind::*, Limits};

use crate::tree::{Tree, ours};

fn refused(document: &[u8]) -> Error {
    ours(document, Limits::default()).expect_err(&document.escape_ascii().to_string())
}

#[test]
fn accepted() {
    let text = |text: &str| Tree::Text(text.to_owned());
    let number = |text: &str| Tree::Number(text.to_owned());
    let member = |name: &str, value| Tree::Object(vec![(name.to_owned(), value)]);
    for (document, tree) in [
        ("{}", Tree::Object(vec![])),
        ("[]", Tree::Array(vec![])),
        ("null", Tree::Null),
        (" \t\r\n true \t\r\n ", Tree::Boolean(true)),
        ("\u{feff}false", Tree::Boolean(false)),
        ("\u{feff} \u{20}0", number("0")),
        ("-0", number("-0")),
        ("-12.50E+07", number("-12.50E+07")),
        ("0e-0", number("0e-0")),
        ("123456789012345678901234567890", number("123456789012345678901234567890")),
        ("\"\"", text("")),
        ("\"\u{7f}\u{80}\u{2028}\u{feff}\u{10ffff}\"", text("\u{7f}\u{80}\u{2028}\u{feff}\u{10ffff}")),
        (r#""\"\\\/\b\f\n\r\t""#, text("\"\\/\u{8}\u{c}\n\r\t")),
        (r#""\u0000\u00Ef\ufFfF\uD834\udd1E""#, text("\u{0}ï\u{ffff}\u{1d11e}")),
        (r#""a\u005c\u0022b""#, text("a\\\"b")),
        (r#"{"":""}"#, member("", text(""))),
        ("{ \"a\" :\n[ ] }", member("a", Tree::Array(vec![]))),
        (r#"{"a":{"a":{"a":1}}}"#, member("a", member("a", member("a", number("1"))))),
        (r#"[{"a":1},{"a":1}]"#, Tree::Array(vec![member("a", number("1")), member("a", number("1"))])),
        (r#"{"\u0061":"}]"}"#, member("a", text("}]"))),
        (r#"["\\","]"]"#, Tree::Array(vec![text("\\"), text("]")])),
    ] {
        assert_eq!(ours(document.as_bytes(), Limits::default()), Ok(tree), "{document}");
    }
}

#[test]
fn refused_and_where() {
    let table: &[(&str, ErrorKind, usize)] = &[
        // Too early an end.
        ("", UnexpectedEnd, 0),
        (" \n", UnexpectedEnd, 2),
        ("\u{feff}", UnexpectedEnd, 3),
        ("{", UnexpectedEnd, 1),
        ("[", UnexpectedEnd, 1),
        ("[1", UnexpectedEnd, 2),
        ("[1,", UnexpectedEnd, 3),
        ("{\"a", UnexpectedEnd, 3),
        ("{\"a\"", UnexpectedEnd, 4),
        ("{\"a\":", UnexpectedEnd, 5),
        ("{\"a\":1", UnexpectedEnd, 6),
        ("{\"a\":1,", UnexpectedEnd, 7),
        ("tru", UnexpectedEnd, 3),
        ("-", UnexpectedEnd, 1),
        ("1.", UnexpectedEnd, 2),
        ("1e", UnexpectedEnd, 2),
        ("1e-", UnexpectedEnd, 3),
        ("\"", UnexpectedEnd, 1),
        ("\"\\", UnexpectedEnd, 2),
        ("\"\\u12", UnexpectedEnd, 5),
        ("\"\\ud83d", UnexpectedEnd, 7),
        ("\"\\ud83d\\", UnexpectedEnd, 8),
        ("\"\\ud83d\\ude", UnexpectedEnd, 11),
        // Values.
        ("}", Value, 0),
        (",", Value, 0),
        ("+1", Value, 0),
        (".5", Value, 0),
        ("'a'", Value, 0),
        ("/**/1", Value, 0),
        ("é", Value, 0),
        ("\u{a0}1", Value, 0),
        ("\u{c}1", Value, 0),
        (" \u{feff}1", Value, 1),
        ("\u{feff}\u{feff}1", Value, 3),
        ("[,1]", Value, 1),
        ("[1,]", Value, 3),
        ("[1,,2]", Value, 3),
        ("{\"a\":}", Value, 5),
        ("{\"a\":,", Value, 5),
        ("True", Word, 0),
        ("[nul]", Word, 1),
        ("[nulL]", Word, 1),
        ("NaN", Word, 0),
        ("-Infinity", Number, 1),
        ("undefined", Word, 0),
        // Numbers.
        ("-a", Number, 1),
        ("--1", Number, 1),
        ("1.e1", Number, 2),
        ("[1.]", Number, 3),
        ("1e5.", Trailing, 3),
        ("1ee", Number, 2),
        ("1e+-1", Number, 3),
        ("01", LeadingZero, 1),
        ("-00", LeadingZero, 2),
        ("[1,012.5]", LeadingZero, 4),
        ("0x10", Trailing, 1),
        ("1_000", Trailing, 1),
        ("[1.2.3]", Comma, 4),
        // Strings.
        ("\"\t\"", Control, 1),
        ("\"a\nb\"", Control, 2),
        ("\"\u{0}\"", Control, 1),
        ("\"\u{1f}\"", Control, 1),
        ("\"\\x41\"", Escape, 1),
        ("\"\\'\"", Escape, 1),
        ("\"\\U0041\"", Escape, 1),
        ("\"a\\u00g0\"", Escape, 2),
        ("\"\\u+041\"", Escape, 1),
        ("\"\\u004\"", Escape, 1),
        ("\"\\ud83d\\ude0g\"", Escape, 7),
        ("\"\\ud83d\\n\"", Surrogate, 1),
        ("\"\\ud83d\"", Surrogate, 1),
        ("\"\\ud83dx\"", Surrogate, 1),
        ("\"ab\\ude00\"", Surrogate, 3),
        ("\"\\ude00\\ud83d\"", Surrogate, 1),
        ("\"\\ud83d\\ud83d\\ude00\"", Surrogate, 1),
        ("\"\\ud83d\\u0041\"", Surrogate, 1),
        // Objects and arrays.
        ("{1:2}", Name, 1),
        ("{a:1}", Name, 1),
        ("{'a':1}", Name, 1),
        ("{null:1}", Name, 1),
        ("{,}", Name, 1),
        ("{\"a\":1,}", Name, 7),
        ("{\"a\":1,,}", Name, 7),
        ("{\"a\" 1}", Colon, 5),
        ("{\"a\"}", Colon, 4),
        ("{\"a\",1}", Colon, 4),
        ("{\"a\"::1}", Value, 5),
        ("[1 2]", Comma, 3),
        ("[\"a\":1]", Comma, 4),
        ("[1}", Comma, 2),
        ("{\"a\":1]", Comma, 6),
        ("{\"a\":1 \"b\":2}", Comma, 7),
        ("[}", Value, 1),
        ("{]", Name, 1),
        // Behind the end.
        ("{}{}", Trailing, 2),
        ("1 2", Trailing, 2),
        ("[]]", Trailing, 2),
        ("{},", Trailing, 2),
        ("null\u{0}", Trailing, 4),
        ("truee", Trailing, 4),
        ("\"\"\u{feff}", Trailing, 2),
        // The same name, however it is spelled.
        ("{\"a\":1,\"a\":1}", Duplicate, 7),
        ("{\"a\":1,\"b\":2,\"\\u0061\":3}", Duplicate, 13),
        ("{\"\\u0061\":1,\"a\":1}", Duplicate, 12),
        ("{\"\\/\":1,\"\\u002F\":1}", Duplicate, 8),
        ("{\"😀\":1,\"\\ud83d\\ude00\":1}", Duplicate, 10),
        ("{\"\":1,\"\":1}", Duplicate, 6),
        ("{\"a\":{\"b\":1},\"c\":{},\"a\":1}", Duplicate, 20),
        ("[{\"a\":{\"b\":1,\"b\":2}}]", Duplicate, 13),
    ];
    for (document, kind, offset) in table {
        let error = refused(document.as_bytes());
        assert_eq!((error.kind, error.offset), (*kind, *offset), "{document:?}");
    }
}

#[test]
fn lines_and_columns() {
    for (document, offset, line, column) in [
        ("x", 0, 1, 1),
        ("\u{feff}x", 3, 1, 1),
        ("\n\n  x", 4, 3, 3),
        // CR alone begins no line, and CR LF begins one.
        ("\r\n\r x", 4, 2, 3),
        ("[\"é€😀\" x]", 13, 1, 8),
        ("[\"é\",\n\"€\" 1]", 13, 2, 5),
        ("{\n\t\"a\": \"b\",\n\t\"a\": 1\n}", 14, 3, 2),
        ("[1,\n", 4, 2, 1),
    ] {
        let error = refused(document.as_bytes());
        assert_eq!((error.offset, error.line, error.column), (offset, line, column), "{document:?}");
    }
}

#[test]
fn bytes_that_are_no_text() {
    let table: &[(&[u8], usize)] = &[
        (b"\xff", 0),
        (b"\xfe\xff\0{\0}", 0),
        (b"[\"a\x80\"]", 3),
        (b"\"\xc0\xaf\"", 1),
        (b"\"\xe0\x9f\xbf\"", 1),
        (b"\"\xc3\"", 1),
        (b"\"\xe2\x82", 1),
        (b"\"\xed\xa0\xbd\xed\xb8\x80\"", 1),
        (b"\"\xf0\x8f\xbf\xbf\"", 1),
        (b"\"\xf4\x90\x80\x80\"", 1),
        (b"\"\\\xff\"", 2),
        (b"\"\\u12\xff\"", 5),
        (b"1\xff", 1),
        (b"nu\xff", 2),
        (b"{} \xff", 3),
        (b"\xef\xbb", 0),
        (b"\xef\xbb\xbf\x80", 3),
    ];
    for (document, offset) in table {
        let error = refused(document);
        assert_eq!((error.kind, error.offset), (Encoding, *offset), "{}", document.escape_ascii());
    }
    // What is wrong first is told, whatever is wrong behind it.
    assert_eq!(refused(b"[,\xff]").kind, Value);
}

/// A sentence for each kind, another one each, that can follow a position.
#[test]
fn sentences() {
    let documents = [
        "",
        "\u{1}",
        "x",
        "[-]",
        "00",
        "{1",
        "{\"\"1",
        "[1 1",
        "\"\u{1}",
        "\"\\x",
        "\"\\udc00\"",
        "1 1",
        "{\"\":1,\"\":1}",
    ];
    let mut sentences: Vec<String> = documents.map(|document| refused(document.as_bytes()).to_string()).to_vec();
    sentences.push(Document::parse(b"\xff").unwrap_err().to_string());
    let count = sentences.len();
    sentences.sort();
    sentences.dedup();
    assert_eq!(sentences.len(), count);
    for sentence in sentences {
        assert!(sentence.starts_with(char::is_lowercase) && !sentence.ends_with('.'), "{sentence}");
    }
}
