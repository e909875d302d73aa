//! Every way through a world, within a budget of bad luck.
//!
//! Depth first, with a copy of the world at each fork. A state that was seen with at least as much bad luck still to
//! come is not looked at again. Kind choices cost nothing, so every way ends where a kind world leaves it at rest: that
//! all of them end, and where, is liveness (I11).

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::world::{Choice, World};

/// Longest way: a payment with everything has about 150 steps.
const DEPTH: usize = 1500;

/// A way to a broken promise.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) way: Vec<Choice>,
    pub(crate) what: String,
}

impl Broken {
    /// What was out of the ordinary on the way, by its step.
    pub(crate) fn short(&self) -> String {
        let odd = self.way.iter().enumerate().filter(|(_, choice)| choice.is_odd());
        let odd: Vec<String> = odd.map(|(step, choice)| format!("{choice:?} at step {step}")).collect();
        format!("{} steps, kind ones but for [{}]: {}", self.way.len(), odd.join(", "), self.what)
    }
}

#[derive(Default)]
pub(crate) struct Search {
    /// The states, with the most bad luck that was still to come.
    seen: HashMap<u128, u8>,
    pub(crate) steps: u64,
    pub(crate) ends: u64,
    way: Vec<Choice>,
    /// Most states; 0 for all.
    most: usize,
}

impl Search {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    pub(crate) fn states(&self) -> usize {
        self.seen.len()
    }

    pub(crate) fn explore(&mut self, world: impl FnOnce() -> Box<World>, budget: u8) -> Result<(), Broken> {
        let found = catch_unwind(AssertUnwindSafe(|| self.visit(world(), budget)));
        found.map_err(|cause| {
            let text = cause.downcast_ref::<String>().cloned();
            let what = text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Broken { way: self.way.clone(), what: what.unwrap_or_default() }
        })
    }

    fn is_full(&self) -> bool {
        self.most > 0 && self.seen.len() >= self.most
    }

    fn visit(&mut self, mut world: Box<World>, budget: u8) {
        let state = world.digest();
        let luck = budget + 1;
        if self.seen.get(&state).is_some_and(|before| *before >= luck) || self.is_full() {
            return;
        }
        self.seen.insert(state, luck);
        assert!(self.way.len() < DEPTH, "I11: no end after {DEPTH} steps");
        world.unkind = budget > 0;
        let choices = world.choices();
        let Some((last, others)) = choices.split_last() else {
            self.ends += 1;
            return world.check_rest();
        };
        for choice in others {
            self.take(world.clone(), *choice, budget);
        }
        self.take(world, *last, budget);
    }

    fn take(&mut self, mut world: Box<World>, choice: Choice, budget: u8) {
        self.steps += 1;
        self.way.push(choice);
        world.apply(choice);
        self.visit(world, budget - choice.cost());
        self.way.pop();
    }
}
