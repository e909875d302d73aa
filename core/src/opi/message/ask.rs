//! The requests of a till, written without collecting first what else the two messages may hold.

use super::encode::{EncodeError, MessageWriter, Style};
use super::header::{Header, Kind};
use super::payment::{OriginalTransaction, PosData, TotalAmount};
use crate::xml::Writer;

/// A `CardServiceRequest` or a `ServiceRequest` by its parts. Which of the two its header says.
pub(crate) struct Ask {
    pub(crate) header: Header,
    pub(crate) pos_data: PosData,
    pub(crate) original: Option<OriginalTransaction>,
    pub(crate) total: Option<TotalAmount>,
}

impl Ask {
    pub(crate) fn new(kind: Kind) -> Self {
        let header = Header { kind, ..Header::default() };
        Self { header, pos_data: PosData::default(), original: None, total: None }
    }

    /// Writes the message as XML into `out` and says how long it is. `private` writes what stands in `PrivateData`.
    pub(crate) fn encode(
        &self,
        style: &Style,
        out: &mut [u8],
        private: Option<&dyn Fn(&mut Writer<'_>)>,
    ) -> Result<usize, EncodeError> {
        let mut writer = MessageWriter::new(style, out);
        writer.begin(self.header.kind, &self.header);
        writer.amounts_like(self.total.as_ref());
        writer.record(&self.pos_data);
        writer.records(&self.original);
        writer.records(&self.total);
        if let Some(private) = private {
            writer.element("PrivateData", private);
        }
        writer.finish()
    }
}
