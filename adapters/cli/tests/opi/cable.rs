//! A true network between two processes, whose cable is pulled out while they talk: each has a network of its own, and
//! what is sent while the cable is out is lost without a word, as on a shop's floor.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{fs, process};

use crate::process::{Launch, Places};
use crate::steps::{Strike, Tally, taken};
use crate::world::{Deal, World, side_by_side};
use crate::{process::PROFILES, wire::IMPATIENT};

/// A network with nothing in it but one end of a cable. It is gone with the value.
struct Room {
    holder: Child,
    /// What runs a command in there.
    enter: Vec<String>,
}

impl Room {
    /// Runs a command that stays, in a network of its own.
    fn make(through: &[String], is_guest: bool) -> Option<Self> {
        let guest = ["--user", "--map-root-user"].map(str::to_owned);
        let mut words = through.to_vec();
        words.push("unshare".into());
        words.extend(guest.into_iter().filter(|_| is_guest && through.is_empty()));
        words.extend(["--net", "sleep", "3600"].map(str::to_owned));
        let mut command = Command::new(&words[0]);
        let holder = command.args(&words[1..]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let mut enter = vec!["nsenter".to_owned(), format!("--target={}", holder.id()), "--net".to_owned()];
        enter.extend(["--user", "--preserve-credentials"].map(str::to_owned).into_iter().filter(|_| is_guest));
        let mut room = Self { holder, enter };
        let network = |process: u32| fs::read_link(format!("/proc/{process}/ns/net")).ok();
        let begun = Instant::now();
        while network(room.holder.id()) == network(process::id()) || !room.is_asleep() {
            if room.holder.try_wait().unwrap().is_some() || begun.elapsed() > Duration::from_secs(5) {
                return None;
            }
            sleep(Duration::from_millis(2));
        }
        Some(room)
    }

    fn is_asleep(&self) -> bool {
        fs::read_to_string(format!("/proc/{}/comm", self.holder.id())).is_ok_and(|name| name.trim() == "sleep")
    }

    /// Runs a command in there.
    fn run(&self, command: &str) -> Result<(), String> {
        let words: Vec<_> = self.enter.iter().map(String::as_str).chain(command.split(' ')).collect();
        let output = Command::new(words[0]).args(&words[1..]).output().map_err(|error| error.to_string())?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// Two rooms with a cable between them.
struct Cable {
    till: Room,
    terminal: Room,
}

impl Cable {
    /// Why there can be none here.
    fn lay() -> Result<Self, String> {
        let rooms = [false, true].into_iter().find_map(|is_guest| {
            let till = Room::make(&[], is_guest)?;
            let terminal = Room::make(&till.enter, false)?;
            // The second belongs to the same owner as the first.
            let enter = till.enter.iter().map(|word| match word.strip_prefix("--target=") {
                Some(_) => format!("--target={}", terminal.holder.id()),
                None => word.clone(),
            });
            Some((till.enter.clone(), enter.collect(), till, terminal))
        });
        let (_, enter, till, mut terminal) = rooms.ok_or("no process may have a network of its own")?;
        terminal.enter = enter;
        till.run(&format!("ip link add cable type veth peer name cable netns {}", terminal.holder.id()))?;
        for (room, address) in [(&till, "10.99.0.1/24"), (&terminal, "10.99.0.2/24")] {
            room.run(&format!("ip address add {address} dev cable"))?;
            room.run("ip link set cable up")?;
        }
        Ok(Self { till, terminal })
    }

    fn places() -> Places {
        let (terminal, till) = ("10.99.0.2:4100".to_owned(), "10.99.0.1:4102".to_owned());
        Places { seen_terminal: terminal.clone(), seen_till: till.clone(), terminal, till }
    }

    /// The room of this end.
    fn room(&self, end: End) -> &Room {
        match end {
            End::Till => &self.till,
            End::Terminal => &self.terminal,
        }
    }
}

/// Who has this end of the cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Till,
    Terminal,
}

/// Waits until the process is stopped by its strike; whether it was.
fn is_stopped(child: &mut Child) -> bool {
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
        // The state stands behind the name, which is in brackets.
        if stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T')) {
            return true;
        }
        sleep(Duration::from_micros(300));
    }
}

fn go_on(child: &Child) {
    assert!(Command::new("kill").args(["-CONT", &child.id().to_string()]).status().unwrap().success());
}

/// Pulls the cable out at one end when somebody is about to send for this time; whether there was such a time.
fn pull(cable: &Cable, profile: &'static str, sender: End, pulled: End, step: usize, tally: &mut Tally) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("steps");
    let struck = Strike { what: "stop", step, kinds: Strike::NETWORK, lies: false }.launch(&log);
    let in_room = |end: End, who: End| Launch {
        through: cable.room(end).enter.clone(),
        environment: if who == end { struck.environment.clone() } else { Vec::new() },
    };
    let mut world = World::at(profile, Deal::QUESTION, Cable::places(), &in_room(End::Terminal, sender));
    world.launch = in_room(End::Till, End::Terminal);
    let patient = std::mem::replace(&mut world.limits, IMPATIENT.to_vec());
    let mut payment = world.start_payment(&in_room(End::Till, sender), &[]);
    let is_hit = match sender {
        End::Till => is_stopped(&mut payment.till.0),
        End::Terminal => loop {
            // The terminal waits for the next till; the payment ends when it does not come to this step.
            if taken(&log).len() >= step {
                break is_stopped(&mut world.terminal.process.0);
            }
            if payment.till.0.try_wait().unwrap().is_some() {
                break taken(&log).len() >= step;
            }
            sleep(Duration::from_micros(300));
        },
    };
    if !is_hit {
        payment.end();
        return false;
    }
    cable.room(pulled).run("ip link set cable down").unwrap();
    match sender {
        End::Till => go_on(&payment.till.0),
        End::Terminal => go_on(&world.terminal.process.0),
    }
    let said = payment.end();
    cable.room(pulled).run("ip link set cable up").unwrap();
    world.limits = patient;
    let what = format!("cable pulled at the {pulled:?} when the {sender:?} sent for the {step}. time, then {said:?}");
    assert_eq!(said.last()["event"], "finished", "{what}");
    world.check(&what);
    world.go_on(&what);
    tally.add(&world, step);
    true
}

#[test]
#[ignore = "takes a minute: .ci/run plays it"]
fn a_cable_pulled_at_each_sending_loses_no_charge() {
    const ENDS: [End; 2] = [End::Till, End::Terminal];
    if let Err(why) = Cable::lay() {
        println!("SKIPPED: no cable can be pulled here ({}): the true network cut was not tested", why.trim());
        return;
    }
    let cases = PROFILES
        .iter()
        .flat_map(|profile| ENDS.iter().flat_map(move |sender| ENDS.map(|pulled| (*profile, *sender, pulled))));
    let tallies = side_by_side(cases.collect(), |(profile, sender, pulled)| {
        let (cable, mut tally) = (Cable::lay().unwrap(), Tally::default());
        for step in 1.. {
            if !pull(&cable, profile, sender, pulled, step, &mut tally) {
                break;
            }
        }
        tally
    });
    let pulled = Tally::print("cables pulled at each sending", &tallies);
    assert!(pulled >= 100, "{pulled}");
}
