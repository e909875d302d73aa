//! What the terminal asks of the till on channel 1.
//!
//! Each request gets one answer with one result per output, or the connection closes (I7). A sheet that must be kept
//! is answered only after it was confirmed stored (I3). While the cashier is asked, the connection is read on: the
//! terminal may take the question back on it.

use crate::drive::{Answer, Link, Misuse, Question, QuestionId, QuestionKind};
use crate::journal::Ticket;
use crate::limits;
use crate::money::Decimal;
use crate::opi::message::till::{Excerpt, Header};
use crate::opi::message::{
    Alignment, Answered, CharStyle, Command, Demand, DeviceName, DeviceTarget, Echo, InputCommand, Results, Size,
    TextLine, Typed, Verdict,
};
use crate::receipt::{self, Line, Purpose, SheetId};
use crate::text::{Text, parted};
use crate::time::{Deadline, Instant};

/// May the goods be delivered?
pub(super) const DELIVERY_BOX: DeviceName = DeviceName::of(&DeviceTarget::DeliveryBox);

/// The device request being read, and what became of it so far.
#[derive(Clone, Debug)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Exchange {
    pub(super) step: Step,
    /// The output being read.
    pub(super) output: Option<Showing>,
    /// The input that is wanted.
    pub(super) wish: Option<Wish>,
    /// The sheet that came last: a question stands on it.
    pub(super) last_sheet: Option<SheetId>,
    /// A sheet that ended, to be told, and whether it was kept.
    pub(super) ended: Option<(SheetId, bool)>,
    /// The request as a whole is refused.
    pub(super) refused: Option<Verdict>,
    /// An event is reported.
    pub(super) event: bool,
    /// There were more outputs than can be answered.
    pub(super) overflow: bool,
    pub(super) results: Results,
}

/// How far an exchange is.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The request is being read.
    Reading,
    /// A sheet is being stored.
    Keeping { ticket: Ticket, sheet: SheetId, until: Deadline },
    /// The answer is to be sent.
    Replying,
}

/// The output being read.
#[derive(Clone, Debug)]
pub(super) struct Showing {
    /// The sheet, unless the till has no such device.
    pub(super) sheet: Option<(SheetId, Purpose)>,
}

/// The input that is wanted.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) target: DeviceName,
    /// `None`: nothing that a till can ask a cashier.
    pub(super) kind: Option<QuestionKind>,
    pub(super) min_length: Option<u16>,
    pub(super) max_length: Option<u16>,
    pub(super) decimals: Option<u16>,
    comma: bool,
    /// Seconds.
    pub(super) time_out: Option<u16>,
}

/// A device request that waits for the cashier.
#[derive(Clone, Debug)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Asked {
    /// The connection on which it came.
    pub(super) link: Link,
    /// What it says it is, if it does.
    pub(super) stated: Option<Demand>,
    pub(super) to: Echo,
    pub(super) question: Question,
    wish: Option<Wish>,
    /// What was answered; until then the question stands.
    pub(super) given: Option<(Verdict, Given)>,
    /// The number or the text that was answered.
    typed: Text<{ limits::TEXT_LINE }>,
    pub(super) results: Results,
}

/// What the cashier gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// Nothing that is written.
    Nothing,
    /// A key.
    Key,
    Boolean(bool),
    /// What was typed is a number.
    Number,
    /// What was typed is a text.
    Text,
}

impl Exchange {
    pub(super) const fn new() -> Self {
        Self {
            step: Step::Reading,
            results: Results::new(),
            output: None,
            wish: None,
            last_sheet: None,
            ended: None,
            refused: None,
            event: false,
            overflow: false,
        }
    }

    /// The sheet that was begun and whose end was not told, if there is one, and whether it was kept.
    pub(super) fn untold(&self) -> Option<(SheetId, bool)> {
        let open = self.output.as_ref().and_then(|output| output.sheet);
        self.ended.or(open.map(|(sheet, _)| (sheet, false)))
    }

    /// Begins an output; `false` if it cannot be answered.
    pub(super) fn begin_output(&mut self, target: &DeviceTarget) -> bool {
        self.overflow |= !self.results.push(target, Verdict::Failure);
        !self.overflow
    }

    /// Ends the output being read.
    pub(super) fn settle_output(&mut self, verdict: Verdict) {
        if self.output.take().is_some() {
            self.results.settle_last(verdict);
        }
    }

    /// What the answer says as a whole.
    pub(super) fn overall(&self) -> Verdict {
        self.refused.unwrap_or_else(|| overall(&self.results))
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
        self.settle_output(if well { Verdict::Success } else { Verdict::DeviceUnavailable });
        true
    }

    /// Lets a storing pass that ran out of time.
    pub(super) fn expire(&mut self, now: Instant) -> bool {
        match self.step {
            Step::Keeping { ticket, until, .. } if until.is_over(now) => self.sheet_stored(ticket, false),
            _ => false,
        }
    }

    /// What the request asks for, where it does not say so itself. A question is one, whatever is said. `None`: what
    /// nobody knows, or no till does.
    pub(super) fn demand(&self, stated: &str) -> Option<Demand> {
        match (Demand::of(stated), stated) {
            (Some(Demand::Output), _) | (None, "") if self.wish.is_some() => Some(Demand::Input),
            (None, "") if self.event => Some(Demand::Event),
            (None, "") => Some(Demand::Output),
            (demand, _) => demand,
        }
    }
}

fn overall(results: &Results) -> Verdict {
    if results.iter().all(|(_, verdict)| verdict == Verdict::Success) { Verdict::Success } else { Verdict::Failure }
}

impl Asked {
    pub(super) fn new(link: Link, header: Header<'_>, question: Question, exchange: &mut Exchange) -> Self {
        Self {
            link,
            stated: Demand::of(header.asks()),
            to: Echo::from(header),
            question,
            results: core::mem::take(&mut exchange.results),
            wish: exchange.wish.take(),
            given: None,
            typed: Text::new(),
        }
    }

    /// Takes the cashier's answer.
    ///
    /// # Errors
    /// [`Misuse::WrongAnswer`] if it does not fit the question; nothing changes.
    pub(super) fn answer(&mut self, answer: Answer<'_>) -> Result<(), Misuse> {
        let verdict = match answer {
            Answer::Cancelled => Verdict::Aborted,
            Answer::NotGiven => Verdict::TimedOut,
            _ => Verdict::Success,
        };
        let decided = match answer {
            Answer::No => Verdict::Failure,
            _ => verdict,
        };
        let given = match (self.question.kind, &self.wish, answer) {
            (_, _, Answer::Cancelled | Answer::NotGiven) => Some(Given::Nothing),
            (QuestionKind::Delivery | QuestionKind::ForecourtEvent, _, Answer::Yes | Answer::No) => {
                Some(Given::Nothing)
            }
            (kind, Some(wish), answer) => wish.read(kind, answer, &mut self.typed),
            _ => None,
        };
        let given = given.ok_or(Misuse::WrongAnswer)?;
        let whole = match self.question.kind {
            QuestionKind::Delivery => {
                self.results.settle_all(DELIVERY_BOX, decided);
                if verdict == Verdict::Success { overall(&self.results) } else { verdict }
            }
            QuestionKind::ForecourtEvent => decided,
            _ if verdict == Verdict::Success => overall(&self.results),
            _ => verdict,
        };
        self.given = Some((whole, given));
        Ok(())
    }

    /// The question, while it stands.
    pub(super) fn standing(&self) -> Option<&Question> {
        self.given.is_none().then_some(&self.question)
    }

    /// Ends a question that still stands without the cashier; its number, if it did.
    pub(super) fn end(&mut self, answer: Answer<'_>) -> Option<QuestionId> {
        let id = self.standing()?.id;
        // Cannot fail: `Cancelled` and `NotGiven` fit every question.
        let _ = self.answer(answer);
        Some(id)
    }

    /// The answer for the wire, if the request was an input.
    pub(super) fn input(&self) -> Option<Answered<'_>> {
        let (wish, (verdict, given)) = (self.wish.as_ref()?, self.given.as_ref()?);
        let verdict = if *given == Given::Nothing { *verdict } else { Verdict::Success };
        let value = match given {
            Given::Nothing => None,
            Given::Key => Some(Typed::Key),
            Given::Boolean(yes) => Some(Typed::Boolean(*yes)),
            Given::Number => Some(Typed::Number(self.typed.as_str())),
            Given::Text => Some(Typed::Text(self.typed.as_str())),
        };
        Some(Answered { value, ..wish.result(&self.results, verdict) })
    }

    /// Whether the till takes a forecourt event.
    pub(super) fn takes_event(&self) -> bool {
        self.question.kind == QuestionKind::ForecourtEvent
            && self.given.as_ref().is_some_and(|(verdict, _)| *verdict == Verdict::Success)
    }
}

/// Where a question without a target is asked.
const KEYBOARD: DeviceName = DeviceName::of(&DeviceTarget::CashierKeyboard);

impl Wish {
    /// What a till can make of the command; `None` if it cannot be answered.
    pub(super) fn of(input: Excerpt<'_>, results: &mut Results) -> Option<Self> {
        let command = input.text(InputCommand::command).and_then(Command::from_text);
        let kind = command.and_then(|command| match command {
            Command::GetConfirmation => Some(QuestionKind::Confirmation),
            Command::GetAnyKey => Some(QuestionKind::AnyKey),
            Command::GetDecimals | Command::GetAmount | Command::GetAmountNoPrompt => Some(QuestionKind::Number),
            Command::GetChar => Some(QuestionKind::Text),
            Command::GetMenu | Command::GetOptionKey => Some(QuestionKind::Menu),
            // Cards, PINs and keys are the terminal's own work: a till without such a device says so.
            _ => None,
        });
        let target = input.text(InputCommand::target).and_then(DeviceTarget::from_text);
        let length = input.small(InputCommand::length);
        Some(Self {
            target: target.map_or(Some(KEYBOARD), |target| results.device(&target))?,
            kind,
            min_length: input.small(InputCommand::min_length).or(length),
            max_length: input.small(InputCommand::max_length).or(length),
            decimals: input.small(InputCommand::decimals),
            comma: input.word(InputCommand::separator) == "Comma",
            time_out: input.small(InputCommand::time_out),
        })
    }

    /// The bare result.
    pub(super) fn result<'a>(&self, results: &'a Results, verdict: Verdict) -> Answered<'a> {
        Answered { target: results.name(self.target), result: verdict, value: None }
    }

    /// An answer, if it fits the question. What was typed is kept.
    fn read(&self, kind: QuestionKind, answer: Answer<'_>, typed: &mut Text<{ limits::TEXT_LINE }>) -> Option<Given> {
        match (kind, answer) {
            (QuestionKind::Confirmation, Answer::Yes) => Some(Given::Boolean(true)),
            (QuestionKind::Confirmation, Answer::No) => Some(Given::Boolean(false)),
            (QuestionKind::AnyKey, Answer::Yes) => Some(Given::Key),
            (QuestionKind::Number | QuestionKind::Menu, Answer::Number(number)) => {
                self.read_number(number, typed).then_some(Given::Number)
            }
            (QuestionKind::Text, Answer::Text(text)) => {
                typed.clear();
                typed.append(text);
                let characters = text.bytes().filter(|byte| byte & 0xC0 != 0x80).count();
                (!typed.is_cut() && self.has_length(characters)).then_some(Given::Text)
            }
            _ => None,
        }
    }

    /// Keeps a number as it is written on the wire; whether it may be so.
    fn read_number(&self, number: Decimal, typed: &mut Text<{ limits::TEXT_LINE }>) -> bool {
        let decimals = u8::try_from(self.decimals.unwrap_or(0)).unwrap_or(u8::MAX);
        if self.decimals.is_some() && number.scale() > decimals {
            return false;
        }
        let figures = number.figures(decimals);
        let (whole, fraction) = parted(figures.as_str(), b'.').unwrap_or((figures.as_str(), ""));
        typed.clear();
        typed.append(whole);
        if !fraction.is_empty() {
            typed.append(if self.comma { "," } else { "." });
            typed.append(fraction);
        }
        typed.as_str().len() <= limits::SHORT_ID && self.has_length(whole.len() + fraction.len())
    }

    fn has_length(&self, characters: usize) -> bool {
        let least = self.min_length.map_or(0, usize::from);
        let most = self.max_length.map_or(usize::MAX, usize::from);
        (least..=most).contains(&characters)
    }
}

/// A line of the wire as a line of a sheet.
pub(super) fn line(wire: Excerpt<'_>) -> Line {
    let is = |field, word: u8| wire.listed(field) == Some(word);
    let styles = [TextLine::char_style1, TextLine::char_style2, TextLine::char_style3];
    Line {
        text: wire.free(TextLine::text),
        row: wire.small(TextLine::row),
        column: wire.small(TextLine::column),
        alignment: if is(TextLine::alignment, Alignment::Center as u8) {
            receipt::Alignment::Center
        } else if is(TextLine::alignment, Alignment::Right as u8) {
            receipt::Alignment::Right
        } else {
            receipt::Alignment::Left
        },
        bold: styles.into_iter().any(|style| is(style, CharStyle::Bold as u8)),
        double_width: is(TextLine::width, Size::Double as u8),
        double_height: is(TextLine::height, Size::Double as u8),
        paper_cut: wire.is(TextLine::paper_cut),
        menu_item: wire.small(TextLine::menu_item),
    }
}
