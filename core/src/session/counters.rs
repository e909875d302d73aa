//! The numbers a session gives out.

use crate::drive::QuestionId;
use crate::id::RequestId;
use crate::journal::Ticket;
use crate::proof::{Mistake, mistake};
use crate::receipt::SheetId;

/// The numbers to be given out next.
#[derive(Clone, Debug)]
pub(crate) struct Counters {
    request: RequestId,
    sheet: u32,
    question: u32,
    ticket: u32,
}

impl Counters {
    pub(crate) const fn new(first_request: RequestId, first_sheet: SheetId) -> Self {
        Self { request: first_request, sheet: first_sheet.0.wrapping_sub(1), question: 0, ticket: 0 }
    }

    /// A number for a request: never given out again (I5).
    pub(crate) fn request(&mut self) -> RequestId {
        let request = self.request;
        if !mistake(Mistake::UsesANumberAgain) {
            self.request = request.next();
        }
        request
    }

    pub(crate) const fn next_request(&self) -> RequestId {
        self.request
    }

    pub(crate) const fn sheet(&mut self) -> SheetId {
        self.sheet = self.sheet.wrapping_add(1);
        SheetId(self.sheet)
    }

    pub(crate) const fn question(&mut self) -> QuestionId {
        self.question = self.question.wrapping_add(1);
        QuestionId(self.question)
    }

    pub(crate) const fn ticket(&mut self) -> Ticket {
        self.ticket = self.ticket.wrapping_add(1);
        Ticket(self.ticket)
    }
}
