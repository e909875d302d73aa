//! Where long values end: kept while a document is checked, so that nobody has to look for it again.

use crate::limits;

/// What a reader of a checked document steps over at once: an object, an array or a long text.
///
/// Lent in an array that is as long as the caller has room for. What does not fit is read again where it is stepped over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    /// How many bytes the value has, brackets or quotes included. Of one that is open: where it begins.
    length: u32,
    /// Of an object or array: how many marks there are for what is in it. Of one that is open: the mark of the one around
    /// it. Of a text: 1 if it has escapes.
    inside: u32,
}

impl Mark {
    /// Nothing is marked yet.
    pub const NONE: Self = Self { length: 0, inside: 0 };

    pub(super) const fn length(self) -> usize {
        self.length as usize
    }

    pub(super) const fn inside(self) -> usize {
        self.inside as usize
    }
}

/// Marks in the order in which values begin, as far as there is room.
pub(super) struct Marking<'a> {
    marks: &'a mut [Mark],
    count: usize,
    /// The innermost open object or array that has a mark.
    open: u32,
    /// How many open ones have none. They are the innermost: once there is no room there is none for what follows.
    beyond: usize,
}

impl<'a> Marking<'a> {
    pub(super) const fn new(marks: &'a mut [Mark]) -> Self {
        Self { marks, count: 0, open: 0, beyond: 0 }
    }

    /// An object or array begins.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn open(&mut self, at: usize) {
        match self.marks.get_mut(self.count) {
            Some(mark) => {
                *mark = Mark { length: number(at), inside: self.open };
                self.open = number(self.count);
                self.count += 1;
            }
            None => self.beyond += 1,
        }
    }

    /// The innermost object or array ends.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn close(&mut self, at: usize) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if let Some(mark) = self.marks.get_mut(self.open as usize) {
            let inside = number(self.count).wrapping_sub(self.open).wrapping_sub(1);
            self.open = mark.inside;
            *mark = Mark { length: number(at).wrapping_sub(mark.length), inside };
        }
    }

    /// A text that is a value, with so many bytes between its quotes.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn text(&mut self, length: usize, escaped: bool) {
        if length >= limits::JSON_LONG
            && let Some(mark) = self.marks.get_mut(self.count)
        {
            *mark = Mark { length: number(length + 2), inside: u32::from(escaped) };
            self.count += 1;
        }
    }

    pub(super) fn finish(self) -> &'a [Mark] {
        let marks: &'a [Mark] = self.marks;
        marks.get(..self.count).unwrap_or_default()
    }
}

/// A document is too short for it not to fit.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
