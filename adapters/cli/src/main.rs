//! The command `opi`: pay on a card terminal, be one, decode its messages. A till uses the library instead.
#![forbid(unsafe_code)]

mod address;
mod args;
mod ask;
mod decode;
mod describe;
mod dialect;
mod exit;
mod front;
mod json;
mod keep;
mod ledger;
mod pay;
mod plain;
mod replay;
mod settle;
mod show;
mod signal;
mod simulate;
mod terminal_api;
mod values;
mod view;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, error::ErrorKind};

use crate::args::{Cli, Command, TillArgs};
use crate::pay::Place;
use crate::terminal_api::ApiTerminal;

fn main() -> ExitCode {
    let mut grammar = Cli::command();
    let matches = grammar.get_matches_mut();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match run(&cli.command) {
        Ok(status) => status,
        // What clap cannot know alone, said the way clap says it.
        Err(why) => {
            let command = matches.subcommand_name().and_then(|name| grammar.find_subcommand_mut(name));
            match command {
                Some(command) => command.error(ErrorKind::ValueValidation, why).exit(),
                None => grammar.error(ErrorKind::ValueValidation, why).exit(),
            }
        }
    }
}

/// Carries the command out; the error is one of usage.
fn run(command: &Command) -> Result<ExitCode, String> {
    match command {
        Command::Serve(args) => front::serve(args),
        Command::Check(args) => front::check(args),
        Command::Sim(args) if args.front.terminal_api && !args.list => front::simulate(args),
        Command::Sim(args) => Ok(simulate::run(args, simulate::setup(args.profile.profile(), &args.simulated)?)),
        Command::Recover(till) if till.is_simulated() => {
            Err("--terminal: a simulated terminal knows nothing of earlier runs".into())
        }
        Command::Recover(till) => Ok(pay::recover(till, place(till)?)),
        Command::Resolve(args) => Ok(settle::run(args)),
        Command::Journal(args) => Ok(ledger::run(args)),
        Command::Decode(args) => decode::run(args),
        Command::Replay(args) => Ok(replay::run(args)),
        command => {
            let Some((operation, till)) = command.operation()? else { return Ok(ExitCode::SUCCESS) };
            if let Some(why) = till.misplaced() {
                return Err(why.into());
            }
            Ok(pay::run(operation, till, place(till)?, command.to_stop()))
        }
    }
}

/// What the till is to pay on.
fn place(till: &TillArgs) -> Result<Place, String> {
    if let Some(terminal) = ApiTerminal::new(till)? {
        return Ok(Place::Api(terminal));
    }
    simulate::setup(till.profile.profile(), &till.simulated).map(Place::Opi)
}
