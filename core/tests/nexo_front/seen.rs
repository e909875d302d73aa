//! The ids of the last 48 hours, against a list that forgets nothing.

use std::collections::HashMap;

use opi_core::nexo::seen::{Full, Overflow, Seen, Stamp, Taken, Uniqueness, Use};
use opi_core::time::{Instant, WallTime};
use proptest::prelude::*;

const KEY: [u8; 16] = *b"sixteen key byte";
const HOUR: u64 = 3600;
const START: i64 = 1_775_636_100;

fn at(seconds: i64) -> WallTime {
    WallTime::new(seconds, 0)
}

fn now(seconds: u64) -> Instant {
    Instant::from_millis(seconds * 1000)
}

fn new(ring: &mut [Stamp]) -> Seen<'_> {
    Seen::new(ring, KEY, Uniqueness::SaleAndService, Overflow::ForgetOldest)
}

/// What a wall clock shows that runs as it should.
fn true_wall(seconds: u64) -> WallTime {
    at(START + i64::try_from(seconds).unwrap())
}

#[test]
fn an_id_is_refused_for_48_hours_and_not_much_longer() {
    let mut ring = [Stamp::FREE; 4];
    let mut seen = new(&mut ring);
    assert!(seen.find(now(0), true_wall(0), "POS-1", "1").is_none());
    seen.take(now(0), true_wall(0), "POS-1", "1", Use::Accepted).unwrap();
    for seconds in [0, 1, HOUR, 47 * HOUR, 48 * HOUR] {
        assert!(seen.find(now(seconds), true_wall(seconds), "POS-1", "1").is_some(), "after {seconds} s");
    }
    let late = 48 * HOUR + 120;
    assert!(seen.find(now(late), true_wall(late), "POS-1", "1").is_none());
}

#[test]
fn the_pair_is_what_counts_unless_the_service_id_alone_does() {
    let taken = [("POS-1", "1"), ("POS-", "11"), ("POS", "-11")];
    let mut ring = [Stamp::FREE; 8];
    let mut seen = new(&mut ring);
    for (index, (sale, service)) in taken.iter().enumerate() {
        assert!(seen.find(now(0), at(START), sale, service).is_none(), "{index}");
        seen.take(now(0), at(START), sale, service, Use::Accepted).unwrap();
    }
    assert!(seen.find(now(0), at(START), "POS-2", "1").is_none());
    let mut strict = Seen::new(&mut ring, KEY, Uniqueness::ServiceAlone, Overflow::ForgetOldest);
    strict.take(now(0), at(START), "POS-1", "1", Use::Accepted).unwrap();
    assert!(strict.find(now(0), at(START), "POS-2", "1").is_some());
    assert!(strict.find(now(0), at(START), "POS-1", "2").is_none());
}

#[test]
fn a_wall_clock_set_either_way_never_opens_the_window() {
    for jump in [-20 * 365 * 86_400, -86_400, -60, 60, 86_400, 49 * 3600, 20 * 365 * 86_400_i64] {
        let mut ring = [Stamp::FREE; 4];
        let mut seen = new(&mut ring);
        seen.take(now(0), at(START), "POS-1", "1", Use::Accepted).unwrap();
        for minutes in 1..=10 {
            assert!(seen.find(now(60 * minutes), at(START + jump), "POS-1", "1").is_some(), "set by {jump} s");
        }
        // Back again.
        assert!(seen.find(now(660), at(START + 660), "POS-1", "1").is_some(), "set by {jump} s and back");
        assert!(seen.find(now(47 * HOUR), at(START + jump), "POS-1", "1").is_some());
    }
}

#[test]
fn a_restart_remembers_even_with_a_clock_that_lost_its_time() {
    let mut ring = [Stamp::FREE; 4];
    let taken = new(&mut ring).take(now(5), at(START), "POS-1", "1", Use::Accepted).unwrap();
    for (wall, remembered) in [
        (START + 3600, true),
        (0, true),
        (START - 86_400 * 400, true),
        (START + 48 * 3600, true),
        (START + 48 * 3600 + 120, false),
    ] {
        let mut ring = [Stamp::FREE; 4];
        let mut seen = new(&mut ring);
        seen.restore(taken, "POS-1", "1");
        assert_eq!(seen.find(now(0), at(wall), "POS-1", "1").is_some(), remembered, "restarted at {wall}");
    }
}

/// A device without a battery starts in 1970; ids taken before its clock was set survive the restart after it was.
#[test]
fn ids_taken_before_the_clock_was_set_survive_a_restart() {
    let mut ring = [Stamp::FREE; 4];
    let mut seen = new(&mut ring);
    let stored: Vec<(Taken, &str)> = [(0, 30, "1"), (60, START, "2"), (120, START + 60, "3")]
        .into_iter()
        .map(|(seconds, wall, id)| (seen.take(now(seconds), at(wall), "POS-1", id, Use::Accepted).unwrap(), id))
        .collect();
    let mut ring = [Stamp::FREE; 4];
    let mut seen = new(&mut ring);
    for (taken, id) in stored {
        seen.restore(taken, "POS-1", id);
    }
    for id in ["1", "2", "3"] {
        assert!(seen.find(now(0), at(START + 3600), "POS-1", id).is_some(), "{id}");
    }
}

#[test]
fn a_full_memory_forgets_the_oldest_and_says_so_or_refuses() {
    let mut ring = [Stamp::FREE; 3];
    let mut seen = new(&mut ring);
    for id in ["1", "2", "3"] {
        seen.take(now(0), at(START), "POS-1", id, Use::Accepted).unwrap();
    }
    assert!(seen.is_complete(now(0), at(START)));
    seen.take(now(60), at(START), "POS-1", "4", Use::Accepted).unwrap();
    assert_eq!(seen.forgotten(), 1);
    assert!(seen.find(now(60), at(START), "POS-1", "1").is_none());
    assert!(seen.find(now(60), at(START), "POS-1", "2").is_some());
    // "Not seen" proves nothing until what was forgotten is out of the window anyway.
    assert!(!seen.is_complete(now(47 * HOUR), at(START)));
    assert!(seen.is_complete(now(49 * HOUR), at(START)));

    let mut ring = [Stamp::FREE; 2];
    let mut seen = Seen::new(&mut ring, KEY, Uniqueness::SaleAndService, Overflow::Refuse);
    seen.take(now(0), at(START), "POS-1", "1", Use::Accepted).unwrap();
    seen.take(now(HOUR), at(START), "POS-1", "2", Use::Accepted).unwrap();
    assert_eq!(seen.take(now(HOUR), at(START), "POS-1", "3", Use::Accepted), Err(Full));
    assert!(seen.take(now(49 * HOUR), at(START), "POS-1", "3", Use::Accepted).is_ok());
    assert!(seen.take(now(49 * HOUR), at(START), "POS-1", "4", Use::Accepted).is_err());
    let mut none = Seen::new(&mut [], KEY, Uniqueness::SaleAndService, Overflow::Refuse);
    assert_eq!(none.take(now(0), at(START), "POS-1", "1", Use::Accepted), Err(Full));
}

#[derive(Clone, Debug)]
enum Step {
    Take(u8),
    Pass(u32),
    SetWall(i64),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0u8..30).prop_map(Step::Take),
        4 => prop_oneof![0u32..90, 0u32..200_000].prop_map(Step::Pass),
        1 => prop_oneof![-100_000_000i64..100_000_000, -90i64..90].prop_map(Step::SetWall),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    /// Whatever the clock does while the terminal runs, and whenever it restarts: an id that is in truth younger than 48
    /// hours is known, as long as the clock of the restart is not ahead of the one that the last id was stored under.
    #[test]
    fn no_id_comes_back_within_48_hours(steps in prop::collection::vec(step(), 1..80)) {
        let (mut truth, mut skew, mut stored_skew) = (0u64, 0i64, 0i64);
        let mut used: HashMap<u8, u64> = HashMap::new();
        let mut stored: Vec<(Taken, u8)> = Vec::new();
        let mut boot = 0u64;
        let mut ring = [Stamp::FREE; 200];
        let mut seen = new(&mut ring);
        for step in steps {
            let wall = at(START + i64::try_from(truth).unwrap() + skew);
            match step {
                Step::Pass(seconds) => truth += u64::from(seconds),
                Step::SetWall(by) => skew = by,
                Step::Take(id) => {
                    let known = seen.find(now(truth - boot), wall, "POS-1", &id.to_string()).is_some();
                    if let Some(last) = used.get(&id) {
                        if truth - last <= 48 * HOUR {
                            prop_assert!(known, "{id} of {last} at {truth}");
                        }
                    } else {
                        prop_assert!(!known);
                    }
                    if !known {
                        let taken = seen.take(now(truth - boot), wall, "POS-1", &id.to_string(), Use::Accepted).unwrap();
                        stored.push((taken, id));
                        stored_skew = skew;
                        used.insert(id, truth);
                    }
                }
                Step::Restart => {
                    // A clock that is set forward while the terminal is off cannot be told from time that passed.
                    skew = skew.min(stored_skew);
                    boot = truth;
                    seen = new(Box::leak(Box::new([Stamp::FREE; 200])));
                    for (taken, id) in &stored {
                        seen.restore(*taken, "POS-1", &id.to_string());
                    }
                    // The first look after a restart is the one that counts the time off.
                    let wall = at(START + i64::try_from(truth).unwrap() + skew);
                    let _ = seen.is_complete(now(0), wall);
                }
            }
        }
    }
}
