//! An operation as the message that asks for it.

use core::fmt::Write;

use crate::id::{Id, RequestId};
use crate::journal::type_and_terminal;
use crate::json::{Str, WriteError};
use crate::limits;
use crate::money::{Currency, Money};
use crate::nexo::body::{
    AbortRequest, AmountsReq, DiagnosisRequest, GetTotalsRequest, LoginRequest, LogoutRequest, OriginalPOITransaction,
    PaymentData, PaymentRequest, PaymentTransaction, ReconciliationRequest, ReversalRequest, SaleData, SaleSoftware,
    TransactionIdentification, TransactionStatusRequest,
};
use crate::nexo::settings::{Reservations, Settings};
use crate::nexo::vocabulary::{DocumentQualifier, PaymentType, ReconciliationType, ReversalReason};
use crate::nexo::{Amount, Category, Cluster, MessageHeader, MessageReference, RequestBody, Time, Word, message};
use crate::operation::{Operation, Original, Request};
use crate::text::Text;
use crate::time::WallTime;

/// One message to the terminal.
pub(super) struct Message<'a> {
    pub(super) settings: &'a Settings,
    pub(super) category: Category,
    /// Its number, `ServiceID` on the wire.
    pub(super) number: RequestId,
    /// Local time now.
    pub(super) at: WallTime,
    /// The request that it is about: to be stopped, or asked about.
    pub(super) about: Option<(Category, RequestId)>,
    /// The till's wish, unless it is a message of the session itself.
    pub(super) request: Option<&'a Request>,
}

/// The category of an operation's message; `None` if the terminal has none.
pub(super) fn category(settings: &Settings, operation: &Operation) -> Option<Category> {
    let reserves = settings.reservations == Reservations::PaymentTypes;
    Some(match operation {
        Operation::Payment { .. } => Category::Payment,
        Operation::Refund { original, .. } if *original == Original::default() => Category::Payment,
        Operation::Refund { .. } | Operation::Reversal { .. } => Category::Reversal,
        Operation::Reservation { .. } | Operation::Completion { .. } if reserves => Category::Payment,
        Operation::Reprint | Operation::RepeatLast => Category::TransactionStatus,
        Operation::Abort => Category::Abort,
        Operation::Info | Operation::Status | Operation::Diagnosis => Category::Diagnosis,
        Operation::Activate | Operation::Login => Category::Login,
        Operation::Deactivate | Operation::Logoff => Category::Logout,
        Operation::Reconciliation { closure: false } => Category::GetTotals,
        Operation::Reconciliation { closure: true } | Operation::CloseDay => Category::Reconciliation,
        _ => return None,
    })
}

/// The category of a request that was found in the journal: one of the two that move money here.
pub(super) fn category_of(word: &str) -> Option<Category> {
    match type_and_terminal(word).0 {
        "Reversal" => Some(Category::Reversal),
        // A journal that lost the intent lost its word: most likely it was a payment.
        "Payment" | "" => Some(Category::Payment),
        _ => None,
    }
}

/// What the operation lacks. An earlier transaction is named by the reference and the time that the terminal gave it.
pub(super) fn missing(operation: &Operation) -> Option<&'static str> {
    let original = match operation {
        Operation::Refund { original, .. } if *original == Original::default() => return None,
        Operation::Refund { original, .. }
        | Operation::Reversal { original, .. }
        | Operation::Completion { original, .. } => original,
        _ => return None,
    };
    let named = original.trx_reference_number.is_some() && original.time_stamp.is_some();
    (!named).then_some("the reference and the time stamp of the earlier transaction")
}

/// The texts that a message borrows.
struct Texts {
    number: Id<{ limits::REQUEST_ID }>,
    about: Id<{ limits::REQUEST_ID }>,
    time: Text<{ limits::TIMESTAMP }>,
    currency: Option<Currency>,
    extras: Text<{ limits::NAME }>,
}

impl Message<'_> {
    /// Writes it and says how long it is.
    pub(super) fn write(&self, out: &mut [u8]) -> Result<usize, WriteError> {
        let mut texts = Texts {
            number: self.number.id(),
            about: self.about.map(|(_, number)| number.id()).unwrap_or_default(),
            time: Text::new(),
            currency: self.operation().and_then(Operation::amount).map(Money::currency),
            extras: Text::new(),
        };
        let _ = write!(texts.time, "{}", self.at.with_zone());
        if let Some(Operation::Refund { amount, .. }) = self.request.map(|request| &request.operation) {
            // Adyen docs: a part of a payment is refunded with its currency in this field.
            let _ = write!(texts.extras, "currency={}", amount.currency());
        }
        // An amount beyond what the wire can say cannot be asked for.
        let body = self.body(&texts).ok_or(WriteError::Place)?;
        let settings = self.settings;
        let header = MessageHeader::request(
            self.category,
            settings.sale_id.as_str(),
            settings.poi_id.as_str(),
            texts.number.as_str(),
        );
        message::Message::request(header, body).write(settings.dialect, out)
    }

    fn body<'b>(&'b self, texts: &'b Texts) -> Option<RequestBody<'b>> {
        Some(match self.category {
            Category::Payment => self.payment(texts)?.into(),
            Category::Reversal => self.reversal(texts)?.into(),
            Category::TransactionStatus => self.status(texts).into(),
            Category::Abort => AbortRequest::new("MerchantAbort".into(), self.reference(texts)?).into(),
            Category::Diagnosis => {
                let host = self.operation().is_some_and(|operation| *operation == Operation::Diagnosis);
                DiagnosisRequest { host_diagnosis_flag: Some(host), ..DiagnosisRequest::default() }.into()
            }
            Category::Login => self.login(texts).into(),
            Category::Logout => LogoutRequest::default().into(),
            Category::GetTotals => GetTotalsRequest::default().into(),
            Category::Reconciliation => {
                ReconciliationRequest::new(Word::Listed(ReconciliationType::SaleReconciliation)).into()
            }
            _ => return None,
        })
    }

    fn operation(&self) -> Option<&Operation> {
        self.request.map(|request| &request.operation)
    }

    /// Names the request that the message is about.
    fn reference<'b>(&'b self, texts: &'b Texts) -> Option<MessageReference<'b>> {
        let (category, _) = self.about?;
        Some(MessageReference {
            message_category: Some(Word::Listed(category)),
            service_id: Some(texts.about.as_str().into()),
            sale_id: Some(self.settings.sale_id.as_str().into()),
            poi_id: Some(self.settings.poi_id.as_str().into()),
            device_id: None,
        })
    }

    /// The receipts are asked for again, too: the till may never have had them.
    fn status<'b>(&'b self, texts: &'b Texts) -> TransactionStatusRequest<'b> {
        let receipts = self.operation().is_none_or(|operation| *operation == Operation::Reprint);
        let both = Cluster::of(&[DocumentQualifier::CashierReceipt, DocumentQualifier::CustomerReceipt]);
        TransactionStatusRequest {
            message_reference: self.reference(texts),
            receipt_reprint_flag: Some(receipts),
            document_qualifier: receipts.then_some(both),
        }
    }

    fn login<'b>(&'b self, texts: &'b Texts) -> LoginRequest<'b> {
        let software = &self.settings.software;
        let told = SaleSoftware::new(
            software.manufacturer.as_str().into(),
            software.application.as_str().into(),
            software.version.as_str().into(),
            software.certification.as_str().into(),
        );
        let operator_id = self.settings.operator_id.as_ref().map(|operator| Str::from(operator.as_str()));
        LoginRequest { operator_id, ..LoginRequest::new(time(texts), told, self.settings.language.code().into()) }
    }

    /// Names the sale by the merchant's reference, or by the number of the request.
    fn sale_data<'b>(&'b self, texts: &'b Texts) -> SaleData<'b> {
        let reference = self.request.and_then(|request| request.reference.as_ref());
        let name = reference.map_or(texts.number.as_str(), |reference| reference.as_str());
        let operator_id = self.settings.operator_id.as_ref().map(|operator| Str::from(operator.as_str()));
        SaleData {
            sale_transaction_id: Some(TransactionIdentification::new(name.into(), time(texts))),
            operator_id,
            ..SaleData::default()
        }
    }

    fn payment<'b>(&'b self, texts: &'b Texts) -> Option<PaymentRequest<'b>> {
        let (amount, payment_type, original) = match self.operation()? {
            Operation::Payment { amount, .. } => (amount, None, None),
            Operation::Refund { amount, .. } => (amount, Some(PaymentType::Refund), None),
            Operation::Reservation { amount } => (amount, Some(PaymentType::FirstReservation), None),
            Operation::Completion { amount, original } => (amount, Some(PaymentType::Completion), Some(original)),
            _ => return None,
        };
        let cash_back = match self.operation()? {
            Operation::Payment { cash_back, .. } => *cash_back,
            _ => None,
        };
        let amounts = AmountsReq {
            requested_amount: Some(wire(*amount)?),
            cash_back_amount: match cash_back {
                Some(cash_back) => Some(wire(cash_back)?),
                None => None,
            },
            ..AmountsReq::new(texts.currency.as_ref()?.code().into())
        };
        let transaction = PaymentTransaction {
            original_poi_transaction: original.and_then(named),
            ..PaymentTransaction::new(amounts)
        };
        let data = payment_type.map(|payment_type| PaymentData {
            payment_type: Some(Word::Listed(payment_type)),
            ..PaymentData::default()
        });
        Some(PaymentRequest { payment_data: data, ..PaymentRequest::new(self.sale_data(texts), transaction) })
    }

    fn reversal<'b>(&'b self, texts: &'b Texts) -> Option<ReversalRequest<'b>> {
        let (original, amount) = match self.operation()? {
            Operation::Refund { amount, original } => (original, Some(wire(*amount)?)),
            Operation::Reversal { original, .. } => (original, None),
            _ => return None,
        };
        let extras = Some(texts.extras.as_str()).filter(|extras| !extras.is_empty());
        let sale_data = SaleData { sale_to_acquirer_data: extras.map(Str::from), ..self.sale_data(texts) };
        Some(ReversalRequest {
            reversed_amount: amount,
            sale_data: Some(sale_data),
            ..ReversalRequest::new(named(original)?, Word::Listed(ReversalReason::MerchantCancel))
        })
    }
}

fn time(texts: &Texts) -> Time<'_> {
    texts.time.as_str().into()
}

fn wire(amount: Money) -> Option<Amount> {
    Amount::new(amount.decimal())
}

/// The earlier transaction by the name that the terminal gave it.
fn named(original: &Original) -> Option<OriginalPOITransaction<'_>> {
    let (reference, time) = (original.trx_reference_number.as_ref()?, original.time_stamp.as_ref()?);
    let name = TransactionIdentification::new(reference.as_str().into(), time.as_str().into());
    Some(OriginalPOITransaction { poi_transaction_id: Some(name), ..OriginalPOITransaction::default() })
}
