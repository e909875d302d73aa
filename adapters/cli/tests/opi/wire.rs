//! Every step on the wire: the till or the terminal is killed, or the network cut, exactly when something passes on one
//! of the two channels.

use std::process::Command;

use crate::process::{Launch, PROFILES};
use crate::proxy::{Blow, Cut, Proxy};
use crate::steps::Tally;
use crate::world::{Deal, World, in_each_profile, side_by_side};

/// More than a payment with its recovery has.
const TOO_MANY: usize = 400;

/// Little to wait for what never comes, and enough for a busy machine.
pub(crate) const IMPATIENT: [&str; 8] =
    ["--timeout", "0.5", "--timeout-connect", "0.3", "--timeout-idle", "0.5", "--timeout-recovery", "0.02"];

/// Who is killed.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Till,
    Terminal,
}

fn kill(process: u32) {
    let killed = Command::new("kill").args(["-KILL", &process.to_string()]).output();
    assert!(killed.is_ok());
}

/// Plays the deal once for each step, with what happens there.
fn at_each_step(
    profile: &'static str,
    deal: Deal,
    tally: &mut Tally,
    steps: impl Iterator<Item = usize>,
    mut strike: impl FnMut(&mut World, &Proxy, usize) -> String,
) {
    for step in steps {
        assert!(step < TOO_MANY, "{profile} {}: no end", deal.name);
        let (proxy, places) = Proxy::between();
        let mut world = World::at(profile, deal, places, &Launch::default());
        let what = strike(&mut world, &proxy, step);
        let steps = proxy.steps();
        let Some(at) = steps.get(step - 1) else { return };
        let what = format!("{what} at step {step}, {at}");
        proxy.heal();
        world.check(&what);
        world.go_on(&what);
        tally.add(&world, step);
    }
}

fn killed(profile: &'static str, deal: Deal, victim: Victim, tally: &mut Tally) {
    at_each_step(profile, deal, tally, 1.., |world, proxy, step| {
        if let Victim::Terminal = victim {
            let terminal = world.terminal.process.0.id();
            let blow: Blow = Box::new(move || kill(terminal));
            proxy.strike(step, Cut::Pass, Some(blow));
            let said = world.pay(&Launch::default(), &[]);
            if world.terminal.process.0.try_wait().unwrap().is_some() {
                world.check("without its terminal");
                world.replace_terminal();
            }
            return format!("terminal killed, then {:?}", said.status);
        }
        // The number of the till is known only once it runs.
        let (tell, told) = std::sync::mpsc::channel();
        let blow: Blow = Box::new(move || kill(told.recv().unwrap()));
        proxy.strike(step, Cut::Pass, Some(blow));
        let payment = world.start_payment(&Launch::default(), &[]);
        tell.send(payment.till.0.id()).unwrap();
        format!("till killed, then {:?}", payment.end().status)
    });
}

fn cut(profile: &'static str, deal: Deal, cut: Cut, steps: impl Iterator<Item = usize>, tally: &mut Tally) {
    at_each_step(profile, deal, tally, steps, |world, proxy, step| {
        proxy.strike(step, cut, None);
        let patient = std::mem::replace(&mut world.limits, IMPATIENT.to_vec());
        let said = world.pay(&Launch::default(), &[]);
        world.limits = patient;
        let last = said.last();
        assert_eq!(last["event"], "finished", "{said:?}");
        let expected = match last["outcome"].as_str().unwrap() {
            "approved" => 0,
            "declined" | "aborted" => 1,
            "not_sent" => 3,
            _ => 4,
        };
        assert_eq!(said.status.code(), Some(expected), "{said:?}");
        // What is unknown is said with the ways out.
        assert!(expected != 4 || said.words.contains("opi resolve"), "{said:?}");
        format!("{cut:?}, then {last}")
    });
}

#[test]
#[ignore = "takes a minute: .ci/run plays it"]
fn a_till_killed_at_each_step_on_the_wire_loses_no_charge() {
    let tallies = in_each_profile(|profile| {
        let mut tally = Tally::default();
        for deal in [Deal::QUESTION, Deal::ABORT, Deal::LOST_ANSWER] {
            killed(profile, deal, Victim::Till, &mut tally);
        }
        tally
    });
    let kills = Tally::print("kills of the till at each step on the wire", &tallies);
    assert!(kills >= 200, "{kills}");
}

#[test]
#[ignore = "takes a minute: .ci/run plays it"]
fn a_terminal_killed_at_each_step_on_the_wire_leaves_no_charge_unseen() {
    let tallies = in_each_profile(|profile| {
        let mut tally = Tally::default();
        for deal in [Deal::QUESTION, Deal::ABORT, Deal::LOST_ANSWER] {
            killed(profile, deal, Victim::Terminal, &mut tally);
        }
        tally
    });
    let kills = Tally::print("kills of the terminal at each step on the wire", &tallies);
    assert!(kills >= 200, "{kills}");
}

#[test]
#[ignore = "takes a minute: .ci/run plays it"]
fn a_network_cut_at_each_step_loses_no_charge() {
    let cuts = [Cut::Reset, Cut::ResetBehind, Cut::Down, Cut::HalfClose];
    let pairs = PROFILES.iter().flat_map(|profile| cuts.map(|cut| (*profile, cut, 1, 1)));
    // With silence most of the time is waiting: every fourth step each.
    let silent = PROFILES.iter().flat_map(|profile| (1..=4).map(|first| (*profile, Cut::Silence, first, 4)));
    let tallies = side_by_side(pairs.chain(silent).collect(), |(profile, what, first, stride)| {
        let mut tally = Tally::default();
        cut(profile, Deal::QUESTION, what, (first..).step_by(stride), &mut tally);
        tally
    });
    let cuts = Tally::print("network cuts at each step on the wire", &tallies);
    assert!(cuts >= 400, "{cuts}");
}
