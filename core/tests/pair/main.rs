//! The session and the simulated terminal, joined without sockets on virtual time: every script, every fault, every
//! dialect.

#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use opi_core::drive::Input;
use opi_core::money::{Currency, Money};
use opi_core::operation::{Operation, Original, Outcome, Reason, Request};
use opi_core::opi::Profile;
use opi_core::sim::{Callback, Dialect, Fault, Script, Setup};
use opi_core::time::Instant;

use world::{World, wall};

fn pairs() -> impl Iterator<Item = (&'static Profile, &'static Dialect)> {
    Profile::ALL.iter().map(|profile| (*profile, Dialect::by_name(profile.name).unwrap()))
}

fn setup(dialect: &'static Dialect, seed: u64) -> Setup {
    Setup::new(dialect, seed, wall(0))
}

#[test]
fn every_profile_has_its_terminals() {
    assert_eq!(pairs().count(), Dialect::ALL.len());
}

#[test]
fn every_script_ends_as_it_should_in_every_dialect() {
    for (profile, dialect) in pairs() {
        for script in Script::ALL {
            let what = format!("{} {}", profile.name, script.name());
            let mut world = World::new(profile, setup(dialect, 5).with_script(*script));
            let finished = world.pay(2_500);
            world.check(&finished, &what);
            assert_eq!(world.complaints, [""; 0], "{what}");
            let wanted: &[Outcome] = match script {
                Script::Decline | Script::HostUnreachable | Script::TimedOutNoEvidence => &[Outcome::Declined],
                Script::AbortByCardholder => &[Outcome::Aborted],
                Script::PrintLastTicket | Script::LoggedOut | Script::Busy | Script::DeviceUnavailable => {
                    &[Outcome::Declined]
                }
                // The money moved; the answer is not clear, but the ticket can be.
                Script::TimedOutWithEvidence
                | Script::UnknownResult
                | Script::MissingResult
                | Script::PartialFailure
                | Script::AuthorisationUnknown => &[Outcome::Approved, Outcome::Unknown],
                _ => &[Outcome::Approved],
            };
            assert!(wanted.contains(&finished.outcome), "{what}: {finished:?}");
            let (amount, tip) = match script {
                Script::Tip => (2_750, Some(250)),
                Script::PartialApproval => (1_250, None),
                _ => (2_500, None),
            };
            if finished.outcome == Outcome::Approved {
                assert_eq!(finished.facts.amount.map(Money::minor), Some(amount), "{what}");
                assert_eq!(finished.facts.tip.map(Money::minor), tip, "{what}");
            }
            let partial = finished.reason == Some(Reason::PartialApproval);
            assert_eq!(partial, *script == Script::PartialApproval, "{what}");
        }
    }
}

#[test]
fn cash_back_is_part_of_the_amount() {
    for (profile, dialect) in pairs() {
        let mut world = World::new(profile, setup(dialect, 5).with_script(Script::Cashback));
        let money = |minor| Money::from_minor(minor, Currency::EUR);
        let operation = Operation::Payment { amount: money(5_000), cash_back: Some(money(2_000)) };
        let finished = world.start(operation);
        assert_eq!(finished.outcome, Outcome::Approved);
        assert_eq!((finished.facts.amount, finished.facts.cash_back), (Some(money(5_000)), Some(money(2_000))));
        assert_eq!(world.booked[0].charged, money(5_000));
    }
}

#[test]
fn no_is_no() {
    for (profile, dialect) in pairs() {
        for script in [Script::SignatureQuestion, Script::Confirmation, Script::DeliveryBox] {
            let mut world = World::new(profile, setup(dialect, 5).with_script(script));
            world.yes = false;
            let finished = world.pay(2_500);
            assert_eq!(finished.outcome, Outcome::Aborted, "{} {}", profile.name, script.name());
            assert_eq!((world.booked.len(), world.complaints.len()), (0, 0));
        }
    }
}

/// Whether the till is left without an answer that it may believe.
fn loses_the_answer(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::HalfFrame
            | Fault::DropBeforeRequest
            | Fault::DropBeforeAnswer
            | Fault::DropAfterCharge
            | Fault::WrongRequestId
            | Fault::WrongWorkstation
            | Fault::WrongType
            | Fault::Oversize
            | Fault::ZeroLength
            | Fault::Doctype
            | Fault::Garbage
            | Fault::NeverAnswers
            | Fault::RebootInFlight
    )
}

#[test]
fn every_fault_keeps_the_promise_in_every_dialect() {
    for (profile, dialect) in pairs() {
        for fault in Fault::ALL {
            for (seed, script) in [(1, Script::Approve), (2, Script::Decline), (3, Script::SlowCard), (4, Script::Tip)]
            {
                let what = format!("{} {} {}", profile.name, fault.name(), script.name());
                let mut terminal = setup(dialect, seed).with_script(script).with_fault(*fault);
                terminal.fault_count = 1;
                let mut world = World::new(profile, terminal);
                if script == Script::SlowCard {
                    world.abort_at = Some(4_000);
                }
                let finished = world.pay(2_500);
                world.check(&finished, &what);
                assert_eq!(world.complaints, [""; 0], "{what}");
                if !loses_the_answer(*fault) {
                    let wanted = match script {
                        Script::Decline => Outcome::Declined,
                        Script::SlowCard => Outcome::Aborted,
                        _ => Outcome::Approved,
                    };
                    assert_eq!(finished.outcome, wanted, "{what}: this fault must not change the outcome");
                }
                if let Some(unresolved) = world.session.unresolved().cloned() {
                    let charged = !world.booked.is_empty();
                    world.till(Input::Resolve { request: unresolved.request_id, charged, note: "" });
                    world.drain_till();
                }
                // Afterwards the lane works again.
                world.start(Operation::Login);
                world.start(Operation::Reprint);
                world.abort_at = None;
                let second = world.pay(100);
                world.check(&second, &what);
            }
        }
    }
}

#[test]
fn device_messages_may_travel_on_any_connection() {
    for (profile, dialect) in pairs() {
        for callback in [Callback::PerRequest, Callback::Persistent, Callback::Single] {
            for script in [Script::Approve, Script::ManyOutputs, Script::AllTargets, Script::AbortInput] {
                let what = format!("{} {callback:?} {}", profile.name, script.name());
                let mut world = World::new(profile, Setup { callback, ..setup(dialect, 5).with_script(script) });
                let finished = world.pay(2_500);
                assert_eq!(finished.outcome, Outcome::Approved, "{what}");
                assert_eq!(world.complaints, [""; 0], "{what}");
                assert!(world.sheets > 3, "{what}: {} sheets", world.sheets);
            }
        }
    }
}

#[test]
fn every_operation_of_a_profile_is_carried_out() {
    for (profile, dialect) in pairs() {
        let mut world = World::new(profile, setup(dialect, 5));
        let paid = world.pay(2_500);
        let stan = paid.facts.stan.clone();
        let original = Original { stan, ..Original::default() };
        let amount = Money::from_minor(2_500, Currency::EUR);
        let operations = [
            Operation::Refund { amount, original: Original::default() },
            Operation::Reprint,
            Operation::RepeatLast,
            Operation::Info,
            Operation::Status,
            Operation::CardCircuits,
            Operation::Deactivate,
            Operation::Activate,
            Operation::Logoff,
            Operation::Login,
            Operation::Reconciliation { closure: false },
            Operation::Diagnosis,
            Operation::Transmit,
            Operation::ContactTms,
            Operation::ContactAcquirer,
            Operation::Reservation { amount },
            Operation::Reversal { amount: Some(amount), original },
            Operation::Reconciliation { closure: true },
            Operation::CloseDay,
            Operation::Restart,
        ];
        for operation in operations {
            let name = operation.name();
            if profile.verbs(&operation).is_empty() {
                continue;
            }
            let request = Request::new(operation.clone(), wall(world.now));
            if world.session.handle_input(Instant::from_millis(world.now), Input::Start(&request)).is_err() {
                // The dialect needs more of the original than this test has.
                continue;
            }
            let finished = world.run();
            let wanted: &[Outcome] = match operation {
                _ if operation.moves_money() => &[Outcome::Approved],
                Operation::RepeatLast if profile.name == "opi-de" => &[Outcome::Declined],
                // After the day was closed already.
                Operation::CloseDay => &[Outcome::Done, Outcome::Declined],
                _ => &[Outcome::Done],
            };
            assert!(wanted.contains(&finished.outcome), "{} {name}: {finished:?}", profile.name);
            assert_eq!(world.complaints, [""; 0], "{} {name}", profile.name);
        }
    }
}
