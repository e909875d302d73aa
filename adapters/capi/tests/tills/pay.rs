//! What a till of the examples does with what a terminal does.

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::made::Kind;
use crate::world::{World, in_each_profile};

const KINDS: [Kind; 2] = [Kind::C, Kind::Python];

/// Runs with each till, in each dialect.
fn each(play: impl Fn(Kind, &'static str) + Sync) {
    for kind in KINDS {
        in_each_profile(|profile| play(kind, profile));
    }
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn valgrind_finds_nothing() {
    in_each_profile(|profile| {
        pays(Kind::Valgrind, profile);
        loses_the_answer(Kind::Valgrind, profile);
    });
    println!("valgrind: no invalid access, no leak");
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn a_payment_is_approved_and_its_receipts_are_kept() {
    each(pays);
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn a_lost_answer_is_asked_for() {
    each(loses_the_answer);
}

fn pays(kind: Kind, profile: &'static str) {
    let world = World::new(kind, profile, "signature-question", "none");
    let said = world.pay();
    assert_eq!(said.status, Some(0), "{kind:?} {profile}: {said:?}");
    assert!(said.end().starts_with("APPROVED 25.00 CHF"), "{said:?}");
    world.check("paid");
    let [it] = world.transactions().try_into().unwrap();
    assert_eq!((&it["outcome"], world.charges()), (&"approved".into(), 1), "{it}");
    for copy in ["customer", "merchant"] {
        let mut receipts = it["receipts"].as_array().unwrap().iter();
        let kept = receipts.find(|receipt| receipt["purpose"] == copy).unwrap_or_else(|| panic!("no {copy}: {it}"));
        let lines = kept["lines"].as_array().unwrap();
        assert!(lines.iter().any(|line| line.as_str().unwrap().contains("25.00")), "{kind:?} {profile}: {kept}");
        // What was printed is what was kept.
        for line in lines.iter().map(|line| line.as_str().unwrap()).filter(|line| !line.is_empty()) {
            assert!(said.output.contains(line), "{kind:?} {profile}: '{line}' is not in {}", said.output);
        }
    }
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn a_question_that_nobody_answers_is_never_a_yes() {
    each(|kind, profile| {
        let world = World::new(kind, profile, "signature-question", "none");
        let said = world.run(&["pay", "25.00", "CHF"]);
        assert!(matches!(said.status, Some(1 | 4)), "{kind:?} {profile}: {said:?}");
        world.check("not answered");
    });
}

fn loses_the_answer(kind: Kind, profile: &'static str) {
    let mut world = World::new(kind, profile, "approve", "drop-after-charge");
    let said = world.pay();
    assert!(matches!(said.status, Some(0 | 4)), "{kind:?} {profile}: {said:?}");
    world.check("answer lost");
    if said.status == Some(4) {
        // Blocked until a person decided.
        let next = world.pay();
        assert_eq!(next.status, Some(5), "{kind:?} {profile}: {next:?}");
        let request = world.open_request().unwrap();
        world.decide(&request, "answer lost");
    }
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn a_decline_is_one() {
    each(|kind, profile| {
        let world = World::new(kind, profile, "decline", "none");
        let said = world.pay();
        assert_eq!((said.status, world.charges()), (Some(1), 0), "{kind:?} {profile}: {said:?}");
        assert!(said.end().starts_with("DECLINED"), "{said:?}");
        world.check("declined");
    });
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn without_a_terminal_nothing_is_sent() {
    each(|kind, profile| {
        let mut world = World::new(kind, profile, "approve", "none");
        world.switch_off();
        let said = world.pay();
        assert_eq!(said.status, Some(3), "{kind:?} {profile}: {said:?}");
        assert!(said.end().starts_with("NOT SENT"), "{said:?}");
        world.check("switched off");
    });
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn ctrl_c_stops_a_payment() {
    for kind in [Kind::C, Kind::Python] {
        for profile in ["nexi", "opi-de"] {
            let world = World::new(kind, profile, "slow-card", "none");
            let till = world.start(&["pay", "25.00", "CHF", "--yes"]);
            let begun = Instant::now();
            // The terminal shows something: the request is in its hands.
            while !world.output().contains(" | ") {
                assert!(begun.elapsed() < Duration::from_secs(20), "{}", world.output());
                sleep(Duration::from_millis(5));
            }
            let pressed = Command::new("kill").args(["-INT", &till.0.id().to_string()]).status().unwrap();
            assert!(pressed.success());
            let said = world.finish(till);
            assert_eq!((said.status, world.charges()), (Some(1), 0), "{kind:?} {profile}: {said:?}");
            assert!(said.end().starts_with("ABORTED"), "{said:?}");
            world.check("stopped");
        }
    }
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn services_move_no_money() {
    for kind in KINDS {
        in_each_profile(|profile| {
            let world = World::new(kind, profile, "approve", "none");
            for command in ["activate", "reconcile", "diagnose", "recover", "deactivate"] {
                let said = world.run(&[command]);
                assert_eq!(said.status, Some(0), "{kind:?} {profile} {command}: {said:?}");
            }
            assert_eq!((world.transactions().len(), world.charges()), (0, 0));
        });
    }
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn what_is_wrong_is_refused_before_anything_is_sent() {
    for kind in KINDS {
        let world = World::new(kind, "opi-de", "approve", "none");
        for wrong in [
            &["pay"][..],
            &["pay", "25.001", "CHF"],
            &["pay", "25.00", "XXX"],
            &["info"],
            &["pay", "25.00", "CHF", "--reference", "no blanks"],
            &["pay", "25.00", "CHF", "--workstation", ""],
        ] {
            let said = world.run(wrong);
            assert!(matches!(said.status, Some(2 | 3)), "{kind:?} {wrong:?}: {said:?}");
        }
        assert_eq!(world.transactions().len(), 0);
    }
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn two_tills_never_share_a_journal() {
    for kind in [Kind::C, Kind::Python] {
        let world = World::new(kind, "nexi", "slow-card", "none");
        let till = world.start(&["pay", "25.00", "CHF", "--yes"]);
        let begun = Instant::now();
        while !world.output().contains(" | ") {
            assert!(begun.elapsed() < Duration::from_secs(20), "{}", world.output());
            sleep(Duration::from_millis(5));
        }
        let second = world.pay();
        assert_eq!(second.status, Some(3), "{second:?}");
        drop(till);
        world.check("one of two");
    }
}
