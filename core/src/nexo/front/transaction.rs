//! A transaction of this terminal: what was accepted, and what is kept of its end.

use core::fmt;

use crate::id::{Id, Reference};
use crate::journal::field::{Field, In, Out};
use crate::limits;
use crate::money::Money;
use crate::nexo::Category;
use crate::nexo::asked::{Kind, TransactionId};
use crate::nexo::refusal::Named;
use crate::operation::Original;
use crate::time::WallTime;

impl Kind {
    /// The category of the messages about it.
    #[must_use]
    pub const fn category(self) -> Category {
        match self {
            Self::Payment | Self::Refund | Self::Reservation | Self::Completion => Category::Payment,
            Self::Reversal | Self::PartialReversal => Category::Reversal,
        }
    }
}

/// A transaction that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// What this terminal calls it: the merchant's reference of the operation, and the tender in its `POITransactionID`.
    /// No two transactions of a terminal have the same.
    pub name: Reference,
    /// What it does.
    pub kind: Kind,
    /// The till.
    pub sale_id: Id<{ limits::NEXO_SALE_ID }>,
    /// Its message.
    pub service_id: Id<{ limits::NEXO_SERVICE_ID }>,
    /// What the till calls it.
    pub sale_transaction: Option<TransactionId>,
    /// The amount asked for.
    pub amount: Option<Money>,
    /// The part of it handed out in cash.
    pub cash_back: Option<Money>,
    /// The part of it beyond what is sold.
    pub tip: Option<Money>,
    /// The transaction it belongs to, as this terminal or another one called it.
    pub original: Option<TransactionId>,
    /// When it was accepted.
    pub at: WallTime,
}

/// What is kept of a transaction that ended, beside its response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The transaction.
    pub transaction: Transaction,
    /// Whether money moved.
    pub approved: bool,
    /// The amount booked.
    pub booked: Option<Money>,
    /// How an operation names it.
    pub original: Original,
}

/// The names of transactions: four letters of the terminal, and a number that only grows.
///
/// The number is the time in milliseconds where the clock allows it, as in the names that Adyen's terminals give
/// (Adyen, Structuring and validating Terminal API messages, in its examples).
#[derive(Clone, Debug)]
pub(super) struct Names {
    prefix: Id<4>,
    last: u64,
}

impl Names {
    /// For the terminal with this id.
    pub(super) fn new(poi_id: &str) -> Self {
        // FNV-1a: only to tell terminals apart, never to protect anything.
        let hash = poi_id.bytes().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let mut prefix = heapless::String::<4>::new();
        for place in 0..4u32 {
            let letter = u8::try_from(hash.wrapping_shr(5 * place) % 26).unwrap_or(0);
            _ = prefix.push(char::from(b'A'.saturating_add(letter)));
        }
        Self { prefix: Id::new(prefix.as_str()).unwrap_or_default(), last: 0 }
    }

    /// A name that none had before.
    pub(super) fn next(&mut self, at: WallTime) -> Option<Reference> {
        let millis = u64::try_from(at.unix_seconds()).unwrap_or(0).saturating_mul(1000);
        self.last = millis.max(self.last.saturating_add(1));
        let mut text = heapless::String::<{ limits::REFERENCE }>::new();
        // Four letters and fifteen digits: the years up to 9999 have room.
        _ = fmt::Write::write_fmt(&mut text, format_args!("{}{:015}", self.prefix, self.last));
        Reference::new(text.as_str()).ok()
    }

    /// Takes note of a name given before a restart.
    pub(super) fn restore(&mut self, name: &Reference) {
        let digits = name.as_str().get(4..).and_then(|digits| digits.parse().ok());
        self.last = self.last.max(digits.unwrap_or(0));
    }

    /// A name that looks whole, for an answer about no transaction.
    pub(super) fn of_none(&mut self, at: WallTime) -> Named {
        let name = self.next(at);
        let mut text = heapless::String::<{ limits::NEXO_TRANSACTION_ID }>::new();
        // Two short parts always fit.
        _ = text.push_str(name.as_ref().map_or("", Reference::as_str));
        _ = fmt::Write::write_fmt(&mut text, format_args!(".{:016}", self.last));
        Named { id: Id::new(text.as_str()).unwrap_or_default(), at }
    }
}

impl Field for Kind {
    const MOST: usize = 1;
    fn put(&self, out: &mut Out<'_>) {
        let code: u8 = match self {
            Self::Payment => 1,
            Self::Refund => 2,
            Self::Reservation => 3,
            Self::Completion => 4,
            Self::Reversal => 5,
            Self::PartialReversal => 6,
        };
        code.put(out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        Some(match u8::take(from)? {
            1 => Self::Payment,
            2 => Self::Refund,
            3 => Self::Reservation,
            4 => Self::Completion,
            5 => Self::Reversal,
            6 => Self::PartialReversal,
            _ => return None,
        })
    }
}

/// A struct as its fields, in the order written here.
macro_rules! fields {
    ($name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        impl Field for $name {
            const MOST: usize = 0 $(+ <$type as Field>::MOST)+;
            fn put(&self, out: &mut Out<'_>) {
                $(<$type as Field>::put(&self.$field, out);)+
            }
            fn take(from: &mut In<'_>) -> Option<Self> {
                Some(Self { $($field: <$type as Field>::take(from)?,)+ })
            }
        }
    };
}
pub(super) use fields;

fields!(TransactionId {
    id: Id<{ limits::NEXO_TRANSACTION_ID }>,
    stamp: Id<{ limits::TIMESTAMP }>,
});

fields!(Transaction {
    name: Reference,
    kind: Kind,
    sale_id: Id<{ limits::NEXO_SALE_ID }>,
    service_id: Id<{ limits::NEXO_SERVICE_ID }>,
    sale_transaction: Option<TransactionId>,
    amount: Option<Money>,
    cash_back: Option<Money>,
    tip: Option<Money>,
    original: Option<TransactionId>,
    at: WallTime,
});

fields!(Original {
    trx_reference_number: Option<Id<{ limits::LONG_ID }>>,
    stan: Option<Id<{ limits::NUMBER_ID }>>,
    terminal_id: Option<Id<{ limits::SHORT_ID }>>,
    terminal_batch: Option<Id<{ limits::NUMBER_ID }>>,
    time_stamp: Option<Id<{ limits::TIMESTAMP }>>,
    reference: Option<Reference>,
});

fields!(Ended {
    transaction: Transaction,
    approved: bool,
    booked: Option<Money>,
    original: Original,
});
