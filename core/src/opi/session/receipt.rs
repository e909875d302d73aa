//! What a receipt shows of its transaction.

use super::answer::fill_id;
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
                *self = Self { amount: self.amount, ..Self::default() };
                fill_id(&mut self.trx_reference_number, *info, TransactionInfo::trx_reference_number);
                fill_id(&mut self.approval_code, *info, TransactionInfo::authorisation_code);
                fill_id(&mut self.time_stamp, *info, TransactionInfo::date_and_time);
            }
            _ => {}
        }
    }
}

/// Keeps the name that the transaction has with the terminal.
pub(super) fn keep_reference(seen: &mut Option<Id<{ limits::LONG_ID }>>, info: Excerpt<'_>) {
    *seen = None;
    fill_id(seen, info, TransactionInfo::trx_reference_number);
    fill_id(seen, info, TransactionInfo::authorisation_code);
}
