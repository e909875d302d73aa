//! A day of a till, made of the data: how it begins, and what happens then, step by step.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::drive::Answer;
use crate::money::Decimal;
use crate::operation::Operation;

/// The longest text that a cashier types, in bytes.
const TYPED: usize = 24;

/// How a day begins. What is a number here is taken modulo how much there is to choose from.
pub(super) struct Begin {
    pub(super) dialect: u8,
    /// Of the terminal.
    pub(super) script: u8,
    /// Bytes by which the windows are smaller than the largest.
    pub(super) smaller: u16,
    /// Of the terminal.
    pub(super) luck: u64,
    /// The till is alone at the terminal.
    pub(super) is_alone: bool,
    /// All payments are of the same amount.
    pub(super) is_same_amount: bool,
}

impl<'d> Arbitrary<'d> for Begin {
    fn arbitrary(data: &mut Unstructured<'d>) -> Result<Self> {
        Ok(Self {
            dialect: data.arbitrary()?,
            script: data.arbitrary()?,
            smaller: data.arbitrary()?,
            luck: data.arbitrary()?,
            is_alone: data.arbitrary()?,
            is_same_amount: data.arbitrary()?,
        })
    }
}

/// What happens.
pub(super) enum Step<'d> {
    /// What comes next if all is well.
    GoOn,
    /// The next thing that the adapter does goes wrong, in one of sixteen ways.
    FailsNext(u8),
    /// So many milliseconds pass.
    Pass(u16),
    Pay,
    /// The till wants something else than money.
    Run(Operation),
    Abort,
    /// The till has no power for a moment. Of what was being stored so many fifteenths are there.
    PowerCut(u8),
    /// At most so many bytes arrive on a connection.
    Deliver {
        wire: u8,
        most: u16,
    },
    /// A connection breaks.
    Cut(u8),
    /// The cashier answers.
    Answer(Answer<'d>),
    Recover,
    /// The till does not take a connection.
    Refuse,
    /// The terminal has no connection any more.
    HangUp,
    /// The same bytes come to the till again.
    Twice(u8),
    /// The terminal approves another request of this till.
    Stray,
}

/// The first byte says what happens; those behind it, if there are any, how. A derived reading would want four bytes for the
/// first, three of which say nothing, and one step would be as likely as another: a day of bad luck only is soon over.
impl<'d> Arbitrary<'d> for Step<'d> {
    fn arbitrary(data: &mut Unstructured<'d>) -> Result<Self> {
        let Some(bad) = data.arbitrary::<u8>()?.checked_sub(200) else { return Ok(Self::GoOn) };
        Ok(match bad % 14 {
            0 => Self::FailsNext(data.arbitrary::<u8>()? % 16),
            1 => Self::Pass(data.arbitrary()?),
            2 => Self::Pay,
            3 => Self::Run(errand(data.arbitrary()?)),
            4 => Self::Abort,
            5 => Self::PowerCut(data.arbitrary::<u8>()? % 16),
            6 => Self::Deliver { wire: data.arbitrary()?, most: data.arbitrary()? },
            7 => Self::Cut(data.arbitrary()?),
            8 => Self::Answer(answer(data)?),
            9 => Self::Recover,
            10 => Self::Refuse,
            11 => Self::HangUp,
            12 => Self::Twice(data.arbitrary()?),
            _ => Self::Stray,
        })
    }
}

/// What moves no money.
const fn errand(choice: u8) -> Operation {
    match choice % 16 {
        0 => Operation::Reprint,
        1 => Operation::RepeatLast,
        2 => Operation::Abort,
        3 => Operation::Info,
        4 => Operation::CardCircuits,
        5 => Operation::Activate,
        6 => Operation::Deactivate,
        7 => Operation::Login,
        8 => Operation::Logoff,
        9 => Operation::Reconciliation { closure: false },
        10 => Operation::Reconciliation { closure: true },
        11 => Operation::CloseDay,
        12 => Operation::Transmit,
        13 => Operation::Diagnosis,
        14 => Operation::Restart,
        _ => Operation::Status,
    }
}

fn answer<'d>(data: &mut Unstructured<'d>) -> Result<Answer<'d>> {
    Ok(match data.arbitrary::<u8>()? % 6 {
        0 => Answer::Yes,
        1 => Answer::No,
        2 => {
            let (digits, scale) = (data.arbitrary::<u32>()?, data.arbitrary::<u8>()? % 4);
            Decimal::new(u64::from(digits), scale).map_or(Answer::NotGiven, Answer::Number)
        }
        3 => {
            let length = usize::from(data.arbitrary::<u8>()?) % TYPED;
            let typed = data.bytes(length.min(data.len()))?;
            Answer::Text(core::str::from_utf8(typed).unwrap_or("12"))
        }
        4 => Answer::Cancelled,
        _ => Answer::NotGiven,
    })
}
