//! What is done on each edge of the request in progress.

use super::lane::{Outgoing, Stage, What};
use super::recovery::{Inquiry, ReceiptFacts, Weight};
use super::request::Asking;
use super::table::{Effect, Phase, Signal, edge_for};
use super::{Answer, Evidence, Next, Session, classify};
use crate::drive::{Link, Misuse};
use crate::frame;
use crate::id::{Id, RequestId};
use crate::journal::{Intent, Ticket, Unresolved};
use crate::limits;
use crate::money::Money;
use crate::operation::{Facts, Finished, Operation, Outcome, Reason, Request, SettledBy};
use crate::opi::message::RequestType;
use crate::proof::{Mistake, mistake};
use crate::time::{Instant, WallTime};

/// The request in progress.
#[derive(Clone, Debug)]
pub(super) struct Current {
    pub(super) request: Request,
    pub(super) request_id: RequestId,
    pub(super) intent: Option<Intent>,
    intent_stored: bool,
    started: Instant,
    /// Which of the dialect's verbs is tried.
    verb: usize,
    /// Whether the till knows the number.
    announced: bool,
    verbs: &'static [RequestType],
    pub(super) answer: Answer,
    /// The terminal asked for something on the other channel.
    pub(super) prompted: bool,
    /// An answer to something else came.
    pub(super) foreign: bool,
    /// How it ends, as far as is known.
    pub(super) verdict: (Outcome, Option<Reason>),
    pub(super) settled_by: SettledBy,
    /// What is asked about it.
    pub(super) inquiry: Option<Inquiry>,
    /// What its receipts showed.
    pub(super) receipt: ReceiptFacts,
    /// The name that its transaction has with the terminal, if a receipt showed it.
    pub(super) reference_seen: Option<Id<{ limits::LONG_ID }>>,
    /// It was sent before; only its end is in question.
    resumed: Option<Resumed>,
}

/// What is left of a request that was sent before.
#[derive(Clone, Debug)]
struct Resumed {
    request_type: RequestType,
    unresolved: Unresolved,
}

impl Current {
    pub(super) fn new(request: &Request, verbs: &'static [RequestType], request_id: RequestId, now: Instant) -> Self {
        Self {
            request: request.clone(),
            request_id,
            intent: None,
            intent_stored: false,
            started: now,
            verb: 0,
            announced: false,
            verbs,
            answer: Answer::default(),
            prompted: false,
            foreign: false,
            verdict: (Outcome::Unknown, None),
            settled_by: SettledBy::Answer,
            inquiry: None,
            receipt: ReceiptFacts::default(),
            reference_seen: None,
            resumed: None,
        }
    }

    /// A request that was sent before, taken up again to be settled.
    pub(super) fn resume(unresolved: &Unresolved, at: WallTime, now: Instant) -> Self {
        let request = Request::new(Operation::RepeatLast, at);
        let mut current = Self::new(&request, &[], unresolved.request_id, now);
        current.verdict = (Outcome::Unknown, unresolved.reason);
        current.reference_seen.clone_from(&unresolved.reference);
        current.intent_stored = true;
        let request_type = RequestType::from_text(unresolved.request_type.as_str()).unwrap_or(RequestType::CardPayment);
        current.resumed = Some(Resumed { request_type, unresolved: unresolved.clone() });
        current
    }

    pub(super) const fn is_resumed(&self) -> bool {
        self.resumed.is_some()
    }

    /// The request type on the wire.
    pub(super) fn request_type(&self) -> &RequestType {
        if let Some(resumed) = &self.resumed {
            return &resumed.request_type;
        }
        self.verbs.get(self.verb).unwrap_or(&RequestType::AbortRequest)
    }

    /// Local time, counted on from what the till said.
    pub(super) fn wall(&self, now: Instant) -> WallTime {
        self.request.at.after(now.since(self.started))
    }

    pub(super) const fn moves_money(&self) -> bool {
        self.request.operation.moves_money() || self.resumed.is_some()
    }

    /// The amount asked for.
    pub(super) const fn asked(&self) -> Option<Money> {
        match &self.resumed {
            Some(resumed) => resumed.unresolved.amount,
            None => self.request.operation.amount(),
        }
    }

    /// When it was asked for.
    pub(super) const fn asked_at(&self) -> WallTime {
        match &self.resumed {
            Some(resumed) => resumed.unresolved.at,
            None => self.request.at,
        }
    }

    /// What is left if its end stays unknown.
    fn unresolved(&self) -> Unresolved {
        Unresolved {
            request_id: self.request_id,
            request_type: Id::new(self.request_type().as_str()).unwrap_or_default(),
            amount: self.asked(),
            at: self.asked_at(),
            reference: self.reference_seen.clone(),
            reason: self.verdict.1,
        }
    }

    fn reference(&self) -> Option<&str> {
        self.request.reference.as_ref().map(crate::id::Reference::as_str)
    }

    /// The amount an answer is compared with: a reversal may say 0 (Nexi), and holds the amount elsewhere.
    pub(super) fn compared(&self) -> Option<Money> {
        if *self.request_type() == RequestType::PaymentReversal { None } else { self.asked() }
    }

    /// Whether the operation waits for distant hosts.
    const fn takes_long(&self) -> bool {
        matches!(
            self.request.operation,
            Operation::Reconciliation { .. }
                | Operation::CloseDay
                | Operation::Transmit
                | Operation::ContactTms
                | Operation::ContactAcquirer
                | Operation::Diagnosis
                | Operation::Restart
        )
    }
}

impl<const D: usize> Session<'_, D> {
    /// Takes the edge of this signal; `false` if there is none.
    pub(super) fn signal(&mut self, signal: Signal) -> bool {
        let Some(edge) = edge_for(self.phase, signal) else { return false };
        if (edge.from, signal) == (Phase::Storing, Signal::Stored)
            && let Some(current) = &mut self.current
        {
            current.intent_stored = true;
        }
        self.ticket = None;
        self.deadlines = super::Deadlines::default();
        self.phase = edge.to;
        self.todo = Some(edge.effect);
        true
    }

    pub(super) fn signal_or(&mut self, signal: Signal, misuse: Misuse) -> Result<(), Misuse> {
        if self.signal(signal) { Ok(()) } else { Err(misuse) }
    }

    /// Does what the edge taken last wants done.
    pub(super) fn perform(&mut self, tx: &mut [u8]) -> Option<Next> {
        let timeouts = self.settings.timeouts;
        let effect = self.todo.take()?;
        let now = self.now;
        if let Some(current) = self.current.as_mut().filter(|current| !current.announced) {
            current.announced = true;
            self.todo = Some(effect);
            return Some(Next::Started(current.request_id));
        }
        match effect {
            Effect::StoreIntent => {
                let workstation = Id::new(self.settings.workstation.as_str()).unwrap_or_default();
                let current = self.current.as_mut()?;
                current.intent = Some(Intent {
                    request_id: current.request_id,
                    workstation_id: workstation,
                    request_type: Id::new(current.request_type().as_str()).unwrap_or_default(),
                    amount: current.request.operation.amount(),
                    reference: current.request.reference.clone(),
                    at: current.request.at,
                });
                self.deadlines.phase = Some(now.after(timeouts.local));
                Some(Next::StoreIntent(self.fresh_ticket()))
            }
            Effect::Listen => {
                self.deadlines.phase = Some(now.after(timeouts.local));
                Some(Next::Listen)
            }
            Effect::Connect => {
                self.lanes.request.restart(Stage::Connecting);
                self.deadlines.phase = Some(now.after(timeouts.connect));
                Some(Next::Connect(Link::Request))
            }
            Effect::Transmit => self.transmit(tx),
            Effect::Await if mistake(Mistake::WaitsForever) => None,
            Effect::Await => {
                let foreign = self.current.as_ref().is_some_and(|current| current.foreign);
                let long = self.takes_long();
                self.deadlines.hard = Some(now.after(if long { timeouts.hard_long } else { timeouts.hard }));
                if foreign {
                    self.deadlines.phase = Some(now.after(timeouts.grace));
                }
                self.sign_of_life();
                None
            }
            Effect::NotSent(reason) => {
                if let Some(current) = &mut self.current {
                    current.verdict = (Outcome::NotSent, Some(reason));
                }
                self.conclude()
            }
            Effect::Doubt(reason) => self.doubt(reason),
            Effect::Classify => self.judge(),
            Effect::Resume => {
                self.resume();
                None
            }
            Effect::Pause => {
                self.deadlines.phase = Some(now.after(self.pause()));
                None
            }
            Effect::ListenAgain => {
                self.deadlines.phase = Some(now.after(timeouts.local));
                Some(Next::Listen)
            }
            Effect::Reach => {
                // What was kept open for a late answer is closed first.
                if self.lanes.request.stage() != Stage::Closed {
                    self.drop_link(Link::Request);
                    self.todo = Some(effect);
                    return None;
                }
                self.lanes.request.restart(Stage::Connecting);
                self.deadlines.phase = Some(now.after(timeouts.connect));
                Some(Next::Connect(Link::Request))
            }
            Effect::Ask => self.ask(tx),
            Effect::Hear => {
                self.deadlines.hard = Some(now.after(timeouts.hard));
                self.deadlines.phase = Some(now.after(timeouts.probe));
                None
            }
            Effect::Weigh => {
                self.weigh();
                None
            }
            Effect::Unreached => {
                self.miss(&Weight::Unreached);
                None
            }
            Effect::Miss => {
                self.miss(&Weight::Later);
                None
            }
            Effect::PassOver => {
                self.miss(&Weight::Nothing);
                None
            }
            Effect::GiveUp => {
                self.signal(Signal::Concluded);
                None
            }
            Effect::Conclude => self.conclude(),
            Effect::Tell | Effect::TellUnstored => {
                if let Some(finished) = &mut self.finished {
                    finished.stored = effect == Effect::Tell || mistake(Mistake::SaysStoredWhatIsNot);
                    let settled = finished.stored && finished.outcome != Outcome::Unknown;
                    if settled && self.unresolved.as_ref().map(|it| it.request_id) == finished.request_id {
                        self.unresolved = None;
                    }
                }
                self.signal(Signal::Told);
                Some(Next::Finished)
            }
            Effect::Rest => {
                self.current = None;
                None
            }
        }
    }

    fn transmit(&mut self, tx: &mut [u8]) -> Option<Next> {
        let until = self.now.after(self.settings.timeouts.send);
        let current = self.current.as_ref()?;
        let asking = Asking {
            settings: &self.settings,
            operation: &current.request.operation,
            reference: current.reference(),
            request_id: current.request_id,
            request_type: current.request_type(),
            at: current.wall(self.now),
        };
        match frame::encode(tx, |out| asking.encode(out)) {
            Ok(length) => {
                self.deadlines.phase = Some(until);
                self.lanes.request.outgoing = Some(Outgoing { what: What::Request, length, until: None });
                Some(Next::Send { link: Link::Request, length })
            }
            Err(_) => {
                self.signal(Signal::NotEncodable);
                None
            }
        }
    }

    /// Judges the answer, or asks in other words.
    fn judge(&mut self) -> Option<Next> {
        let current = self.current.as_mut()?;
        let compared = current.compared();
        current.answer.compare(compared);
        let money = current.moves_money();
        let (outcome, reason) = classify(&Evidence {
            moves_money: money,
            result: current.answer.result.as_ref(),
            facts: &current.answer.facts,
            prompted: current.prompted,
            asked: compared,
        });
        current.verdict = (outcome, reason);
        match (outcome, reason) {
            (Outcome::Declined, Some(Reason::Rejected | Reason::NotSupported)) if self.ask_in_other_words() => {}
            (Outcome::Declined, Some(Reason::PrintLastTicket)) if money => self.fetch_receipts(),
            (Outcome::Unknown, Some(reason)) if money => return self.doubt(reason),
            _ => {
                self.signal(Signal::Concluded);
            }
        }
        None
    }

    /// Tries the next verb of the dialect. Never for a request that may move money.
    fn ask_in_other_words(&mut self) -> bool {
        let Some(current) = self.current.as_mut().filter(|current| !current.moves_money()) else { return false };
        if current.verb + 1 >= current.verbs.len() {
            return false;
        }
        current.verb += 1;
        current.request_id = self.counters.request();
        current.announced = false;
        current.answer = Answer::default();
        self.drop_link(Link::Request);
        self.signal(Signal::OtherWords)
    }

    fn conclude(&mut self) -> Option<Next> {
        self.drop_link(Link::Request);
        self.drop_link(Link::Abort);
        self.abort.forget();
        let current = self.current.as_mut()?;
        current.inquiry = None;
        let (outcome, reason) = current.verdict;
        let (money, must_be_stored) = (current.moves_money(), current.intent_stored);
        let mut facts = core::mem::take(&mut current.answer.facts);
        if outcome == Outcome::NotSent {
            facts = Facts::default();
        }
        if money && outcome == Outcome::Unknown && !mistake(Mistake::ForgetsTheBlocker) {
            self.unresolved = Some(current.unresolved());
        }
        self.finished = Some(Finished {
            request_id: Some(current.request_id),
            outcome,
            reason,
            settled_by: current.settled_by,
            facts,
            stored: false,
        });
        if must_be_stored {
            self.deadlines.phase = Some(self.now.after(self.settings.timeouts.local));
            return Some(Next::StoreResult(self.fresh_ticket()));
        }
        // Nothing stands in the store that waits for an end. A failed intent may: the till is told.
        self.signal(if money { Signal::StoreFailed } else { Signal::Stored });
        None
    }

    fn fresh_ticket(&mut self) -> Ticket {
        let ticket = self.counters.ticket();
        self.ticket = Some(ticket);
        ticket
    }

    fn takes_long(&self) -> bool {
        self.current.as_ref().is_some_and(Current::takes_long)
    }

    /// The terminal did something: it is still there. While a question stands, it is the till that is waited for, and
    /// while distant hosts are asked, the terminal has nothing to say: silence counts from then on.
    pub(super) fn sign_of_life(&mut self) {
        let foreign = self.current.as_ref().is_some_and(|current| current.foreign);
        let timeouts = &self.settings.timeouts;
        let silence = match self.phase {
            Phase::Waiting if self.takes_long() => timeouts.hard_long,
            Phase::Waiting => timeouts.idle,
            Phase::Hearing => timeouts.probe,
            _ => return,
        };
        if foreign {
            return;
        }
        let questions = self.lanes.all().filter_map(|(_, lane)| lane.question()).map(|question| question.until);
        let from = questions.fold(self.now, Instant::max);
        self.deadlines.phase = Some(from.after(silence));
    }

    pub(super) fn sent(&mut self, link: Link) -> Result<(), Misuse> {
        let wrong = Misuse::WrongLink(link);
        let lane = self.lanes.get_mut(link).ok_or(wrong)?;
        let Some(outgoing) = lane.outgoing.take() else {
            // The connection was given up meanwhile.
            return if matches!(lane.stage(), Stage::Closing | Stage::Closed) { Ok(()) } else { Err(wrong) };
        };
        match outgoing.what {
            What::Request => {
                self.signal(Signal::Sent);
            }
            What::Abort => self.abort.sent(self.now.after(self.settings.timeouts.abort)),
            What::Reply => {}
        }
        Ok(())
    }

    pub(super) fn send_failed(&mut self, link: Link, at_most: usize) -> Result<(), Misuse> {
        let wrong = Misuse::WrongLink(link);
        let lane = self.lanes.get_mut(link).ok_or(wrong)?;
        let Some(outgoing) = lane.outgoing.take() else {
            return if matches!(lane.stage(), Stage::Closing | Stage::Closed) { Ok(()) } else { Err(wrong) };
        };
        match outgoing.what {
            What::Request => {
                let whole = at_most >= outgoing.length && !mistake(Mistake::SaysNotSentAfterAWholeFrame);
                self.signal(if whole { Signal::SentPerhaps } else { Signal::SentShort });
            }
            What::Abort => {
                self.abort.failed();
                if link == Link::Abort {
                    self.drop_link(link);
                }
            }
            // On channel 0 the answer may still come; a callback connection is of no more use.
            What::Reply if link == Link::Request => {}
            What::Reply => self.drop_link(link),
        }
        Ok(())
    }
}
