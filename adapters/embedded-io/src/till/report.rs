//! Reports to the session, and troubles.

use core::fmt;

use opi_core::drive::{Input, Misuse};
use opi_core::opi::Session;
use opi_core::time::Instant;

use super::Till;
use crate::cashier::{Cashier, Trouble};
use crate::clock::Clock;
use crate::store::Store;
use crate::wire::Wire;

impl<W: Wire, S: Store, C: Clock, const N: usize, const D: usize> Till<'_, W, S, C, N, D> {
    /// Gives an input to the session.
    pub(super) fn give(&mut self, input: Input<'_>) -> Result<(), Misuse> {
        take_input(&mut self.session, self.clock.now(), input)
    }

    pub(super) fn report(&mut self, input: Input<'_>, cashier: &mut impl Cashier) {
        let told = self.give(input);
        note(told, cashier);
    }
}

// Of its own: the session's work on an input is deep, and not to be on the stack beside anything else.
#[inline(never)]
pub(super) fn take_input<const D: usize>(
    session: &mut Session<'_, D>,
    now: Instant,
    input: Input<'_>,
) -> Result<(), Misuse> {
    session.handle_input(now, input)
}

pub(super) fn trouble(doing: &'static str, error: &dyn fmt::Debug, cashier: &mut impl Cashier) {
    cashier.trouble(&Trouble { doing, error });
}

/// The session refused what this adapter reported: a mistake of the two of them, and better seen than hidden.
pub(super) fn note(told: Result<(), Misuse>, cashier: &mut impl Cashier) {
    if let Err(misuse) = told {
        trouble("reporting to the session", &misuse, cashier);
    }
}
