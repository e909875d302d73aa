//! Terminals that are up, and their books.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::certificates::{Certificates, POI_ID, Shown};

/// What serves the Terminal API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A simulated terminal of the Terminal API.
    Simulated,
    /// `opi serve`, in front of a simulated terminal that speaks OPI.
    Bridge,
}

/// The form of the messages. Terminals have no key where all is clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Clear,
    Secured,
}

/// A terminal to be started.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    /// What the driver calls it.
    name: &'static str,
    /// How it behaves: arguments of the simulated terminal, whichever protocol it speaks.
    behaviour: Vec<&'static str>,
    texts: &'static str,
    shown: Shown,
    /// The file of its key, where messages are secured.
    key: Option<&'static str>,
}

impl Terminal {
    pub(crate) fn named(name: &'static str) -> Self {
        Self { name, behaviour: Vec::new(), texts: "current", shown: Shown::Own, key: Some("key.json") }
    }

    pub(crate) fn with(mut self, behaviour: &[&'static str]) -> Self {
        self.behaviour.extend(behaviour);
        self
    }

    /// Those that the rows of the manifest need.
    pub(crate) fn of_the_manifest() -> [Self; 4] {
        [
            Self::named("main"),
            Self::named("fresh"),
            Self { texts: "seed2018", ..Self::named("seed") },
            Self { key: Some("other-key.json"), ..Self::named("otherKey") },
        ]
    }

    /// One whose card holder takes long, and one that approves although it was told to stop.
    pub(crate) fn slow() -> [Self; 2] {
        [
            Self::named("slow").with(&["--script", "slow-card"]),
            Self::named("approvesAnyway").with(&["--script", "late-approval-after-abort"]),
        ]
    }

    /// One that can be trusted, and those that cannot.
    pub(crate) fn trustworthy_or_not() -> [Self; 4] {
        [
            Self::named("main"),
            Self { key: None, ..Self::named("clear") },
            Self { shown: Shown::OtherName, ..Self::named("otherName") },
            Self { shown: Shown::OtherRoot, ..Self::named("otherRoot") },
        ]
    }
}

pub(crate) const PASSPHRASE: &str = "mysupersecretpassphrase";

/// Writes the files of the keys.
pub(crate) fn write_keys(folder: &Path) {
    for (name, passphrase) in [("key.json", PASSPHRASE), ("other-key.json", "anothersecretpassphrase")] {
        let key = json!({"keyIdentifier": "mykey", "keyVersion": 1, "passphrase": passphrase});
        std::fs::write(folder.join(name), key.to_string()).unwrap();
    }
}

/// A process of `opi` that is ended with the test.
struct Running {
    child: Child,
    /// Kept open, so that it may go on writing.
    _lines: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts it and waits until it listens.
    fn start(state: &Path, arguments: &[String]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_opi"))
            .args(arguments)
            .env("XDG_STATE_HOME", state)
            .env("HOME", state)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening on ") {
            line.clear();
            if lines.read_line(&mut line).unwrap() == 0 {
                let mut complaint = String::new();
                child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
                panic!("{arguments:?}: {complaint}");
            }
        }
        Self { child, _lines: lines }
    }
}

/// A terminal that is up.
pub(crate) struct Open {
    pub(crate) name: &'static str,
    /// Where the client finds it.
    pub(crate) endpoint: String,
    ledger: PathBuf,
    _processes: Vec<Running>,
}

impl Open {
    pub(crate) fn new(terminal: &Terminal, kind: Kind, form: Form, folder: &Path, certificates: &Certificates) -> Self {
        let name = terminal.name;
        let state = folder.join(name);
        std::fs::create_dir(&state).unwrap();
        let ledger = state.join("ledger");
        let address = free_address();
        let [certificate, key] = certificates.of(name, terminal.shown);
        let mut front = words(&["--terminal-api", "--poiid", POI_ID, "--text-profile", terminal.texts]);
        front.extend(words(&["--listen", &format!("{address}:8443")]));
        front.extend(words(&["--tls-cert", text(&certificate), "--tls-key", text(&key)]));
        if let Some(key) = terminal.key.filter(|_| form == Form::Secured) {
            front.extend(words(&["--shared-key", text(&folder.join(key))]));
        }
        let mut behaviour = words(&["--seed", "7", "--ledger", text(&ledger)]);
        behaviour.extend(words(&terminal.behaviour));
        if !terminal.behaviour.contains(&"--script") {
            behaviour.extend(words(&["--script", "by-amount"]));
        }
        let start = |command: &str, arguments: &[Vec<String>]| {
            Running::start(&state, &[vec![command.to_owned()], arguments.concat()].concat())
        };
        let processes = match kind {
            Kind::Simulated => vec![start("sim", &[front, behaviour])],
            Kind::Bridge => {
                // Whoever connects within this machine comes from here, and a till listens to its terminal only.
                let [opi, till] = [free_port(), free_port()].map(|port| format!("127.0.0.1:{port}"));
                let behind = start("sim", &[words(&["--listen", &opi, "--till", &till]), behaviour]);
                let towards = words(&["--terminal", &opi, "--listen-opi", &till, "--yes", "--timeout-recovery", "1"]);
                vec![start("serve", &[front, towards]), behind]
            }
        };
        Self { name, endpoint: format!("https://{address}"), ledger, _processes: processes }
    }

    /// What was booked: directions and minor units.
    pub(crate) fn booked(&self) -> Vec<String> {
        let Ok(ledger) = std::fs::read_to_string(&self.ledger) else { return Vec::new() };
        let entries = ledger.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        entries.map(|entry| entry_text(&entry)).collect()
    }
}

fn entry_text(entry: &Value) -> String {
    let minor = entry["charged"]["value"].as_str().unwrap().replace('.', "");
    format!("{} {}", entry["direction"].as_str().unwrap(), minor.trim_start_matches('0'))
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A loopback address that no other server has.
fn free_address() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let turn = std::process::id().wrapping_mul(997).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let address = format!("127.{}.{}.{}", 1 + turn / 64_000 % 250, 1 + turn / 250 % 250, 1 + turn % 250);
        if TcpListener::bind((address.as_str(), 8443)).is_ok() {
            return address;
        }
    }
}

/// A port below those that the system gives out to connections, so that it stays free.
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
