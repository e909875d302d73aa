//! Starts `opi` and reads what it says.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::trace::Trace;

/// Longest run of a test's process. Far beyond any limit given to it.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const PROFILES: [&str; 4] = ["nexi", "ccv-nl", "opi-de", "ifsf"];

/// A process that is ended with the test, and its state folder if nobody else needs it.
pub(crate) struct Running(pub(crate) Child, Option<TempDir>);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `opi` with a state folder that nobody else uses and that is forgotten.
pub(crate) fn start(arguments: &[&str]) -> Running {
    let state = TempDir::new().unwrap();
    let mut running = start_in(state.path(), arguments);
    running.1 = Some(state);
    running
}

/// Starts `opi` with this folder for its state.
pub(crate) fn start_in(state: &Path, arguments: &[&str]) -> Running {
    let child = Command::new(env!("CARGO_BIN_EXE_opi"))
        .args(arguments)
        .env("XDG_STATE_HOME", state)
        .env("HOME", state)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    Running(child.unwrap(), None)
}

/// Runs `opi` to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    finish(start(arguments))
}

/// Waits for the end.
pub(crate) fn finish(mut running: Running) -> Output {
    fn all(mut from: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            from.read_to_end(&mut bytes).unwrap();
            bytes
        })
    }
    let stdout = running.0.stdout.take().map(all);
    let stderr = running.0.stderr.take().map(all);
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = running.0.try_wait().unwrap() {
            break status;
        }
        assert!(begin.elapsed() < PATIENCE, "opi does not end");
        thread::sleep(Duration::from_millis(5));
    };
    let bytes =
        |reading: Option<thread::JoinHandle<Vec<u8>>>| reading.map(|all| all.join().unwrap()).unwrap_or_default();
    Output { status, stdout: bytes(stdout), stderr: bytes(stderr) }
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The lines of `--json`.
pub(crate) fn events(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The last of them, and the exit status.
pub(crate) fn end(output: &Output) -> (Value, i32) {
    let events = events(output);
    let last = events.last().unwrap_or_else(|| panic!("no line of JSON; {}", stderr(output)));
    assert_eq!(last["event"], "finished", "{last}");
    assert_eq!(events.iter().filter(|event| event["event"] == "finished").count(), 1);
    (last.clone(), output.status.code().unwrap())
}

/// A terminal in a process of its own, and where its till has to be.
pub(crate) struct Terminal {
    /// Where its till keeps its journal.
    pub(crate) state: TempDir,
    process: Running,
    lines: BufReader<ChildStdout>,
    /// Channel 0.
    pub(crate) address: String,
    /// Channel 1.
    pub(crate) till: String,
}

impl Terminal {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        // Nobody else is likely to get the same port in between.
        let till = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let (process, lines, address) = Self::switch_on("127.0.0.1:0", &till, arguments);
        Self { state: TempDir::new().unwrap(), process, lines, address, till }
    }

    fn switch_on(address: &str, till: &str, arguments: &[&str]) -> (Running, BufReader<ChildStdout>, String) {
        let fixed = ["sim", "--listen", address, "--till", till, "--seed", "7"];
        let mut process = start(&[&fixed, arguments].concat());
        let mut lines = BufReader::new(process.0.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("said '{line}'"));
        let address = address.split(',').next().unwrap().to_owned();
        (process, lines, address)
    }

    /// Kills it, and starts another one in its place.
    pub(crate) fn restart(&mut self, arguments: &[&str]) {
        self.process.0.kill().unwrap();
        self.process.0.wait().unwrap();
        (self.process, self.lines, self.address) = Self::switch_on(&self.address, &self.till, arguments);
    }

    /// Runs a command of the till on this terminal. Its trace is replayed.
    pub(crate) fn till(&self, arguments: &[&str]) -> Output {
        let trace = Trace::new();
        let output = finish(self.start_till(&[arguments, &["--trace", trace.path()]].concat()));
        trace.check();
        output
    }

    pub(crate) fn start_till(&self, arguments: &[&str]) -> Running {
        let fixed = ["--terminal", &self.address, "--listen", &self.till];
        start_in(self.state.path(), &[arguments, &fixed].concat())
    }

    /// Ends it: what it booked.
    pub(crate) fn booked(mut self) -> Vec<String> {
        let _ = self.process.0.kill();
        self.lines.by_ref().lines().map(Result::unwrap).filter(|line| line.starts_with("booked ")).collect()
    }
}
