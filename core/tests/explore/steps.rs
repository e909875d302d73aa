//! How things happen in a world.

use std::rc::Rc;

use opi_core::drive::{Answer, Input, Misuse, QuestionKind};
use opi_core::money::Decimal;
use opi_core::operation::Request;
use opi_core::sim::{self, Conn};

use crate::fate::{Arrive, Choice, Leave, Reply, Store, Torn};
use crate::judge::STEPS;
use crate::till::{End, Fact, Owed, Till};
use crate::wire::{Ask, Cargo, Item, Wire};
use crate::world::{World, attribute, hash, is_kept, pay, wall};

impl World {
    pub(crate) fn apply(&mut self, choice: Choice) {
        match choice {
            Choice::Listen(at, well) => {
                self.tills[at].owed.retain(|owed| *owed != Owed::Listening);
                // The session may have given up waiting.
                let _ = self.put(at, if well { Input::Listening } else { Input::ListenFailed });
                self.drain(at);
            }
            Choice::Connect(at, link, well) => {
                self.tills[at].owed.retain(|owed| *owed != Owed::Connected(link));
                let terminal = self.tills[at].terminal;
                let free = (0u8..8).map(Conn::Till).find(|conn| self.wire_of_conn(terminal, *conn).is_none());
                match free.filter(|_| well) {
                    Some(conn) => {
                        self.open(at, link, conn);
                        self.seat(terminal, sim::Input::Accepted(conn));
                        self.tell(at, Input::Connected(link));
                    }
                    None => self.tell(at, Input::ConnectFailed(link)),
                }
            }
            Choice::Stored(at, store) => self.stored(at, store),
            Choice::Sent(at, wire, leave) => self.sent(at, wire, leave),
            Choice::ToTerminal(number, arrive) => self.reach_terminal(number, arrive),
            Choice::ToTill(number, arrive) => self.reach_till(number, arrive),
            Choice::Callback(at, well) => {
                let (terminal, conn) = self.callbacks.remove(at);
                // A till's listener is its own: the terminal calls the till whose request it works on.
                let till = self.caller(terminal);
                let link = till.and_then(|till| self.tills[till].session().free_device_slot()).filter(|_| well);
                match (till, link) {
                    (Some(till), Some(link)) => {
                        self.open(till, link, conn);
                        self.tell(till, Input::Accepted(link));
                        self.seat(terminal, sim::Input::Connected(conn));
                    }
                    _ => self.seat(terminal, sim::Input::ConnectFailed(conn)),
                }
            }
            Choice::Answered(at, reply) => {
                let (id, kind) = self.tills[at].questions.remove(0);
                let answer = match (kind, reply) {
                    (_, Reply::Cancelled) => Answer::Cancelled,
                    (QuestionKind::Number | QuestionKind::Menu, _) => Answer::Number(Decimal::new(2, 0).unwrap()),
                    (QuestionKind::Text, _) => Answer::Text("ZH 1"),
                    (QuestionKind::AnyKey, _) | (_, Reply::Yes) => Answer::Yes,
                    (_, Reply::No) => Answer::No,
                };
                if reply != Reply::Cancelled {
                    self.tills[at].truth().answers += 1;
                }
                self.tell(at, Input::Answer(id, answer));
            }
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
            Choice::Decide(at) => {
                let request = self.tills[at].session().unresolved().unwrap().request_id;
                let charged = self.charges(at, request.get()).count() > 0;
                self.tell(at, Input::Resolve { request, charged, note: "asked the bank" });
            }
            Choice::Time | Choice::Delay => {
                self.now = self.wake().unwrap();
                self.tick();
            }
            Choice::Reset(number) => {
                let at = self.at(number);
                let wire = &mut self.wires[at];
                wire.to_terminal.clear();
                wire.to_till.clear();
                let (conn, terminal) = (wire.conn.take(), wire.terminal);
                let (link, till) = (wire.link.filter(|_| !wire.ended), wire.till);
                wire.ended = true;
                if let Some(conn) = conn {
                    self.seat(terminal, sim::Input::Closed(conn));
                }
                if let Some(link) = link {
                    self.tell(till, Input::Closed(link));
                }
            }
            Choice::Hold(number) => {
                let at = self.at(number);
                self.wires[at].held = true;
            }
            Choice::PowerCut(at, torn) => self.power_cut(at, torn),
            Choice::Restart(at) => {
                self.restarts = false;
                self.power_cut(at, Torn::Nothing);
            }
            Choice::TerminalRestart(at) => self.restart_terminal(at),
            Choice::OtherTillPays => self.other_till_pays(),
            Choice::StrayAnswer(number, _) => self.stray(number),
        }
        for wire in &mut self.wires {
            // What nobody hears is gone.
            if wire.link.is_none() {
                wire.to_till.clear();
            }
            if wire.conn.is_none() {
                wire.to_terminal.clear();
            }
        }
        self.wires.retain(|wire| {
            wire.link.is_some() || wire.conn.is_some() || !wire.to_till.is_empty() || !wire.to_terminal.is_empty()
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
            if self.tills[at].off {
                continue;
            }
            self.tell(at, Input::Tick);
        }
        for at in 0..self.seats.len() {
            self.seat(at, sim::Input::Tick);
        }
    }

    /// The till whose request a terminal works on: its listener is called.
    fn caller(&self, terminal: usize) -> Option<usize> {
        self.seats[terminal].serves.filter(|till| !self.tills[*till].off)
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
        // Given up meanwhile: then nobody wants to know, and nothing may follow from it.
        let input = if store == Store::Well { Input::Stored(ticket) } else { Input::StoreFailed(ticket) };
        let taken = self.put(at, input).is_ok();
        if taken && store == Store::Well {
            let truth = self.tills[at].truth();
            match fact {
                Fact::Intent(id) => drop(truth.intents.insert(id)),
                Fact::Sheet => truth.sheets += 1,
                Fact::Result(id) => drop(truth.results.insert(id)),
                Fact::Resolution(id, charged) => drop(truth.ends.insert(id, End::decided(charged))),
                Fact::Sent | Fact::Other => {}
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
            && let Some(Item::Bytes(bytes, _)) = wire.to_terminal.pop_back()
        {
            if leave == Leave::Short {
                wire.to_terminal
                    .push_back(Item::Bytes(Cargo::new(bytes.bytes[..bytes.bytes.len() - 1].to_vec()), false));
            }
            // What does not take a frame takes nothing after it.
            wire.to_terminal.push_back(Item::Closed);
            wire.deaf_terminal = true;
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
        let wire = &mut self.wires[at];
        let terminal = wire.terminal;
        let cargo = match wire.to_terminal.pop_front().unwrap() {
            Item::Closed => {
                if let Some(conn) = wire.conn.take() {
                    wire.to_till.push_back(Item::Closed);
                    self.seat(terminal, sim::Input::Closed(conn));
                }
                return;
            }
            Item::Bytes(cargo, _) => cargo,
        };
        let bytes = &cargo.bytes;
        let now = match arrive {
            Arrive::Never => {
                // An end would arrive no more than anything else; the adapter's own close is never lost.
                wire.deaf_terminal = true;
                wire.to_terminal.retain(|item| matches!(item, Item::Closed));
                return;
            }
            Arrive::Split(split) => split.at(bytes.len()),
            Arrive::Well | Arrive::Twice => bytes.len(),
        };
        if now < bytes.len() {
            wire.to_terminal.push_front(Item::Bytes(Cargo::new(bytes[now..].to_vec()), false));
        }
        if let Some(conn) = wire.conn {
            let (till, was_busy) = (wire.till, self.seats[terminal].terminal.is_busy());
            if !was_busy {
                self.seats[terminal].serves = Some(till);
            }
            self.seat(terminal, sim::Input::Received(conn, &bytes[..now]));
        }
    }

    fn reach_till(&mut self, number: u32, arrive: Arrive) {
        let at = self.at(number);
        let wire = &mut self.wires[at];
        let till = wire.till;
        let cargo = match wire.to_till.pop_front().unwrap() {
            Item::Closed => {
                if let Some(link) = wire.link.filter(|_| !wire.ended) {
                    wire.ended = true;
                    wire.to_terminal.push_back(Item::Closed);
                    self.tell(till, Input::Closed(link));
                }
                return;
            }
            Item::Bytes(cargo, _) => cargo,
        };
        let bytes = &cargo.bytes;
        let now = match arrive {
            Arrive::Never => {
                wire.deaf_till = true;
                wire.to_till.retain(|item| matches!(item, Item::Closed));
                return;
            }
            Arrive::Twice => {
                wire.to_till.push_front(Item::Bytes(cargo.clone(), false));
                bytes.len()
            }
            Arrive::Split(split) => split.at(bytes.len()),
            Arrive::Well => bytes.len(),
        };
        let mut left = &bytes[..now];
        while !left.is_empty() {
            let Some(wire) = self.wires.iter_mut().find(|wire| wire.number == number) else { return };
            let Some(link) = wire.link else { return };
            let room = self.tills[till].session().room(link).min(left.len());
            if room == 0 {
                break;
            }
            let (here, later) = left.split_at(room);
            wire.read_on(here);
            self.tell(till, Input::Received(link, here));
            left = later;
        }
        let rest = bytes.len() - now + left.len();
        if rest > 0
            && let Some(wire) = self.wires.iter_mut().find(|wire| wire.number == number)
        {
            wire.to_till.push_front(Item::Bytes(Cargo::new(bytes[bytes.len() - rest..].to_vec()), false));
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
        for id in till.truth.intents.clone() {
            self.judge(at, id);
            self.is_known(at, id);
        }
        for wire in self.wires.iter_mut().filter(|wire| wire.till == at) {
            if wire.link.take().is_some() {
                wire.to_terminal.push_back(Item::Closed);
            }
        }
        // What the adapter had written into the journal but the till was not told: it is told again.
        self.drain(at);
    }

    fn restart_terminal(&mut self, at: usize) {
        let seat = &mut self.seats[at];
        seat.digest = None;
        Rc::make_mut(&mut seat.terminal).power_cut();
        self.seat(at, sim::Input::Tick);
    }

    /// The other till is a real one; it gets the terminal for itself meanwhile.
    fn other_till_pays(&mut self) {
        self.others -= 1;
        let mut other = Till::new(self.tills[0].session().settings().profile, "lane-2", 0, false, vec![pay(2_500)]);
        other.recoveries = 0;
        let place = self.tills.len();
        self.tills.push(other);
        for _ in 0..STEPS {
            let mine = |choice: &Choice| match choice {
                Choice::Listen(at, true) | Choice::Connect(at, _, true) | Choice::Start(at) => *at == place,
                Choice::Stored(at, Store::Well) | Choice::Sent(at, _, Leave::Well) => *at == place,
                Choice::Answered(at, Reply::Yes) => *at == place,
                Choice::ToTill(number, Arrive::Well) | Choice::ToTerminal(number, Arrive::Well) => {
                    self.wires[self.at(*number)].till == place
                }
                Choice::Callback(at, true) => self.caller(self.callbacks[*at].0) == Some(place),
                _ => false,
            };
            let found = self.choices().into_iter().find(mine);
            let found = found.or_else(|| (self.tills[place].next == 0).then_some(Choice::Start(place)));
            match found {
                Some(choice) => self.apply(choice),
                None => break,
            }
        }
        // What is still open is its own affair: it is switched off.
        for wire in self.wires.iter_mut().filter(|wire| wire.till == place) {
            if wire.link.take().is_some() {
                wire.to_terminal.push_back(Item::Closed);
            }
        }
        self.tills[place].switch_off();
    }

    /// The answer to another request of this till, well-formed and approved.
    fn stray(&mut self, number: u32) {
        self.strays -= 1;
        let at = self.at(number);
        let till = &self.tills[self.wires[at].till];
        let (lane, last) = (till.name(), till.truth.numbers.last().copied().unwrap_or(1));
        let xml = format!(
            "<CardServiceResponse WorkstationID=\"{lane}\" RequestID=\"{}\" RequestType=\"CardPayment\" \
             OverallResult=\"Success\"><Tender><TotalAmount Currency=\"EUR\">25.00</TotalAmount></Tender>\
             </CardServiceResponse>",
            last + 500
        );
        let mut bytes = u32::try_from(xml.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend_from_slice(xml.as_bytes());
        self.wires[at].to_till.push_back(Item::Bytes(Cargo::new(bytes), true));
    }
}

impl Wire {
    /// The till reads these bytes.
    fn read_on(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.frame.push(*byte);
            let Some((head, body)) = self.frame.split_first_chunk::<4>() else { continue };
            if body.len() < u32::from_be_bytes(*head) as usize {
                continue;
            }
            let xml = String::from_utf8_lossy(body).into_owned();
            self.last = hash(&xml);
            self.frame.clear();
            if xml.contains("<DeviceRequest") {
                let id = attribute(&xml, "RequestID").to_owned();
                let sequence = attribute(&xml, "SequenceID").to_owned();
                let outputs = xml.split("<Output ").skip(1).map(is_kept).collect();
                self.asks.push(Ask { id, sequence, outputs });
            }
        }
    }
}
