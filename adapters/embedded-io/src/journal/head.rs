//! The first words of a half: they make it the active one, so they are written last.

use crc::{CRC_32_ISO_HDLC, Crc};
use opi_core::id::Id;
use opi_core::limits::WORKSTATION_ID;

/// Bytes of a head, before they are filled up to whole words.
pub(super) const BYTES: usize = 64;

/// "OPI journal, layout 1".
const MAGIC: [u8; 4] = *b"OPJ\x01";

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// What the first words of a half say.
pub(super) struct Head {
    /// Of two halves, the one with the larger number is active.
    pub(super) generation: u32,
    /// The lane that the records are of: it may stand in none of them.
    pub(super) workstation: Option<Id<WORKSTATION_ID>>,
}

/// Magic, generation, length of the name, name, checksum.
const NAME: usize = 9;
const CHECKED: usize = NAME + WORKSTATION_ID;

const _: () = assert!(CHECKED + 4 <= BYTES);

impl Head {
    pub(super) fn encode(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let name = self.workstation.as_ref().map_or("", |name| name.as_str());
        let length = [u8::try_from(name.len()).unwrap_or(0)];
        let said = MAGIC.into_iter().chain(self.generation.to_be_bytes()).chain(length).chain(name.bytes());
        bytes.iter_mut().zip(said).for_each(|(to, from)| *to = from);
        let checksum = CRC.checksum(bytes.get(..CHECKED).unwrap_or_default()).to_be_bytes();
        bytes.iter_mut().skip(CHECKED).zip(checksum).for_each(|(to, from)| *to = from);
        bytes
    }

    /// `None` if this is no head, or half of one.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let checked = bytes.get(..CHECKED)?;
        let checksum = bytes.get(CHECKED..)?.first_chunk()?;
        if CRC.checksum(checked) != u32::from_be_bytes(*checksum) {
            return None;
        }
        let (magic, rest) = checked.split_first_chunk::<4>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        let (length, name) = rest.split_first()?;
        let name = core::str::from_utf8(name.get(..usize::from(*length))?).ok()?;
        let workstation = if name.is_empty() { None } else { Some(Id::new(name).ok()?) };
        (*magic == MAGIC).then_some(Self { generation: u32::from_be_bytes(*generation), workstation })
    }
}
