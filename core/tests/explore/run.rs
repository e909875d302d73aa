//! Explorations of all scenarios, with and without mistakes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use opi_core::proof::{Mistake, Of, make};

use crate::fate::Split;
use crate::scenario::Scenario;
use crate::search::{Broken, DEPTH, Search};

/// Mistakes are made in the whole process: one exploration at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// A visit of one state and one way has frames of a few hundred bytes, and worlds in boxes.
const STACK: usize = 512 * 1024 * 1024;

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

struct Looked {
    /// Which of the scenarios.
    at: usize,
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
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    let Some(scenario) = scenarios.get(at) else { break };
                    let began = Instant::now();
                    let mut search = Search::new(most);
                    let broken = search.explore(|| scenario.world(), budget.unwrap_or(scenario.budget())).err();
                    if broken.is_some() && stops {
                        next.store(usize::MAX / 2, Ordering::SeqCst);
                    }
                    let states = search.states();
                    if !stops {
                        println!("{}: {states} states, {} steps, {:?}", scenario.name(), search.steps, began.elapsed());
                    }
                    found.lock().unwrap().push(Looked { at, states, steps: search.steps, ends: search.ends, broken });
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
    let allows = |faults: u8| scenarios.iter().filter(|it| budget.unwrap_or(it.budget()) == faults).count();
    let faults = (0..=u8::MAX).filter(|faults| allows(*faults) > 0);
    let faults: Vec<String> = faults.map(|faults| format!("{faults} in {}", allows(faults))).collect();
    println!(
        "explored: {states} distinct states, {steps} steps, {ends} ends, {} scenarios; bounds: faults on one way, of any \
         kind and at any step: {}; pieces split at {} places; ways of at most {DEPTH} steps",
        looked.len(),
        faults.join(", "),
        Split::ALL.len()
    );
    for it in &looked {
        if let Some(broken) = &it.broken {
            println!("{}: {}\n{}", scenarios[it.at].name(), broken.short(), broken.trace());
        }
    }
    assert!(looked.iter().all(|it| it.broken.is_none()), "a promise is broken");
}

/// Makes one mistake after the other, and expects each to be found: on the way with the least bad luck.
pub(crate) fn find_every_mistake(of: Of) {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // What is broken on purpose is told below, not by each panic.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut survivors = Vec::new();
    for mistake in Mistake::of(of) {
        make(Some(mistake));
        match (0..=1).find_map(find) {
            Some((scenario, broken)) => {
                println!("caught: {} — {}: {}", mistake.text(), scenario.name(), broken.short());
                println!("  its trace: {}", broken.trace());
            }
            None => survivors.push(mistake.text()),
        }
    }
    make(None);
    std::panic::set_hook(hook);
    let all = Mistake::of(of).count();
    println!("mistakes: {} of {all} caught", all - survivors.len());
    assert!(survivors.is_empty(), "nobody noticed: {survivors:#?}");
}

/// The shortest way found to a broken promise, with at most so much bad luck.
fn find(budget: u8) -> Option<(Scenario, Broken)> {
    let all = Scenario::all();
    let broken = explore(&all, Some(budget), 20_000, true).into_iter().filter_map(|it| Some((it.at, it.broken?)));
    let (at, broken) = broken.min_by_key(|(_, broken)| broken.way.len())?;
    let broken = broken.shortened(|| all[at].world());
    Some((all[at], broken))
}
