//! What a request for money moves, and what is told of it.

use core::fmt::Write as _;

use super::{Application, BRAND};
use crate::id::Id;
use crate::limits;
use crate::money::Money;
use crate::nexo::vocabulary::ErrorCondition;
use crate::operation::{Facts, Operation, Original, Request};
use crate::secret::Pan;
use crate::sim::ledger::{Direction, Trade};
use crate::sim::{Dialect, Script};
use crate::text::Text;
use crate::time::WallTime;

impl Application {
    /// What is to be charged, if all goes well.
    pub(super) fn trade_of(
        &mut self,
        request: &Request,
        last: bool,
        script: Option<Script>,
    ) -> Result<Trade, ErrorCondition> {
        let (original, direction) = match &request.operation {
            Operation::Payment { .. } => (None, Direction::Debit),
            Operation::Reservation { .. } => (None, Direction::Held),
            Operation::Completion { original, .. } => (Some(original), Direction::Debit),
            Operation::Refund { original, .. } => {
                (Some(original).filter(|original| **original != Original::default()), Direction::Credit)
            }
            Operation::Reversal { original, .. } => (Some(original), Direction::Credit),
            _ => return Err(ErrorCondition::UnavailableService),
        };
        let found = match original {
            Some(original) => {
                let found = self.original(original).or_else(|| self.ledger.last().filter(|_| last));
                Some(found.ok_or(ErrorCondition::NotFound)?)
            }
            None => None,
        };
        let takes_up = found.filter(|_| !matches!(request.operation, Operation::Refund { .. }));
        if takes_up.is_some_and(|trade| trade.reversed) {
            return Err(ErrorCondition::Refusal);
        }
        let direction = match takes_up.map(|trade| trade.direction) {
            Some(Direction::Credit) if direction == Direction::Credit => Direction::Debit,
            _ => direction,
        };
        let asked = request.operation.amount();
        let amount = asked.or(found.map(|trade| trade.amount)).ok_or(ErrorCondition::MessageFormat)?;
        let takes_up = takes_up.map(|trade| trade.stan);
        let part = |minor: u64| Money::from_minor(minor, amount.currency());
        let tip = (script == Some(Script::Tip)).then(|| part(amount.minor() / 10));
        let charged = match script {
            Some(Script::Tip) => part(amount.minor().saturating_add(amount.minor() / 10)),
            Some(Script::PartialApproval) => part(amount.minor() / 2),
            _ => amount,
        };
        let cash_back = match request.operation {
            Operation::Payment { cash_back, .. } => cash_back,
            _ => None,
        };
        let (workstation, request_id) = self.asking();
        let stan = self.ledger.next_stan();
        let number = digits(request_id.as_str()).unwrap_or(0);
        let is_free = number != 0 && self.ledger.find(|trade| trade.trx_reference == number).is_none();
        Ok(Trade {
            workstation,
            request_id,
            request_type: Id::new(request_type(&request.operation)).unwrap_or_default(),
            asked,
            amount: charged,
            tip,
            cash_back,
            dcc: false,
            direction,
            brand: 0,
            stan,
            approval: u32::try_from(self.chance.below(1_000_000)).unwrap_or(0),
            // The number of the till's message where it can be had: people find it again.
            trx_reference: if is_free { number } else { 1_000_000_000_000 + u64::from(stan) },
            at: request.at,
            takes_up,
            reversed: false,
        })
    }

    fn original(&self, original: &Original) -> Option<&Trade> {
        let reference = original.trx_reference_number.as_ref().and_then(|text| digits(text.as_str()));
        let stan = original.stan.as_ref().and_then(|text| text.as_str().parse().ok());
        if reference.is_none() && stan.is_none() {
            return None;
        }
        self.ledger.find(|trade| {
            reference.is_none_or(|reference| reference == trade.trx_reference)
                && stan.is_none_or(|stan: u32| stan == trade.stan)
        })
    }

    /// Who asks, and by which message. Longer names are cut in the books.
    pub(super) fn asking(&self) -> (Id<{ limits::WORKSTATION_ID }>, Id<{ limits::REQUEST_ID }>) {
        let Some(accepted) = &self.accepted else { return (Id::default(), Id::default()) };
        let name: Text<{ limits::WORKSTATION_ID }> = Text::from_cut(accepted.sale_id.as_str());
        (Id::new(name.as_str()).unwrap_or_default(), Id::new(accepted.service_id.as_str()).unwrap_or_default())
    }
}

/// What a till is told of it.
pub(super) fn facts(trade: &Trade) -> Facts {
    let mut reference = heapless::String::<{ limits::LONG_ID }>::new();
    let mut approval = heapless::String::<{ limits::NUMBER_ID }>::new();
    let mut stan = heapless::String::<{ limits::NUMBER_ID }>::new();
    // Thirteen digits and six have room.
    _ = write!(reference, "SIM{:013}", trade.trx_reference);
    _ = write!(approval, "{:06}", trade.approval);
    _ = write!(stan, "{:06}", trade.stan);
    Facts {
        amount: Some(trade.amount),
        tip: trade.tip,
        cash_back: trade.cash_back,
        approval_code: Id::new(approval.as_str()).ok(),
        masked_card_number: Pan::new(BRAND.card),
        card_circuit: Some(Text::from_cut(BRAND.name)),
        stan: Id::new(stan.as_str()).ok(),
        terminal_id: Id::new(Dialect::NEXI.terminal_id).ok(),
        trx_reference_number: Id::new(reference.as_str()).ok(),
        time_stamp: stamp(trade.at),
        ..Facts::default()
    }
}

fn stamp(at: WallTime) -> Option<Id<{ limits::TIMESTAMP }>> {
    let mut text = heapless::String::<{ limits::TIMESTAMP }>::new();
    write!(text, "{}", at.with_zone()).ok()?;
    Id::new(text.as_str()).ok()
}

/// The category of the message that asked for it.
const fn request_type(operation: &Operation) -> &'static str {
    match operation {
        Operation::Reversal { .. } => "Reversal",
        _ => "Payment",
    }
}

/// The digits at the end of an id: at most thirteen, as many as a reference has.
fn digits(text: &str) -> Option<u64> {
    let begin = text.trim_end_matches(|char: char| char.is_ascii_digit()).len();
    let digits = text.get(begin..)?;
    let from = digits.len().saturating_sub(13);
    digits.get(from..)?.parse().ok()
}
