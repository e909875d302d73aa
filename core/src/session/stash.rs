//! What is to be given out next, and what that output lends.

use heapless::Deque;

use super::progress::Progress;
use super::undertaking::Undertaking;
use crate::drive::{Event, Link, Output, PeerFault, Question, QuestionId, Total};
use crate::id::RequestId;
use crate::journal::{Record, Ticket};
use crate::limits;
use crate::operation::Reason;
use crate::proof::{Mistake, mistake};
use crate::receipt::{Line, Purpose, Sheet, SheetId};
use crate::text::Text;

/// What is to be given out next; what it lends is in the stash.
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
pub(crate) struct Stash {
    pub(crate) sheet: Option<Sheet>,
    pub(crate) name: Text<{ limits::NAME }>,
    /// Questions that fell away without the till's doing.
    withdrawn: Deque<QuestionId, { limits::FAULTS }>,
    faults: Deque<PeerFault, { limits::FAULTS }>,
    pub(crate) total: Total,
    pub(crate) line: Line,
    pub(crate) text: Text<{ limits::STEP_TEXT }>,
    details: Deque<(&'static str, Text<{ limits::REMARK }>), { limits::DETAILS }>,
}

impl Stash {
    pub(crate) fn new() -> Self {
        Self {
            sheet: None,
            line: Line::default(),
            text: Text::new(),
            total: Total::default(),
            name: Text::new(),
            details: Deque::new(),
            faults: Deque::new(),
            withdrawn: Deque::new(),
        }
    }

    /// Whether there is news.
    pub(crate) fn is_due(&self) -> bool {
        !(self.faults.is_empty() && self.details.is_empty() && self.withdrawn.is_empty())
    }

    /// The next of the news.
    pub(crate) fn news(&mut self) -> Option<Next> {
        if let Some(fault) = self.faults.front().filter(|_| mistake(Mistake::TellsItAgain)) {
            return Some(Next::Fault(*fault));
        }
        if let Some(fault) = self.faults.pop_front() {
            return Some(Next::Fault(fault));
        }
        if let Some(question) = self.withdrawn.pop_front() {
            return Some(Next::QuestionWithdrawn(question));
        }
        self.next_detail()
    }

    pub(crate) fn next_detail(&mut self) -> Option<Next> {
        let (name, value) = self.details.pop_front()?;
        self.text = value.as_str().into();
        Some(Next::Detail(name))
    }

    /// A fact that is told by its name on the wire, unless it is empty.
    pub(crate) fn detail(&mut self, name: &'static str, value: &str) {
        if !value.is_empty() {
            // As many as one part has fit; see the limit.
            let _ = self.details.push_back((name, value.into()));
        }
    }

    pub(crate) fn fault(&mut self, link: Link, offset: Option<u32>, what: &'static str) {
        // A peer that makes more faults than are polled loses only their mention.
        let _ = self.faults.push_back(PeerFault { link, offset, what });
    }

    pub(crate) fn withdraw(&mut self, question: QuestionId) {
        // Full only if nobody polls: the till then learns it from the answer it tries to give.
        let _ = self.withdrawn.push_back(question);
    }
}

/// What an output can lend from.
pub(crate) struct Lent<'a> {
    pub(crate) stash: &'a Stash,
    pub(crate) progress: &'a Progress,
    pub(crate) undertaking: Option<&'a Undertaking>,
    /// The request type on the wire of the request in progress.
    pub(crate) request_type: &'a str,
    /// The question that is to be asked.
    pub(crate) question: Option<&'a Question>,
}

impl<'a> Lent<'a> {
    /// The output; `None` if what it would lend is gone.
    pub(crate) fn output(self, next: Next) -> Option<Output<'a>> {
        let Self { stash, progress, undertaking, request_type, question } = self;
        let request = undertaking.map(|undertaking| undertaking.request_id);
        Some(match next {
            Next::Listen => Output::Listen,
            Next::Connect(link) => Output::Connect(link),
            Next::Send { link, length } => Output::Send { link, length },
            Next::Close(link) => Output::Close(link),
            Next::StoreIntent(ticket) => Output::Persist(ticket, Record::Intent(undertaking?.intent.as_ref()?)),
            Next::StoreSent(ticket) => Output::Persist(ticket, Record::Sent { request_id: request? }),
            Next::StoreSheet { ticket, sheet, purpose } => {
                let reference = undertaking.and_then(|undertaking| undertaking.reference_seen.as_ref());
                Output::Persist(ticket, Record::Sheet { sheet, purpose, request, reference })
            }
            Next::StoreResult(ticket) => Output::Persist(ticket, Record::Result(progress.finished.as_ref()?)),
            Next::StoreResolution(ticket) => Output::Persist(ticket, Record::Resolution(progress.resolution.as_ref()?)),
            Next::Started(request_id) => Output::Event(Event::Started { request_id, request_type }),
            Next::InDoubt(reason) => {
                let request_id = request.unwrap_or(RequestId::FIRST);
                Output::Event(Event::InDoubt { request_id, reason })
            }
            Next::SheetBegun => Output::Event(Event::SheetBegun(stash.sheet.as_ref()?)),
            Next::Line(sheet) => Output::Event(Event::Line(sheet, &stash.line)),
            Next::JournalText(sheet) => Output::Event(Event::JournalText(sheet, stash.text.as_str())),
            Next::SheetEnded { sheet, kept } => Output::Event(Event::SheetEnded { sheet, kept }),
            Next::Question => Output::Event(Event::Question(question?)),
            Next::QuestionWithdrawn(question) => Output::Event(Event::QuestionWithdrawn(question)),
            Next::AbortAnswered { accepted } => Output::Event(Event::AbortAnswered { accepted }),
            Next::Total => Output::Event(Event::Total(&stash.total)),
            Next::CardCircuit => Output::Event(Event::CardCircuit {
                code: stash.text.as_str(),
                name: Some(stash.name.as_str()).filter(|name| !name.is_empty()),
            }),
            Next::Detail(name) => Output::Event(Event::Detail { name, value: stash.text.as_str() }),
            Next::PrivateText => Output::Event(Event::PrivateText(stash.text.as_str())),
            Next::Fault(fault) => Output::Event(Event::Fault(fault)),
            Next::Finished => Output::Event(Event::Finished(progress.finished.as_ref()?)),
        })
    }
}
