//! What a lane is: chosen once, before anything runs.

use core::time::Duration;

use opi_core::id::{Id, Language, RequestId, WorkstationId};
use opi_core::opi::{Profile, Settings as CoreSettings, Timeouts as CoreTimeouts};

use crate::OPI_ABI_VERSION;
use crate::border::{Str, give, status};
use crate::status::Status;
use crate::words::DeviceStatus;

/// The settings of one lane. `opi_settings_init` fills them with what is usual; the name of the lane must be set.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Settings {
    /// The dialect: `nexi`, `ccv-nl`, `opi-de` or `ifsf`.
    pub profile: Str,
    /// The name of the lane: 1 to 40 characters of `A-Z a-z 0-9 _ -`, stable, and unique at its terminal.
    pub workstation: Str,
    /// Language of the texts for the cashier, two letters.
    pub language: Str,
    /// Name of the till software, where it is to be told.
    pub application_sender: Str,
    /// Number of the point of payment, such as `001`.
    pub pop_id: Str,
    /// The cashier.
    pub clerk_id: Str,
    /// The shift; none if negative.
    pub shift_number: i64,
    /// The number of the first request, 1 to 999 999 999. It must be beyond every number this lane ever used. A journal
    /// with records knows better.
    pub first_request: u32,
    /// Longest frame accepted, in bytes.
    pub frame_limit: u32,
    /// Printer of the customer's copy: an opi_device_status.
    pub printer: u32,
    /// Printer or store of the merchant's copy: an opi_device_status.
    pub journal_printer: u32,
    /// Store of the structured journal: an opi_device_status.
    pub e_journal: u32,
    /// Not 0: there is a display for the cashier.
    pub cashier_display: u8,
    /// Not 0: there is a display for the customer.
    pub customer_display: u8,
    /// Not 0: no other lane uses the terminal. A reprinted receipt of the same amount from the same minutes then settles
    /// a lost answer.
    pub alone_at_terminal: u8,
    /// Not 0: the till answers forecourt events; if not they are refused.
    pub handles_events: u8,
    /// How long things may take.
    pub timeouts: Timeouts,
}

/// How long things may take, in milliseconds.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Timeouts {
    /// Until the terminal is connected.
    pub connect: u32,
    /// Until the frame has left.
    pub send: u32,
    /// Without a sign of life of the terminal; callbacks refresh it.
    pub idle: u32,
    /// From sending to the answer, whatever happens.
    pub hard: u32,
    /// The same for operations that wait for distant hosts: closure, transmission, configuration.
    pub hard_long: u32,
    /// From an answer that is not ours to giving up.
    pub grace: u32,
    /// Until a record is stored, or the listener is up.
    pub local: u32,
    /// From a question to the cashier to "not given", if the terminal names no time.
    pub question: u32,
    /// The same for the delivery of goods.
    pub delivery: u32,
    /// Until an abort is answered.
    pub abort: u32,
    /// Between two aborts.
    pub abort_pause: u32,
    /// Before the terminal is asked about a lost answer.
    pub probe_pause: u32,
    /// Without a sign of life after that question.
    pub probe: u32,
    /// Most between the time of a payment and that of a receipt which is taken for its own. (`near` is a word of some C
    /// compilers.)
    pub receipt_near: u32,
    /// Without a byte in the middle of a message: its connection ends then, since the others wait until it is read.
    pub stalled: u32,
}

macro_rules! each_timeout {
    ($($field:ident = $core:ident),+ $(,)?) => {
        impl Timeouts {
            fn usual() -> Self {
                let usual = CoreTimeouts::USUAL;
                Self { $($field: u32::try_from(usual.$core.as_millis()).unwrap_or(u32::MAX)),+ }
            }

            fn core(&self) -> CoreTimeouts {
                CoreTimeouts { $($core: Duration::from_millis(self.$field.into())),+ }
            }
        }
    };
}
each_timeout!(
    connect = connect,
    send = send,
    idle = idle,
    hard = hard,
    hard_long = hard_long,
    grace = grace,
    local = local,
    question = question,
    delivery = delivery,
    abort = abort,
    abort_pause = abort_pause,
    probe_pause = probe_pause,
    probe = probe,
    receipt_near = near,
    stalled = stalled,
);

impl Settings {
    /// # Safety
    /// The texts are readable.
    pub(crate) unsafe fn core(&self) -> Result<CoreSettings, Status> {
        // SAFETY: passed on to the caller.
        let (profile, workstation) = unsafe { (self.profile.needed()?, self.workstation.needed()?) };
        let profile = Profile::by_name(profile).ok_or(Status::UnknownProfile)?;
        let workstation = WorkstationId::new(workstation)?;
        let mut core = CoreSettings::new(workstation, profile, RequestId::new(self.first_request)?);
        // SAFETY: passed on to the caller.
        let (language, sender, pop_id, clerk_id) =
            unsafe { (self.language.get()?, self.application_sender.get()?, self.pop_id.get()?, self.clerk_id.get()?) };
        if let Some(language) = language {
            core.language = Language::new(language)?;
        }
        core.application_sender = sender.map(Into::into);
        core.pop_id = pop_id.map(Id::new).transpose()?;
        core.clerk_id = clerk_id.map(Id::new).transpose()?;
        if self.shift_number >= 0 {
            core.shift_number = Some(u32::try_from(self.shift_number).map_err(|_| Status::Identifier)?);
        }
        core.frame_limit = self.frame_limit;
        let device = |code| DeviceStatus::core(code).ok_or(Status::UnknownCode);
        core.devices.printer = device(self.printer)?;
        core.devices.journal_printer = device(self.journal_printer)?;
        core.devices.e_journal = device(self.e_journal)?;
        core.devices.cashier_display = self.cashier_display != 0;
        core.devices.customer_display = self.customer_display != 0;
        core.alone_at_terminal = self.alone_at_terminal != 0;
        core.handles_events = self.handles_events != 0;
        core.timeouts = self.timeouts.core();
        Ok(core)
    }
}

/// Fills settings with what is usual: English texts, a display, both printers, a store of journals, number 1 for the
/// first request. `abi_version` must be OPI_ABI_VERSION; then header and library are of the same version.
///
/// # Safety
/// `profile` is readable and stands for ever; `settings` has room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_settings_init(abi_version: u32, profile: Str, settings: *mut Settings) -> Status {
    status(|| {
        if abi_version != OPI_ABI_VERSION {
            return Err(Status::AbiVersion);
        }
        // SAFETY: the caller's promise.
        let known = Profile::by_name(unsafe { profile.needed() }?).ok_or(Status::UnknownProfile)?;
        let usual = Settings {
            profile: Str::of(known.name),
            workstation: Str::NONE,
            language: Str::of("en"),
            application_sender: Str::NONE,
            pop_id: Str::NONE,
            clerk_id: Str::NONE,
            shift_number: -1,
            first_request: RequestId::FIRST.get(),
            frame_limit: opi_core::limits::FRAME_BYTES,
            printer: DeviceStatus::Available as u32,
            journal_printer: DeviceStatus::Available as u32,
            e_journal: DeviceStatus::Available as u32,
            cashier_display: 1,
            customer_display: 1,
            alone_at_terminal: 0,
            handles_events: 0,
            timeouts: Timeouts::usual(),
        };
        // SAFETY: the caller's promise.
        unsafe { give(settings, usual) }
    })
}

/// The TCP ports of a dialect: channel 0 on the terminal, channel 1 on the till.
///
/// # Safety
/// `profile` is readable; `request` and `device` have room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_profile_ports(profile: Str, request: *mut u16, device: *mut u16) -> Status {
    status(|| {
        // SAFETY: the caller's promise.
        let known = Profile::by_name(unsafe { profile.needed() }?).ok_or(Status::UnknownProfile)?;
        // SAFETY: the caller's promise.
        unsafe { give(request, known.request_port) }?;
        // SAFETY: the caller's promise.
        unsafe { give(device, known.device_port) }
    })
}
