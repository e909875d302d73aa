//! A message in the making, and where its secrets stand.

use super::feed::Feed;
use crate::limits::{PAN_DIGITS, PAN_DIGITS_MIN, PAN_DIGITS_SHOWN};

/// The longest message that is made.
const LONGEST: usize = 4096;
/// Characters of secrets in it.
const MOST: usize = 640;
/// Those of one step: half a number would be none.
const AT_ONCE: usize = 128;

/// Characters of a track or of what was typed.
const SECRET: [u8; 16] = *b"0123456789ABxyzZ";

/// One character of a secret, as it is written: its longest spelling is `\u0034` or `&#0034;`.
pub(super) type Spelled = heapless::String<8>;

/// How a character is written, if the data has a say.
pub(super) type Spelling = fn(&mut Feed<'_>, u8) -> Spelled;

/// As it is.
pub(super) fn plain(_: &mut Feed<'_>, byte: u8) -> Spelled {
    core::iter::once(char::from(byte)).collect()
}

/// What may stay readable of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stays {
    /// Nothing: tracks, dates, verification values, and what was typed.
    Nothing,
    /// The last four digits.
    LastFour,
    /// Ten digits, as many as PCI DSS lets stay, or all but six of a longer number. Where numbers stand beside each other,
    /// the end of one may be the front of the other.
    AllButSix,
}

/// A character of a secret.
#[derive(Clone, Copy)]
struct Character {
    at: usize,
    length: usize,
    /// In the text that is in Base64 in the message, if it stands there.
    secret: usize,
}

/// The message.
pub(super) struct Planted {
    pub(super) bytes: heapless::Vec<u8, LONGEST>,
    characters: heapless::Vec<Character, MOST>,
    secrets: heapless::Vec<Stays, 64>,
    is_full: bool,
}

impl Planted {
    pub(super) const fn new() -> Self {
        Self {
            bytes: heapless::Vec::new(),
            characters: heapless::Vec::new(),
            secrets: heapless::Vec::new(),
            is_full: false,
        }
    }

    /// Whether a longer message is not made: the end must have room, too.
    pub(super) fn is_full(&self) -> bool {
        let has_room = self.characters.len() + AT_ONCE <= MOST;
        self.is_full || !has_room || self.bytes.len() > LONGEST / 2 || self.secrets.len() > 32
    }

    pub(super) fn put(&mut self, text: &str) {
        self.is_full |= self.bytes.extend_from_slice(text.as_bytes()).is_err();
    }

    pub(super) fn put_all<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) {
        texts.into_iter().for_each(|text| self.put(text));
    }

    /// The characters behind belong to a new secret.
    pub(super) fn begin(&mut self, stays: Stays) {
        self.is_full |= self.secrets.push(stays).is_err();
    }

    /// One character of the secret, as it is written here.
    pub(super) fn plant(&mut self, written: &str) {
        let character =
            Character { at: self.bytes.len(), length: written.len(), secret: self.secrets.len().saturating_sub(1) };
        self.is_full |=
            self.characters.push(character).is_err() || self.bytes.extend_from_slice(written.as_bytes()).is_err();
    }

    /// The masked bytes show no more than may stay.
    pub(super) fn check(&self, masked: &[u8], is_cut: bool) {
        for (secret, stays) in self.secrets.iter().enumerate() {
            let characters = || self.characters.iter().filter(|character| character.secret == secret);
            let shown = |character: &&Character| {
                let place = character.at..character.at + character.length;
                masked.get(place.clone()).is_some_and(|now| Some(now) == self.bytes.get(place))
            };
            let most = match stays {
                Stays::Nothing => 0,
                // Fewer than the issuer's part of a card number say nothing, so they may stay at a cut.
                Stays::LastFour if is_cut => 6,
                Stays::LastFour => 4,
                Stays::AllButSix => characters().count().saturating_sub(6).max(PAN_DIGITS_SHOWN),
            };
            let readable = characters().filter(shown).count();
            assert!(
                readable <= most,
                "{readable} of {} characters stay readable, not {most}: {:?} of {:?}",
                characters().count(),
                core::str::from_utf8(masked),
                core::str::from_utf8(&self.bytes),
            );
        }
    }
}

/// A secret of which nothing stays.
pub(super) fn hidden(message: &mut Planted, feed: &mut Feed<'_>, spell: Spelling) {
    message.begin(Stays::Nothing);
    for _ in 0..3 + feed.next() % 18 {
        let byte = feed.of(&SECRET);
        message.plant(&spell(feed, byte));
    }
}

/// A card number in a place that is named for it, right or wrong, in one piece or in groups.
pub(super) fn named_card_number(message: &mut Planted, feed: &mut Feed<'_>, [plain, other]: [Spelling; 2]) {
    let mut digits = card_number(feed);
    let form = feed.next();
    if form & 1 != 0
        && let Some(last) = digits.last_mut()
    {
        *last = b'0' + (*last - b'0' + 1) % 10;
    }
    message.begin(Stays::LastFour);
    for (place, digit) in digits.into_iter().enumerate() {
        if form & 2 != 0 && place > 0 && place % 4 == 0 {
            message.put(" ");
        }
        let spell = if form & 4 == 0 { plain } else { other };
        message.plant(&spell(feed, digit));
    }
}

/// The digits of a card number in any text, in one piece or as they are embossed.
pub(super) fn embossed(message: &mut Planted, feed: &mut Feed<'_>, form: u8, spell: Spelling) {
    let digits = card_number(feed);
    let length = digits.len();
    for (place, digit) in digits.into_iter().enumerate() {
        if form & 2 != 0 && is_between_groups(length, place) {
            message.put(if form & 4 == 0 { " " } else { "-" });
        }
        message.plant(&spell(feed, digit));
    }
}

/// A card number: its digits.
pub(super) fn card_number(feed: &mut Feed<'_>) -> heapless::Vec<u8, PAN_DIGITS> {
    let length = PAN_DIGITS_MIN + usize::from(feed.next()) % (PAN_DIGITS - PAN_DIGITS_MIN + 1);
    let mut digits: heapless::Vec<u8, PAN_DIGITS> = (1..length).map(|_| feed.next() % 10).collect();
    // From the right, every other digit counts twice, as the sum of its digits.
    let sum: u8 = digits.iter().rev().enumerate().map(|(place, digit)| DOUBLED[place % 2][usize::from(*digit)]).sum();
    _ = digits.push((10 - sum % 10) % 10);
    digits.iter_mut().for_each(|digit| *digit += b'0');
    digits
}

/// Whether a number of so many digits has a separator here, where it is embossed.
const fn is_between_groups(length: usize, place: usize) -> bool {
    match length {
        ..=14 => matches!(place, 4 | 8),
        15 => matches!(place, 4 | 10),
        16..=18 => matches!(place, 4 | 8 | 12),
        _ => matches!(place, 4 | 9 | 14),
    }
}

/// What a digit counts: left of the check digit twice, then once, and so on.
const DOUBLED: [[u8; 10]; 2] = [[0, 2, 4, 6, 8, 1, 3, 5, 7, 9], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]];
