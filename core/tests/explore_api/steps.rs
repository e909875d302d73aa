//! How things happen in a world.

use std::hash::{DefaultHasher, Hasher};
use std::rc::Rc;

use opi_core::drive::{Input, Link, Misuse};
use opi_core::nexo::Dialect;
use opi_core::operation::Request;
use serde_json::json;

use crate::fate::{Arrive, Choice, Leave, Store, Stray, Torn};
use crate::judge::STEPS;
use crate::lane::POI;
use crate::terminal::{answer, payment};
use crate::till::{End, Fact, Owed, Till};
use crate::wire::{Item, Wire};
use crate::world::{World, pay, wall};

/// Longer than a terminal is trusted to remember, in milliseconds.
const NIGHT: u64 = 8 * 3_600_000;

impl World {
    pub(crate) fn apply(&mut self, choice: Choice) {
        match choice {
            Choice::Connect(at, link, well) => {
                self.tills[at].owed.retain(|owed| *owed != Owed::Connected(link));
                if well {
                    self.open(at, link);
                    self.tell(at, Input::Connected(link));
                } else {
                    self.tell(at, Input::ConnectFailed(link));
                }
            }
            Choice::Stored(at, store) => self.stored(at, store),
            Choice::Sent(at, wire, leave) => self.sent(at, wire, leave),
            Choice::ToTerminal(number, arrive) => self.reach_terminal(number, arrive),
            Choice::ToTill(number, arrive) => self.reach_till(number, arrive),
            Choice::Abort(at) => {
                self.tills[at].aborts -= 1;
                // Refused where there is nothing to stop.
                let _ = self.put(at, Input::Abort);
                self.drain(at);
            }
            Choice::Start(at) => {
                let till = &mut self.tills[at];
                let operation = till.plan[till.next].clone();
                till.next += 1;
                if till.runs_short() {
                    till.reserve();
                }
                let request = Request::new(operation, wall(self.now));
                self.tell(at, Input::Start(&request));
            }
            Choice::Recover(at) => {
                self.tills[at].recoveries -= 1;
                self.try_recover(at).unwrap();
            }
            Choice::Time | Choice::Delay => {
                self.now = self.wake().unwrap();
                self.tick();
            }
            Choice::Night => {
                self.nights -= 1;
                self.now += NIGHT;
                Rc::make_mut(&mut self.terminal).forget();
                self.tick();
            }
            Choice::Reset(number) => {
                let at = self.at(number);
                let wire = &mut self.wires[at];
                wire.to_terminal.clear();
                wire.to_till.clear();
                wire.open = false;
                let (link, till) = (wire.link, wire.till);
                wire.ended = true;
                Rc::make_mut(&mut self.terminal).gone(number);
                if let Some(link) = link {
                    self.tell(till, Input::Closed(link));
                }
            }
            Choice::PowerCut(at, torn) => self.power_cut(at, torn),
            Choice::Restart(at) => {
                self.restarts = false;
                self.power_cut(at, Torn::Nothing);
            }
            Choice::TerminalRestart => {
                let acts = Rc::make_mut(&mut self.terminal).restart(self.now);
                for wire in self.wires.iter_mut().filter(|wire| wire.open) {
                    wire.open = false;
                    if wire.link.is_some() {
                        wire.to_till.push_back(Item::Closed);
                    }
                }
                self.act(acts);
            }
            Choice::OtherTillPays => self.other_till_pays(),
            Choice::StrayAnswer(number, stray) => self.stray(number, stray),
        }
        // What nobody hears is gone.
        let now = self.now;
        self.wires.retain(|wire| match wire.lingers {
            Some(until) => now < until && !wire.to_terminal.is_empty(),
            None => wire.link.is_some(),
        });
    }

    fn open(&mut self, till: usize, link: Link) {
        self.opened += 1;
        self.wires.push(Wire {
            number: self.opened,
            till,
            link: Some(link),
            open: true,
            to_terminal: Default::default(),
            to_till: Default::default(),
            lingers: None,
            ended: false,
            read: 0,
        });
    }

    /// The till asks about its unresolved request.
    pub(crate) fn try_recover(&mut self, at: usize) -> Result<(), Misuse> {
        // Meanwhile no money may move (I6).
        let request = Request::new(pay(100), wall(self.now));
        assert!(self.put(at, Input::Start(&request)).is_err(), "I6: a payment starts in spite of the blocker");
        let till = &mut self.tills[at];
        if till.runs_short() {
            till.reserve();
        }
        let now = wall(self.now);
        self.put(at, Input::Recover(now))?;
        self.drain(at);
        Ok(())
    }

    /// Everybody hears what time it is.
    pub(crate) fn tick(&mut self) {
        for at in 0..self.tills.len() {
            if !self.tills[at].off {
                self.tell(at, Input::Tick);
            }
        }
        let acts = Rc::make_mut(&mut self.terminal).tick(self.now);
        self.act(acts);
    }

    fn stored(&mut self, at: usize, store: Store) {
        let till = &mut self.tills[at];
        if store == Store::Late {
            till.slow = true;
            return;
        }
        till.slow = false;
        let place = till.owed.iter().position(|owed| matches!(owed, Owed::Stored(..))).unwrap();
        let Owed::Stored(ticket, bytes, fact) = till.owed.remove(place) else { unreachable!() };
        till.spoilt |= store != Store::Well;
        match store {
            Store::Well => till.keep(&bytes),
            // The adapter does not know of it, before it reads the journal again.
            Store::Unsaid => till.write(&bytes),
            _ => {}
        }
        if store == Store::Well && fact == Fact::Sheet {
            till.truth().sheets += 1;
        }
        // Given up meanwhile: then nobody wants to know, and nothing may follow from it.
        let input = if store == Store::Well { Input::Stored(ticket) } else { Input::StoreFailed(ticket) };
        let taken = self.put(at, input).is_ok();
        if taken && store == Store::Well {
            let truth = self.tills[at].truth();
            match fact {
                Fact::Intent(id) => drop(truth.intents.insert(id)),
                Fact::Result(id) => drop(truth.results.insert(id)),
                Fact::Resolution(id, charged) => drop(truth.ends.insert(id, End::decided(charged))),
                Fact::Sheet | Fact::Sent | Fact::Other => {}
            }
        }
        self.drain(at);
    }

    fn sent(&mut self, at: usize, number: u32, leave: Leave) {
        let till = &mut self.tills[at];
        let place = till.owed.iter().position(|owed| matches!(owed, Owed::Sent(_, wire, _) if *wire == number));
        let Owed::Sent(link, _, length) = till.owed.remove(place.unwrap()) else { unreachable!() };
        if matches!(leave, Leave::Short | Leave::Nothing)
            && let Some(wire) = self.wires.iter_mut().find(|wire| wire.number == number)
        {
            // A terminal does nothing with a part of a document.
            wire.to_terminal.clear();
            wire.open = false;
        }
        let at_most = match leave {
            Leave::Well => return self.tell(at, Input::Sent(link)),
            Leave::All => length,
            Leave::Short => length - 1,
            Leave::Nothing => 0,
        };
        self.tell(at, Input::SendFailed { link, at_most });
    }

    fn reach_terminal(&mut self, number: u32, arrive: Arrive) {
        let at = self.at(number);
        let Some(Item::Request(body, _)) = self.wires[at].to_terminal.pop_front() else { unreachable!() };
        let hears = self.wires[at].link.is_some() && self.wires[at].open;
        let (now, terminal) = (self.now, Rc::make_mut(&mut self.terminal));
        let mut acts = Vec::new();
        match arrive {
            Arrive::Never | Arrive::Lost => return,
            Arrive::Twice => {
                acts.extend(terminal.request(now, None, &body));
                acts.extend(terminal.request(now, Some(number), &body));
            }
            _ => acts.extend(terminal.request(now, Some(number).filter(|_| hears), &body)),
        }
        self.act(acts);
    }

    fn reach_till(&mut self, number: u32, arrive: Arrive) {
        let at = self.at(number);
        let wire = &mut self.wires[at];
        let (till, link) = (wire.till, wire.link.unwrap());
        let (bytes, status) = match wire.to_till.pop_front().unwrap() {
            Item::Closed => {
                wire.ended = true;
                return self.tell(till, Input::Closed(link));
            }
            Item::Answer(bytes, status, _) => (bytes, status),
            Item::Request(..) => unreachable!(),
        };
        let now = match arrive {
            Arrive::Never => return,
            Arrive::Split(split) => split.at(bytes.len()),
            Arrive::Cut => bytes.len() / 2,
            _ => bytes.len(),
        };
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(wire.read);
        hasher.write(&bytes[..now]);
        wire.read = hasher.finish();
        if arrive != Arrive::Cut && now < bytes.len() {
            wire.to_till.push_front(Item::Answer(Rc::new(bytes[now..].to_vec()), status, false));
        }
        let mut left = &bytes[..now];
        while !left.is_empty() {
            let room = self.tills[till].session().room(link).min(left.len());
            if room == 0 {
                // The session has heard enough.
                return;
            }
            let (here, later) = left.split_at(room);
            self.tell(till, Input::Received(link, here));
            left = later;
        }
        if arrive == Arrive::Cut {
            if let Some(wire) = self.wires.iter_mut().find(|wire| wire.number == number) {
                wire.ended = true;
            }
            self.tell(till, Input::Closed(link));
        } else if now == bytes.len() {
            self.tell(till, Input::Complete { link, status });
        }
    }

    fn power_cut(&mut self, at: usize, torn: Torn) {
        let till = &mut self.tills[at];
        till.spoilt = true;
        let storing = till.owed.iter().find_map(|owed| match owed {
            Owed::Stored(_, bytes, _) => Some(bytes.clone()),
            _ => None,
        });
        if let Some(bytes) = storing {
            let kept = match torn {
                Torn::Nothing => 0,
                Torn::Half => bytes.len() / 2,
                Torn::All => bytes.len(),
            };
            till.keep(&bytes[..kept]);
        }
        till.boot();
        // Nobody will hear of sheets that were begun.
        let truth = till.truth();
        truth.ended = truth.begun;
        for id in till.truth.intents.clone() {
            self.judge(at, id);
            self.is_known(at, id);
        }
        self.hang_up_all(at);
        self.drain(at);
    }

    /// The other till is a real one; it gets the terminal for itself meanwhile.
    fn other_till_pays(&mut self) {
        self.others -= 1;
        let mut other = Till::new(&Dialect::ADYEN, "lane-2", 0, false, vec![pay(2_500)]);
        other.recoveries = 0;
        let place = self.tills.len();
        self.tills.push(other);
        for _ in 0..STEPS {
            let mine = |choice: &Choice| match choice {
                Choice::Connect(at, _, true) | Choice::Start(at) => *at == place,
                Choice::Stored(at, Store::Well) | Choice::Sent(at, _, Leave::Well) => *at == place,
                Choice::ToTill(number, Arrive::Well) | Choice::ToTerminal(number, Arrive::Well) => {
                    self.wires[self.at(*number)].till == place
                }
                _ => false,
            };
            let found = self.choices().into_iter().find(mine);
            let found = found.or_else(|| (self.tills[place].next == 0).then_some(Choice::Start(place)));
            match found {
                Some(choice) => self.apply(choice),
                None if self.terminal.is_busy() => {
                    self.now = self.terminal.until().unwrap();
                    self.tick();
                }
                None => break,
            }
        }
        assert!(self.tills[place].session().is_idle());
        // What is still open is its own affair: it is switched off.
        self.hang_up_all(place);
        self.tills[place].switch_off();
    }

    /// The answer to another request, well-formed and approved; or the right answer with another one in it.
    fn stray(&mut self, number: u32, stray: Stray) {
        self.strays -= 1;
        let at = self.at(number);
        let till = &self.tills[self.wires[at].till];
        let (lane, last) = (till.name(), till.truth.numbers.last().copied().unwrap_or(1));
        let (last, other) = (last.to_string(), (last + 500).to_string());
        let approved = payment(99, self.now, 2_500);
        let inner = json!({
            "ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": "Payment", "MessageType": "Response",
            "ServiceID": other, "SaleID": lane, "POIID": POI
        });
        let page = json!({
            "Response": {"Result": "Success"},
            "RepeatedMessageResponse": {
                "MessageHeader": inner, "RepeatedResponseMessageBody": {"PaymentResponse": approved}
            }
        });
        let body = match stray {
            Stray::OtherNumber => answer("Payment", lane, &other, approved),
            Stray::OtherLane => answer("Payment", "lane-9", &last, approved),
            Stray::Page => answer("TransactionStatus", lane, &last, page),
        };
        let wire = &mut self.wires[at];
        wire.open = false;
        wire.to_till.push_back(Item::Answer(Rc::new(body), 200, true));
        Rc::make_mut(&mut self.terminal).gone(number);
    }
}
