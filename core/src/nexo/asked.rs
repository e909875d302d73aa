//! What a payment or reversal asks for, in the words of no protocol.

use super::body::{AmountsReq, OriginalPOITransaction, PaymentRequest, ReversalRequest};
use super::vocabulary::PaymentType;
use super::{Amount, Direction, Path, Reason, Report, RequestBody, Time};
use crate::id::Id;
use crate::json::Str;
use crate::limits;
use crate::money::{Currency, Decimal, Money};

/// What a transaction does with money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Kind {
    /// Takes it.
    Payment,
    /// Gives some back to a card that is shown.
    Refund,
    /// Holds it.
    Reservation,
    /// Takes what was held.
    Completion,
    /// Takes back a whole transaction.
    Reversal,
    /// Gives back a part of a transaction.
    PartialReversal,
}

/// The name of a transaction, given by a till or by a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TransactionId {
    /// `TransactionID`.
    pub id: Id<{ limits::NEXO_TRANSACTION_ID }>,
    /// `TimeStamp`, as it was written.
    pub stamp: Id<{ limits::TIMESTAMP }>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What is to be done; `None` for what no operation does.
    pub kind: Option<Kind>,
    /// The amount; of a partial reversal only [`reversed`](Self::reversed) is known.
    pub amount: Option<Money>,
    /// The part of it handed out in cash.
    pub cash_back: Option<Money>,
    /// The part of it beyond what is sold.
    pub tip: Option<Money>,
    /// What is given back, in the currency of the original.
    pub reversed: Option<Decimal>,
    /// What the till calls it.
    pub sale_transaction: Option<TransactionId>,
    /// The transaction it belongs to.
    pub original: Option<TransactionId>,
}

impl Asked {
    /// Of a payment or reversal; `None` of any other request. What has no meaning is reported: a currency that is none,
    /// parts of a minor unit, names that are too long to be kept.
    #[must_use]
    pub fn of(body: &RequestBody<'_>, report: &mut Report) -> Option<Self> {
        let top = Path::TOP.child(Direction::Request.envelope());
        match body {
            RequestBody::Payment(request) => payment(request, &top.child("PaymentRequest"), report),
            RequestBody::Reversal(request) => Some(reversal(request, &top.child("ReversalRequest"), report)),
            _ => None,
        }
    }
}

fn payment(request: &PaymentRequest<'_>, at: &Path<'_>, report: &mut Report) -> Option<Asked> {
    let kind = match request.payment_type().listed() {
        Some(PaymentType::Normal) => Some(Kind::Payment),
        Some(PaymentType::Refund) => Some(Kind::Refund),
        Some(PaymentType::OneTimeReservation | PaymentType::FirstReservation) => Some(Kind::Reservation),
        Some(PaymentType::Completion) => Some(Kind::Completion),
        _ => None,
    };
    let transaction = &request.payment_transaction;
    let at_transaction = at.child("PaymentTransaction");
    let [amount, cash_back, tip] = amounts(&transaction.amounts_req, &at_transaction.child("AmountsReq"), report);
    Some(Asked {
        kind,
        amount,
        cash_back,
        tip,
        reversed: None,
        sale_transaction: sale_transaction(&request.sale_data, &at.child("SaleData"), report),
        original: original(
            transaction.original_poi_transaction.as_ref(),
            &at_transaction.child("OriginalPOITransaction"),
            report,
        ),
    })
}

fn reversal(request: &ReversalRequest<'_>, at: &Path<'_>, report: &mut Report) -> Asked {
    let reversed = request.reversed_amount.map(Amount::decimal);
    let sale_data = request.sale_data.as_ref();
    Asked {
        kind: Some(if reversed.is_some() { Kind::PartialReversal } else { Kind::Reversal }),
        amount: None,
        cash_back: None,
        tip: None,
        reversed,
        sale_transaction: sale_data.and_then(|data| sale_transaction(data, &at.child("SaleData"), report)),
        original: original(Some(&request.original_poi_transaction), &at.child("OriginalPOITransaction"), report),
    }
}

fn amounts(amounts: &AmountsReq<'_>, at: &Path<'_>, report: &mut Report) -> [Option<Money>; 3] {
    let code: Option<Id<3>> = amounts.currency.copy_to().ok();
    let Some(currency) = code.and_then(|code| Currency::new(code.as_str()).ok()) else {
        report.error(&at.child("Currency"), Reason::InvalidValue);
        return [None; 3];
    };
    let mut money = |amount: Option<Amount>, name| {
        let money = Money::from_decimal(amount?.decimal(), currency);
        if money.is_err() {
            report.error(&at.child(name), Reason::InvalidValue);
        }
        money.ok()
    };
    let asked = money(amounts.requested_amount, "RequestedAmount");
    let cash_back = money(amounts.cash_back_amount, "CashBackAmount").filter(|cash| cash.minor() > 0);
    let tip = money(amounts.tip_amount, "TipAmount").filter(|tip| tip.minor() > 0);
    [asked, cash_back, tip]
}

fn sale_transaction(data: &super::body::SaleData<'_>, at: &Path<'_>, report: &mut Report) -> Option<TransactionId> {
    let named = data.sale_transaction_id?;
    kept(named.transaction_id, named.time_stamp, &at.child("SaleTransactionID"), report)
}

fn original(
    original: Option<&OriginalPOITransaction<'_>>,
    at: &Path<'_>,
    report: &mut Report,
) -> Option<TransactionId> {
    let named = original?.poi_transaction_id?;
    kept(named.transaction_id, named.time_stamp, &at.child("POITransactionID"), report)
}

fn kept(id: Str<'_>, stamp: Time<'_>, at: &Path<'_>, report: &mut Report) -> Option<TransactionId> {
    let id = id.copy_to();
    if id.is_err() {
        report.error(&at.child("TransactionID"), Reason::InvalidLength);
    }
    let stamp = stamp.text().copy_to();
    if stamp.is_err() {
        report.error(&at.child("TimeStamp"), Reason::InvalidLength);
    }
    Some(TransactionId { id: id.ok()?, stamp: stamp.ok()? })
}
