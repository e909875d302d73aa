//! What is done on each edge of the request in progress.

use super::Session;
use super::exchange::Stage;
use super::hear::{Expected, Heard, hear};
use super::request::{self, Message};
use super::sheets::Telling;
use crate::drive::Link;
use crate::nexo::Category;
use crate::operation::Outcome;
use crate::proof::{Mistake, mistake};
use crate::session::table::{Effect, Phase, Signal};
use crate::session::{Loan, Next, Work};

impl Session<'_> {
    /// Does what the edge taken last wants done.
    pub(super) fn perform(&mut self, tx: &mut [u8]) -> Option<Next> {
        let timeouts = self.settings.timeouts;
        let effect = self.progress.take_effect()?;
        if let Some(current) = self.current.as_mut()
            && current.undertaking.announce()
        {
            self.progress.put_back(effect);
            return Some(Next::Started(current.undertaking.request_id));
        }
        match effect {
            Effect::StoreIntent => {
                let current = self.current.as_ref()?;
                let word = current.kept_type(self.settings.poi_id.as_str());
                let sale_id = self.settings.sale_id.as_str();
                self.stash.lend(Loan::Intent(current.undertaking.intent(sale_id, word.as_str())));
                return Some(self.progress.store_intent(timeouts.local));
            }
            // The terminal connects to nobody.
            Effect::Listen | Effect::ListenAgain => {
                self.progress.signal(Signal::Listening);
            }
            Effect::Connect => return Some(self.connect()),
            Effect::Transmit => return self.transmit(tx),
            Effect::Await if mistake(Mistake::WaitsForever) => {}
            Effect::Await => self.progress.give_up_hard_after(timeouts.answer),
            Effect::NotSent(reason) => {
                if let Some(current) = self.current.as_mut() {
                    current.undertaking.verdict = (Outcome::NotSent, Some(reason));
                }
                return self.conclude();
            }
            Effect::Doubt(reason) => return self.doubt(reason),
            Effect::Classify => return self.judge(),
            Effect::Resume => self.resume(),
            Effect::Pause => {
                let inquiry = self.current.as_ref().and_then(|current| current.inquiry.as_ref());
                self.progress.give_up_after(inquiry.map_or(timeouts.poll_pause, |inquiry| inquiry.pause(&timeouts)));
            }
            Effect::Reach => {
                // What was kept open for a late answer is closed first.
                if self.request.stage() != Stage::Closed {
                    self.request.give_up();
                    let now = self.progress.now;
                    if let Some(inquiry) = self.current.as_mut().and_then(|current| current.inquiry.as_mut()) {
                        inquiry.hang_up(now, &timeouts);
                    }
                    self.progress.put_back(effect);
                    return None;
                }
                return Some(self.connect());
            }
            Effect::Ask => return self.ask(tx),
            Effect::Hear => self.progress.give_up_hard_after(timeouts.status),
            Effect::Weigh => self.weigh(),
            Effect::Unreached | Effect::Miss | Effect::PassOver => self.miss(),
            Effect::GiveUp => {
                self.progress.signal(Signal::Concluded);
            }
            Effect::Conclude => return self.conclude(),
            Effect::Tell => return Some(self.progress.tell(&mut self.current.as_mut()?.undertaking, true)),
            Effect::TellUnstored => return Some(self.progress.tell(&mut self.current.as_mut()?.undertaking, false)),
            Effect::Rest => self.current = Work::Rest,
        }
        None
    }

    fn connect(&mut self) -> Next {
        self.request.restart(Stage::Connecting);
        self.progress.give_up_after(self.settings.timeouts.connect);
        Next::Connect(Link::Request)
    }

    fn transmit(&mut self, tx: &mut [u8]) -> Option<Next> {
        let current = self.current.as_ref()?;
        let undertaking = &current.undertaking;
        // An abort from the till's menu stops the request that nobody knows the end of.
        let unresolved = self.progress.unresolved();
        let about = unresolved.and_then(|it| Some((request::category_of(it.request_type.as_str())?, it.request_id)));
        let message = Message {
            settings: &self.settings,
            category: current.category?,
            number: undertaking.request_id,
            at: undertaking.wall(self.progress.now),
            about: about.filter(|_| undertaking.is_abort()),
            request: undertaking.request(),
        };
        match message.write(tx) {
            Ok(length) => {
                self.progress.give_up_after(self.settings.timeouts.send);
                self.request.send(length);
                Some(Next::Send { link: Link::Request, length })
            }
            Err(_) => {
                self.progress.signal(Signal::NotEncodable);
                None
            }
        }
    }

    fn conclude(&mut self) -> Option<Next> {
        self.request.give_up();
        self.beside.give_up();
        self.abort.forget();
        let current = self.current.as_mut()?;
        current.inquiry = None;
        current.undertaking.end.facts = core::mem::take(&mut current.answer.facts);
        let word = current.kept_type(self.settings.poi_id.as_str());
        self.progress.conclude(&mut current.undertaking, word, self.settings.timeouts.local)
    }

    /// Looks at what came on the connection of the request.
    pub(super) fn read(&mut self) {
        match self.request.stage() {
            Stage::Complete(status) => self.read_answer(status),
            Stage::TooLong => {
                self.stash.fault(Link::Request, None, "the answer is longer than the memory for it");
                self.drop_request(Signal::Unreadable);
            }
            // What is leaving may still arrive, and how much of it left is known only when it ends.
            Stage::Lost if !self.request.is_sending() => self.drop_request(Signal::Lost),
            _ => {}
        }
    }

    fn drop_request(&mut self, signal: Signal) {
        self.request.give_up();
        self.progress.signal(signal);
    }

    /// Reads the answer: whose it is first, then what it says.
    fn read_answer(&mut self, status: u16) {
        let phase = self.progress.phase();
        let Some(current) = self.current.as_mut() else { return self.request.give_up() };
        let asks = matches!(phase, Phase::Asking | Phase::Hearing);
        // What is settled stays settled, whatever the terminal says next.
        if !(asks || matches!(phase, Phase::Sending | Phase::Waiting | Phase::Pausing | Phase::Reopening)) {
            return self.request.give_up();
        }
        let of_inquiry = current.inquiry.as_ref().filter(|_| asks).and_then(|inquiry| inquiry.request_id);
        let category = current.category.filter(|_| !asks).unwrap_or(Category::TransactionStatus);
        let expected = Expected {
            settings: &self.settings,
            category,
            number: of_inquiry.unwrap_or(current.undertaking.request_id),
            about: current.category.filter(|_| asks).map(|category| (category, current.undertaking.request_id)),
            asked: current.undertaking.asked(),
        };
        match hear(self.request.body(), status, &expected, &mut self.stash) {
            Heard::Answer(answer, repeated) => {
                let late = !asks && !matches!(phase, Phase::Sending | Phase::Waiting);
                let then = if late { Signal::AnsweredLate } else { Signal::Answered };
                let receipts = repeated.as_ref().map_or(answer.receipts, |repeated| repeated.receipts);
                let totals = answer.totals;
                // A repeated answer speaks for the request, the one that brings it does not.
                if let Some(of_request) = if asks { repeated.as_ref() } else { Some(&answer) } {
                    current.see(&of_request.facts);
                }
                match current.inquiry.as_mut().filter(|_| asks) {
                    Some(inquiry) => (inquiry.answer, inquiry.repeated) = (answer, repeated),
                    None => current.answer = answer,
                }
                if (receipts && !current.told) || totals {
                    current.telling = Some(Telling::new(receipts && !current.told, totals, then));
                } else {
                    self.request.give_up();
                    self.progress.signal(then);
                }
            }
            Heard::Foreign(what) => {
                self.stash.fault(Link::Request, None, what);
                self.drop_request(Signal::Foreign);
            }
            Heard::Unreadable(offset, what) => {
                self.stash.fault(Link::Request, offset, what);
                self.drop_request(Signal::Unreadable);
            }
        }
    }
}
