//! What one answer says, taken over before its memory is used again.

use crate::id::{Id, RequestId};
use crate::json::{Str, Value};
use crate::limits;
use crate::money::{Currency, Money};
use crate::nexo::additional::Form;
use crate::nexo::body::{AmountsResp, POIData, PaymentResponse, PaymentResult, Response, ReversalResponse};
use crate::nexo::vocabulary::{ErrorCondition, ResultType};
use crate::nexo::{Amount, Word};
use crate::operation::Facts;
use crate::secret::Pan;
use crate::text::Text;

/// The facts of one answer.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The result, if the answer holds a listed one.
    pub result: Option<ResultType>,
    /// Why it failed, if the answer holds a listed condition.
    pub condition: Option<ErrorCondition>,
    /// The result or the condition is a word that nobody lists.
    pub unlisted: bool,
    /// What its text for people gives away.
    pub hint: Hint,
    /// Whether it shows an approval: a code, or an authorised amount.
    pub shows_an_approval: bool,
    /// It answers a reversal.
    pub is_reversal: bool,
    /// The request of this lane that the terminal names as the last of its category.
    pub last_of_ours: Option<RequestId>,
    /// The facts of the transaction.
    pub facts: Facts,
    /// It brings receipts.
    pub(super) receipts: bool,
    /// It brings totals.
    pub(super) totals: bool,
}

/// What the text of an answer gives away. Texts decide nothing by themselves: they only keep a refusal from being
/// believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hint {
    /// Nothing.
    #[default]
    None,
    /// It names a place in the message, as answers to faulty messages do (Adyen docs: error scenarios).
    NamesAPlace,
    /// The terminal had a message with this number before, or is busy with it.
    Repeated,
}

/// Whose words are looked for in a text.
pub(super) struct Ours<'a> {
    pub(super) sale_id: &'a str,
    pub(super) number: RequestId,
    /// What an amount without its currency is in.
    pub(super) asked: Option<Money>,
}

type Remark = Text<{ limits::NEXO_REMARK }>;

impl Answer {
    /// Success or failure in short.
    pub(super) fn plain(result: ResultType, condition: Option<ErrorCondition>, hint: Hint) -> Self {
        Self { result: Some(result), condition, hint, ..Self::default() }
    }

    /// Takes in how it ended.
    pub(super) fn respond(&mut self, response: &Response<'_>, ours: &Ours<'_>) {
        self.result = response.result.listed();
        self.condition = response.error_condition.and_then(Word::listed);
        let condition = response.error_condition.filter(|_| self.condition.is_none());
        self.unlisted = self.result.is_none() || condition.is_some();
        let word = match response.error_condition {
            Some(condition) => condition.text(),
            None => response.result.text(),
        };
        self.facts.overall_result = word.copy_to().ok();
        if let Some(additional) = response.additional_response {
            self.remark(&additional.text().cut_to(), ours);
        }
    }

    fn remark(&mut self, raw: &Remark, ours: &Ours<'_>) {
        let form = Form::read(raw.as_str());
        let value = |name: &str| form.and_then(|form| form.get(name)).map(|value| gathered(value.chars()));
        let errors = value("errors").unwrap_or_default();
        let message = if form.is_some() { value("message").unwrap_or_default() } else { raw.clone() };
        let says = |text: &Remark, words: &str| find(text.as_str(), words).is_some();
        // nexo's own wording (DataMesh data model); Adyen's is not known.
        let repeated = says(&message, "Repeated Message") || says(&errors, "Repeated Message");
        // Adyen docs: refusal reasons. The request that is running.
        let runs = value("serviceId").is_some_and(|running| ours.number.is_echoed_by(running.as_str()));
        let place = [&errors, &message]
            .into_iter()
            .any(|text| text.as_str().starts_with("At SaleToPOIRequest") || text.as_str().starts_with("At toplevel"));
        self.hint = match (repeated || runs, place) {
            (true, _) => Hint::Repeated,
            (false, true) => Hint::NamesAPlace,
            (false, false) => Hint::None,
        };
        self.last_of_ours = last_named(message.as_str(), ours.sale_id);
        let facts = &mut self.facts;
        if self.result == Some(ResultType::Failure) {
            // `210 Not enough balance`: the number stands in front.
            let reason = value("refusalReason").unwrap_or_default();
            let digits = reason.as_str().bytes().take_while(u8::is_ascii_digit).count();
            let code = reason.as_str().get(..digits).filter(|code| !code.is_empty());
            facts.host_decline_reason = code.and_then(|code| Id::new(code).ok());
        } else {
            facts.approval_code = value("authCode").and_then(|code| some_id(Str::from(code.as_str())));
        }
    }

    /// Takes in the answer to a payment.
    pub(super) fn pay(&mut self, body: &PaymentResponse<'_>, ours: &Ours<'_>) {
        self.respond(&body.response, ours);
        self.identify(body.poi_data.as_ref());
        self.receipts = body.payment_receipt.is_some_and(|receipts| !receipts.is_empty());
        if let Some(result) = &body.payment_result {
            self.result_of_payment(result, ours);
        }
    }

    /// Takes in the answer to a reversal.
    pub(super) fn reverse(&mut self, body: &ReversalResponse<'_>, ours: &Ours<'_>) {
        self.respond(&body.response, ours);
        self.identify(body.poi_data.as_ref());
        self.is_reversal = true;
        self.receipts = body.payment_receipt.is_some_and(|receipts| !receipts.is_empty());
        let asked = ours.asked;
        self.facts.amount = asked.and_then(|asked| money(body.reversed_amount?, asked.currency()));
        // Of a refusal it says what was asked for, not what was done.
        let partial = self.result == Some(ResultType::Partial);
        self.shows_an_approval = partial && self.facts.amount.is_some_and(|amount| amount.minor() > 0);
    }

    fn identify(&mut self, data: Option<&POIData<'_>>) {
        let Some(data) = data else { return };
        self.facts.trx_reference_number = some_id(data.poi_transaction_id.transaction_id);
        self.facts.time_stamp = some_id(data.poi_transaction_id.time_stamp.text());
    }

    fn result_of_payment(&mut self, result: &PaymentResult<'_>, ours: &Ours<'_>) {
        if let Some(amounts) = &result.amounts_resp {
            self.amounts(amounts, ours.asked);
        }
        let facts = &mut self.facts;
        if let Some(acquirer) = &result.payment_acquirer_data {
            facts.terminal_id = some_id(acquirer.acquirer_poi_id);
            if let Some(code) = acquirer.approval_code.filter(|code| !code.is_empty()) {
                // One that is too long to keep is an approval all the same.
                self.shows_an_approval = true;
                facts.approval_code = some_id(code).or_else(|| facts.approval_code.take());
            }
        }
        if let Some(card) = result.payment_instrument_data.and_then(|data| data.card_data) {
            let number =
                card.masked_pan.and_then(|number| number.expose_card_number().copy_to::<{ limits::PAN }>().ok());
            facts.masked_card_number = number.and_then(|number| Pan::new(number.as_str()));
            facts.card_circuit = card.payment_brand.map(Str::cut_to);
        }
    }

    fn amounts(&mut self, amounts: &AmountsResp<'_>, asked: Option<Money>) {
        let named = amounts.currency.and_then(|code| Currency::new(code.copy_to::<3>().ok()?.as_str()).ok());
        // An amount without its currency can only be in the one that was asked in.
        let currency = if amounts.currency.is_some() { named } else { asked.map(Money::currency) };
        let of = |amount: Amount| money(amount, currency?);
        let above_zero = |amount: &Money| amount.minor() > 0;
        let facts = &mut self.facts;
        facts.amount = of(amounts.authorized_amount);
        facts.cash_back = amounts.cash_back_amount.and_then(of).filter(above_zero);
        // A surcharge is no tip.
        let fees = amounts.total_fees_amount.and_then(of).map_or(0, Money::minor);
        let beyond = match (facts.amount, asked) {
            (Some(booked), Some(asked)) if booked.currency() == asked.currency() => {
                let beyond = booked.minor().checked_sub(asked.minor()).and_then(|beyond| beyond.checked_sub(fees));
                beyond.map(|minor| Money::from_minor(minor, asked.currency()))
            }
            _ => None,
        };
        let said = amounts.tip_amount.and_then(of).filter(above_zero);
        facts.tip = said.or_else(|| beyond.filter(above_zero));
        self.shows_an_approval |= !amounts.authorized_amount.is_zero();
    }

    /// Looks for approvals in what could not be read as it should be: such a part is no proof, but no refusal beside it
    /// is believed.
    pub(super) fn look_for_approvals(&mut self, document: Value<'_>) {
        self.shows_an_approval |= approval_in(document, false, limits::JSON_DEPTH);
    }

    /// Whether the terminal says that it had a message with this number before.
    pub(super) fn says_repeated(&self) -> bool {
        self.hint == Hint::Repeated
    }
}

/// An identifier in the size that is kept; `None` if it is empty or does not fit, for a cut one would be another.
fn some_id<const N: usize>(text: Str<'_>) -> Option<Id<N>> {
    if text.is_empty() { None } else { text.copy_to().ok() }
}

fn money(amount: Amount, currency: Currency) -> Option<Money> {
    Money::from_decimal(amount.decimal(), currency).ok()
}

fn gathered(characters: impl Iterator<Item = char>) -> Remark {
    let mut text = Remark::new();
    for character in characters {
        text.append(character.encode_utf8(&mut [0; 4]));
    }
    text
}

/// Where the words begin, in a search that a linker sees cannot panic.
fn find(text: &str, words: &str) -> Option<usize> {
    (0..text.len()).find(|at| text.as_bytes().get(*at..).is_some_and(|rest| rest.starts_with(words.as_bytes())))
}

/// `… last such Request has SaleID=POS-1 ServiceID=29235` (Adyen docs: verify transaction status): the number, if the
/// lane is ours.
fn last_named(text: &str, sale_id: &str) -> Option<RequestId> {
    let after = |text: &str, words: &str| find(text, words).map(|at| at.saturating_add(words.len()));
    let rest = text.get(after(text, "SaleID=")?..)?;
    let rest = rest.strip_prefix(sale_id)?.strip_prefix(' ')?;
    let number = rest.get(after(rest, "ServiceID=")?..)?;
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    // Something else behind it makes it another name.
    let ends = number.get(digits..)?.chars().next().is_none_or(|next| !next.is_alphanumeric());
    let number = number.get(..digits).filter(|_| ends)?.parse().ok()?;
    RequestId::new(number).ok()
}

fn approval_in(value: Value<'_>, in_result: bool, depth: u8) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    if let Some(array) = value.array() {
        return array.into_iter().any(|element| approval_in(element, in_result, depth));
    }
    let Some(object) = value.object() else { return false };
    object.into_iter().any(|(name, value)| {
        let text = value.text().map(|text| text.cut_to::<{ limits::NUMBER_ID }>());
        let number = value.number().map(|number| Text::<{ limits::NUMBER_ID }>::from_cut(number.raw()));
        let told = |digit: fn(u8) -> bool| text.iter().chain(&number).any(|it| it.as_str().bytes().any(digit));
        (in_result && name == *"ApprovalCode" && told(|byte| byte != b' '))
            || (in_result && name == *"AuthorizedAmount" && told(|byte| matches!(byte, b'1'..=b'9')))
            || approval_in(value, in_result || name == *"PaymentResult", depth)
    })
}

impl Answer {
    /// As if the terminal had stopped.
    pub(super) fn aborted() -> Self {
        Self::plain(ResultType::Failure, Some(ErrorCondition::Aborted), Hint::None)
    }
}
