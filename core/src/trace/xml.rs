//! Masks a frame of OPI.

use crate::limits;
use crate::proof::{Mistake, mistake};
use crate::secret;

/// Elements and attributes, by local name, that hold a card number. Its last four characters stay.
const CARD_NUMBERS: [&[u8]; 5] = [b"CardPAN", b"CardNumber", b"MaskedCardNumber", b"PANprint", b"LoyaltyPAN"];

/// Elements and attributes, by local name, of which nothing stays: tracks, expiry dates, verification values, keys,
/// and what was typed or scanned instead of a card.
const HIDDEN: [&[u8]; 27] = [
    b"Track1",
    b"Track2",
    b"Track3",
    b"ICC",
    b"Barcode",
    b"InString",
    b"StartDate",
    b"ExpiryDate",
    b"EndDate",
    b"ServiceCode",
    b"Token",
    b"TokenSalt",
    b"CV2",
    b"PostCode",
    b"Address",
    b"PANHash",
    b"CardIdent",
    b"Hex",
    b"MAC",
    b"InSecureData",
    b"SecureData",
    b"OutSecureData",
    b"EncryptedCardValue",
    b"Encryption",
    b"EncryptionRSA",
    b"EncryptionExponent",
    b"Validation",
];

/// How a named value is masked.
#[derive(Clone, Copy)]
enum Kind {
    CardNumber,
    Hidden,
}

fn kind(name: &[u8]) -> Option<Kind> {
    let local = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
    if CARD_NUMBERS.contains(&local) { Some(Kind::CardNumber) } else { HIDDEN.contains(&local).then_some(Kind::Hidden) }
}

/// Masks the payload of a frame in place: every card number, and every value that the protocol names as card data.
/// Lengths and markup stay, so it reads as before. Masking twice is masking once.
///
/// `whole` is false for a payload that is cut off: digits at its end may then be the front of a card number.
pub fn mask(payload: &mut [u8], whole: bool) {
    mask_named(payload);
    secret::star_card_numbers(payload, mask_track);
    mask_references(payload);
    // What is left beside a hidden number may be another one.
    while secret::star_card_numbers(payload, mask_track) {
        mask_references(payload);
    }
    if !whole {
        mask_end(payload);
    }
}

fn mask_named(payload: &mut [u8]) {
    let (mut at, mut depth) = (0, 0usize);
    // The depths of the outermost elements of each kind around what is read.
    let (mut card_number, mut hidden): (Option<usize>, Option<usize>) = (None, None);
    loop {
        let open = find(payload, at, b"<").unwrap_or(payload.len());
        // A track inside of a card number is a track.
        let inside = hidden.map(|_| Kind::Hidden).or(card_number.map(|_| Kind::CardNumber));
        if let Some(kind) = inside {
            hide(payload.get_mut(at..open), kind);
        }
        let Some(markup) = payload.get(open..).filter(|rest| !rest.is_empty()) else { return };
        at = if markup.starts_with(b"<!--") {
            after(payload, open, b"-->")
        } else if markup.starts_with(b"<![CDATA[") {
            let content = open + b"<![CDATA[".len();
            let end = find(payload, content, b"]]>").unwrap_or(payload.len());
            if let Some(kind) = inside.filter(|_| !mistake(Mistake::TraceShowsCdata)) {
                hide(payload.get_mut(content..end), kind);
            }
            after(payload, open, b"]]>")
        } else if markup.starts_with(b"<?") {
            after(payload, open, b"?>")
        } else if markup.starts_with(b"<!") {
            after(payload, open, b">")
        } else if markup.starts_with(b"</") {
            (card_number, hidden) =
                (card_number.filter(|outer| *outer != depth), hidden.filter(|outer| *outer != depth));
            depth = depth.saturating_sub(1);
            after(payload, open, b">")
        } else {
            let tag = start_tag(payload, open + 1);
            if !tag.empty {
                depth += 1;
                match tag.kind {
                    Some(Kind::CardNumber) => _ = card_number.get_or_insert(depth),
                    Some(Kind::Hidden) => _ = hidden.get_or_insert(depth),
                    None => {}
                }
            }
            tag.end
        };
    }
}

/// What a start tag was found to be.
struct Tag {
    kind: Option<Kind>,
    empty: bool,
    end: usize,
}

/// Passes a start tag whose name begins at `from`, and masks the values of its attributes.
fn start_tag(payload: &mut [u8], from: usize) -> Tag {
    let mut at = name_end(payload, from);
    let kind = kind_at(payload, from, at);
    let mut empty = false;
    while let Some(byte) = payload.get(at).copied() {
        match byte {
            b'>' => return Tag { kind, empty, end: at + 1 },
            // Not closed: the next tag is looked at for itself.
            b'<' => break,
            b'/' => {
                empty = true;
                at += 1;
            }
            b'=' => at += 1,
            byte if byte.is_ascii_whitespace() => at += 1,
            b'"' | b'\'' => at = after(payload, at + 1, &[byte]),
            _ => {
                empty = false;
                let end = name_end(payload, at).max(at + 1);
                let named = kind_at(payload, at, end);
                at = end;
                let value = pass(payload, at, |byte| byte == b'=' || byte.is_ascii_whitespace());
                if let (Some(kind), Some(quote @ (b'"' | b'\''))) = (named, payload.get(value).copied()) {
                    at = find(payload, value + 1, &[quote]).unwrap_or(payload.len());
                    hide(payload.get_mut(value + 1..at), kind);
                    at = payload.len().min(at + 1);
                }
            }
        }
    }
    Tag { kind, empty, end: at }
}

fn kind_at(payload: &[u8], from: usize, to: usize) -> Option<Kind> {
    payload.get(from..to).and_then(kind)
}

fn name_end(payload: &[u8], from: usize) -> usize {
    pass(payload, from, |byte| !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b'/' | b'>' | b'<' | b'"' | b'\''))
}

fn pass(payload: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = payload.get(from..).unwrap_or_default();
    rest.iter().position(|byte| !is(*byte)).map_or(payload.len(), |length| from + length)
}

fn find(payload: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let rest = payload.get(from..)?;
    rest.windows(what.len()).position(|window| window == what).map(|place| from + place)
}

fn after(payload: &[u8], from: usize, what: &[u8]) -> usize {
    find(payload, from, what).map_or(payload.len(), |place| place + what.len())
}

/// Masks one value.
fn hide(value: Option<&mut [u8]>, kind: Kind) {
    let value = value.unwrap_or_default();
    let from = pass(value, 0, |byte| byte.is_ascii_whitespace());
    let to = value.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(from, |last| last + 1);
    let value = value.get_mut(from..to).unwrap_or_default();
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let masked = value.iter().any(|byte| matches!(byte, b'*' | b'X' | b'x' | b'#' | b'.')) && !value.contains(&b'&');
    let stay = match kind {
        // As `Pan` shows it.
        Kind::CardNumber if masked && digits <= limits::PAN_DIGITS_SHOWN => return,
        Kind::CardNumber if value.len() > 8 && !value.contains(&b'&') => 4,
        _ => 0,
    };
    let end = value.len() - stay;
    let mut at = 0;
    while let Some(byte) = value.get_mut(at).filter(|_| at < end) {
        if *byte == b'&' {
            at = mask_reference(value, at);
            continue;
        }
        // Letters beyond ASCII stay: a mask of one byte would make another text of them.
        let space = matches!(kind, Kind::CardNumber) && *byte == b' ';
        if space || (byte.is_ascii_graphic() && !matches!(*byte, b'<' | b'>' | b'"' | b'\'')) {
            *byte = b'*';
        }
        at += 1;
    }
}

/// Makes a character reference one to a mask, as long as before; gives where it ends. A named one stays.
fn mask_reference(payload: &mut [u8], from: usize) -> usize {
    let Some((digits, end)) = reference(payload, from) else {
        let name = pass(payload, from + 1, |byte| byte.is_ascii_alphanumeric());
        return if payload.get(name) == Some(&b';') { name + 1 } else { from + 1 };
    };
    let hex = payload.get(digits - 1) == Some(&b'x');
    let places = payload.get_mut(digits..end - 1).unwrap_or_default();
    // 42 behind so many zeros would have a right check digit: there it is a full stop.
    let code = match (hex, places.len() < limits::PAN_DIGITS_MIN) {
        (true, _) => *b"2A",
        (false, true) => *b"42",
        (false, false) => *b"46",
    };
    if let Some((front, back)) = places.split_last_chunk_mut::<2>() {
        front.fill(b'0');
        *back = code;
    }
    end
}

/// A numeric character reference: where its digits begin, and where it ends.
fn reference(payload: &[u8], from: usize) -> Option<(usize, usize)> {
    let rest = payload.get(from..)?.strip_prefix(b"&#")?;
    let (rest, digits) = match rest.strip_prefix(b"x") {
        Some(rest) => (rest, from + 3),
        None => (rest, from + 2),
    };
    let length = rest.iter().take(limits::XML_REFERENCE).position(|byte| *byte == b';')?;
    let all = rest.get(..length)?.iter().all(u8::is_ascii_hexdigit);
    (all && length > 0).then_some((digits, digits + length + 1))
}

/// Masks what follows a card number on a track. Between them may stand the rest of a number that overlaps with it.
fn mask_track(payload: &mut [u8], end: usize) {
    let mut end = end;
    loop {
        let at = pass(payload, end, |byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-'));
        let stands_behind = payload.get(at - 1).is_some_and(|byte| !matches!(byte, b' ' | b'-'));
        if !stands_behind || payload.get(at) != Some(&b'=') {
            return;
        }
        let behind = at + 1;
        // Some of it may be masked already.
        let rest = pass(payload, behind, |byte| byte.is_ascii_digit() || byte == b'*');
        // Another card number may begin there, with a track of its own: its rest alone would not be known.
        let longest = payload.get(behind..payload.len().min(behind + 2 * limits::PAN_DIGITS)).unwrap_or_default();
        let number = secret::card_number(longest).filter(|(first, _)| *first == 0).map(|(_, end)| behind + end);
        end = number.map_or(rest, |end| end.max(rest));
        for byte in payload.get_mut(behind..end).unwrap_or_default() {
            if byte.is_ascii_digit() {
                *byte = b'*';
            }
        }
        if number.is_none() {
            return;
        }
    }
}

/// Masks runs in which digits are written as character references and which are long enough to be a card number.
fn mask_references(payload: &mut [u8]) {
    let mut at = 0;
    while let Some(first) = find(payload, at, b"&#") {
        // The run begins with the digits right before.
        let before = payload.get(..first).unwrap_or_default();
        // Some of them may be masked already.
        let is_digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'*';
        let is_part = |byte: &u8| is_digit(byte) || matches!(byte, b' ' | b'-');
        let start = before.iter().rposition(|byte| !is_part(byte)).map_or(0, |place| place + 1).max(at);
        let (mut end, mut digits) = (start, 0);
        while let Some(byte) = payload.get(end) {
            if is_part(byte) {
                digits += usize::from(is_digit(byte));
                end += 1;
            } else if let Some(next) = digit_reference(payload, end) {
                digits += 1;
                end = next;
            } else {
                break;
            }
        }
        if digits >= limits::PAN_DIGITS_MIN {
            star_run(payload, start, end);
            mask_track(payload, end);
        }
        at = end.max(first + 2);
    }
}

/// Makes the digits and references of a run `*`.
fn star_run(payload: &mut [u8], start: usize, end: usize) {
    let mut place = start;
    while place < end {
        match payload.get_mut(place) {
            Some(b'&') => place = mask_reference(payload, place),
            Some(byte) => {
                if byte.is_ascii_digit() {
                    *byte = b'*';
                }
                place += 1;
            }
            None => return,
        }
    }
}

/// The end of a character reference to a digit.
fn digit_reference(payload: &[u8], from: usize) -> Option<usize> {
    let (digits, end) = reference(payload, from)?;
    let radix = if payload.get(digits - 1) == Some(&b'x') { 16 } else { 10 };
    let text = core::str::from_utf8(payload.get(digits..end - 1)?).ok()?;
    let code = u32::from_str_radix(text, radix).ok()?;
    char::from_u32(code).is_some_and(|character| character.is_ascii_digit()).then_some(end)
}

/// Masks the digits at the end, which may go on behind the cut. The cut may be inside of a reference.
fn mask_end(payload: &mut [u8]) {
    let (mut at, mut start, mut digits) = (0, 0, 0);
    while let Some(byte) = payload.get(at) {
        if byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'*') {
            digits += usize::from(byte.is_ascii_digit());
            at += 1;
        } else if let Some(next) = digit_reference(payload, at) {
            digits += 1;
            at = next;
        } else if is_cut_reference(payload.get(at..).unwrap_or_default()) {
            break;
        } else {
            at += 1;
            (start, digits) = (at, 0);
        }
    }
    // Fewer than the issuer's part of a card number say nothing.
    if digits > 6 {
        star_run(payload, start, at);
    }
}

/// Whether the rest is a numeric character reference without its end.
fn is_cut_reference(rest: &[u8]) -> bool {
    match rest {
        [b'&'] => true,
        [b'&', b'#', digits @ ..] => {
            digits.len() <= limits::XML_REFERENCE && digits.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'x')
        }
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    extern crate std;
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    fn masked(text: &str) -> String {
        let mut bytes = Vec::from(text.as_bytes());
        mask(&mut bytes, true);
        let once = String::from_utf8(bytes.clone()).unwrap();
        mask(&mut bytes, true);
        assert_eq!(bytes, once.as_bytes(), "masking twice is masking once");
        assert_eq!(once.len(), text.len());
        once
    }

    #[test]
    fn card_data_is_masked_and_nothing_else() {
        for (text, wanted) in [
            ("<a>4111 1111 1111 1111 12/28</a>", "<a>**** **** **** 1111 12/28</a>"),
            ("<a b='4111111111111111' c='25.00'/>", "<a b='************1111' c='25.00'/>"),
            (
                r#"<A CardPAN="4111 1111 1111 1112" STAN="000123"/>"#,
                r#"<A CardPAN="***************1112" STAN="000123"/>"#,
            ),
            ("<CardPAN>411111******1111</CardPAN>", "<CardPAN>411111******1111</CardPAN>"),
            ("<x:ExpiryDate > 12/27 </x:ExpiryDate >", "<x:ExpiryDate > ***** </x:ExpiryDate >"),
            ("<Track2><Ascii>;4=1?</Ascii></Track2><b>;4=1?</b>", "<Track2><Ascii>*****</Ascii></Track2><b>;4=1?</b>"),
            ("<CV2/><b>123</b>", "<CV2/><b>123</b>"),
            ("<CV2 a='>'>123</CV2><b>123</b>", "<CV2 a='>'>***</CV2><b>123</b>"),
            ("<CV2><![CDATA[1<3]]>4<!-- 5 --></CV2>", "<CV2><![CDATA[*<*]]>*<!-- 5 --></CV2>"),
            ("<CV2>&#49;&#x0032;&amp;</CV2>", "<CV2>&#42;&#x002A;&amp;</CV2>"),
            // Found by fuzzing: the code of a star behind zeros was taken for a card number.
            ("<CV2>&#00000000000049;&#121111421111149;</CV2>", "<CV2>&#00000000000046;&#000000000000046;</CV2>"),
            ("<a>41111111111111&#49;1</a>", "<a>**************&#42;*</a>"),
            ("<a>&#52;25.00</a>", "<a>&#52;25.00</a>"),
            ("<a>411111111111111&#49;=2812&#49;</a>", "<a>***************&#42;=****&#49;</a>"),
            ("<CardPAN>4111<CV2>123456789</CV2></CardPAN>", "<CardPAN>****<CV2>*********</CV2></CardPAN>"),
            // Two that overlap: the end of the first is the front of the second.
            ("<a>1234 5678 9012 1001 1111 1111 1110</a>", "<a>**** **** **** **** **** **** 1110</a>"),
            ("<a>;4111111111111111=28121010000012345678?</a>", "<a>;************1111=********************?</a>"),
            // Found by fuzzing: where the track goes on, another card number begins.
            ("<a>4111111111111111=8888 888888 87887x</a>", "<a>************1111=**** ****** *****x</a>"),
            ("<a>4111111111111111=8888 888888 87887=2812x</a>", "<a>************1111=**** ****** *****=****x</a>"),
            // Found by fuzzing: what stands behind such a track is a row of its own, once that is hidden.
            (
                "<a>411111111111111&#49;=12345678901234567 56785678 56785678/</a>",
                "<a>***************&#42;=***************** ******** ****5678/</a>",
            ),
        ] {
            assert_eq!(masked(text), wanted);
        }
    }

    #[test]
    fn the_front_of_a_card_number_does_not_stay_at_a_cut() {
        let mut bytes = *b"<a>4111 1111 1";
        mask(&mut bytes, false);
        assert_eq!(&bytes, b"<a>**** **** *");
        let mut bytes = *b"<a>4111 111&#49;&#4";
        mask(&mut bytes, false);
        assert_eq!(&bytes, b"<a>**** ***&#42;&#4");
    }
}
