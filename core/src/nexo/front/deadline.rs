//! When something takes too long (I9).

use super::dialogue::{Dialogue, End, Given, Stage, Task};
use super::{Front, Kept};
use crate::drive::{Wait, Why};
use crate::time::Instant;

impl Front<'_> {
    /// Gives up what took too long; whether there is something to do then.
    pub(super) fn expire(&mut self) -> bool {
        let timeouts = self.settings.timeouts;
        if let Some(held) = self.held.take_if(|held| self.now >= held.since.after(timeouts.dialogue)) {
            self.stop = Some(held.wish);
            return true;
        }
        let silent = |since: Instant| self.now >= since.after(timeouts.store);
        if let Some(promise) =
            self.promise.as_mut().filter(|it| matches!(it.stage, Kept::Storing(_)) && silent(it.since))
        {
            promise.stage = Kept::Known(false);
            return true;
        }
        let Some(dialogue) = &mut self.dialogue else { return false };
        let silent = silent(dialogue.storing);
        match dialogue.stage {
            // A store that says nothing has stored nothing that could be counted on.
            Stage::Storing(_) if silent => {
                dialogue.stage = Stage::Ready;
                dialogue.end = Some(End::NotStored);
                return true;
            }
            Stage::Answering(_) if silent => {
                dialogue.stage = Stage::Answered;
                return true;
            }
            Stage::Running if dialogue.end.is_none() => {}
            _ => return false,
        }
        if !dialogue.stopped && dialogue.until.is_some_and(|until| self.now >= until) {
            dialogue.stopped = true;
            dialogue.end = Some(End::Answer(Given::Nothing));
            self.stop = Some(dialogue.wish);
            return true;
        }
        if !dialogue.stopped && !dialogue.restored && self.now >= dialogue.began.after(timeouts.dialogue) {
            (dialogue.stopped, dialogue.by_time) = (true, true);
            self.stop = Some(dialogue.wish);
            return true;
        }
        if !dialogue.restored && self.now >= dialogue.began.after(timeouts.exchange) {
            if dialogue.transaction().is_none() {
                dialogue.end = Some(End::TimedOut);
                return true;
            }
            if let Some(exchange) = dialogue.exchange.take() {
                self.close = Some(exchange);
                return true;
            }
        }
        false
    }

    pub(super) fn waiting(&self) -> Wait {
        let timeouts = self.settings.timeouts;
        let held = self.held.as_ref().map(|held| held.since.after(timeouts.dialogue));
        let dialogue = self.dialogue.as_ref().and_then(|dialogue| match dialogue.stage {
            Stage::Storing(_) | Stage::Answering(_) => Some(dialogue.storing.after(timeouts.store)),
            Stage::Running if dialogue.end.is_none() && !dialogue.restored => {
                let stop = (!dialogue.stopped).then_some(dialogue.began.after(timeouts.dialogue));
                // A transaction whose result is not known waits for it without an end.
                let ends = dialogue.exchange.is_some() || dialogue.transaction().is_none();
                let end = ends.then_some(dialogue.began.after(timeouts.exchange));
                [stop, end, dialogue.until].into_iter().flatten().min()
            }
            _ => None,
        });
        let why = match &self.dialogue {
            Some(Dialogue { stage: Stage::Storing(_) | Stage::Answering(_), .. }) => Why::Store,
            Some(Dialogue { stopped: true, task: Task::Transaction(..), exchange: None, .. }) => Why::Unresolved,
            Some(_) => Why::Terminal,
            None => Why::Idle,
        };
        let promise = self.promise.as_ref().map(|promise| promise.since.after(timeouts.store));
        Wait { until: held.into_iter().chain(dialogue).chain(promise).min(), why }
    }
}
