//! An OPI terminal behind a terminal of the Terminal API: tills speak the one, money moves by the other.
//!
//! The reference of each OPI request is the name that the transaction has towards its till, so that the journal of the
//! OPI lane tells after a restart what became of it.

use std::collections::VecDeque;
use std::future::pending;
use std::path::Path;
use std::time::Duration;

use opi_core::drive::{Answer, Event, Misuse, QuestionKind, Total};
use opi_core::id::RequestId;
use opi_core::nexo::front::{Input, Performed, Refused, Transaction, Wish, WishId};
use opi_core::nexo::vocabulary::ErrorCondition;
use opi_core::operation::{Finished, Operation, Original, Outcome, Reason, Request};
use opi_core::receipt::{Line, Purpose, Sheet, SheetId};
use opi_core::time::Instant;
use smol::Timer;
use smol::future::FutureExt as _;

use super::application::{Application, Next};
use super::past::Pasts;
use crate::clock::now_local;
use crate::journal::JournalError;
use crate::notice::{Notice, WholeSheet};
use crate::till::Till;

/// Pauses before the OPI terminal is asked once more about a lost answer: the first, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));

/// An OPI terminal as an application.
pub struct Bridge<F> {
    till: Till,
    pasts: Pasts,
    log: F,
    /// What is answered to questions for a yes or a no: there is no cashier whom the terminal could ask.
    consent: Option<bool>,
    doing: Option<Doing>,
    told: VecDeque<Tell>,
    /// When the OPI terminal is asked again, and the pause after that.
    again: Option<(std::time::Instant, Duration)>,
}

/// What the OPI terminal is doing.
struct Doing {
    wish: WishId,
    /// Money may move.
    money: bool,
    /// It takes back a transaction of which this terminal knows nothing but the name.
    strange: bool,
    /// It was done before a restart, and its end is being asked for.
    settles: Option<RequestId>,
}

/// What the terminal must hear.
enum Tell {
    Sheet(WishId, SheetId, Purpose, Vec<Line>),
    Total(WishId, Total),
    Finished(WishId, Box<Finished>),
    Refused(WishId, ErrorCondition),
}

impl<F: FnMut(&str)> Bridge<F> {
    /// The till must use the journal in this folder. If a request in it has no end, the OPI terminal is asked about it at
    /// once. `consent` is the answer to questions that want a yes or a no; `None` says that nobody is there to answer.
    /// `log` hears what people who look after the terminal should know.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn new(till: Till, journal: &Path, consent: Option<bool>, log: F) -> Result<Self, JournalError> {
        let pasts = Pasts::read(journal)?;
        let mut bridge = Self { till, pasts, log, consent, doing: None, told: VecDeque::new(), again: None };
        bridge.ask_again(PAUSE.0, Duration::ZERO);
        Ok(bridge)
    }

    /// If a result is unknown, the OPI terminal is asked about it, `after` a pause.
    fn ask_again(&mut self, next: Duration, after: Duration) {
        if self.till.unresolved().is_some() {
            self.again = Some((std::time::Instant::now() + after, next));
        }
    }

    fn operate(&mut self, wish: WishId, request: &Request, last: bool) {
        let money = request.operation.moves_money();
        let strange = is_strange(&request.operation);
        if matches!(request.operation, Operation::Reversal { .. }) && !last && self.till.takes_back_the_last_only() {
            // It would take back another one.
            let condition = if strange { ErrorCondition::NotFound } else { ErrorCondition::NotAllowed };
            self.told.push_back(Tell::Refused(wish, condition));
            return;
        }
        let mut started = self.till.start(request);
        let mut request = request.clone();
        // Taking back the last transaction needs no name of it.
        if last && matches!(started, Err(Misuse::Incomplete(_))) {
            if let Operation::Reversal { original, .. } = &mut request.operation {
                *original = Original::default();
            }
            started = self.till.start(&request);
        }
        // Where a dialect has no words for the state of a terminal, an answer to anything says that it is there.
        for other in [Operation::Status, Operation::Info] {
            if matches!(request.operation, Operation::Diagnosis | Operation::Status)
                && matches!(started, Err(Misuse::Unsupported))
            {
                request.operation = other;
                started = self.till.start(&request);
            }
        }
        match started {
            Ok(()) => self.doing = Some(Doing { wish, money, strange, settles: None }),
            Err(misuse) => {
                (self.log)(&format!("not begun: {misuse}"));
                let condition = match misuse {
                    Misuse::Incomplete(_) if strange => ErrorCondition::NotFound,
                    misuse => condition(misuse),
                };
                self.told.push_back(Tell::Refused(wish, condition));
            }
        }
    }

    /// Says how a transaction ended that was accepted before a restart.
    fn settle(&mut self, wish: WishId, transaction: &Transaction) {
        let Some(past) = self.pasts.find(&transaction.name) else {
            if self.pasts.damaged {
                // It may have been sent, and nobody can tell: better no answer than a wrong one (I4).
                (self.log)(&format!(
                    "{}: the journal is damaged, so it is not known whether this was sent; look at the terminal",
                    transaction.name
                ));
            } else {
                // An intent is stored before anything is sent (I2).
                self.told.push_back(Tell::Refused(wish, ErrorCondition::Aborted));
            }
            return;
        };
        self.told
            .extend(past.sheets.iter().map(|(id, purpose, lines)| Tell::Sheet(wish, *id, *purpose, lines.clone())));
        match &past.end {
            Some(end) => self.told.push_back(Tell::Finished(wish, Box::new(end.clone()))),
            // It is what blocks the lane: its end comes with the answer of the OPI terminal.
            None => self.doing = Some(Doing { wish, money: true, strange: false, settles: Some(past.request_id) }),
        }
    }

    fn take(&mut self, notice: Notice) {
        let wish = self.doing.as_ref().map(|doing| doing.wish);
        match notice {
            Notice::Sheet(WholeSheet { id, purpose, lines, .. }) => {
                if let Some(wish) = wish {
                    self.told.push_back(Tell::Sheet(wish, id, purpose, lines));
                }
            }
            Notice::Total(total) => {
                if let Some(wish) = wish {
                    self.told.push_back(Tell::Total(wish, total));
                }
            }
            Notice::Question(question) => {
                let answer = match (question.kind, self.consent) {
                    (QuestionKind::Confirmation | QuestionKind::Delivery, Some(true)) => Answer::Yes,
                    (QuestionKind::Confirmation | QuestionKind::Delivery, Some(false)) => Answer::No,
                    _ => Answer::NotGiven,
                };
                if let Err(misuse) = self.till.answer(question.id, answer) {
                    (self.log)(&format!("a question was not answered: {misuse}"));
                }
            }
            Notice::Finished(finished) => self.finished(finished),
            Notice::InDoubt { request_id, reason } => {
                (self.log)(&format!("request {request_id}: {reason}; asking the terminal"));
            }
            Notice::Fault(fault) => (self.log)(&format!("the terminal: {fault}")),
            Notice::Trouble(trouble) => (self.log)(&trouble.to_string()),
            _ => {}
        }
    }

    fn finished(&mut self, finished: Box<Finished>) {
        let unknown = finished.outcome == Outcome::Unknown;
        if unknown || self.till.unresolved().is_some() {
            let pause = self.again.map_or(PAUSE.0, |(_, pause)| pause);
            self.ask_again((pause * 2).min(PAUSE.1), pause);
        } else {
            self.again = None;
        }
        let Some(doing) = &self.doing else { return };
        if doing.settles.is_some() && doing.settles != finished.request_id {
            return;
        }
        if let Some(request) = finished.request_id.filter(|_| unknown) {
            (self.log)(&format!("request {request} has no known end; the terminal will be asked again"));
        }
        let (money, logged_out) = (doing.money, finished.reason == Some(Reason::LoggedOut));
        // The terminal did not know it either (nexo Sale to POI 3.0 schema: the transaction is not found).
        let not_found = doing.strange
            && finished.outcome == Outcome::Declined
            && matches!(finished.reason, Some(Reason::TerminalRefused));
        self.told.push_back(if not_found {
            Tell::Refused(doing.wish, ErrorCondition::NotFound)
        } else {
            Tell::Finished(doing.wish, finished)
        });
        if !(unknown && money) {
            self.doing = None;
        }
        // Tills of the Terminal API have no words for the shift of an OPI terminal: it is opened for their next try.
        if logged_out && let Err(misuse) = self.till.start(&Request::new(Operation::Activate, now_local())) {
            (self.log)(&format!("the terminal is logged out, and cannot be activated: {misuse}"));
        }
    }
}

impl<F: FnMut(&str)> Application for Bridge<F> {
    fn accept(&mut self, _: &Transaction) {}

    fn perform(&mut self, _: Instant, wish: WishId, what: &Wish<'_>) {
        match what {
            Wish::Operation { request, last, .. } => self.operate(wish, request, *last),
            Wish::Settle(transaction) => self.settle(wish, transaction),
            // OPI has no words by which a till uses the devices of a terminal.
            Wish::Display(_) | Wish::Input(_) | Wish::Print(_) => {
                self.told.push_back(Tell::Refused(wish, ErrorCondition::UnavailableDevice));
            }
            // Reading a card ahead, and what else there may be.
            _ => {
                self.told.push_back(Tell::Refused(wish, ErrorCondition::UnavailableService));
            }
        }
    }

    fn stop(&mut self, _: Instant, wish: WishId) {
        if self.doing.as_ref().is_some_and(|doing| doing.wish == wish && doing.settles.is_none())
            && let Err(misuse) = self.till.abort()
        {
            (self.log)(&format!("not stopped: {misuse}"));
        }
    }

    fn poll(&mut self, _: Instant, tell: &mut dyn FnMut(Input<'_>)) -> Next {
        let Some(told) = self.told.pop_front() else { return Next::Wait(None) };
        match told {
            Tell::Sheet(wish, id, purpose, lines) => {
                let target = opi_core::id::Id::default();
                let sheet = Sheet { id, purpose, request: None, target };
                tell(Input::Told(wish, &Event::SheetBegun(&sheet)));
                for line in &lines {
                    tell(Input::Told(wish, &Event::Line(id, line)));
                }
                tell(Input::Told(wish, &Event::SheetEnded { sheet: id, kept: true }));
            }
            Tell::Total(wish, total) => tell(Input::Told(wish, &Event::Total(&total))),
            Tell::Finished(wish, finished) => tell(Input::Told(wish, &Event::Finished(&finished))),
            Tell::Refused(wish, condition) => {
                tell(Input::Performed(wish, Performed::Refused(Refused::new(condition))));
            }
        }
        Next::More
    }

    async fn ready(&mut self) {
        if !self.told.is_empty() {
            return;
        }
        // While it is being asked, there is no other time for that.
        let again = self.again.filter(|_| self.till.is_idle());
        let due = async {
            match again {
                Some((at, _)) => Timer::at(at).await,
                None => pending().await,
            };
            None
        };
        let notice = async { Some(self.till.next().await) };
        match notice.or(due).await {
            Some(notice) => self.take(notice),
            None => {
                if let Err(misuse) = self.till.recover() {
                    (self.log)(&format!("the terminal cannot be asked: {misuse}"));
                    self.again = None;
                }
            }
        }
    }
}

/// Whether it takes back a transaction of which no more is known than what the till calls it.
const fn is_strange(operation: &Operation) -> bool {
    match operation {
        Operation::Refund { original, .. } | Operation::Reversal { original, .. } => {
            let Original { trx_reference_number, stan, terminal_id, terminal_batch, reference, .. } = original;
            trx_reference_number.is_some()
                && stan.is_none()
                && terminal_id.is_none()
                && terminal_batch.is_none()
                && reference.is_none()
        }
        _ => false,
    }
}

/// Nothing was sent: what the till is told.
const fn condition(misuse: Misuse) -> ErrorCondition {
    match misuse {
        Misuse::Unsupported => ErrorCondition::UnavailableService,
        Misuse::Incomplete(_) => ErrorCondition::NotAllowed,
        _ => ErrorCondition::Busy,
    }
}
