//! What the till sent, looked at from outside: frames and their numbers, by text search only.

/// Whole frames at the front of these bytes, and whether there is a piece of another one.
pub(crate) fn frames(mut bytes: &[u8]) -> (Vec<String>, bool) {
    let mut frames = Vec::new();
    while let Some((header, rest)) = bytes.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*header)).unwrap_or(usize::MAX);
        let Some((payload, after)) = rest.split_at_checked(length) else { break };
        frames.push(String::from_utf8_lossy(payload).into_owned());
        bytes = after;
    }
    (frames, !bytes.is_empty())
}

/// A message with the header that says its length.
pub(crate) fn frame(text: &str) -> Vec<u8> {
    let mut bytes = u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// The value of the first attribute of this name.
pub(crate) fn attribute<'t>(message: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = message.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

/// Whether the message asks for money.
pub(crate) fn asks_for_money(message: &str) -> bool {
    message.contains("<CardServiceRequest")
        && attribute(message, "RequestType").is_some_and(|kind| kind == "CardPayment")
}

/// A line for the cashier's display, as a terminal of any dialect writes it.
pub(crate) fn prompt(workstation: &str, number: &str) -> String {
    format!(
        "<DeviceRequest WorkstationID=\"{workstation}\" RequestID=\"{number}\" RequestType=\"Output\">\
         <Output OutDeviceTarget=\"CashierDisplay\"><TextLine>Please wait</TextLine></Output></DeviceRequest>"
    )
}
