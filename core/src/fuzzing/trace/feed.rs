//! The data, used up choice by choice.

/// What is left of the data; zeros behind its end.
pub(super) struct Feed<'d>(&'d [u8]);

impl<'d> Feed<'d> {
    pub(super) const fn new(data: &'d [u8]) -> Self {
        Self(data)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// One of these.
    pub(super) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        let place = usize::from(self.next()) % choices.len().max(1);
        *choices.get(place).expect("a choice of something")
    }

    /// Characters of this alphabet, as many as the next byte says, and `most` at most.
    pub(super) fn text<'a>(
        &mut self,
        alphabet: &'a [&'a str],
        most: u8,
    ) -> impl Iterator<Item = &'a str> + use<'_, 'a, 'd> {
        let count = self.next() % (most + 1);
        (0..count).map(|_| self.of(alphabet))
    }
}
