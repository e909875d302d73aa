//! What can happen in a world.

use opi_core::drive::Link;

use crate::fate::{Arrive, Choice, Leave, Split, Store, Stray, Torn};
use crate::till::{Fact, Owed};
use crate::wire::{Item, Wire};
use crate::world::World;

impl World {
    /// Everything that can happen now, what a kind world would do first. Nothing: the world is at rest.
    pub(crate) fn choices(&self) -> Vec<Choice> {
        if self.restarts {
            return vec![Choice::Restart(0)];
        }
        let mut all = Vec::with_capacity(24);
        // That a request left is stored before anything else happens, unless the disk takes its time.
        for (at, till) in self.tills.iter().enumerate() {
            if till.owed.iter().any(|owed| matches!(owed, Owed::Stored(_, _, Fact::Sent))) && !till.slow {
                all.push(Choice::Stored(at, Store::Well));
                if self.unkind {
                    all.extend([Store::Not, Store::Late].map(|store| Choice::Stored(at, store)));
                }
                return all;
            }
        }
        for (at, till) in self.tills.iter().enumerate() {
            for owed in &till.owed {
                all.push(match owed {
                    Owed::Connected(link) => Choice::Connect(at, *link, true),
                    Owed::Sent(_, wire, _) => Choice::Sent(at, *wire, Leave::Well),
                    // One after the other, as they go to a disk.
                    Owed::Stored(..) => Choice::Stored(at, Store::Well),
                    Owed::Listening => unreachable!("nobody listens"),
                });
            }
        }
        all.dedup();
        for wire in &self.wires {
            if !wire.to_terminal.is_empty() && wire.lingers.is_none() {
                all.push(Choice::ToTerminal(wire.number, Arrive::Well));
            }
            if !wire.to_till.is_empty() {
                all.push(Choice::ToTill(wire.number, Arrive::Well));
            }
        }
        let pending = !all.is_empty();
        if !pending {
            for (at, till) in self.tills.iter().enumerate().filter(|(_, till)| !till.off && till.session().is_idle()) {
                if till.session().unresolved().is_some() {
                    if till.recoveries > 0 {
                        all.push(Choice::Recover(at));
                        if self.nights > 0 && self.terminal.until().is_none() {
                            all.push(Choice::Night);
                        }
                    }
                } else if till.next < till.plan.len() {
                    all.push(Choice::Start(at));
                }
            }
            if all.is_empty() && self.wake().is_some() {
                all.push(Choice::Time);
            }
        }
        for (at, till) in self.tills.iter().enumerate() {
            if till.aborts > 0 && !till.off && !till.session().is_idle() {
                all.push(Choice::Abort(at));
            }
        }
        if self.strays > 0 {
            for wire in self.wires.iter().filter(|wire| wire.link == Some(Link::Request) && wire.open) {
                if wire.to_terminal.is_empty() && !wire.ended {
                    let strays = [Stray::OtherNumber, Stray::OtherLane, Stray::Page];
                    all.extend(strays.map(|stray| Choice::StrayAnswer(wire.number, stray)));
                }
            }
        }
        if self.others > 0 && !self.terminal.is_busy() && !pending {
            all.push(Choice::OtherTillPays);
        }
        if self.unkind {
            self.bad_luck(pending, &mut all);
        }
        // What was on its way when its connection was ended arrives, or does not.
        let lingers = |wire: &&Wire| wire.lingers.is_some_and(|until| self.now < until);
        for wire in self.wires.iter().filter(lingers).filter(|wire| !wire.to_terminal.is_empty()) {
            all.extend([Arrive::Well, Arrive::Lost].map(|arrive| Choice::ToTerminal(wire.number, arrive)));
        }
        all
    }

    fn bad_luck(&self, pending: bool, all: &mut Vec<Choice>) {
        for (at, till) in self.tills.iter().enumerate() {
            let mut storing = false;
            for owed in &till.owed {
                match owed {
                    Owed::Connected(link) => all.push(Choice::Connect(at, *link, false)),
                    Owed::Sent(_, number, _) => {
                        all.push(Choice::Sent(at, *number, Leave::All));
                        let still_here =
                            self.wires.iter().any(|wire| wire.number == *number && !wire.to_terminal.is_empty());
                        if still_here {
                            all.extend([Leave::Short, Leave::Nothing].map(|leave| Choice::Sent(at, *number, leave)));
                        }
                    }
                    Owed::Stored(..) if !storing => {
                        storing = true;
                        all.extend([Store::Not, Store::Unsaid].map(|store| Choice::Stored(at, store)));
                    }
                    _ => {}
                }
            }
            if !till.off && !till.session().is_idle() {
                all.push(Choice::PowerCut(at, Torn::Nothing));
                if storing {
                    all.extend([Torn::Half, Torn::All].map(|torn| Choice::PowerCut(at, torn)));
                }
            }
        }
        for wire in &self.wires {
            let number = wire.number;
            if let Some(Item::Request(_, true)) = wire.to_terminal.front().filter(|_| wire.lingers.is_none()) {
                all.extend([Arrive::Never, Arrive::Twice].map(|arrive| Choice::ToTerminal(number, arrive)));
            }
            if let Some(Item::Answer(body, _, whole)) = wire.to_till.front() {
                all.extend([Arrive::Never, Arrive::Cut].map(|arrive| Choice::ToTill(number, arrive)));
                if *whole && body.len() > 1 {
                    all.extend(Split::ALL.map(|split| Choice::ToTill(number, Arrive::Split(split))));
                }
            }
            if wire.link.is_some() && !wire.ended {
                all.push(Choice::Reset(number));
            }
        }
        if self.terminal.is_busy() {
            all.push(Choice::TerminalRestart);
        }
        if pending && self.wake().is_some() {
            all.push(Choice::Delay);
        }
    }

    pub(crate) fn wake(&self) -> Option<u64> {
        let tills = self.tills.iter().filter_map(|till| till.until);
        tills.chain(self.terminal.until()).min().map(|at| at.max(self.now))
    }
}
