//! Terminals as the official client of the Terminal API meets them: `@adyen/api-library`, with its typed models, its own
//! cipher and its own HTTPS, drives `opi sim --terminal-api`, and `opi serve` in front of a terminal that speaks OPI.
//!
//! The client needs node, and `npm ci` in this folder; so these tests are ignored unless they are asked for:
//!
//! ```text
//! npm ci --prefix adapters/cli/tests/npm
//! cargo test -p opi-cli --test npm -- --ignored
//! ```
//!
//! The drivers are the scripts beside this file. What they believe to be booked is compared with the books of the terminals.
// Each server has a loopback address of its own, since the client knows one port only.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod certificates;
mod driver;
mod shop;

use driver::drive;
use shop::{Form, Kind, Terminal};

/// All that a simulated terminal can do to an answer.
const FAULTS: [&str; 9] = [
    "lost-request",
    "drop-before-authorisation",
    "drop-after-authorisation",
    "half-answer",
    "no-answer",
    "slow-answer",
    "foreign-answer",
    "unknown-condition",
    "restart",
];

/// What an OPI terminal does to its answer: the server in between has to find out what became of the payment.
const OPI_FAULTS: [&str; 7] = [
    "half-frame",
    "drop-before-answer",
    "drop-after-charge",
    "wrong-request-id",
    "garbage",
    "callback-refused",
    "reboot-in-flight",
];

fn play(driver: &str, kind: Kind, terminals: &[Terminal]) {
    for form in [Form::Clear, Form::Secured] {
        drive(driver, kind, form, terminals);
    }
}

fn faults(kind: Kind, faults: &[&'static str]) {
    let terminals: Vec<_> = faults.iter().map(|fault| Terminal::named(fault).with(&["--fault", fault])).collect();
    play("recovery", kind, &terminals);
}

macro_rules! tests {
    ($($name:ident: $how:expr;)*) => {
        $(
            #[test]
            #[ignore = "needs node, and `npm ci` in adapters/cli/tests/npm"]
            fn $name() {
                $how;
            }
        )*
    };
}

mod simulated {
    use super::*;

    tests! {
        files_are_answered_as_the_manifest_says: play("files", Kind::Simulated, &Terminal::of_the_manifest());
        a_day_of_a_till: play("models", Kind::Simulated, &[Terminal::named("main")]);
        requests_at_once: play("race", Kind::Simulated, &Terminal::slow());
        lost_answers_are_settled: faults(Kind::Simulated, &FAULTS);
        what_is_wrong_is_refused: play("refusals", Kind::Simulated, &Terminal::trustworthy_or_not());
    }
}

mod in_front_of_opi {
    use super::*;

    tests! {
        files_are_answered_as_the_manifest_says: play("files", Kind::Bridge, &Terminal::of_the_manifest());
        a_day_of_a_till: play("models", Kind::Bridge, &[Terminal::named("main")]);
        requests_at_once: play("race", Kind::Bridge, &Terminal::slow());
        lost_answers_are_settled: faults(Kind::Bridge, &OPI_FAULTS);
        what_is_wrong_is_refused: play("refusals", Kind::Bridge, &Terminal::trustworthy_or_not());
    }
}
