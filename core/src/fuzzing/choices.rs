//! What the first bytes of the data choose.

use crate::opi::message::Style;
use crate::xml::Tolerance;

/// Bytes in front of the data of every target: two for switches, the others are lengths of chunks, used in turn.
pub const CHOICES: usize = 8;

/// The switches and the lengths of chunks that stand in front of the data.
#[derive(Clone, Copy)]
pub(super) struct Choices {
    pub(super) first: u8,
    pub(super) second: u8,
    pub(super) lengths: [u8; CHOICES - 2],
    turn: usize,
}

impl Choices {
    /// Data that is too short has zeros for choices.
    pub(super) fn take(data: &[u8]) -> (Self, &[u8]) {
        let (&[first, second, ref lengths @ ..], rest) =
            data.split_first_chunk::<CHOICES>().unwrap_or((&[0; CHOICES], data));
        (Self { first, second, lengths: *lengths, turn: 0 }, rest)
    }

    /// The length of the next chunk: 1 to 256.
    pub(super) fn next(&mut self) -> usize {
        let length = self.lengths.get(self.turn).copied().unwrap_or_default();
        self.turn = (self.turn + 1) % self.lengths.len();
        usize::from(length) + 1
    }

    pub(super) fn cut<'a>(&mut self, rest: &mut &'a [u8]) -> &'a [u8] {
        let (chunk, behind) = rest.split_at(self.next().min(rest.len()));
        *rest = behind;
        chunk
    }

    const fn switch(&self, bit: u8) -> bool {
        self.second & (1 << bit) != 0
    }

    pub(super) const fn tolerance(&self) -> Tolerance {
        Tolerance { blank_before_declaration: self.switch(0), lying_encoding: self.switch(1) }
    }

    pub(super) const fn style(&self) -> Style {
        Style {
            declaration: self.switch(2),
            namespace: self.switch(3),
            shift_number_as_attribute: self.switch(4),
            card_circuits_last: self.switch(5),
        }
    }
}
