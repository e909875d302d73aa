//! `TransactionStatus`: what became of a transaction.

use super::dialogue::{Dialogue, Ids};
use super::history::History;
use super::record::Response as Stored;
use super::settings::Settings;
use super::transaction::Transaction;
use crate::id::Id;
use crate::json::{Document, Limits};
use crate::limits;
use crate::nexo::additional::Additional;
use crate::nexo::body::{
    RepeatedMessageResponse, RepeatedResponseMessageBody, Response, TransactionStatusRequest, TransactionStatusResponse,
};
use crate::nexo::refusal::Answer;
use crate::nexo::remark::{Filling, Remark};
use crate::nexo::seen::Use;
use crate::nexo::validate::Request;
use crate::nexo::vocabulary::ErrorCondition;
use crate::nexo::{
    Body, Category, Direction, Message, MessageHeader, MessageReference, Report, ResponseBody, Vocabulary,
};

/// The message that is asked about.
pub(super) struct Wanted {
    pub(super) category: Category,
    pub(super) sale_id: Id<{ limits::NEXO_SALE_ID }>,
    /// `None`: the last transaction of the terminal.
    pub(super) service_id: Option<Id<{ limits::NEXO_SERVICE_ID }>>,
}

impl Wanted {
    /// Who is not named is as in the header; a category that is not named is a payment.
    pub(super) fn of(request: &TransactionStatusRequest<'_>, asking: &Request<'_>) -> Self {
        let reference = request.message_reference.unwrap_or_default();
        let sale_id = reference.sale_id.and_then(|id| id.copy_to().ok()).unwrap_or_else(|| asking.sale_id.clone());
        let category = reference.message_category.and_then(|word| word.listed()).unwrap_or(Category::Payment);
        // A reference without an id of a message names the last one, too.
        let service_id = reference.service_id.and_then(|id| id.copy_to().ok());
        Self { category, sale_id, service_id }
    }

    fn is(&self, sale_id: &str, service_id: &str, category: Category) -> bool {
        self.service_id
            .as_ref()
            .is_none_or(|wanted| *wanted == *service_id && self.sale_id == *sale_id && self.category == category)
    }

    fn is_transaction(&self, transaction: &Transaction) -> bool {
        self.is(transaction.sale_id.as_str(), transaction.service_id.as_str(), transaction.kind.category())
    }

    fn is_message(&self, ids: &Ids) -> bool {
        self.is(ids.sale_id.as_str(), ids.service_id.as_str(), ids.category)
    }

    fn reference(&self) -> MessageReference<'_> {
        MessageReference {
            message_category: Some(self.category.into()),
            sale_id: Some(self.sale_id.as_str().into()),
            service_id: self.service_id.as_ref().map(|id| id.as_str().into()),
            ..MessageReference::default()
        }
    }
}

/// What is known of it.
pub(super) enum Known {
    /// It is in progress, or its result is not known yet.
    InProgress,
    /// It ended, and its response is kept.
    Ended,
    /// It was accepted, and its response is not kept any more.
    NoLongerKept,
    /// It cannot be said whether it was accepted.
    Unsure,
    /// It was never accepted: it may be asked for again.
    NeverCame,
}

/// Where all about transactions is known from.
pub(super) struct Files<'f> {
    pub(super) dialogue: Option<&'f Dialogue>,
    pub(super) history: &'f History<'f>,
}

impl Files<'_> {
    /// What is known of the message. `used` is what is known of its id, `complete` whether no id was forgotten.
    pub(super) fn look(&self, wanted: &Wanted, used: Option<Use>, complete: bool) -> Known {
        let transactions_only = wanted.service_id.is_none();
        let running = self.dialogue.is_some_and(|dialogue| {
            wanted.is_message(&dialogue.ids) && (!transactions_only || dialogue.transaction().is_some())
        });
        if running {
            return Known::InProgress;
        }
        if self.history.find(|transaction| wanted.is_transaction(transaction)).is_some() {
            return Known::Ended;
        }
        match used {
            Some(Use::Accepted) => Known::NoLongerKept,
            Some(Use::NeverCame) => Known::NeverCame,
            // Without a reference no id is in question: there was no transaction, if none was forgotten.
            None if complete => Known::NeverCame,
            None => Known::Unsure,
        }
    }

    /// The answer at the front of `out`.
    pub(super) fn answer(
        &self,
        settings: &Settings,
        header: &MessageHeader<'_>,
        wanted: &Wanted,
        known: &Known,
        additional: &Additional,
        out: &mut [u8],
    ) -> Answer {
        let texts = settings.texts;
        let mut said = Additional::new();
        let (condition, remark) = match known {
            Known::Ended => {
                let repeated = self.history.find(|transaction| wanted.is_transaction(transaction));
                return repeated
                    .map_or(Answer::NO_ROOM, |(_, stored)| repeat(settings, header, stored, additional, out));
            }
            Known::InProgress => (ErrorCondition::InProgress, Remark::Uncompleted),
            Known::NoLongerKept => (ErrorCondition::UnavailableService, Remark::NoLongerKept),
            Known::Unsure => (ErrorCondition::UnavailableService, Remark::NotKnown),
            Known::NeverCame => (ErrorCondition::NotFound, Remark::NotFound),
        };
        let last = self.last(wanted.category);
        let (remark, filling) = match &last {
            Some((sale_id, service_id)) => {
                let filling =
                    Filling { sale_id: sale_id.as_str(), service_id: service_id.as_str(), ..Filling::default() };
                (remark, filling)
            }
            None if remark == Remark::NotFound => (Remark::NothingFound, Filling::default()),
            None => (remark, Filling::default()),
        };
        said.remark(texts, remark, &Filling { category: wanted.category.as_str(), ..filling });
        said.append(additional);
        let body = TransactionStatusResponse {
            message_reference: matches!(known, Known::InProgress).then(|| wanted.reference()),
            ..TransactionStatusResponse::new(Response {
                additional_response: said.as_option().map(Into::into),
                ..Response::failure(condition)
            })
        };
        write(settings, header, body.into(), out)
    }

    /// The last message of the category that was accepted.
    fn last(&self, category: Category) -> Option<(Id<{ limits::NEXO_SALE_ID }>, Id<{ limits::NEXO_SERVICE_ID }>)> {
        let running = self.dialogue.map(|dialogue| &dialogue.ids).filter(|ids| ids.category == category);
        let running = running.map(|ids| (ids.sale_id.clone(), ids.service_id.clone()));
        running.or_else(|| {
            let (ended, _) = self.history.find(|transaction| transaction.kind.category() == category)?;
            Some((ended.transaction.sale_id, ended.transaction.service_id))
        })
    }
}

/// The stored answer within a status.
fn repeat(
    settings: &Settings,
    header: &MessageHeader<'_>,
    stored: Stored<'_>,
    additional: &Additional,
    out: &mut [u8],
) -> Answer {
    let bounds = Limits { bytes: usize::MAX, ..Limits::default() };
    let mut report = Report::new();
    let message = Document::parse_within(stored.0, bounds)
        .ok()
        .and_then(|document| Message::read(document, Direction::Response, settings.dialect, &mut report));
    let Some(message) = message else { return Answer::NO_ROOM };
    let body = match message.body {
        Body::Response(ResponseBody::Payment(body)) => RepeatedResponseMessageBody::Payment(body),
        Body::Response(ResponseBody::Reversal(body)) => RepeatedResponseMessageBody::Reversal(body),
        _ => return Answer::NO_ROOM,
    };
    let reference = MessageReference {
        message_category: message.header.message_category,
        sale_id: message.header.sale_id,
        service_id: message.header.service_id,
        ..MessageReference::default()
    };
    let repeated =
        RepeatedMessageResponse { message_header: Some(message.header), ..RepeatedMessageResponse::new(body) };
    let body = TransactionStatusResponse {
        message_reference: Some(reference),
        repeated_message_response: Some(repeated),
        ..TransactionStatusResponse::new(Response {
            additional_response: additional.as_option().map(Into::into),
            ..Response::success()
        })
    };
    write(settings, header, body.into(), out)
}

fn write(settings: &Settings, header: &MessageHeader<'_>, body: ResponseBody<'_>, out: &mut [u8]) -> Answer {
    let written = Message::response(header.answer(), body).write(settings.dialect, out);
    Answer::of(200, written)
}
