//! Every way through a world, within a budget of bad luck.
//!
//! Depth first, with a copy of the world at each fork. A state that was seen with at least as much bad luck still to
//! come is not looked at again. Kind choices cost nothing, so every way ends where a kind world leaves it at rest: that
//! all of them end, and where, is liveness (I11).

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::fate::Choice;
use crate::world::World;

/// Longest way: a payment with everything has about 150 steps.
pub(crate) const DEPTH: usize = 1500;

/// Steps of a way that are shown.
const TRACED: usize = 100;

/// Characters of what is broken that are shown.
const SHOWN: usize = 200;

/// A way to a broken promise.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) way: Vec<Choice>,
    pub(crate) what: String,
}

impl Broken {
    fn of(way: Vec<Choice>, cause: &(dyn Any + Send)) -> Self {
        let text = cause.downcast_ref::<String>().cloned();
        let what = text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
        Self { way, what }
    }

    /// What was out of the ordinary on the way, by its step.
    pub(crate) fn short(&self) -> String {
        let odd = self.way.iter().enumerate().filter(|(_, choice)| choice.is_odd());
        let odd: Vec<String> = odd.map(|(step, choice)| format!("{choice:?} at step {step}")).collect();
        let what = self.what.replace("assertion `left == right` failed: ", "");
        let what: String = what.lines().next().unwrap_or_default().chars().take(SHOWN).collect();
        format!("{} steps, kind ones but for [{}]: {what}", self.way.len(), odd.join(", "))
    }

    /// The first steps of the way, what goes well by its name only.
    pub(crate) fn trace(&self) -> String {
        let step = |choice: &Choice| format!("{choice:?}").replace(", Well)", ")").replace(", true)", ")");
        let mut steps: Vec<String> = self.way.iter().take(TRACED).map(step).collect();
        if self.way.len() > TRACED {
            steps.push("...".to_owned());
        }
        steps.join(" ")
    }

    /// The same promise broken in fewer steps: leaves out one step after the other, as long as one is still broken.
    pub(crate) fn shortened(mut self, world: impl Fn() -> Box<World>) -> Self {
        // What has no end gets none by leaving out something.
        let mut at = if self.way.len() < DEPTH { 0 } else { DEPTH };
        while at < self.way.len() {
            let without: Vec<Choice> = [&self.way[..at], &self.way[at + 1..]].concat();
            match walk(&world, &without).filter(|broken| broken.way.len() < self.way.len()) {
                Some(shorter) => self = shorter,
                None => at += 1,
            }
        }
        self
    }
}

/// Takes these steps as far as they can be taken, and says what they break.
fn walk(world: impl Fn() -> Box<World>, steps: &[Choice]) -> Option<Broken> {
    let mut way = Vec::with_capacity(steps.len());
    let walked = catch_unwind(AssertUnwindSafe(|| {
        let mut world = world();
        for step in steps {
            if world.choices().contains(step) {
                way.push(*step);
                world.apply(*step);
            }
        }
        world.choices().is_empty().then(|| world.check_rest());
    }));
    walked.err().map(|cause| Broken::of(way, cause.as_ref()))
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
        found.map_err(|cause| Broken::of(self.way.clone(), cause.as_ref()))
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
