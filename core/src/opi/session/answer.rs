//! What an answer says, gathered part by part.

use core::fmt;

use crate::id::Id;
use crate::money::{Decimal, Money};
use crate::operation::Facts;
use crate::opi::message::till::{Decoder, Excerpt, Part};
use crate::opi::message::{
    Authorisation, CardValue, Diagnosis, Fault, Field, Header, Lost, OverallResult, Place, Terminal, TotalAmount,
};
use crate::secret::Pan;
use crate::text::Text;
use crate::xml::Tolerance;

/// What one answer says beside the facts of the transaction.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// The message that it repeats.
    pub(super) repeats: Option<Repeats>,
    /// What showed in values that could not be kept: [`Decoder::lost`](crate::opi::message::Decoder::lost).
    pub(super) lost: Lost,
    /// An amount without its currency: it can only be the one that was asked in.
    bare: Option<Decimal>,
}

/// A message that is repeated.
#[derive(Clone, Debug)]
pub(super) struct Repeats {
    /// It is the answer to the request in question.
    pub(super) ours: bool,
    /// The place of its result among the listed ones, or behind them all.
    result: Option<u8>,
}

impl Repeats {
    pub(super) fn new(ours: bool, result: Option<&str>) -> Self {
        let result = result.and_then(OverallResult::from_text);
        Self { ours, result: result.map(|result| result.number().unwrap_or(u8::MAX)) }
    }

    /// Its result, if it holds one. What is not listed has no word any more.
    pub(super) fn result(&self) -> Option<OverallResult> {
        OverallResult::from_text(OverallResult::numbered(self.result?).unwrap_or_default())
    }
}

/// The result in the facts of an answer, if it holds one.
pub(super) fn overall_result(facts: &Facts) -> Option<OverallResult> {
    OverallResult::from_text(facts.overall_result.as_ref()?.as_str())
}

impl Answer {
    /// Takes in one part. Parts that say nothing of the transaction are passed over.
    pub(super) fn collect(&mut self, facts: &mut Facts, part: &Part<'_>) {
        match part {
            Part::Header(header) => {
                facts.overall_result = header.overall_result().and_then(|result| Id::new(result.as_str()).ok());
                fill_id(&mut facts.terminal_id, header.values, Header::terminal_id);
            }
            Part::Terminal(terminal) => {
                if let Some(terminal_id) = terminal.id(Terminal::terminal_id) {
                    facts.terminal_id = Some(terminal_id);
                }
                fill_id(&mut facts.terminal_batch, *terminal, Terminal::terminal_batch);
                fill_id(&mut facts.stan, *terminal, Terminal::stan);
            }
            Part::Total(total, place @ (Place::Tender | Place::Message)) => {
                let bare = total.amount().filter(|_| total.currency(TotalAmount::currency).is_none());
                // What was tendered counts, wherever else the answer repeats what was asked.
                if *place == Place::Tender {
                    facts.amount = total.money().or(facts.amount.filter(|_| bare.is_none()));
                    self.bare = bare.or(self.bare);
                }
                fill(&mut facts.amount, total.money());
                fill(&mut self.bare, bare);
                fill(&mut facts.cash_back, total.money_of(total.decimal(TotalAmount::cash_back_amount)));
                fill(&mut facts.tip, total.money_of(total.decimal(TotalAmount::gratuity_amount)));
            }
            Part::Authorisation(authorisation) => authorised(facts, *authorisation),
            Part::CardValue(card) => {
                fill(&mut facts.masked_card_number, card.text(CardValue::card_pan).and_then(Pan::new));
                fill(&mut facts.card_circuit, card.text(CardValue::card_circuit).map(Text::from_cut));
            }
            Part::Diagnosis(diagnosis) => {
                fill_id(&mut facts.host_decline_reason, *diagnosis, Diagnosis::host_decline_reason);
                fill_id(&mut facts.terminal_decline_reason, *diagnosis, Diagnosis::terminal_decline_reason);
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
        facts.tip = facts.tip.filter(|tip| tip.minor() > 0).or(beyond);
    }
}

/// Fills what is not filled yet.
pub(super) fn fill<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// The same with an identifier of a record.
#[inline(never)] // There are many.
pub(super) fn fill_id<const N: usize>(slot: &mut Option<Id<N>>, it: Excerpt<'_>, field: Field) {
    fill(slot, it.id(field));
}

fn authorised(facts: &mut Facts, it: Excerpt<'_>) {
    fill_id(&mut facts.approval_code, it, Authorisation::approval_code);
    fill_id(&mut facts.trx_reference_number, it, Authorisation::trx_reference_number);
    fill_id(&mut facts.receipt_number, it, Authorisation::receipt_number);
    fill_id(&mut facts.time_stamp, it, Authorisation::time_stamp);
    fill(&mut facts.card_circuit, it.text(Authorisation::card_circuit).map(Text::from_cut));
    let cards = [Authorisation::masked_card_number, Authorisation::pan_print, Authorisation::card_pan];
    fill(&mut facts.masked_card_number, cards.into_iter().find_map(|card| it.text(card)).and_then(Pan::new));
    // German OPI: `0` is an approval, everything else a code of ISO 8583.
    fill_id(&mut facts.host_decline_reason, it, Authorisation::action_code);
}

/// What a session gathers from an answer, for whoever reads answers without a session.
pub struct Gathering {
    decoder: Decoder,
    answer: Answer,
    facts: Facts,
}

impl Gathering {
    /// Nothing yet.
    #[must_use]
    pub fn new(tolerance: Tolerance) -> Self {
        Self { decoder: Decoder::new(tolerance), answer: Answer::default(), facts: Facts::default() }
    }

    /// Reads on, in what `input` has of the answer, and moves `input` past what was used; `last` says that no more comes.
    ///
    /// # Errors
    /// What is wrong with the message.
    pub fn read(&mut self, input: &mut &[u8], last: bool) -> Result<(), Fault> {
        while let Some(part) = self.decoder.next(input, last)? {
            if let Part::End = part {
                break;
            }
            self.answer.collect(&mut self.facts, &part);
        }
        Ok(())
    }

    /// What was gathered. The tip is what was booked beyond `asked`, if the answer has none.
    #[must_use]
    pub fn facts(&self, asked: Option<Money>) -> Facts {
        let mut facts = self.facts.clone();
        self.answer.compare(&mut facts, asked);
        facts
    }
}

impl fmt::Debug for Gathering {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Gathering").field("facts", &self.facts).finish_non_exhaustive()
    }
}
