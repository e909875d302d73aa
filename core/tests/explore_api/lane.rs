//! The session that is looked at: that of the Terminal API.

use opi_core::id::{Id, RequestId, WorkstationId};
use opi_core::journal::Settled;
use opi_core::nexo::{Memory, Session};
use opi_core::receipt::SheetId;

pub(crate) use opi_core::nexo::Settings;

const WINDOW: usize = 4096;

pub(crate) type Lane = Session<'static>;
pub(crate) type Dialect = &'static opi_core::nexo::Dialect;

pub(crate) const POI: &str = "P400Plus-123456789";

pub(crate) fn make(settings: Settings) -> Box<Lane> {
    let window = |bytes| Box::leak(vec![0u8; bytes].into_boxed_slice());
    let memory = Memory { request: window(WINDOW), abort: window(128) };
    Box::new(Session::new(settings, memory).unwrap())
}

pub(crate) fn settings(
    lane: WorkstationId,
    dialect: Dialect,
    _alone: bool,
    first: RequestId,
    first_sheet: SheetId,
) -> Settings {
    let mut settings = Settings::new(lane, Id::new(POI).unwrap(), first);
    settings.dialect = dialect;
    settings.first_sheet = first_sheet;
    settings
}

/// A status names its payment: nothing has to be known of the one before.
pub(crate) const fn remember(_: &mut Settings, _: Option<&Settled>) {}

/// What makes two fresh sessions the same, but for their numbers.
pub(crate) fn key(settings: &Settings) -> String {
    settings.sale_id.as_str().to_owned()
}
