//! The promise: a till that is killed at random instants loses no charge and charges nothing twice.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::made::Kind;
use crate::world::{World, in_each_profile};

/// One lane with its terminal over many kills.
struct Victim {
    world: World,
    random: u64,
    kills: usize,
    /// How long a payment takes here, and a bit.
    long: Duration,
}

impl Victim {
    fn new(kind: Kind, profile: &'static str) -> Self {
        let world = World::new(kind, profile, "signature-question", "none");
        let long = (0..3).map(|_| {
            let begun = Instant::now();
            assert_eq!(world.pay().status, Some(0), "{}", world.output());
            begun.elapsed()
        });
        // The first one may have had to be compiled.
        let long = long.min().unwrap_or_default() * 11 / 10;
        Self { world, random: profile.bytes().fold(7, |seed, byte| seed * 31 + u64::from(byte)), kills: 0, long }
    }

    /// Xorshift of Marsaglia: the same kills at every run, as far as the machine lets them be.
    fn instant(&mut self) -> Duration {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.long * u32::try_from(self.random % 1000).unwrap() / 1000
    }

    fn kill(&mut self, turn: usize) {
        let mut till = self.world.start(&["pay", "25.00", "CHF", "--yes"]);
        let mut instant = self.instant();
        if !turn.is_multiple_of(3) {
            // Most of the time goes by before the request: two of three kills come after it has its number.
            let begun = Instant::now();
            while self.world.output().is_empty() && begun.elapsed() < 5 * self.long {
                sleep(Duration::from_micros(200));
            }
            instant /= 3;
        }
        sleep(instant);
        self.kills += usize::from(till.0.try_wait().unwrap().is_none());
        till.0.kill().unwrap();
        till.0.wait().unwrap();
    }

    /// Uses the till again; what stays unknown is decided by a look at the terminal.
    fn go_on(&mut self, turn: usize) {
        let what = format!("killed in turn {turn}");
        self.world.check(&what);
        if turn.is_multiple_of(2) {
            self.world.run(&["recover"]);
            self.world.check(&what);
        }
        let said = self.world.pay();
        self.world.check(&what);
        let word = match said.status {
            Some(0) => "APPROVED",
            Some(3) => "NOT SENT",
            Some(1) => "",
            Some(4) => "UNKNOWN",
            Some(5) => "request ",
            _ => panic!("{what}: {said:?}"),
        };
        assert!(said.output.lines().any(|line| line.starts_with(word)), "{what}: {said:?}");
        if let Some(request) = self.world.open_request() {
            self.world.decide(&request, &what);
        }
    }
}

fn kill(kind: Kind, kills: usize) {
    let victims = in_each_profile(|profile| {
        let mut victim = Victim::new(kind, profile);
        // Some come too late.
        for turn in 0..4 * kills {
            if victim.kills >= kills {
                break;
            }
            victim.kill(turn);
            victim.go_on(turn);
        }
        victim
    });
    let sum = |count: fn(&Victim) -> usize| victims.iter().map(count).sum::<usize>();
    println!(
        "{kind:?}: kills at random {}, charges {}, decided by a person {}, disagreements 0",
        sum(|victim| victim.kills),
        sum(|victim| victim.world.charges()),
        sum(|victim| victim.world.decided)
    );
    assert!(sum(|victim| victim.kills) >= 3 * kills);
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn a_till_in_c_that_is_killed_recovers() {
    kill(Kind::C, 25);
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn a_till_in_python_that_is_killed_recovers() {
    kill(Kind::Python, 12);
}
