//! What an answer says, gathered part by part.

use crate::id::Id;
use crate::money::{Decimal, Money};
use crate::operation::Facts;
use crate::opi::message::{Authorisation, Lost, OverallResult, Part, Place};
use crate::text::Text;

/// What one answer says beside the facts of the transaction.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// The message that it repeats.
    pub(super) repeats: Option<Repeats>,
    /// What showed in values that could not be kept: [`Decoder::lost`](crate::opi::message::Decoder::lost).
    pub(super) lost: Lost,
    tip: Option<Money>,
    /// An amount without its currency: it can only be the one that was asked in.
    bare: Option<Decimal>,
}

/// A message that is repeated.
#[derive(Clone, Debug)]
pub(super) struct Repeats {
    /// It is the answer to the request in question.
    pub(super) ours: bool,
    pub(super) result: Option<OverallResult>,
}

/// The result in the facts of an answer, if it holds one.
pub(super) fn overall_result(facts: &Facts) -> Option<OverallResult> {
    OverallResult::from_text(facts.overall_result.as_ref()?.as_str())
}

/// An identifier in the size that is kept; `None` if it does not fit, for a cut one would be another.
fn id<const N: usize, const M: usize>(id: &Option<Id<N>>) -> Option<Id<M>> {
    Id::new(id.as_ref()?.as_str()).ok()
}

impl Answer {
    /// Takes in one part. Parts that say nothing of the transaction are passed over.
    pub(super) fn collect(&mut self, facts: &mut Facts, part: &Part<'_>) {
        match part {
            Part::Header(header) => {
                facts.overall_result = header.overall_result.as_ref().and_then(|result| Id::new(result.as_str()).ok());
                fill(&mut facts.terminal_id, id(&header.terminal_id));
            }
            Part::Terminal(terminal) => {
                if let Some(terminal_id) = id(&terminal.terminal_id) {
                    facts.terminal_id = Some(terminal_id);
                }
                fill(&mut facts.terminal_batch, id(&terminal.terminal_batch));
                fill(&mut facts.stan, id(&terminal.stan));
            }
            Part::Total(total, place @ (Place::Tender | Place::Message)) => {
                let bare = total.value.or(total.detailed_amount).filter(|_| total.currency.is_none());
                // What was tendered counts, wherever else the answer repeats what was asked.
                if *place == Place::Tender {
                    facts.amount = total.money().or(facts.amount.filter(|_| bare.is_none()));
                    self.bare = bare.or(self.bare);
                }
                fill(&mut facts.amount, total.money());
                fill(&mut self.bare, bare);
                fill(&mut facts.cash_back, total.money_of(total.cash_back_amount));
                fill(&mut self.tip, total.money_of(total.gratuity_amount));
            }
            Part::Authorisation(authorisation) => authorised(facts, authorisation),
            Part::CardValue(card) => {
                fill(&mut facts.masked_card_number, card.card_pan.clone());
                fill(
                    &mut facts.card_circuit,
                    card.card_circuit.as_ref().map(|circuit| Text::from_cut(circuit.as_str())),
                );
            }
            Part::Diagnosis(diagnosis) => {
                fill(&mut facts.host_decline_reason, id(&diagnosis.host_decline_reason));
                fill(&mut facts.terminal_decline_reason, id(&diagnosis.terminal_decline_reason));
            }
            _ => {}
        }
    }

    /// Works out the tip: what the answer calls so, or what was booked beyond what was asked.
    pub(super) fn compare(&self, facts: &mut Facts, asked: Option<Money>) {
        if let (Some(bare), Some(asked)) = (self.bare, asked) {
            fill(&mut facts.amount, Money::from_decimal(bare, asked.currency()).ok());
        }
        let beyond = match (facts.amount, asked) {
            (Some(booked), Some(asked)) if booked.currency() == asked.currency() && booked.minor() > asked.minor() => {
                Some(Money::from_minor(booked.minor() - asked.minor(), booked.currency()))
            }
            _ => None,
        };
        facts.tip = self.tip.filter(|tip| tip.minor() > 0).or(beyond);
    }
}

fn fill<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

fn authorised(facts: &mut Facts, authorisation: &Authorisation) {
    fill(&mut facts.approval_code, id(&authorisation.approval_code));
    fill(&mut facts.trx_reference_number, id(&authorisation.trx_reference_number));
    fill(&mut facts.receipt_number, id(&authorisation.receipt_number));
    fill(&mut facts.time_stamp, id(&authorisation.time_stamp));
    fill(&mut facts.card_circuit, authorisation.card_circuit.as_ref().map(|circuit| Text::from_cut(circuit.as_str())));
    let card = authorisation.masked_card_number.as_ref().or(authorisation.pan_print.as_ref());
    fill(&mut facts.masked_card_number, card.or(authorisation.card_pan.as_ref()).cloned());
    // German OPI: `0` is an approval, everything else a code of ISO 8583.
    fill(&mut facts.host_decline_reason, id(&authorisation.action_code));
}
