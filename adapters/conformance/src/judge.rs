//! What was broken: what must hold whatever was played, and which rule it was when nothing goes on.

use opi_core::sim::Fault;

use crate::play::{Heard, Play};
use crate::process::Word;
use crate::rule::{Broken, Rule};
use crate::terminal::Sight;
use crate::wire;

impl Play {
    /// What must hold at the end of every case, whatever was played.
    pub(crate) fn judge(&mut self, outcome: &str, request: Option<u32>) -> Result<(), Broken> {
        let booked = request.map_or(0, |request| self.booked(request));
        if booked > 1 {
            return Err(self.broken(self.twice(), &format!("request {request:?} was charged {booked} times")));
        }
        let agrees = match outcome {
            "approved" => booked == 1,
            "not_sent" | "declined" | "aborted" => booked == 0,
            "unknown" => true,
            _ => false,
        };
        if !agrees {
            return Err(
                self.broken(Rule::TellsTheTruth, &format!("{outcome}, and the terminal charged {booked} times"))
            );
        }
        self.repeats_nothing()?;
        self.shows_nothing()
    }

    /// Why the same number came twice: another run, or the same one.
    fn twice(&self) -> Rule {
        if self.heard.iter().filter(|(_, heard)| is_ready(heard)).count() > 1 {
            Rule::UsesNoNumberTwice
        } else {
            Rule::NeverSendsTwice
        }
    }

    fn repeats_nothing(&self) -> Result<(), Broken> {
        let mut requests: Vec<String> = Vec::new();
        for connection in self.sent() {
            for message in wire::frames(&connection).0 {
                let Some(number) = wire::attribute(&message, "RequestID") else { continue };
                if !message.contains("ServiceRequest") {
                    continue;
                }
                if requests.iter().any(|known| known == number) {
                    return Err(self.broken(self.twice(), &format!("the number {number} was sent twice")));
                }
                requests.push(number.to_owned());
            }
        }
        Ok(())
    }

    /// Looks for card numbers in what the till wrote for people.
    pub(crate) fn shows_nothing(&self) -> Result<(), Broken> {
        let said = self.till.said();
        let digits = said.split(|byte| !byte.is_ascii_digit() && !matches!(byte, b' ' | b'-'));
        for run in digits {
            let count = run.iter().filter(|byte| byte.is_ascii_digit()).count();
            if (13..=19).contains(&count) && is_card(run) {
                return Err(self.broken(Rule::ShowsNoCardNumber, "a card number stands in what the till wrote"));
            }
        }
        Ok(())
    }

    /// Why nothing goes on: where things stand tells which rule was broken.
    pub(crate) fn stalled(&self) -> Broken {
        let words = self.heard.iter().rev().filter_map(|(_, heard)| match heard {
            Heard::Word(word) => Some(word),
            _ => None,
        });
        // What was said since the operation began.
        for word in words.take_while(|word| !matches!(word, Word::Started(_))) {
            match word {
                Word::Doubt(_) => {
                    return self
                        .broken(Rule::KeepsDeadlines, "the answer was lost, and the terminal is not asked about it");
                }
                Word::Question(..) if self.scene.cashier.is_some() => {
                    return self.broken(Rule::HearsTheTill, "the cashier answered, and the terminal waits on");
                }
                Word::Sheet(_) | Word::Withdrawn(_) => break,
                _ => {}
            }
        }
        if self.saw(|sight| matches!(sight, Sight::Connected(_))).is_none() {
            return self.broken(Rule::DrainsOutputs, "it never connected to the terminal");
        }
        let sent = self.sent();
        if sent.iter().all(Vec::is_empty) {
            return self.broken(Rule::DrainsOutputs, "it connected to the terminal and sent nothing");
        }
        if !sent.iter().any(|bytes| wire::frames(bytes).0.iter().any(|text| wire::asks_for_money(text))) {
            return self.broken(Rule::WritesToTheEnd, "the request never arrived as a whole");
        }
        if self.saw(|sight| matches!(sight, Sight::Refused)).is_some() {
            return self.broken(Rule::ListensBeforeSending, "the terminal was refused at the till's listener");
        }
        self.unserved().unwrap_or_else(|| {
            if self.scene.setup.fault.is_of_the_wire() {
                self.broken(Rule::LosesNoByte, "the terminal answered, and the payment never ended")
            } else {
                self.broken(Rule::KeepsDeadlines, "there is no answer, and the till waits on")
            }
        })
    }

    /// A message of the terminal that has no answer.
    fn unserved(&self) -> Option<Broken> {
        let sights = self.terminal.log.all();
        let count = |wanted: fn(&Sight) -> bool| sights.iter().filter(|(_, sight)| wanted(sight)).count();
        let took = count(|sight| matches!(sight, Sight::Took));
        let answered = count(|sight| matches!(sight, Sight::Answered));
        if took <= answered {
            return None;
        }
        // Connections are taken by the system; what tells is that nothing is said on them.
        Some(if took > 1 && answered > 0 && self.scene.setup.fault == Fault::None {
            self.broken(Rule::TakesEveryConnection, "a connection of the terminal was not served")
        } else {
            self.broken(Rule::LosesNoByte, "a message of the terminal was not answered")
        })
    }

    /// Which rule was broken when a payment with which nothing is wrong ends like this.
    pub(crate) fn not_approved(&self, outcome: &str) -> Broken {
        self.unserved()
            .unwrap_or_else(|| self.broken(Rule::LosesNoByte, &format!("a payment that must be approved is {outcome}")))
    }
}

fn is_ready(heard: &Heard) -> bool {
    matches!(heard, Heard::Word(Word::Ready(_)))
}

/// Whether the check digit is right.
fn is_card(run: &[u8]) -> bool {
    let digits = run.iter().filter(|byte| byte.is_ascii_digit()).rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match (place % 2, 2 * digit) {
            (0, _) => digit,
            (_, twice @ 10..) => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum.is_multiple_of(10)
}
