//! Tills and a terminal with everything between them, and every promise checked at every step.
//!
//! Nothing happens by itself: `choices` lists what can happen now, `apply` lets it happen. The first choice is always
//! what a kind world would do, so a world that takes the first choice until there is none comes to rest (I11).

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};
use std::rc::Rc;
use std::time::Duration;

use opi_core::drive::{Event, Input, Link, Misuse, Output, Wait};
use opi_core::journal::Record;
use opi_core::money::{Currency, Money};
use opi_core::operation::Operation;
use opi_core::time::{Instant, WallTime};
use serde_json::Value;

use crate::terminal::{Act, Asked, Terminal};
use crate::till::{Fact, Owed, Till, record_bytes};
use crate::wire::{Item, Wire};

/// Most outputs between two waits (I10).
const DRAIN: usize = 2000;

/// What of a card number nothing shown may hold (I12).
const CARD: &str = "44444444";

/// How long what was handed to the network can still arrive after its connection was ended, in milliseconds: longer
/// than one pause before a question, shorter than two.
pub(crate) const LINGERS: u64 = 7_000;

/// How much was charged. A reversal does not say it.
pub(crate) fn amount(asked: &Asked) -> Option<Money> {
    (asked.category == "Payment").then_some(Money::from_minor(asked.minor, Currency::EUR))
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) tills: Vec<Till>,
    pub(crate) terminal: Rc<Terminal>,
    pub(crate) wires: Vec<Wire>,
    pub(crate) opened: u32,
    pub(crate) booked: Rc<Vec<Asked>>,
    /// Whether the other till may still pay, a stray answer come, a night pass.
    pub(crate) others: u8,
    pub(crate) strays: u8,
    pub(crate) nights: u8,
    /// The first thing that happens is that the first till is started again.
    pub(crate) restarts: bool,
    /// The unkind choices are offered.
    pub(crate) unkind: bool,
}

pub(crate) fn wall(now: u64) -> WallTime {
    WallTime::new(1_775_000_000, 120).after(Duration::from_millis(now))
}

pub(crate) fn pay(minor: u64) -> Operation {
    Operation::Payment { amount: Money::from_minor(minor, Currency::EUR), cash_back: None }
}

pub(crate) fn hash(text: &str) -> [u64; 2] {
    // The second must not follow from the first: it reads the text behind another beginning.
    let mut one = DefaultHasher::new();
    one.write(text.as_bytes());
    let mut two = DefaultHasher::new();
    two.write_u64(0x9e37_79b9_7f4a_7c15);
    two.write(text.as_bytes());
    [one.finish(), two.finish()]
}

/// Shows something and looks for a card number in it (I12).
fn look_at(shown: &dyn fmt::Debug) {
    let mut looks = String::with_capacity(256);
    let _ = write!(looks, "{shown:?}");
    assert!(!looks.contains(CARD), "I12: {looks}");
}

impl World {
    pub(crate) fn new(tills: Vec<Till>, terminal: Terminal) -> Self {
        Self {
            now: 0,
            tills,
            terminal: Rc::new(terminal),
            wires: Vec::new(),
            opened: 0,
            booked: Rc::default(),
            others: 0,
            strays: 0,
            nights: 0,
            restarts: false,
            unkind: true,
        }
    }

    pub(crate) fn at(&self, number: u32) -> usize {
        self.wires.iter().position(|wire| wire.number == number).unwrap()
    }

    pub(crate) fn wire_of(&mut self, till: usize, link: Link) -> Option<&mut Wire> {
        self.wires.iter_mut().find(|wire| wire.till == till && wire.link == Some(link))
    }

    pub(crate) fn put(&mut self, till: usize, input: Input<'_>) -> Result<(), Misuse> {
        let now = Instant::from_millis(self.now);
        self.tills[till].session_mut().handle_input(now, input)
    }

    /// An input that is right now: the session has to take it.
    pub(crate) fn tell(&mut self, till: usize, input: Input<'_>) {
        let shown = format!("{input:?}");
        if let Err(misuse) = self.put(till, input) {
            panic!("{misuse}, on {}", shown.get(..160).unwrap_or(&shown));
        }
        self.drain(till);
    }

    pub(crate) fn drain(&mut self, at: usize) {
        let mut buffer = [0u8; 2048];
        for _ in 0..DRAIN {
            let (mut ended, mut sent, mut closed) = (None, None, None);
            let till = &mut self.tills[at];
            till.digest = None;
            match Rc::make_mut(&mut till.session).get_mut().poll_output(&mut buffer) {
                Output::Wait(Wait { until, .. }) => {
                    let until = until.map(Instant::as_millis);
                    assert!(until.is_none_or(|until| until > self.now), "the adapter would spin");
                    till.until = until;
                    till.block_on_the_next();
                    let busy = until.is_none() && !till.session().is_idle();
                    assert!(!busy, "I9: no deadline in {:?}", till.session().phase());
                    return;
                }
                Output::Connect(link) => till.owed.push(Owed::Connected(link)),
                Output::Send { link, length } => sent = Some((link, buffer[..length].to_vec())),
                Output::Close(link) => closed = Some(link),
                Output::Persist(ticket, record) => {
                    look_at(&record);
                    let fact = match &record {
                        Record::Intent(intent) => Fact::Intent(intent.request_id.get()),
                        Record::Sent { .. } => Fact::Sent,
                        Record::Sheet { .. } => Fact::Sheet,
                        Record::Result(finished) => {
                            // I3, as far as this protocol has it: what was begun is kept, or told not to be.
                            assert_eq!(till.truth.begun, till.truth.ended, "I3: an end before its receipts");
                            Fact::Result(finished.request_id.unwrap().get())
                        }
                        Record::Resolution(made) => Fact::Resolution(made.request_id.get(), made.charged),
                        _ => Fact::Other,
                    };
                    let bytes = Rc::new(record_bytes(&record));
                    till.owed.push(Owed::Stored(ticket, bytes, fact));
                }
                Output::Event(event) => {
                    look_at(&event);
                    match event {
                        Event::Finished(finished) => ended = Some(finished.clone()),
                        Event::SheetBegun(_) => till.truth().begun += 1,
                        Event::SheetEnded { kept, .. } => {
                            let truth = till.truth();
                            truth.ended += 1;
                            truth.acknowledged += usize::from(kept);
                            assert!(truth.acknowledged <= truth.sheets, "I3: told as kept, but not stored");
                        }
                        _ => {}
                    }
                }
                other => panic!("{other:?}"),
            }
            if let Some((link, bytes)) = sent {
                self.leaving(at, link, bytes);
            }
            if let Some(link) = closed {
                // "No input follows."
                self.tills[at]
                    .owed
                    .retain(|owed| !matches!(owed, Owed::Connected(on) | Owed::Sent(on, ..) if *on == link));
                self.hang_up(at, link);
            }
            if let Some(finished) = ended {
                self.ended(at, &finished);
            }
        }
        panic!("I10: the drain does not end");
    }

    /// The till ends a connection: what is on its way may still arrive for some time.
    fn hang_up(&mut self, at: usize, link: Link) {
        let until = self.now + LINGERS;
        if let Some(wire) = self.wire_of(at, link) {
            wire.link = None;
            wire.to_till.clear();
            wire.lingers = Some(until);
        }
    }

    pub(crate) fn hang_up_all(&mut self, at: usize) {
        for link in [Link::Request, Link::Abort] {
            self.hang_up(at, link);
        }
    }

    fn leaving(&mut self, at: usize, link: Link, bytes: Vec<u8>) {
        let message: Value = serde_json::from_slice(&bytes).unwrap();
        let header = &message["SaleToPOIRequest"]["MessageHeader"];
        let id: u32 = header["ServiceID"].as_str().unwrap().parse().unwrap();
        let money = matches!(header["MessageCategory"].as_str(), Some("Payment" | "Reversal"));
        let truth = self.tills[at].truth();
        if money {
            assert!(truth.intents.contains(&id), "I2: {id} leaves before its intent was stored");
            assert!(truth.sent.insert(id), "I1: {id} leaves again");
        }
        assert!(truth.numbers.insert(id), "I5: {id} was used before");
        let length = bytes.len();
        let wire = self.wire_of(at, link).unwrap();
        let number = wire.number;
        wire.to_terminal.push_back(Item::Request(Rc::new(bytes), true));
        self.tills[at].owed.push(Owed::Sent(link, number, length));
    }

    pub(crate) fn charges(&self, at: usize, id: u32) -> impl Iterator<Item = &Asked> {
        let (lane, id) = (self.tills[at].name(), id.to_string());
        self.booked.iter().filter(move |entry| entry.sale == lane && entry.id == id)
    }

    /// What the terminal does.
    pub(crate) fn act(&mut self, acts: Vec<Act>) {
        for act in acts {
            match act {
                Act::Answer(number, status, body) => {
                    if let Some(wire) = self.wires.iter_mut().find(|wire| wire.number == number && wire.open) {
                        wire.open = false;
                        if wire.link.is_some() {
                            wire.to_till.push_back(Item::Answer(Rc::new(body), status, true));
                        }
                    }
                }
                Act::Closed(number) => {
                    if let Some(wire) = self.wires.iter_mut().find(|wire| wire.number == number && wire.open) {
                        wire.open = false;
                        if wire.link.is_some() {
                            wire.to_till.push_back(Item::Closed);
                        }
                    }
                }
                Act::Booked(asked) => {
                    let till = self.tills.iter().position(|till| till.name() == asked.sale).unwrap();
                    let id = asked.id.parse().unwrap();
                    Rc::make_mut(&mut self.booked).push(asked);
                    self.judge(till, id);
                }
            }
        }
    }
}
