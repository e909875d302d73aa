//! The session that is looked at: that of OPI.

use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal::Settled;
use opi_core::opi::{Memory, Profile, Session};
use opi_core::receipt::SheetId;

pub(crate) use opi_core::opi::Settings;

pub(crate) const SLOTS: usize = 3;
/// Small enough that most messages come in pieces.
const WINDOW: usize = 512;

pub(crate) type Lane = Session<'static, SLOTS>;
pub(crate) type Dialect = &'static Profile;

pub(crate) fn make(settings: Settings) -> Box<Lane> {
    let window = || Box::leak(vec![0u8; WINDOW].into_boxed_slice());
    let memory = Memory { request: window(), abort: window(), device: [window(), window(), window()] };
    Box::new(Session::new(settings, memory).unwrap())
}

pub(crate) fn settings(
    lane: WorkstationId,
    profile: Dialect,
    alone: bool,
    first: RequestId,
    first_sheet: SheetId,
) -> Settings {
    let mut settings = Settings::new(lane, profile, first);
    settings.alone_at_terminal = alone;
    settings.first_sheet = first_sheet;
    settings
}

/// What the journal says of the transaction settled last.
pub(crate) fn remember(settings: &mut Settings, last_settled: Option<&Settled>) {
    settings.last_settled = last_settled.cloned();
}

/// What makes two fresh sessions the same, but for their numbers.
pub(crate) fn key(settings: &Settings) -> String {
    let alone = settings.alone_at_terminal;
    format!("{} {} {alone} {:?}", settings.profile.name, settings.workstation.as_str(), settings.last_settled)
}
