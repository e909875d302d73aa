//! When two worlds are the same.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hasher};

use crate::till::Owed;
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
        text.clear();
        let _ = write!(text, "{} {} {} {} {} ", self.restarts, self.now, self.others, self.strays, self.nights);
        let _ = write!(text, "{} {:?} ", self.booked.len(), self.terminal);
        for till in &self.tills {
            let _ = write!(text, "{:?} {:?} {:?} ", till.digest, till.until, till.known);
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
        for wire in &self.wires {
            let _ = write!(text, "{wire:?} ");
        }
        let [one, two] = hash(&text);
        TEXT.set(text);
        u128::from(one) << 64 | u128::from(two)
    }
}
