//! Whose callback is it? Several lanes may share one listening port (Nexi proxy).

use super::message::{Decoder, Part};
use crate::frame;
use crate::id::Id;
use crate::limits;
use crate::xml::Tolerance;

/// Whose a connection is, by what came first on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Routed {
    /// The first message does not say yet.
    Incomplete,
    /// It is for this lane.
    Lane(Id<{ limits::WORKSTATION_ID }>),
    /// It names no lane.
    Unnamed,
    /// It is no message.
    Nobody,
}

/// Reads the lane from the first bytes of a connection, frame header included.
#[must_use]
pub fn workstation_of(bytes: &[u8]) -> Routed {
    let mut frames = frame::Decoder::default();
    let mut rest = bytes;
    let piece = match frames.next(&mut rest) {
        Ok(Some(piece)) => piece,
        Ok(None) => return Routed::Incomplete,
        Err(_) => return Routed::Nobody,
    };
    let mut decoder = Decoder::new(Tolerance::FIELD);
    let mut payload = piece.bytes;
    match decoder.next(&mut payload, piece.is_last()) {
        Ok(Some(Part::Header(header))) => match &header.workstation_id {
            Some(lane) => Routed::Lane(lane.clone()),
            None => Routed::Unnamed,
        },
        Ok(None) => Routed::Incomplete,
        Ok(Some(_)) | Err(_) => Routed::Nobody,
    }
}
