//! Tills and terminals with everything between them, and every promise checked at every step.
//!
//! Nothing happens by itself: `choices` lists what can happen now, `apply` lets it happen. The first choice is always
//! what a kind world would do, so a world that takes the first choice until there is none comes to rest (I11).

use std::collections::VecDeque;
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};
use std::rc::Rc;
use std::time::Duration;

use opi_core::drive::{Event, Input, Link, Misuse, Output, Wait};
use opi_core::journal::Record;
use opi_core::limits::SIM_TRANSMIT;
use opi_core::money::{Currency, Money};
use opi_core::operation::Operation;
use opi_core::sim::{self, Conn, Entry, Terminal};
use opi_core::time::{Instant, WallTime};

use crate::till::{Fact, Owed, Till, record_bytes};
use crate::wire::{Cargo, Item, Wire};

/// Most outputs between two waits (I10).
const DRAIN: usize = 2000;

/// Digits that a card number on the wire begins with, and that nothing shown may hold (I12).
const CARD: &str = "44444444";

#[derive(Clone)]
pub(crate) struct Seat {
    /// The till whose request it works on.
    pub(crate) serves: Option<usize>,
    pub(crate) terminal: Rc<Terminal>,
    pub(crate) until: Option<u64>,
    pub(crate) digest: Option<[u64; 2]>,
}

/// How much was charged.
pub(crate) fn amount(entry: &Entry) -> Option<Money> {
    Some(entry.charged)
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) tills: Vec<Till>,
    pub(crate) seats: Vec<Seat>,
    pub(crate) wires: Vec<Wire>,
    pub(crate) callbacks: Vec<(usize, Conn)>,
    pub(crate) opened: u32,
    pub(crate) booked: Rc<Vec<(usize, Entry)>>,
    /// Whether the other till may still pay, and a stray answer come.
    pub(crate) others: u8,
    pub(crate) strays: u8,
    /// Both answers to a question are looked at.
    pub(crate) asks_no: bool,
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

pub(crate) fn attribute<'a>(xml: &'a str, name: &str) -> &'a str {
    xml.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"')).map_or("", |(value, _)| value)
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

/// Makes a whole card number of a masked one, with the right check digit.
fn unmask(card: &mut [u8]) {
    let last = card.len() - 1;
    card[..last].fill(b'4');
    let doubled = |digit: u8| (digit * 2) / 10 + (digit * 2) % 10;
    let sum: u8 = (0..last).map(|at| if (last - at) % 2 == 1 { doubled(4) } else { 4 }).sum();
    card[last] = b'0' + (10 - sum % 10) % 10;
}

/// Whether this output of a device request is a receipt or a journal. An offer is none.
pub(crate) fn is_kept(output: &str) -> bool {
    let output = format!(" {}", output.split('>').next().unwrap_or_default());
    let target = attribute(&output, "OutDeviceTarget");
    matches!(target, "Printer" | "PrinterReceipt" | "JournalPrinter" | "E-Journal")
        && attribute(&output, "TicketType") != "DccOffer"
}

/// Shows something and looks for a card number in it (I12).
fn look_at(shown: &dyn fmt::Debug) {
    struct Looks(String);
    impl Write for Looks {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.push_str(text);
            Ok(())
        }
    }
    let mut looks = Looks(String::with_capacity(256));
    let _ = write!(looks, "{shown:?}");
    assert!(!looks.0.contains(CARD), "I12: {}", looks.0);
}

impl World {
    pub(crate) fn new(tills: Vec<Till>, terminals: Vec<Terminal>) -> Self {
        let seats = terminals.into_iter().map(|terminal| Seat {
            serves: None,
            terminal: Rc::new(terminal),
            until: None,
            digest: None,
        });
        Self {
            now: 0,
            tills,
            seats: seats.collect(),
            wires: Vec::new(),
            callbacks: Vec::new(),
            opened: 0,
            booked: Rc::default(),
            others: 0,
            strays: 0,
            asks_no: false,
            restarts: false,
            unkind: true,
        }
    }

    pub(crate) fn at(&self, number: u32) -> usize {
        self.wires.iter().position(|wire| wire.number == number).unwrap()
    }

    pub(crate) fn wire_of_link(&mut self, till: usize, link: Link) -> Option<&mut Wire> {
        self.wires.iter_mut().find(|wire| wire.till == till && wire.link == Some(link))
    }

    pub(crate) fn wire_of_conn(&mut self, terminal: usize, conn: Conn) -> Option<&mut Wire> {
        self.wires.iter_mut().find(|wire| wire.terminal == terminal && wire.conn == Some(conn))
    }

    pub(crate) fn open(&mut self, till: usize, link: Link, conn: Conn) {
        self.opened += 1;
        self.wires.push(Wire {
            number: self.opened,
            till,
            terminal: self.tills[till].terminal,
            link: Some(link),
            conn: Some(conn),
            to_terminal: VecDeque::new(),
            to_till: VecDeque::new(),
            deaf_terminal: false,
            deaf_till: false,
            ended: false,
            held: false,
            last: [0; 2],
            frame: Vec::new(),
            asks: Vec::new(),
        });
    }

    // What the till does.

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
        let mut buffer = [0u8; 4096];
        for _ in 0..DRAIN {
            let mut ended = None;
            let mut sent = None;
            let mut closed = None;
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
                    return self.is_answering(at);
                }
                Output::Listen => till.owed.push(Owed::Listening),
                Output::Connect(link) => till.owed.push(Owed::Connected(link)),
                Output::Send { link, length } => sent = Some((link, buffer[..length].to_vec())),
                Output::Close(link) => closed = Some(link),
                Output::Persist(ticket, record) => {
                    look_at(&record);
                    let fact = match &record {
                        Record::Intent(intent) => Fact::Intent(intent.request_id.get()),
                        Record::Sent { request_id } => {
                            let id = request_id.get();
                            assert!(till.truth.sent.contains(&id), "{id} is stored as sent, but did not leave");
                            Fact::Sent
                        }
                        Record::Sheet { .. } => Fact::Sheet,
                        Record::Result(finished) => Fact::Result(finished.request_id.unwrap().get()),
                        Record::Resolution(made) => Fact::Resolution(made.request_id.get(), made.charged),
                        _ => Fact::Other,
                    };
                    let bytes = Rc::new(record_bytes(&record));
                    till.owed.push(Owed::Stored(ticket, bytes, fact));
                }
                Output::Event(event) => {
                    look_at(&event);
                    match event {
                        Event::Question(question) => till.questions.push((question.id, question.kind)),
                        Event::QuestionWithdrawn(id) => till.questions.retain(|(other, _)| *other != id),
                        Event::Finished(finished) => ended = Some(finished.clone()),
                        _ => {}
                    }
                }
                other => panic!("{other:?}"),
            }
            if let Some((link, bytes)) = sent {
                self.leaving(at, link, bytes);
            }
            if let Some(link) = closed {
                let till = &mut self.tills[at];
                // "No input follows."
                till.owed.retain(|owed| !matches!(owed, Owed::Connected(on) | Owed::Sent(on, ..) if *on == link));
                if let Some(wire) = self.wire_of_link(at, link) {
                    wire.link = None;
                    wire.to_terminal.push_back(Item::Closed);
                }
            }
            if let Some(finished) = ended {
                self.ended(at, &finished);
            }
        }
        panic!("I10: the drain does not end");
    }

    /// What a terminal asked for is answered as soon as the sheet is stored, the cashier has answered, and the answers
    /// before it have left (I7); but one message is read at a time, so a half one on another connection comes first.
    fn is_answering(&self, at: usize) {
        let till = &self.tills[at];
        let open = |wire: &&Wire| wire.till == at && wire.link.is_some() && !wire.ended && !wire.asks.is_empty();
        let Some(wire) = self.wires.iter().find(open) else { return };
        let asks = |number: u32| self.wires.iter().any(|it| it.number == number && !it.asks.is_empty());
        let waits = |owed: &Owed| match owed {
            Owed::Stored(_, _, fact) => *fact == Fact::Sheet,
            Owed::Sent(_, number, _) => *number == wire.number || asks(*number),
            _ => false,
        };
        let half = |it: &Wire| it.till == at && it.link.is_some() && it.number != wire.number && it.frame.len() > 4;
        let waits = !till.questions.is_empty() || till.owed.iter().any(waits) || self.wires.iter().any(half);
        assert!(waits, "I7: nothing is waited for, and {:?} is not answered", wire.asks);
    }

    pub(crate) fn leaving(&mut self, at: usize, link: Link, bytes: Vec<u8>) {
        let xml = std::str::from_utf8(&bytes[4..]).unwrap().to_owned();
        let wire = self.wires.iter_mut().find(|wire| wire.till == at && wire.link == Some(link)).unwrap();
        let (number, length) = (wire.number, bytes.len());
        let id = attribute(&xml, "RequestID").to_owned();
        let till = &mut self.tills[at];
        if xml.contains("<DeviceResponse") {
            let ask = wire.asks.iter().position(|ask| ask.id == id && ask.sequence == attribute(&xml, "SequenceID"));
            let ask = ask.unwrap_or_else(|| panic!("I7: nobody asked for {xml}"));
            let ask = wire.asks.remove(ask);
            assert_eq!(xml.matches("<Output ").count(), ask.outputs.len(), "I7: {xml}");
            let truth = till.truth();
            for (output, kept) in xml.split("<Output ").skip(1).zip(&ask.outputs) {
                let output = format!(" {}", output.split('>').next().unwrap());
                truth.acknowledged += usize::from(*kept && attribute(&output, "OutResult") == "Success");
            }
            assert!(truth.acknowledged <= truth.sheets, "I3: acknowledged, but not stored: {xml}");
            if xml.contains("<InputValue") {
                truth.given += 1;
                assert!(truth.given <= truth.answers, "I7: an input that nobody gave: {xml}");
            }
        } else {
            let id: u32 = id.parse().unwrap();
            let money = matches!(
                attribute(&xml, "RequestType"),
                "CardPayment" | "PaymentRefund" | "PaymentReversal" | "CardReservation" | "CardFinancialAdvice"
            );
            let truth = till.truth();
            if money {
                assert!(truth.intents.contains(&id), "I2: {id} leaves before its intent was stored");
                assert!(truth.sent.insert(id), "I1: {id} leaves again");
            }
            assert!(truth.numbers.insert(id), "I5: {id} was used before");
        }
        let wire = self.wire_of_link(at, link).unwrap();
        if !wire.deaf_terminal {
            wire.to_terminal.push_back(Item::Bytes(Cargo::new(bytes), true));
        }
        self.tills[at].owed.push(Owed::Sent(link, number, length));
    }

    pub(crate) fn charges(&self, at: usize, id: u32) -> impl Iterator<Item = &Entry> {
        let (lane, id) = (self.tills[at].name(), id.to_string());
        let mine = self.booked.iter().filter(move |(_, entry)| entry.workstation.as_str() == lane);
        mine.map(|(_, entry)| entry).filter(move |entry| entry.request_id.as_str() == id)
    }

    // What the terminal does.

    pub(crate) fn seat(&mut self, at: usize, input: sim::Input<'_>) {
        let now = Instant::from_millis(self.now);
        let seat = &mut self.seats[at];
        seat.digest = None;
        Rc::make_mut(&mut seat.terminal).handle_input(now, input);
        self.drain_seat(at);
    }

    pub(crate) fn drain_seat(&mut self, at: usize) {
        thread_local! {
            static TX: std::cell::RefCell<Vec<u8>> = std::cell::RefCell::new(vec![0; SIM_TRANSMIT]);
        }
        loop {
            let seat = &mut self.seats[at];
            let (output, bytes) = TX.with_borrow_mut(|tx| {
                let output = Rc::make_mut(&mut seat.terminal).poll_output(tx);
                let length = if let sim::Output::Send { length, .. } = &output { *length } else { 0 };
                (output, tx[..length].to_vec())
            });
            match output {
                sim::Output::Wait { until } => {
                    seat.until = until.map(Instant::as_millis);
                    return;
                }
                sim::Output::Connect(conn) => self.callbacks.push((at, conn)),
                sim::Output::Send { conn, .. } => self.speaks(at, conn, bytes),
                sim::Output::Close(conn) => {
                    self.callbacks.retain(|callback| *callback != (at, conn));
                    if let Some(wire) = self.wire_of_conn(at, conn) {
                        wire.conn = None;
                        wire.to_till.push_back(Item::Closed);
                    }
                }
                sim::Output::Booked(entry) => {
                    let till = self.tills.iter().position(|till| till.name() == entry.workstation.as_str());
                    let id = entry.request_id.as_str().parse().unwrap();
                    Rc::make_mut(&mut self.booked).push((at, entry));
                    self.judge(till.unwrap(), id);
                }
                // A fault of the wire can make any message an odd one.
                sim::Output::Complaint(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn speaks(&mut self, at: usize, conn: Conn, mut bytes: Vec<u8>) {
        // A terminal that does not mask: full card numbers on the wire must not be shown (I12).
        for card in sim::Dialect::ALL.iter().flat_map(|dialect| dialect.brands).map(|brand| brand.card) {
            let Some((first, rest)) = card.as_bytes().split_first() else { continue };
            let starts = bytes.iter().enumerate().filter(|(_, byte)| *byte == first).map(|(place, _)| place);
            let places: Vec<usize> = starts.filter(|place| bytes[place + 1..].starts_with(rest)).collect();
            for place in places {
                unmask(&mut bytes[place..place + card.len()]);
            }
        }
        let Some(wire) = self.wire_of_conn(at, conn) else { return };
        if !wire.deaf_till {
            wire.to_till.push_back(Item::Bytes(Cargo::new(bytes), true));
        }
    }
}
