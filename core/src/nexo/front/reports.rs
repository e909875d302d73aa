//! What the application and the store report.

use super::dialogue::{Dialogue, End, Prompt, Stage, Task};
use super::{Front, Kept, Misuse, Performed, WishId, request_of};
use crate::drive::Event;
use crate::journal::Ticket;
use crate::nexo::body::{CardAcquisitionResponse, POIData, StoredValueResponse, TransactionIdentification};
use crate::nexo::refusal::{self, stamp};
use crate::nexo::{Category, Message, MessageHeader, RequestBody, ResponseBody};
use crate::operation::Outcome;
use crate::receipt::Purpose;
use crate::text::Text;

impl Front<'_> {
    pub(super) fn told(&mut self, wish: WishId, event: &Event<'_>) -> Result<(), Misuse> {
        let dialect = self.settings.dialect;
        let is = |it: &&mut Dialogue| it.wish == wish && it.stage == Stage::Running && it.end.is_none();
        let dialogue = self.dialogue.as_mut().filter(is).ok_or(Misuse::NoSuchWish)?;
        if matches!(dialogue.task, Task::Kept) {
            return Err(Misuse::WrongEnd);
        }
        match event {
            Event::SheetBegun(sheet) => match sheet.purpose {
                Purpose::Receipt(copy) => self.gathered.begin(sheet.id, copy, dialect),
                Purpose::CashierDisplay if self.settings.prompts => {
                    dialogue.prompt = Some(Prompt { sheet: sheet.id, lines: heapless::Vec::new(), whole: false });
                }
                _ => {}
            },
            Event::Line(sheet, line) => {
                self.gathered.line(*sheet, line, self.settings.receipt_lines, dialect);
                if let Some(prompt) = dialogue.prompt.as_mut().filter(|it| it.sheet == *sheet && !it.whole) {
                    // A prompt of more lines than there is room is shown without the last.
                    _ = prompt.lines.push((*line).clone());
                }
            }
            Event::SheetEnded { sheet, .. } => {
                self.gathered.end(*sheet);
                if let Some(prompt) = dialogue.prompt.as_mut().filter(|it| it.sheet == *sheet) {
                    prompt.whole = true;
                }
            }
            Event::Total(total) => self.gathered.total(total, dialect),
            Event::Finished(finished) => {
                let money = dialogue.transaction().is_some();
                // Of a question about totals an unknown result is only no answer.
                if finished.outcome != Outcome::Unknown || !money {
                    dialogue.end = Some(End::Finished((*finished).clone()));
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn performed(&mut self, wish: WishId, performed: Performed<'_>) -> Result<(), Misuse> {
        let is = |it: &&mut Dialogue| it.wish == wish && it.stage == Stage::Running && it.end.is_none();
        let dialogue = self.dialogue.as_mut().filter(is).ok_or(Misuse::NoSuchWish)?;
        let kept = matches!(dialogue.task, Task::Kept);
        dialogue.end = Some(match performed {
            Performed::Refused(refused) => End::Refused {
                condition: refused.condition,
                message: Text::from_cut(refused.message),
                reason: Text::from_cut(refused.reason),
            },
            Performed::Done if kept && dialogue.ids.category != Category::Input => End::Done,
            Performed::Answer(answer) if dialogue.ids.category == Category::Input => End::Answer(answer.into()),
            Performed::Responded(body) if kept && body.category() == dialogue.ids.category => {
                let dialect = self.settings.dialect;
                let at = self.clock.0.after(self.now.since(self.clock.1));
                let (name, stamp) = (self.names.of_none(at), stamp(at));
                let named = TransactionIdentification::new(name.id.as_str().into(), stamp.as_str().into());
                let request = request_of(self.kept, self.kept_length, dialect);
                let body = with_names(*body, request.as_ref(), named);
                let message = Message::response(MessageHeader::default(), body);
                if !self.gathered.keep(|out| message.write_to(out, dialect)) {
                    return Err(Misuse::TooLong);
                }
                End::Responded
            }
            _ => return Err(Misuse::WrongEnd),
        });
        Ok(())
    }

    pub(super) fn stored(&mut self, ticket: Ticket, stored: bool) -> Result<(), Misuse> {
        if ticket.0 == 0 || ticket.0 > self.tickets {
            return Err(Misuse::NoSuchTicket);
        }
        if let Some(promise) = self.promise.as_mut().filter(|it| it.stage == Kept::Storing(ticket)) {
            promise.stage = Kept::Known(stored);
        }
        let Some(dialogue) = &mut self.dialogue else { return Ok(()) };
        match dialogue.stage {
            Stage::Storing(waiting) if waiting == ticket => {
                dialogue.stage = Stage::Ready;
                if !stored {
                    dialogue.end = Some(End::NotStored);
                }
            }
            // The answer is as true if it could not be stored. After a restart its transaction is in progress, and the
            // application tells its end again.
            Stage::Answering(waiting) if waiting == ticket => dialogue.stage = Stage::Answered,
            _ => {}
        }
        Ok(())
    }
}

/// The answer of an application, with the names of the transaction where it gave none.
fn with_names<'a>(
    body: ResponseBody<'a>,
    request: Option<&RequestBody<'a>>,
    named: TransactionIdentification<'a>,
) -> ResponseBody<'a> {
    let (sale_data, poi_data) = (Some(refusal::sale_data(request)), Some(POIData::new(named)));
    match body {
        ResponseBody::CardAcquisition(body) => CardAcquisitionResponse {
            sale_data: body.sale_data.or(sale_data),
            poi_data: body.poi_data.or(poi_data),
            ..body
        }
        .into(),
        ResponseBody::StoredValue(body) => StoredValueResponse {
            sale_data: body.sale_data.or(sale_data),
            poi_data: body.poi_data.or(poi_data),
            ..body
        }
        .into(),
        other => other,
    }
}
