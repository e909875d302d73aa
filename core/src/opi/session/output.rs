//! What is to be done next, and until when there is nothing.

use super::Session;
use crate::drive::{Event, Link, Output, Wait};
use crate::opi::message::CardCircuit;
use crate::opi::message::till::Part;
use crate::session::table::{Phase, Signal};
use crate::session::{Lent, Loan, Next, Over};
use crate::time::{Deadline, Instant};

impl<const D: usize> Session<'_, D> {
    /// Lets pass what ran out of time; whether anything did.
    pub(super) fn expire(&mut self) -> bool {
        let now = self.progress.now;
        let mut any = self.abort.expire(now);
        any |= self.lanes.reading.exchange.expire(now);
        if let Some(question) = self.lanes.expire_question(now) {
            self.stash.withdraw(question);
            any = true;
        }
        if let Some(link) = self.lanes.reading.stalled(now) {
            self.stalled(link);
            any = true;
        }
        for number in 0..D + 2 {
            let Some((link, lane)) = self.lanes.nth_mut(number) else { break };
            if lane.expire(now) {
                // The answer may still come on it, and has deadlines of its own.
                if link != Link::Request {
                    self.drop_link(link);
                }
                any = true;
            }
        }
        any |= self.make_room();
        match self.progress.expire() {
            Over::Nothing => return any,
            Over::Resolution => self.current.forget_decision(),
            Over::Phase => {
                let foreign = self.current.as_ref().is_some_and(|current| current.foreign);
                let waits = matches!(self.progress.phase(), Phase::Waiting | Phase::Hearing);
                self.progress.signal(if foreign && waits { Signal::Foreign } else { Signal::Deadline });
            }
        }
        true
    }

    pub(super) fn waiting(&self) -> Wait {
        let question = self.lanes.question();
        let asking = question.map_or(Deadline::NEVER, |question| Deadline::at(question.until));
        let silent = self.longest_silent().map_or(Deadline::NEVER, |(at, _)| Deadline::at(at));
        let mut until = self.progress.until().min(self.abort.until()).min(self.lanes.reading.until());
        until = until.min(asking).min(silent);
        for (_, lane) in self.lanes.all() {
            until = until.min(lane.until());
        }
        Wait { until: until.instant(), why: self.progress.why(question.is_some()) }
    }

    /// The connection of the terminal that makes room for a new one, and when: the one that has been silent for longest,
    /// but not one that said something just now. Many new ones must not drive out those in use.
    fn longest_silent(&self) -> Option<(Instant, Link)> {
        if !self.crowded || self.free_device_slot().is_some() {
            return None;
        }
        let mut longest: Option<(Instant, Link)> = None;
        for (link, _) in self.lanes.all() {
            if matches!(link, Link::Device(_))
                && let Some(since) = self.lanes.silent_since(link)
                && longest.is_none_or(|(other, _)| since < other)
            {
                longest = Some((since, link));
            }
        }
        longest.map(|(since, link)| (since.after(self.settings.timeouts.grace), link))
    }

    fn make_room(&mut self) -> bool {
        let now = self.progress.now;
        let Some((_, link)) = self.longest_silent().filter(|(at, _)| *at <= now) else { return false };
        self.crowded = false;
        self.drop_link(link);
        true
    }

    /// One step further; `None` if nothing can be done without an input.
    pub(super) fn advance(&mut self, tx: &mut [u8]) -> Option<Next> {
        if let Some((sheet, kept)) = self.lanes.reading.lost_sheet() {
            return Some(Next::SheetEnded { sheet, kept });
        }
        for number in 0..D + 2 {
            let Some((link, lane)) = self.lanes.nth_mut(number) else { break };
            if lane.close() {
                return Some(Next::Close(link));
            }
        }
        if let Some(next) = self.stash.news() {
            return Some(next);
        }
        if let Some(next) = self.progress.store_aside(self.settings.timeouts.local) {
            return Some(next);
        }
        if let Some(next) = self.perform(tx) {
            return Some(next);
        }
        // Callbacks first: receipts come before the answer, and are told before it.
        for number in (2..D + 2).chain(0..2) {
            if let Some((link, _)) = self.lanes.nth(number)
                && let Some(next) = self.read_link(link, tx)
            {
                return Some(next);
            }
            if self.stash.has_fault() {
                return None;
            }
        }
        self.advance_abort(tx)
    }

    /// The output that lends from the stash what it needs.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn output(&self, next: Next) -> Output<'_> {
        match next {
            Next::CardCircuit => {
                if let Some(Part::CardCircuit(circuit)) = self.lanes.reading.decoding.part() {
                    let code = circuit.word(CardCircuit::code);
                    let name = circuit.text(CardCircuit::display_name).filter(|name| !name.is_empty());
                    return Output::Event(Event::CardCircuit { code, name });
                }
            }
            Next::JournalText(sheet) if matches!(self.stash.loan, Loan::Nothing) => {
                return Output::Event(Event::JournalText(sheet, self.lanes.plain_text().unwrap_or_default()));
            }
            Next::PrivateText if matches!(self.stash.loan, Loan::Nothing) => {
                return Output::Event(Event::PrivateText(self.lanes.plain_text().unwrap_or_default()));
            }
            _ => {}
        }
        let current = self.current.as_ref();
        let lent = Lent {
            loan: &self.stash.loan,
            undertaking: current.map(|current| &current.undertaking),
            request_type: current.map_or("", |current| current.word()),
            decision: self.current.decision(),
            question: self.lanes.question(),
        };
        lent.output(next).unwrap_or_else(|| Output::Wait(self.waiting()))
    }
}
