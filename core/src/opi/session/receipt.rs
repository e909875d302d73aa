//! What a receipt shows of its transaction.

use crate::id::Id;
use crate::limits;
use crate::money::Money;
use crate::opi::message::till::{Excerpt, Part};
use crate::opi::message::{Place, TransactionInfo};

/// The facts of one receipt.
#[derive(Clone, Debug, Default)]
pub(super) struct ReceiptFacts {
    pub(super) amount: Option<Money>,
    pub(super) trx_reference_number: Option<Id<{ limits::LONG_ID }>>,
    pub(super) approval_code: Option<Id<{ limits::NUMBER_ID }>>,
    pub(super) time_stamp: Option<Id<{ limits::TIMESTAMP }>>,
}

impl ReceiptFacts {
    /// Takes in one part of a device request.
    pub(super) fn collect(&mut self, part: &Part<'_>) {
        match part {
            Part::Total(total, Place::TransactionInfo) => self.amount = total.money().or(self.amount),
            Part::TransactionInfo(info) => {
                self.trx_reference_number = info.id(TransactionInfo::trx_reference_number);
                self.approval_code = info.id(TransactionInfo::authorisation_code);
                self.time_stamp = info.id(TransactionInfo::date_and_time);
            }
            _ => {}
        }
    }
}

/// The name that the transaction has with the terminal.
pub(super) fn reference(info: Excerpt<'_>) -> Option<Id<{ limits::LONG_ID }>> {
    info.id(TransactionInfo::trx_reference_number).or_else(|| info.id(TransactionInfo::authorisation_code))
}
