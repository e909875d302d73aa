//! What the output given last lends, and what waits to be told: an answer is read as a whole, so its facts wait, too.

use heapless::Deque;

use crate::drive::Link;
use crate::limits;
use crate::session::{Loan, Next};
use crate::text::Text;

type Shared = crate::session::Stash<{ limits::STEP_TEXT }, { limits::FAULTS }>;

#[derive(Clone)]
pub(super) struct Stash {
    shared: Shared,
    details: Deque<(&'static str, Text<{ limits::REMARK }>), { limits::DETAILS }>,
}

impl Stash {
    pub(super) fn new() -> Self {
        Self { shared: Shared::new(), details: Deque::new() }
    }

    /// Whether there is news.
    pub(super) fn is_due(&self) -> bool {
        self.shared.is_due() || !self.details.is_empty()
    }

    /// The next of the news.
    pub(super) fn news(&mut self) -> Option<Next> {
        if let Some(next) = self.shared.news() {
            return Some(next);
        }
        let (name, value) = self.details.pop_front()?;
        self.lend(Loan::Text(value.as_str().into()));
        Some(Next::Detail(name))
    }

    /// A fact that is told by its name on the wire, unless it is empty.
    pub(super) fn detail(&mut self, name: &'static str, value: &str) {
        if !value.is_empty() {
            // As many as one answer has fit; see the limit.
            let _ = self.details.push_back((name, value.into()));
        }
    }

    pub(super) fn fault(&mut self, link: Link, offset: Option<u32>, what: &'static str) {
        self.shared.fault(link, offset, what);
    }

    pub(super) fn lend(&mut self, loan: Loan<{ limits::STEP_TEXT }>) {
        self.shared.loan = loan;
    }

    pub(super) const fn loan(&self) -> &Loan<{ limits::STEP_TEXT }> {
        &self.shared.loan
    }
}
