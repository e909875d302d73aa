//! A payment or reversal as an operation.

use super::Front;
use super::dialogue::Task;
use super::intake::Step;
use super::transaction::{Ended, Transaction};
use crate::id::Id;
use crate::limits;
use crate::money::{Currency, Money};
use crate::nexo::additional::{Additional, Form, is_object_in_base64};
use crate::nexo::asked::{Asked, Kind, TransactionId};
use crate::nexo::remark::{Filling, Remark};
use crate::nexo::seen::Full;
use crate::nexo::validate::Request;
use crate::nexo::vocabulary::ErrorCondition;
use crate::nexo::{Reason, RequestBody};
use crate::operation::{self, Operation, Original};

const PLACE_OF_AMOUNT: &[&str] = &["PaymentRequest", "PaymentTransaction", "AmountsReq", "RequestedAmount"];
const PLACE_OF_CURRENCY: (&[&str], Reason) = (&["ReversalRequest", "SaleData", "SaleToAcquirerData"], Reason::Missing);

impl Front<'_> {
    pub(super) fn begin_transaction(&mut self, request: &Request<'_>, tx: &mut [u8]) -> Step {
        let Some(asked) = &request.asked else { return self.unavailable(request, tx) };
        let Some(kind) = asked.kind else { return self.unavailable(request, tx) };
        if self.held.is_none() && refers_to_a_card(&request.body) {
            // The card it means is not there, and another one must not be charged.
            let mut additional = Additional::new();
            additional.remark(self.settings.texts, Remark::NoCardHeld, &Filling::default());
            return self.refuse_with(request, ErrorCondition::NotAllowed, &additional, tx);
        }
        let found = asked.original.as_ref().and_then(|original| self.ended(original));
        let reversal = matches!(kind, Kind::Reversal | Kind::PartialReversal);
        if reversal && found.as_ref().is_some_and(|found| !found.approved) {
            // nexo Sale to POI 3.0 schema: the transaction meant does not exist, as far as money goes.
            let mut additional = Additional::new();
            self.add_remarks(request.report, false, &mut additional);
            return self.refuse_with(request, ErrorCondition::NotFound, &additional, tx);
        }
        let amount = match self.amount(request, asked, kind, found.as_ref()) {
            Ok(amount) => amount,
            Err((path, reason)) => return self.refuse_member(request, path, reason, tx),
        };
        let at = self.wall();
        let Some(name) = self.names.next(at) else { return self.unavailable(request, tx) };
        let taken = match self.take(request) {
            Ok(taken) => taken,
            Err(Full) => return self.refuse(request, ErrorCondition::Busy, Remark::NoPlace, &Filling::default(), tx),
        };
        let last = found.as_ref().is_some_and(|found| self.is_last_approved(&found.transaction));
        let original = match (&asked.original, found) {
            (_, Some(found)) => found.original,
            (Some(named), None) => original_of(named),
            (None, None) => Original::default(),
        };
        let operation = match (kind, amount) {
            (Kind::Payment, Some(amount)) => Operation::Payment { amount, cash_back: asked.cash_back },
            (Kind::Refund | Kind::PartialReversal, Some(amount)) => Operation::Refund { amount, original },
            (Kind::Reservation, Some(amount)) => Operation::Reservation { amount },
            (Kind::Completion, Some(amount)) => Operation::Completion { amount, original },
            (_, amount) => Operation::Reversal { amount, original },
        };
        let transaction = Transaction {
            name: name.clone(),
            kind,
            sale_id: request.sale_id.clone(),
            service_id: request.service_id.clone(),
            sale_transaction: asked.sale_transaction.clone(),
            amount,
            cash_back: asked.cash_back,
            tip: asked.tip,
            original: asked.original.clone(),
            at,
        };
        let mut dialogue = self.dialogue_for(request, Task::Transaction(transaction, taken));
        dialogue.operation =
            Some(operation::Request { reference: Some(name), ..operation::Request::new(operation, at) });
        dialogue.last = last;
        dialogue.json = wants_json(&request.body);
        // What holds a card lets nothing else through.
        dialogue.card = self.held.take().map(|held| held.wish);
        self.dialogue = Some(dialogue);
        Step::Begin { keep: false }
    }

    /// The amount of a transaction: of a reversal, that of its original where it is known.
    fn amount(
        &self,
        request: &Request<'_>,
        asked: &Asked,
        kind: Kind,
        found: Option<&Ended>,
    ) -> Result<Option<Money>, (&'static [&'static str], Reason)> {
        let booked = found.and_then(|found| found.booked);
        match kind {
            Kind::Reversal => Ok(booked),
            Kind::PartialReversal => {
                let RequestBody::Reversal(body) = &request.body else { return Ok(None) };
                // Adyen docs: referenced refunds.
                let data: Option<Id<{ limits::REMARK }>> =
                    body.sale_data.and_then(|data| data.sale_to_acquirer_data).and_then(|data| data.copy_to().ok());
                let named = data.as_ref().and_then(|data| Form::read(data.as_str())?.get("currency"));
                let currency = named.and_then(|code| Currency::new(code.raw()).ok()).or(booked.map(Money::currency));
                let currency = currency.ok_or(PLACE_OF_CURRENCY)?;
                let money = asked.reversed.and_then(|number| Money::from_decimal(number, currency).ok());
                Ok(Some(money.ok_or((["ReversalRequest", "ReversedAmount"].as_slice(), Reason::InvalidValue))?))
            }
            _ => Ok(Some(asked.amount.ok_or((PLACE_OF_AMOUNT, Reason::Missing))?)),
        }
    }

    /// The transaction that this terminal called so.
    fn ended(&self, original: &TransactionId) -> Option<Ended> {
        let name = tender(original.id.as_str());
        self.history.find(|transaction| transaction.name.as_str() == name).map(|(ended, _)| ended)
    }

    fn is_last_approved(&self, transaction: &Transaction) -> bool {
        self.history
            .iter()
            .find(|(ended, _)| ended.approved)
            .is_some_and(|(ended, _)| ended.transaction.name == transaction.name)
    }
}

/// The terminal's own name in a `POITransactionID`: what stands before the dot.
fn tender(id: &str) -> &str {
    id.split_once(['.']).map_or(id, |(tender, _)| tender)
}

/// What an operation can say about a transaction of which no more is known than its name.
fn original_of(named: &TransactionId) -> Original {
    let reference = named.id.as_str().split_once(['.']).map_or(named.id.as_str(), |(_, reference)| reference);
    Original {
        trx_reference_number: Id::new(reference).ok(),
        time_stamp: Some(named.stamp.clone()),
        ..Original::default()
    }
}

/// Whether the card was to be read before.
fn refers_to_a_card(body: &RequestBody<'_>) -> bool {
    let RequestBody::Payment(body) = body else { return false };
    body.payment_data.is_some_and(|data| data.card_acquisition_reference.is_some())
}

/// A till that passes its own data as JSON is answered in JSON, too (Adyen docs: pass additional data).
fn wants_json(body: &RequestBody<'_>) -> bool {
    let sale_data = match body {
        RequestBody::Payment(body) => Some(body.sale_data),
        RequestBody::Reversal(body) => body.sale_data,
        _ => None,
    };
    let data = sale_data.and_then(|data| data.sale_to_acquirer_data);
    let front = data.map(|data| data.cut_to::<4>());
    front.is_some_and(|front| is_object_in_base64(front.as_str()))
}
