//! Deadlines, ends of connections, and what the processor does meanwhile.

use std::time::{Duration, Instant};

use opi_core::opi::Profile;
use opi_core::sim::Fault;

use super::storing::nothing_left;
use super::{Case, Ground};
use crate::play::{Heard, Play, SLACK};
use crate::process::Word;
use crate::rule::{Broken, Rule};
use crate::scene::{Scene, millis};
use crate::terminal::{Reach, Sight};

/// Looks of a hundred at which a till may be running while it waits for the card holder. One that asks a thousand times a
/// second is found waiting for a processor at many, on a machine with little time for it; one that never rests, at all.
const BUSY: usize = 95;

pub(super) fn cases(cases: &mut Vec<Case>) {
    cases.push(Case::new("the terminal cannot be reached", |ground| {
        let mut scene = Scene::new(&Profile::NEXI)?;
        scene.reach = Reach::Hangs;
        scene.job.connect = millis(1000);
        let mut play = ground.begin(scene)?;
        play.pay();
        let asked = Instant::now();
        let (outcome, request) = play.finish_within(millis(1000) + 2 * SLACK).map_err(|broken| {
            Broken::new(Rule::KeepsDeadlines, format!("a connection that is never made is waited for: {}", broken.seen))
        })?;
        if asked.elapsed() < millis(900) {
            return Err(play.broken(Rule::KeepsDeadlines, "the connection was given up before its time"));
        }
        play.judge(&outcome, request)?;
        nothing_left(&mut play, Rule::TellsTheTruth, &outcome)
    }));
    cases.push(Case::new("an answer that never comes", never));
    cases.push(Case::new("a terminal that is deaf", |ground| {
        let mut scene = Scene::new(&Profile::NEXI)?;
        scene.reach = Reach::Deaf;
        scene.job.idle = millis(1000);
        scene.job.probe = millis(300);
        let mut play = ground.begin(scene)?;
        play.pay();
        let began = Instant::now();
        doubt(&mut play, began, millis(1000))?;
        let (outcome, request) = play.finish()?;
        play.judge(&outcome, request)
    }));
    for fault in [Fault::DropBeforeAnswer, Fault::DropAfterCharge] {
        cases.push(Case::new(format!("the connection ends: {}", fault.name()), move |ground| {
            let mut scene = Scene::new(&Profile::NEXI)?;
            scene.setup.fault = fault;
            scene.setup.fault_count = 1;
            scene.job.idle = millis(12_000);
            let mut play = ground.begin(scene)?;
            play.pay();
            let doubt =
                play.wait(millis(6000), |word| matches!(word, Word::Doubt(_) | Word::Finished(..)).then_some(()))?;
            if doubt.is_none() {
                return Err(play.broken(Rule::ReportsTheEnd, "the connection ended, and the till waits on"));
            }
            let finished = play.heard.iter().rev().find_map(|(_, heard)| match heard {
                Heard::Word(Word::Finished(outcome, request)) => Some((outcome.clone(), *request)),
                _ => None,
            });
            let (outcome, request) = match finished {
                Some(end) => end,
                None => play.finish()?,
            };
            play.judge(&outcome, request)
        }));
    }
}

/// Waits until the answer counts as lost, which is to be about this time after the last sign of life.
fn doubt(play: &mut Play, began: Instant, idle: Duration) -> Result<(), Broken> {
    let doubt =
        play.wait(idle + 2 * SLACK, |word| matches!(word, Word::Doubt(_) | Word::Finished(..)).then_some(()))?;
    if doubt.is_none() {
        return Err(
            play.broken(Rule::KeepsDeadlines, &format!("no answer came within {idle:?}, and the till waits on"))
        );
    }
    // The clock of the till began before.
    if began.elapsed() + millis(100) < idle {
        return Err(play.broken(Rule::KeepsDeadlines, "the answer was given up before its time"));
    }
    Ok(())
}

fn never(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.setup.fault = Fault::NeverAnswers;
    scene.setup.fault_count = 1;
    scene.job.idle = millis(1500);
    let mut play = ground.begin(scene)?;
    play.pay();
    let began = Instant::now();
    play.until(SLACK, |play| play.saw(|sight| matches!(sight, Sight::Sent(..))).is_some())?;
    play.pass(millis(200))?;
    let (mut looks, mut running) = (0, 0);
    for _ in 0..60 {
        play.pass(millis(10))?;
        looks += 1;
        running += usize::from(is_running(play.pid()));
    }
    // How much of a processor it got says nothing on a machine that is busy; that it always wanted one does.
    if running * 100 > looks * BUSY {
        let seen = format!("at {running} of {looks} looks it was running, and there was nothing to do");
        return Err(play.broken(Rule::SleepsWhileWaiting, &seen));
    }
    doubt(&mut play, began, millis(1500))?;
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)
}

/// Whether a thread of the process runs or wants to, on Linux.
fn is_running(pid: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return false };
    let states = threads.flatten().filter_map(|thread| std::fs::read_to_string(thread.path().join("stat")).ok());
    // The name of the program stands in parentheses and may hold anything.
    states.into_iter().any(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('R')))
}
