//! Where the messages of `core/tests/message/strategy.rs` come from here: from the data, choice by choice. So a fuzzer
//! that changes a byte changes a field.

use arbitrary::Unstructured;

pub(crate) struct Random<'d> {
    data: Unstructured<'d>,
    /// Chance that an optional value is there, in percent.
    density: u8,
    /// Nothing is planted here.
    pub(crate) planted: Option<String>,
}

impl<'d> Random<'d> {
    pub(crate) fn new(data: &'d [u8]) -> Self {
        let mut data = Unstructured::new(data);
        let density = data.int_in_range(0..=100).unwrap_or(0);
        Self { data, density, planted: None }
    }

    /// Behind the end of the data there are zeros.
    pub(crate) fn next(&mut self) -> u64 {
        self.data.arbitrary().unwrap_or(0)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.data.int_in_range(0..=bound.saturating_sub(1)).unwrap_or(0)
    }

    /// Behind the end of the data there is nothing, so each message is finite.
    pub(crate) fn there(&mut self) -> bool {
        !self.data.is_empty() && self.data.int_in_range(0..=99).is_ok_and(|chance: u8| chance < self.density)
    }
}
