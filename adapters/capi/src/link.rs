//! Connections as numbers, so that C can count and index by them.

use opi_core::drive::Link;

use crate::status::Status;

/// The connection of the request in progress and its answer: channel 0.
pub const OPI_LINK_REQUEST: u32 = 0;

/// Channel 0 once more: an abort beside the request in progress.
pub const OPI_LINK_ABORT: u32 = 1;

/// Channel 1: the first of the connections that the terminal opens. The others follow.
pub const OPI_LINK_DEVICE: u32 = 2;

/// Connections that a terminal may hold open on channel 1 at one time. One is what terminals use; a new one may come
/// before the end of the old one is seen.
pub const OPI_DEVICE_LINKS: usize = 2;

/// All connections of a session: links are the numbers below this.
pub const OPI_LINKS: usize = 2 + OPI_DEVICE_LINKS;

/// No connection.
pub const OPI_LINK_NONE: u32 = u32::MAX;

pub(crate) fn link(code: u32) -> Result<Link, Status> {
    match code {
        OPI_LINK_REQUEST => Ok(Link::Request),
        OPI_LINK_ABORT => Ok(Link::Abort),
        // The session knows how many there are.
        device => u8::try_from(device - OPI_LINK_DEVICE).map(Link::Device).map_err(|_| Status::WrongLink),
    }
}

pub(crate) fn code(link: Link) -> u32 {
    match link {
        Link::Request => OPI_LINK_REQUEST,
        Link::Abort => OPI_LINK_ABORT,
        Link::Device(slot) => OPI_LINK_DEVICE + u32::from(slot),
    }
}
