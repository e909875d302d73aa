//! Amounts: minor units and a currency.

use core::ffi::c_char;

use opi_core::money::{Currency, Money as CoreMoney};

use crate::border::{Str, give, guard, look, status, tell};
use crate::status::Status;

/// An amount of money. No amount has a currency of four zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Money {
    /// Minor units (cents, rappen).
    pub minor: u64,
    /// The code of ISO 4217 in upper case, and a zero.
    pub currency: [c_char; 4],
}

impl Money {
    pub(crate) const NONE: Self = Self { minor: 0, currency: [0; 4] };

    /// The amount, if there is one.
    pub(crate) fn get(&self) -> Result<Option<CoreMoney>, Status> {
        let [first, second, third, end] = self.currency.map(c_char::to_ne_bytes).map(|[byte]| byte);
        if first == 0 {
            return Ok(None);
        }
        if end != 0 {
            return Err(Status::Currency);
        }
        let code = [first, second, third];
        let code = core::str::from_utf8(&code).map_err(|_| Status::Currency)?;
        Ok(Some(CoreMoney::from_minor(self.minor, Currency::new(code)?)))
    }

    /// The amount that has to be there.
    pub(crate) fn needed(&self) -> Result<CoreMoney, Status> {
        self.get()?.ok_or(Status::Amount)
    }
}

impl From<CoreMoney> for Money {
    fn from(money: CoreMoney) -> Self {
        let mut currency = [0; 4];
        for (to, from) in currency.iter_mut().zip(money.currency().code().bytes()) {
            *to = c_char::from_ne_bytes([from]);
        }
        Self { minor: money.minor(), currency }
    }
}

impl From<Option<CoreMoney>> for Money {
    fn from(money: Option<CoreMoney>) -> Self {
        money.map_or(Self::NONE, Self::from)
    }
}

/// Reads an amount such as `25.00` and a currency such as `CHF`, exactly: fewer decimals than the currency has are read,
/// more only if they are zeros.
///
/// # Safety
/// The texts are readable; `money` has room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_money_parse(amount: Str, currency: Str, money: *mut Money) -> Status {
    status(|| {
        // SAFETY: the caller's promise.
        let (amount, currency) = unsafe { (amount.needed()?, currency.needed()?) };
        let parsed = CoreMoney::parse(amount, Currency::new(currency)?)?;
        // SAFETY: the caller's promise.
        unsafe { give(money, parsed.into()) }
    })
}

/// Writes an amount such as `25.00 CHF` and a zero behind it, as much as has room; how many bytes the whole text has.
/// No amount is an empty text.
///
/// # Safety
/// `money` is readable; `to` has room for `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_money_text(money: *const Money, to: *mut c_char, size: usize) -> usize {
    guard(0, || {
        // SAFETY: the caller's promise.
        let money = unsafe { look(money) }.ok().and_then(|money| money.get().ok()).flatten();
        let text: &dyn core::fmt::Display = money.as_ref().map_or(&"", |money| money);
        // SAFETY: the caller's promise.
        unsafe { tell(text, to, size) }
    })
}

/// Writes a text with the card numbers in it masked, and a zero behind it, as much as has room; how many bytes the whole
/// text has. For everything that is logged or shown and came from the terminal.
///
/// # Safety
/// The text is readable; `to` has room for `size` bytes and does not overlap with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_mask(text: Str, to: *mut c_char, size: usize) -> usize {
    guard(0, || {
        // SAFETY: the caller's promise.
        let text = unsafe { text.get() }.ok().flatten().unwrap_or_default();
        // SAFETY: the caller's promise.
        unsafe { tell(&opi_core::secret::Masked(text), to, size) }
    })
}
