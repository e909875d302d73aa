//! What is explored: an operation of a till in a dialect, and what its card holder and its host do.

use opi_core::limits::UNRESOLVED;
use opi_core::money::{Currency, Money};
use opi_core::operation::{Operation, Original};
use opi_core::opi::Profile;
use opi_core::sim::{Dialect, Script, Scripts, Setup, Terminal};
use opi_core::time::WallTime;

use crate::fate::{Choice, Store};
use crate::till::Till;
use crate::world::{World, pay};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Payment,
    Question,
    Aborted,
    /// Aborted at any time, also before it has left.
    Withdrawn,
    LateApproval,
    Declined,
    LostHost,
    Strays,
    OtherTill,
    Refund,
    Reversal,
    TwoPayments,
    StoredAfterAll,
    /// More requests are unresolved than are remembered with all that is known of them.
    ManyUnresolved,
    TicketFirst,
}

impl Kind {
    pub(crate) const ALL: &'static [Self] = &[
        Self::Payment,
        Self::Question,
        Self::Aborted,
        Self::Withdrawn,
        Self::LateApproval,
        Self::Declined,
        Self::LostHost,
        Self::Strays,
        Self::OtherTill,
        Self::Refund,
        Self::Reversal,
        Self::TwoPayments,
        Self::StoredAfterAll,
        Self::ManyUnresolved,
        Self::TicketFirst,
    ];
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) profile: &'static Profile,
    pub(crate) kind: Kind,
}

impl Scenario {
    pub(crate) fn all() -> Vec<Self> {
        let each =
            |kind: &Kind| Profile::ALL.iter().map(move |profile| Self { profile, kind: *kind }).collect::<Vec<_>>();
        Kind::ALL.iter().flat_map(each).collect()
    }

    /// Bad luck on one way by default: more where there is little else to choose.
    pub(crate) fn budget(&self) -> u8 {
        match self.kind {
            // As CCV's, and as long.
            Kind::TicketFirst if self.profile.name == "nexi" => 1,
            Kind::Payment | Kind::Question | Kind::Declined | Kind::Refund | Kind::Reversal => 2,
            Kind::TwoPayments | Kind::TicketFirst | Kind::Withdrawn => 2,
            _ => 1,
        }
    }

    pub(crate) fn name(&self) -> String {
        format!("{}/{:?}", self.profile.name, self.kind)
    }

    pub(crate) fn world(&self) -> Box<World> {
        let euros = |minor| Money::from_minor(minor, Currency::EUR);
        let dialect = Dialect::ALL.iter().find(|dialect| dialect.name == self.profile.name).unwrap();
        let mut scripts = Scripts::always(Script::Approve);
        let mut plan = vec![pay(2_500)];
        match self.kind {
            Kind::Payment | Kind::Strays | Kind::OtherTill => {}
            Kind::Question => scripts = Script::SignatureQuestion.into(),
            Kind::Aborted => scripts = Script::SlowCard.into(),
            Kind::LateApproval => scripts = Script::LateApprovalAfterAbort.into(),
            Kind::Declined | Kind::Withdrawn => scripts = Script::Decline.into(),
            Kind::LostHost => scripts = Script::AuthorisationUnknown.into(),
            Kind::Refund => plan = vec![Operation::Refund { amount: euros(1_000), original: Original::default() }],
            // Alone at the terminal, with the same amount in the same second: the one must not be taken for the other.
            Kind::Reversal | Kind::TwoPayments | Kind::StoredAfterAll | Kind::ManyUnresolved => plan.push(pay(2_500)),
            Kind::TicketFirst => {
                scripts = Scripts::parse("print-last-ticket\napprove").unwrap();
                plan.push(pay(2_500));
            }
        }
        let mut setup = Setup::new(dialect, 7, WallTime::new(1_775_000_000, 120));
        setup.scripts = scripts;
        let alone = matches!(self.kind, Kind::TwoPayments | Kind::StoredAfterAll);
        let till = Till::new(self.profile, "lane-1", 0, alone, plan);
        let mut world = World::new(vec![till], vec![Terminal::new(setup)]);
        match self.kind {
            Kind::Question => world.asks_no = true,
            Kind::Aborted | Kind::LateApproval | Kind::Withdrawn => world.tills[0].aborts = 1,
            Kind::Strays => world.strays = 1,
            Kind::OtherTill => world.others = 1,
            // The first payment goes well: it is the second that is looked at.
            Kind::TwoPayments | Kind::Reversal => self.begin(&mut world),
            Kind::StoredAfterAll => Self::begin_unsaid(1, &mut world),
            Kind::ManyUnresolved => {
                Self::begin_unsaid(UNRESOLVED + 1, &mut world);
                world.restarts = true;
            }
            _ => {}
        }
        Box::new(world)
    }

    /// So many payments whose intent the disk calls not stored, though it is, and whose end it does not store: none was
    /// sent, and after a restart the results are unknown, beside that of the next one.
    fn begin_unsaid(count: usize, world: &mut World) {
        world.unkind = false;
        world.tills[0].plan = std::rc::Rc::new(vec![pay(2_500); count]);
        let mut stores = [Store::Unsaid, Store::Not].into_iter().cycle();
        while let Some(choice) = world.choices().first().copied() {
            let storing = matches!(choice, Choice::Stored(..));
            world.apply(if storing { Choice::Stored(0, stores.next().unwrap()) } else { choice });
        }
        world.unkind = true;
        let till = &mut world.tills[0];
        assert!(till.truth.sent.is_empty() && till.truth.intents.is_empty(), "it went through");
        till.plan = std::rc::Rc::new(vec![pay(2_500)]);
        (till.next, till.recoveries, till.decides) = (0, 2, true);
    }

    fn begin(&self, world: &mut World) {
        world.unkind = false;
        world.tills[0].plan = std::rc::Rc::new(vec![pay(2_500)]);
        world.run();
        world.unkind = true;
        let mut second = pay(2_500);
        if self.kind == Kind::Reversal {
            let end = world.tills[0].truth.ends.values().next_back().unwrap();
            let original = Original {
                trx_reference_number: end.facts.trx_reference_number.clone(),
                stan: end.facts.stan.clone(),
                terminal_id: end.facts.terminal_id.clone(),
                terminal_batch: end.facts.terminal_batch.clone(),
                time_stamp: end.facts.time_stamp.clone(),
                reference: None,
            };
            second = Operation::Reversal { amount: end.facts.amount, original };
        }
        let till = &mut world.tills[0];
        till.plan = std::rc::Rc::new(vec![second]);
        till.next = 0;
    }
}
