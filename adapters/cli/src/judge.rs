//! The classification of an answer that stands alone, as in a file.

use opi_core::id::Id;
use opi_core::money::Money;
use opi_core::operation::{Facts, Outcome, Reason};
use opi_core::opi::message::{Authorisation, Diagnosis, OverallResult};
use opi_core::opi::session::{Evidence, classify};

/// What the answer says, judged as a session would that saw no prompt.
pub(crate) fn outcome(
    moves_money: bool,
    result: Option<&OverallResult>,
    amount: Option<Money>,
    authorisation: &Authorisation,
    diagnosis: &Diagnosis,
) -> (Outcome, Option<Reason>) {
    fn id<const N: usize, const M: usize>(from: Option<&Id<N>>) -> Option<Id<M>> {
        Id::new(from?.as_str()).ok()
    }
    let facts = Facts {
        amount,
        approval_code: id(authorisation.approval_code.as_ref()),
        masked_card_number: authorisation.masked_card_number.clone().or_else(|| authorisation.card_pan.clone()),
        card_circuit: authorisation.card_circuit.as_ref().map(|circuit| circuit.as_str().into()),
        trx_reference_number: id(authorisation.trx_reference_number.as_ref()),
        host_decline_reason: id(diagnosis.host_decline_reason.as_ref()),
        terminal_decline_reason: id(diagnosis.terminal_decline_reason.as_ref()),
        ..Facts::default()
    };
    classify(&Evidence { moves_money, result, facts: &facts, prompted: false, asked: None })
}
