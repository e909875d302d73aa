//! `opi check`: what a terminal would answer to a message.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use opi_core::json::Document;
use opi_core::nexo::front::ExchangeId;
use opi_core::nexo::{Dialect, Direction, Envelope, Report};
use opi_core::sim::application::Setup;
use opi_core::time::{Instant, WallTime};
use opi_smol::front::{Counter, Effect, Keys, Leaving, Lent, Received, Records, Simulated};

use super::args::{Texts, keys, settings};

/// The id of a terminal that no message names.
const NAMELESS: &str = "P400Plus-123456789";

const EXAMPLES: &str = "\
Examples:
  opi check payment.json
  opi check --after login.json --after payment.json status.json
  opi check --during payment.json abort.json

The answer is one line: {\"http\":200,\"body\":{...}}; an empty answer has \"body\":null. The terminal takes the POIID of the \
first message that has one, unless --poiid names it; it approves, or does what the last digits of the amount say (see \
`opi sim --list`).";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArgs {
    /// The message; `-` is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// A message that the terminal has seen and carried out before; may be given several times
    #[arg(long, value_name = "FILE")]
    after: Vec<String>,
    /// A message whose request is in progress
    #[arg(long, value_name = "FILE")]
    during: Option<String>,
    /// Which texts the terminal writes
    #[arg(long, value_enum, default_value_t)]
    text_profile: Texts,
    /// The id of the terminal
    #[arg(long, value_name = "ID")]
    poiid: Option<String>,
    /// The key that it shares with its tills: a file with keyIdentifier, keyVersion and passphrase as JSON
    #[arg(long, value_name = "FILE")]
    shared_key: Option<PathBuf>,
    /// The terminal has no printer
    #[arg(long)]
    no_printer: bool,
    /// Nobody answers the terminal's questions
    #[arg(long)]
    no_customer: bool,
    /// The time of the terminal, in seconds since 1970 [default: now]
    #[arg(long, value_name = "SECONDS")]
    at: Option<i64>,
}

/// Checks the message; the error is one of usage.
pub(crate) fn run(args: &CheckArgs) -> Result<ExitCode, String> {
    let after: Vec<Vec<u8>> = args.after.iter().map(|name| read(name)).collect::<Result<_, _>>()?;
    let during = args.during.as_deref().map(read).transpose()?;
    let message = read(&args.file)?;
    let named = {
        let mut all = after.iter().chain(&during).chain([&message]);
        args.poiid.clone().or_else(|| all.find_map(|message| poi_id(message)))
    };
    let settings = settings(named.as_deref().unwrap_or(NAMELESS), args.text_profile)?;
    let mut setup = Setup::new(0);
    setup.has_printer = !args.no_printer;
    setup.has_customer = !args.no_customer;
    let mut application = Simulated::new(setup, |_| {});
    let (mut lent, mut records) = (Lent::default(), Records::in_memory());
    let counter = Counter::open(&settings, &mut lent, &mut application, &mut records).map_err(|why| why.to_string())?;
    let at = args.at.map_or_else(opi_smol::now_local, |at| WallTime::new(at, 0));
    let mut desk =
        Desk { counter, keys: keys(args.shared_key.as_ref())?, now: Instant::default(), begun: at, count: 0 };
    for message in after {
        desk.ask(message)?;
    }
    if let Some(during) = during {
        desk.hand_in(during)?;
    }
    let (status, body) = desk.ask(message)?;
    let body = if body.is_empty() { "null".into() } else { String::from_utf8_lossy(&body) };
    // Nobody reads any more: there is nothing left to do.
    let _ = writeln!(io::stdout().lock(), "{{\"http\":{status},\"body\":{body}}}");
    Ok(ExitCode::SUCCESS)
}

fn read(name: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match name {
        "-" => io::stdin().lock().read_to_end(&mut bytes).map(drop),
        path => fs::read(path).map(|read| bytes = read),
    }
    .map_err(|error| format!("{name}: {error}"))?;
    Ok(bytes)
}

/// Whose message it is, as far as it can be read.
fn poi_id(message: &[u8]) -> Option<String> {
    let mut report = Report::new();
    let document = Document::parse(message).ok()?;
    let envelope = Envelope::read(document, Direction::Request, &Dialect::ADYEN, &mut report)?;
    let name: String = envelope.header.poi_id?.chars().collect();
    opi_core::nexo::front::Settings::new(&name, [0; 16]).ok().map(|_| name)
}

/// A terminal whose time passes as fast as it is waited for.
struct Desk<'m, A> {
    counter: Counter<'m, A>,
    keys: Keys,
    now: Instant,
    begun: WallTime,
    count: u64,
}

impl<A: opi_smol::front::Application> Desk<'_, A> {
    /// The answer, however long it takes.
    fn ask(&mut self, message: Vec<u8>) -> Result<(u16, Vec<u8>), String> {
        let (message, form) = match self.keys.open(message) {
            Received::Message(message, form) => (message, form),
            Received::Refused { status, body } => return Ok((status, body)),
        };
        let exchange = self.receive(&message, form == opi_smol::front::Form::ClearDespiteKeys)?;
        loop {
            let (effects, until) = self.counter.drain(self.now);
            for effect in effects {
                match effect {
                    Effect::Reply { exchange: of, status, body: Leaving::Whole(body) } if of == exchange => {
                        return Ok((status, self.keys.seal(body, form).map_err(|error| error.to_string())?));
                    }
                    Effect::Reply { exchange: of, .. } if of == exchange => {
                        return Err("the terminal gives no answer".into());
                    }
                    _ => {}
                }
            }
            self.now = until.ok_or("the terminal gives no answer")?.max(self.now);
        }
    }

    /// Leaves it in progress.
    fn hand_in(&mut self, message: Vec<u8>) -> Result<(), String> {
        let Received::Message(message, form) = self.keys.open(message) else {
            return Err("--during: the message does not open with the key".into());
        };
        self.counter.application().hold();
        self.receive(&message, form == opi_smol::front::Form::ClearDespiteKeys)?;
        self.counter.drain(self.now);
        Ok(())
    }

    fn receive(&mut self, message: &[u8], clear: bool) -> Result<ExchangeId, String> {
        self.count += 1;
        let exchange = ExchangeId(self.count);
        let at = self.begun.after(self.now.since(Instant::default()));
        self.counter.drain(self.now);
        self.counter.receive(self.now, at, exchange, message, clear).map_err(|misuse| misuse.to_string())?;
        Ok(exchange)
    }
}
