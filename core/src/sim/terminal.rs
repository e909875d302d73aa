//! The two calls of a simulated terminal.

use core::time::Duration;

use heapless::Deque;

use super::chance::Chance;
use super::hear::{Heard, Root};
use super::ledger::Ledger;
use super::speak::{Last, Speaker, Speech};
use super::state::{Act, Channel, Job, Phase, Sending};
use super::wire;
use super::{Conn, Fault, Input, Output, Setup, Total};
use crate::limits;
use crate::time::{Instant, WallTime};

/// One payment terminal with its host and its card holders.
#[derive(Clone, Debug)]
pub struct Terminal {
    pub(super) setup: Setup,
    pub(super) chance: Chance,
    pub(super) now: Instant,
    /// The first instant heard of: its wall time is that of the setup.
    begun: Option<Instant>,
    pub(super) tills: [Option<Channel>; limits::SIM_TILLS],
    pub(super) devices: [Option<Channel>; limits::SIM_DEVICES],
    pub(super) logged_in: bool,
    /// A receipt did not reach the till: no money moves before it was reprinted.
    pub(super) holds_receipt: bool,
    pub(super) job: Option<Job>,
    pub(super) ledger: Ledger,
    pub(super) report: heapless::Vec<Total, { limits::SIM_TOTALS }>,
    pub(super) last: Option<Last>,
    /// Requests for money so far.
    pub(super) requests: usize,
    /// How often the fault struck.
    pub(super) strikes: u32,
    acts: Deque<Act, { limits::SIM_ACTS }>,
    sending: Option<Sending>,
}

impl Terminal {
    /// A terminal that nobody talked to yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let mut chance = Chance::new(setup.seed);
        let mut ledger = Ledger::default();
        ledger.batch = 1 + u32::try_from(chance.below(98)).unwrap_or(0);
        ledger.stan = u32::try_from(chance.below(900)).unwrap_or(0);
        Self {
            chance,
            now: Instant::default(),
            begun: None,
            tills: [const { None }; limits::SIM_TILLS],
            devices: [const { None }; limits::SIM_DEVICES],
            logged_in: setup.logged_in,
            holds_receipt: false,
            job: None,
            ledger,
            report: heapless::Vec::new(),
            last: None,
            requests: 0,
            strikes: 0,
            acts: Deque::new(),
            sending: None,
            setup,
        }
    }

    /// What was booked since the last closure, by brand, direction and currency.
    #[must_use]
    pub fn totals(&self) -> &[Total] {
        self.ledger.totals()
    }

    /// Whether it holds receipts that did not reach the till.
    #[must_use]
    pub const fn holds_receipt(&self) -> bool {
        self.holds_receipt
    }

    /// Whether a request is in progress.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    /// Takes what happened. Inputs about connections that are not open are ignored.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        self.now = self.now.max(now);
        self.begun.get_or_insert(now);
        match input {
            Input::Accepted(conn @ Conn::Till(_)) => self.accepted(conn),
            Input::Received(conn, bytes) => self.received(conn, bytes),
            Input::Closed(conn) => self.closed(conn),
            Input::Connected(conn) => self.connected(conn),
            Input::ConnectFailed(conn) => self.closed(conn),
            Input::Accepted(Conn::Device(_)) | Input::Tick => {}
        }
    }

    /// Gives what is to be done next. `tx` needs [`limits::SIM_TRANSMIT`] bytes.
    #[must_use]
    pub fn poll_output(&mut self, tx: &mut [u8]) -> Output {
        loop {
            if let Some(sending) = self.sending.take() {
                if sending.rests_until.is_some_and(|until| until > self.now) {
                    let until = sending.rests_until;
                    self.sending = Some(sending);
                    return Output::Wait { until };
                }
                return self.send(sending, tx);
            }
            match self.acts.pop_front() {
                Some(Act::Connect(conn)) => return Output::Connect(conn),
                Some(Act::Close(conn)) => {
                    if self.set(conn, None).is_some() {
                        return Output::Close(conn);
                    }
                }
                Some(Act::Booked(entry)) => return Output::Booked(entry),
                Some(Act::Complaint(what)) => return Output::Complaint(what),
                Some(Act::Say(conn, speech)) => {
                    if self.channel(conn).is_some() {
                        self.sending = Some(Sending { conn, speech, gone: 0, rests_until: None });
                    }
                }
                None if self.advance() => {}
                None => return Output::Wait { until: self.deadline() },
            }
        }
    }

    fn send(&mut self, mut sending: Sending, tx: &mut [u8]) -> Output {
        let conn = sending.conn;
        let Some(mut total) = self.write(&sending.speech, tx) else {
            self.set(conn, None);
            self.act(Act::Complaint("the transmit buffer is too small"));
            return Output::Close(conn);
        };
        if self.setup.fault == Fault::Merged {
            loop {
                if self.acts.is_empty() && self.advance() {
                    continue;
                }
                let Some(Act::Say(next, speech)) = self.acts.front() else { break };
                if *next != conn {
                    break;
                }
                let speech = speech.clone();
                let Some(more) = tx.get_mut(total..).and_then(|room| self.write(&speech, room)) else { break };
                total += more;
                self.acts.pop_front();
            }
        }
        if matches!(&sending.speech, Speech::Reply(reply) if reply.fault == Fault::HalfFrame) {
            total /= 2;
            let _ = self.acts.push_front(Act::Close(conn));
        }
        let cut = wire::cut(self.setup.fault, &mut self.chance, sending.gone, total.saturating_sub(sending.gone));
        let length = cut.length;
        tx.copy_within(sending.gone..sending.gone + length, 0);
        sending.gone += length;
        if sending.gone < total {
            sending.rests_until = Some(self.now.after(cut.pause));
            self.sending = Some(sending);
        }
        Output::Send { conn, length }
    }

    fn write(&self, speech: &Speech, tx: &mut [u8]) -> Option<usize> {
        Speaker { setup: &self.setup, ledger: &self.ledger, report: &self.report }.frame(speech, tx)
    }

    pub(super) fn act(&mut self, act: Act) {
        // Full only if a till floods us faster than we are polled; then it gets no answer.
        let _ = self.acts.push_back(act);
    }

    fn slot(&mut self, conn: Conn) -> Option<&mut Option<Channel>> {
        match conn {
            Conn::Till(index) => self.tills.get_mut(usize::from(index)),
            Conn::Device(index) => self.devices.get_mut(usize::from(index)),
        }
    }

    pub(super) fn channel(&mut self, conn: Conn) -> Option<&mut Channel> {
        self.slot(conn)?.as_mut()
    }

    /// Opens or forgets a connection; what was known of it.
    pub(super) fn set(&mut self, conn: Conn, channel: Option<Channel>) -> Option<Channel> {
        core::mem::replace(self.slot(conn)?, channel)
    }

    pub(super) fn wall(&self) -> WallTime {
        self.setup.wall.after(self.now.since(self.begun.unwrap_or_default()))
    }

    fn accepted(&mut self, conn: Conn) {
        self.set(conn, Some(Channel::new(false)));
        if self.setup.fault == Fault::DropBeforeRequest && self.strikes < self.setup.fault_count {
            self.strikes += 1;
            self.act(Act::Close(conn));
        }
    }

    fn closed(&mut self, conn: Conn) {
        self.set(conn, None);
        if self.sending.as_ref().is_some_and(|sending| sending.conn == conn) {
            self.sending = None;
        }
        if let Some(job) = &mut self.job {
            if job.conn == Some(conn) {
                // A terminal goes on: the card holder stands in front of it.
                job.conn = None;
            }
            if let Phase::Connecting(waiting, _) | Phase::Answering(waiting, _) = job.phase
                && waiting == conn
            {
                self.unanswered();
            }
        }
    }

    fn received(&mut self, conn: Conn, mut bytes: &[u8]) {
        loop {
            let Some(channel) = self.channel(conn) else { return };
            let piece = match channel.frames.next(&mut bytes) {
                Ok(Some(piece)) => piece,
                Ok(None) => return,
                Err(_) => {
                    self.act(Act::Complaint("bytes that are no frames"));
                    self.act(Act::Close(conn));
                    return;
                }
            };
            if channel.message.extend_from_slice(piece.bytes).is_err() {
                channel.cut = true;
            }
            if !piece.is_last() {
                continue;
            }
            let mut heard = Heard::default();
            let readable = heard.read(&channel.message).is_ok() && !channel.cut;
            channel.message.clear();
            channel.cut = false;
            match heard.root {
                Root::CardServiceRequest | Root::ServiceRequest => self.request(conn, &heard, readable),
                Root::DeviceResponse => self.answered(conn, &heard, readable),
                Root::Other => {
                    self.act(Act::Complaint("a message that is none for a terminal"));
                    self.act(Act::Close(conn));
                }
            }
        }
    }

    /// Its power is cut and comes back: what it worked on ends, all connections are gone, and nobody is logged in.
    #[cfg(feature = "proof")]
    pub fn power_cut(&mut self) {
        self.restart();
    }

    /// Writes down the state, but for the setup and the time of the last input.
    ///
    /// # Errors
    /// Those of the writer.
    #[cfg(feature = "proof")]
    pub fn digest(&self, out: &mut impl core::fmt::Write) -> core::fmt::Result {
        write!(out, "{:?} {:?} {:?} {:?} ", self.chance, self.begun, self.tills, self.devices)?;
        write!(out, "{:?} {:?} {:?} {:?} ", self.logged_in, self.holds_receipt, self.job, self.ledger)?;
        write!(out, "{:?} {:?} {:?} {:?} ", self.report, self.last, self.requests, self.strikes)?;
        write!(out, "{:?} {:?} ", self.acts, self.sending)
    }

    fn deadline(&self) -> Option<Instant> {
        let job = self.job.as_ref()?;
        match job.phase {
            Phase::Ready => None,
            Phase::Until(until) | Phase::Connecting(_, until) | Phase::Answering(_, until) => Some(until),
        }
    }

    /// Rest between two steps.
    pub(super) const fn pace(&self) -> Duration {
        self.setup.pace
    }
}
