//! Characters that are being collected: the text of a record, and behind it the value of an attribute or an element in it.

use core::fmt;

use super::value::Found;
use crate::limits::{COLLECTED, REMARK, VALUE};

/// Two texts in the same memory. The first does not grow while there is anything of the second.
#[derive(Clone)]
pub(super) struct Collected {
    text: heapless::String<COLLECTED, u16>,
    /// Length of the first.
    own: u16,
    own_cut: bool,
    value_cut: bool,
}

/// Where characters go.
pub(super) struct Into<'c> {
    text: &'c mut heapless::string::StringView<u16>,
    /// Bytes in all, at most.
    most: usize,
    cut: &'c mut bool,
}

impl Collected {
    pub(super) const fn new() -> Self {
        Self { text: heapless::String::new(), own: 0, own_cut: false, value_cut: false }
    }

    pub(super) fn clear(&mut self) {
        self.own = 0;
        self.own_cut = false;
        self.clear_value();
    }

    #[cfg_attr(target_pointer_width = "64", inline)]
    pub(super) fn clear_value(&mut self) {
        // Most have no text before them. The end of the first text is one of characters.
        if self.own == 0 {
            self.text.clear();
        }
        while self.text.len() > usize::from(self.own) {
            self.text.pop();
        }
        self.value_cut = false;
    }

    pub(super) fn has_value(&self) -> bool {
        self.text.len() > usize::from(self.own)
    }

    /// Where more of the text of the record goes.
    #[cfg_attr(target_pointer_width = "64", inline)]
    pub(super) fn own(&mut self, add: impl FnOnce(&mut Into<'_>)) {
        self.clear_value();
        add(&mut Into { text: self.text.as_mut_view(), most: REMARK, cut: &mut self.own_cut });
        self.own = u16::try_from(self.text.len()).unwrap_or(u16::MAX);
    }

    /// Where more of the value goes.
    pub(super) fn value(&mut self) -> Into<'_> {
        let most = usize::from(self.own) + VALUE;
        Into { text: self.text.as_mut_view(), most, cut: &mut self.value_cut }
    }

    pub(super) fn own_found(&self) -> Found<'_> {
        Found::collected(self.text.get(..usize::from(self.own)).unwrap_or_default(), self.own_cut, true)
    }

    pub(super) fn value_found(&self, element: bool) -> Found<'_> {
        Found::collected(self.text.get(usize::from(self.own)..).unwrap_or_default(), self.value_cut, element)
    }
}

impl fmt::Write for Into<'_> {
    /// Takes everything, if need be by cutting it; once something was cut, nothing more is added.
    #[cfg_attr(target_pointer_width = "64", inline)]
    fn write_str(&mut self, more: &str) -> fmt::Result {
        if *self.cut {
            return Ok(());
        }
        let room = self.most.min(self.text.capacity()).saturating_sub(self.text.len());
        let mut more = more;
        if more.len() > room {
            let mut end = room;
            while !more.is_char_boundary(end) {
                end -= 1;
            }
            more = more.get(..end).unwrap_or_default();
            *self.cut = true;
        }
        // Has room, as was seen.
        let _ = self.text.push_str(more);
        Ok(())
    }
}
