//! What is to be given out next, and what that output lends.

use heapless::Deque;

use super::undertaking::Undertaking;
use crate::drive::{Event, Link, Output, PeerFault, Question, QuestionId, Total};
use crate::id::RequestId;
use crate::journal::{Intent, Record, Resolution, Ticket};
use crate::operation::Reason;
use crate::proof::{Mistake, mistake};
use crate::receipt::{Line, Purpose, Sheet, SheetId};
use crate::text::Text;

/// What is to be given out next; what it lends is in the stash.
#[derive(Clone, Copy)]
pub(crate) enum Next {
    Listen,
    Connect(Link),
    Send { link: Link, length: usize },
    Close(Link),
    StoreIntent(Ticket),
    StoreSent(Ticket),
    StoreSheet { ticket: Ticket, sheet: SheetId, purpose: Purpose },
    StoreResult(Ticket),
    StoreResolution(Ticket),
    Started(RequestId),
    InDoubt(Reason),
    SheetBegun,
    Line(SheetId),
    JournalText(SheetId),
    SheetEnded { sheet: SheetId, kept: bool },
    Question,
    QuestionWithdrawn(QuestionId),
    AbortAnswered { accepted: bool },
    Total,
    CardCircuit,
    Detail(&'static str),
    PrivateText,
    Fault(PeerFault),
    Finished,
}

/// What the output given last lends, and the small news that wait to be told.
#[derive(Clone)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(crate) struct Stash<const TEXT: usize, const FAULTS: usize> {
    /// The question that fell away without the till's doing. There is one at a time, and the next is asked later.
    withdrawn: Option<QuestionId>,
    faults: Deque<PeerFault, FAULTS>,
    pub(crate) loan: Loan<TEXT>,
}

/// What an output lends that stands nowhere else. One output is given out at a time.
#[derive(Clone)]
#[allow(clippy::large_enum_variant)] // One of them is always kept.
pub(crate) enum Loan<const TEXT: usize> {
    /// Nothing, or what stands in the message that is being read.
    Nothing,
    Intent(Intent),
    Sheet(Sheet),
    Line(Line),
    Total(Total),
    /// Of a journal, of private data, or the value of a detail.
    Text(Text<TEXT>),
}

impl<const TEXT: usize> Loan<TEXT> {
    fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text.as_str()) } else { None }
    }
}

impl<const TEXT: usize, const FAULTS: usize> Stash<TEXT, FAULTS> {
    pub(crate) fn new() -> Self {
        Self { withdrawn: None, faults: Deque::new(), loan: Loan::Nothing }
    }

    /// Whether there is news.
    pub(crate) fn is_due(&self) -> bool {
        !self.faults.is_empty() || self.withdrawn.is_some()
    }

    /// Whether a fault is to be told, before there is another.
    pub(crate) fn has_fault(&self) -> bool {
        !self.faults.is_empty()
    }

    /// The next of the news.
    pub(crate) fn news(&mut self) -> Option<Next> {
        if let Some(fault) = self.faults.front().filter(|_| mistake(Mistake::TellsItAgain)) {
            return Some(Next::Fault(*fault));
        }
        if let Some(fault) = self.faults.pop_front() {
            return Some(Next::Fault(fault));
        }
        self.withdrawn.take().map(Next::QuestionWithdrawn)
    }

    pub(crate) fn fault(&mut self, link: Link, offset: Option<u32>, what: &'static str) {
        // A peer that makes more faults than are polled loses only their mention.
        let _ = self.faults.push_back(PeerFault { link, offset, what });
    }

    pub(crate) const fn withdraw(&mut self, question: QuestionId) {
        self.withdrawn = Some(question);
    }
}

/// What an output can lend from.
pub(crate) struct Lent<'a, const TEXT: usize> {
    pub(crate) loan: &'a Loan<TEXT>,
    pub(crate) undertaking: Option<&'a Undertaking>,
    /// The request type on the wire of the request in progress.
    pub(crate) request_type: &'a str,
    pub(crate) decision: Option<&'a Resolution>,
    /// The question that is to be asked.
    pub(crate) question: Option<&'a Question>,
}

impl<'a, const TEXT: usize> Lent<'a, TEXT> {
    /// The output; `None` if what it would lend is gone.
    pub(crate) fn output(self, next: Next) -> Option<Output<'a>> {
        let Self { loan, undertaking, request_type, decision, question } = self;
        let request = undertaking.map(|undertaking| undertaking.request_id);
        Some(match next {
            Next::Listen => Output::Listen,
            Next::Connect(link) => Output::Connect(link),
            Next::Send { link, length } => Output::Send { link, length },
            Next::Close(link) => Output::Close(link),
            Next::StoreIntent(ticket) => match loan {
                Loan::Intent(intent) => Output::Persist(ticket, Record::Intent(intent)),
                _ => return None,
            },
            Next::StoreSent(ticket) => Output::Persist(ticket, Record::Sent { request_id: request? }),
            Next::StoreSheet { ticket, sheet, purpose } => {
                let reference = undertaking.and_then(|undertaking| undertaking.reference_seen.as_ref());
                Output::Persist(ticket, Record::Sheet { sheet, purpose, request, reference })
            }
            Next::StoreResult(ticket) => Output::Persist(ticket, Record::Result(&undertaking?.end)),
            Next::StoreResolution(ticket) => Output::Persist(ticket, Record::Resolution(decision?)),
            Next::Started(request_id) => Output::Event(Event::Started { request_id, request_type }),
            Next::InDoubt(reason) => {
                let request_id = request.unwrap_or(RequestId::FIRST);
                Output::Event(Event::InDoubt { request_id, reason })
            }
            Next::SheetBegun => match loan {
                Loan::Sheet(sheet) => Output::Event(Event::SheetBegun(sheet)),
                _ => return None,
            },
            Next::Line(sheet) => match loan {
                Loan::Line(line) => Output::Event(Event::Line(sheet, line)),
                _ => return None,
            },
            Next::JournalText(sheet) => Output::Event(Event::JournalText(sheet, loan.text()?)),
            Next::SheetEnded { sheet, kept } => Output::Event(Event::SheetEnded { sheet, kept }),
            Next::Question => Output::Event(Event::Question(question?)),
            Next::QuestionWithdrawn(question) => Output::Event(Event::QuestionWithdrawn(question)),
            Next::AbortAnswered { accepted } => Output::Event(Event::AbortAnswered { accepted }),
            Next::Total => match loan {
                Loan::Total(total) => Output::Event(Event::Total(total)),
                _ => return None,
            },
            // Lent from the message that is being read.
            Next::CardCircuit => return None,
            Next::Detail(name) => Output::Event(Event::Detail { name, value: loan.text()? }),
            Next::PrivateText => Output::Event(Event::PrivateText(loan.text()?)),
            Next::Fault(fault) => Output::Event(Event::Fault(fault)),
            Next::Finished => Output::Event(Event::Finished(&undertaking?.end)),
        })
    }
}
