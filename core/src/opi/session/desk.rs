//! Whose a message is, and what each of its parts says to the till.

use super::device::{DELIVERY_BOX, Exchange, Showing, Step, Wish, line};
use super::reading::Role;
use super::receipt::keep_reference;
use super::request::family;
use super::{Current, Stash};
use crate::drive::{Link, Total};
use crate::id::{Id, RequestId};
use crate::operation::{Operation, Request};
use crate::opi::Settings;
use crate::opi::message::till::{Header, Part};
use crate::opi::message::{
    DeviceTarget, FragmentOf, Kind, Output, Place, RequestType, TextLine, TicketType, TotalAmount, TransactionInfo,
    Verdict,
};
use crate::proof::{Mistake, mistake};
use crate::receipt::{Copy, Purpose, Sheet};
use crate::session::table::Phase;
use crate::session::{Loan, Next, Progress, Work};
use crate::time::{Deadline, Span};

/// What a part came to.
pub(super) enum Seen {
    /// Nothing to tell.
    Nothing,
    /// Something to tell.
    Next(Next),
    /// A piece of a text to tell, as it stands in the window.
    Text(Next),
    /// It may have facts that are told by their names.
    Facts,
    /// Its message is complete.
    Complete,
    /// It is not for us, or cannot be handled.
    Fault(&'static str),
}

/// What the handling of one part may look at and change.
pub(super) struct Desk<'a> {
    pub(super) link: Link,
    pub(super) settings: &'a Settings<Span>,
    pub(super) progress: &'a mut Progress,
    pub(super) current: &'a mut Work<Current>,
    pub(super) abort_id: Option<RequestId>,
    pub(super) stash: &'a mut Stash,
}

impl Desk<'_> {
    pub(super) fn take(mut self, part: &Part<'_>, role: &mut Role, exchange: &mut Exchange) -> Seen {
        if let Part::Header(header) = part {
            return match self.role_of(*header) {
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
            Role::Testimony => {
                if let Some(current) = self.current.as_mut() {
                    current.hear(part, self.settings.workstation.as_str());
                }
                Seen::Nothing
            }
            Role::Callback => self.callback(part, exchange),
            Role::AbortAnswer | Role::Ignored | Role::New => Seen::Nothing,
        }
    }

    /// What a message is to us. A wrong answer is never accepted.
    fn role_of(&self, header: Header<'_>) -> Result<Role, &'static str> {
        let lane = header.workstation_id();
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

    fn is_abort(&self, header: Header<'_>) -> bool {
        let id = header.request_id().unwrap_or_default();
        header.asks() == const { RequestType::AbortRequest.listed() }
            && self.abort_id.is_some_and(|abort| abort.is_echoed_by(id))
    }

    fn is_answer(&self, header: Header<'_>) -> Result<Role, &'static str> {
        let Some(current) = self.current.as_ref().filter(|_| self.link == Link::Request) else {
            return Err("an answer that nobody waits for");
        };
        let id = header.request_id().unwrap_or_default();
        if matches!(self.progress.phase(), Phase::Asking | Phase::Hearing)
            && let Some(inquiry) = &current.inquiry
            && header.kind == Kind::CardServiceResponse
            && inquiry.verb().is_some_and(|verb| header.asks() == verb)
        {
            // CCV firmware repeats the last message under the number of that message.
            let repeats = header.asks() == const { RequestType::RepeatLastMessage.listed() };
            let ours = inquiry.request_id.is_some_and(|asked| asked.is_echoed_by(id));
            return if repeats || ours { Ok(Role::Testimony) } else { Err("an answer to another request") };
        }
        // What is settled stays settled, whatever the terminal says next.
        let over = matches!(self.progress.phase(), Phase::Weighing | Phase::Recording | Phase::Reporting);
        if over || matches!(self.progress.phase(), Phase::Storing | Phase::Opening | Phase::Connecting) {
            return Err("an answer that nobody waits for");
        }
        // What is only to be settled moved money.
        let expected = match current.undertaking.operation().map(|operation| family(self.settings, operation)) {
            Some(Kind::ServiceRequest) => Kind::ServiceResponse,
            _ => Kind::CardServiceResponse,
        };
        // An abort that was given up may still be answered, on the connection of the request. It decides nothing (I8).
        let of_abort = header.asks() == const { RequestType::AbortRequest.listed() };
        if of_abort && !current.undertaking.is_abort() {
            return Ok(Role::Ignored);
        }
        if header.kind != expected || header.asks() != current.word() {
            return Err("an answer to another type of request");
        }
        // CCV firmware repeats the last message under the number of that message.
        let repeats = matches!(current.undertaking.request(), Some(Request { operation: Operation::RepeatLast, .. }));
        if !repeats && !current.undertaking.request_id.is_echoed_by(id) && !mistake(Mistake::AcceptsForeignAnswers) {
            return Err("an answer to another request");
        }
        Ok(Role::Answer)
    }

    fn begin(&mut self, part: &Part<'_>, role: Role) -> Seen {
        match (role, self.current.as_mut()) {
            (Role::Answer, Some(current)) => {
                current.forget_answer();
                current.take(part);
            }
            (Role::Testimony, Some(current)) => {
                current.forget_testimony();
                current.hear(part, self.settings.workstation.as_str());
            }
            (Role::Callback, Some(current)) if matches!(self.progress.phase(), Phase::Sending | Phase::Waiting) => {
                current.prompted = true;
            }
            _ => {}
        }
        Seen::Nothing
    }

    /// A part of the answer to the request in progress.
    fn answer(&mut self, part: &Part<'_>) -> Seen {
        if let Some(current) = self.current.as_mut() {
            current.take(part);
        }
        match part {
            Part::Total(total, Place::Reconciliation) => {
                self.stash.loan = Loan::Total(Total {
                    amount: total.money(),
                    number_payments: total.number(TotalAmount::number_payments),
                    payment_type: total.text(TotalAmount::payment_type).map(Into::into),
                    card_circuit: total.text(TotalAmount::card_circuit).map(Into::into),
                    acquirer: total.text(TotalAmount::acquirer).map(Into::into),
                });
                Seen::Next(Next::Total)
            }
            Part::CardCircuit(_) => Seen::Next(Next::CardCircuit),
            Part::Fragment { of: FragmentOf::PrivateData, .. } => Seen::Text(Next::PrivateText),
            _ => Seen::Facts,
        }
    }

    /// A part of a device request.
    fn callback(&mut self, part: &Part<'_>, exchange: &mut Exchange) -> Seen {
        if let Some(current) = self.current.as_mut() {
            if current.inquiry.is_some() {
                current.testimony.receipt.collect(part);
            } else if let Part::TransactionInfo(info) = part {
                let seen = &mut current.undertaking.reference_seen;
                keep_reference(seen, *info);
                // Receipts that were held back may be those of the transaction before.
                let earlier = self.settings.last_settled.as_ref();
                let earlier = earlier.zip(seen.as_ref()).is_some_and(|(settled, seen)| settled.has_name(seen.as_str()));
                current.approved |= !earlier && !info.word(TransactionInfo::authorisation_code).is_empty();
            }
        }
        match part {
            Part::OutputBegin(output) => {
                let named = output.text(Output::target).and_then(DeviceTarget::from_text);
                let target = &named.unwrap_or(DeviceTarget::CashierDisplay);
                let ticket_type = output.text(Output::ticket_type).and_then(TicketType::from_text);
                let purpose = self.settings.profile.routing.purpose(target, ticket_type.as_ref());
                let purpose = purpose.filter(|purpose| self.is_there(*purpose));
                if !exchange.begin_output(target) {
                    return Seen::Nothing;
                }
                let Some(purpose) = purpose else {
                    exchange.output = Some(Showing { sheet: None });
                    return Seen::Nothing;
                };
                let id = self.progress.counters.sheet();
                let request = self.current.as_ref().map(|current| current.undertaking.request_id);
                let name = Id::new(target.as_str()).unwrap_or_default();
                self.stash.loan = Loan::Sheet(Sheet { id, purpose, request, target: name });
                exchange.output = Some(Showing { sheet: Some((id, purpose)) });
                exchange.last_sheet = Some(id);
                Seen::Next(Next::SheetBegun)
            }
            Part::TextLine(wire) => match &exchange.output {
                Some(Showing { sheet: Some((sheet, _)) }) if !wire.is(TextLine::hidden) => {
                    self.stash.loan = Loan::Line(line(*wire));
                    Seen::Next(Next::Line(*sheet))
                }
                _ => Seen::Nothing,
            },
            Part::Fragment { of: FragmentOf::EJournal, .. } => match &exchange.output {
                Some(Showing { sheet: Some((sheet, Purpose::Journal)) }) => Seen::Text(Next::JournalText(*sheet)),
                _ => Seen::Nothing,
            },
            Part::OutputEnd => self.output_ended(exchange),
            Part::Input(input) => {
                exchange.wish = Wish::of(*input, &mut exchange.results);
                exchange.overflow |= exchange.wish.is_none();
                Seen::Nothing
            }
            Part::Event => {
                exchange.event = true;
                Seen::Nothing
            }
            _ => Seen::Nothing,
        }
    }

    fn output_ended(&mut self, exchange: &mut Exchange) -> Seen {
        let Some(showing) = &exchange.output else { return Seen::Nothing };
        let is_delivery = exchange.results.is_last(DELIVERY_BOX);
        if let Some(current) = self.current.as_mut() {
            current.receipt_came |= showing.sheet.is_some_and(|(_, purpose)| purpose.must_be_kept());
        }
        let verdict = match showing.sheet {
            Some((sheet, purpose)) if purpose.must_be_kept() && !mistake(Mistake::AcknowledgesBeforeStored) => {
                let ticket = self.progress.counters.ticket();
                let until = Deadline::at(self.progress.now.after(self.settings.timeouts.local));
                exchange.step = Step::Keeping { ticket, sheet, until };
                return Seen::Next(Next::StoreSheet { ticket, sheet, purpose });
            }
            Some((sheet, _)) => {
                exchange.ended = Some((sheet, true));
                Verdict::Success
            }
            // Decided by the answer to the question that follows.
            None if is_delivery => Verdict::TimedOut,
            None => Verdict::DeviceUnavailable,
        };
        exchange.settle_output(verdict);
        Seen::Nothing
    }

    /// Whether the till has a device for this.
    fn is_there(&self, purpose: Purpose) -> bool {
        let devices = &self.settings.devices;
        match purpose {
            Purpose::CashierDisplay => devices.cashier_display,
            Purpose::CustomerDisplay => devices.customer_display,
            Purpose::Journal => devices.e_journal.works(),
            // The device that was declared for this copy, by whatever name the dialect calls it.
            Purpose::Receipt(Copy::Merchant) => devices.journal_printer.works(),
            _ => devices.printer.works(),
        }
    }
}
