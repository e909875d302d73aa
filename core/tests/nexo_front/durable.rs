//! What survives a power cut, at every storing, and what "not found" promises.

use opi_core::nexo::front::record::{self, DecodeError, Entry};
use opi_core::nexo::front::{Input, Settings};
use opi_core::nexo::seen::Uniqueness;
use opi_core::operation::{Outcome, Reason};
use proptest::prelude::*;
use serde_json::Value;

use crate::world::{
    Ending, Habit, StoreHabit, World, abort, approved, finished, message, payment, payment_of, response, settings,
    status,
};

fn condition(world: &mut World, request: &[u8]) -> String {
    response(&world.ask(request).json()).1
}

/// The inner condition of a repeated response; empty for an approval.
fn settled(answer: &Value) -> Option<String> {
    let body = answer.pointer("/SaleToPOIResponse/TransactionStatusResponse/RepeatedMessageResponse")?;
    let inner = &body["RepeatedResponseMessageBody"]["PaymentResponse"]["Response"];
    Some(inner["ErrorCondition"].as_str().unwrap_or_default().to_owned())
}

/// The power goes after so many bytes of the disk: whatever was not confirmed, nobody acted upon.
#[test]
fn at_every_byte_of_the_disk_a_status_says_nothing_untrue() {
    let mut world = World::new();
    world.habit = Habit::Waits;
    world.send(&payment("A", "10.99"));
    let accepted = world.disk.len();
    let (wish, request) = world.operation();
    world.settle(wish, &approved(&request));
    let whole = world.disk.clone();
    assert!(whole.len() > accepted);
    // Every byte of the acceptance, and around both ends of the answer; between them every seventh.
    let lengths =
        (0..=whole.len()).filter(|length| *length <= accepted + 40 || *length + 40 >= whole.len() || length % 7 == 0);
    for length in lengths {
        let mut world = World::new();
        world.disk = whole[..length].to_vec();
        world.habit = Habit::Waits;
        world.restart();
        let answer = world.ask(&status("S", "A")).json();
        let (_, told, _) = response(&answer);
        if length < accepted {
            assert_eq!(told, "NotFound", "{length}");
            assert!(world.wishes.is_empty());
        } else if length < whole.len() {
            assert_eq!(told, "InProgress", "{length}");
            assert_eq!(world.wishes.len(), 1);
            assert_eq!(condition(&mut world, &payment("B", "1")), "Busy");
            // The application knows it by its name.
            let (wish, text) = world.wishes[0].clone();
            assert!(text.contains(request.reference.as_ref().unwrap().as_str()));
            world.settle(wish, &approved(&request));
            assert_eq!(settled(&world.ask(&status("S2", "A")).json()), Some(String::new()));
        } else {
            assert_eq!(settled(&answer), Some(String::new()));
            assert!(world.wishes.is_empty());
        }
        assert_eq!(condition(&mut world, &payment("A", "10.99")), "MessageFormat", "the id is used: {length}");
    }
}

/// Also where the answer was never confirmed stored, it is sent; a restart then asks the application again.
#[test]
fn an_answer_that_cannot_be_stored_is_sent_all_the_same() {
    for habit in [StoreHabit::Fails, StoreHabit::Silent] {
        let mut world = World::new();
        world.habit = Habit::Waits;
        let exchange = world.send(&payment("A", "10.99"));
        let (wish, request) = world.operation();
        world.store = habit;
        world.settle(wish, &approved(&request));
        world.pass(10);
        assert_eq!(response(&world.ending(exchange).unwrap().json()).0, "Success", "{habit:?}");
        world.store = StoreHabit::Works;
        world.restart();
        assert_eq!(condition(&mut world, &status("S", "A")), "InProgress");
    }
}

#[test]
fn nothing_is_done_before_its_acceptance_is_stored() {
    for habit in [StoreHabit::Fails, StoreHabit::Silent] {
        let mut world = World::new();
        world.store = habit;
        let exchange = world.send(&payment("A", "10.99"));
        assert!(world.requests.is_empty());
        if habit == StoreHabit::Silent {
            assert_eq!(world.ending(exchange), None);
            world.pass(10);
            world.pass(10);
        }
        let (result, condition, text) = response(&world.ending(exchange).unwrap().json());
        assert_eq!((result.as_str(), condition.as_str()), ("Failure", "UnavailableDevice"));
        assert_eq!(text, "message=Request%20not%20stored");
        assert!(world.requests.is_empty());
        // A confirmation that comes too late begins nothing.
        if let Some(ticket) = world.unconfirmed.front().copied() {
            world.input(Input::Stored(ticket)).unwrap();
        }
        assert!(world.requests.is_empty());
        assert!(world.front().is_idle());
    }
}

/// "Not found" says that it may be paid again; a request that comes after it is not done.
#[test]
fn a_request_that_overtakes_its_status_is_not_done_after_not_found() {
    let mut world = World::new();
    assert_eq!(condition(&mut world, &status("S1", "A")), "NotFound");
    assert_eq!(condition(&mut world, &payment("A", "10.99")), "MessageFormat");
    assert!(world.requests.is_empty());
    // And it stays so, over a restart.
    world.restart();
    assert_eq!(condition(&mut world, &status("S2", "A")), "NotFound");
    assert_eq!(condition(&mut world, &payment("A", "10.99")), "MessageFormat");
    // It is the message of that till that never came.
    assert_eq!(response(&world.ask(&payment_of("POS-2", "A", "10.99")).json()).0, "Success");

    let mut settings = settings();
    settings.not_found_takes_id = false;
    let mut world = World::with(settings);
    assert_eq!(condition(&mut world, &status("S1", "A")), "NotFound");
    assert_eq!(response(&world.ask(&payment("A", "10.99")).json()).0, "Success");
}

/// What is not stored is not promised.
#[test]
fn not_found_is_not_said_before_its_id_is_stored() {
    for habit in [StoreHabit::Fails, StoreHabit::Silent] {
        let mut world = World::new();
        world.store = habit;
        let exchange = world.send(&status("S1", "A"));
        if habit == StoreHabit::Silent {
            assert_eq!(world.ending(exchange), None);
            // Others are served meanwhile.
            assert_eq!(condition(&mut world, &status("S2", "B")), "UnavailableService");
            world.pass(10);
        }
        assert_eq!(response(&world.ending(exchange).unwrap().json()).1, "UnavailableService");
    }
}

/// A response that is not kept any more is not "not found".
#[test]
fn what_was_accepted_is_never_not_found() {
    let mut world = World::new();
    for number in 0..60 {
        world.ask(&payment(&format!("P{number}"), "10.99"));
    }
    let mut kept = 0;
    for number in 0..60 {
        let answer = world.ask(&status(&format!("S{number}"), &format!("P{number}"))).json();
        match settled(&answer) {
            Some(inner) => {
                assert_eq!(inner, "");
                kept += 1;
            }
            None => assert_eq!(response(&answer).1, "UnavailableService", "P{number}"),
        }
    }
    assert!(kept >= 8, "{kept}");
    assert_eq!(condition(&mut world, &status("S60", "P60")), "NotFound");
}

/// Where ids were forgotten or are damaged, nobody can say what never came.
#[test]
fn damage_takes_the_promise_away_for_48_hours() {
    let mut world = World::new();
    world.ask(&payment("A", "10.99"));
    world.front().mark_damaged();
    assert_eq!(condition(&mut world, &status("S1", "B")), "UnavailableService");
    assert_eq!(condition(&mut world, &message("TransactionStatus", "S2", "{}")), "");
    world.pass(49 * 3600);
    assert_eq!(condition(&mut world, &status("S3", "B")), "NotFound");
}

#[test]
fn ids_are_refused_within_48_hours_over_restarts_and_clocks() {
    let mut world = World::new();
    world.ask(&payment("A", "1"));
    world.ask(&message("Diagnosis", "D", "{}"));
    for jump in [0, -7200, 47 * 3600, -1_000_000, 86_400] {
        world.wall += jump;
        world.restart();
        assert_eq!(condition(&mut world, &payment("A", "1")), "MessageFormat", "{jump}");
        assert_eq!(condition(&mut world, &message("Diagnosis", "D", "{}")), "MessageFormat", "{jump}");
        world.wall -= jump;
    }
    let mut strict: Settings = settings();
    strict.uniqueness = Uniqueness::ServiceAlone;
    let mut world = World::with(strict);
    world.ask(&payment("A", "1"));
    assert_eq!(condition(&mut world, &payment_of("POS-2", "A", "1")), "MessageFormat");
}

/// What a microcontroller must have beside the memory it lends.
#[test]
fn a_terminal_is_small() {
    let bytes = std::mem::size_of::<opi_core::nexo::front::Front<'_>>();
    println!("a terminal takes {bytes} bytes");
    assert!(bytes < 24 * 1024, "{bytes}");
}

/// Names of transactions never repeat, whatever the clock does.
#[test]
fn names_of_transactions_never_repeat() {
    let mut world = World::new();
    let mut names = std::collections::HashSet::new();
    for number in 0..40 {
        if number % 7 == 3 {
            world.wall -= 5000;
            world.restart();
        }
        world.ask(&payment(&format!("P{number}"), "1"));
        let name = world.operation().1.reference.unwrap().as_str().to_owned();
        assert!(names.insert(name.clone()), "{name}");
    }
    assert_eq!(names.len(), 40);
}

/// Writing only what is needed anew changes nothing.
#[test]
fn a_store_may_keep_only_what_is_needed() {
    let mut world = World::new();
    for number in 0..50 {
        world.ask(&payment(&format!("P{number}"), "10.99"));
        world.pass(2 * 3600);
    }
    world.habit = Habit::Waits;
    world.send(&payment("LAST", "1"));
    let (now, at) = (opi_core::time::Instant::from_millis(world.now), opi_core::time::WallTime::new(world.wall, 0));
    let disk = world.disk.clone();
    let (mut kept, mut rest) = (Vec::new(), disk.as_slice());
    while let Ok((entry, length)) = record::decode(rest) {
        if world.front().needs(now, at, &entry) {
            kept.extend_from_slice(&rest[..length]);
        }
        rest = &rest[length..];
    }
    assert!(kept.len() < disk.len() && rest.is_empty());
    let mut small = World::new();
    small.now = world.now;
    small.wall = world.wall;
    for (world, disk) in [(&mut world, disk), (&mut small, kept)] {
        world.disk = disk;
        world.restart();
    }
    small.wall = world.wall;
    for number in 0..50 {
        let of = format!("P{number}");
        let ask = status(&format!("S{number}"), &of);
        assert_eq!(world.ask(&ask), small.ask(&ask), "{of}");
        let again = payment(&of, "1");
        assert_eq!(condition(&mut world, &again), condition(&mut small, &again), "{of}");
    }
    assert_eq!(condition(&mut small, &status("SL", "LAST")), "InProgress");
}

#[test]
fn records_come_back_as_they_were_and_damage_is_noticed() {
    let mut world = World::new();
    world.ask(&message("Diagnosis", "D", "{}"));
    world.ask(&payment("A", "10.99"));
    let disk = world.disk.clone();
    let mut rest = disk.as_slice();
    let mut kinds = Vec::new();
    while !rest.is_empty() {
        let (entry, length) = record::decode(rest).unwrap();
        assert_eq!(crate::world::encoded(&entry.record()), rest[..length]);
        for cut in 0..length {
            assert_eq!(record::decode(&rest[..cut]), Err(DecodeError::Short), "{cut}");
        }
        for byte in 0..length {
            let mut damaged = rest[..length].to_vec();
            damaged[byte] ^= 0x20;
            assert!(record::decode(&damaged).is_err(), "{byte}");
        }
        kinds.push(std::mem::discriminant(&entry));
        // Card data is not stored, and what is shown is not the text of a response (I12).
        if let Entry::Answered(..) = &entry {
            assert!(!format!("{entry:?}").contains("PaymentReceipt"));
        }
        rest = &rest[length..];
    }
    kinds.dedup();
    assert!(kinds.len() >= 3, "{}", kinds.len());
}

#[derive(Clone, Debug)]
enum Step {
    Pay(u8),
    Status(u8),
    Abort(u8),
    Settle(u8),
    Pass(u64),
    Restart,
    Gone,
    Store(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0u8..12).prop_map(Step::Pay),
        5 => (0u8..12).prop_map(Step::Status),
        2 => (0u8..12).prop_map(Step::Abort),
        4 => (0u8..4).prop_map(Step::Settle),
        2 => prop_oneof![0u64..60, 100u64..200].prop_map(Step::Pass),
        2 => Just(Step::Restart),
        1 => Just(Step::Gone),
        1 => (0u8..3).prop_map(Step::Store),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    /// A till that believes every answer, and an application that keeps its own books: no payment is done twice under one
    /// id, none that was charged is ever told as failed or not found, and none that is told as approved was not charged.
    #[test]
    fn no_answer_contradicts_the_books(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        world.habit = Habit::Waits;
        // By the id of the till: begun, charged. By the wish: the id.
        let mut begun: std::collections::HashMap<String, u32> = std::collections::HashMap::new();
        let mut charged: std::collections::HashSet<String> = std::collections::HashSet::new();
        let mut promised: std::collections::HashSet<String> = std::collections::HashSet::new();
        let mut pending: Option<(opi_core::nexo::front::WishId, String)> = None;
        let (mut sent, mut seen_requests, mut seen_wishes, mut counter) = (Vec::new(), 0, 0, 0u32);
        for step in steps {
            match step {
                Step::Pay(id) => {
                    let id = format!("P{id}");
                    let exchange = world.send(&payment(&id, "10.99"));
                    sent.push((exchange, id));
                }
                Step::Status(of) => {
                    counter += 1;
                    let of = format!("P{of}");
                    let exchange = world.send(&status(&format!("S{counter}"), &of));
                    if world.ending(exchange).is_none() {
                        // The store is silent.
                        prop_assert!(world.store == StoreHabit::Silent);
                        world.pass(10);
                    }
                    let answer = world.ending(exchange).unwrap().json();
                    let (_, told, _) = response(&answer);
                    if told == "NotFound" {
                        prop_assert!(!begun.contains_key(&of), "{of} was begun");
                        promised.insert(of);
                    } else if let Some(inner) = settled(&answer) {
                        prop_assert_eq!(charged.contains(&of), inner.is_empty(), "{}: {}", of, inner);
                    } else {
                        prop_assert!(told == "InProgress" || told == "UnavailableService", "{}", told);
                    }
                }
                Step::Abort(of) => {
                    counter += 1;
                    world.ask(&abort(&format!("X{counter}"), &format!("P{of}")));
                }
                Step::Settle(how) => {
                    if let Some((wish, id)) = pending.clone() {
                        let (outcome, reason) = [
                            (Outcome::Approved, None),
                            (Outcome::Declined, Some(Reason::HostDeclined)),
                            (Outcome::Aborted, Some(Reason::Stopped)),
                            (Outcome::Unknown, Some(Reason::Deadline)),
                        ][usize::from(how)];
                        // What was charged stays charged, whenever it is told again.
                        let outcome = if charged.contains(&id) { Outcome::Approved } else { outcome };
                        if outcome == Outcome::Approved {
                            charged.insert(id);
                        }
                        world.settle(wish, &finished(outcome, reason));
                        if outcome != Outcome::Unknown {
                            pending = None;
                        }
                    }
                }
                Step::Pass(seconds) => world.pass(seconds),
                Step::Restart => {
                    pending = None;
                    sent.clear();
                    world.restart();
                }
                Step::Gone => {
                    if let Some((exchange, _)) = sent.pop()
                        && world.ending(exchange).is_none()
                    {
                        world.input(Input::Gone(exchange)).unwrap();
                    }
                }
                Step::Store(habit) => {
                    world.store = [StoreHabit::Works, StoreHabit::Fails, StoreHabit::Silent][usize::from(habit)];
                }
            }
            let new = world.requests.split_off(seen_requests);
            for (wish, request, _) in new.clone() {
                let text = format!("{:?}", world.front().transaction().map(|it| it.service_id.clone()));
                let id = text.trim_start_matches("Some(\"").trim_end_matches("\")").to_owned();
                prop_assert!(!promised.contains(&id), "{id} was promised not to be done");
                *begun.entry(id.clone()).or_default() += 1;
                prop_assert_eq!(begun[&id], 1, "{} begun twice", id);
                prop_assert!(request.reference.is_some());
                pending = Some((wish, id));
            }
            world.requests.extend(new);
            seen_requests = world.requests.len();
            let new = world.wishes.split_off(seen_wishes);
            for (wish, text) in new.clone() {
                if text.starts_with("Settle(") {
                    let id = world.front().transaction().map(|it| it.service_id.as_str().to_owned()).unwrap();
                    pending = Some((wish, id));
                }
            }
            world.wishes.extend(new);
            seen_wishes = world.wishes.len();
            for (exchange, id) in &sent {
                if let Some(Ending::Reply { body, .. }) = world.ending(*exchange) {
                    let (result, told, text) = response(&serde_json::from_str(&body).unwrap());
                    let of_another = told == "Busy" || text.contains("Repeated");
                    if !of_another {
                        prop_assert_eq!(result == "Success", charged.contains(id), "{}: {} {}", id, result, told);
                    }
                }
            }
        }
    }
}
