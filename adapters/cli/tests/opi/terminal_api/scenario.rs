//! One file of operations and their ends, played over OPI, over the Terminal API, and over both in a row.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Command;
use std::thread::{self, sleep};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use super::simulated::SimulatedApi;
use crate::front::served::Served;
use crate::process::{Running, Terminal, finish};

/// Operations on one terminal, in order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    #[serde(default = "approve")]
    script: String,
    fault: Option<String>,
    operations: Vec<Operation>,
}

fn approve() -> String {
    "approve".into()
}

/// An operation, and how it ends.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Operation {
    command: Vec<String>,
    /// The place of the operation that it gives something of back.
    of: Option<usize>,
    /// Whether the cashier presses Ctrl-C once the terminal has it.
    #[serde(default)]
    stopped: bool,
    outcome: String,
    reason: Option<String>,
    /// Where that of the Terminal API says more: a reversal is only taken in (Adyen docs: refund a payment).
    reason_of_terminal_api: Option<String>,
    status: i32,
    /// What the terminal booked.
    charged: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Opi,
    TerminalApi,
    /// The Terminal API, in front of a terminal that speaks OPI.
    Both,
}

enum Counterpart {
    Opi(Terminal),
    TerminalApi(SimulatedApi),
    Both(Served),
}

impl Counterpart {
    fn start(protocol: Protocol, scenario: &Scenario, ledger: &str) -> Self {
        let fault = match (scenario.fault.as_deref(), protocol) {
            (None, _) => "none",
            (Some("lost answer"), Protocol::Opi | Protocol::Both) => "drop-after-charge",
            (Some("lost answer"), Protocol::TerminalApi) => "drop-after-authorisation",
            (Some("half answer"), Protocol::Opi | Protocol::Both) => "half-frame",
            (Some("half answer"), Protocol::TerminalApi) => "half-answer",
            (Some(other), _) => panic!("'{other}' has no name in {protocol:?}"),
        };
        let options = ["--script", &scenario.script, "--fault", fault, "--ledger", ledger];
        match protocol {
            Protocol::Opi => Self::Opi(Terminal::start(&options)),
            Protocol::TerminalApi => Self::TerminalApi(SimulatedApi::start(&options)),
            Protocol::Both => Self::Both(Served::start(&options, &[])),
        }
    }

    fn start_till(&self, arguments: &[&str]) -> Running {
        match self {
            Self::Opi(terminal) => terminal.start_till(arguments),
            Self::TerminalApi(terminal) => terminal.start_till(arguments),
            Self::Both(served) => served.start_till(arguments),
        }
    }
}

/// Runs an operation to its end: the last line it said, and its status.
fn run(terminal: &Counterpart, operation: &Operation, ended: &[Value]) -> (Value, i32) {
    let mut arguments: Vec<&str> = operation.command.iter().map(String::as_str).collect();
    arguments.extend(["--json", "--timeout-recovery", "0.05"]);
    if let Some(of) = operation.of {
        arguments.extend(["--original", ended[of]["trxReferenceNumber"].as_str().unwrap()]);
        arguments.extend(ended[of]["timeStamp"].as_str().into_iter().flat_map(|time| ["--time", time]));
    }
    let mut till = terminal.start_till(&arguments);
    let lines = BufReader::new(till.0.stdout.take().unwrap()).lines();
    let mut last = String::new();
    let mut stops = operation.stopped;
    for line in lines {
        last = line.unwrap();
        if stops && last.contains(r#""why":"terminal""#) {
            stops = false;
            sleep(Duration::from_millis(300));
            let pressed = Command::new("kill").args(["-INT", &till.0.id().to_string()]).status().unwrap();
            assert!(pressed.success());
        }
    }
    (serde_json::from_str(&last).unwrap(), finish(till).status.code().unwrap())
}

/// Plays all of it and says what differs from the file.
fn play(scenario: &Scenario, protocol: Protocol) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    let ledger: PathBuf = folder.path().join("ledger.jsonl");
    let terminal = Counterpart::start(protocol, scenario, ledger.to_str().unwrap());
    let (mut ended, mut wrong, mut booked) = (Vec::new(), Vec::new(), 0);
    for operation in &scenario.operations {
        let (end, status) = run(&terminal, operation, &ended);
        let books = fs::read_to_string(&ledger).unwrap_or_default();
        let entries: Vec<Value> = books.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let new = entries.iter().skip(booked);
        booked = entries.len();
        let charged: Vec<String> = new
            // Behind a server a request has a number of its own towards the OPI terminal.
            .filter(|entry| protocol == Protocol::Both || entry["requestId"] == end["requestId"])
            .map(|entry| entry["charged"]["value"].as_str().unwrap().to_owned())
            .collect();
        let reason = match protocol {
            Protocol::TerminalApi | Protocol::Both => {
                operation.reason_of_terminal_api.as_ref().or(operation.reason.as_ref())
            }
            Protocol::Opi => operation.reason.as_ref(),
        };
        let seen = (end["outcome"].as_str(), end["reason"].as_str(), status, charged.first());
        let expected =
            (Some(&*operation.outcome), reason.map(String::as_str), operation.status, operation.charged.as_ref());
        if seen != expected || charged.len() > 1 {
            wrong.push(format!(
                "{protocol:?} {} {:?}: {seen:?} instead of {expected:?}\n{end}",
                scenario.script, operation.command
            ));
        }
        ended.push(end);
    }
    wrong
}

#[test]
fn the_same_operations_end_the_same_over_both_protocols() {
    let scenarios: Vec<Scenario> = serde_json::from_str(include_str!("scenarios.json")).unwrap();
    let wrong: Vec<String> = thread::scope(|scope| {
        let protocols = [Protocol::Opi, Protocol::TerminalApi, Protocol::Both];
        let playing = protocols.map(|it| {
            scope.spawn({
                let scenarios = &scenarios;
                move || scenarios.iter().flat_map(|one| play(one, it)).collect::<Vec<_>>()
            })
        });
        playing.into_iter().flat_map(|it| it.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
