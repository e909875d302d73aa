//! Whose an answer is, and what its body says.

use core::fmt::Write;

use super::answer::{Answer, Hint, Ours};
use super::exchange::is_success;
use super::stash::Stash;
use crate::drive::Link;
use crate::id::RequestId;
use crate::json::{Document, Limits, Mark, Str};
use crate::limits;
use crate::money::Money;
use crate::nexo::body::{
    DiagnosisResponse, LoginResponse, POIStatus, RepeatedMessageResponse, RepeatedResponseMessageBody,
    TransactionStatusResponse,
};
use crate::nexo::settings::Settings;
use crate::nexo::vocabulary::{ErrorCondition, ResultType};
use crate::nexo::{Body, Category, Direction, Envelope, MessageHeader, MessageReference, Report, ResponseBody, Word};
use crate::proof::{Mistake, mistake};
use crate::text::Text;

/// The answer that is waited for.
pub(super) struct Expected<'a> {
    pub(super) settings: &'a Settings,
    pub(super) category: Category,
    pub(super) number: RequestId,
    /// Which request it is about, if it answers a question about one.
    pub(super) about: Option<(Category, RequestId)>,
    /// The amount asked for.
    pub(super) asked: Option<Money>,
}

/// What came.
#[allow(clippy::large_enum_variant)] // Made once, and taken apart at once.
pub(super) enum Heard {
    /// The answer; and the one that it repeats, if that is of the request it is about.
    Answer(Answer, Option<Answer>),
    /// An answer to something else.
    Foreign(&'static str),
    /// Nothing that can be read, from this byte on.
    Unreadable(Option<u32>, &'static str),
}

/// Reads an answer. What is told of it in details, and what is wrong with it, goes to the stash.
pub(super) fn hear(body: &[u8], status: u16, expected: &Expected<'_>, stash: &mut Stash) -> Heard {
    if expected.category == Category::Abort {
        // It has no content; the status is all there is.
        let result = if is_success(status) { ResultType::Success } else { ResultType::Failure };
        let condition = Some(ErrorCondition::NotAllowed).filter(|_| result == ResultType::Failure);
        return Heard::Answer(Answer::plain(result, condition, Hint::None), None);
    }
    if body.is_empty() {
        return Heard::Unreadable(None, "an answer without content");
    }
    let mut marks = [Mark::NONE; limits::NEXO_MARKS];
    let document = match Document::parse_marked(body, Limits::default(), &mut marks) {
        Ok(document) => document,
        Err(error) => return Heard::Unreadable(u32::try_from(error.offset).ok(), "the answer is not JSON"),
    };
    if says_bad_json(document) {
        let answer = Answer::plain(ResultType::Failure, Some(ErrorCondition::MessageFormat), Hint::NamesAPlace);
        return Heard::Answer(answer, None);
    }
    let (mut report, dialect) = (Report::new(), expected.settings.dialect);
    let Some(envelope) = Envelope::read(document, Direction::Response, dialect, &mut report) else {
        return Heard::Unreadable(None, "the answer is no SaleToPOIResponse");
    };
    let asked = expected.number.id();
    if !(envelope.header.answers(&expected.header(expected.category, asked.as_str()))
        || mistake(Mistake::AcceptsForeignAnswers))
    {
        return Heard::Foreign("an answer to another request");
    }
    let ours = Ours { sale_id: expected.settings.sale_id.as_str(), number: expected.number, asked: expected.asked };
    let mut answer = Answer::default();
    let mut repeated = None;
    match envelope.body(&mut report) {
        Some(Body::Response(ResponseBody::Payment(body))) => answer.pay(&body, &ours),
        Some(Body::Response(ResponseBody::Reversal(body))) => answer.reverse(&body, &ours),
        Some(Body::Response(ResponseBody::TransactionStatus(body))) => {
            answer.respond(&body.response, &ours);
            match expected.about {
                Some(about) if !expected.is_about(&body, about) => {
                    return Heard::Foreign("the status of another request");
                }
                Some(about) => repeated = expected.repeated(&body, about, stash),
                None => last(&mut answer, &body, &ours, stash),
            }
        }
        Some(Body::Response(body)) => {
            if let Some(response) = body.response() {
                answer.respond(response, &ours);
            }
            match &body {
                ResponseBody::Diagnosis(body) => diagnosis(body, stash),
                ResponseBody::Login(body) => login(body, stash),
                ResponseBody::GetTotals(body) => answer.totals = body.transaction_totals.is_some(),
                ResponseBody::Reconciliation(body) => answer.totals = body.transaction_totals.is_some(),
                _ => {}
            }
        }
        // Ours, but without a result: that is what it says.
        _ => stash.fault(Link::Request, None, "the answer has no body that can be used"),
    }
    if report.is_fatal() {
        answer.look_for_approvals(document.root());
        if let Some(repeated) = &mut repeated {
            repeated.look_for_approvals(document.root());
        }
    }
    Heard::Answer(answer, repeated)
}

/// `["Bad JSON:5: ..."]` (Adyen, Structuring and validating Terminal API messages): the terminal took nothing. It says
/// no ids, but on this connection it can only mean the one request that was sent on it.
fn says_bad_json(document: Document<'_>) -> bool {
    let Some(array) = document.root().array() else { return false };
    let mut elements = array.into_iter();
    let first = elements.next().and_then(crate::json::Value::text);
    first.is_some_and(|text| text.chars().take(9).eq("Bad JSON:".chars())) && elements.next().is_none()
}

impl<'a> Expected<'a> {
    /// The header of the request that is answered.
    fn header<'h>(&'h self, category: Category, service_id: &'h str) -> MessageHeader<'h> {
        let settings = self.settings;
        MessageHeader::request(category, settings.sale_id.as_str(), settings.poi_id.as_str(), service_id)
    }

    /// Whether the status is that of the request; who is not named is as in the header.
    fn is_about(&self, body: &TransactionStatusResponse<'_>, (category, number): (Category, RequestId)) -> bool {
        let Some(MessageReference { message_category, service_id, sale_id, poi_id, .. }) = body.message_reference
        else {
            return true;
        };
        let number = number.id();
        let is = |named: Option<Str<'_>>, ours: &str| named.is_none_or(|named| named == *ours);
        message_category.is_none_or(|word| word.is(category))
            && is(service_id, number.as_str())
            && is(sale_id, self.settings.sale_id.as_str())
            && is(poi_id, self.settings.poi_id.as_str())
    }

    /// The repeated answer, if it is that to the request: judged by its own header.
    fn repeated(
        &self,
        body: &TransactionStatusResponse<'_>,
        (category, number): (Category, RequestId),
        stash: &mut Stash,
    ) -> Option<Answer> {
        let RepeatedMessageResponse { body, message_header } = body.repeated_message_response.as_ref()?;
        let service_id = number.id();
        let header = self.header(category, service_id.as_str());
        let is_ours = message_header.is_some_and(|repeated| repeated.answers(&header));
        if !is_ours && !mistake(Mistake::BelievesAnotherTillsAnswer) {
            stash.fault(Link::Request, None, "the repeated answer is not that to the request");
            return None;
        }
        let ours = Ours { sale_id: self.settings.sale_id.as_str(), number, asked: self.asked };
        let mut answer = Answer::default();
        match body {
            RepeatedResponseMessageBody::Payment(body) if category == Category::Payment => answer.pay(body, &ours),
            RepeatedResponseMessageBody::Reversal(body) if category == Category::Reversal => {
                answer.reverse(body, &ours)
            }
            _ => {
                stash.fault(Link::Request, None, "the repeated answer is of another category than its header says");
                return None;
            }
        }
        Some(answer)
    }
}

/// What the terminal did last, whoever asked for it.
fn last(answer: &mut Answer, body: &TransactionStatusResponse<'_>, ours: &Ours<'_>, stash: &mut Stash) {
    let Some(repeated) = &body.repeated_message_response else { return };
    if let Some(header) = &repeated.message_header {
        let mut tell = |name, value: Option<Str<'_>>| detail(stash, name, value);
        tell("OriginalMessageCategory", header.message_category.map(Word::text));
        tell("OriginalSaleID", header.sale_id);
        tell("OriginalServiceID", header.service_id);
    }
    let mut of_last = Answer::default();
    let (result, condition) = match &repeated.body {
        RepeatedResponseMessageBody::Payment(body) => {
            of_last.pay(body, ours);
            (body.response.result, body.response.error_condition)
        }
        RepeatedResponseMessageBody::Reversal(body) => {
            of_last.reverse(body, ours);
            (body.response.result, body.response.error_condition)
        }
        _ => return,
    };
    detail(stash, "OriginalResult", Some(result.text()));
    detail(stash, "OriginalErrorCondition", condition.map(Word::text));
    answer.facts = of_last.facts;
    answer.receipts = of_last.receipts;
}

fn diagnosis(body: &DiagnosisResponse<'_>, stash: &mut Stash) {
    if let Some(status) = &body.poi_status {
        poi_status(status, stash);
    }
    for host in body.host_status.into_iter().flatten() {
        let mut text = Text::<{ crate::limits::REMARK }>::new();
        let reachable = if host.is_reachable_flag.unwrap_or(true) { "reachable" } else { "not reachable" };
        let _ = write!(text, "{} {reachable}", host.acquirer_id.text());
        stash.detail("HostStatus", text.as_str());
    }
}

fn poi_status(status: &POIStatus<'_>, stash: &mut Stash) {
    detail(stash, "GlobalStatus", Some(status.global_status.text()));
    detail(stash, "PrinterStatus", status.printer_status.map(Word::text));
    let flags = [
        ("SecurityOKFlag", status.security_ok_flag),
        ("PEDOKFlag", status.ped_ok_flag),
        ("CardReaderOKFlag", status.card_reader_ok_flag),
        ("CommunicationOKFlag", status.communication_ok_flag),
        ("FraudPreventionFlag", status.fraud_prevention_flag),
    ];
    for (name, flag) in flags {
        stash.detail(name, flag.map_or("", |flag| if flag { "true" } else { "false" }));
    }
}

fn login(body: &LoginResponse<'_>, stash: &mut Stash) {
    let Some(system) = &body.poi_system_data else { return };
    let software = &system.poi_software;
    detail(stash, "ManufacturerID", Some(software.manufacturer_id));
    detail(stash, "ApplicationName", Some(software.application_name));
    detail(stash, "SoftwareVersion", Some(software.software_version));
    if let Some(status) = &system.poi_status {
        poi_status(status, stash);
    }
}

fn detail(stash: &mut Stash, name: &'static str, value: Option<Str<'_>>) {
    if let Some(value) = value {
        stash.detail(name, value.cut_to::<{ crate::limits::REMARK }>().as_str());
    }
}
