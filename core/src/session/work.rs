//! What a session is at: a request, or a person's decision about one that is over. Never both.

use crate::journal::Resolution;

/// What a session is at.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // There is one in a session.
// Asked for in many places, and short to ask for.
#[cfg_attr(not(target_pointer_width = "64"), repr(u8))]
pub(crate) enum Work<R> {
    Rest,
    /// The request in progress.
    Request(R),
    /// A person's decision, which is being stored.
    Decision(Resolution),
}

impl<R: Default> Work<R> {
    /// Begins a request: `fill` says what it is, where it stays. It is large.
    pub(crate) fn begin(&mut self, fill: impl FnOnce(&mut R)) {
        self.renew();
        if let Self::Request(request) = self {
            fill(request);
        }
    }

    #[inline(never)] // One function for all that fills.
    fn renew(&mut self) {
        *self = Self::Request(R::default());
    }
}

impl<R> Work<R> {
    /// The request in progress.
    pub(crate) const fn as_ref(&self) -> Option<&R> {
        if let Self::Request(request) = self { Some(request) } else { None }
    }

    /// The request in progress.
    pub(crate) const fn as_mut(&mut self) -> Option<&mut R> {
        if let Self::Request(request) = self { Some(request) } else { None }
    }

    /// The decision is stored, or not, and of no more use.
    pub(crate) fn forget_decision(&mut self) {
        if self.decision().is_some() {
            *self = Self::Rest;
        }
    }

    /// The decision that is being stored.
    pub(crate) const fn decision(&self) -> Option<&Resolution> {
        if let Self::Decision(resolution) = self { Some(resolution) } else { None }
    }
}
