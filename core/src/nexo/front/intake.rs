//! What a request leads to.

use heapless::Deque;

use super::contract::{ExchangeId, Misuse};
use super::dialogue::{Dialogue, End, Ids, Stage, Task};
use super::record::Used;
use super::status::{Files, Known, Wanted};
use super::transaction::Names;
use super::{Front, Loose, Promise};
use crate::id::Id;
use crate::limits;
use crate::nexo::additional::Additional;
use crate::nexo::body::{
    AbortRequest, DiagnosisResponse, EnableServiceRequest, EnableServiceResponse, LoginResponse, LogoutResponse,
    POIStatus, POISystemData, Response, SaleSoftware, TransactionStatusRequest,
};
use crate::nexo::refusal::{Answer, Named, Refusal, has_body, stamp};
use crate::nexo::remark::{Filling, Remark, TextProfile, UNAVAILABLE};
use crate::nexo::seen::{Full, Seen, Taken as TakenId, Use};
use crate::nexo::validate::{self, Notes, Request, Rules};
use crate::nexo::vocabulary::{ErrorCondition, GlobalStatus, ReconciliationType, TransactionAction};
use crate::nexo::{Category, List, Message, Path, Reason, Report, RequestBody, ResponseBody, Vocabulary};
use crate::operation::{self, Operation};
use crate::proof::{Mistake, mistake};
use crate::time::{Instant, WallTime};

/// The request that came in, until it was looked at.
pub(super) struct Inbox<'m> {
    memory: &'m mut [u8],
    length: usize,
    arrived: Option<Arrived>,
}

#[derive(Clone, Copy)]
struct Arrived {
    exchange: ExchangeId,
    /// Whether the till still waits.
    open: bool,
    clear: bool,
}

impl<'m> Inbox<'m> {
    pub(super) const fn new(memory: &'m mut [u8]) -> Self {
        Self { memory, length: 0, arrived: None }
    }

    pub(super) fn receive(&mut self, exchange: ExchangeId, body: &[u8], clear: bool) -> Result<(), Misuse> {
        if self.arrived.is_some() {
            return Err(Misuse::NotTaken);
        }
        self.memory.get_mut(..body.len()).ok_or(Misuse::TooLong)?.copy_from_slice(body);
        self.length = body.len();
        self.arrived = Some(Arrived { exchange, open: true, clear });
        Ok(())
    }

    pub(super) fn forget(&mut self, exchange: ExchangeId) {
        if let Some(arrived) = self.arrived.as_mut().filter(|it| it.exchange == exchange) {
            arrived.open = false;
        }
    }
}

/// What became of the request that came in.
pub(super) enum Taken {
    /// There is none.
    Nothing,
    /// This is its answer; the exchange is `None` if the till is gone.
    Answered(Option<ExchangeId>, Answer),
    /// Something else is to be done first, or it is a dialogue now.
    Later,
}

/// What a request leads to.
pub(super) enum Step {
    Answer(Answer),
    /// The question that stands is taken away first.
    GiveWay,
    /// It is answered once the store has answered.
    Promise,
    /// The dialogue stands; whether its request is kept.
    Begin {
        keep: bool,
    },
}

/// What validation asks of a terminal's memory.
struct Remembered<'r, 'm> {
    seen: &'r mut Seen<'m>,
    names: &'r mut Names,
    logins: &'r Deque<Id<{ limits::NEXO_SALE_ID }>, { limits::NEXO_LOGINS }>,
    now: Instant,
    at: WallTime,
}

impl validate::Memory for Remembered<'_, '_> {
    fn was_used(&mut self, sale_id: &str, service_id: &str) -> bool {
        self.seen.find(self.now, self.at, sale_id, service_id).is_some() && !mistake(Mistake::FrontForgetsIds)
    }

    fn is_logged_in(&self, sale_id: &str) -> bool {
        self.logins.iter().any(|login| login == sale_id)
    }

    fn name(&mut self) -> Named {
        self.names.of_none(self.at)
    }
}

impl Front<'_> {
    /// Looks at the request that came in, if any.
    pub(super) fn take_in(&mut self, tx: &mut [u8]) -> Taken {
        let Some(arrived) = self.inbox.arrived else { return Taken::Nothing };
        // Its memory is taken out, so that the request can be read while the machine changes.
        let memory = core::mem::take(&mut self.inbox.memory);
        let step = self.look(memory.get(..self.inbox.length).unwrap_or_default(), arrived.clear, tx);
        self.inbox.memory = memory;
        match step {
            Step::Answer(answer) => {
                self.inbox.arrived = None;
                Taken::Answered(arrived.open.then_some(arrived.exchange), answer)
            }
            Step::GiveWay => {
                if let Some(dialogue) = &mut self.dialogue {
                    dialogue.end = Some(End::Withdrawn);
                    if dialogue.stage == Stage::Running {
                        self.stop = Some(dialogue.wish);
                    }
                }
                Taken::Later
            }
            Step::Promise => {
                self.inbox.arrived = None;
                if let Some(promise) = &mut self.promise {
                    promise.exchange = arrived.open.then_some(arrived.exchange);
                }
                Taken::Later
            }
            Step::Begin { keep } => {
                self.inbox.arrived = None;
                if keep {
                    core::mem::swap(&mut self.inbox.memory, &mut self.kept);
                    self.kept_length = self.inbox.length;
                }
                if let Some(dialogue) = &mut self.dialogue {
                    dialogue.exchange = arrived.open.then_some(arrived.exchange);
                    dialogue.clear = arrived.clear;
                }
                Taken::Later
            }
        }
    }

    fn look(&mut self, body: &[u8], clear: bool, tx: &mut [u8]) -> Step {
        let (now, at) = (self.now, self.wall());
        let rules = Rules {
            poi_id: self.settings.poi_id.as_str(),
            texts: self.settings.texts,
            dialect: self.settings.dialect,
            categories: self.settings.categories,
            login_needed: self.settings.login_needed,
        };
        let mut memory = Remembered { seen: &mut self.seen, names: &mut self.names, logins: &self.logins, now, at };
        let mut notes = Notes::new();
        let request = match validate::check(body, &mut notes, &rules, &mut memory, tx) {
            Ok(request) => request,
            Err(answer) => return Step::Answer(answer),
        };
        if self.dialogue.as_ref().is_some_and(Dialogue::gives_way) {
            return Step::GiveWay;
        }
        if let Some(running) = self.in_the_way(&request) {
            let filling = Filling {
                category: running.category.as_str(),
                service_id: running.service_id.as_str(),
                ..Filling::default()
            };
            return self.refuse(&request, ErrorCondition::Busy, Remark::Busy, &filling, tx);
        }
        let mut additional = Additional::new();
        self.add_remarks(request.report, clear, &mut additional);
        match &request.body {
            RequestBody::Payment(_) | RequestBody::Reversal(_) => self.begin_transaction(&request, tx),
            RequestBody::TransactionStatus(body) => self.tell_status(&request, body, additional, tx),
            RequestBody::Abort(body) => {
                // An abort is done even if its id cannot be kept.
                _ = self.take_id(&request);
                self.abort(&request, body);
                Step::Answer(Answer { status: 200, length: 0 })
            }
            RequestBody::Login(_) => {
                if self.take_id(&request).is_err() {
                    return self.refuse(&request, ErrorCondition::Busy, Remark::NoPlace, &Filling::default(), tx);
                }
                self.log_in(&request.sale_id);
                self.store(Loose::LoggedIn(request.sale_id.clone()));
                let settings = &self.settings;
                let software = SaleSoftware::new(
                    settings.manufacturer.as_str().into(),
                    settings.application.as_str().into(),
                    settings.version.as_str().into(),
                    // Adyen's terminals have nothing here (observed).
                    "".into(),
                );
                let stamp = stamp(at);
                let system = POISystemData {
                    poi_status: Some(POIStatus::new(self.global_status().into())),
                    ..POISystemData::new(stamp.as_str().into(), software)
                };
                let response = success(&additional);
                let body = LoginResponse { poi_system_data: Some(system), ..LoginResponse::new(response) };
                self.answer(&request, body.into(), tx)
            }
            RequestBody::Logout(_) => {
                if self.take_id(&request).is_err() {
                    return self.refuse(&request, ErrorCondition::Busy, Remark::NoPlace, &Filling::default(), tx);
                }
                self.log_out(&request.sale_id);
                self.store(Loose::LoggedOut(request.sale_id.clone()));
                self.answer(&request, LogoutResponse::new(success(&additional)).into(), tx)
            }
            RequestBody::Diagnosis(body) => {
                if !self.is_idle() {
                    _ = self.take_id(&request);
                    let status = POIStatus::new(GlobalStatus::Busy.into());
                    let body =
                        DiagnosisResponse { poi_status: Some(status), ..DiagnosisResponse::new(success(&additional)) };
                    return self.answer(&request, body.into(), tx);
                }
                let hosts = body.host_diagnosis_flag == Some(true);
                let operation = if hosts { Operation::Diagnosis } else { Operation::Status };
                self.begin(&request, Task::Diagnosis { hosts }, Some(operation), tx)
            }
            RequestBody::GetTotals(_) => {
                self.begin(&request, Task::Totals(None), Some(Operation::Reconciliation { closure: false }), tx)
            }
            RequestBody::Reconciliation(body) => {
                let of = body.reconciliation_type.listed();
                let operation = match of {
                    Some(ReconciliationType::SaleReconciliation) => Operation::Reconciliation { closure: true },
                    Some(ReconciliationType::AcquirerSynchronisation) => Operation::Reconciliation { closure: false },
                    Some(ReconciliationType::AcquirerReconciliation) => Operation::Transmit,
                    // Old periods are not kept.
                    _ => return self.unavailable(&request, tx),
                };
                self.begin(&request, Task::Totals(of), Some(operation), tx)
            }
            RequestBody::EnableService(body) => self.enable_service(&request, body, &additional, tx),
            _ => self.begin(&request, Task::Kept, None, tx),
        }
    }

    /// Whoever must end before this request can be done.
    fn in_the_way(&self, request: &Request<'_>) -> Option<Ids> {
        let category = request.category;
        // Diagnosis is answered always, with what is known (ours); the others as Adyen and Swedbank do.
        if matches!(category, Category::Abort | Category::TransactionStatus | Category::Login | Category::Diagnosis) {
            return None;
        }
        if let Some(dialogue) = &self.dialogue {
            return Some(dialogue.ids.clone());
        }
        let held = self.held.as_ref()?;
        // Adyen docs: card acquisition.
        let goes_on = match &request.body {
            RequestBody::Payment(body) => body
                .payment_data
                .and_then(|data| data.card_acquisition_reference)
                .is_some_and(|reference| reference.transaction_id == *held.id.as_str()),
            RequestBody::EnableService(body) => body.transaction_action.is(TransactionAction::AbortTransaction),
            RequestBody::Input(_) => true,
            _ => false,
        };
        (!goes_on).then(|| held.ids.clone())
    }

    fn begin(&mut self, request: &Request<'_>, task: Task, operation: Option<Operation>, tx: &mut [u8]) -> Step {
        if let RequestBody::Input(body) = &request.body {
            let entries = body.display_output.and_then(|output| output.menu_entry).map_or(0, List::len);
            if entries > limits::NEXO_MENU {
                return self.refuse_member(request, PLACE_OF_MENU, Reason::InvalidLength, tx);
            }
        }
        if self.take_id(request).is_err() {
            return self.refuse(request, ErrorCondition::Busy, Remark::NoPlace, &Filling::default(), tx);
        }
        let keep = matches!(task, Task::Kept);
        let at = self.wall();
        let mut dialogue = self.dialogue_for(request, task);
        dialogue.operation = operation.map(|operation| operation::Request::new(operation, at));
        if let RequestBody::Input(body) = &request.body {
            let seconds = body.input_data.max_input_time.map(|seconds| core::time::Duration::from_secs(seconds.into()));
            let most = self.settings.timeouts.dialogue;
            dialogue.until = Some(self.now.after(seconds.map_or(most, |seconds| seconds.min(most))));
        }
        self.dialogue = Some(dialogue);
        Step::Begin { keep }
    }

    pub(super) fn dialogue_for(&mut self, request: &Request<'_>, task: Task) -> Dialogue {
        let ids = ids_of(request);
        let wish = self.next_wish();
        let mut dialogue = Dialogue::new(wish, ids, task, self.now);
        // As long as its report may be.
        _ = dialogue.warnings.push_str(request.report.warnings().as_str());
        dialogue
    }

    fn tell_status(
        &mut self,
        request: &Request<'_>,
        body: &TransactionStatusRequest<'_>,
        additional: Additional,
        tx: &mut [u8],
    ) -> Step {
        if self.take_id(request).is_err() {
            return self.refuse(request, ErrorCondition::Busy, Remark::NoPlace, &Filling::default(), tx);
        }
        let (now, at) = (self.now, self.wall());
        let wanted = Wanted::of(body, request);
        let used =
            wanted.service_id.as_ref().and_then(|id| self.seen.find(now, at, wanted.sale_id.as_str(), id.as_str()));
        let complete = self.seen.is_complete(now, at);
        let files = Files { dialogue: self.dialogue.as_ref(), history: &self.history };
        let mut known = files.look(&wanted, used, complete);
        // One promise at a time; a store that is at work on another is slow indeed.
        if matches!(known, Known::NeverCame) && self.promise.is_some() {
            known = Known::Unsure;
        }
        // Also of an id that is taken already: it may not have been stored.
        if let (Known::NeverCame, Some(service_id), true) =
            (&known, &wanted.service_id, self.settings.not_found_takes_id)
        {
            let (sale_id, service_id) = (wanted.sale_id.clone(), service_id.clone());
            match self.seen.take(now, at, sale_id.as_str(), service_id.as_str(), Use::NeverCame) {
                Ok(taken) => {
                    let used = Used { sale_id, service_id, taken };
                    let (ids, since) = (ids_of(request), self.now);
                    let stage = super::Kept::Due;
                    self.promise = Some(Promise { exchange: None, ids, wanted, additional, used, stage, since });
                    return Step::Promise;
                }
                // What cannot be kept must not be promised.
                Err(Full) => known = Known::Unsure,
            }
        }
        let files = Files { dialogue: self.dialogue.as_ref(), history: &self.history };
        Step::Answer(files.answer(&self.settings, &request.header, &wanted, &known, &additional, tx))
    }

    /// Stops what the till named, if that is what runs (Adyen docs: cancel a transaction).
    fn abort(&mut self, request: &Request<'_>, body: &AbortRequest<'_>) {
        let reference = body.message_reference;
        let is = |ids: &Ids| {
            reference.service_id.is_some_and(|id| id == *ids.service_id.as_str())
                && reference.sale_id.map_or(request.sale_id == ids.sale_id, |id| id == *ids.sale_id.as_str())
                && reference.message_category.is_none_or(|category| category.is(ids.category))
        };
        if let Some(held) = self.held.take_if(|held| is(&held.ids)) {
            self.stop = Some(held.wish);
        }
        let running = self.dialogue.as_mut().filter(|dialogue| dialogue.end.is_none() && is(&dialogue.ids));
        let Some(dialogue) = running else { return };
        let first = !core::mem::replace(&mut dialogue.by_till, true);
        if first && dialogue.stage == Stage::Running {
            dialogue.stopped = true;
            self.stop = Some(dialogue.wish);
        }
    }

    fn enable_service(
        &mut self,
        request: &Request<'_>,
        body: &EnableServiceRequest<'_>,
        additional: &Additional,
        tx: &mut [u8],
    ) -> Step {
        if !body.transaction_action.is(TransactionAction::AbortTransaction) {
            return self.begin(request, Task::Kept, None, tx);
        }
        if self.take_id(request).is_err() {
            return self.refuse(request, ErrorCondition::Busy, Remark::NoPlace, &Filling::default(), tx);
        }
        if let Some(held) = self.held.take() {
            self.stop = Some(held.wish);
        }
        self.answer(request, EnableServiceResponse::new(success(additional)).into(), tx)
    }

    fn global_status(&self) -> GlobalStatus {
        if self.is_idle() { GlobalStatus::Ok } else { GlobalStatus::Busy }
    }

    /// Takes the id of an accepted message.
    pub(super) fn take(&mut self, request: &Request<'_>) -> Result<TakenId, Full> {
        let (now, at) = (self.now, self.wall());
        self.seen.take(now, at, request.sale_id.as_str(), request.service_id.as_str(), Use::Accepted)
    }

    /// Takes the id of an accepted message that moves no money: nobody waits until it is stored.
    fn take_id(&mut self, request: &Request<'_>) -> Result<(), Full> {
        let taken = self.take(request)?;
        let (sale_id, service_id) = (request.sale_id.clone(), request.service_id.clone());
        self.store(Loose::Used(Used { sale_id, service_id, taken }));
        Ok(())
    }

    fn store(&mut self, record: Loose) {
        // There is room for all that one request leads to, and they are given out before the next is looked at.
        _ = self.records.push_back(record);
    }

    pub(super) fn add_remarks(&self, report: &Report, clear: bool, additional: &mut Additional) {
        let texts = self.settings.texts;
        if !report.warnings().is_empty() {
            additional.lines(texts, "warnings", report.warnings().as_str());
        }
        if clear {
            additional.remark(texts, Remark::ClearText, &Filling::default());
        }
    }

    fn answer(&self, request: &Request<'_>, body: ResponseBody<'_>, tx: &mut [u8]) -> Step {
        let written = Message::response(request.header.answer(), body).write(self.settings.dialect, tx);
        Step::Answer(Answer::of(200, written))
    }

    pub(super) fn unavailable(&mut self, request: &Request<'_>, tx: &mut [u8]) -> Step {
        let mut additional = Additional::new();
        additional.sentence(UNAVAILABLE);
        self.refuse_with(request, ErrorCondition::UnavailableService, &additional, tx)
    }

    pub(super) fn refuse(
        &mut self,
        request: &Request<'_>,
        condition: ErrorCondition,
        remark: Remark,
        filling: &Filling<'_>,
        tx: &mut [u8],
    ) -> Step {
        let mut additional = Additional::new();
        additional.remark(self.texts(request), remark, filling);
        self.refuse_with(request, condition, &additional, tx)
    }

    pub(super) fn refuse_member(
        &mut self,
        request: &Request<'_>,
        path: &'static [&'static str],
        reason: Reason,
        tx: &mut [u8],
    ) -> Step {
        let mut report = Report::new();
        report_at(&Path::TOP.child("SaleToPOIRequest"), path, reason, &mut report);
        let mut additional = Additional::new();
        additional.lines(self.texts(request), "errors", report.errors().as_str());
        self.add_remarks(request.report, false, &mut additional);
        self.refuse_with(request, ErrorCondition::MessageFormat, &additional, tx)
    }

    pub(super) fn refuse_with(
        &mut self,
        request: &Request<'_>,
        condition: ErrorCondition,
        additional: &Additional,
        tx: &mut [u8],
    ) -> Step {
        let refusal =
            Refusal { header: &request.header, body: Some(&request.body), condition, additional, named: None };
        let at = self.wall();
        let named = refusal.is_named().then(|| self.names.of_none(at));
        Step::Answer(Refusal { named: named.as_ref(), ..refusal }.write(self.settings.dialect, tx))
    }

    fn texts(&self, request: &Request<'_>) -> TextProfile {
        if has_body(Some(request.category)) { self.settings.texts } else { TextProfile::Seed2018 }
    }
}

const PLACE_OF_MENU: &[&str] = &["InputRequest", "DisplayOutput", "MenuEntry"];

fn report_at(at: &Path<'_>, path: &'static [&'static str], reason: Reason, report: &mut Report) {
    match path {
        [] => report.error(at, reason),
        [first, rest @ ..] => report_at(&at.child(first), rest, reason, report),
    }
}

fn ids_of(request: &Request<'_>) -> Ids {
    Ids {
        category: request.category,
        sale_id: request.sale_id.clone(),
        service_id: request.service_id.clone(),
        device_id: request.header.device_id.and_then(|id| id.copy_to().ok()),
    }
}

fn success(additional: &Additional) -> Response<'_> {
    Response { additional_response: additional.as_option().map(Into::into), ..Response::success() }
}
