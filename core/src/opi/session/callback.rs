//! What comes in: parts of messages on every connection, sent to where they belong.

use super::desk::{Desk, Seen};
use super::device::{Exchange, Step, Wish, kind_of};
use super::lane::{Broken, Outgoing, Read, Role, Stage, What};
use super::table::{Phase, Signal};
use super::{Next, Session};
use crate::drive::{Link, Question, QuestionKind};
use crate::frame;
use crate::opi::message::{DeviceTarget, EventResult, FaultKind, OverallResult, Reply, RequestType};

impl<const D: usize> Session<'_, D> {
    /// Reads on one connection until something is to be told.
    pub(super) fn read_link(&mut self, link: Link, tx: &mut [u8]) -> Option<Next> {
        loop {
            let lane = self.lanes.get_mut(link)?;
            if !matches!(lane.stage(), Stage::Open | Stage::Ended) {
                return None;
            }
            if let Some((sheet, kept)) = lane.exchange.ended.take() {
                return Some(Next::SheetEnded { sheet, kept });
            }
            if lane.exchange.overflow {
                self.misbehaved(link, "more outputs than can be answered");
                continue;
            }
            match lane.exchange.step {
                Step::Keeping { .. } | Step::Asking(_) => return None,
                // A reply waits until the connection is free of other frames.
                Step::Replying if lane.outgoing.is_some() => return None,
                Step::Replying => {
                    if let Some(next) = self.reply(link, tx) {
                        return Some(next);
                    }
                    continue;
                }
                Step::Reading => {}
            }
            let ended = lane.has_ended();
            let seen = match lane.inbox.read(ended) {
                Ok(Read::Part(part)) => {
                    let desk = Desk {
                        link,
                        now: self.now,
                        phase: self.phase,
                        settings: &self.settings,
                        current: &mut self.current,
                        abort_id: self.abort.request_id,
                        counters: &mut self.counters,
                        stash: &mut self.stash,
                    };
                    desk.take(&part, &mut lane.role, &mut lane.exchange)
                }
                Ok(Read::More) => Seen::Nothing,
                Ok(Read::Hungry) => return None,
                Ok(Read::Ended { between }) => {
                    self.link_ended(link, between);
                    return None;
                }
                Err(broken) => {
                    self.broken(link, broken);
                    continue;
                }
            };
            match seen {
                Seen::Nothing => {}
                Seen::Next(next) => {
                    if matches!(next, Next::StoreSheet { .. } | Next::SheetBegun | Next::Question(_)) {
                        self.sign_of_life();
                    }
                    return Some(next);
                }
                Seen::Complete => {
                    if let Some(next) = self.complete(link) {
                        return Some(next);
                    }
                }
                Seen::Fault(what) => self.misbehaved(link, what),
            }
        }
    }

    /// The message on this connection is complete.
    fn complete(&mut self, link: Link) -> Option<Next> {
        let lane = self.lanes.get_mut(link)?;
        match lane.role {
            Role::Answer => {
                lane.next_message();
                self.signal(Signal::Answered);
                None
            }
            Role::AbortAnswer => {
                let result = lane.inbox.header().and_then(|header| header.overall_result.clone());
                lane.next_message();
                self.abort_answered(result.as_ref());
                None
            }
            Role::Callback => {
                self.sign_of_life();
                self.asked(link)
            }
            Role::Ignored | Role::New => {
                lane.next_message();
                None
            }
        }
    }

    /// A device request is complete: answer it, or ask the cashier first.
    fn asked(&mut self, link: Link) -> Option<Next> {
        let timeouts = self.settings.timeouts;
        let handles_events = self.settings.handles_events;
        let lane = self.lanes.get_mut(link)?;
        let stated = lane.inbox.header().and_then(|header| header.request_type.clone());
        let exchange = &mut lane.exchange;
        let delivery = exchange.results.iter().any(|(target, _)| *target == DeviceTarget::DeliveryBox);
        let question = match kind_of(stated.as_ref(), exchange) {
            RequestType::Output if delivery => Some((QuestionKind::Delivery, timeouts.delivery)),
            RequestType::Output => None,
            RequestType::Input => match &exchange.wish {
                Some(Wish { kind: Some(kind), time_out, .. }) => {
                    let asked = time_out.map_or(timeouts.question, |seconds| {
                        core::time::Duration::from_secs(u64::from(seconds)).min(timeouts.hard)
                    });
                    Some((*kind, asked))
                }
                // Nothing that a till can ask a cashier.
                wish => {
                    exchange.given = wish.as_ref().map(Wish::unavailable);
                    exchange.refused = Some(OverallResult::DeviceUnavailable);
                    None
                }
            },
            RequestType::Event if handles_events => Some((QuestionKind::ForecourtEvent, timeouts.question)),
            // Whatever was asked before is taken back; that is all there is to do.
            RequestType::AbortInput => {
                self.withdraw_questions(link);
                if let Some(lane) = self.lanes.get_mut(link) {
                    lane.exchange.step = Step::Replying;
                }
                return None;
            }
            // Events nobody handles, secure input and output, and what nobody knows.
            _ => {
                exchange.refused = Some(OverallResult::NotSupported);
                None
            }
        };
        let Some((kind, within)) = question else {
            exchange.step = Step::Replying;
            return None;
        };
        let wish = exchange.wish.as_ref();
        exchange.step = Step::Asking(Question {
            id: self.counters.question(),
            kind,
            sheet: exchange.last_sheet,
            min_length: wish.and_then(|wish| wish.min_length),
            max_length: wish.and_then(|wish| wish.max_length),
            decimals: wish.and_then(|wish| wish.decimals),
            until: self.now.after(within),
        });
        Some(Next::Question(link))
    }

    fn withdraw_questions(&mut self, by: Link) {
        for (link, lane) in self.lanes.all_mut() {
            if link != by
                && let Some(id) = lane.exchange.question().map(|question| question.id)
            {
                lane.exchange.withdraw();
                let _ = self.stash.withdrawn.push_back(id);
            }
        }
    }

    /// Sends the answer to a device request.
    fn reply(&mut self, link: Link, tx: &mut [u8]) -> Option<Next> {
        let until = self.now.after(self.settings.timeouts.send);
        let style = &self.settings.profile.style;
        let lane = self.lanes.get_mut(link)?;
        // The peer ended the connection: nobody waits for the answer.
        if lane.has_ended() {
            lane.next_message();
            return None;
        }
        let encoded = match lane.inbox.header() {
            Some(header) => {
                let overall = lane.exchange.overall();
                let event = lane.exchange.event_taken.then(EventResult::default);
                let reply = Reply {
                    to: header,
                    sender: self.settings.application_sender.as_ref().map_or("", |sender| sender.as_str()),
                    overall: &overall,
                    outputs: &lane.exchange.results,
                    input: lane.exchange.given.as_ref(),
                    event: event.as_ref(),
                };
                frame::encode(tx, |out| reply.encode(style, out)).ok()
            }
            None => None,
        };
        match encoded {
            Some(length) => {
                lane.exchange.step = Step::Reading;
                lane.outgoing = Some(Outgoing { what: What::Reply, length, until });
                Some(Next::Send { link, length })
            }
            None => {
                self.misbehaved(link, "a device request that cannot be answered");
                None
            }
        }
    }

    /// The peer ended the connection and everything it sent is read.
    fn link_ended(&mut self, link: Link, between: bool) {
        match link {
            Link::Request => {
                let foreign = self.current.as_ref().is_some_and(|current| current.foreign);
                // A message cut short is an answer that cannot be read, whatever it was going to be.
                let signal = if foreign { Signal::Foreign } else { Signal::Lost };
                if self.lanes.request.outgoing.is_some_and(|outgoing| outgoing.what == What::Request) {
                    // How much left is known only when sending fails or ends.
                    return;
                }
                self.signal(signal);
                self.lanes.request.give_up();
            }
            Link::Abort => {
                self.lanes.abort.give_up();
                self.abort.failed();
            }
            Link::Device(_) => {
                if !between {
                    self.fault(link, None, "the connection ended inside a message");
                }
                if let Some(lane) = self.lanes.get_mut(link) {
                    lane.give_up();
                }
            }
        }
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
        self.fault(link, offset, what);
        match link {
            Link::Request => {
                self.signal(Signal::Unreadable);
                self.lanes.request.give_up();
            }
            Link::Abort => {
                self.lanes.abort.give_up();
                self.abort.failed();
            }
            Link::Device(_) => self.give_up_sheet(link),
        }
    }

    /// The peer said something that it must not say, in a message that can be read.
    fn misbehaved(&mut self, link: Link, what: &'static str) {
        self.fault(link, None, what);
        match link {
            // Not accepted, and not the end: the right answer may still come, but not for long.
            Link::Request => {
                self.lanes.request.role = Role::Ignored;
                self.lanes.request.exchange = Exchange::new();
                let grace = self.now.after(self.settings.timeouts.grace);
                if let Some(current) = self.current.as_mut().filter(|_| self.phase == Phase::Waiting) {
                    current.foreign = true;
                    self.deadlines.phase = Some(grace);
                }
            }
            Link::Abort => {
                self.lanes.abort.give_up();
                self.abort.failed();
            }
            Link::Device(_) => self.give_up_sheet(link),
        }
    }

    fn give_up_sheet(&mut self, link: Link) {
        if let Some(lane) = self.lanes.get_mut(link) {
            lane.give_up();
        }
    }
}
