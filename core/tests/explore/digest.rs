//! When two worlds are the same.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hasher};

use crate::till::Owed;
use crate::wire::{Item, Wire};
use crate::world::{World, hash};

impl World {
    /// A digest of all that matters for what can happen from here on, and for what must hold.
    pub(crate) fn digest(&mut self) -> u128 {
        thread_local! {
            static TEXT: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
        }
        let mut text = TEXT.take();
        for till in &mut self.tills {
            if till.digest.is_none() {
                text.clear();
                till.session.get().digest(&mut text).unwrap();
                till.digest = Some(hash(&text));
            }
        }
        for till in self.tills.iter_mut().filter(|till| till.known.is_none()) {
            let mut journal = DefaultHasher::new();
            journal.write(&till.journal);
            text.clear();
            let _ = write!(text, "{:?} {}", till.truth, journal.finish());
            till.known = Some(hash(&text));
        }
        for seat in &mut self.seats {
            if seat.digest.is_none() {
                text.clear();
                seat.terminal.digest(&mut text).unwrap();
                seat.digest = Some(hash(&text));
            }
        }
        text.clear();
        let _ = write!(text, "{} {} {} {} {} ", self.restarts, self.now, self.others, self.strays, self.booked.len());
        for till in &self.tills {
            let _ = write!(text, "{:?} {:?} {:?} {:?} ", till.digest, till.questions, till.until, till.known);
            let _ = write!(text, "{} {} {} {} ", till.next, till.recoveries, till.aborts, till.slow);
            let _ = write!(text, "{} {:?} ", till.spoilt, till.open());
            for owed in &till.owed {
                let _ = match owed {
                    Owed::Sent(link, wire, length) => {
                        // Numbers of wires are names only.
                        let place = self.wires.iter().position(|it| it.number == *wire);
                        write!(text, "sent {link:?} {place:?} {length} ")
                    }
                    Owed::Stored(ticket, _, fact) => write!(text, "{ticket:?} {fact:?} "),
                    other => write!(text, "{other:?} "),
                };
            }
        }
        for seat in &self.seats {
            let _ = write!(text, "{:?} {:?} ", seat.digest, seat.serves);
        }
        let _ = write!(text, "{:?} ", self.callbacks);
        for wire in &self.wires {
            wire.digest(&mut text);
        }
        let [one, two] = hash(&text);
        TEXT.set(text);
        u128::from(one) << 64 | u128::from(two)
    }
}

impl Wire {
    fn digest(&self, text: &mut String) {
        let _ = write!(text, "{} {} {:?} {:?} ", self.till, self.terminal, self.link, self.conn);
        let _ = write!(
            text,
            "{} {} {} {} {:?} {:?} ",
            self.deaf_till, self.deaf_terminal, self.ended, self.held, self.last, self.asks
        );
        let mut bytes = DefaultHasher::new();
        for queue in [&self.to_terminal, &self.to_till] {
            bytes.write_usize(queue.len());
            for item in queue {
                if let Item::Bytes(item, whole) = item {
                    bytes.write_u8(u8::from(*whole));
                    bytes.write_u64(item.digest);
                }
            }
        }
        bytes.write(&self.frame);
        let _ = write!(text, "{} ", bytes.finish());
    }
}
