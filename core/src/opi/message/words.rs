//! Lists of words. Where flash is scarce, a list is one text: an entry of its own for each word would have eight bytes.

/// Stands behind each word of a text of words. XML cannot carry it, so no word has it.
pub(super) const END: u8 = 0;

/// A list of words, made by [`words!`].
#[derive(Clone, Copy)]
#[cfg(target_pointer_width = "64")]
pub(super) struct Words(pub(super) &'static [&'static str]);

/// A list of words, made by [`words!`].
#[derive(Clone, Copy)]
#[cfg(not(target_pointer_width = "64"))]
pub(super) struct Words(pub(super) &'static str);

#[cfg(target_pointer_width = "64")]
macro_rules! words {
    ($($word:expr),* $(,)?) => { $crate::opi::message::words::Words(&[$($word),*]) };
}

#[cfg(not(target_pointer_width = "64"))]
macro_rules! words {
    ($($word:expr),* $(,)?) => { $crate::opi::message::words::Words(concat!($($word, '\0'),*)) };
}

impl Words {
    /// The place of the first word that is this one.
    #[cfg(target_pointer_width = "64")]
    #[inline]
    pub(super) fn place(self, is: impl Fn(&str) -> bool) -> Option<usize> {
        self.0.iter().position(|word| is(word))
    }

    /// The place of the first word that is this one.
    #[cfg(not(target_pointer_width = "64"))]
    pub(super) fn place(self, is: impl Fn(&str) -> bool) -> Option<usize> {
        place(self.0, is)
    }

    /// The word at a place; empty if there is none.
    #[cfg(target_pointer_width = "64")]
    #[inline]
    pub(super) const fn at(self, place: usize) -> &'static str {
        if place < self.0.len() { self.0[place] } else { "" }
    }

    /// The word at a place; empty if there is none.
    #[cfg(not(target_pointer_width = "64"))]
    pub(super) const fn at(self, place: usize) -> &'static str {
        at(self.0, place)
    }
}

/// The place of the first of these words that is this one.
pub(super) fn place(mut words: &str, is: impl Fn(&str) -> bool) -> Option<usize> {
    let mut place = 0;
    while let Some((word, behind)) = first(words) {
        if is(word) {
            return Some(place);
        }
        (words, place) = (behind, place + 1);
    }
    None
}

/// The word at a place; empty if there is none.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
pub(super) const fn at(mut words: &str, place: usize) -> &str {
    let mut left = place;
    while let Some((word, behind)) = first(words) {
        if left == 0 {
            return word;
        }
        (words, left) = (behind, left - 1);
    }
    ""
}

/// The first of these words, and those behind it.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
const fn first(words: &str) -> Option<(&str, &str)> {
    let mut rest = words.as_bytes();
    while let [byte, behind @ ..] = rest {
        if *byte == END {
            // Never empty.
            let Some((word, _)) = words.split_at_checked(words.len() - rest.len()) else { return None };
            let Some((_, behind)) = words.split_at_checked(words.len() - behind.len()) else { return None };
            return Some((word, behind));
        }
        rest = behind;
    }
    None
}
