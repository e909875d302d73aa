//! What is done on each edge of the request in progress.

use super::lane::{Outgoing, Stage, What};
use super::request::Asking;
use super::table::{Effect, Phase, Signal, edge_for};
use super::{Answer, Evidence, Next, Session, classify};
use crate::drive::{Link, Misuse};
use crate::frame;
use crate::id::{Id, RequestId};
use crate::journal::{Intent, Ticket, Unresolved};
use crate::operation::{Facts, Finished, Operation, Outcome, Reason, Request};
use crate::opi::message::RequestType;
use crate::time::{Instant, WallTime};

/// The request in progress.
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
        }
    }

    /// The request type on the wire.
    pub(super) fn request_type(&self) -> &RequestType {
        self.verbs.get(self.verb).unwrap_or(&RequestType::AbortRequest)
    }

    /// Local time, counted on from what the till said.
    pub(super) fn wall(&self, now: Instant) -> WallTime {
        self.request.at.after(now.since(self.started))
    }

    const fn moves_money(&self) -> bool {
        self.request.operation.moves_money()
    }

    fn reference(&self) -> Option<&str> {
        self.request.reference.as_ref().map(crate::id::Reference::as_str)
    }

    /// The amount an answer is compared with: a reversal may say 0 (Nexi), and holds the amount elsewhere.
    const fn compared(&self) -> Option<crate::money::Money> {
        match &self.request.operation {
            Operation::Reversal { .. } => None,
            operation => operation.amount(),
        }
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
            Effect::Await => {
                let foreign = self.current.as_ref().is_some_and(|current| current.foreign);
                let hard = match &self.current {
                    Some(current) if current.takes_long() => timeouts.hard_long,
                    _ => timeouts.hard,
                };
                self.deadlines.hard = Some(now.after(hard));
                self.deadlines.phase = Some(now.after(if foreign { timeouts.grace } else { timeouts.idle }));
                None
            }
            Effect::NotSent(reason) => self.conclude(Outcome::NotSent, Some(reason)),
            Effect::Unknown(reason) => self.conclude(Outcome::Unknown, Some(reason)),
            Effect::Classify => self.judge(),
            Effect::Tell | Effect::TellUnstored => {
                if let Some(finished) = &mut self.finished {
                    finished.stored = effect == Effect::Tell;
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
                self.lanes.request.outgoing = Some(Outgoing { what: What::Request, length, until });
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
        let (outcome, reason) = classify(&Evidence {
            moves_money: current.moves_money(),
            result: current.answer.result.as_ref(),
            facts: &current.answer.facts,
            prompted: current.prompted,
            asked: compared,
        });
        let not_understood = matches!(reason, Some(Reason::Rejected | Reason::NotSupported));
        if outcome == Outcome::Declined && not_understood && self.ask_in_other_words() {
            return None;
        }
        self.conclude(outcome, reason)
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

    fn conclude(&mut self, outcome: Outcome, reason: Option<Reason>) -> Option<Next> {
        self.drop_link(Link::Request);
        self.drop_link(Link::Abort);
        self.abort.forget();
        let current = self.current.as_mut()?;
        let facts = core::mem::take(&mut current.answer.facts);
        let request_id = current.request_id;
        let (money, must_be_stored) = (current.moves_money(), current.intent_stored);
        if money && outcome == Outcome::Unknown {
            let amount = current.request.operation.amount();
            self.unresolved = Some(Unresolved { request_id, amount, reason });
        }
        let facts = if outcome == Outcome::NotSent { Facts::default() } else { facts };
        self.finished = Some(Finished { request_id: Some(request_id), outcome, reason, facts, stored: false });
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

    /// The terminal did something: it is still there.
    pub(super) fn sign_of_life(&mut self) {
        let foreign = self.current.as_ref().is_some_and(|current| current.foreign);
        if self.phase == Phase::Waiting && !foreign {
            self.deadlines.phase = Some(self.now.after(self.settings.timeouts.idle));
        }
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
                let whole = at_most >= outgoing.length;
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
