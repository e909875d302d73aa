//! The command line: what may be written, and what it means.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, Parser, Subcommand};
use opi_core::id::{Id, Reference, RequestId, WorkstationId};
use opi_core::money::{Currency, Money};
use opi_core::operation::{Operation, Original};

use crate::dialect::{Dialect, Reading};
use crate::front::{CheckArgs, FrontArgs, ServeArgs};
use crate::terminal_api::ApiArgs;
use crate::values::{currency, host, language, money, reference, request, seconds, workstation};

const EXAMPLES: &str = "\
Examples:
  opi pay 25.00 CHF
          pay on a simulated terminal in this process, over real TCP
  opi pay 25.00 CHF --terminal 192.168.1.50 --workstation lane-1
          pay on a terminal in the network; it must be set up to call this machine back on port 4102
  opi pay 12.50 EUR --profile opi-de --script decline
          see how a refusal looks in the German dialect
  opi refund 5.00 CHF --original 00000012345 --terminal 192.168.1.50
          give part of a payment back
  opi recover --terminal 192.168.1.50
          after a power cut: ask the terminal how the last payment ended; opi pay does so by itself
  opi pay 25.00 EUR --terminal-api https://192.168.1.50:8443 --poiid P400Plus-123456789 --tls-ca root.pem
          pay on a terminal that speaks the Terminal API (nexo)
  opi journal
          what became of each payment
  opi sim --listen 127.0.0.1:4100 --till 127.0.0.1:4102 --script tip --fault split
          be a terminal for any till
  opi decode message.xml
          show what a message says, as JSON

Exit status:
  0  approved, or done      3  not sent: no money moved, asking again is safe
  1  declined or aborted    4  unknown: the money may have moved or not
  2  wrong usage            5  refused here: busy, or an earlier result is unresolved

OPI is the Open Payment Initiative's protocol between tills and card terminals, not Oracle's product of that name.";

/// Take card payments on a terminal that speaks OPI, be such a terminal, or read its messages
#[derive(Debug, Parser)]
#[command(name = "opi", version, after_help = EXAMPLES, max_term_width = 110)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take a payment
    #[command(after_help = "Example:\n  opi pay 25.00 CHF --reference order-17")]
    Pay {
        #[command(flatten)]
        amount: AmountArgs,
        /// The part of the amount that is handed out in cash
        #[arg(long, value_name = "AMOUNT")]
        cash_back: Option<String>,
        #[command(flatten)]
        till: TillArgs,
    },
    /// Give money back to a card
    #[command(after_help = "Example:\n  opi refund 5.00 CHF --original 00000012345")]
    Refund {
        #[command(flatten)]
        amount: AmountArgs,
        #[command(flatten)]
        original: OriginalArgs,
        #[command(flatten)]
        till: TillArgs,
    },
    /// Take back a whole transaction; without --stan or --original the last one, where the dialect allows that
    #[command(after_help = "Examples:\n  opi reverse 25.00 CHF\n  opi reverse --profile opi-de --stan 021702")]
    Reverse {
        /// The amount of the transaction, where the dialect sends it
        #[arg(requires = "reverse_currency")]
        amount: Option<String>,
        /// Its currency
        #[arg(id = "reverse_currency", value_name = "CURRENCY", value_parser = currency)]
        currency: Option<Currency>,
        #[command(flatten)]
        original: OriginalArgs,
        #[command(flatten)]
        till: TillArgs,
    },
    /// Hold an amount on a card
    #[command(after_help = "Example:\n  opi reserve 150.00 CHF --json")]
    Reserve {
        #[command(flatten)]
        amount: AmountArgs,
        #[command(flatten)]
        till: TillArgs,
    },
    /// Charge what was held
    #[command(after_help = "Example:\n  opi complete 80.00 EUR --profile ifsf --stan 000042 --terminal-id P3")]
    Complete {
        #[command(flatten)]
        amount: AmountArgs,
        #[command(flatten)]
        original: OriginalArgs,
        #[command(flatten)]
        till: TillArgs,
    },
    /// Have the last receipts sent again
    Reprint(TillArgs),
    /// Have the last answer sent again
    RepeatLast(TillArgs),
    /// Ask who the terminal is
    Info(TillArgs),
    /// Ask how the terminal is
    Status(TillArgs),
    /// Ask which card brands the terminal takes
    Circuits(TillArgs),
    /// Open the shift, by whichever word the terminal knows
    Activate(TillArgs),
    /// Close the shift, by whichever word the terminal knows
    Deactivate(TillArgs),
    /// Log in
    Login(TillArgs),
    /// Log off
    Logoff(TillArgs),
    /// Totals since the last closure
    Reconcile {
        /// Start new totals afterwards
        #[arg(long)]
        closure: bool,
        #[command(flatten)]
        till: TillArgs,
    },
    /// Balance, and log off
    CloseDay(TillArgs),
    /// Submit what the terminal has stored
    Transmit(TillArgs),
    /// Fetch the configuration from the terminal's management system
    ContactTms(TillArgs),
    /// Initialise the terminal with its acquirers
    ContactAcquirer(TillArgs),
    /// Have the terminal test itself
    Diagnose(TillArgs),
    /// Restart the terminal's application
    Restart(TillArgs),
    /// Stop what the terminal is doing for this workstation, whoever started it
    #[command(after_help = "Example:\n  opi abort --terminal 192.168.1.50")]
    Abort {
        /// The request to stop; without it the one in the journal that has no end [Terminal API]
        #[arg(long, value_name = "ID", value_parser = request, requires = "terminal_api")]
        service_id: Option<RequestId>,
        #[command(flatten)]
        till: TillArgs,
    },
    /// Ask the terminal how the requests ended whose end is unknown
    #[command(after_help = "Example:\n  opi recover --terminal 192.168.1.50")]
    Recover(TillArgs),
    /// Record a person's decision about a request whose end is unknown, after a look at the terminal
    #[command(after_help = "Example:\n  opi resolve 17 --charged --note \"on the terminal's receipt, Anna\"")]
    Resolve(ResolveArgs),
    /// Show what the journal says of each transaction
    #[command(after_help = "Example:\n  opi journal --json | jq 'select(.outcome == \"unknown\")'")]
    Journal(LaneArgs),
    /// Be a terminal for any till
    #[command(after_help = SIM_EXAMPLES)]
    Sim(SimArgs),
    /// Serve tills of the Terminal API on a terminal that speaks OPI
    Serve(ServeArgs),
    /// Show what a terminal of the Terminal API answers to a message
    Check(CheckArgs),
    /// Show messages as JSON, one object a line
    #[command(after_help = DECODE_EXAMPLES)]
    Decode(DecodeArgs),
    /// Run a recorded conversation once more, and compare what is done byte for byte
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(ReplayArgs),
}

const SIM_EXAMPLES: &str = "\
Examples:
  opi sim --list
  opi sim --listen 0.0.0.0:4100 --till 192.168.1.20:4102
  opi sim --profile opi-de --script decline --fault split --seed 7
  opi sim --terminal-api --plain --listen 127.0.0.1:8443 --poiid P400Plus-123456789

A script FILE holds one script name a line, one line for each card request; the last one repeats.";

const DECODE_EXAMPLES: &str = "\
Examples:
  opi decode request.xml response.xml
  opi decode --frames conversation.bin
  opi decode --shared-key key.json terminal-api.json
  nc -l 4102 | opi decode --frames -

What begins with { or [ is read as a message of the Terminal API. Card numbers are shown masked, track data and expiry dates not at all. A file that cannot be read is named on \
standard error with the byte where it breaks; the others are still decoded, and the exit status is 1.";

#[derive(Debug, Args)]
pub(crate) struct AmountArgs {
    /// The amount in major units, with a dot: 25.00
    pub(crate) amount: String,
    /// Its currency, by its code of ISO 4217: CHF
    #[arg(value_parser = currency)]
    pub(crate) currency: Currency,
}

impl AmountArgs {
    pub(crate) fn money(&self) -> Result<Money, String> {
        money(&self.amount, self.currency)
    }
}

/// How an earlier transaction is named. Each dialect sends the parts it knows.
#[derive(Debug, Args)]
#[command(next_help_heading = "The earlier transaction")]
pub(crate) struct OriginalArgs {
    /// Its reference: what the terminal gave (Nexi, Terminal API), or the receipt number (CCV)
    #[arg(long, value_name = "REF")]
    pub(crate) original: Option<String>,
    /// Its trace or receipt number, with leading zeros (OPI-DE, IFSF)
    #[arg(long, value_name = "N")]
    pub(crate) stan: Option<String>,
    /// The terminal that it was made on (IFSF)
    #[arg(long, value_name = "ID")]
    pub(crate) terminal_id: Option<String>,
    /// The terminal's batch (IFSF)
    #[arg(long, value_name = "N")]
    pub(crate) batch: Option<String>,
    /// Its time as the terminal wrote it (IFSF, Terminal API)
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,
}

impl OriginalArgs {
    fn original(&self) -> Result<Original, String> {
        fn id<const N: usize>(name: &str, text: Option<&String>) -> Result<Option<Id<N>>, String> {
            text.map(|text| Id::new(text).map_err(|why| format!("{name} '{text}': {why}"))).transpose()
        }
        Ok(Original {
            trx_reference_number: id("--original", self.original.as_ref())?,
            // A receipt number (CCV) has fewer characters allowed than a reference of Nexi may have: what does not
            // fit there cannot be one.
            reference: self.original.as_ref().and_then(|text| Reference::new(text).ok()),
            stan: id("--stan", self.stan.as_ref())?,
            terminal_id: id("--terminal-id", self.terminal_id.as_ref())?,
            terminal_batch: id("--batch", self.batch.as_ref())?,
            time_stamp: id("--time", self.time.as_ref())?,
        })
    }
}

/// A lane without its terminal.
#[derive(Debug, Args)]
pub(crate) struct LaneArgs {
    /// Name of the lane
    #[arg(long, visible_alias = "sale-id", value_name = "ID", default_value = "lane-1", value_parser = workstation)]
    pub(crate) workstation: WorkstationId,
    /// Folder of its journal [default: opi/LANE in the state folder of the user, such as ~/.local/state]
    #[arg(long, value_name = "DIR")]
    pub(crate) journal: Option<PathBuf>,
    /// One JSON object a line instead of text for people
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("decision").required(true).args(["charged", "not_charged"])))]
pub(crate) struct ResolveArgs {
    /// The request
    #[arg(value_name = "ID", value_parser = request)]
    pub(crate) request: RequestId,
    /// The money moved
    #[arg(long)]
    pub(crate) charged: bool,
    /// The money did not move
    #[arg(long)]
    pub(crate) not_charged: bool,
    /// Who says so, and why
    #[arg(long, value_name = "TEXT", required = true, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) lane: LaneArgs,
}

/// What every command of the till takes.
#[derive(Debug, Args)]
pub(crate) struct TillArgs {
    /// The terminal; without it one is simulated in this process, over real TCP
    #[arg(long, value_name = "HOST[:PORT]", value_parser = host, help_heading = "Terminal")]
    pub(crate) terminal: Option<String>,
    /// Where the terminal calls back (channel 1) [default: every address, and the port of the dialect]
    #[arg(long, value_name = "ADDR:PORT", help_heading = "Terminal")]
    pub(crate) listen: Option<SocketAddr>,
    /// The dialect of the terminal
    #[arg(long, value_enum, default_value_t = Dialect::Nexi, help_heading = "Terminal")]
    pub(crate) profile: Dialect,
    #[command(flatten)]
    pub(crate) api: ApiArgs,
    /// Name of this lane: 1 to 40 of A-Z a-z 0-9 _ -
    #[arg(long, visible_alias = "sale-id", value_name = "ID", default_value = "lane-1", value_parser = workstation)]
    #[arg(help_heading = "Terminal")]
    pub(crate) workstation: WorkstationId,
    /// The merchant's own reference: 1 to 20 of A-Z a-z 0-9 _ -
    #[arg(long, value_name = "REF", value_parser = reference)]
    pub(crate) reference: Option<Reference>,
    /// Language of the texts for the cashier, two letters
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = language)]
    pub(crate) language: String,
    /// Shift number, sent along
    #[arg(long, value_name = "N")]
    pub(crate) shift: Option<u32>,
    /// Longest time for the whole operation, in seconds [default: of the dialect; Terminal API: 160]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Time limits")]
    pub(crate) timeout: Option<Duration>,
    /// Longest silence of the terminal, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Time limits")]
    pub(crate) timeout_idle: Option<Duration>,
    /// Longest time to connect, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Time limits")]
    pub(crate) timeout_connect: Option<Duration>,
    /// Pause before the terminal is asked about a lost answer, in seconds [default: 2; Terminal API: 5]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Time limits")]
    pub(crate) timeout_recovery: Option<Duration>,
    /// Answer the terminal's questions with yes
    #[arg(long, help_heading = "Questions")]
    pub(crate) yes: bool,
    /// Answer the terminal's questions with no
    #[arg(long, conflicts_with = "yes", help_heading = "Questions")]
    pub(crate) no: bool,
    /// Answer to questions for a number, a text or an entry of a menu
    #[arg(long, value_name = "TEXT", help_heading = "Questions")]
    pub(crate) answer: Option<String>,
    /// One JSON object a line instead of text for people
    #[arg(long)]
    pub(crate) json: bool,
    /// Folder of this lane's journal: what must survive a power cut, and the request numbers [default: opi/LANE in the
    /// state folder of the user, such as ~/.local/state; without --terminal none, since a simulated terminal forgets
    /// everything with this process]
    #[arg(long, value_name = "DIR")]
    pub(crate) journal: Option<PathBuf>,
    /// Record the conversation in this file, card data masked, for `opi replay`
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) simulated: SimulatedArgs,
}

/// How the simulated terminal behaves.
#[derive(Clone, Debug, Args)]
pub(crate) struct SimulatedArgs {
    /// What the simulated terminal does: a script by name (see `opi sim --list`), or a file of them
    #[arg(long, value_name = "NAME|FILE", help_heading = "Simulated terminal")]
    pub(crate) script: Option<String>,
    /// What goes wrong on the wire (see `opi sim --list`)
    #[arg(long, value_name = "NAME", help_heading = "Simulated terminal")]
    pub(crate) fault: Option<String>,
    /// Seed of what the simulated terminal makes up; the same seed gives the same terminal
    #[arg(long, value_name = "N", help_heading = "Simulated terminal")]
    pub(crate) seed: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct SimArgs {
    /// Where tills reach the terminal (channel 0) [default: 127.0.0.1 and the port of the dialect]
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where the till takes callbacks (channel 1) [default: 127.0.0.1 and the port of the dialect]
    #[arg(long, value_name = "HOST[:PORT]", value_parser = host)]
    pub(crate) till: Option<String>,
    /// The dialect spoken
    #[arg(long, value_enum, default_value_t = Dialect::Nexi)]
    pub(crate) profile: Dialect,
    /// Append each booking to this file, one JSON object a line, before the till is told of it
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) simulated: SimulatedArgs,
    #[command(flatten)]
    pub(crate) front: FrontArgs,
    /// Show scripts and faults, and leave
    #[arg(long)]
    pub(crate) list: bool,
}

const REPLAY_EXAMPLES: &str = "\
Examples:
  opi pay 25.00 CHF --trace payment.trace
  opi replay payment.trace
  opi replay --frames payment.trace

Exit status:
  0  identical      1  different, or no trace that can be replayed";

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// A file written with --trace
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Show what was received and sent: time, channel, direction, text
    #[arg(long)]
    pub(crate) frames: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// Files to read; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// The input is a stream of frames, each with its length in front; otherwise each file is one message
    #[arg(long)]
    pub(crate) frames: bool,
    /// Take only what the XML recommendation allows, with none of the tolerances that terminals in the field need
    #[arg(long)]
    pub(crate) strict: bool,
    /// Open messages of the Terminal API that are in secured form with the key of this file
    #[arg(long, value_name = "FILE")]
    pub(crate) shared_key: Option<PathBuf>,
    /// Whose rules say which copy a receipt is; `auto` decides by what each message looks like
    #[arg(long, value_enum, default_value_t = Reading::Auto)]
    pub(crate) profile: Reading,
}

impl Command {
    /// The operation and the options of the till; `None` for the commands that are no till.
    ///
    /// The error is one of usage: an amount that does not fit its currency, an identifier that is too long.
    pub(crate) fn operation(&self) -> Result<Option<(Operation, &TillArgs)>, String> {
        Ok(Some(match self {
            Self::Pay { amount, cash_back, till } => {
                let cash_back = cash_back.as_ref().map(|text| money(text, amount.currency)).transpose()?;
                let amount = amount.money()?;
                if cash_back.is_some_and(|part| part.minor() > amount.minor()) {
                    return Err("--cash-back: the cash part is more than the amount".into());
                }
                (Operation::Payment { amount, cash_back }, till)
            }
            Self::Refund { amount, original, till } => {
                (Operation::Refund { amount: amount.money()?, original: original.original()? }, till)
            }
            Self::Reverse { amount, currency, original, till } => {
                let amount =
                    amount.as_ref().zip(*currency).map(|(text, currency)| money(text, currency)).transpose()?;
                (Operation::Reversal { amount, original: original.original()? }, till)
            }
            Self::Reserve { amount, till } => (Operation::Reservation { amount: amount.money()? }, till),
            Self::Complete { amount, original, till } => {
                (Operation::Completion { amount: amount.money()?, original: original.original()? }, till)
            }
            Self::Reprint(till) => (Operation::Reprint, till),
            Self::RepeatLast(till) => (Operation::RepeatLast, till),
            Self::Info(till) => (Operation::Info, till),
            Self::Status(till) => (Operation::Status, till),
            Self::Circuits(till) => (Operation::CardCircuits, till),
            Self::Activate(till) => (Operation::Activate, till),
            Self::Deactivate(till) => (Operation::Deactivate, till),
            Self::Login(till) => (Operation::Login, till),
            Self::Logoff(till) => (Operation::Logoff, till),
            Self::Reconcile { closure, till } => (Operation::Reconciliation { closure: *closure }, till),
            Self::CloseDay(till) => (Operation::CloseDay, till),
            Self::Transmit(till) => (Operation::Transmit, till),
            Self::ContactTms(till) => (Operation::ContactTms, till),
            Self::ContactAcquirer(till) => (Operation::ContactAcquirer, till),
            Self::Diagnose(till) => (Operation::Diagnosis, till),
            Self::Restart(till) => (Operation::Restart, till),
            Self::Abort { till, .. } => (Operation::Abort, till),
            Self::Recover(_) | Self::Resolve(_) | Self::Journal(_) => return Ok(None),
            Self::Serve(_) | Self::Check(_) | Self::Sim(_) | Self::Decode(_) | Self::Replay(_) => return Ok(None),
        }))
    }
}

impl Command {
    /// The request that is to be stopped, if it is named.
    pub(crate) const fn to_stop(&self) -> Option<RequestId> {
        match self {
            Self::Abort { service_id, .. } => *service_id,
            _ => None,
        }
    }
}

impl TillArgs {
    /// No terminal is named.
    pub(crate) fn is_simulated(&self) -> bool {
        self.terminal.is_none() && self.api.terminal_api.is_none()
    }

    /// What only a simulated terminal can do was asked of a real one.
    pub(crate) fn misplaced(&self) -> Option<&'static str> {
        let SimulatedArgs { script, fault, seed } = &self.simulated;
        let misplaced = self.terminal.is_some() && (script.is_some() || fault.is_some() || seed.is_some());
        misplaced.then_some("--script, --fault and --seed are for the simulated terminal: not with --terminal")
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn grammar_is_sound() {
        super::Cli::command().debug_assert();
    }
}
