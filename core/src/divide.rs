//! Large numbers divided by small ones. The division of 64 bits has a kilobyte where a processor has 32.

/// The quotient and the remainder.
#[cfg(target_pointer_width = "64")]
#[inline]
pub(crate) const fn divide<const BY: u16>(number: u64) -> (u64, u16) {
    const { assert!(BY > 0) };
    let [low, high, ..] = (number % BY as u64).to_le_bytes();
    (number / BY as u64, u16::from_le_bytes([low, high]))
}

/// The quotient and the remainder.
#[cfg(not(target_pointer_width = "64"))]
#[inline]
pub(crate) const fn divide<const BY: u16>(number: u64) -> (u64, u16) {
    const { assert!(BY > 0) };
    by_steps(number, BY as u32)
}

/// In four steps of 16 bits.
#[cfg(not(target_pointer_width = "64"))]
#[inline(never)]
const fn by_steps(number: u64, by: u32) -> (u64, u16) {
    let (mut rest, mut quotient, mut left) = (number, 0, 0_u32);
    let mut step = 0;
    while step < 4 {
        let [.., low, high] = rest.to_le_bytes();
        rest <<= 16;
        // Less than 2^32, since what is left of the step before is less than the divisor.
        let part = left << 16 | u16::from_le_bytes([low, high]) as u32;
        let Some(times) = part.checked_div(by) else { return (0, 0) };
        quotient = quotient << 16 | times as u64;
        left = part - times * by;
        step += 1;
    }
    let [low, high, ..] = left.to_le_bytes();
    (quotient, u16::from_le_bytes([low, high]))
}
