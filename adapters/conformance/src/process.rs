//! A till under test: a process that is given orders and says what happens.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::till::{Job, unhex};

/// What is started.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The program and its first arguments.
    pub(crate) words: Vec<String>,
    /// A library that is loaded into it, and what it is told.
    pub(crate) preload: Option<(PathBuf, Vec<(String, String)>)>,
}

/// A line of the till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Ready(Option<u32>),
    Store(u32, Vec<u8>),
    Started(u32),
    Doubt(u32),
    Sheet(bool),
    Question(u32, String),
    Withdrawn(u32),
    Finished(String, Option<u32>),
    Refused(String),
    Misuse(String),
    /// It said nothing more, and never will.
    Ended,
}

impl Word {
    /// `None` for a line that is for people.
    fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let first = rest.split(' ').next().unwrap_or_default();
        Some(match word {
            "ready" => Self::Ready(first.parse().ok()),
            "store" => {
                let (number, bytes) = rest.split_once(' ')?;
                Self::Store(number.parse().ok()?, unhex(bytes.trim_end())?)
            }
            "started" => Self::Started(first.parse().ok()?),
            "doubt" => Self::Doubt(first.parse().ok()?),
            "sheet" => Self::Sheet(rest.ends_with("kept")),
            "question" => {
                let (number, kind) = rest.split_once(' ')?;
                Self::Question(number.parse().ok()?, kind.to_owned())
            }
            "withdrawn" => Self::Withdrawn(first.parse().ok()?),
            "finished" => {
                let (outcome, request) = rest.split_once(' ')?;
                Self::Finished(outcome.to_owned(), request.parse().ok())
            }
            "refused" => Self::Refused(rest.to_owned()),
            "misuse" => Self::Misuse(rest.to_owned()),
            _ => return None,
        })
    }
}

/// A till that runs until this is dropped.
pub(crate) struct Process {
    child: Child,
    orders: Option<ChildStdin>,
    words: Receiver<(Instant, Word)>,
    /// All that it wrote for people.
    said: Arc<Mutex<Vec<u8>>>,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Process {
    pub(crate) fn start(program: &Program, job: &Job) -> std::io::Result<Self> {
        let mut words = program.words.iter();
        let mut command = Command::new(words.next().ok_or_else(|| std::io::Error::other("no program"))?);
        command.args(words).args(job.words());
        if let Some((library, told)) = &program.preload {
            command.env("LD_PRELOAD", library).envs(told.iter().cloned());
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let said = Arc::new(Mutex::new(Vec::new()));
        let (sender, words) = channel();
        if let Some(stdout) = child.stdout.take() {
            let said = Arc::clone(&said);
            thread::spawn(move || {
                for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                    let now = Instant::now();
                    let text = String::from_utf8_lossy(&line);
                    let word = Word::parse(text.trim_end_matches('\r'));
                    // Records go to the store; all else is seen by people.
                    if !matches!(word, Some(Word::Store(..))) {
                        keep(&said, &line);
                    }
                    if word.is_some_and(|word| sender.send((now, word)).is_err()) {
                        return;
                    }
                }
                let _ = sender.send((Instant::now(), Word::Ended));
            });
        }
        if let Some(mut stderr) = child.stderr.take() {
            let said = Arc::clone(&said);
            thread::spawn(move || {
                let mut bytes = [0; 1024];
                while let Ok(length @ 1..) = stderr.read(&mut bytes) {
                    keep(&said, bytes.get(..length).unwrap_or_default());
                }
            });
        }
        let orders = child.stdin.take();
        Ok(Self { child, orders, words, said })
    }

    /// Gives an order. A till that has ended is noticed by its silence.
    pub(crate) fn order(&mut self, line: &str) {
        if let Some(orders) = &mut self.orders {
            let _ = orders.write_all(format!("{line}\n").as_bytes());
        }
    }

    /// The next word, waited for until then.
    pub(crate) fn word(&self, until: Instant) -> Option<(Instant, Word)> {
        match self.words.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(word) => Some(word),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                thread::sleep(Duration::from_millis(10));
                Some((Instant::now(), Word::Ended))
            }
        }
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// All that it wrote for people.
    pub(crate) fn said(&self) -> Vec<u8> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The last lines that it wrote.
    pub(crate) fn tail(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&said);
        let lines: Vec<_> = text.lines().collect();
        lines.get(lines.len().saturating_sub(8)..).unwrap_or_default().join(" | ")
    }
}

/// Most that is kept of what a till wrote.
const SAID: usize = 1024 * 1024;

fn keep(said: &Mutex<Vec<u8>>, bytes: &[u8]) {
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    if said.len() < SAID {
        said.extend_from_slice(bytes);
        said.push(b'\n');
    }
}
