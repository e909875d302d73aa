//! What a receipt shows of its transaction.

use crate::id::Id;
use crate::limits;
use crate::money::Money;
use crate::opi::message::{Part, Place, TransactionInfo};

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
                self.trx_reference_number.clone_from(&info.trx_reference_number);
                self.approval_code.clone_from(&info.authorisation_code);
                self.time_stamp = info.date_and_time.as_ref().and_then(|text| Id::new(text.as_str()).ok());
            }
            _ => {}
        }
    }
}

/// The name that the transaction has with the terminal.
pub(super) fn reference(info: &TransactionInfo) -> Option<Id<{ limits::LONG_ID }>> {
    let approval = info.authorisation_code.as_ref().and_then(|code| Id::new(code.as_str()).ok());
    info.trx_reference_number.clone().or(approval)
}
