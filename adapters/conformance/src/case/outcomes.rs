//! Payments in every dialect, with every fault and every script.

use opi_core::opi::Profile;
use opi_core::sim::{Fault, Script};

use super::Case;
use crate::rule::{Broken, Rule};
use crate::scene::{Scene, millis};
use crate::terminal::Sight;

/// Payments with which nothing is wrong.
pub(super) fn plain(cases: &mut Vec<Case>) {
    for profile in Profile::ALL {
        for fault in [Fault::None, Fault::Split, Fault::SplitRandom, Fault::Merged] {
            let name = format!("payment {} {}", profile.name, fault.name());
            cases.push(Case::new(name, move |ground| {
                let mut scene = Scene::new(profile)?;
                scene.setup.fault = fault;
                let mut play = ground.begin(scene)?;
                play.pay();
                let (outcome, request) = play.finish()?;
                play.judge(&outcome, request)?;
                if play.saw(|sight| matches!(sight, Sight::Refused)).is_some() {
                    return Err(play.broken(Rule::ListensBeforeSending, "the terminal was refused at the listener"));
                }
                if outcome != "approved" {
                    return Err(play.not_approved(&outcome));
                }
                if let Some(Sight::Complaint(what)) = complaint(&play) {
                    return Err(play.broken(Rule::WritesToTheEnd, &format!("the terminal complains: {what}")));
                }
                // And a second one, which finds everything as the first one left it.
                play.pay();
                let (outcome, request) = play.finish()?;
                play.judge(&outcome, request)?;
                if outcome != "approved" {
                    return Err(play.not_approved(&outcome));
                }
                play.order("quit");
                Ok(())
            }));
        }
    }
    cases.push(Case::new("journal of 64 KiB", |ground| {
        let mut scene = Scene::new(&Profile::NEXI)?;
        scene.setup = scene.setup.with_script(Script::LongJournal);
        let mut play = ground.begin(scene)?;
        play.pay();
        let (outcome, request) = play.finish()?;
        play.judge(&outcome, request)?;
        if outcome == "approved" {
            return Ok(());
        }
        Err(play.broken(Rule::LosesNoByte, &format!("with a long journal a payment is {outcome}")))
    }));
}

fn complaint(play: &crate::play::Play) -> Option<Sight> {
    play.terminal.log.all().into_iter().map(|(_, sight)| sight).find(|sight| matches!(sight, Sight::Complaint(_)))
}

/// Whatever the terminal does, the till says what became of the money.
pub(super) fn cases(cases: &mut Vec<Case>) {
    for profile in [&Profile::NEXI, &Profile::OPI_DE] {
        for fault in Fault::ALL.iter().filter(|fault| !fault.is_of_the_wire()) {
            cases.push(Case::new(format!("fault {} {}", fault.name(), profile.name), move |ground| {
                let mut scene = Scene::new(profile)?;
                scene.setup.fault = *fault;
                scene.setup.fault_count = 1;
                truth(ground, scene)
            }));
        }
    }
    for script in Script::ALL {
        cases.push(Case::new(format!("script {}", script.name()), move |ground| {
            let mut scene = Scene::new(&Profile::NEXI)?;
            scene.setup = scene.setup.with_script(*script);
            scene.cashier = Some(match script {
                Script::Menu => ("number 1", millis(50)),
                Script::AmountEntry => ("number 12", millis(50)),
                Script::TextEntry => ("text table 4", millis(50)),
                // The terminal withdraws it.
                Script::AbortInput => ("yes", millis(60_000)),
                _ => ("yes", millis(50)),
            });
            truth(ground, scene)
        }));
    }
    cases.push(Case::new("card numbers in clear", |ground| {
        let mut scene = Scene::new(&Profile::NEXI)?;
        scene.setup.masks_cards = false;
        truth(ground, scene)
    }));
}

fn truth(ground: &super::Ground, mut scene: Scene) -> Result<(), Broken> {
    // What leaves nothing but waiting need not last.
    scene.job.idle = millis(2500);
    let mut play = ground.begin(scene)?;
    play.pay();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)
}
