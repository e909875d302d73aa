//! Explorations of all scenarios, with and without mistakes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use opi_core::proof::{Mistake, Of, make};

use crate::scenario::Scenario;
use crate::search::{Broken, Search};

/// Mistakes are made in the whole process: one exploration at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// A visit of one state and one way has frames of a few hundred bytes, and worlds in boxes.
const STACK: usize = 512 * 1024 * 1024;

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

struct Looked {
    name: String,
    states: usize,
    steps: u64,
    ends: u64,
    broken: Option<Broken>,
}

/// Explores all scenarios on two threads; stops at the first broken promise if told so.
fn explore(scenarios: &[Scenario], budget: Option<u8>, most: usize, stops: bool) -> Vec<Looked> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let work = || {
                while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let began = Instant::now();
                    let mut search = Search::new(most);
                    let broken = search.explore(|| scenario.world(), budget.unwrap_or(scenario.budget())).err();
                    if broken.is_some() && stops {
                        next.store(usize::MAX / 2, Ordering::SeqCst);
                    }
                    let (name, states) = (scenario.name(), search.states());
                    if !stops {
                        println!("{name}: {states} states, {} steps, {:?}", search.steps, began.elapsed());
                    }
                    found.lock().unwrap().push(Looked { name, states, steps: search.steps, ends: search.ends, broken });
                }
            };
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap();
        }
    });
    found.into_inner().unwrap()
}

/// Explores everything there is, and prints what was found.
pub(crate) fn look_at_everything() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    make(None);
    let only = std::env::var("EXPLORE_ONLY").unwrap_or_default();
    let scenarios: Vec<Scenario> = Scenario::all().into_iter().filter(|it| it.name().contains(&only)).collect();
    let budget = std::env::var("EXPLORE_BUDGET").ok().and_then(|text| text.parse().ok());
    let looked = explore(&scenarios, budget, number("EXPLORE_STATES", 0), false);
    let states: usize = looked.iter().map(|it| it.states).sum();
    let (steps, ends): (u64, u64) = looked.iter().fold((0, 0), |sum, it| (sum.0 + it.steps, sum.1 + it.ends));
    println!("explored: {states} distinct states, {steps} steps, {ends} ends, {} scenarios", looked.len());
    for it in &looked {
        if let Some(broken) = &it.broken {
            println!("{}: {}\n{:?}", it.name, broken.short(), broken.way);
        }
    }
    assert!(looked.iter().all(|it| it.broken.is_none()), "a promise is broken");
}

/// Makes one mistake after the other, and expects each to be found.
pub(crate) fn find_every_mistake(of: Of) {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut survivors = Vec::new();
    for mistake in Mistake::of(of) {
        make(Some(mistake));
        let looked = explore(&Scenario::all(), Some(1), 20_000, true);
        match looked.iter().find_map(|it| it.broken.as_ref().map(|broken| (&it.name, broken))) {
            Some((name, broken)) => println!("caught: {} — {name}: {}", mistake.text(), broken.short()),
            None => survivors.push(mistake.text()),
        }
    }
    make(None);
    let all = Mistake::of(of).count();
    println!("mistakes: {} of {all} caught", all - survivors.len());
    assert!(survivors.is_empty(), "nobody noticed: {survivors:#?}");
}
