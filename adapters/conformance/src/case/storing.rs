//! Stores that are slow, fail or say nothing.

use opi_core::opi::Profile;

use super::{Case, Ground};
use crate::play::{Heard, Play, SLACK};
use crate::process::Word;
use crate::rule::{Broken, Rule};
use crate::scene::{Keeping, Kind, Scene, millis};
use crate::terminal::Sight;

pub(super) fn cases(cases: &mut Vec<Case>) {
    cases.push(Case::new("a slow store", slow).storing());
    for (name, failing) in [("numbers", Kind::Block), ("intent", Kind::Intent)] {
        let play = move |ground: &Ground| {
            let mut scene = Scene::new(&Profile::NEXI)?;
            scene.keeping = Box::new(move |kind| if kind == failing { Keeping::Fails } else { Keeping::Stores });
            let mut play = ground.begin(scene)?;
            play.pay();
            let (outcome, request) = play.finish()?;
            play.judge(&outcome, request)?;
            if play.heard(|heard| matches!(heard, Heard::Unconfirmed(kind) if *kind == failing)).is_none() {
                let rule = if failing == Kind::Block { Rule::UsesNoNumberTwice } else { Rule::ConfirmsWhatIsStored };
                return Err(play.broken(rule, "it was never given to the store"));
            }
            nothing_left(&mut play, Rule::ReportsWhatIsNotStored, &outcome)
        };
        cases.push(Case::new(format!("the {name} cannot be stored"), play).storing());
    }
    cases.push(Case::new("a receipt cannot be stored", receipt).storing());
    cases.push(Case::new("the end cannot be stored", end).storing());
    cases.push(Case::new("a store that says nothing", silent).storing());
}

/// The payment is not sent, and nothing left for the terminal.
pub(super) fn nothing_left(play: &mut Play, rule: Rule, outcome: &str) -> Result<(), Broken> {
    if play.sent().iter().any(|bytes| !bytes.is_empty()) {
        return Err(play.broken(rule, "the request left all the same"));
    }
    if outcome == "not_sent" {
        return Ok(());
    }
    Err(play.broken(rule, &format!("the payment is {outcome}")))
}

fn slow(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.keeping = Box::new(|kind| match kind {
        Kind::Intent | Kind::Sheet => Keeping::StoresAfter(millis(300)),
        _ => Keeping::Stores,
    });
    let mut play = ground.begin(scene)?;
    play.pay();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)?;
    let confirmed = play.heard(|heard| matches!(heard, Heard::Confirmed(Kind::Intent)));
    let left = play.saw(|sight| matches!(sight, Sight::Sent(..)));
    if left.is_some_and(|left| confirmed.is_none_or(|confirmed| left < confirmed)) {
        return Err(play.broken(Rule::ConfirmsWhatIsStored, "the request left before its record was stored"));
    }
    // Between the asking and the confirming of a receipt the terminal is told nothing.
    let mut asked = None;
    for (at, heard) in &play.heard {
        match heard {
            Heard::Unconfirmed(Kind::Sheet) => asked = Some(*at),
            Heard::Confirmed(Kind::Sheet) => {
                let sights = play.terminal.log.all();
                let told = sights.iter().any(|(then, sight)| {
                    matches!(sight, Sight::Answered) && asked.is_some_and(|asked| *then > asked && then < at)
                });
                if told {
                    let seen = "a receipt was acknowledged before it was stored";
                    return Err(play.broken(Rule::ConfirmsWhatIsStored, seen));
                }
            }
            _ => {}
        }
    }
    if outcome == "approved" {
        return Ok(());
    }
    Err(play.broken(Rule::ReadsWhileWaiting, &format!("with a slow store a payment is {outcome}")))
}

fn receipt(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.keeping = Box::new(|kind| if kind == Kind::Sheet { Keeping::Fails } else { Keeping::Stores });
    let mut play = ground.begin(scene)?;
    play.pay();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)?;
    let kept = |play: &Play| {
        let asked = play.heard(|heard| matches!(heard, Heard::Unconfirmed(Kind::Sheet)));
        let kept = |(at, heard): &&(_, Heard)| {
            matches!(heard, Heard::Word(Word::Sheet(true))) && asked.is_some_and(|asked| *at > asked)
        };
        play.heard.iter().find(kept).is_some()
    };
    if play.heard(|heard| matches!(heard, Heard::Unconfirmed(Kind::Sheet))).is_none() {
        return Err(play.broken(Rule::ConfirmsWhatIsStored, "a receipt was never given to the store"));
    }
    let lost = play.heard(|heard| matches!(heard, Heard::Word(Word::Sheet(false))));
    if lost.is_some() {
        return Ok(());
    }
    let seen = if kept(&play) { "the receipt counts as kept" } else { "nothing is said of the receipt" };
    Err(play.broken(Rule::ReportsWhatIsNotStored, seen))
}

fn end(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.keeping = Box::new(|kind| if kind == Kind::Result { Keeping::Fails } else { Keeping::Stores });
    let mut play = ground.begin(scene)?;
    play.pay();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)?;
    // A restart has to ask again: nothing of the end is in the store.
    match play.restart()? {
        blocked if blocked == request => Ok(()),
        _ => Err(play.broken(Rule::RestartFindsWhatWasStored, "the request without a stored end blocks nothing")),
    }
}

fn silent(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.job.local = millis(1000);
    scene.keeping = Box::new(|kind| if kind == Kind::Intent { Keeping::Holds } else { Keeping::Stores });
    let mut play = ground.begin(scene)?;
    play.pay();
    let (outcome, request) = play.finish_within(millis(1000) + 2 * SLACK).map_err(|_| {
        Broken::new(Rule::KeepsDeadlines, "the intent is not stored in the time for it, and nothing happens")
    })?;
    play.judge(&outcome, request)?;
    nothing_left(&mut play, Rule::ConfirmsWhatIsStored, &outcome)
}
