//! The Ethernet controller LAN9118, asked again and again, one frame at a time.

use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;

use crate::hardware::{read, write};

/// A frame, whatever its length, with what the controller adds.
const FRAME: usize = 1536;

// Registers (SMSC, LAN9118 data sheet, chapter 5).
const RX_DATA: usize = 0x00;
const TX_DATA: usize = 0x20;
const RX_STATUS: usize = 0x40;
const TX_STATUS: usize = 0x48;
const TX_CFG: usize = 0x70;
const HW_CFG: usize = 0x74;
const RX_FIFO_INF: usize = 0x7C;
const TX_FIFO_INF: usize = 0x80;
const MAC_COMMAND: usize = 0xA4;
const MAC_DATA: usize = 0xA8;
const BUSY: u32 = 1 << 31;

/// Room for a frame that came in and for one that leaves: on the stack they would be the deepest of it.
pub struct Frames {
    incoming: [u8; FRAME],
    leaving: [u8; FRAME],
}

impl Default for Frames {
    fn default() -> Self {
        Self::new()
    }
}

impl Frames {
    pub const fn new() -> Self {
        Self { incoming: [0; FRAME], leaving: [0; FRAME] }
    }
}

/// The controller, ready.
pub struct Lan9118(&'static mut Frames);

impl Lan9118 {
    pub fn new(address: [u8; 6], frames: &'static mut Frames) -> Self {
        write(HW_CFG, 1);
        while read(HW_CFG) & 1 != 0 {}
        // Five KiB of the buffer for frames that leave.
        write(HW_CFG, 5 << 16);
        let [a, b, c, d, e, f] = address;
        mac(2, u32::from_le_bytes([e, f, 0, 0]));
        mac(3, u32::from_le_bytes([a, b, c, d]));
        write(TX_CFG, 2);
        // Both ways, both duplexes.
        mac(1, 1 << 2 | 1 << 3 | 1 << 20);
        Self(frames)
    }
}

/// Writes a register of the part that is behind two others.
fn mac(register: u32, value: u32) {
    while read(MAC_COMMAND) & BUSY != 0 {}
    write(MAC_DATA, value);
    write(MAC_COMMAND, BUSY | register);
    while read(MAC_COMMAND) & BUSY != 0 {}
}

/// A frame that came in.
pub struct Received<'f>(&'f mut [u8]);

impl Received<'_> {
    /// The frame.
    pub fn bytes(&mut self) -> &mut [u8] {
        self.0
    }
}

/// Leave to send a frame.
pub struct Leaving<'f>(&'f mut [u8; FRAME]);

impl Device for Lan9118 {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Leaving<'a>;

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = 1514;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn receive(&mut self, _: Instant) -> Option<(Received<'_>, Leaving<'_>)> {
        let Frames { incoming, leaving } = &mut *self.0;
        while (read(RX_FIFO_INF) >> 16) & 0xFF > 0 {
            let status = read(RX_STATUS);
            let length = ((status >> 16) & 0x3FFF) as usize;
            for word in 0..length.div_ceil(4) {
                let bytes = read(RX_DATA).to_le_bytes();
                incoming.iter_mut().skip(4 * word).zip(bytes).for_each(|(to, from)| *to = from);
            }
            if status & 1 << 15 == 0 && length <= FRAME {
                let received = incoming.get_mut(..length.saturating_sub(4)).unwrap_or_default();
                return Some((Received(received), Leaving(leaving)));
            }
        }
        None
    }

    fn transmit(&mut self, _: Instant) -> Option<Leaving<'_>> {
        Some(Leaving(&mut self.0.leaving))
    }
}

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, take: F) -> R {
        take(self.0)
    }
}

impl TxToken for Leaving<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, fill: F) -> R {
        let length = length.min(FRAME);
        let bytes = self.0.get_mut(..length).unwrap_or_default();
        let result = fill(bytes);
        while (read(TX_FIFO_INF) >> 16) & 0xFF > 0 {
            read(TX_STATUS);
        }
        // One piece, the first and the last.
        write(TX_DATA, 3 << 12 | length as u32);
        write(TX_DATA, length as u32);
        for word in bytes.chunks(4) {
            let mut whole = [0; 4];
            whole.iter_mut().zip(word).for_each(|(to, from)| *to = *from);
            write(TX_DATA, u32::from_le_bytes(whole));
        }
        result
    }
}
