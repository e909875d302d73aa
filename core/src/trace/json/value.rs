//! Masks one value.

use base64ct::{Base64, Encoding};

use super::characters::{Character, Characters, Codes, Row, star};
use super::kind::Kind;
use super::mask_layer;
use crate::{limits, secret};

/// How values are masked here.
#[derive(Clone, Copy)]
pub(super) struct Mask {
    /// The value is not cut off.
    pub(super) whole: bool,
    /// How many layers of Base64 can be opened.
    pub(super) layers: u8,
}

impl Mask {
    /// Masks what stands between quotes.
    pub(super) fn text(self, text: &mut [u8], kind: Option<Kind>) {
        match kind {
            Some(Kind::Hidden) => hide(text, 0, text.len()),
            Some(Kind::CardNumber) => hide_card_number(text, self.whole),
            Some(Kind::Extras) if is_object_in_base64(text) => self.in_base64(text, |inner, layers| {
                mask_layer(inner, true, layers);
            }),
            Some(Kind::Extras) => {
                hide_pairs(text);
                _ = self.plain(text);
            }
            Some(Kind::Document) => self.in_base64(text, |inner, _| crate::trace::mask(inner, true)),
            Some(Kind::Holder) | None => _ = self.plain(text),
        }
    }

    /// Masks the card numbers of a text. Whether there was anything to mask.
    pub(super) fn plain(self, text: &mut [u8]) -> bool {
        let mut any = false;
        // What is left beside a hidden number may be another one. Each round hides a digit.
        while self.rows(text) | hide_beside_escapes(text) {
            any = true;
        }
        any
    }

    /// Masks the card numbers of a text as JSON and pairs read it. Whether there was a digit to hide.
    fn rows(self, text: &mut [u8]) -> bool {
        let is_ambiguous = hide_behind_percent(text);
        let codes = Codes::Percent;
        let (mut at, mut any) = (0, is_ambiguous);
        while let Some(first) = Characters::at(text, at, codes).next() {
            at = first.end;
            // What was found behind a percent sign may be the front of another number.
            if !(first.byte.is_ascii_digit() || (is_ambiguous && first.byte == b'*')) {
                continue;
            }
            let mut row = Row::read(Characters::at(text, first.start, codes));
            at = row.end;
            let is_cut = !self.whole && Characters::at(text, row.end, codes).is_cut();
            let hides_all = row.too_long
                || (is_ambiguous && row.is_half_hidden())
                || (is_cut && is_telling(&row.bytes))
                || ends_before_percent(text, first.start, row.end);
            let has_number = secret::star_card_numbers(&mut row.bytes, |_, _| {});
            any |= has_number || hides_all;
            let is_hidden = |place: usize| hides_all || row.bytes.get(place) == Some(&b'*');
            let hides = |place: usize, byte: u8| byte.is_ascii_digit() && is_hidden(place);
            star_where(text, (first.start, row.end), codes, hides);
            if has_number {
                at = hide_track(text, row.end).unwrap_or(at);
            }
        }
        any
    }

    /// Masks a value without quotes: a number, a word, or what does not belong there.
    pub(super) fn bare(self, value: &mut [u8], kind: Option<Kind>) {
        match kind {
            Some(Kind::Hidden) => replace(value, 0),
            Some(Kind::CardNumber) => replace(value, stay(value)),
            _ if !self.whole && is_telling(value) => replace(value, 0),
            _ if secret::card_number(value).is_some() => replace(value, 4),
            _ => {}
        }
    }

    /// Masks what is in Base64, or all of it if it cannot be opened.
    fn in_base64(self, text: &mut [u8], mask: impl FnOnce(&mut [u8], u8)) {
        let opened = self.layers.checked_sub(1).zip(base64_length(text));
        let Some((layers, length)) = opened else { return hide(text, 0, text.len()) };
        decode(text);
        mask(text.get_mut(..length).unwrap_or_default(), layers);
        encode(text, length);
        // What can be read as Base64 may be a card number all the same. Starred it could not be opened a second time.
        if self.plain(text) {
            hide(text, 0, text.len());
        }
    }
}

/// Makes all characters between two places `*` that can be one; blanks stay.
fn hide(text: &mut [u8], from: usize, to: usize) {
    star_where(text, (from, to), Codes::None, |_, byte| byte.is_ascii_graphic());
}

/// Makes those characters between two places `*` that are chosen by their place among them and by what they are.
fn star_where(text: &mut [u8], (from, to): (usize, usize), codes: Codes, hides: impl Fn(usize, u8) -> bool) {
    let (mut at, mut place) = (from, 0usize);
    while let Some(character) = Characters::at(text, at, codes).next().filter(|character| character.end <= to) {
        if hides(place, character.byte) {
            star(text, character);
        }
        at = character.end;
        place = place.saturating_add(1);
    }
}

/// Hides the digits that are a card number only to who reads no escapes, as one does who looks at a trace: with the digits
/// of an escape in front (`\u0232`), or because an escape ends them. Whether there were any.
fn hide_beside_escapes(text: &mut [u8]) -> bool {
    let (mut from, mut any) = (0, false);
    while let Some((_, end)) = text.get(from..).and_then(secret::card_number) {
        let end = from.saturating_add(end);
        star_where(text, (from, end), Codes::None, |_, byte| byte.is_ascii_digit());
        (from, any) = (end, true);
    }
    any
}

/// As [`Pan`](crate::secret::Pan) shows it. What is cut off may go on in digits.
fn hide_card_number(text: &mut [u8], whole: bool) {
    let is_mask = |byte: &u8| matches!(byte, b'*' | b'X' | b'x' | b'#' | b'.');
    let is_plain = !text.contains(&b'\\');
    if whole && is_plain && text.iter().any(is_mask) && digits(text) <= limits::PAN_DIGITS_SHOWN {
        return;
    }
    let stay = if is_plain { stay(text) } else { 0 };
    hide(text, 0, text.len().saturating_sub(stay));
}

/// How many characters of a card number stay.
const fn stay(number: &[u8]) -> usize {
    if number.len() > 8 { 4 } else { 0 }
}

fn digits(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}

/// Whether so many digits say something of a card: fewer than the issuer's part of its number do not.
fn is_telling(text: &[u8]) -> bool {
    digits(text) > 6
}

/// Hides what follows a card number on a track; its end, if there is any.
fn hide_track(text: &mut [u8], end: usize) -> Option<usize> {
    let codes = Codes::Percent;
    let mut ended = None;
    loop {
        let mut behind = Characters::at(text, ended.unwrap_or(end), codes);
        if behind.next().is_none_or(|character| character.byte != b'=') {
            return ended;
        }
        let start = behind.place();
        let at = behind.take_while(|character| character.byte.is_ascii_digit()).last().map_or(start, |it| it.end);
        // Another card number may begin there, with a track of its own: its rest alone would not be known.
        let number = secret::card_number(&Row::read(behind).bytes).filter(|(first, _)| *first == 0);
        let last = number.and_then(|(_, end)| behind.nth(end.saturating_sub(1)));
        let at = last.map_or(at, |last| last.end.max(at));
        star_where(text, (start, at), codes, |_, byte| byte.is_ascii_digit());
        ended = Some(at);
        if last.is_none() {
            return ended;
        }
    }
}

/// Whether there is a card number in a row with codes, if these are none, but percent signs and digits.
fn ends_before_percent(text: &[u8], from: usize, to: usize) -> bool {
    let mut written = Characters::at(text, from, Codes::None).take_while(|character| character.end <= to);
    if !written.any(|character| character.byte == b'%') {
        return false;
    }
    let mut at = from;
    while let Some(first) = Characters::at(text, at, Codes::None).next().filter(|first| first.end <= to) {
        at = first.end;
        if first.byte.is_ascii_digit() {
            let row = Row::read(Characters::at(text, first.start, Codes::None));
            if secret::card_number(&row.bytes).is_some() {
                return true;
            }
            at = row.end;
        }
    }
    false
}

/// Stars card numbers whose first digits are those of a code: it may be none, but a percent sign and a card number. Whether
/// there is one.
fn hide_behind_percent(text: &mut [u8]) -> bool {
    let (mut at, mut any) = (0, false);
    while let Some(code) = Characters::at(text, at, Codes::Percent).next() {
        at = code.end;
        let mut written = Characters::at(text, code.start, Codes::None);
        if written.next().is_none_or(|sign| sign.byte != b'%' || sign.end == code.end) {
            continue;
        }
        let (high, low) = (written.next(), written.next());
        let is_digit = |digit: &Character| digit.byte.is_ascii_digit();
        let digits =
            if low.as_ref().is_some_and(is_digit) { 1 + usize::from(high.as_ref().is_some_and(is_digit)) } else { 0 };
        let Some(first) = (if digits > 1 { high } else { low.filter(is_digit) }) else { continue };
        let row = Row::read(Characters::at(text, first.start, Codes::None));
        let number = secret::card_number(&row.bytes).filter(|(start, _)| *start < digits);
        if let Some((_, end)) = number {
            any = true;
            // Of the code itself only a digit: others say what stands in between.
            let hides = |place: usize, byte: u8| byte.is_ascii_digit() && (digits..end).contains(&place);
            star_where(text, (first.start, row.end), Codes::None, hides);
            if code.byte.is_ascii_digit() {
                star(text, code);
            }
        }
    }
    any
}

/// Replaces the digits but for the last ones. What was a number is one; what was none is none at the same place: a zero
/// in front of others is a fault.
fn replace(value: &mut [u8], stay: usize) {
    let hidden = digits(value).saturating_sub(stay);
    for other in b'1'..=b'9' {
        let (mut before, mut seen) = (b' ', 0usize);
        for byte in value.iter_mut() {
            let is_front = *byte == b'0' && !before.is_ascii_digit();
            before = *byte;
            if byte.is_ascii_digit() {
                seen = seen.saturating_add(1);
                if seen <= hidden && !is_front {
                    *byte = other;
                }
            }
        }
        // Nobody shall take it for a card number again.
        if secret::card_number(value).is_none() {
            return;
        }
    }
}

/// Hides the values of pairs that say too much.
fn hide_pairs(text: &mut [u8]) {
    let mut at = 0;
    while at < text.len() {
        let start = at;
        let mut name_end = None;
        let mut end = text.len();
        at = text.len();
        for character in Characters::at(text, start, Codes::None) {
            match character.byte {
                b'&' => {
                    (end, at) = (character.start, character.end);
                    break;
                }
                b'=' if name_end.is_none() => name_end = Some((character.start, character.end)),
                _ => {}
            }
        }
        let Some((name_end, value)) = name_end else { continue };
        let name = Characters::at(text.get(..name_end).unwrap_or_default(), start, Codes::Percent);
        let is_object = ["eyJ", "eyA", "ewo", "ew0"].iter().any(|front| {
            front.bytes().eq(Characters::at(text, value, Codes::Percent).take(3).map(|character| character.byte))
        });
        match Kind::of_extra(name) {
            Some(Kind::CardNumber) => hide_all_but_four(text, value, end),
            Some(_) => star_where(text, (value, end), Codes::Percent, |_, byte| byte.is_ascii_graphic()),
            None if is_object => star_where(text, (value, end), Codes::Percent, |_, byte| byte.is_ascii_graphic()),
            None => {}
        }
    }
}

fn hide_all_but_four(text: &mut [u8], from: usize, to: usize) {
    let is_in = |character: &Character| character.end <= to;
    let count =
        Characters::at(text, from, Codes::Percent).take_while(is_in).filter(|it| it.byte.is_ascii_digit()).count();
    if count > limits::PAN_DIGITS_SHOWN {
        let mut last =
            Characters::at(text, from, Codes::Percent).take_while(is_in).filter(|it| it.byte.is_ascii_digit());
        let stays = last.nth(count.saturating_sub(4)).map_or(to, |character| character.start);
        star_where(text, (from, stays), Codes::Percent, |_, byte| byte.is_ascii_digit());
    }
}

/// Whether the text can only be Base64 of what begins with `{`.
fn is_object_in_base64(text: &[u8]) -> bool {
    let mut characters = Characters::json(text).map(|character| character.byte);
    let begins = characters.next() == Some(b'e')
        && characters.next().is_some_and(|byte| matches!(byte, b'w'..=b'z' | b'0'..=b'9' | b'+' | b'/'));
    begins && characters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}

/// How many bytes are in this Base64; `None` if it is none, or has escapes.
fn base64_length(text: &[u8]) -> Option<usize> {
    let (groups, rest) = text.as_chunks::<4>();
    let mut length = 0usize;
    for (place, group) in groups.iter().enumerate() {
        let mut bytes = [0; 3];
        let decoded = Base64::decode(group, &mut bytes).ok()?.len();
        if decoded < 3 && place.saturating_add(1) < groups.len() {
            return None;
        }
        length = length.saturating_add(decoded);
    }
    rest.is_empty().then_some(length)
}

/// Decodes it to the front of its own room.
fn decode(text: &mut [u8]) {
    let mut to = 0;
    for group in 0..text.len() / 4 {
        let from = group.saturating_mul(4);
        let mut bytes = [0; 3];
        let Some(group) = text.get(from..).and_then(<[u8]>::first_chunk::<4>).copied() else { return };
        let decoded = Base64::decode(group, &mut bytes).map_or(0, <[u8]>::len);
        if let Some(room) = text.get_mut(to..).and_then(|room| room.get_mut(..decoded)) {
            room.iter_mut().zip(bytes).for_each(|(room, byte)| *room = byte);
        }
        to = to.saturating_add(decoded);
    }
}

/// Encodes so many bytes at the front to the whole room again: from behind, so that nothing is written over too early.
fn encode(text: &mut [u8], length: usize) {
    for group in (0..text.len() / 4).rev() {
        let from = group.saturating_mul(3);
        let mut bytes = [0; 3];
        let some = text.get(from..length.min(from.saturating_add(3))).unwrap_or_default();
        bytes.iter_mut().zip(some).for_each(|(byte, some)| *byte = *some);
        let mut encoded = [0; 4];
        let done = Base64::encode(bytes.get(..some.len()).unwrap_or_default(), &mut encoded).is_ok();
        if let Some(room) = text.get_mut(group.saturating_mul(4)..).filter(|_| done) {
            room.iter_mut().zip(encoded).for_each(|(room, byte)| *room = byte);
        }
    }
}
