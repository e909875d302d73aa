//! Deadlines, ends of connections, and what the processor does meanwhile.

use std::time::{Duration, Instant};

use opi_core::opi::Profile;
use opi_core::sim::Fault;

use super::storing::nothing_left;
use super::{Case, Ground};
use crate::play::{Heard, Play, SLACK, Scene, millis};
use crate::process::Word;
use crate::rule::{Broken, Rule};
use crate::terminal::{Reach, Sight};

/// Part of one processor that a till may use while it waits for the card holder.
const BUSY: f64 = 0.3;

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
        doubt(&mut play, millis(1000))?;
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
fn doubt(play: &mut Play, idle: Duration) -> Result<Duration, Broken> {
    let began = Instant::now();
    let doubt =
        play.wait(idle + 2 * SLACK, |word| matches!(word, Word::Doubt(_) | Word::Finished(..)).then_some(()))?;
    if doubt.is_none() {
        return Err(
            play.broken(Rule::KeepsDeadlines, &format!("no answer came within {idle:?}, and the till waits on"))
        );
    }
    if began.elapsed() + millis(100) < idle {
        return Err(play.broken(Rule::KeepsDeadlines, "the answer was given up before its time"));
    }
    Ok(began.elapsed())
}

fn never(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.setup.fault = Fault::NeverAnswers;
    scene.setup.fault_count = 1;
    scene.job.idle = millis(1500);
    let mut play = ground.begin(scene)?;
    play.pay();
    play.until(SLACK, |play| play.saw(|sight| matches!(sight, Sight::Sent(..))).is_some())?;
    let before = processor_time(play.pid());
    let waited = doubt(&mut play, millis(1500))?;
    if let Some((before, after)) = before.zip(processor_time(play.pid())) {
        let busy = after.saturating_sub(before).as_secs_f64() / waited.as_secs_f64();
        if busy > BUSY {
            let seen = format!("it used {:.0} % of a processor while it waited", 100.0 * busy);
            return Err(play.broken(Rule::SleepsWhileWaiting, &seen));
        }
    }
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)
}

/// What the process used of processors so far, on Linux.
fn processor_time(pid: u32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in parentheses and may hold anything.
    let fields: Vec<_> = text.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    // A hundred a second on every Linux there is.
    Some(Duration::from_millis(10 * ticks))
}
