//! What is explored: an operation of a till, and what its card holder, its host and its terminal do.

use std::rc::Rc;

use opi_core::limits::UNRESOLVED;
use opi_core::money::{Currency, Money};
use opi_core::nexo::Dialect;
use opi_core::operation::{Operation, Original};

use crate::fate::{Choice, Store};
use crate::terminal::{Script, Terminal};
use crate::till::Till;
use crate::world::{World, pay};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    Payment,
    Declined,
    /// Aborted in time, or not at all.
    Aborted,
    /// Aborted too late.
    TooLate,
    /// It takes longer than the till waits: the answer is late.
    Slow,
    Unlisted,
    Partial,
    Strays,
    OtherTill,
    /// A terminal that repeats the last answer whichever was asked for, and another till.
    LastOnly,
    /// A terminal that forgets, and a night before somebody asks.
    Forgets,
    Refund,
    Reversal,
    TwoPayments,
    /// More requests are unresolved than are remembered with all that is known of them.
    ManyUnresolved,
}

impl Scenario {
    pub(crate) fn all() -> Vec<Self> {
        vec![
            Self::Payment,
            Self::Declined,
            Self::Aborted,
            Self::TooLate,
            Self::Slow,
            Self::Unlisted,
            Self::Partial,
            Self::Strays,
            Self::OtherTill,
            Self::LastOnly,
            Self::Forgets,
            Self::Refund,
            Self::Reversal,
            Self::TwoPayments,
            Self::ManyUnresolved,
        ]
    }

    /// Bad luck on one way by default: more where there is little else to choose.
    pub(crate) const fn budget(&self) -> u8 {
        match self {
            Self::Payment | Self::Declined | Self::Reversal => 3,
            _ => 2,
        }
    }

    pub(crate) fn name(&self) -> String {
        format!("terminal-api/{self:?}")
    }

    pub(crate) fn world(&self) -> Box<World> {
        let amount = Money::from_minor(1_000, Currency::EUR);
        let script = match self {
            Self::Declined => Script::Decline,
            Self::Aborted => Script::NoCard,
            Self::TooLate => Script::TooLate,
            Self::Slow => Script::Slow,
            Self::Unlisted => Script::Unlisted,
            Self::Partial => Script::Partial,
            Self::LastOnly => Script::LastOnly,
            Self::Forgets => Script::Forgets,
            _ => Script::Approve,
        };
        let plan = match self {
            Self::Refund => vec![Operation::Refund { amount, original: Original::default() }],
            _ => vec![pay(2_500)],
        };
        let mut world = World::new(vec![Till::new(&Dialect::ADYEN, "lane-1", 0, false, plan)], Terminal::new(script));
        match self {
            Self::Aborted | Self::TooLate => world.tills[0].aborts = 1,
            Self::Strays => world.strays = 1,
            Self::OtherTill | Self::LastOnly => world.others = 1,
            Self::Forgets => world.nights = 1,
            // The first payment goes well: it is the second that is looked at.
            Self::TwoPayments | Self::Reversal => self.begin(&mut world),
            Self::ManyUnresolved => Self::begin_unsaid(&mut world),
            _ => {}
        }
        Box::new(world)
    }

    /// Payments whose intent the disk calls not stored, though it is, and whose end it does not store: none was sent, and
    /// after a restart the results are unknown.
    fn begin_unsaid(world: &mut World) {
        world.unkind = false;
        world.tills[0].plan = Rc::new(vec![pay(2_500); UNRESOLVED + 1]);
        let mut stores = [Store::Unsaid, Store::Not].into_iter().cycle();
        while let Some(choice) = world.choices().first().copied() {
            let storing = matches!(choice, Choice::Stored(..));
            world.apply(if storing { Choice::Stored(0, stores.next().unwrap()) } else { choice });
        }
        world.unkind = true;
        let till = &mut world.tills[0];
        assert!(till.truth.sent.is_empty() && till.truth.intents.is_empty(), "it went through");
        till.recoveries = u8::try_from(UNRESOLVED).unwrap() + 2;
        world.restarts = true;
    }

    fn begin(self, world: &mut World) {
        world.unkind = false;
        world.run();
        world.unkind = true;
        let mut second = pay(2_500);
        if self == Self::Reversal {
            let end = world.tills[0].truth.ends.values().next_back().unwrap();
            let original = Original {
                trx_reference_number: end.facts.trx_reference_number.clone(),
                time_stamp: end.facts.time_stamp.clone(),
                ..Original::default()
            };
            second = Operation::Reversal { amount: None, original };
        }
        let till = &mut world.tills[0];
        till.plan = Rc::new(vec![second]);
        till.next = 0;
    }
}
