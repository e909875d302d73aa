//! What the cashier does, and what has to go on meanwhile.

use std::time::Instant;

use opi_core::opi::Profile;
use opi_core::sim::Script;

use super::connections::ask_display;
use super::{Case, Ground};
use crate::play::Play;
use crate::process::Word;
use crate::rule::{Broken, Rule};
use crate::scene::{Keeping, Kind, Scene, millis};
use crate::terminal::Sight;

pub(super) fn cases(cases: &mut Vec<Case>) {
    cases.push(Case::new("an abort while the terminal waits for a card", abort));
    cases.push(Case::new("a question that is answered late", question));
    cases.push(Case::new("a question that is withdrawn", withdrawn));
    cases.push(Case::new("messages while the end is being stored", storing).storing());
    cases.push(Case::new("an abort before the request has left", early).storing());
}

fn abort(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.setup = scene.setup.with_script(Script::SlowCard);
    scene.job.idle = millis(15_000);
    let mut play = ground.begin(scene)?;
    play.pay();
    play.until(millis(5000), |play| play.saw(|sight| matches!(sight, Sight::Answered)).is_some())?;
    let asked = Instant::now();
    play.order("abort");
    let connected = |play: &Play| play.saw(|sight| matches!(sight, Sight::Connected(1))).is_some();
    if !play.until(millis(4000), connected)? {
        return Err(play.broken(Rule::HearsTheTill, "the terminal was never told of the abort"));
    }
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)?;
    if outcome == "aborted" && asked.elapsed() < millis(8000) {
        return Ok(());
    }
    Err(play.broken(Rule::HearsTheTill, &format!("after an abort the payment is {outcome}")))
}

fn question(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.setup = scene.setup.with_script(Script::Confirmation);
    scene.cashier = None;
    let mut play = ground.begin(scene)?;
    play.pay();
    let asked = play.wait(millis(5000), |word| match word {
        Word::Question(number, _) => Some(*number),
        _ => None,
    })?;
    let Some(number) = asked else {
        return Err(play.broken(Rule::DrainsOutputs, "the question of the terminal was not told"));
    };
    if !ask_display(&mut play, "7001", millis(2000))? {
        return Err(play.broken(Rule::ReadsWhileWaiting, "while a question stands nothing is read"));
    }
    play.order(&format!("answer {number} yes"));
    let answered = Instant::now();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)?;
    if outcome == "approved" && answered.elapsed() < millis(4000) {
        return Ok(());
    }
    Err(play.broken(Rule::HearsTheTill, &format!("the cashier said yes, and the payment is {outcome}")))
}

fn withdrawn(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.setup = scene.setup.with_script(Script::AbortInput);
    scene.cashier = None;
    scene.job.question = millis(15_000);
    let mut play = ground.begin(scene)?;
    play.pay();
    let heard = play.wait(millis(6000), |word| match word {
        Word::Withdrawn(_) => Some(true),
        Word::Finished(..) => Some(false),
        _ => None,
    })?;
    if heard != Some(true) {
        return Err(play.broken(Rule::ReadsWhileWaiting, "a question was withdrawn, and the till did not hear it"));
    }
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)
}

fn storing(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.keeping = Box::new(|kind| if kind == Kind::Result { Keeping::Holds } else { Keeping::Stores });
    let mut play = ground.begin(scene)?;
    play.pay();
    if !play.until(millis(10_000), Play::holds)? {
        return Err(play.broken(Rule::DrainsOutputs, "the end of the payment was never given to the store"));
    }
    let answered = ask_display(&mut play, "7001", millis(2000))?;
    play.release();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)?;
    if answered {
        return Ok(());
    }
    Err(play.broken(Rule::ReadsWhileWaiting, "while a record is being stored nothing is read"))
}

fn early(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.keeping = Box::new(|kind| if kind == Kind::Intent { Keeping::Holds } else { Keeping::Stores });
    let mut play = ground.begin(scene)?;
    play.pay();
    if !play.until(millis(5000), Play::holds)? {
        return Err(play.broken(Rule::DrainsOutputs, "the intent was never given to the store"));
    }
    play.order("abort");
    play.pass(millis(200))?;
    play.release();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)?;
    if outcome == "not_sent" {
        return Ok(());
    }
    Err(play.broken(Rule::HearsTheTill, &format!("aborted before it had left, and the payment is {outcome}")))
}
