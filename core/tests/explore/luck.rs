//! What becomes of records and of what leaves a till, whatever it speaks.

/// What becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Well,
    /// It could not be stored.
    Not,
    /// It was stored, but the confirmation failed.
    Unsaid,
    /// The disk takes its time: other things happen first.
    Late,
}

/// What becomes of what is leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    Well,
    /// Reported as failed, though all of it left.
    All,
    /// All but the last byte left.
    Short,
    Nothing,
}

/// What a power cut leaves of a record that is being stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Torn {
    Nothing,
    Half,
    All,
}
