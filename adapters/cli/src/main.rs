//! The command `opi`: pay on a card terminal, be one, decode its messages. A till uses the library instead.
#![forbid(unsafe_code)]

mod args;
mod ask;
mod decode;
mod describe;
mod exit;
mod json;
mod plain;
mod show;
mod signal;
mod view;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, error::ErrorKind};

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match &cli.command {
        Command::Sim(_args) => ExitCode::SUCCESS,
        Command::Decode(args) => decode::run(args),
        command => match command.operation() {
            Ok(Some((_operation, _till))) => ExitCode::SUCCESS,
            Ok(None) => ExitCode::SUCCESS,
            Err(why) => wrong_usage(&why),
        },
    }
}

/// Says what is wrong the way clap does, and leaves.
fn wrong_usage(why: &str) -> ! {
    Cli::command().error(ErrorKind::ValueValidation, why).exit()
}
