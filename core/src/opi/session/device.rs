//! What the terminal asks of the till on channel 1, one exchange at a time on each connection.
//!
//! Each request gets one answer with one result per output, or the connection closes (I7). A sheet that must be kept
//! is answered only after it was confirmed stored (I3). An input nobody gave is answered as not given.

use heapless::Vec;

use crate::drive::{Answer, Misuse, Question, QuestionId, QuestionKind};
use crate::journal::Ticket;
use crate::limits;
use crate::money::Decimal;
use crate::opi::message::{
    Alignment, CharStyle, Command, DeviceTarget, InputCommand, InputResult, OverallResult, RequestType, Size, TextLine,
};
use crate::receipt::{self, Line, Purpose, SheetId};
use crate::text::Text;
use crate::time::Instant;

/// One device request and what became of it so far.
pub(super) struct Exchange {
    pub(super) step: Step,
    /// One result for each output, in order.
    pub(super) results: Vec<(DeviceTarget, OverallResult), { limits::OUTPUTS }>,
    /// The output being read.
    pub(super) output: Option<Showing>,
    /// The input that is wanted.
    pub(super) wish: Option<Wish>,
    /// The answer to it.
    pub(super) given: Option<InputResult>,
    /// The sheet that came last: a question stands on it.
    pub(super) last_sheet: Option<SheetId>,
    /// A sheet that ended, to be told: whether it was kept.
    pub(super) ended: Option<(SheetId, bool)>,
    /// Whether the request as a whole is refused.
    pub(super) refused: Option<OverallResult>,
    /// Whether an event is reported.
    pub(super) event: bool,
    /// Whether the till takes the event.
    pub(super) event_taken: bool,
    /// There were more outputs than can be answered.
    pub(super) overflow: bool,
}

/// How far an exchange is.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The request is being read.
    Reading,
    /// A sheet is being stored.
    Keeping { ticket: Ticket, sheet: SheetId, until: Instant },
    /// The cashier is asked.
    Asking(Question),
    /// The answer is to be sent.
    Replying,
}

/// The output being read.
#[derive(Clone, Debug)]
pub(super) struct Showing {
    pub(super) target: DeviceTarget,
    /// The sheet, unless the till has no such device.
    pub(super) sheet: Option<(SheetId, Purpose)>,
}

/// The input that is wanted.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) target: DeviceTarget,
    /// `None`: nothing that a till can ask a cashier.
    pub(super) kind: Option<QuestionKind>,
    pub(super) min_length: Option<u16>,
    pub(super) max_length: Option<u16>,
    pub(super) decimals: Option<u16>,
    pub(super) comma: bool,
    /// Seconds.
    pub(super) time_out: Option<u16>,
}

impl Exchange {
    pub(super) const fn new() -> Self {
        Self {
            step: Step::Reading,
            results: Vec::new(),
            output: None,
            wish: None,
            given: None,
            last_sheet: None,
            ended: None,
            refused: None,
            event: false,
            event_taken: false,
            overflow: false,
        }
    }

    /// The question that stands, if any.
    pub(super) const fn question(&self) -> Option<&Question> {
        match &self.step {
            Step::Asking(question) => Some(question),
            _ => None,
        }
    }

    /// Ends the output being read. `false` if there are more outputs than can be answered.
    pub(super) fn settle_output(&mut self, result: OverallResult) -> bool {
        match self.output.take() {
            Some(output) => self.results.push((output.target, result)).is_ok(),
            None => true,
        }
    }

    /// What the answer says as a whole.
    pub(super) fn overall(&self) -> OverallResult {
        if let Some(refused) = &self.refused {
            return refused.clone();
        }
        if let Some(result) = self.given.as_ref().and_then(|given| given.result.clone())
            && result != OverallResult::Success
        {
            return result;
        }
        if self.results.iter().all(|(_, result)| *result == OverallResult::Success) {
            OverallResult::Success
        } else {
            OverallResult::Failure
        }
    }

    /// Takes the cashier's answer.
    ///
    /// # Errors
    /// [`Misuse::WrongAnswer`] if it does not fit the question; nothing changes.
    pub(super) fn answer(&mut self, id: QuestionId, answer: Answer<'_>) -> Result<(), Misuse> {
        let question = self.question().filter(|question| question.id == id).ok_or(Misuse::NoSuchQuestion)?;
        let kind = question.kind;
        let result = match answer {
            Answer::Cancelled => OverallResult::Aborted,
            Answer::NotGiven => OverallResult::TimedOut,
            _ => OverallResult::Success,
        };
        match kind {
            QuestionKind::Delivery => {
                let result = match answer {
                    Answer::Yes => OverallResult::Success,
                    Answer::No => OverallResult::Failure,
                    Answer::Cancelled | Answer::NotGiven => result,
                    Answer::Number(_) | Answer::Text(_) => return Err(Misuse::WrongAnswer),
                };
                for (target, slot) in &mut self.results {
                    if *target == DeviceTarget::DeliveryBox {
                        slot.clone_from(&result);
                    }
                }
            }
            QuestionKind::ForecourtEvent => match answer {
                Answer::Yes => self.event_taken = true,
                Answer::No => self.refused = Some(OverallResult::Failure),
                Answer::Cancelled | Answer::NotGiven => self.refused = Some(result),
                Answer::Number(_) | Answer::Text(_) => return Err(Misuse::WrongAnswer),
            },
            _ => {
                let Some(wish) = &self.wish else { return Err(Misuse::NoSuchQuestion) };
                let mut given = InputResult { target: Some(wish.target.clone()), ..InputResult::default() };
                given.result = Some(result);
                if !matches!(answer, Answer::Cancelled | Answer::NotGiven) {
                    wish.fill(kind, answer, &mut given)?;
                }
                self.given = Some(given);
            }
        }
        self.step = Step::Replying;
        Ok(())
    }

    /// A sheet was stored or not; `false` if it is none of this exchange.
    pub(super) fn sheet_stored(&mut self, stored: Ticket, well: bool) -> bool {
        let Step::Keeping { ticket, sheet, .. } = self.step else { return false };
        if ticket != stored {
            return false;
        }
        self.step = Step::Reading;
        self.ended = Some((sheet, well));
        // The terminal then holds the receipt, and asks for it to be fetched before the next payment.
        let result = if well { OverallResult::Success } else { OverallResult::DeviceUnavailable };
        if !self.settle_output(result) {
            self.overflow = true;
        }
        true
    }

    /// Lets pass what ran out of time; the question that fell away, if one did.
    pub(super) fn expire(&mut self, now: Instant) -> Option<QuestionId> {
        match &self.step {
            Step::Keeping { ticket, until, .. } if *until <= now => {
                let ticket = *ticket;
                self.sheet_stored(ticket, false);
                None
            }
            Step::Asking(question) if question.until <= now => {
                let id = question.id;
                // Cannot fail: `NotGiven` fits every question.
                let _ = self.answer(id, Answer::NotGiven);
                Some(id)
            }
            _ => None,
        }
    }

    /// The terminal does not want the answer any more.
    pub(super) fn withdraw(&mut self) {
        if let Some(question) = self.question() {
            let id = question.id;
            // Cannot fail: the question stands, and `Cancelled` fits every one.
            let _ = self.answer(id, Answer::Cancelled);
        }
    }
}

impl Wish {
    /// What a till can make of the command.
    pub(super) fn of(input: &InputCommand) -> Self {
        let kind = input.command.as_ref().and_then(|command| match command {
            Command::GetConfirmation => Some(QuestionKind::Confirmation),
            Command::GetAnyKey => Some(QuestionKind::AnyKey),
            Command::GetDecimals | Command::GetAmount | Command::GetAmountNoPrompt => Some(QuestionKind::Number),
            Command::GetChar => Some(QuestionKind::Text),
            Command::GetMenu | Command::GetOptionKey => Some(QuestionKind::Menu),
            // Cards, PINs and keys are the terminal's own work: a till without such a device says so.
            _ => None,
        });
        Self {
            target: input.target.clone().unwrap_or(DeviceTarget::CashierKeyboard),
            kind,
            min_length: input.min_length.or(input.length),
            max_length: input.max_length.or(input.length),
            decimals: input.decimals.map(u16::from),
            comma: input.separator.as_ref().is_some_and(|separator| separator.as_str() == "Comma"),
            time_out: input.time_out,
        }
    }

    /// The answer of a till that has no such device.
    pub(super) fn unavailable(&self) -> InputResult {
        InputResult {
            target: Some(self.target.clone()),
            result: Some(OverallResult::DeviceUnavailable),
            ..InputResult::default()
        }
    }

    /// Writes an answer into the result, if it fits the question.
    fn fill(&self, kind: QuestionKind, answer: Answer<'_>, given: &mut InputResult) -> Result<(), Misuse> {
        match (kind, answer) {
            (QuestionKind::Confirmation, Answer::Yes) => given.in_boolean = Some(true),
            (QuestionKind::Confirmation, Answer::No) => given.in_boolean = Some(false),
            (QuestionKind::AnyKey, Answer::Yes) => given.has_value = true,
            (QuestionKind::Number | QuestionKind::Menu, Answer::Number(number)) => {
                let typed = self.typed(number)?;
                given.in_number = crate::id::Id::new(typed.as_str()).ok();
            }
            (QuestionKind::Text, Answer::Text(text)) => {
                let kept = Text::from_cut(text);
                if kept.is_cut() {
                    return Err(Misuse::WrongAnswer);
                }
                self.check_length(text.chars().count())?;
                given.in_string = kept;
            }
            _ => return Err(Misuse::WrongAnswer),
        }
        Ok(())
    }

    fn typed(&self, number: Decimal) -> Result<Text<{ limits::SHORT_ID }>, Misuse> {
        let decimals = u8::try_from(self.decimals.unwrap_or(0)).unwrap_or(u8::MAX);
        if self.decimals.is_some() && number.scale() > decimals {
            return Err(Misuse::WrongAnswer);
        }
        let mut plain: Text<{ limits::SHORT_ID }> = Text::new();
        let _ = core::fmt::Write::write_fmt(&mut plain, format_args!("{}", number.padded(decimals)));
        if plain.is_cut() {
            return Err(Misuse::WrongAnswer);
        }
        self.check_length(plain.as_str().bytes().filter(u8::is_ascii_digit).count())?;
        if !self.comma {
            return Ok(plain);
        }
        let mut with_comma = Text::new();
        for part in plain.as_str().split_inclusive('.') {
            match part.strip_suffix('.') {
                Some(whole) => {
                    with_comma.append(whole);
                    with_comma.append(",");
                }
                None => with_comma.append(part),
            }
        }
        Ok(with_comma)
    }

    fn check_length(&self, characters: usize) -> Result<(), Misuse> {
        let least = self.min_length.map_or(0, usize::from);
        let most = self.max_length.map_or(usize::MAX, usize::from);
        if (least..=most).contains(&characters) { Ok(()) } else { Err(Misuse::WrongAnswer) }
    }
}

/// A line of the wire as a line of a sheet; `None` for one that is not to be shown.
pub(super) fn line(wire: &TextLine) -> Option<Line> {
    if wire.hidden == Some(true) {
        return None;
    }
    let mut text = Text::from_cut(wire.text.as_str());
    if wire.text.is_cut() {
        text.mark_cut();
    }
    let bold = Some(CharStyle::Bold);
    Some(Line {
        text,
        row: wire.row,
        column: wire.column,
        alignment: match wire.alignment {
            Some(Alignment::Center) => receipt::Alignment::Center,
            Some(Alignment::Right) => receipt::Alignment::Right,
            _ => receipt::Alignment::Left,
        },
        bold: wire.char_style1 == bold || wire.char_style2 == bold || wire.char_style3 == bold,
        double_width: wire.width == Some(Size::Double),
        double_height: wire.height == Some(Size::Double),
        paper_cut: wire.paper_cut == Some(true),
        menu_item: wire.menu_item,
    })
}

/// What a device request asks for, where it does not say so itself.
pub(super) fn kind_of(stated: Option<&RequestType>, exchange: &Exchange) -> RequestType {
    match stated {
        Some(stated) => stated.clone(),
        None if exchange.wish.is_some() => RequestType::Input,
        None if exchange.event => RequestType::Event,
        None => RequestType::Output,
    }
}
