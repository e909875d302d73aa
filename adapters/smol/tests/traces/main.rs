//! The trace of any conversation holds nothing of a card and is replayed identically.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod api;
#[path = "../common/mod.rs"]
mod common;
mod opi;

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use common::Told;
use opi_core::operation::{Finished, Request};
use opi_smol::Till;
use opi_smol::trace::replay;
use smol::Timer;
use smol::future::FutureExt;

/// Conversations at one time: most of their time is waiting.
const SIDE_BY_SIDE: usize = 16;

/// When the cashier stops a payment that has not ended by itself.
const ENOUGH: Duration = Duration::from_millis(300);

/// Nothing waits longer.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Pays, and stops what has not ended by itself.
async fn paid(till: &mut Till, request: &Request) -> (Box<Finished>, Told) {
    till.start(request).unwrap();
    let (mut told, mut stopped) = (Told::default(), false);
    loop {
        let notice = async { Some(till.next().await) };
        let enough = async {
            if stopped {
                std::future::pending().await
            } else {
                Timer::after(ENOUGH).await
            };
            None
        };
        match notice.or(enough).await {
            Some(notice) => {
                if let Some(finished) = told.take(till, notice) {
                    return (finished, told);
                }
            }
            None => {
                stopped = true;
                // Too early or too late for some.
                let _ = till.abort();
            }
        }
    }
}

/// A number of a card that stands in the text: 13 to 19 digits with a right check digit, alone or in groups of four.
fn card_number(text: &str) -> Option<&str> {
    let is_checked = |number: &str| {
        let digits = number.bytes().rev().filter(u8::is_ascii_digit).map(|byte| u32::from(byte - b'0'));
        let doubled = digits.enumerate().map(|(place, digit)| if place % 2 == 0 { digit } else { 2 * digit });
        doubled.map(|digit| digit / 10 + digit % 10).sum::<u32>() % 10 == 0
    };
    let alone = text.split(|it: char| !it.is_ascii_digit()).filter(|run| (13..=19).contains(&run.len()));
    let runs = text.split(|it: char| !(it.is_ascii_digit() || it == ' ' || it == '-'));
    let grouped = runs.map(|run| run.trim_matches([' ', '-'])).filter(|run| run.len() == 19);
    let grouped = grouped.filter(|run| run.split([' ', '-']).all(|group| group.len() == 4));
    alone.chain(grouped).find(|number| is_checked(number))
}

fn check(case: &str, trace: &[u8], secrets: &[&str]) {
    let text = std::str::from_utf8(trace).unwrap();
    for secret in secrets {
        assert!(!text.contains(secret), "{case}: {secret} in {text}");
    }
    assert_eq!(card_number(text), None, "{case}: {text}");
    let replayed = replay(trace, |_, _, _, _| {}).unwrap_or_else(|error| panic!("{case}: {error}\n{text}"));
    assert!(replayed.difference.is_none(), "{case}: {:?}\n{text}", replayed.difference);
    let recorded = text.lines().filter(|line| line.contains("\"out\":")).count();
    assert!(!replayed.cut && recorded > 5 && replayed.outputs == recorded, "{case}: {replayed:?}\n{text}");
}

/// Plays all cases, many at one time.
fn play<C: Sync>(cases: &[C], one: impl AsyncFn(&C) + Sync) {
    let next = AtomicUsize::new(0);
    let worker = async || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            one(case).await;
        }
    };
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| smol::block_on(worker()));
        }
    });
}

/// A check that cannot fail proves nothing.
#[test]
fn a_card_number_in_a_text_is_found() {
    for text in [
        "x 4111111111111111 y",
        "Card 4111 1111 1111 1111 x",
        "4111 1111 1111 1111",
        "a5555-5555-5555-4444",
        "\"378282246310005\"",
    ] {
        assert!(card_number(text).is_some(), "{text}");
    }
    assert_eq!(card_number("4111111111111112 **** **** **** 1111 20261122012545"), None);
}
