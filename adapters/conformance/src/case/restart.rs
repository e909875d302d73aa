//! Power cuts: the till is killed at every step of a payment, started again, and asked what it knows.

use std::time::Duration;

use opi_core::opi::Profile;
use opi_core::sim::Fault;

use super::{Case, Ground};
use crate::play::{Heard, Play};
use crate::process::Word;
use crate::rule::{Broken, Rule};
use crate::scene::{Keeping, Kind, Scene, millis};
use crate::terminal::Sight;

/// Where the power is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// The record is being stored, and is lost.
    Before(Kind),
    /// The record was just stored.
    After(Kind),
    /// The request arrived.
    Request,
    /// Money moved.
    Booking,
}

pub(super) fn cases(cases: &mut Vec<Case>) {
    for kind in [Kind::Block, Kind::Intent, Kind::Sheet, Kind::Result] {
        for cut in [Cut::Before(kind), Cut::After(kind)] {
            cases.push(Case::new(format!("power cut: {cut:?}"), move |ground| cut_at(ground, cut)).storing());
        }
    }
    for cut in [Cut::Request, Cut::Booking] {
        cases.push(Case::new(format!("power cut: {cut:?}"), move |ground| cut_at(ground, cut)));
    }
    cases.push(Case::new("power cuts in a row", numbers));
}

fn is_cut(play: &Play, cut: Cut) -> bool {
    match cut {
        Cut::Before(kind) => play.heard(|heard| matches!(heard, Heard::Unconfirmed(which) if *which == kind)).is_some(),
        Cut::After(kind) => play.heard(|heard| matches!(heard, Heard::Confirmed(which) if *which == kind)).is_some(),
        Cut::Request => play.saw(|sight| matches!(sight, Sight::Sent(..))).is_some(),
        Cut::Booking => play.saw(|sight| matches!(sight, Sight::Booked(_))).is_some(),
    }
}

fn cut_at(ground: &Ground, cut: Cut) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    // Time enough for the cut.
    scene.setup.pace = millis(20);
    if let Cut::Before(lost) = cut {
        scene.keeping = Box::new(move |kind| if kind == lost { Keeping::Holds } else { Keeping::Stores });
    }
    let own_journal = ground.folder.is_some();
    let mut play = ground.begin(scene)?;
    play.pay();
    if !play.until(millis(10_000), |play| is_cut(play, cut))? {
        return Err(play.broken(Rule::DrainsOutputs, &format!("this never happens: {cut:?}")));
    }
    play.kill();
    let has = |play: &Play, kind: Kind| {
        play.heard(|heard| matches!(heard, Heard::Confirmed(which) if *which == kind)).is_some()
    };
    // With a journal of its own, a request that arrived has an intent, and none of these cuts comes after its end.
    let open = own_journal || has(&play, Kind::Intent) && !has(&play, Kind::Result);
    play.scene.keeping = Box::new(|_| Keeping::Stores);
    let blocked = play.restart()?;
    let Some(request) = blocked else {
        if open {
            return Err(play.broken(Rule::RestartFindsWhatWasStored, &format!("{cut:?}: nothing blocks the lane")));
        }
        play.pay();
        let (outcome, request) = play.finish()?;
        return play.judge(&outcome, request);
    };
    if !open {
        return Err(play.broken(Rule::RestartFindsWhatWasStored, &format!("{cut:?}: {request} blocks the lane")));
    }
    play.pay();
    let refused = play.wait(millis(5000), |word| match word {
        Word::Refused(_) => Some(true),
        Word::Started(_) | Word::Finished(..) => Some(false),
        _ => None,
    })?;
    if refused != Some(true) {
        let seen = "an earlier payment is unresolved, and a new one was begun";
        return Err(play.broken(Rule::RestartFindsWhatWasStored, seen));
    }
    settle(&mut play, request)
}

/// Has the terminal asked, and pays again if that is allowed.
fn settle(play: &mut Play, request: u32) -> Result<(), Broken> {
    play.order("recover");
    let (outcome, _) = play.finish()?;
    play.judge(&outcome, Some(request))?;
    if outcome == "unknown" {
        return Ok(());
    }
    play.pay();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)
}

/// Numbers of questions are in no record but the reservation.
fn numbers(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.setup.fault = Fault::DropAfterCharge;
    scene.setup.fault_count = 1;
    scene.job.probe_pause = millis(20);
    let mut play = ground.begin(scene)?;
    play.pay();
    for connections in 2..5 {
        let asked = |play: &Play| play.sent().iter().filter(|bytes| !bytes.is_empty()).count() >= connections;
        let over = play.until(Duration::from_secs(5), asked)?;
        play.kill();
        if !over {
            break;
        }
        let Some(_) = play.restart()? else { break };
        play.order("recover");
    }
    if play.restart()?.is_some() {
        play.order("recover");
        let (outcome, _) = play.finish()?;
        play.judge(&outcome, None.filter(|_| outcome != "approved").or(Some(1000)))?;
    }
    play.judge("unknown", None)
}
