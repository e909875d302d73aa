//! What stands at the till here: the console of the debugger.

use core::panic::PanicInfo;
use core::task::{Context, Poll};
use core::time::Duration;

use cortex_m_semihosting::debug::{EXIT_FAILURE, EXIT_SUCCESS, exit};
use cortex_m_semihosting::hprintln;
use opi_core::drive::{Answer, Event, QuestionKind};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal::{Entry, Found};
use opi_core::money::{Currency, Money};
use opi_core::operation::{Finished, Operation, Outcome, Reason, Request};
use opi_core::opi::{Profile, Settings};
use opi_core::time::WallTime;
use opi_embedded_io::{Cashier, Journal, Trouble, Wish};

use crate::flash::Flash;
use crate::hardware;

/// Where the terminal comes in.
pub const LISTENER: u16 = 4102;

/// The address of the machine that QEMU runs on, as seen from inside, and our own.
pub const TERMINAL: [u8; 4] = [10, 0, 2, 2];
/// See [`TERMINAL`].
pub const ADDRESS: [u8; 4] = [10, 0, 2, 15];

/// Shows everything, and says yes to every question.
#[derive(Default)]
pub struct Console {
    wish: Option<Wish>,
}

impl Cashier for Console {
    fn told(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { request_id, .. } => hprintln!("request {}", request_id),
            Event::Line(_, line) => hprintln!("  | {}", line.text),
            Event::Question(question) => {
                let answer = match question.kind {
                    QuestionKind::Confirmation | QuestionKind::AnyKey | QuestionKind::Delivery => Answer::Yes,
                    _ => Answer::NotGiven,
                };
                self.wish = Some(Wish::Answer(question.id, answer));
            }
            Event::InDoubt { request_id, reason } => hprintln!("request {} is in doubt: {}", request_id, reason),
            Event::Fault(fault) => hprintln!("the terminal: {}", fault),
            _ => {}
        }
    }

    fn poll_wish(&mut self, _: &mut Context<'_>) -> Poll<Wish> {
        self.wish.take().map_or(Poll::Pending, Poll::Ready)
    }

    fn trouble(&mut self, trouble: &Trouble<'_>) {
        hprintln!("trouble: {}", trouble);
    }
}

/// What the machine is told when it starts: the port of the terminal, how often it was started, and when to reset it, in
/// milliseconds after a payment began.
pub struct Told {
    pub port: u16,
    pub starts: u32,
    pub reset_at: Option<u32>,
}

/// The command line.
pub fn told() -> Told {
    let mut line = [0; 128];
    let mut words = hardware::command_line(&mut line).unwrap_or_default().split(' ').skip(1);
    let mut number = || words.next().and_then(|word| word.parse::<u32>().ok());
    let (Some(port), Some(starts), reset_at) = (number(), number(), number()) else {
        fail("the command line is: firmware PORT STARTS [MILLISECONDS]")
    };
    Told { port: u16::try_from(port).unwrap_or(u16::MAX), starts, reset_at }
}

/// The journal in the flash of this machine.
pub fn journal(starts: u32) -> Journal<Flash> {
    let Some(flash) = Flash::take() else { fail("the flash is in use") };
    match Journal::open(flash, 0..hardware::FLASH as u32) {
        Ok(mut journal) => {
            // The reset may have come between the storing of an end and its telling.
            let mut last = None;
            let read = journal.read(|found| {
                if let Found::Entry { entry: Entry::Result(finished), .. } = found {
                    last = finished.request_id.map(|request| (request, finished.outcome));
                }
            });
            if read.is_err() {
                fail("the journal cannot be read");
            }
            if let Some((request, outcome)) = last {
                hprintln!("BEFORE {} {} as stored", request, outcome.name());
            }
            let (generation, free) = (journal.generation(), journal.free());
            hprintln!("start {}: generation {} of the journal, {} bytes free", starts, generation, free);
            journal
        }
        Err(error) => {
            hprintln!("{}", error);
            fail("the journal cannot be opened")
        }
    }
}

/// The lane.
pub fn settings() -> Settings {
    let (Ok(name), Ok(first)) = (WorkstationId::new("lane-1"), RequestId::new(1000)) else { fail("settings") };
    let mut settings = Settings::new(name, &Profile::NEXI, first);
    settings.alone_at_terminal = true;
    settings.timeouts.probe_pause = Duration::from_millis(200);
    settings
}

/// What a cashier does to be paid, step by step: a terminal may want a receipt printed first that was never acknowledged.
pub fn operation(step: u8, starts: u32) -> Option<Request> {
    let amount = Money::from_minor(1000 + u64::from(starts), Currency::CHF);
    let operation = match step {
        0 | 2 => Operation::Payment { amount, cash_back: None },
        1 => Operation::Reprint,
        _ => return None,
    };
    Some(Request::new(operation, wall()))
}

/// Whether the next of the operations is needed.
pub fn goes_on(finished: &Finished) -> bool {
    finished.reason == Some(Reason::PrintLastTicket) || finished.outcome == Outcome::Done
}

/// Says how an operation ended.
pub fn end(finished: &Finished, millis: u32) {
    let request = finished.request_id.map_or(0, RequestId::get);
    hprintln!("END {} {} after {} ms", request, finished.outcome.name(), millis);
    if let Some(reason) = finished.reason {
        hprintln!("  because: {}", reason);
    }
}

/// Says how deep the stack was.
pub fn stack(doing: &str) {
    hprintln!("stack {} {}", doing, hardware::stack_used());
}

/// Says which request is unresolved.
pub fn unresolved(request: RequestId) {
    hprintln!("unresolved: request {}", request);
}

/// Local time.
pub fn wall() -> WallTime {
    WallTime::new(hardware::seconds(), 0)
}

/// Ends QEMU: all went well.
pub fn done(starts: u32) -> ! {
    hprintln!("done after {} starts", starts);
    exit(EXIT_SUCCESS);
    rest()
}

/// Ends QEMU: something did not.
pub fn fail(why: &str) -> ! {
    hprintln!("{}", why);
    exit(EXIT_FAILURE);
    rest()
}

fn rest() -> ! {
    loop {
        cortex_m::asm::wfi();
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    hprintln!("{}", info);
    fail("the program stops")
}
