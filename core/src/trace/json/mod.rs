//! Masks a message of the Terminal API.

mod characters;
mod kind;
mod value;

use self::kind::{Inside, Kind};
use self::value::Mask;
use crate::limits;

/// Masks a message of the Terminal API in place, as it is before it is sealed or after it was opened: every card number,
/// and every value that the protocol names as card data, tokens and what was keyed in included. Lengths, types and
/// structure stay, so it reads as before: the characters of a string become `*`, the digits of a number become other
/// ones. What extras hold in pairs (`expiryDate=...`) or in Base64 is masked there. Masking twice is masking once.
///
/// `whole` is false for a message that is cut off: digits at its end may then be the front of a card number. In what is
/// no JSON the card numbers are masked.
pub fn mask_json(message: &mut [u8], whole: bool) {
    mask_layer(message, whole, limits::TRACE_LAYERS);
}

/// Masks a message that lies in so many others, at most, that can still be opened.
fn mask_layer(message: &mut [u8], whole: bool, layers: u8) {
    let (mut at, mut depth) = (0usize, 0usize);
    let mut named: Option<Kind> = None;
    let mut inside = Inside::default();
    while let Some(byte) = message.get(at).copied() {
        let start = at.saturating_add(1);
        at = start;
        match byte {
            b'"' => {
                let end = characters::closing_quote(message, start);
                at = end.saturating_add(1);
                let is_name = is_before_colon(message, at);
                let mask = Mask { whole: whole || end < message.len(), layers };
                let text = message.get_mut(start..end).unwrap_or_default();
                if is_name {
                    named = Kind::of(text, &inside);
                    _ = mask.plain(text);
                } else {
                    mask.text(text, inside.strongest(named));
                }
            }
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                inside.enter(named.take(), depth);
            }
            b'}' | b']' => {
                inside.leave(depth);
                (named, depth) = (None, depth.saturating_sub(1));
            }
            b',' => named = None,
            b':' => {}
            _ => {
                let rest = message.get(start..).unwrap_or_default();
                let length = rest.iter().position(|byte| is_structure(*byte));
                at = length.map_or(message.len(), |length| start.saturating_add(length));
                let mask = Mask { whole: whole || at < message.len(), layers };
                mask.bare(message.get_mut(start - 1..at).unwrap_or_default(), inside.strongest(named));
            }
        }
    }
}

const fn is_structure(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b',' | b':')
}

fn is_before_colon(message: &[u8], at: usize) -> bool {
    let rest = message.get(at..).unwrap_or_default();
    rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}
