//! The terminal's side of this core, with an application that charges as its script says and keeps a ledger of its own.

use std::collections::BTreeMap;

use opi_core::drive::Event;
use opi_core::id::Id;
use opi_core::money::{Currency, Money};
use opi_core::nexo::front::record;
use opi_core::nexo::front::{ExchangeId, Front, Input, Memory, Output, Performed, Refused, Settings, Wish, WishId};
use opi_core::nexo::seen::Stamp;
use opi_core::nexo::vocabulary::ErrorCondition;
use opi_core::operation::{Facts, Finished, Operation, Outcome, Reason, SettledBy};
use opi_core::receipt::{Copy, Line, Purpose, Sheet, SheetId};
use opi_core::secret::Pan;
use opi_core::text::Text;
use opi_core::time::Instant;
use serde_json::Value;

use crate::lane::POI;
use crate::model::CARD;
pub(crate) use crate::model::{Act, Asked, Script, answer, payment};
use crate::world::wall;

/// An operation under way.
#[derive(Debug)]
struct Doing {
    wish: WishId,
    name: String,
    asked: Asked,
    script: Script,
    until: u64,
    stopped: bool,
    /// Charged, and the application does not know it yet.
    unknown: bool,
}

pub(crate) struct Terminal {
    front: Box<Front<'static>>,
    disk: Vec<u8>,
    tx: Vec<u8>,
    exchanges: u64,
    wires: BTreeMap<u64, u32>,
    doing: Option<Doing>,
    /// What was charged, by the terminal's own name of the transaction.
    ledger: BTreeMap<String, u64>,
    /// The request that is being taken in.
    asked: Option<Asked>,
    until: Option<u64>,
    count: u32,
}

impl Clone for Terminal {
    fn clone(&self) -> Self {
        panic!("a day is played once: nothing shares a terminal")
    }
}

fn front() -> Box<Front<'static>> {
    let lend = |length| Box::leak(vec![0u8; length].into_boxed_slice());
    let memory = Memory {
        requests: [lend(4096), lend(4096)],
        history: lend(64_000),
        gathered: lend(4096),
        ids: Box::leak(vec![Stamp::FREE; 8192].into_boxed_slice()),
    };
    Box::new(Front::new(Settings::new(POI, *b"a key of a test.").unwrap(), memory).unwrap())
}

fn money(minor: u64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

impl Terminal {
    pub(crate) fn new(_: Script) -> Self {
        Self {
            front: front(),
            disk: Vec::new(),
            tx: vec![0; 100_000],
            exchanges: 0,
            wires: BTreeMap::new(),
            doing: None,
            ledger: BTreeMap::new(),
            asked: None,
            until: None,
            count: 0,
        }
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.doing.is_some()
    }

    pub(crate) fn until(&self) -> Option<u64> {
        self.doing.as_ref().map(|doing| doing.until).into_iter().chain(self.until).min()
    }

    pub(crate) fn forget(&mut self) {}

    pub(crate) fn gone(&mut self, wire: u32) {
        let gone: Vec<u64> = self.wires.iter().filter(|(_, of)| **of == wire).map(|(exchange, _)| *exchange).collect();
        for exchange in gone {
            self.wires.remove(&exchange);
            // When, does not matter to it.
            let now = Instant::from_millis(0);
            let _ = self.front.handle_input(now, Input::Gone(ExchangeId(exchange)));
        }
    }

    /// The power goes and comes back: what was not charged will not be, and what was stored is read again.
    pub(crate) fn restart(&mut self, now: u64) -> Vec<Act> {
        self.doing = None;
        self.wires.clear();
        self.front = front();
        let disk = std::mem::take(&mut self.disk);
        let mut rest = disk.as_slice();
        while let Ok((entry, length)) = record::decode(rest) {
            self.front.restore(&entry);
            rest = &rest[length..];
        }
        assert!(rest.is_empty());
        self.disk = disk;
        let mut acts = Vec::new();
        self.drain(now, &mut acts);
        acts
    }

    pub(crate) fn request(&mut self, now: u64, wire: Option<u32>, body: &[u8]) -> Vec<Act> {
        let message: Value = serde_json::from_slice(body).unwrap();
        let message = &message["SaleToPOIRequest"];
        let text = |name: &str| message["MessageHeader"][name].as_str().unwrap().to_owned();
        let amount = message["PaymentRequest"]["PaymentTransaction"]["AmountsReq"]["RequestedAmount"].to_string();
        let (whole, part) = amount.split_once('.').unwrap_or((&amount, ""));
        let minor = format!("{whole}{part:0<2}").parse().unwrap_or(0);
        self.asked =
            Some(Asked { sale: text("SaleID"), id: text("ServiceID"), category: text("MessageCategory"), minor });
        self.exchanges += 1;
        let exchange = ExchangeId(self.exchanges);
        if let Some(wire) = wire {
            self.wires.insert(self.exchanges, wire);
        }
        let input = Input::Received { exchange, at: wall(now), body, clear: false };
        self.front.handle_input(Instant::from_millis(now), input).unwrap();
        let mut acts = Vec::new();
        self.drain(now, &mut acts);
        self.asked = None;
        acts
    }

    pub(crate) fn tick(&mut self, now: u64) -> Vec<Act> {
        let mut acts = Vec::new();
        self.front.handle_input(Instant::from_millis(now), Input::Tick).unwrap();
        self.drain(now, &mut acts);
        if let Some(mut doing) = self.doing.take_if(|doing| doing.until <= now) {
            let end = self.carry_out(&mut doing, &mut acts);
            if end.outcome == Outcome::Unknown {
                // Its host does not know. Later it will.
                (doing.unknown, doing.until) = (true, now + 90_000);
                self.tell(now, doing.wish, &end);
                self.doing = Some(doing);
            } else {
                self.tell(now, doing.wish, &end);
            }
            self.drain(now, &mut acts);
        }
        acts
    }

    fn carry_out(&mut self, doing: &mut Doing, acts: &mut Vec<Act>) -> Finished {
        if doing.unknown {
            return approved(self.count, *self.ledger.get(&doing.name).unwrap());
        }
        let charged = match doing.script {
            _ if doing.stopped => return end(Outcome::Aborted, Some(Reason::Stopped)),
            Script::NoCard => return end(Outcome::Aborted, Some(Reason::Stopped)),
            Script::Decline => return end(Outcome::Declined, Some(Reason::HostDeclined)),
            Script::Partial => doing.asked.minor / 2,
            _ => doing.asked.minor,
        };
        self.count += 1;
        self.ledger.insert(doing.name.clone(), charged);
        acts.push(Act::Booked(Asked { minor: charged, ..doing.asked.clone() }));
        match doing.script {
            Script::Unlisted => end(Outcome::Unknown, Some(Reason::AuthorisationUnknown)),
            _ => approved(self.count, charged),
        }
    }

    /// Two receipts, if it was approved, and the end.
    fn tell(&mut self, now: u64, wish: WishId, finished: &Finished) {
        let now = Instant::from_millis(now);
        let mut say = |event: &Event<'_>| self.front.handle_input(now, Input::Told(wish, event)).unwrap();
        if finished.outcome == Outcome::Approved {
            for (number, copy) in [(1, Copy::Merchant), (2, Copy::Customer)] {
                let (id, target) = (SheetId(number), Id::new("Printer").unwrap());
                let sheet = Sheet { id, purpose: Purpose::Receipt(copy), request: None, target };
                say(&Event::SheetBegun(&sheet));
                let line = Line { text: Text::from_cut(&format!("Card {CARD}")), ..Line::default() };
                say(&Event::Line(id, &line));
                say(&Event::SheetEnded { sheet: id, kept: true });
            }
        }
        say(&Event::Finished(finished));
    }

    fn drain(&mut self, now: u64, acts: &mut Vec<Act>) {
        let at = Instant::from_millis(now);
        for _ in 0..500 {
            match self.front.poll_output(&mut self.tx) {
                Output::Reply { exchange, status, length } => {
                    if let Some(wire) = self.wires.remove(&exchange.0) {
                        acts.push(Act::Answer(wire, status, self.tx[..length].to_vec()));
                    }
                }
                Output::Close(exchange) => acts.extend(self.wires.remove(&exchange.0).map(Act::Closed)),
                Output::Stop(wish) => {
                    if let Some(doing) = self.doing.as_mut().filter(|doing| doing.wish == wish)
                        && !matches!(doing.script, Script::TooLate)
                        && !doing.unknown
                    {
                        (doing.stopped, doing.until) = (true, now);
                    }
                }
                Output::Notify { .. } => {}
                Output::Persist(ticket, record) => {
                    let mut bytes = vec![0; 100_000];
                    let length = record::encode(&record, &mut bytes).unwrap();
                    self.disk.extend_from_slice(&bytes[..length]);
                    self.front.handle_input(at, Input::Stored(ticket)).unwrap();
                }
                Output::Perform(wish, Wish::Operation { request, .. }) => {
                    let name = request.reference.as_ref().map_or("", |name| name.as_str()).to_owned();
                    let moves = request.operation.moves_money();
                    if !moves {
                        let done = end(Outcome::Done, None);
                        self.front.handle_input(at, Input::Told(wish, &Event::Finished(&done))).unwrap();
                        continue;
                    }
                    let asked = self.asked.clone().unwrap();
                    let script = match request.operation {
                        Operation::Payment { .. } | Operation::Refund { .. } => Script::of_amount(asked.minor),
                        _ => Script::Approve,
                    };
                    let takes = match script {
                        Script::NoCard => 60_000,
                        Script::Slow => 170_000,
                        _ => 8_000,
                    };
                    assert!(self.doing.is_none(), "one dialogue at a time");
                    self.doing =
                        Some(Doing { wish, name, asked, script, until: now + takes, stopped: false, unknown: false });
                }
                Output::Perform(wish, Wish::Settle(transaction)) => {
                    let charged = self.ledger.get(transaction.name.as_str()).copied();
                    let settled = match charged {
                        Some(charged) => approved(self.count, charged),
                        None => end(Outcome::NotSent, None),
                    };
                    self.front.handle_input(at, Input::Told(wish, &Event::Finished(&settled))).unwrap();
                }
                Output::Perform(wish, _) => {
                    let refused = Refused::new(ErrorCondition::UnavailableService);
                    self.front.handle_input(at, Input::Performed(wish, Performed::Refused(refused))).unwrap();
                }
                Output::Wait(wait) => {
                    self.until = wait.until.map(Instant::as_millis);
                    return;
                }
                other => panic!("{other:?}"),
            }
        }
        panic!("no end of outputs");
    }
}

fn end(outcome: Outcome, reason: Option<Reason>) -> Finished {
    let settled_by = SettledBy::Answer;
    Finished { request_id: None, outcome, reason, settled_by, facts: Facts::default(), stored: true }
}

fn approved(count: u32, minor: u64) -> Finished {
    let facts = Facts {
        amount: Some(money(minor)),
        approval_code: Id::new(&format!("{count:06}")).ok(),
        masked_card_number: Pan::new(CARD),
        ..Facts::default()
    };
    Finished { facts, ..end(Outcome::Approved, None) }
}
