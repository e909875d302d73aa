//! What comes in: parts of messages on every connection, sent to where they belong.

use core::fmt::Write;

use super::device::{Exchange, Showing, Step, Wish, kind_of, line};
use super::lane::{Broken, Outgoing, Read, Role, Stage, What};
use super::request::family;
use super::table::{Phase, Signal};
use super::{Next, Session};
use crate::drive::{Link, Question, QuestionId, QuestionKind, Total};
use crate::frame;
use crate::id::Id;
use crate::operation::Operation;
use crate::opi::message::{
    DeviceStatus, DeviceTarget, EventResult, FaultKind, FragmentOf, Header, Kind, OverallResult, Part, Place, Reply,
    RequestType,
};
use crate::receipt::{Purpose, Sheet};
use crate::text::Text;
use crate::time::Instant;

/// What a part came to.
enum Seen {
    /// Nothing to tell.
    Nothing,
    /// Something to tell.
    Next(Next),
    /// Its message is complete.
    Complete,
    /// It is not for us, or cannot be handled.
    Fault(&'static str),
}

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
        self.counters.question = self.counters.question.wrapping_add(1);
        let wish = exchange.wish.as_ref();
        exchange.step = Step::Asking(Question {
            id: QuestionId(self.counters.question),
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

/// What the handling of one part may look at and change.
struct Desk<'a> {
    link: Link,
    now: Instant,
    phase: Phase,
    settings: &'a crate::opi::Settings,
    current: &'a mut Option<super::Current>,
    abort_id: Option<crate::id::RequestId>,
    counters: &'a mut super::Counters,
    stash: &'a mut super::Stash,
}

impl Desk<'_> {
    fn take(mut self, part: &Part<'_>, role: &mut Role, exchange: &mut Exchange) -> Seen {
        if let Part::Header(header) = part {
            return match self.role_of(header) {
                Ok(found) => {
                    *role = found;
                    self.begin(part, found)
                }
                Err(what) => Seen::Fault(what),
            };
        }
        if let Part::End = part {
            return Seen::Complete;
        }
        match role {
            Role::Answer => self.answer(part),
            Role::Callback => self.callback(part, exchange),
            Role::AbortAnswer | Role::Ignored | Role::New => Seen::Nothing,
        }
    }

    /// What a message is to us. A wrong answer is never accepted.
    fn role_of(&self, header: &Header) -> Result<Role, &'static str> {
        let lane = header.workstation_id.as_ref().map(Id::as_str);
        let ours = lane == Some(self.settings.workstation.as_str());
        match header.kind {
            // An empty name is seen from old firmware: there is only one lane then.
            Kind::DeviceRequest if self.link != Link::Abort => {
                if ours || lane.is_none() {
                    Ok(Role::Callback)
                } else {
                    Err("a device request for another workstation")
                }
            }
            Kind::CardServiceResponse | Kind::ServiceResponse if !matches!(self.link, Link::Device(_)) => {
                if !ours {
                    return Err("an answer for another workstation");
                }
                if self.is_abort(header) { Ok(Role::AbortAnswer) } else { self.is_answer(header) }
            }
            _ => Err("a message that does not belong on this connection"),
        }
    }

    fn is_abort(&self, header: &Header) -> bool {
        let id = header.request_id.as_ref().map_or("", Id::as_str);
        header.request_type == Some(RequestType::AbortRequest)
            && self.abort_id.is_some_and(|abort| abort.is_echoed_by(id))
    }

    fn is_answer(&self, header: &Header) -> Result<Role, &'static str> {
        let Some(current) = self.current.as_ref().filter(|_| self.link == Link::Request) else {
            return Err("an answer that nobody waits for");
        };
        if !matches!(self.phase, Phase::Sending | Phase::Waiting) {
            return Err("an answer that nobody waits for");
        }
        let expected = match family(self.settings, &current.request.operation) {
            Kind::CardServiceRequest => Kind::CardServiceResponse,
            _ => Kind::ServiceResponse,
        };
        if header.kind != expected || header.request_type.as_ref() != Some(current.request_type()) {
            return Err("an answer to another type of request");
        }
        let id = header.request_id.as_ref().map_or("", Id::as_str);
        // CCV firmware repeats the last message under the number of that message.
        let repeats = current.request.operation == Operation::RepeatLast;
        if !repeats && !current.request_id.is_echoed_by(id) {
            return Err("an answer to another request");
        }
        Ok(Role::Answer)
    }

    fn begin(&mut self, part: &Part<'_>, role: Role) -> Seen {
        match (role, self.current.as_mut()) {
            (Role::Answer, Some(current)) => current.answer.collect(part),
            (Role::Callback, Some(current)) if matches!(self.phase, Phase::Sending | Phase::Waiting) => {
                current.prompted = true;
            }
            _ => {}
        }
        Seen::Nothing
    }

    /// A part of the answer to the request in progress.
    fn answer(&mut self, part: &Part<'_>) -> Seen {
        if let Some(current) = self.current.as_mut() {
            current.answer.collect(part);
        }
        match part {
            Part::Total(total, Place::Reconciliation) => {
                self.stash.total = Total {
                    amount: total.money(),
                    number_payments: total.number_payments,
                    payment_type: total.payment_type.as_ref().map(|word| word.as_str().into()),
                    card_circuit: total.card_circuit.as_ref().map(|circuit| circuit.as_str().into()),
                    acquirer: total.acquirer.as_ref().map(|acquirer| acquirer.as_str().into()),
                };
                Seen::Next(Next::Total)
            }
            Part::CardCircuit(circuit) => {
                self.stash.text = circuit.code.as_ref().map_or("", Id::as_str).into();
                self.stash.name = circuit.display_name.as_str().into();
                Seen::Next(Next::CardCircuit)
            }
            Part::Fragment { of: FragmentOf::PrivateData, piece } => {
                self.lend(piece);
                Seen::Next(Next::PrivateText)
            }
            _ => {
                self.detail(part);
                Seen::Nothing
            }
        }
    }

    /// Facts that are told by their names on the wire.
    fn detail(&mut self, part: &Part<'_>) {
        let stash = &mut *self.stash;
        let mut tell = |name: &'static str, value: &str| {
            if !value.is_empty() {
                // As many as one part has fit; see the limit.
                let _ = stash.details.push_back((name, value.into()));
            }
        };
        fn text<const N: usize>(id: &Option<Id<N>>) -> &str {
            id.as_ref().map_or("", Id::as_str)
        }
        match part {
            Part::Identification(it) => {
                tell("TerminalID", text(&it.terminal_id));
                tell("TerminalIP", text(&it.terminal_ip));
                tell("AppVersion", text(&it.app_version));
                tell("Ep2MID", text(&it.ep2_mid));
                tell("TerminalStatus", text(&it.terminal_status));
                tell("TerminalSubStatus", text(&it.terminal_sub_status));
                tell("Hardware", text(&it.hardware));
                tell("SerialNumber", text(&it.serial_number));
                tell("ConfigurationName", text(&it.configuration_name));
                tell("ConfigurationVersion", text(&it.configuration_version));
            }
            Part::Acq(acquirer) => tell("Acq", acquirer.name.as_str()),
            Part::DiagnosisResult(result) => tell("DiagnosisResult", result.text.as_str()),
            Part::PrivateFacts(facts) => {
                tell("ErrorCode", text(&facts.error_code));
                tell("ErrorText", facts.error_text.as_str());
                tell("SoftwareVersion", text(&facts.software_version));
                tell("RebootInfo", text(&facts.reboot_info));
            }
            Part::ErrorDetail(error) => {
                tell("ErrorCode", text(&error.code));
                tell("ErrorText", error.description.as_str());
            }
            Part::OriginalHeader(original) => {
                tell("OriginalRequestType", original.request_type.as_ref().map_or("", RequestType::as_str));
                tell("OriginalWorkstationID", text(&original.workstation_id));
                tell("OriginalRequestID", text(&original.request_id));
                tell("OriginalOverallResult", original.overall_result.as_ref().map_or("", OverallResult::as_str));
            }
            Part::Submission(submission) => {
                for (name, count) in [("Successful", submission.successful), ("Failed", submission.failed)] {
                    let mut number: Text<12> = Text::new();
                    if let Some(count) = count {
                        let _ = write!(number, "{count}");
                    }
                    tell(name, number.as_str());
                }
            }
            _ => {}
        }
    }

    /// A part of a device request.
    fn callback(&mut self, part: &Part<'_>, exchange: &mut Exchange) -> Seen {
        match part {
            Part::OutputBegin(output) => {
                let target = output.target.clone().unwrap_or(DeviceTarget::CashierDisplay);
                let purpose = self.settings.profile.routing.purpose(&target, output.ticket_type.as_ref());
                let purpose = purpose.filter(|purpose| self.is_there(&target, *purpose));
                let Some(purpose) = purpose else {
                    exchange.output = Some(Showing { target, sheet: None });
                    return Seen::Nothing;
                };
                self.counters.sheet = self.counters.sheet.wrapping_add(1);
                let id = crate::receipt::SheetId(self.counters.sheet);
                let request = self.current.as_ref().map(|current| current.request_id);
                let name = Id::new(target.as_str()).unwrap_or_default();
                self.stash.sheet = Some(Sheet { id, purpose, request, target: name });
                exchange.output = Some(Showing { target, sheet: Some((id, purpose)) });
                exchange.last_sheet = Some(id);
                Seen::Next(Next::SheetBegun)
            }
            Part::TextLine(wire) => match (&exchange.output, line(wire)) {
                (Some(Showing { sheet: Some((sheet, _)), .. }), Some(line)) => {
                    self.stash.line = line;
                    Seen::Next(Next::Line(*sheet))
                }
                _ => Seen::Nothing,
            },
            Part::Fragment { of: FragmentOf::EJournal, piece } => match &exchange.output {
                Some(Showing { sheet: Some((sheet, Purpose::Journal)), .. }) => {
                    self.lend(piece);
                    Seen::Next(Next::JournalText(*sheet))
                }
                _ => Seen::Nothing,
            },
            Part::OutputEnd => self.output_ended(exchange),
            Part::Input(input) => {
                exchange.wish = Some(Wish::of(input));
                Seen::Nothing
            }
            Part::Event(_) => {
                exchange.event = true;
                Seen::Nothing
            }
            _ => Seen::Nothing,
        }
    }

    fn output_ended(&mut self, exchange: &mut Exchange) -> Seen {
        let Some(showing) = &exchange.output else { return Seen::Nothing };
        let is_delivery = showing.target == DeviceTarget::DeliveryBox;
        let result = match showing.sheet {
            Some((sheet, purpose)) if purpose.must_be_kept() => {
                let ticket = {
                    self.counters.ticket = self.counters.ticket.wrapping_add(1);
                    crate::journal::Ticket(self.counters.ticket)
                };
                let until = self.now.after(self.settings.timeouts.local);
                exchange.step = Step::Keeping { ticket, sheet, until };
                return Seen::Next(Next::StoreSheet { ticket, sheet, purpose });
            }
            Some((sheet, _)) => {
                exchange.ended = Some((sheet, true));
                OverallResult::Success
            }
            // Decided by the answer to the question that follows.
            None if is_delivery => OverallResult::TimedOut,
            None => OverallResult::DeviceUnavailable,
        };
        if exchange.settle_output(result) { Seen::Nothing } else { Seen::Fault("more outputs than can be answered") }
    }

    /// Whether the till has a device for this.
    fn is_there(&self, target: &DeviceTarget, purpose: Purpose) -> bool {
        let devices = &self.settings.devices;
        let works = |status: &DeviceStatus| !matches!(status, DeviceStatus::Unavailable | DeviceStatus::PaperEmpty);
        match (purpose, target) {
            (Purpose::CashierDisplay, _) => devices.cashier_display,
            (Purpose::CustomerDisplay, _) => devices.customer_display,
            (Purpose::Journal, _) => works(&devices.e_journal),
            (_, DeviceTarget::JournalPrinter) => works(&devices.journal_printer),
            _ => works(&devices.printer),
        }
    }

    fn lend(&mut self, piece: &crate::opi::message::Piece<'_>) {
        self.stash.text.clear();
        // A piece is no longer than a step, and the text holds one.
        let _ = piece.write_to(&mut self.stash.text);
    }
}
