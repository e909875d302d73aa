//! `opi sim --terminal-api` in a process of its own, and its till.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{ChildStdout, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::terminal::POIID;
use crate::process::{Launch, Running, finish, start};
use crate::trace::Trace;

/// The simulated terminal, and the state folder of its till.
pub(crate) struct SimulatedApi {
    /// What names it to its till.
    pub(crate) options: Vec<String>,
    pub(crate) state: TempDir,
    _process: Running,
    _lines: BufReader<ChildStdout>,
}

impl SimulatedApi {
    /// In clear, over HTTP.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with("http", &[&["--plain"], arguments].concat(), &[])
    }

    /// Approves, and keeps its ledger in the folder of its till.
    pub(crate) fn with_ledger() -> Self {
        let state = TempDir::new().unwrap();
        let ledger = state.path().join("ledger.jsonl");
        let options = ["--plain", "--script", "approve", "--ledger", ledger.to_str().unwrap()];
        Self { state, ..Self::start_with("http", &options, &[]) }
    }

    /// Requests that were charged, by their numbers, and how often.
    pub(crate) fn charged(&self) -> BTreeMap<String, usize> {
        let text = fs::read_to_string(self.state.path().join("ledger.jsonl")).unwrap_or_default();
        let mut charged = BTreeMap::new();
        for line in text.lines() {
            let entry: Value = serde_json::from_str(line).unwrap();
            *charged.entry(entry["requestId"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        charged
    }

    /// With further options for the terminal and for its till.
    pub(crate) fn start_with(scheme: &str, arguments: &[&str], of_till: &[&str]) -> Self {
        let fixed = ["sim", "--terminal-api", "--listen", "127.0.0.1:0", "--poiid", POIID, "--seed", "7"];
        let mut process = start(&[&fixed, arguments].concat());
        let mut lines = BufReader::new(process.0.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on ").and_then(|rest| rest.split(' ').next());
        let address = address.unwrap_or_else(|| panic!("said '{line}'"));
        let named = ["--terminal-api", &format!("{scheme}://{address}"), "--poiid", POIID].map(str::to_owned);
        let options = named.into_iter().chain(of_till.iter().map(|it| (*it).to_owned())).collect();
        Self { options, state: TempDir::new().unwrap(), _process: process, _lines: lines }
    }

    pub(crate) fn start_till(&self, arguments: &[&str]) -> Running {
        let named: Vec<&str> = self.options.iter().map(String::as_str).collect();
        Launch::default().start_in(self.state.path(), &[arguments, &named].concat())
    }

    /// Runs a command of the till on this terminal. Its trace is replayed.
    pub(crate) fn till(&self, arguments: &[&str]) -> Output {
        let trace = Trace::new();
        let output = finish(self.start_till(&[arguments, &["--trace", trace.path()]].concat()));
        trace.check();
        output
    }
}
