//! What can happen in a world.

use opi_core::drive::Link;

use crate::fate::{Arrive, Choice, Leave, Reply, Split, Store, Torn};
use crate::till::{Fact, Owed, Till};
use crate::wire::{Item, Wire};
use crate::world::World;

impl World {
    /// Everything that can happen now, what a kind world would do first. Nothing: the world is at rest.
    pub(crate) fn choices(&self) -> Vec<Choice> {
        if self.restarts {
            return vec![Choice::Restart(0)];
        }
        let mut all = Vec::with_capacity(24);
        if let Some(wire) = self.wires.iter().find(|wire| !wire.held && wire.has_ended()) {
            let number = wire.number;
            let to_till = matches!(wire.to_till.front(), Some(Item::Closed));
            all.push(if to_till {
                Choice::ToTill(number, Arrive::Well)
            } else {
                Choice::ToTerminal(number, Arrive::Well)
            });
            if self.unkind {
                all.push(Choice::Hold(number));
            }
            return all;
        }
        if let Some((at, number)) = self.answer_leaves() {
            all.push(Choice::Sent(at, number, Leave::Well));
            if self.unkind {
                all.push(Choice::Hold(number));
                self.cut_short(at, number, &mut all);
            }
            return all;
        }
        if let Some(at) = self.tills.iter().position(Till::notes) {
            all.push(Choice::Stored(at, Store::Well));
            if self.unkind {
                self.storing_fails(at, &mut all);
                all.push(Choice::Stored(at, Store::Late));
            }
            return all;
        }
        for (at, till) in self.tills.iter().enumerate() {
            for owed in &till.owed {
                all.push(match owed {
                    Owed::Listening => Choice::Listen(at, true),
                    Owed::Connected(link) => Choice::Connect(at, *link, true),
                    Owed::Sent(_, wire, _) => Choice::Sent(at, *wire, Leave::Well),
                    // One after the other, as they go to a disk.
                    Owed::Stored(..) => Choice::Stored(at, Store::Well),
                });
            }
        }
        all.dedup();
        for wire in &self.wires {
            if !wire.to_terminal.is_empty() {
                all.push(Choice::ToTerminal(wire.number, Arrive::Well));
            }
            if self.can_read(wire) {
                all.push(Choice::ToTill(wire.number, Arrive::Well));
            }
        }
        all.extend((0..self.callbacks.len()).map(|at| Choice::Callback(at, true)));
        for (at, till) in self.tills.iter().enumerate() {
            if !till.questions.is_empty() {
                all.push(Choice::Answered(at, Reply::Yes));
                if self.asks_no {
                    all.push(Choice::Answered(at, Reply::No));
                    all.push(Choice::Answered(at, Reply::Cancelled));
                }
            }
        }
        let pending = !all.is_empty();
        if !pending {
            for (at, till) in self.tills.iter().enumerate().filter(|(_, till)| !till.off && till.session().is_idle()) {
                if till.session().unresolved().is_some() {
                    if till.recoveries > 0 {
                        all.push(Choice::Recover(at));
                    } else if till.decides && !self.seats[till.terminal].terminal.is_busy() {
                        all.push(Choice::Decide(at));
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
            let open = self.wires.iter().filter(|wire| wire.link == Some(Link::Request));
            for wire in open.filter(|wire| wire.conn.is_some() && !wire.deaf_till && !wire.ended) {
                all.push(Choice::StrayAnswer(wire.number, false));
            }
        }
        if self.others > 0 && all.contains(&Choice::Time) {
            all.push(Choice::OtherTillPays);
        }
        if self.unkind {
            self.bad_luck(pending, &mut all);
        }
        all
    }

    fn can_read(&self, wire: &Wire) -> bool {
        let session = self.tills[wire.till].session();
        match wire.to_till.front() {
            None => false,
            Some(Item::Closed) => true,
            Some(Item::Bytes(..)) => wire.link.is_none_or(|link| session.room(link) > 0),
        }
    }

    /// The answer to a device request that leaves, unless that takes its time.
    fn answer_leaves(&self) -> Option<(usize, u32)> {
        let owed = self.tills.iter().enumerate().flat_map(|(at, till)| till.owed.iter().map(move |owed| (at, owed)));
        let mut leaving = owed.filter_map(|(at, owed)| match owed {
            Owed::Sent(Link::Device(_), wire, _) => Some((at, *wire)),
            _ => None,
        });
        leaving.find(|(_, number)| self.wires.iter().any(|wire| wire.number == *number && !wire.held))
    }

    fn cut_short(&self, at: usize, number: u32, all: &mut Vec<Choice>) {
        all.push(Choice::Sent(at, number, Leave::All));
        if self.wires.iter().any(|it| it.number == number && it.leaves()) {
            all.extend([Leave::Short, Leave::Nothing].map(|leave| Choice::Sent(at, number, leave)));
        }
    }

    /// The record at the front is not stored, or the power goes meanwhile.
    fn storing_fails(&self, at: usize, all: &mut Vec<Choice>) {
        all.extend([Store::Not, Store::Unsaid].map(|store| Choice::Stored(at, store)));
        if !self.tills[at].off && !self.tills[at].session().is_idle() {
            all.extend([Torn::Nothing, Torn::Half, Torn::All].map(|torn| Choice::PowerCut(at, torn)));
        }
    }

    fn bad_luck(&self, pending: bool, all: &mut Vec<Choice>) {
        for (at, till) in self.tills.iter().enumerate() {
            let mut storing = false;
            for owed in &till.owed {
                match owed {
                    Owed::Listening => all.push(Choice::Listen(at, false)),
                    Owed::Connected(link) => all.push(Choice::Connect(at, *link, false)),
                    Owed::Sent(_, wire, _) => self.cut_short(at, *wire, all),
                    Owed::Stored(..) if !storing => {
                        storing = true;
                        self.storing_fails(at, all);
                    }
                    Owed::Stored(..) => {}
                }
            }
            if !storing && !till.off && !till.session().is_idle() {
                all.push(Choice::PowerCut(at, Torn::Nothing));
            }
        }
        for wire in &self.wires {
            let number = wire.number;
            if let Some(Item::Bytes(bytes, whole)) = wire.to_terminal.front() {
                all.push(Choice::ToTerminal(number, Arrive::Never));
                if *whole {
                    all.extend(splits(bytes.bytes.len()).map(|split| Choice::ToTerminal(number, split)));
                }
            }
            if let Some(Item::Bytes(bytes, whole)) = wire.to_till.front() {
                all.push(Choice::ToTill(number, Arrive::Never));
                if *whole {
                    all.extend(splits(bytes.bytes.len()).map(|split| Choice::ToTill(number, split)));
                    all.push(Choice::ToTill(number, Arrive::Twice));
                }
            }
            if wire.link.is_some() && wire.conn.is_some() {
                all.push(Choice::Reset(number));
            }
        }
        all.extend((0..self.callbacks.len()).map(|at| Choice::Callback(at, false)));
        all.extend((0..self.seats.len()).filter(|at| self.seats[*at].terminal.is_busy()).map(Choice::TerminalRestart));
        if pending && self.wake().is_some() {
            all.push(Choice::Delay);
        }
    }

    pub(crate) fn wake(&self) -> Option<u64> {
        let tills = self.tills.iter().filter_map(|till| till.until);
        tills.chain(self.seats.iter().filter_map(|seat| seat.until)).min().map(|at| at.max(self.now))
    }
}

/// The places where so many bytes can be split.
fn splits(most: usize) -> impl Iterator<Item = Arrive> {
    Split::ALL.into_iter().filter(move |split| (1..most).contains(&split.at(most))).map(Arrive::Split)
}

impl Till {
    /// Whether that a frame left is being stored, and the disk does not take its time.
    fn notes(&self) -> bool {
        let storing = self.owed.iter().find(|owed| matches!(owed, Owed::Stored(..)));
        !self.slow && matches!(storing, Some(Owed::Stored(_, _, Fact::Sent)))
    }
}

impl Wire {
    /// Whether the next that arrives is its end.
    fn has_ended(&self) -> bool {
        [&self.to_till, &self.to_terminal].iter().any(|queue| matches!(queue.front(), Some(Item::Closed)))
    }

    /// Whether the frame that leaves is still here as a whole.
    fn leaves(&self) -> bool {
        matches!(self.to_terminal.back(), Some(Item::Bytes(_, true)))
    }
}
