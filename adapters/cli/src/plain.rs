//! Text from the wire, made fit for a terminal window.
//!
//! XML lets the C1 controls through, and a C1 control begins an escape sequence: a receipt line could move the
//! cursor, rename the window or forge an `APPROVED`. Marks that turn the direction of text can forge as well.

use std::borrow::Cow;

/// Whether a window could take the character for anything but a glyph or a blank.
pub(crate) fn is_active(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The text with a middle dot for each active character, and a blank for a tab or line end.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(is_active) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|character| match character {
                '\t' | '\n' | '\r' => ' ',
                character if is_active(character) => '·',
                character => character,
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn no_escape_sequence_survives() {
        assert_eq!(plain("Total  25.00 Fr. für Zoë"), "Total  25.00 Fr. für Zoë");
        for forged in ["\u{1b}[31mx", "\u{9b}2Jx", "\u{9d}0;title\u{7}x", "a\u{202e}b", "a\rb", "a\u{7f}\u{0}b"] {
            let shown = plain(forged);
            assert!(!shown.chars().any(super::is_active), "{shown:?}");
        }
    }
}
