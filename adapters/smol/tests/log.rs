//! What is logged of a conversation: everything that crosses the two calls, and nothing of a card.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Mutex;

use common::terminal::{Terminal, payment, setup};
use common::{listener, run, till};
use log::{LevelFilter, Log, Metadata, Record};
use opi_core::operation::Outcome;
use opi_core::opi::Profile;
use opi_smol::MemoryStore;

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Keeper;

impl Log for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "opi"
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            LINES.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

#[test]
fn a_payment_is_logged_without_the_card() {
    log::set_logger(&Keeper).unwrap();
    log::set_max_level(LevelFilter::Trace);
    smol::block_on(async {
        for profile in Profile::ALL {
            let listener = listener().await;
            let mut setup = setup(profile);
            setup.masks_cards = false;
            let terminal = Terminal::start(setup, &listener).await;
            let mut till = till("lane-1", profile, terminal.address, &listener, MemoryStore::new()).await.unwrap();
            let (finished, _) = run(&mut till, &payment(2500, profile)).await;
            assert_eq!(finished.outcome, Outcome::Approved, "{finished:?}");
            // The terminal did send a number: what is not masked in memory is masked in the log.
            let lines = std::mem::take(&mut *LINES.lock().unwrap());
            for wanted in
                ["<- Start", "-> Persist", "<- Stored", "-> Send", "<- Received(Request, ", "-> Event(Finished"]
            {
                assert!(lines.iter().any(|line| line.starts_with(wanted)), "{wanted} in {lines:#?}");
            }
            for line in &lines {
                let longest = line.split(|character: char| !character.is_ascii_digit()).map(str::len).max();
                assert!(longest < Some(10), "{line}");
            }
        }
    });
}
