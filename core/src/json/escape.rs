//! One escape of a string: RFC 8259 §7.

use super::error::{ErrorKind, Fault};

/// The character of the escape at the front, which is a backslash, and its length. A fault is at an offset from there.
pub(super) fn decode(rest: &[u8]) -> Result<(char, usize), Fault> {
    let known = |character| Ok((character, 2));
    match rest.get(1) {
        None => Err((ErrorKind::UnexpectedEnd, rest.len())),
        Some(b'"') => known('"'),
        Some(b'\\') => known('\\'),
        Some(b'/') => known('/'),
        Some(b'b') => known('\u{8}'),
        Some(b'f') => known('\u{c}'),
        Some(b'n') => known('\n'),
        Some(b'r') => known('\r'),
        Some(b't') => known('\t'),
        Some(b'u') => unicode(rest),
        Some(_) => Err((ErrorKind::Escape, 0)),
    }
}

/// The character of a `\u` escape, or of two that make a surrogate pair.
fn unicode(rest: &[u8]) -> Result<(char, usize), Fault> {
    let first = four_digits(rest, 2)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, 6));
    }
    let half = Err((ErrorKind::Surrogate, 0));
    if !(0xD800..0xDC00).contains(&first) {
        return half;
    }
    match (rest.get(6), rest.get(7)) {
        (None, _) | (Some(b'\\'), None) => Err((ErrorKind::UnexpectedEnd, rest.len())),
        (Some(b'\\'), Some(b'u')) => {
            let second = match four_digits(rest, 8) {
                // This is the second escape's own fault.
                Err((ErrorKind::Escape, _)) => return Err((ErrorKind::Escape, 6)),
                second => second?,
            };
            // RFC 2781 §2.2.
            let low = second.wrapping_sub(0xDC00);
            let paired = (low < 0x400).then(|| 0x1_0000 + ((first & 0x3FF) << 10) + low);
            paired.and_then(char::from_u32).map_or(half, |character| Ok((character, 12)))
        }
        _ => half,
    }
}

fn four_digits(rest: &[u8], from: usize) -> Result<u32, Fault> {
    let mut value = 0;
    for place in from..from + 4 {
        let Some(byte) = rest.get(place) else { return Err((ErrorKind::UnexpectedEnd, rest.len())) };
        let digit = char::from(*byte).to_digit(16).ok_or((ErrorKind::Escape, 0))?;
        value = (value << 4) | digit;
    }
    Ok(value)
}
