//! What a lane is and was, as data.

use std::time::Duration;

use opi_core::id::{Id, RequestId, WorkstationId};
use opi_core::journal::{Settled, Unresolved};
use opi_core::money::{Currency, Money};
use opi_core::operation::Reason;
use opi_core::opi::message::DeviceStatus;

use opi_core::opi::{Devices, Language, Profile, Settings, Timeouts};
use opi_core::receipt::SheetId;
use opi_core::text::Text;
use opi_core::time::WallTime;
use serde::{Deserialize, Serialize};

/// [`Settings`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeptSettings {
    workstation: String,
    profile: String,
    language: String,
    application_sender: Option<String>,
    pop_id: Option<String>,
    shift_number: Option<u32>,
    clerk_id: Option<String>,
    printer: String,
    journal_printer: String,
    e_journal: String,
    cashier_display: bool,
    customer_display: bool,
    /// Milliseconds, in the order of [`durations`].
    timeouts: Vec<u64>,
    alone_at_terminal: bool,
    handles_events: bool,
    first_request: u32,
    first_sheet: u32,
    #[serde(default)]
    last_settled: Option<KeptSettled>,
    frame_limit: u32,
}

/// Every duration of the settings, in the order of their definition.
fn durations(timeouts: &mut Timeouts) -> [&mut Duration; 15] {
    let Timeouts {
        connect,
        send,
        idle,
        hard,
        hard_long,
        grace,
        local,
        question,
        delivery,
        abort,
        abort_pause,
        probe_pause,
        probe,
        near,
        stalled,
    } = timeouts;
    [
        connect,
        send,
        idle,
        hard,
        hard_long,
        grace,
        local,
        question,
        delivery,
        abort,
        abort_pause,
        probe_pause,
        probe,
        near,
        stalled,
    ]
}

impl KeptSettings {
    pub(super) fn new(settings: &Settings) -> Self {
        // Named one by one, so that a new setting is not forgotten here.
        let Settings {
            workstation,
            profile,
            language,
            application_sender,
            pop_id,
            shift_number,
            clerk_id,
            devices: Devices { printer, journal_printer, e_journal, cashier_display, customer_display },
            timeouts,
            alone_at_terminal,
            handles_events,
            first_request,
            first_sheet,
            last_settled,
            frame_limit,
        } = settings;
        let millis = |duration: &mut Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self {
            workstation: workstation.as_str().into(),
            profile: profile.name.into(),
            language: language.code().into(),
            application_sender: application_sender.as_ref().map(|text| text.as_str().into()),
            pop_id: pop_id.as_ref().map(|id| id.as_str().into()),
            shift_number: *shift_number,
            clerk_id: clerk_id.as_ref().map(|id| id.as_str().into()),
            printer: printer.as_str().into(),
            journal_printer: journal_printer.as_str().into(),
            e_journal: e_journal.as_str().into(),
            cashier_display: *cashier_display,
            customer_display: *customer_display,
            timeouts: durations(&mut timeouts.clone()).map(millis).into(),
            alone_at_terminal: *alone_at_terminal,
            handles_events: *handles_events,
            first_request: first_request.get(),
            first_sheet: first_sheet.0,
            last_settled: last_settled.as_ref().map(KeptSettled::new),
            frame_limit: *frame_limit,
        }
    }

    /// The settings; `None` if a value is none of ours.
    pub(super) fn settings(&self) -> Option<Settings> {
        let profile = Profile::by_name(&self.profile)?;
        let workstation = WorkstationId::new(&self.workstation).ok()?;
        let mut settings = Settings::new(workstation, profile, RequestId::new(self.first_request).ok()?);
        settings.language = Language::new(&self.language).ok()?;
        settings.application_sender = self.application_sender.as_deref().map(Text::from_cut);
        settings.pop_id = optional(self.pop_id.as_ref())?;
        settings.shift_number = self.shift_number;
        settings.clerk_id = optional(self.clerk_id.as_ref())?;
        settings.devices = Devices {
            printer: DeviceStatus::from_text(&self.printer)?,
            journal_printer: DeviceStatus::from_text(&self.journal_printer)?,
            e_journal: DeviceStatus::from_text(&self.e_journal)?,
            cashier_display: self.cashier_display,
            customer_display: self.customer_display,
        };
        let mut durations = durations(&mut settings.timeouts);
        // Traces of the first version have no `stalled`.
        if !matches!(self.timeouts.len(), 14 | 15) {
            return None;
        }
        for (duration, millis) in durations.iter_mut().zip(&self.timeouts) {
            **duration = Duration::from_millis(*millis);
        }
        settings.alone_at_terminal = self.alone_at_terminal;
        settings.handles_events = self.handles_events;
        settings.first_sheet = SheetId(self.first_sheet);
        settings.last_settled = match &self.last_settled {
            Some(kept) => Some(kept.settled()?),
            None => None,
        };
        settings.frame_limit = self.frame_limit;
        Some(settings)
    }
}

/// An identifier that may not be there; the outer `None` if it is too long.
#[allow(clippy::option_option)]
pub(super) fn optional<const N: usize>(text: Option<&String>) -> Option<Option<Id<N>>> {
    text.map(|text| Id::new(text).ok()).map_or(Some(None), |id| id.map(Some))
}

/// [`WallTime`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeptTime {
    unix_seconds: i64,
    offset_minutes: i16,
}

impl KeptTime {
    pub(super) const fn new(time: WallTime) -> Self {
        Self { unix_seconds: time.unix_seconds(), offset_minutes: time.offset_minutes() }
    }

    pub(super) fn time(self) -> WallTime {
        WallTime::new(self.unix_seconds, self.offset_minutes)
    }
}

/// [`Money`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptMoney {
    minor: u64,
    currency: String,
}

impl KeptMoney {
    pub(super) fn new(money: Money) -> Self {
        Self { minor: money.minor(), currency: money.currency().code().into() }
    }

    pub(super) fn money(&self) -> Option<Money> {
        Currency::new(&self.currency).ok().map(|currency| Money::from_minor(self.minor, currency))
    }
}

/// [`Unresolved`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeptUnresolved {
    request_id: u32,
    request_type: String,
    amount: Option<KeptMoney>,
    at: KeptTime,
    reference: Option<String>,
    reason: Option<Reason>,
    #[serde(default)]
    others: bool,
}

impl KeptUnresolved {
    pub(super) fn new(unresolved: &Unresolved) -> Self {
        let Unresolved { request_id, request_type, amount, at, reference, reason, others } = unresolved;
        Self {
            request_id: request_id.get(),
            request_type: request_type.as_str().into(),
            amount: amount.map(KeptMoney::new),
            at: KeptTime::new(*at),
            reference: reference.as_ref().map(|id| super::masked(id.as_str())),
            reason: *reason,
            others: *others,
        }
    }

    pub(super) fn unresolved(&self) -> Option<Unresolved> {
        Some(Unresolved {
            request_id: RequestId::new(self.request_id).ok()?,
            request_type: Id::new(&self.request_type).ok()?,
            amount: match &self.amount {
                Some(amount) => Some(amount.money()?),
                None => None,
            },
            at: self.at.time(),
            reference: optional(self.reference.as_ref())?,
            reason: self.reason,
            others: self.others,
        })
    }
}

/// [`Settled`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeptSettled {
    request_id: u32,
    trx_reference_number: Option<String>,
    approval_code: Option<String>,
    receipt_number: Option<String>,
    reference: Option<String>,
}

impl KeptSettled {
    fn new(settled: &Settled) -> Self {
        fn kept<const N: usize>(id: &Option<Id<N>>) -> Option<String> {
            id.as_ref().map(|id| super::masked(id.as_str()))
        }
        let Settled { request_id, trx_reference_number, approval_code, receipt_number, reference } = settled;
        Self {
            request_id: request_id.get(),
            trx_reference_number: kept(trx_reference_number),
            approval_code: kept(approval_code),
            receipt_number: kept(receipt_number),
            reference: kept(reference),
        }
    }

    fn settled(&self) -> Option<Settled> {
        Some(Settled {
            request_id: RequestId::new(self.request_id).ok()?,
            trx_reference_number: optional(self.trx_reference_number.as_ref())?,
            approval_code: optional(self.approval_code.as_ref())?,
            receipt_number: optional(self.receipt_number.as_ref())?,
            reference: optional(self.reference.as_ref())?,
        })
    }
}
