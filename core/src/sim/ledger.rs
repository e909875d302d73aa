//! Where the money is: what was booked, and the totals of it.

use heapless::{Deque, Vec};

use crate::id::Id;
use crate::limits;
use crate::money::{Currency, Money};
use crate::time::WallTime;

/// Money that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Entry {
    /// The lane that asked.
    pub workstation: Id<{ limits::WORKSTATION_ID }>,
    /// Its request.
    pub request_id: Id<{ limits::REQUEST_ID }>,
    /// The kind of request.
    pub request_type: Id<{ limits::VOCABULARY }>,
    /// What was asked for.
    pub amount: Option<Money>,
    /// What moved.
    pub charged: Money,
    /// Which way.
    pub direction: Direction,
}

/// Which way money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Direction {
    /// To the merchant.
    Debit,
    /// To the card holder.
    Credit,
    /// Nowhere yet: held for the merchant, and in no total.
    Held,
}

/// One line of a reconciliation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Total {
    /// Code of the brand.
    pub card_circuit: &'static str,
    /// Which way.
    pub direction: Direction,
    /// The sum.
    pub amount: Money,
    /// How many bookings.
    pub count: u32,
}

/// One request for money, from its acceptance on.
#[derive(Clone, Debug)]
pub(super) struct Trade {
    pub(super) workstation: Id<{ limits::WORKSTATION_ID }>,
    pub(super) request_id: Id<{ limits::REQUEST_ID }>,
    pub(super) request_type: Id<{ limits::VOCABULARY }>,
    pub(super) asked: Option<Money>,
    /// What is charged in the end.
    pub(super) amount: Money,
    pub(super) tip: Option<Money>,
    pub(super) cash_back: Option<Money>,
    pub(super) dcc: bool,
    pub(super) direction: Direction,
    /// Index of the brand.
    pub(super) brand: usize,
    pub(super) stan: u32,
    pub(super) approval: u32,
    pub(super) trx_reference: u64,
    pub(super) at: WallTime,
    /// The STAN of the transaction that it reverses or completes.
    pub(super) takes_up: Option<u32>,
    /// Reversed or completed.
    pub(super) reversed: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    totals: Vec<Total, { limits::SIM_TOTALS }>,
    trades: Deque<Trade, { limits::SIM_TRADES }>,
    pub(super) batch: u32,
    pub(super) stan: u32,
}

impl Ledger {
    /// Books the trade, unless the totals cannot take it.
    pub(super) fn book(&mut self, trade: &Trade, card_circuit: &'static str) -> Option<Entry> {
        if trade.direction != Direction::Held {
            self.add(card_circuit, trade.direction, trade.amount)?;
        }
        if let Some(original) = self.trades.iter_mut().find(|old| Some(old.stan) == trade.takes_up) {
            original.reversed = true;
        }
        if self.trades.is_full() {
            self.trades.pop_front();
        }
        let _ = self.trades.push_back(trade.clone());
        Some(Entry {
            workstation: trade.workstation.clone(),
            request_id: trade.request_id.clone(),
            request_type: trade.request_type.clone(),
            amount: trade.asked,
            charged: trade.amount,
            direction: trade.direction,
        })
    }

    fn add(&mut self, card_circuit: &'static str, direction: Direction, amount: Money) -> Option<()> {
        let found = self.totals.iter_mut().find(|line| {
            line.card_circuit == card_circuit
                && line.direction == direction
                && line.amount.currency() == amount.currency()
        });
        let Some(line) = found else {
            return self.totals.push(Total { card_circuit, direction, amount, count: 1 }).ok();
        };
        line.amount = Money::from_minor(line.amount.minor().checked_add(amount.minor())?, amount.currency());
        line.count = line.count.saturating_add(1);
        Some(())
    }

    pub(super) fn totals(&self) -> &[Total] {
        &self.totals
    }

    pub(super) fn close(&mut self) {
        self.totals.clear();
        self.batch = self.batch.wrapping_add(1);
    }

    pub(super) fn count(&self) -> u32 {
        self.totals.iter().map(|line| line.count).fold(0, u32::saturating_add)
    }

    pub(super) fn last(&self) -> Option<&Trade> {
        self.trades.back()
    }

    /// The youngest trade that fits.
    pub(super) fn find(&self, fits: impl Fn(&Trade) -> bool) -> Option<&Trade> {
        self.trades.iter().rev().find(|trade| fits(trade))
    }

    pub(super) fn next_stan(&mut self) -> u32 {
        // Six digits on the wire.
        self.stan = if self.stan >= 999_999 { 1 } else { self.stan + 1 };
        self.stan
    }
}

/// A currency to write an amount in when a request named none.
pub(super) const fn nothing(currency: Currency) -> Money {
    Money::from_minor(0, currency)
}
