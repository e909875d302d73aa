//! The dialogue with the till's devices, step by step.

use core::fmt::Write;
use core::time::Duration;

use super::hear::Heard;
use super::ledger::nothing;
use super::plan::{Ask, Plan, Step, Verdict};
use super::speak::{Body, Call, Last, Reply, Speech};
use super::state::{Act, Channel, Job, Kind, Phase};
use super::{Callback, Conn, DeviceIds, Fault, Script, Terminal};
use crate::id::Id;
use crate::limits;

/// How long a terminal waits for a connection to the till.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a terminal waits for an answer about a display or a receipt.
const ANSWER: Duration = Duration::from_secs(30);
/// How long it waits for a cashier: the TimeOut it announces, and the way.
const CASHIER: Duration = Duration::from_secs(50);
/// How long a question stands before it is withdrawn.
const CHANGE_OF_MIND: Duration = Duration::from_millis(300);

impl Terminal {
    /// Goes on with the request in progress, if anything can be done now.
    pub(super) fn advance(&mut self) -> bool {
        let now = self.now;
        let Some(job) = &mut self.job else { return false };
        match job.phase {
            Phase::Ready => self.step(),
            Phase::Until(until) if until <= now => job.phase = Phase::Ready,
            Phase::Connecting(_, until) | Phase::Answering(_, until) if until <= now => self.unanswered(),
            _ => return false,
        }
        true
    }

    fn step(&mut self) {
        let (now, pace) = (self.now, self.pace());
        let Some(job) = &mut self.job else { return };
        let step = job.plan.get(job.at).copied().unwrap_or(Step::Answer);
        job.at += 1;
        if !pace.is_zero() {
            job.phase = Phase::Until(now.after(pace));
        }
        match step {
            Step::Wait(rest) => job.phase = Phase::Until(now.after(rest)),
            Step::Charge => self.charge(),
            Step::Restart => self.restart(),
            Step::Drop => self.finish(false),
            Step::Answer => self.finish(true),
            step => self.call(step),
        }
    }

    fn charge(&mut self) {
        let Some(job) = &mut self.job else { return };
        let Kind::Money { trade, charged, verdict, .. } = &mut job.kind else { return };
        let brand = self.setup.dialect.brands.get(trade.brand).map_or("OTHR", |brand| brand.code);
        if let Some(entry) = self.ledger.book(trade, brand) {
            *charged = true;
            self.act(Act::Booked(entry));
        } else {
            *verdict = Verdict::refused("Failure");
            job.end();
        }
    }

    /// Starts the device message of this step.
    fn call(&mut self, step: Step) {
        let (fault, ids, terminal_now) = (self.setup.fault, self.setup.device_ids, self.now);
        let Some(job) = &mut self.job else { return };
        if job.struck && fault == Fault::NoCallback {
            return;
        }
        if job.struck && fault == Fault::CallbackRefused {
            self.missed(step);
            return;
        }
        let call = job.message(step, ids);
        if fault == Fault::Merged && step.is_show() && job.plan.get(job.at).is_some_and(|next| next.is_show()) {
            if job.batch.push(call).is_ok() {
                job.phase = Phase::Ready;
            }
            return;
        }
        job.call = Some(call);
        let request = job.conn;
        let conn = match self.setup.callback {
            Callback::Single => request,
            Callback::Persistent => self.standing().or_else(|| self.connect()),
            Callback::PerRequest => self.connect(),
        };
        let Some(conn) = conn else {
            self.missed(step);
            return;
        };
        if self.channel(conn).is_some_and(|channel| channel.connecting) {
            if let Some(job) = &mut self.job {
                job.phase = Phase::Connecting(conn, terminal_now.after(CONNECT));
            }
        } else {
            self.say(conn);
        }
    }

    /// A connection to the till's listener that is up.
    fn standing(&self) -> Option<Conn> {
        let up = self.devices.iter().position(|slot| slot.as_ref().is_some_and(|channel| !channel.connecting))?;
        u8::try_from(up).ok().map(Conn::Device)
    }

    fn connect(&mut self) -> Option<Conn> {
        let free = self.devices.iter().position(Option::is_none)?;
        let conn = Conn::Device(u8::try_from(free).ok()?);
        self.set(conn, Some(Channel::new(true)));
        self.act(Act::Connect(conn));
        Some(conn)
    }

    pub(super) fn connected(&mut self, conn: Conn) {
        let Some(channel) = self.channel(conn) else { return };
        channel.connecting = false;
        match &self.job {
            Some(job) if matches!(job.phase, Phase::Connecting(waiting, _) if waiting == conn) => self.say(conn),
            // Nobody needs it any more.
            _ => self.act(Act::Close(conn)),
        }
    }

    /// Sends the message that is ready, and those that waited to leave with it.
    fn say(&mut self, conn: Conn) {
        let now = self.now;
        let Some(job) = &mut self.job else { return };
        let Some(call) = job.call.clone() else { return };
        let batch = core::mem::take(&mut job.batch);
        let withdrawn = job.plan.get(job.at) == Some(&Step::Withdraw);
        job.phase = match call.step {
            _ if withdrawn => {
                let _ = job.ahead.push(call.clone());
                job.call = None;
                Phase::Until(now.after(CHANGE_OF_MIND))
            }
            Step::Ask(_) => Phase::Answering(conn, now.after(CASHIER)),
            // Nobody may answer it.
            Step::Foreign => Phase::Answering(conn, now.after(Duration::from_secs(2))),
            _ => Phase::Answering(conn, now.after(ANSWER)),
        };
        for call in &batch {
            let _ = job.ahead.push(call.clone());
        }
        for call in batch.into_iter().chain([call]) {
            self.act(Act::Say(conn, Speech::Call(call)));
        }
    }

    /// A till answered a device message.
    pub(super) fn answered(&mut self, conn: Conn, heard: &Heard, readable: bool) {
        let per_request = self.setup.callback == Callback::PerRequest;
        let dialect = self.setup.dialect;
        let Some(job) = &mut self.job else {
            self.act(Act::Complaint("an answer that nobody waits for"));
            return;
        };
        let waited = matches!(job.phase, Phase::Answering(waiting, _) if waiting == conn);
        if let Some(early) = job.ahead.iter().position(|call| readable && call.is_answered_by(heard)) {
            let call = job.ahead.swap_remove(early);
            if let Err(what) = judge(&call, heard, dialect) {
                self.act(Act::Complaint(what));
            }
            if per_request && !waited {
                self.act(Act::Close(conn));
            }
            return;
        }
        let Some(call) = job.call.clone().filter(|_| waited) else {
            self.act(Act::Complaint("an answer that nobody waits for"));
            return;
        };
        if call.step == Step::Foreign {
            self.unanswered();
            return;
        }
        let judged = if !readable {
            Err("an answer that is no XML")
        } else if call.is_answered_by(heard) {
            judge(&call, heard, dialect)
        } else {
            Err("an answer to another message")
        };
        let good = match judged {
            Ok(good) => good,
            Err(what) => {
                self.act(Act::Complaint(what));
                self.unanswered();
                return;
            }
        };
        if per_request {
            self.act(Act::Close(conn));
        }
        self.rest();
        let Some(job) = &mut self.job else { return };
        job.call = None;
        if job.struck && self.setup.fault == Fault::DuplicateReceipt && call.step.must_arrive() && good {
            job.doubled = !job.doubled;
            if job.doubled {
                job.at -= 1;
            }
            return;
        }
        if !good {
            self.missed(call.step);
        }
    }

    /// The message that was waited for stays without a right answer.
    pub(super) fn unanswered(&mut self) {
        let Some(job) = &mut self.job else { return };
        if let Phase::Connecting(conn @ Conn::Device(_), _) | Phase::Answering(conn @ Conn::Device(_), _) = job.phase {
            self.act(Act::Close(conn));
        }
        self.rest();
        let Some(job) = &mut self.job else { return };
        job.doubled = false;
        if let Some(call) = job.call.take() {
            self.missed(call.step);
        }
    }

    fn rest(&mut self) {
        let (now, pace) = (self.now, self.pace());
        if let Some(job) = &mut self.job {
            job.phase = if pace.is_zero() { Phase::Ready } else { Phase::Until(now.after(pace)) };
        }
    }

    /// The step did not come to its good end.
    fn missed(&mut self, step: Step) {
        let dialect = self.setup.dialect;
        let Some(job) = &mut self.job else { return };
        job.undelivered |= step.must_arrive();
        if matches!(step, Step::Ask(_) | Step::Deliver) {
            if let Kind::Money { verdict, charged: false, .. } = &mut job.kind {
                *verdict = Verdict::stopped(dialect);
            }
            job.end();
        }
    }

    /// Takes an abort, if it is still possible.
    pub(super) fn stop(&mut self) -> bool {
        let (dialect, fault) = (self.setup.dialect, self.setup.fault);
        let Some(job) = &mut self.job else { return false };
        let Kind::Money { script, verdict, charged: false, .. } = &mut job.kind else { return false };
        if *script == Script::LateApprovalAfterAbort {
            if let Phase::Until(_) = job.phase {
                job.phase = Phase::Ready;
            }
            return true;
        }
        *verdict = Verdict::stopped(dialect);
        let used = job.phase;
        job.call = None;
        job.end();
        if job.struck && fault == Fault::LateAnswerAfterAbort {
            job.plan = [Step::Wait(Duration::from_secs(5)), Step::Answer].into_iter().collect();
        }
        job.phase = Phase::Ready;
        if let Phase::Connecting(conn @ Conn::Device(_), _) | Phase::Answering(conn @ Conn::Device(_), _) = used {
            self.act(Act::Close(conn));
        }
        true
    }

    /// Power comes back: all connections are gone, and nobody is logged in.
    pub(super) fn restart(&mut self) {
        if let Some(job) = self.job.take()
            && let Kind::Money { trade, verdict, charged: true, .. } = job.kind
        {
            self.last = Some(Last { verdict, trade });
            self.holds_receipt = true;
        }
        self.logged_in = false;
        self.hang_up();
    }

    fn hang_up(&mut self) {
        for slot in 0u8.. {
            let (till, device) = (Conn::Till(slot), Conn::Device(slot));
            if usize::from(slot) >= limits::SIM_TILLS.max(limits::SIM_DEVICES) {
                break;
            }
            for conn in [till, device] {
                if self.channel(conn).is_some() {
                    self.act(Act::Close(conn));
                }
            }
        }
    }

    /// Ends the request in progress, with or without its answer.
    fn finish(&mut self, answers: bool) {
        let Some(job) = self.job.take() else { return };
        if self.setup.callback == Callback::PerRequest {
            for slot in 0u8.. {
                let conn = Conn::Device(slot);
                if usize::from(slot) >= limits::SIM_DEVICES {
                    break;
                }
                // A withdrawn question that nobody answered.
                if self.channel(conn).is_some() {
                    self.act(Act::Close(conn));
                }
            }
        }
        let (result, body) = match job.kind {
            Kind::Money { script, trade, mut verdict, charged } => {
                if !answers && !charged {
                    verdict = Verdict::stopped(self.setup.dialect);
                }
                self.holds_receipt |= charged && job.undelivered;
                self.holds_receipt |= script == Script::PrintLastTicket;
                self.logged_in &= script != Script::LoggedOut;
                self.last = Some(Last { verdict, trade: trade.clone() });
                (verdict.result, Body::Trade(verdict, trade))
            }
            Kind::Reprint { .. } if job.undelivered => (Some("DeviceUnavailable"), Body::Bare),
            Kind::Reprint { trade } => {
                self.holds_receipt = false;
                match trade {
                    Some(trade) => (Some("Success"), Body::Trade(Verdict::APPROVED, trade)),
                    None => (Some("Failure"), Body::Error("no ticket")),
                }
            }
            Kind::Service { result, report, closes, logs_off } => {
                if closes {
                    self.ledger.close();
                }
                self.logged_in &= !logs_off;
                (Some(result), if report { Body::Totals } else { Body::Bare })
            }
        };
        let Some(conn) = job.conn else { return };
        if !answers {
            self.act(Act::Close(conn));
            return;
        }
        let fault = if job.struck { self.setup.fault } else { Fault::None };
        let order = job.order;
        let reply = Reply {
            card: order.card,
            workstation: order.workstation,
            request_id: order.request_id,
            request_type: order.request_type,
            reference: order.reference,
            german: order.german,
            result,
            body,
            fault,
        };
        if fault == Fault::DuplicateAnswer {
            self.act(Act::Say(conn, Speech::Reply(reply.clone())));
        }
        self.act(Act::Say(conn, Speech::Reply(reply)));
        if fault == Fault::DropAfterAnswer {
            self.act(Act::Close(conn));
        }
    }
}

impl Job {
    /// Leaves only the answer to be given.
    pub(super) fn end(&mut self) {
        self.plan = Plan::new();
        self.at = 0;
    }

    fn message(&mut self, step: Step, ids: DeviceIds) -> Call {
        if !self.doubled {
            self.sequence = self.sequence.wrapping_add(1);
        }
        let mut id: heapless::String<{ limits::REQUEST_ID }> = heapless::String::new();
        let (request, number) = (&self.order.request_id, self.sequence);
        // Our own identifiers leave room for it; a peer's longest does not, and stays as it is.
        let written = match ids {
            DeviceIds::Compound => write!(id, "{request}.{number}"),
            DeviceIds::SameWithSequence => write!(id, "{request}"),
            DeviceIds::Free => write!(id, "{request}-d{number}"),
        };
        let id = if written.is_ok() { Id::new(&id).unwrap_or_default() } else { request.clone() };
        let workstation = if step == Step::Foreign {
            Id::new("SOMEBODY-ELSE").unwrap_or_default()
        } else {
            self.order.workstation.clone()
        };
        let (trade, again) = match &self.kind {
            Kind::Money { trade, .. } => (Some(trade.clone()), false),
            Kind::Reprint { trade } => (trade.clone(), true),
            Kind::Service { .. } => (None, false),
        };
        let sequence = (ids == DeviceIds::SameWithSequence).then_some(number);
        Call { workstation, id, sequence, step, german: self.order.german, again, trade }
    }
}

impl Call {
    fn is_answered_by(&self, heard: &Heard) -> bool {
        let sequence = self.sequence.is_none_or(|number| {
            // Only ATS documents that it is echoed.
            heard.sequence_id.is_empty() || heard.sequence_id.as_str().parse() == Ok(number)
        });
        heard.request_id == self.id && heard.request_type == *self.request_type() && sequence
    }
}

/// Whether an answer says that everything went well.
///
/// # Errors
/// An answer that does not fit the message.
fn judge(call: &Call, heard: &Heard, dialect: &super::Dialect) -> Result<bool, &'static str> {
    if heard.workstation != call.workstation {
        return Err("an answer with another WorkstationID");
    }
    if heard.too_long || heard.overall_result.is_empty() {
        return Err("an answer without OverallResult");
    }
    let outputs = call.outputs(dialect);
    // The Nexi SDKs always send an Output, also where none was asked for.
    if !outputs.is_empty() {
        if outputs.len() != heard.outputs.len() {
            return Err("an answer with more or fewer results than outputs");
        }
        if outputs.iter().zip(&heard.outputs).any(|(place, answered)| answered.target != *place.target) {
            return Err("an answer about another device");
        }
    }
    let well = |result: &str| result.eq_ignore_ascii_case("Success");
    let good = well(heard.overall_result.as_str()) && heard.outputs.iter().all(|one| well(one.result.as_str()));
    let Step::Ask(ask) = call.step else { return Ok(good) };
    let Some(input) = &heard.input else { return Err("an answer without Input") };
    if input.target != *"CashierKeyboard" {
        return Err("an answer about another device");
    }
    let text = |word: &Option<super::hear::Word>| word.as_ref().map(|word| word.as_str().is_empty());
    let given = match ask {
        Ask::Confirm(_) => match heard.boolean.as_ref().map(Id::as_str) {
            // The Nexi SDKs leave the value out when they cannot ask anybody.
            None | Some("") => true,
            Some(value) => value == "1" || value.eq_ignore_ascii_case("true"),
        },
        Ask::AnyKey => true,
        Ask::Menu => matches!(heard.number.as_ref().map(Id::as_str), Some("1" | "2")),
        Ask::Number => text(&heard.number) == Some(false),
        Ask::Text => heard.string.as_ref().is_some_and(|string| !string.is_empty()),
    };
    Ok(good && well(input.result.as_str()) && given)
}

/// An amount to begin with when a request has none.
pub(super) fn no_amount(terminal: &Terminal) -> crate::money::Money {
    nothing(terminal.setup.currency.unwrap_or(terminal.setup.dialect.currency))
}
