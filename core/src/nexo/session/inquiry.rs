//! The questions about one request whose answer was lost.

use core::time::Duration;

use super::Answer;
use crate::id::RequestId;
use crate::limits;
use crate::nexo::settings::Timeouts;
use crate::operation::{Facts, Outcome, Reason};
use crate::proof::{Mistake, mistake};
use crate::time::Instant;

/// The questions about one request: the same one, until it is answered or nobody can wait any longer.
#[derive(Clone, Debug)]
pub(super) struct Inquiry {
    /// How often it was asked.
    asked: u8,
    /// How often in a row there was no answer to it.
    unheard: u8,
    /// How often it was answered with "not found".
    not_found: u8,
    /// When it is asked for the last time.
    until: Instant,
    /// From when on "not found" counts: what was still on its way has arrived by then.
    counts_from: Instant,
    /// When it was asked last.
    asked_at: Instant,
    /// The terminal is known to have had the request: "not found" then proves that it forgot.
    pub(super) was_there: bool,
    /// The terminal said last that it works on the request.
    pub(super) in_progress: bool,
    /// The number of the question under way.
    pub(super) request_id: Option<RequestId>,
    pub(super) answer: Answer,
    /// The answer that the terminal repeated, if it did.
    pub(super) repeated: Option<Answer>,
}

/// What an answer to the question comes to.
#[allow(clippy::large_enum_variant)] // Made once, and taken apart at once.
pub(super) enum Weight {
    /// It settles the request.
    Settles(Outcome, Option<Reason>, Facts),
    /// The terminal works on the request.
    InProgress,
    /// The terminal is busy, perhaps with the request.
    Busy,
    /// The terminal does not know the request.
    NotFound,
    /// No answer, or none that can be read.
    Unheard,
    /// It says nothing about the request, and would say so again.
    Nothing,
}

/// How it goes on.
pub(super) enum Way {
    /// The question is asked again.
    Again,
    /// The terminal never had the request.
    NeverThere,
    /// Nothing more is asked.
    End,
}

impl Inquiry {
    pub(super) fn new(now: Instant, timeouts: &Timeouts, was_there: bool) -> Self {
        Self {
            asked: 0,
            unheard: 0,
            not_found: 0,
            until: now.after(timeouts.recovery),
            counts_from: now.after(timeouts.poll_pause),
            asked_at: now,
            was_there,
            in_progress: false,
            request_id: None,
            answer: Answer::default(),
            repeated: None,
        }
    }

    /// The connection of the request was kept for a late answer, and is closed only now.
    pub(super) fn hang_up(&mut self, now: Instant, timeouts: &Timeouts) {
        self.counts_from = now.after(timeouts.poll_pause);
    }

    /// The question leaves once more, under this number.
    pub(super) fn ask(&mut self, request_id: RequestId, now: Instant) {
        self.asked_at = now;
        self.asked = self.asked.saturating_add(1);
        self.request_id = Some(request_id);
        self.answer = Answer::default();
        self.repeated = None;
    }

    /// How long the terminal is left alone before it is asked.
    pub(super) const fn pause(&self, timeouts: &Timeouts) -> Duration {
        let pause = timeouts.poll_pause;
        if self.asked < limits::QUICK_POLLS { pause } else { pause.saturating_mul(2) }
    }

    /// How it goes on after an answer that does not settle the request.
    pub(super) fn go_on(&mut self, weight: &Weight, now: Instant) -> Way {
        self.in_progress = matches!(weight, Weight::InProgress);
        self.was_there |= self.in_progress;
        self.unheard = if matches!(weight, Weight::Unheard) { self.unheard.saturating_add(1) } else { 0 };
        match weight {
            Weight::Nothing | Weight::Settles(..) => return Way::End,
            // It had the request and forgot it: how it ended is known to nobody here.
            Weight::NotFound if self.was_there => return Way::End,
            // The request may have been on its way still.
            Weight::NotFound if self.asked_at < self.counts_from => {}
            Weight::NotFound => {
                self.not_found = self.not_found.saturating_add(1);
                if self.not_found >= limits::NOT_FOUND || mistake(Mistake::BelievesNotFoundAtOnce) {
                    return Way::NeverThere;
                }
            }
            Weight::InProgress | Weight::Busy | Weight::Unheard => self.not_found = 0,
        }
        let over = now >= self.until || self.asked >= limits::POLLS || self.unheard >= limits::PROBES;
        if over { Way::End } else { Way::Again }
    }
}
