//! What is within the limits is read, one more is refused.

use opi_core::json::{Document, Error, ErrorKind, Limits};
use opi_core::limits::{JSON_BYTES, JSON_DEPTH, JSON_MEMBERS, JSON_NAMES};

fn parse(document: &str, limits: Limits) -> Result<(), (ErrorKind, usize)> {
    let parsed = Document::parse_within(document.as_bytes(), limits);
    parsed.map(|_| ()).map_err(|Error { kind, offset, .. }| (kind, offset))
}

fn arrays(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

fn members(count: usize) -> String {
    let members: Vec<String> = (0..count).map(|number| format!("\"{number:03}\":0")).collect();
    format!("{{{}}}", members.join(","))
}

#[test]
fn depth() {
    for depth in 0..=JSON_DEPTH {
        let limits = Limits { depth, ..Limits::default() };
        let depth = usize::from(depth);
        assert_eq!(parse("1", limits), Ok(()));
        assert_eq!(parse(&arrays(depth.max(1)), limits).is_ok(), depth > 0);
        assert_eq!(parse(&arrays(depth + 1), limits), Err((ErrorKind::Depth, depth)));
        let objects = "{\"\":".repeat(depth + 1);
        assert_eq!(parse(&objects, limits), Err((ErrorKind::Depth, 4 * depth)));
        // Beside each other they may be as many as they like.
        let wide = format!("[{}]", vec!["[]"; 100].join(","));
        assert_eq!(parse(&wide, limits).is_ok(), depth >= 2);
    }
    let most = Limits { depth: u8::MAX, ..Limits::default() };
    let beyond = usize::from(JSON_DEPTH);
    assert_eq!(parse(&arrays(beyond + 1), most), Err((ErrorKind::Depth, beyond)));
}

#[test]
fn members_of_one_object() {
    for most in [0, 1, 2, JSON_MEMBERS] {
        let limits = Limits { members: most, ..Limits::default() };
        let most = usize::from(most);
        assert_eq!(parse(&members(most), limits), Ok(()));
        assert_eq!(parse(&members(most + 1), limits), Err((ErrorKind::Members, 1 + 8 * most)));
        assert_eq!(parse(&format!("[{}]", vec!["0"; most + 1].join(",")), limits), Ok(()));
    }
}

#[test]
fn members_of_all_open_objects() {
    let most = Limits { members: u16::MAX, ..Limits::default() };
    assert_eq!(parse(&members(JSON_NAMES), most), Ok(()));
    assert_eq!(parse(&members(JSON_NAMES + 1), most), Err((ErrorKind::Names, 1 + 8 * JSON_NAMES)));
    // Names are forgotten with their object: twice as many, but never open at one time.
    let twice = format!("[{0},{{\"a\":{{\"b\":{1}}},\"c\":{1}}}]", members(JSON_NAMES), members(JSON_NAMES - 2));
    assert_eq!(parse(&twice, most), Ok(()));
    let inside = format!("{{\"a\":{}}}", members(JSON_NAMES));
    assert_eq!(parse(&inside, most).unwrap_err().0, ErrorKind::Names);
}

#[test]
fn bytes() {
    let text = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    assert_eq!(parse(&text(JSON_BYTES), Limits::default()), Ok(()));
    assert_eq!(parse(&text(JSON_BYTES + 1), Limits::default()), Err((ErrorKind::Bytes, JSON_BYTES)));
    let long = Limits { bytes: usize::MAX, ..Limits::default() };
    assert_eq!(parse(&text(8 * JSON_BYTES), long), Ok(()));
    // It is not even looked at.
    assert_eq!(parse("x ", Limits { bytes: 1, ..long }), Err((ErrorKind::Bytes, 1)));
    assert_eq!(parse("", Limits { bytes: 0, ..long }), Err((ErrorKind::UnexpectedEnd, 0)));
}
