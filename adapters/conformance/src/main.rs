//! The command: `opi-conformance -- ./my-till`.

use std::process::{Command, ExitCode, Stdio};

use clap::Parser;
use opi_conformance::{Plan, Rule, run};

/// Test an adapter of opi-core: a till that is told what to do on standard input, and says what happens on standard output
#[derive(Parser)]
#[command(
    version,
    max_term_width = 110,
    after_help = "Exit status: 0 all rules hold, 1 a rule is broken, 2 wrong usage"
)]
struct Cli {
    /// List the rules
    #[arg(long)]
    rules: bool,
    /// The till keeps its own journal, in the folder that it is told
    #[arg(long)]
    own_journal: bool,
    /// Only cases whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Cases at the same time
    #[arg(long, value_name = "COUNT", default_value_t = 8)]
    jobs: usize,
    /// Say what is being played
    #[arg(short, long)]
    verbose: bool,
    /// The till, and its first arguments
    #[arg(last = true, value_name = "TILL", required_unless_present = "rules")]
    program: Vec<String>,
}

fn main() -> ExitCode {
    let Cli { rules, own_journal, only, jobs, verbose, program } = Cli::parse();
    if rules {
        for rule in Rule::ALL {
            println!("{rule}\n    {}", rule.text());
        }
        return ExitCode::SUCCESS;
    }
    // Once, and not in every case.
    let till = program.first().map(String::as_str).unwrap_or_default();
    let tried = Command::new(till).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if let Err(error) = tried {
        eprintln!("{till} cannot be started: {error}");
        return ExitCode::from(2);
    }
    let found = run(&Plan { program, own_journal, only, jobs }, |found| match &found.broken {
        Some(broken) => println!("BROKEN  {}: {}\n        {}", broken.rule, found.case, broken.seen),
        None if verbose => println!("{} {}", if found.skipped.is_some() { "skipped" } else { "ok     " }, found.case),
        None => {}
    });
    let broken: Vec<_> = found.iter().filter_map(|found| found.broken.as_ref()).collect();
    for rule in Rule::ALL.iter().filter(|rule| broken.iter().any(|broken| broken.rule == **rule)) {
        println!("\n{rule}: {}", rule.text());
    }
    for (reason, count) in skipped(&found) {
        println!("{count} cases not played: {reason}");
    }
    let skipped = found.iter().filter(|found| found.skipped.is_some()).count();
    println!("{} passed, {} failed, {skipped} skipped", found.len() - broken.len() - skipped, broken.len());
    if found.len() == skipped {
        println!("nothing was played");
        return ExitCode::from(2);
    }
    if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn skipped(found: &[opi_conformance::Found]) -> Vec<(&'static str, usize)> {
    let mut reasons: Vec<(&'static str, usize)> = Vec::new();
    for reason in found.iter().filter_map(|found| found.skipped) {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason, 1)),
        }
    }
    reasons
}
