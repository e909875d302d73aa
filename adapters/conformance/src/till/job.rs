//! The command line of a till under test.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::opi::{Profile, Settings, Timeouts};

/// What a till under test is told when it is started.
#[derive(Clone, Debug, Args)]
pub struct Job {
    /// Where the terminal listens (channel 0).
    #[arg(long)]
    pub terminal: SocketAddr,
    /// Where the till has to listen (channel 1).
    #[arg(long)]
    pub listen: SocketAddr,
    /// The name of the lane.
    #[arg(long, value_parser = lane)]
    pub workstation: WorkstationId,
    /// The dialect.
    #[arg(long, value_parser = dialect)]
    pub profile: &'static Profile,
    /// The number of the first request, if nothing was stored before.
    #[arg(long, value_parser = number)]
    pub first_request: RequestId,
    /// The folder of the till's own journal. Without it every record is handed over to be stored.
    #[arg(long)]
    pub journal: Option<PathBuf>,
    /// Milliseconds until the terminal is connected.
    #[arg(long, value_parser = millis)]
    pub connect: Duration,
    /// Milliseconds until a frame has left.
    #[arg(long, value_parser = millis)]
    pub send: Duration,
    /// Milliseconds without a sign of life of the terminal.
    #[arg(long, value_parser = millis)]
    pub idle: Duration,
    /// Milliseconds from sending to the answer.
    #[arg(long, value_parser = millis)]
    pub hard: Duration,
    /// Milliseconds from an answer that is not ours to giving up.
    #[arg(long, value_parser = millis)]
    pub grace: Duration,
    /// Milliseconds until a record is stored.
    #[arg(long, value_parser = millis)]
    pub local: Duration,
    /// Milliseconds until a question is answered as not given.
    #[arg(long, value_parser = millis)]
    pub question: Duration,
    /// Milliseconds before the terminal is asked about a lost answer.
    #[arg(long, value_parser = millis)]
    pub probe_pause: Duration,
    /// Milliseconds without a sign of life after that question.
    #[arg(long, value_parser = millis)]
    pub probe: Duration,
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    job: Job,
}

impl Job {
    /// Reads the command line of this process; ends it with a message if it is wrong.
    #[must_use]
    pub fn from_command_line() -> Self {
        Line::parse().job
    }

    /// The settings of the lane.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::new(self.workstation.clone(), self.profile, self.first_request);
        settings.timeouts = Timeouts {
            connect: self.connect,
            send: self.send,
            idle: self.idle,
            hard: self.hard,
            grace: self.grace,
            local: self.local,
            question: self.question,
            probe_pause: self.probe_pause,
            probe: self.probe,
            ..Timeouts::USUAL
        };
        settings
    }

    /// The same as words of a command line.
    pub(crate) fn words(&self) -> Vec<String> {
        let millis = |duration: Duration| duration.as_millis().to_string();
        let mut words = Vec::new();
        for (name, value) in [
            ("--terminal", self.terminal.to_string()),
            ("--listen", self.listen.to_string()),
            ("--workstation", self.workstation.as_str().to_owned()),
            ("--profile", self.profile.name.to_owned()),
            ("--first-request", self.first_request.get().to_string()),
            ("--connect", millis(self.connect)),
            ("--send", millis(self.send)),
            ("--idle", millis(self.idle)),
            ("--hard", millis(self.hard)),
            ("--grace", millis(self.grace)),
            ("--local", millis(self.local)),
            ("--question", millis(self.question)),
            ("--probe-pause", millis(self.probe_pause)),
            ("--probe", millis(self.probe)),
        ] {
            words.extend([name.to_owned(), value]);
        }
        if let Some(folder) = &self.journal {
            words.extend(["--journal".to_owned(), folder.display().to_string()]);
        }
        words
    }
}

fn lane(text: &str) -> Result<WorkstationId, String> {
    WorkstationId::new(text).map_err(|error| error.to_string())
}

fn dialect(text: &str) -> Result<&'static Profile, String> {
    Profile::by_name(text).ok_or_else(|| "no such dialect".to_owned())
}

fn number(text: &str) -> Result<RequestId, String> {
    let number = text.parse().map_err(|_| "not a number")?;
    RequestId::new(number).map_err(|error| error.to_string())
}

fn millis(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_millis).map_err(|_| "not a number of milliseconds".to_owned())
}
