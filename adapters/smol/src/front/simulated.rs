//! The simulated application, with its books told outside.

use std::time::Duration;

use opi_core::json::Document;
use opi_core::nexo::front::{Input, Transaction, Wish, WishId};
use opi_core::nexo::{Category, Dialect, Direction, Envelope, Report};
use opi_core::sim::Entry;
use opi_core::sim::application::{Application as Simulation, Leaves, Setup, Step};
use opi_core::time::Instant;

use super::application::{Application, Leaving, Next};

/// How late a late answer is.
const LATE: Duration = Duration::from_secs(5);

/// A simulated card holder and host. `booked` hears of money before anybody else does.
pub struct Simulated<F> {
    simulation: Simulation,
    booked: F,
}

impl<F: FnMut(&Entry)> Simulated<F> {
    /// Nothing is booked yet.
    pub fn new(setup: Setup, booked: F) -> Self {
        Self { simulation: Simulation::new(setup), booked }
    }
}

impl<F: FnMut(&Entry)> Application for Simulated<F> {
    fn accept(&mut self, transaction: &Transaction) {
        self.simulation.accept(transaction);
    }

    fn perform(&mut self, now: Instant, wish: WishId, what: &Wish<'_>) {
        self.simulation.perform(now, wish, what);
    }

    fn stop(&mut self, now: Instant, wish: WishId) {
        self.simulation.stop(now, wish);
    }

    fn poll(&mut self, now: Instant, tell: &mut dyn FnMut(Input<'_>)) -> Next {
        match self.simulation.poll(now) {
            Step::Booked(entry) => (self.booked)(entry),
            Step::Tell(wish, event) => tell(Input::Told(wish, &event)),
            Step::Performed(wish, performed) => tell(Input::Performed(wish, performed)),
            Step::Restart => return Next::Restart,
            Step::Wait(until) => return Next::Wait(until),
            _ => {}
        }
        Next::More
    }

    fn loses(&mut self, body: &[u8]) -> bool {
        is_for_money(body) && self.simulation.loses_next()
    }

    fn leaving(&mut self, answer: Vec<u8>) -> Leaving {
        match self.simulation.leaves() {
            Leaves::Closed => Leaving::Closed,
            Leaves::Never => Leaving::Never,
            Leaves::Late => Leaving::Late(LATE, answer),
            Leaves::Half => Leaving::Torn(answer),
            Leaves::Foreign => Leaving::Whole(replaced(answer, "\"ServiceID\":\"", |_| String::from("FOREIGN"))),
            Leaves::UnknownCondition => Leaving::Whole(unheard_of(answer)),
            _ => Leaving::Whole(answer),
        }
    }

    fn hold(&mut self) {
        self.simulation.hold();
    }

    fn restart(&mut self) {
        self.simulation.restart();
    }
}

/// Whether a request that could be read is one for money.
fn is_for_money(body: &[u8]) -> bool {
    let mut report = Report::new();
    Document::parse(body)
        .ok()
        .and_then(|document| Envelope::read(document, Direction::Request, &Dialect::ADYEN, &mut report))
        .and_then(|envelope| envelope.header.category())
        .is_some_and(|category| matches!(category, Category::Payment | Category::Reversal))
}

/// The answer with another text behind each `mark`.
fn replaced(answer: Vec<u8>, mark: &str, other: impl Fn(&str) -> String) -> Vec<u8> {
    let text = String::from_utf8_lossy(&answer).into_owned();
    let mut parts = text.split(mark);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (old, rest) = part.split_once('"').unwrap_or((part, ""));
        out.push_str(mark);
        out.push_str(&other(old));
        out.push('"');
        out.push_str(rest);
    }
    out.into_bytes()
}

/// The answer as a failure with a condition that nobody knows.
fn unheard_of(answer: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.replacen("\"Result\":\"Success\"", "\"Result\":\"Failure\",\"ErrorCondition\":\"UnheardOf\"", 1).into_bytes()
}
