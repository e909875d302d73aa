//! Where names and values stand: kept while a document is checked, so that nobody has to look for it again.

/// Where a name or a value of a checked document stands.
///
/// Lent in an array that is as long as the caller has room for: each member takes two, each element one. What has no mark
/// is looked for again by whoever steps over it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    /// Bytes from the bracket around it. Of an open object or array: from the beginning of the document.
    from: u32,
    /// Bytes: of a name what is between its quotes, of a value all. Of an open object or array: where the one around it
    /// begins.
    length: u32,
    /// Of an object or array: marks of what is in it, and whether that is [`ALL`]; of an open one: which mark the one around
    /// it has. Of a name or a text: 1 if it has escapes.
    inside: u32,
}

/// Nothing in an object or array has no mark. No document has so many values.
const ALL: u32 = 1 << 31;

impl Mark {
    /// Nothing is marked yet.
    pub const NONE: Self = Self { from: 0, length: 0, inside: 0 };

    pub(super) const fn from(self) -> usize {
        self.from as usize
    }

    pub(super) const fn to(self) -> usize {
        // Both come from offsets in memory.
        (self.from as usize).wrapping_add(self.length as usize)
    }

    pub(super) const fn escaped(self) -> bool {
        self.inside != 0
    }

    pub(super) const fn inside(self) -> usize {
        (self.inside & !ALL) as usize
    }

    pub(super) const fn has_all(self) -> bool {
        self.inside & ALL != 0
    }
}

/// Marks in the order in which names and values begin, as far as there is room.
pub(super) struct Marking<'a> {
    marks: &'a mut [Mark],
    count: usize,
    /// The mark of the innermost open object or array that has one, and where that begins.
    open: u32,
    begin: u32,
    /// How many open ones have none. They are the innermost: once there is no room there is none for what follows.
    beyond: usize,
}

impl<'a> Marking<'a> {
    pub(super) const fn new(marks: &'a mut [Mark]) -> Self {
        Self { marks, count: 0, open: 0, begin: 0, beyond: 0 }
    }

    /// An object or array begins.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn open(&mut self, at: usize) {
        match self.marks.get_mut(self.count) {
            Some(mark) => {
                let from = number(at);
                *mark = Mark { from, length: self.begin, inside: self.open };
                (self.open, self.begin) = (number(self.count), from);
                self.count += 1;
            }
            None => self.beyond += 1,
        }
    }

    /// The innermost object or array ends.
    // Else most of it would be done in advance, behind each value.
    #[inline(never)]
    pub(super) fn close(&mut self, at: usize) {
        let has_room = self.count < self.marks.len();
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if let Some(mark) = self.marks.get_mut(self.open as usize) {
            let Mark { from, length: begin, inside: open } = *mark;
            let inside = number(self.count).wrapping_sub(self.open).wrapping_sub(1) & !ALL;
            *mark = Mark {
                from: from.wrapping_sub(begin),
                length: number(at).wrapping_sub(from),
                inside: if has_room { inside | ALL } else { inside },
            };
            (self.open, self.begin) = (open, begin);
        }
    }

    /// A name, or a value with nothing in it.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn leaf(&mut self, at: usize, length: usize, escaped: bool) {
        if let Some(mark) = self.marks.get_mut(self.count) {
            let from = number(at).wrapping_sub(self.begin);
            *mark = Mark { from, length: number(length), inside: u32::from(escaped) };
            self.count += 1;
        }
    }

    pub(super) fn finish(self) -> &'a [Mark] {
        let marks: &'a [Mark] = self.marks;
        marks.get(..self.count).unwrap_or_default()
    }
}

/// A length or an offset in 32 bits: longer documents are refused.
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[allow(clippy::cast_possible_truncation, reason = "what would be cut is zero")]
pub(super) const fn number(number: usize) -> u32 {
    number as u32
}
