//! What a lane of the Terminal API is, as data.

use std::time::Duration;

use opi_core::id::{Id, Language, RequestId, WorkstationId};
use opi_core::nexo::{Dialect, Reservations, Settings, Software, Timeouts};
use opi_core::receipt::SheetId;
use serde::{Deserialize, Serialize};

use super::settings::optional;

/// [`Settings`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeptApiSettings {
    sale_id: String,
    poi_id: String,
    dialect: String,
    /// Payment types of their own.
    reservations: bool,
    /// In the order of their definition.
    software: [String; 4],
    language: String,
    operator_id: Option<String>,
    /// Milliseconds, in the order of [`durations`].
    timeouts: Vec<u64>,
    first_request: u32,
    first_sheet: u32,
}

/// Every duration of the settings, in the order of their definition.
fn durations(timeouts: &mut Timeouts) -> [&mut Duration; 10] {
    let Timeouts { connect, send, answer, status, poll_pause, recovery, memory, local, abort, abort_pause } = timeouts;
    [connect, send, answer, status, poll_pause, recovery, memory, local, abort, abort_pause]
}

impl KeptApiSettings {
    pub(super) fn new(settings: &Settings) -> Self {
        // Named one by one, so that a new setting is not forgotten here.
        let Settings {
            sale_id,
            poi_id,
            dialect,
            reservations,
            software: Software { manufacturer, application, version, certification },
            language,
            operator_id,
            timeouts,
            first_request,
            first_sheet,
        } = settings;
        let millis = |duration: &mut Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self {
            sale_id: sale_id.as_str().into(),
            poi_id: poi_id.as_str().into(),
            dialect: dialect.name.into(),
            reservations: *reservations == Reservations::PaymentTypes,
            software: [manufacturer, application, version, certification].map(|text| text.as_str().into()),
            language: language.code().into(),
            operator_id: operator_id.as_ref().map(|id| id.as_str().into()),
            timeouts: durations(&mut timeouts.clone()).map(millis).into(),
            first_request: first_request.get(),
            first_sheet: first_sheet.0,
        }
    }

    /// The settings; `None` if a value is none of ours.
    pub(super) fn settings(&self) -> Option<Settings> {
        let sale_id = WorkstationId::new(&self.sale_id).ok()?;
        let first_request = RequestId::new(self.first_request).ok()?;
        let mut settings = Settings::new(sale_id, Id::new(&self.poi_id).ok()?, first_request);
        settings.dialect = Dialect::by_name(&self.dialect)?;
        settings.reservations = if self.reservations { Reservations::PaymentTypes } else { Reservations::None };
        let [manufacturer, application, version, certification] = self.software.each_ref().map(|text| text.as_str());
        settings.software = Software {
            manufacturer: manufacturer.into(),
            application: application.into(),
            version: version.into(),
            certification: certification.into(),
        };
        settings.language = Language::new(&self.language).ok()?;
        settings.operator_id = optional(self.operator_id.as_ref())?;
        let kept: [u64; 10] = self.timeouts.as_slice().try_into().ok()?;
        for (duration, millis) in durations(&mut settings.timeouts).into_iter().zip(kept) {
            *duration = Duration::from_millis(millis);
        }
        settings.first_sheet = SheetId(self.first_sheet);
        Some(settings)
    }
}
