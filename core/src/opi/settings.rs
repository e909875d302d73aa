//! What a lane is: chosen once, before anything runs.

use core::fmt;
use core::time::Duration;

use super::message::DeviceStatus;
use super::profile::Profile;
use crate::id::{Id, Language, RequestId, WorkstationId};
use crate::journal::Settled;
use crate::limits;
use crate::receipt::SheetId;
use crate::text::Text;

/// The settings of one lane. `T` is what a time is kept in: a session needs less memory for it than its user.
#[derive(Clone, Debug)]
pub struct Settings<T = Duration> {
    /// The name of the lane: stable, and unique at its terminal.
    pub workstation: WorkstationId,
    /// The dialect.
    pub profile: &'static Profile,
    /// Language of the texts for the cashier.
    pub language: Language,
    /// Name of the till software, where it is to be told.
    pub application_sender: Option<Text<{ limits::VOCABULARY }>>,
    /// Number of the point of payment, such as `001`.
    pub pop_id: Option<Id<{ limits::SHORT_ID }>>,
    /// The shift.
    pub shift_number: Option<u32>,
    /// The cashier.
    pub clerk_id: Option<Id<{ limits::SHORT_ID }>>,
    /// What the till can show, print and keep.
    pub devices: Devices,
    /// How long things may take.
    pub timeouts: Timeouts<T>,
    /// Whether no other lane uses the terminal. A reprinted receipt of the same amount from the same minutes then
    /// settles a lost answer; otherwise it must name the transaction that was seen before.
    pub alone_at_terminal: bool,
    /// Whether the till answers forecourt events; if not they are refused as not supported.
    pub handles_events: bool,
    /// The number of the first request. It must be beyond every number this lane ever used (I5).
    pub first_request: RequestId,
    /// The number of the first sheet. It must be beyond every number in this lane's journal, or the lines of a sheet
    /// that a power cut left unfinished are taken for those of a new one.
    pub first_sheet: SheetId,
    /// What names the last transaction in this lane's journal that was charged, or may have been, and is settled: no
    /// receipt of it settles another request. The session goes on with it.
    pub last_settled: Option<Settled>,
    /// Longest frame accepted, in bytes.
    pub frame_limit: u32,
}

impl Settings {
    /// A lane with a display, both printers, a journal, English texts and the usual timeouts.
    #[must_use]
    pub const fn new(workstation: WorkstationId, profile: &'static Profile, first_request: RequestId) -> Self {
        Self {
            workstation,
            profile,
            language: Language::ENGLISH,
            application_sender: None,
            pop_id: None,
            shift_number: None,
            clerk_id: None,
            devices: Devices::ALL,
            timeouts: Timeouts::USUAL,
            alone_at_terminal: false,
            handles_events: false,
            first_request,
            first_sheet: SheetId(1),
            last_settled: None,
            frame_limit: limits::FRAME_BYTES,
        }
    }
}

/// What the till can show, print and keep. A device that is not there is answered as unavailable.
#[derive(Clone, Debug)]
pub struct Devices {
    /// Printer of the customer's copy.
    pub printer: DeviceStatus,
    /// Printer or store of the merchant's copy.
    pub journal_printer: DeviceStatus,
    /// Store of the structured journal.
    pub e_journal: DeviceStatus,
    /// A display for the cashier.
    pub cashier_display: bool,
    /// A display for the customer.
    pub customer_display: bool,
}

impl Devices {
    /// Everything is there.
    pub const ALL: Self = Self {
        printer: DeviceStatus::Available,
        journal_printer: DeviceStatus::Available,
        e_journal: DeviceStatus::Available,
        cashier_display: true,
        customer_display: true,
    };

    /// Whether a receipt or a journal is expected with each payment.
    pub(super) fn take_receipts(&self) -> bool {
        [&self.printer, &self.journal_printer, &self.e_journal].into_iter().any(DeviceStatus::works)
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts<T = Duration> {
    /// Until the terminal is connected.
    pub connect: T,
    /// Until the frame has left.
    pub send: T,
    /// Without a sign of life of the terminal; callbacks refresh it.
    pub idle: T,
    /// From sending to the answer, whatever happens (I9). Also the longest that one message may take to come in.
    pub hard: T,
    /// The same for operations that wait for distant hosts: closure, transmission, configuration.
    pub hard_long: T,
    /// From an answer that is not ours to giving up.
    pub grace: T,
    /// Until a record is stored, or the listener is up.
    pub local: T,
    /// From a question to the cashier to "not given", if the terminal names no time.
    pub question: T,
    /// The same for the delivery of goods: the terminal gives up after about 30 s.
    pub delivery: T,
    /// Until an abort is answered.
    pub abort: T,
    /// Between two aborts.
    pub abort_pause: T,
    /// Before the terminal is asked about a lost answer.
    pub probe_pause: T,
    /// Without a sign of life after that question.
    pub probe: T,
    /// Most between the time of a payment and that of a receipt which is taken for its own.
    pub near: T,
    /// Without a byte in the middle of a message: its connection ends then, since the others wait until it is read.
    pub stalled: T,
}

impl Timeouts {
    /// connect 10 s, idle 90 s, hard 300 s, abort 10 s and 1.5 s apart, grace 5 s: Nexi SDKs and Nexi proxy. Long 600 s:
    /// ELME. Question 45 s: below the 50 s and 60 s that terminals are seen to ask for. Delivery 25 s: below the 30 s
    /// of CCV mAPI. Probe pause 4 s: CCV's firmware. Local and send 10 s, stalled
    /// and probe 15 s, near 15 minutes: ours.
    pub const USUAL: Self = Self {
        connect: Duration::from_secs(10),
        send: Duration::from_secs(10),
        idle: Duration::from_secs(90),
        hard: Duration::from_secs(300),
        hard_long: Duration::from_secs(600),
        grace: Duration::from_secs(5),
        local: Duration::from_secs(10),
        question: Duration::from_secs(45),
        delivery: Duration::from_secs(25),
        abort: Duration::from_secs(10),
        abort_pause: Duration::from_millis(1500),
        probe_pause: Duration::from_secs(4),
        probe: Duration::from_secs(15),
        near: Duration::from_secs(15 * 60),
        stalled: Duration::from_secs(15),
    };
}

impl<T> Timeouts<T> {
    /// The same times, kept in something else.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn kept_in<U: From<T>>(&self) -> Timeouts<U>
    where
        T: Copy,
    {
        Timeouts {
            connect: self.connect.into(),
            send: self.send.into(),
            idle: self.idle.into(),
            hard: self.hard.into(),
            hard_long: self.hard_long.into(),
            grace: self.grace.into(),
            local: self.local.into(),
            question: self.question.into(),
            delivery: self.delivery.into(),
            abort: self.abort.into(),
            abort_pause: self.abort_pause.into(),
            probe_pause: self.probe_pause.into(),
            probe: self.probe.into(),
            near: self.near.into(),
            stalled: self.stalled.into(),
        }
    }
}

impl<T: Copy> Settings<T> {
    /// The same settings, with times kept in something else.
    pub(super) fn kept_in<U: From<T>>(self) -> Settings<U> {
        Settings {
            workstation: self.workstation,
            profile: self.profile,
            language: self.language,
            application_sender: self.application_sender,
            pop_id: self.pop_id,
            shift_number: self.shift_number,
            clerk_id: self.clerk_id,
            devices: self.devices,
            timeouts: self.timeouts.kept_in(),
            alone_at_terminal: self.alone_at_terminal,
            handles_events: self.handles_events,
            first_request: self.first_request,
            first_sheet: self.first_sheet,
            last_settled: self.last_settled,
            frame_limit: self.frame_limit,
        }
    }
}

/// The settings or the memory do not fit. Found before anything runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A receive window is smaller than [`limits::WINDOW_MIN`].
    WindowTooSmall {
        /// Its bytes.
        bytes: usize,
    },
    /// No device connection, or more than 255.
    DeviceLinks,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WindowTooSmall { bytes } => {
                write!(out, "a receive window of {bytes} bytes, at least {} are needed", limits::WINDOW_MIN)
            }
            Self::DeviceLinks => out.write_str("between 1 and 255 device connections are needed"),
        }
    }
}

impl core::error::Error for ConfigError {}
