//! Starts `opi` and reads what it says.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
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

/// What a process of `opi` runs in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Launch {
    /// The command that starts it, if it does not start by itself.
    pub(crate) through: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
}

impl Launch {
    /// Starts `opi` with this folder for its state.
    pub(crate) fn start_in(&self, state: &Path, arguments: &[&str]) -> Running {
        let mut words = self.through.iter().map(String::as_str).chain([env!("CARGO_BIN_EXE_opi")]);
        let child = Command::new(words.next().unwrap())
            .args(words)
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("XDG_STATE_HOME", state)
            .env("HOME", state)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Running(child.unwrap(), None)
    }

    /// Starts `opi` with a state folder that nobody else uses and that is forgotten.
    fn start(&self, arguments: &[&str]) -> Running {
        let state = TempDir::new().unwrap();
        let mut running = self.start_in(state.path(), arguments);
        running.1 = Some(state);
        running
    }
}

/// Starts `opi` with a state folder that nobody else uses and that is forgotten.
pub(crate) fn start(arguments: &[&str]) -> Running {
    Launch::default().start(arguments)
}

/// Starts `opi` with this folder for its state.
pub(crate) fn start_in(state: &Path, arguments: &[&str]) -> Running {
    Launch::default().start_in(state, arguments)
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

/// A port of this machine that nobody uses. The system gives out those above to connections, so that one of its own
/// choice could be taken again before its process has it.
fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let turn = std::process::id().wrapping_mul(997).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_000 + turn % 20_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Where a terminal and its till find each other.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// Where the terminal listens, and where its till looks for it: channel 0.
    pub(crate) terminal: String,
    pub(crate) seen_terminal: String,
    /// Where the till listens, and where its terminal looks for it: channel 1.
    pub(crate) till: String,
    pub(crate) seen_till: String,
}

impl Places {
    /// Both on this machine, with nothing in between.
    pub(crate) fn here() -> Self {
        let (terminal, till) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        Self { seen_terminal: terminal.clone(), seen_till: till.clone(), terminal, till }
    }
}

/// A terminal in a process of its own, and where its till has to be.
pub(crate) struct Terminal {
    /// Where its till keeps its journal.
    pub(crate) state: TempDir,
    pub(crate) process: Running,
    lines: BufReader<ChildStdout>,
    pub(crate) places: Places,
}

impl Terminal {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_at(Places::here(), &Launch::default(), arguments)
    }

    pub(crate) fn start_at(places: Places, launch: &Launch, arguments: &[&str]) -> Self {
        let (process, lines) = Self::switch_on(&places, launch, arguments);
        Self { state: TempDir::new().unwrap(), process, lines, places }
    }

    fn switch_on(places: &Places, launch: &Launch, arguments: &[&str]) -> (Running, BufReader<ChildStdout>) {
        let fixed = ["sim", "--listen", &places.terminal, "--till", &places.seen_till, "--seed", "7"];
        let mut process = launch.start(&[&fixed, arguments].concat());
        let mut lines = BufReader::new(process.0.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        // One that is killed may have no time to say it.
        assert!(line.starts_with("listening on ") || process.0.wait().unwrap().code().is_none(), "said '{line}'");
        (process, lines)
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        self.process.0.kill().unwrap();
        self.process.0.wait().unwrap();
    }

    /// Starts another one in its place.
    pub(crate) fn restart(&mut self, launch: &Launch, arguments: &[&str]) {
        self.kill();
        (self.process, self.lines) = Self::switch_on(&self.places, launch, arguments);
    }

    /// Runs a command of the till on this terminal. Its trace is replayed.
    pub(crate) fn till(&self, arguments: &[&str]) -> Output {
        let trace = Trace::new();
        let output = finish(self.start_till(&[arguments, &["--trace", trace.path()]].concat()));
        trace.check();
        output
    }

    pub(crate) fn start_till(&self, arguments: &[&str]) -> Running {
        self.start_till_as(&Launch::default(), arguments)
    }

    pub(crate) fn start_till_as(&self, launch: &Launch, arguments: &[&str]) -> Running {
        let fixed = ["--terminal", &self.places.seen_terminal, "--listen", &self.places.till];
        launch.start_in(self.state.path(), &[arguments, &fixed].concat())
    }

    /// Ends it: what it booked.
    pub(crate) fn booked(mut self) -> Vec<String> {
        let _ = self.process.0.kill();
        self.lines.by_ref().lines().map(Result::unwrap).filter(|line| line.starts_with("booked ")).collect()
    }
}
