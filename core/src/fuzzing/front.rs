//! The body of the target `front`.

use heapless::Vec;

use crate::drive::{Answer, Event};
use crate::id::Id;
use crate::json::{Document, Limits};
use crate::limits;
use crate::nexo::front::{
    ExchangeId, Front, Input, Memory, Output, Performed, Refused, Settings, Wish, WishId, record,
};
use crate::nexo::remark::TextProfile;
use crate::nexo::seen::Stamp;
use crate::nexo::vocabulary::ErrorCondition;
use crate::operation::{Facts, Finished, Outcome, Reason, SettledBy};
use crate::time::{Instant, WallTime};

use super::CHOICES;

/// Ends a request in the data: no UTF-8 has this byte.
const END: u8 = 0xFF;

/// Requests of one run at most.
const REQUESTS: usize = 32;

const DISK: usize = 128 * 1024;
const TRANSMIT: usize = 64 * 1024;

/// Gives a terminal the requests in the data, one after the other, with an application, a store and a clock as the first
/// bytes say, and restarts it in between.
///
/// # Panics
/// A request has no end or two, an answer is no JSON, or an id is begun twice.
pub fn front(data: &[u8]) {
    let Some((choices, requests)) = data.split_first_chunk::<CHOICES>() else { return };
    let mut world = World {
        choices: *choices,
        asked: 0,
        now: 0,
        ended: Vec::new(),
        begun: Vec::new(),
        disk: [0; DISK],
        length: 0,
        tx: [0; TRANSMIT],
    };
    let mut requests = requests.split(|byte| *byte == END).take(REQUESTS);
    let mut exchange = 0;
    loop {
        let first = exchange;
        let ([mut a, mut b], mut history, mut gathered) = ([[0; 4096]; 2], [0; 16384], [0; 2048]);
        let mut ids = [Stamp::FREE; 64];
        let memory =
            Memory { requests: [&mut a, &mut b], history: &mut history, gathered: &mut gathered, ids: &mut ids };
        let mut front = Front::new(world.settings(), memory).expect("enough memory");
        let mut stored = world.disk.get(..world.length).unwrap_or_default();
        while let Ok((entry, length)) = record::decode(stored) {
            front.restore(&entry);
            stored = &stored[length..];
        }
        world.disk_ends(stored.len());
        world.drain(&mut front);
        let restart = loop {
            let Some(request) = requests.next() else { break false };
            exchange += 1;
            let at = WallTime::new(1_775_636_100 + i64::try_from(world.now / 1000).unwrap_or(0), 0);
            let input = Input::Received { exchange: ExchangeId(exchange), at, body: request, clear: false };
            if front.handle_input(Instant::from_millis(world.now), input).is_err() {
                // Too long: the adapter answers.
                world.end(ExchangeId(exchange));
            }
            world.drain(&mut front);
            if world.choose(3) == 7 {
                break true;
            }
            world.pass(&mut front, u64::from(world.choices[4]) * 1000);
        };
        if !restart {
            // Whatever is still open ends with time.
            for _ in 0..3 {
                world.pass(&mut front, 200_000);
            }
            for exchange in first + 1..=exchange {
                assert!(world.ended.contains(&exchange), "a request without an end");
            }
            return;
        }
        // Power cuts end all exchanges.
        for exchange in first + 1..=exchange {
            if !world.ended.contains(&exchange) {
                world.end(ExchangeId(exchange));
            }
        }
    }
}

struct World {
    choices: [u8; CHOICES],
    asked: u8,
    now: u64,
    ended: Vec<u64, REQUESTS>,
    /// Ids that an operation was begun for.
    begun: Vec<(Id<{ limits::NEXO_SALE_ID }>, Id<{ limits::NEXO_SERVICE_ID }>), REQUESTS>,
    disk: [u8; DISK],
    length: usize,
    tx: [u8; TRANSMIT],
}

impl World {
    fn settings(&self) -> Settings {
        let mut settings = Settings::new("P400Plus-123456789", [3; 16]).expect("a good id");
        if self.choices[0] & 1 != 0 {
            settings.texts = TextProfile::Seed2018;
        }
        settings.login_needed = self.choices[0] & 2 != 0;
        settings.categories = crate::nexo::categories::Categories::ALL;
        settings
    }

    /// One of eight, as the byte at this place says, in turn.
    fn choose(&mut self, place: usize) -> u8 {
        self.asked = self.asked.wrapping_add(1);
        self.choices[place].rotate_left(u32::from(self.asked) % 8) & 7
    }

    fn end(&mut self, exchange: ExchangeId) {
        assert!(!self.ended.contains(&exchange.0), "a request with two ends");
        self.ended.push(exchange.0).expect("no more than were sent");
    }

    /// What could not be read at the end of the disk is not there.
    fn disk_ends(&mut self, unread: usize) {
        self.length -= unread;
    }

    fn pass(&mut self, front: &mut Front<'_>, millis: u64) {
        self.now += millis;
        front.handle_input(Instant::from_millis(self.now), Input::Tick).expect("time goes on");
        self.drain(front);
    }

    fn drain(&mut self, front: &mut Front<'_>) {
        for _ in 0..1000 {
            let now = Instant::from_millis(self.now);
            let report = match front.poll_output(&mut self.tx) {
                Output::Reply { exchange, status, length } => {
                    let body = &self.tx[..length];
                    let bounds = Limits { bytes: usize::MAX, ..Limits::default() };
                    assert!(body.is_empty() || Document::parse_within(body, bounds).is_ok(), "no JSON");
                    assert!(matches!(status, 200 | 400 | 401), "status {status}");
                    self.end(exchange);
                    continue;
                }
                Output::Close(exchange) => {
                    self.end(exchange);
                    continue;
                }
                Output::Persist(ticket, stored) => {
                    let written = record::encode(&stored, &mut self.disk[self.length..]);
                    match written {
                        Ok(length) if self.choose(2) != 7 => {
                            self.length += length;
                            Input::Stored(ticket)
                        }
                        _ => Input::StoreFailed(ticket),
                    }
                }
                Output::Perform(wish, Wish::Operation { request, .. }) => {
                    let money = request.operation.moves_money();
                    if money {
                        let transaction = front.transaction().expect("a transaction");
                        let id = (transaction.sale_id.clone(), transaction.service_id.clone());
                        assert!(!self.begun.contains(&id), "an id begun twice");
                        self.begun.push(id).expect("no more than were sent");
                    }
                    self.operation(front, wish, money);
                    continue;
                }
                Output::Perform(wish, Wish::Settle(_)) => {
                    self.operation(front, wish, true);
                    continue;
                }
                Output::Perform(wish, Wish::Input(_)) if self.choices[5] & 1 == 0 => {
                    Input::Performed(wish, Performed::Answer(Answer::Text("12")))
                }
                Output::Perform(_, Wish::Input(_)) => continue,
                Output::Perform(wish, _) => {
                    let how = if self.choices[5] & 2 == 0 {
                        Performed::Done
                    } else {
                        Performed::Refused(Refused::new(ErrorCondition::DeviceOut))
                    };
                    Input::Performed(wish, how)
                }
                Output::Wait(_) => return,
                _ => continue,
            };
            // What does not fit is refused, and nothing has changed.
            _ = front.handle_input(now, report);
        }
        panic!("outputs without an end");
    }

    fn operation(&mut self, front: &mut Front<'_>, wish: WishId, money: bool) {
        let (outcome, reason) = match self.choose(1) {
            0..=2 if money => (Outcome::Approved, None),
            0..=2 => (Outcome::Done, None),
            3 => (Outcome::Declined, Some(Reason::HostDeclined)),
            4 => (Outcome::Unknown, Some(Reason::Deadline)),
            5 => (Outcome::NotSent, None),
            // Never says anything.
            _ => return,
        };
        let facts = Facts::default();
        let finished =
            Finished { request_id: None, outcome, reason, settled_by: SettledBy::Answer, facts, stored: true };
        let told = Input::Told(wish, &Event::Finished(&finished));
        front.handle_input(Instant::from_millis(self.now), told).expect("a wish that runs");
    }
}
