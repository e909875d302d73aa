//! Writes that take less than they are given, and connections that break in the middle of a frame.

use opi_core::opi::Profile;

use super::{Case, Ground};
use crate::play::{Play, SLACK};
use crate::rule::{Broken, Rule};
use crate::scene::{Scene, millis};
use crate::terminal::Sight;
use crate::wire;

pub(super) fn cases(cases: &mut Vec<Case>) {
    for chunk in [1, 100] {
        let told = vec![("SHIM_CHUNK", chunk.to_string())];
        let play = |ground: &Ground| {
            let (play, outcome) = pay(ground)?;
            if outcome == "approved" {
                return Ok(());
            }
            Err(play.broken(Rule::WritesToTheEnd, &format!("with short writes a payment is {outcome}")))
        };
        cases.push(Case::new(format!("writes of {chunk} bytes"), play).shim(told));
    }
    for bytes in [0, 1, 4, 100, 300] {
        let told = vec![("SHIM_BYTES", bytes.to_string()), ("SHIM_CHUNK", "64".to_owned())];
        let play = move |ground: &Ground| {
            let (play, outcome) = pay(ground)?;
            let sent = play.sent().first().cloned().unwrap_or_default();
            if !wire::frames(&sent).0.is_empty() {
                return Err(play.broken(Rule::Runs, "its requests are shorter than any that is known"));
            }
            if outcome != "not_sent" {
                let seen = format!("{bytes} bytes of the request left, and the payment is {outcome}");
                return Err(play.broken(Rule::CountsWhatWasWritten, &seen));
            }
            if sent.len() > bytes || play.sent().iter().skip(1).any(|more| !more.is_empty()) {
                return Err(play.broken(Rule::NeverSendsTwice, "after a failed write more was sent"));
            }
            Ok(())
        };
        cases.push(Case::new(format!("connection breaks after {bytes} bytes"), play).shim(told));
    }
    // The whole request leaves, and nothing that is to follow it on any connection to the terminal.
    cases.push(
        Case::new("connection breaks behind the request", |ground: &Ground| {
            let mut scene = Scene::new(&Profile::NEXI)?;
            scene.setup.fault = opi_core::sim::Fault::DropAfterCharge;
            scene.setup.fault_count = 1;
            scene.job.idle = millis(2500);
            let mut play = ground.begin(scene)?;
            play.pay();
            let (outcome, request) = play.finish()?;
            play.judge(&outcome, request)?;
            if matches!(outcome.as_str(), "approved" | "unknown") {
                return Ok(());
            }
            Err(play.broken(Rule::TellsTheTruth, &format!("charged, and the payment is {outcome}")))
        })
        .shim(vec![("SHIM_CHUNK", "7".to_owned())]),
    );
}

fn pay(ground: &Ground) -> Result<(Play, String), Broken> {
    let mut play = ground.begin(Scene::new(&Profile::NEXI)?)?;
    play.pay();
    let (outcome, request) = play.finish()?;
    // What left is on its way.
    if !play.until(SLACK, |play| play.saw(|sight| matches!(sight, Sight::Closed(0))).is_some())? {
        if play.sent().is_empty() {
            return Err(play.broken(Rule::DrainsOutputs, "it never connected to the terminal"));
        }
        return Err(play.broken(Rule::ClosesWhatItIsTold, "the connection that failed is still open"));
    }
    play.judge(&outcome, request)?;
    Ok((play, outcome))
}
