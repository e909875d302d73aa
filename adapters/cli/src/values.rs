//! Values on the command line: amounts, identifiers, places, times.

use std::time::Duration;

use opi_core::id::{Reference, RequestId, WorkstationId};
use opi_core::money::{Currency, Money, MoneyError};

pub(crate) fn money(text: &str, currency: Currency) -> Result<Money, String> {
    let money = Money::parse(text, currency).map_err(|why| match why {
        MoneyError::TooPrecise => format!("amount '{text}': {currency} has {} decimals", currency.exponent()),
        why => format!("amount '{text}': {why}"),
    })?;
    if money.minor() == 0 { Err(format!("amount '{text}': nothing to move")) } else { Ok(money) }
}

pub(crate) fn currency(text: &str) -> Result<Currency, MoneyError> {
    Currency::new(&text.to_ascii_uppercase())
}

pub(crate) fn workstation(text: &str) -> Result<WorkstationId, String> {
    WorkstationId::new(text).map_err(|why| why.to_string())
}

pub(crate) fn request(text: &str) -> Result<RequestId, String> {
    let number = text.parse().map_err(|_| "not a number".to_owned())?;
    RequestId::new(number).map_err(|why| why.to_string())
}

pub(crate) fn reference(text: &str) -> Result<Reference, String> {
    Reference::new(text).map_err(|why| why.to_string())
}

/// `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address; whether the host exists is found out later.
pub(crate) fn host(text: &str) -> Result<String, &'static str> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, behind)) => (host, Some(behind.strip_prefix(':').ok_or("only :PORT may follow the bracket")?)),
        // An IPv6 address without brackets has no port.
        None if text.matches(':').count() > 1 => (text, None),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err("a host is missing");
    }
    match port.map(str::parse::<u16>) {
        None | Some(Ok(1..)) => Ok(text.into()),
        Some(_) => Err("a port is a number from 1 to 65535"),
    }
}

pub(crate) fn language(text: &str) -> Result<String, &'static str> {
    let two_letters = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if two_letters { Ok(text.to_ascii_lowercase()) } else { Err("two letters, such as de") }
}

pub(crate) fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds")?;
    // A day: beyond it a limit is none, and it must not overflow a clock.
    let usable = (0.001..=86_400.0).contains(&seconds);
    Duration::try_from_secs_f64(seconds).ok().filter(|_| usable).ok_or("0.001 to 86400 seconds")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    #[test]
    fn a_host_may_have_a_port() {
        for good in
            ["pos-1", "pos-1.example:4100", "192.0.2.1", "192.0.2.1:1", "::1", "fe80::1%2", "[::1]", "[::1]:4100"]
        {
            assert_eq!(super::host(good).as_deref(), Ok(good));
        }
        for bad in
            ["", ":4100", "pos 1", "pos-1:", "pos-1:0", "pos-1:65536", "pos-1:+1x", "[]:1", "[::1]4100", "[::1]:"]
        {
            assert!(super::host(bad).is_err(), "{bad}");
        }
    }
}
