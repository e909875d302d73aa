//! What comes in: parts of messages on every connection, sent to where they belong.

use super::Session;
use super::desk::{Desk, Seen};
use super::device::{Asked, DELIVERY_BOX, Step, Wish};
use super::lane::{Outgoing, What};
use super::reading::{Broken, Read, Reading, Role};
use super::request::{CONFIRMATION, LEAD};
use crate::drive::{Answer, Link, Question, QuestionKind};
use crate::opi::message::{Demand, Echo, FaultKind, Header, Reply, Verdict};
use crate::opi::profile::Login;
use crate::proof::{Mistake, mistake};
use crate::session::Next;
use crate::session::table::{Phase, Signal};
use crate::time::{Deadline, Span};

/// What one step of reading came to.
enum Turn {
    /// There may be more to read.
    On,
    /// There is nothing to read now.
    Wait,
    /// There is something to tell.
    Tell(Next),
}

impl<const D: usize> Session<'_, D> {
    /// Reads on one connection until something is to be told.
    pub(super) fn read_link(&mut self, link: Link, tx: &mut [u8]) -> Option<Next> {
        loop {
            match self.read_on(link, tx) {
                Turn::On => {}
                Turn::Wait => return None,
                Turn::Tell(next) => return Some(next),
            }
        }
    }

    /// The next step of that.
    // Beside its loop: what a step needs is found when it needs it, and not before all steps.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn read_on(&mut self, link: Link, tx: &mut [u8]) -> Turn {
        if self.stash.has_fault() {
            return Turn::Wait;
        }
        // An answer waits until its connection is free of other frames.
        if let Some(asker) = self.lanes.answerable() {
            if let Some(next) = self.late_reply(asker, tx) {
                return Turn::Tell(next);
            }
            return Turn::On;
        }
        let Some((lane, reading)) = self.lanes.with_reading(link) else { return Turn::Wait };
        if !lane.is_open() {
            return Turn::Wait;
        }
        if reading.is_of(link)
            && let Some(next) = reading.rest(&mut lane.inbox, &mut self.stash.loan)
        {
            return Turn::Tell(next);
        }
        lane.inbox.settle();
        if !reading.is_of(link) {
            match lane.inbox.has_payload() {
                Ok(true) => {
                    lane.waits = !reading.takes(link, self.progress.now);
                    if lane.waits {
                        return Turn::Wait;
                    }
                }
                Ok(false) => {
                    let between = lane.inbox.frames.is_between_frames();
                    if lane.has_ended() {
                        self.link_ended(link, between);
                    }
                    return Turn::Wait;
                }
                Err(error) => {
                    self.broken(link, Broken::Frame(error));
                    return Turn::On;
                }
            }
        }
        if let Some((sheet, kept)) = reading.exchange.ended.take() {
            return Turn::Tell(Next::SheetEnded { sheet, kept });
        }
        if reading.exchange.overflow {
            self.misbehaved(link, "more outputs than can be answered");
            return Turn::On;
        }
        match reading.exchange.step {
            Step::Keeping { .. } => return Turn::Wait,
            Step::Replying if lane.outgoing.is_some() => return Turn::Wait,
            Step::Replying => {
                if let Some(next) = self.reply(link, tx) {
                    return Turn::Tell(next);
                }
                return Turn::On;
            }
            Step::Reading => {}
        }
        let ended = lane.has_ended();
        let seen = match reading.decoding.read(&mut lane.inbox, ended) {
            Ok(Read::Part(part)) => {
                let desk = Desk {
                    link,
                    settings: &self.settings,
                    progress: &mut self.progress,
                    current: &mut self.current,
                    abort_id: self.abort.request_id(),
                    stash: &mut self.stash,
                };
                desk.take(&part, &mut reading.role, &mut reading.exchange)
            }
            Ok(Read::More) => Seen::Nothing,
            Ok(Read::Hungry) => {
                reading.waits(self.progress.now, &self.settings.timeouts);
                return Turn::Wait;
            }
            Ok(Read::Ended) => {
                self.link_ended(link, false);
                return Turn::Wait;
            }
            Err(broken) => {
                self.broken(link, broken);
                return Turn::On;
            }
        };
        match seen {
            Seen::Nothing => {}
            Seen::Facts => reading.has_facts(),
            Seen::Text(told) => reading.has_text(told, &mut lane.inbox),
            Seen::Next(next) => {
                if matches!(next, Next::StoreSheet { .. } | Next::SheetBegun | Next::Question) {
                    self.sign_of_life();
                }
                return Turn::Tell(next);
            }
            Seen::Complete => {
                let next = self.complete(link);
                // What follows from an answer is done before anything else is read.
                if next.is_some() || self.progress.is_due() {
                    return next.map_or(Turn::Wait, Turn::Tell);
                }
            }
            Seen::Fault(what) => self.misbehaved(link, what),
        }
        Turn::On
    }

    /// The message on this connection is complete.
    fn complete(&mut self, link: Link) -> Option<Next> {
        let reading = &mut self.lanes.reading;
        let lost = reading.lost();
        match reading.role {
            Role::Answer => {
                reading.finish();
                if let Some(current) = self.current.as_mut() {
                    current.answer.lost = lost;
                }
                let in_time = matches!(self.progress.phase(), Phase::Sending | Phase::Waiting);
                self.progress.signal(if in_time { Signal::Answered } else { Signal::AnsweredLate });
                None
            }
            Role::Testimony => {
                reading.finish();
                if let Some(current) = self.current.as_mut() {
                    current.answer.lost = lost;
                }
                self.progress.signal(Signal::Answered);
                None
            }
            Role::AbortAnswer => {
                let result = reading.header().and_then(|header| header.overall_result());
                reading.finish();
                self.abort_answered(result.as_ref());
                None
            }
            Role::Callback => {
                self.sign_of_life();
                self.asked(link)
            }
            Role::Ignored | Role::New => {
                reading.finish();
                None
            }
        }
    }

    /// A device request is complete: answer it, or ask the cashier first.
    fn asked(&mut self, link: Link) -> Option<Next> {
        let timeouts = &self.settings.timeouts;
        let Reading { exchange, decoding, .. } = &mut self.lanes.reading;
        let header = decoding.header()?;
        exchange.step = Step::Replying;
        let delivery = exchange.results.has(DELIVERY_BOX);
        let (kind, within) = match exchange.demand(header.asks()) {
            Some(Demand::Output) if delivery => (QuestionKind::Delivery, timeouts.delivery),
            Some(Demand::Output) => return None,
            Some(Demand::Input) => match &exchange.wish {
                Some(Wish { kind: Some(kind), time_out, .. }) => {
                    // Zero is no time to answer in: it is read as none given.
                    let named = time_out.filter(|seconds| *seconds > 0);
                    let declared = match (self.settings.profile.login, kind) {
                        (Login::WithDevices, QuestionKind::Confirmation) => Some(CONFIRMATION),
                        _ => None,
                    };
                    let in_time = |seconds| Span::seconds(seconds).less(LEAD);
                    let within = named.or(declared).map_or(timeouts.question, in_time);
                    (*kind, within.min(timeouts.hard))
                }
                // Nothing that a till can ask a cashier.
                _ => {
                    exchange.refused = Some(Verdict::DeviceUnavailable);
                    return None;
                }
            },
            Some(Demand::Event) if self.settings.handles_events => (QuestionKind::ForecourtEvent, timeouts.question),
            // What was asked before is taken back; that is all there is to do.
            Some(Demand::AbortInput) => {
                self.withdraw_question();
                return None;
            }
            // Events nobody handles, secure input and output, and what nobody knows.
            _ => {
                exchange.refused = Some(Verdict::NotSupported);
                return None;
            }
        };
        if self.lanes.asked.is_some() {
            exchange.refused = Some(Verdict::Busy);
            return None;
        }
        let wish = exchange.wish.as_ref();
        let question = Question {
            id: self.progress.counters.question(),
            kind,
            sheet: exchange.last_sheet,
            min_length: wish.and_then(|wish| wish.min_length),
            max_length: wish.and_then(|wish| wish.max_length),
            decimals: wish.and_then(|wish| wish.decimals),
            until: self.progress.now.after(within),
        };
        self.lanes.asked = Some(Asked::new(link, header, question, exchange));
        self.lanes.reading.finish();
        self.sign_of_life();
        Some(Next::Question)
    }

    fn withdraw_question(&mut self) {
        if let Some(id) = self.lanes.asked.as_mut().and_then(|asked| asked.end(Answer::Cancelled)) {
            self.stash.withdraw(id);
        }
    }

    /// Sends the answer to the device request read last.
    fn reply(&mut self, link: Link, tx: &mut [u8]) -> Option<Next> {
        let reading = &mut self.lanes.reading;
        if mistake(Mistake::LeavesUnanswered) {
            reading.finish();
            return None;
        }
        let header = reading.header();
        let request_type = header.as_ref().and_then(|header| header.values.text(Header::request_type));
        let to = header.map(Echo::from).unwrap_or_default();
        let exchange = &reading.exchange;
        // An input that is refused or taken back is answered in its own element, too.
        let input = exchange
            .wish
            .as_ref()
            .map(|wish| wish.result(&exchange.results, exchange.refused.unwrap_or(Verdict::Success)));
        let reply = Reply {
            to: &to,
            workstation: self.settings.workstation.as_str(),
            request_type,
            sender: self.settings.application_sender.as_ref().map_or("", |sender| sender.as_str()),
            overall: exchange.overall(),
            outputs: &exchange.results,
            input,
            event: false,
        };
        let until = Deadline::at(self.progress.now.after(self.settings.timeouts.send));
        let style = &self.settings.profile.style;
        let outgoing = Outgoing::write(What::Reply, until, tx, &|out| reply.encode(style, out));
        if !mistake(Mistake::AnswersTwice) {
            reading.finish();
        }
        self.reply_leaves(link, outgoing)
    }

    /// Sends the answer to the device request that waited for the cashier.
    fn late_reply(&mut self, link: Link, tx: &mut [u8]) -> Option<Next> {
        let asked = self.lanes.asked.as_ref()?;
        let (overall, _) = asked.given.as_ref()?;
        let reply = Reply {
            to: &asked.to,
            workstation: self.settings.workstation.as_str(),
            request_type: asked.stated.map(Demand::word),
            sender: self.settings.application_sender.as_ref().map_or("", |sender| sender.as_str()),
            overall: *overall,
            outputs: &asked.results,
            input: asked.input(),
            event: asked.takes_event(),
        };
        let until = Deadline::at(self.progress.now.after(self.settings.timeouts.send));
        let style = &self.settings.profile.style;
        let outgoing = Outgoing::write(What::Reply, until, tx, &|out| reply.encode(style, out));
        self.lanes.asked = None;
        // From here on it is the terminal's turn again.
        self.sign_of_life();
        self.reply_leaves(link, outgoing)
    }

    fn reply_leaves(&mut self, link: Link, outgoing: Option<Outgoing>) -> Option<Next> {
        let Some(outgoing) = outgoing else {
            // Not the terminal's fault that matters, and no answer of another request: unanswered, the connection
            // closes (I7).
            self.stash.fault(link, None, "a device request whose answer has no room in the transmit buffer");
            if link == Link::Request {
                self.progress.signal(Signal::Lost);
            }
            self.drop_link(link);
            return None;
        };
        self.lanes.get_mut(link)?.outgoing = Some(outgoing);
        Some(Next::Send { link, length: outgoing.length })
    }

    /// The peer ended the connection and everything it sent is read.
    fn link_ended(&mut self, link: Link, between: bool) {
        // What is leaving may still arrive, and how much of it left is known only when it ends.
        if self.lanes.get(link).is_some_and(|lane| lane.outgoing.is_some()) {
            return;
        }
        match link {
            Link::Request => self.answer_lost(),
            Link::Abort => self.abort.end(false),
            Link::Device(_) if between => {}
            Link::Device(_) => self.stash.fault(link, None, "the connection ended inside a message"),
        }
        self.drop_link(link);
    }

    /// Gives a connection up, and the question that stands on it.
    pub(super) fn drop_link(&mut self, link: Link) {
        if let Some(id) = self.lanes.give_up(link) {
            self.stash.withdraw(id);
        }
    }

    /// A message goes no further. Its connection ends as if the peer had ended it: others wait for its end.
    pub(super) fn stalled(&mut self, link: Link) {
        self.stash.fault(link, None, "a message that goes no further");
        match link {
            Link::Request => self.answer_lost(),
            Link::Abort => self.abort.end(false),
            Link::Device(_) => {}
        }
        self.drop_link(link);
    }

    /// The connection on which the answer was to come is of no more use.
    fn answer_lost(&mut self) {
        let foreign = self.current.as_ref().is_some_and(|current| current.foreign);
        self.progress.signal(if foreign { Signal::Foreign } else { Signal::Lost });
    }

    /// The stream cannot be read on.
    fn broken(&mut self, link: Link, broken: Broken) {
        let (offset, what) = match broken {
            Broken::Frame(crate::frame::FrameError::Empty) => (None, "a frame of zero bytes"),
            Broken::Frame(_) => (None, "a frame above the limit"),
            Broken::Message(fault) => {
                let what = match fault.kind {
                    FaultKind::Root => "the root element is no OPI message",
                    FaultKind::Field { name, .. } => name,
                    _ => "the XML is not well-formed, or not allowed",
                };
                (Some(fault.offset), what)
            }
        };
        self.stash.fault(link, offset, what);
        match link {
            Link::Request => {
                self.progress.signal(Signal::Unreadable);
            }
            Link::Abort => self.abort.end(false),
            Link::Device(_) => {}
        }
        self.drop_link(link);
    }

    /// The peer said something that it must not say, in a message that can be read.
    fn misbehaved(&mut self, link: Link, what: &'static str) {
        self.stash.fault(link, None, what);
        match link {
            // Not accepted, and not the end: the right answer may still come, but not for long.
            Link::Request => {
                self.lanes.reading.ignore();
                let grace = self.progress.now.after(self.settings.timeouts.grace);
                if let Some(current) = self.current.as_mut() {
                    current.foreign = true;
                }
                if matches!(self.progress.phase(), Phase::Waiting | Phase::Hearing) {
                    self.progress.give_up_at(grace);
                }
            }
            Link::Abort => {
                self.abort.end(false);
                self.drop_link(link);
            }
            Link::Device(_) => self.drop_link(link),
        }
    }
}
