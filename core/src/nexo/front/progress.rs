//! What can be done without another input.

use super::dialogue::{End, Prompt, Stage};
use super::intake::Taken;
use super::respond::Scribe;
use super::status::{Files, Known};
use super::{ExchangeId, Front, Held, Kept, Next};
use crate::limits;
use crate::nexo::body::{DisplayOutput, DisplayRequest, OutputContent, OutputText};
use crate::nexo::refusal::Answer;
use crate::nexo::vocabulary::{Device, InfoQualify, OutputFormat};
use crate::nexo::{Category, List, Message, MessageHeader};

impl Front<'_> {
    /// Does what can be done without another input.
    pub(super) fn advance(&mut self, tx: &mut [u8]) -> Option<Next> {
        loop {
            if let Some(loose) = self.records.pop_front() {
                self.lent = Some(loose);
                return Some(Next::PersistLoose(self.next_ticket()));
            }
            if let Some(wish) = self.stop.take() {
                return Some(Next::Stop(wish));
            }
            if let Some(exchange) = self.close.take() {
                return Some(Next::Close(exchange));
            }
            if let Some(next) = self.advance_promise(tx) {
                return Some(next);
            }
            if let Some(next) = self.advance_dialogue(tx) {
                return Some(next);
            }
            match self.take_in(tx) {
                Taken::Nothing => return None,
                Taken::Answered(Some(exchange), answer) => return Some(reply(exchange, answer)),
                // Something else has to be done first, or the till is gone.
                Taken::Answered(None, _) | Taken::Later => {}
            }
        }
    }

    fn advance_promise(&mut self, tx: &mut [u8]) -> Option<Next> {
        match self.promise.as_ref()?.stage {
            Kept::Due => {
                let ticket = self.next_ticket();
                self.promise.as_mut()?.stage = Kept::Storing(ticket);
                Some(Next::PersistPromise(ticket))
            }
            Kept::Storing(_) => None,
            Kept::Known(stored) => {
                let promise = self.promise.take()?;
                // What is not stored cannot be promised.
                let known = if stored { Known::NeverCame } else { Known::Unsure };
                let files = Files { dialogue: self.dialogue.as_ref(), history: &self.history };
                let header = promise.ids.header(self.settings.poi_id.as_str());
                let answer = files.answer(&self.settings, &header, &promise.wanted, &known, &promise.additional, tx);
                Some(reply(promise.exchange?, answer))
            }
        }
    }

    fn advance_dialogue(&mut self, tx: &mut [u8]) -> Option<Next> {
        loop {
            let dialogue = self.dialogue.as_mut()?;
            match dialogue.stage {
                Stage::Accepted => {
                    let ticket = self.next_ticket();
                    let dialogue = self.dialogue.as_mut()?;
                    (dialogue.stage, dialogue.storing) = (Stage::Storing(ticket), self.now);
                    return Some(Next::PersistAccepted(ticket));
                }
                Stage::Storing(_) | Stage::Answering(_) => return None,
                Stage::Ready => {
                    dialogue.stage = Stage::Running;
                    if dialogue.by_till && dialogue.end.is_none() {
                        dialogue.end = Some(End::Withdrawn);
                    }
                    if dialogue.end.is_none() {
                        self.gathered.clear();
                        return Some(Next::Perform);
                    }
                }
                Stage::Running => {
                    if let Some(prompt) = dialogue.prompt.take_if(|prompt| prompt.whole)
                        && let Some(length) = self.prompt(&prompt, tx)
                    {
                        return Some(Next::Notify { length });
                    }
                    return self.end(tx);
                }
                Stage::Answered => {
                    let exchange = self.dialogue.take()?.exchange;
                    let (_, response) = self.history.newest()?;
                    let length = response.0.len();
                    let exchange = exchange?;
                    let Some(room) = tx.get_mut(..length) else { return Some(Next::Close(exchange)) };
                    room.copy_from_slice(response.0);
                    return Some(reply(exchange, Answer { status: 200, length }));
                }
            }
        }
    }

    /// Tells the end of the dialogue, if it has one.
    fn end(&mut self, tx: &mut [u8]) -> Option<Next> {
        let dialogue = self.dialogue.as_ref()?;
        let end = dialogue.end.as_ref()?;
        let scribe = Scribe { settings: &self.settings, dialogue, gathered: &self.gathered };
        if let Some(transaction) = dialogue.transaction() {
            let Some((ended, length)) = scribe.transaction(transaction, end, tx) else {
                // The end stays, to be told when there is more room; nothing untrue is said meanwhile.
                return self.dialogue.as_mut()?.exchange.take().map(Next::Close);
            };
            let response = tx.get(..length).unwrap_or_default();
            if self.history.push(&ended, response).is_err() {
                // No room to keep it, so it cannot be stored before it is sent either.
                let exchange = self.dialogue.take()?.exchange?;
                return Some(reply(exchange, Answer { status: 200, length }));
            }
            self.ended = Some(ended);
            let ticket = self.next_ticket();
            let dialogue = self.dialogue.as_mut()?;
            (dialogue.stage, dialogue.storing) = (Stage::Answering(ticket), self.now);
            return Some(Next::PersistAnswered(ticket));
        }
        let answer = scribe.other(end, self.kept.get(..self.kept_length).unwrap_or_default(), tx);
        self.hold_card();
        let exchange = self.dialogue.take()?.exchange?;
        Some(reply(exchange, answer))
    }

    /// A card that was read stays with the terminal.
    fn hold_card(&mut self) {
        let Some(dialogue) = &self.dialogue else { return };
        if dialogue.ids.category == Category::CardAcquisition && matches!(dialogue.end, Some(End::Responded)) {
            let id = self.gathered.responded(dialogue.ids.category).and_then(|body| {
                let id = body.object()?.get("POIData")?.object()?.get("POITransactionID")?.object()?;
                id.get("TransactionID")?.text()?.copy_to().ok()
            });
            let (wish, ids) = (dialogue.wish, dialogue.ids.clone());
            self.held = id.map(|id| Held { wish, ids, id, since: self.now });
        }
    }

    /// A prompt as a notification of the till, at the front of `tx`.
    fn prompt(&mut self, prompt: &Prompt, tx: &mut [u8]) -> Option<usize> {
        self.prompts = self.prompts.wrapping_add(1);
        let mut device_id = heapless::String::<{ limits::NEXO_SERVICE_ID }>::new();
        _ = core::fmt::Write::write_fmt(&mut device_id, format_args!("{}", self.prompts));
        let ids = &self.dialogue.as_ref()?.ids;
        let header = MessageHeader {
            device_id: Some(device_id.as_str().into()),
            ..MessageHeader::request(
                Category::Display,
                ids.sale_id.as_str(),
                self.settings.poi_id.as_str(),
                ids.service_id.as_str(),
            )
        };
        let mut lines = heapless::Vec::<OutputText<'_>, { limits::NEXO_PROMPT_LINES }>::new();
        for line in &prompt.lines {
            lines.push(OutputText::new(line.text.as_str().into())).ok()?;
        }
        let content = OutputContent {
            output_text: Some(List::from(lines.as_slice())),
            ..OutputContent::new(OutputFormat::Text.into())
        };
        let output = [DisplayOutput {
            response_required_flag: Some(false),
            ..DisplayOutput::new(Device::CashierDisplay.into(), InfoQualify::Status.into(), content)
        }];
        let body = DisplayRequest::new(List::from(&output));
        Message::request(header, body.into()).write(self.settings.dialect, tx).ok()
    }
}

fn reply(exchange: ExchangeId, answer: Answer) -> Next {
    if answer == Answer::NO_ROOM { Next::Close(exchange) } else { Next::Reply { exchange, answer } }
}
