//! `opi serve` in front of a simulated OPI terminal, each a process, and the till of the Terminal API.

use std::io::{BufRead, BufReader};
use std::process::{ChildStdout, Output};

use tempfile::TempDir;

use crate::process::{Launch, Places, Running, Terminal, finish};

pub(crate) const POIID: &str = "P400Plus-123456789";

/// The processes, and where each keeps its books.
pub(crate) struct Served {
    pub(crate) terminal: Terminal,
    /// Where tills reach it; the same after a restart.
    listen: String,
    pub(crate) journal: TempDir,
    more: Vec<String>,
    serve: Running,
    /// Kept, so that it can speak.
    _lines: BufReader<ChildStdout>,
    /// Of the till.
    pub(crate) state: TempDir,
}

impl Served {
    /// With these options for the OPI terminal, and for what serves.
    pub(crate) fn start(of_terminal: &[&str], of_serve: &[&str]) -> Self {
        let terminal = Terminal::start(of_terminal);
        let (listen, journal) = (Places::here().terminal, TempDir::new().unwrap());
        let more: Vec<String> = of_serve.iter().map(|it| (*it).to_owned()).collect();
        let (serve, lines) = switch_on(&terminal, &listen, &journal, &more);
        Self { terminal, listen, journal, more, serve, _lines: lines, state: TempDir::new().unwrap() }
    }

    pub(crate) fn start_till(&self, arguments: &[&str]) -> Running {
        let named = ["--terminal-api", &format!("http://{}", self.listen), "--poiid", POIID];
        Launch::default().start_in(self.state.path(), &[arguments, &named].concat())
    }

    pub(crate) fn till(&self, arguments: &[&str]) -> Output {
        finish(self.start_till(arguments))
    }

    /// As by a power cut.
    pub(crate) fn kill(&mut self) {
        self.serve.0.kill().unwrap();
        self.serve.0.wait().unwrap();
    }

    /// After [`kill`](Self::kill), with the same journal.
    pub(crate) fn restart(&mut self) {
        (self.serve, self._lines) = switch_on(&self.terminal, &self.listen, &self.journal, &self.more);
    }
}

fn switch_on(
    terminal: &Terminal,
    listen: &str,
    journal: &TempDir,
    more: &[String],
) -> (Running, BufReader<ChildStdout>) {
    let places = &terminal.places;
    let fixed =
        ["serve", "--terminal-api", "--plain", "--listen", listen, "--poiid", POIID, "--timeout-recovery", "0.02"];
    let opi = ["--terminal", &places.seen_terminal, "--listen-opi", &places.till];
    let kept = ["--journal", journal.path().to_str().unwrap()];
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    let mut serve = Launch::default().start_in(journal.path(), &[&fixed, &opi[..], &kept, &more].concat());
    let mut lines = BufReader::new(serve.0.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("listening on ") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "{}", crate::process::stderr(&finish(serve)));
    }
    (serve, lines)
}
