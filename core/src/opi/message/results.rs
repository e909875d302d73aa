//! What became of the outputs of a device request, in little memory.

use super::reply::Verdict;
use super::vocabulary::DeviceTarget;
use super::words::{self, END};
use crate::limits;

/// One result for each output, in order (I7). Listed devices are kept as numbers, other words once.
#[derive(Clone, Debug, Default)]
pub struct Results {
    results: heapless::Vec<(DeviceName, Verdict), { limits::OUTPUTS }, u8>,
    /// Words that are not listed, each with an end that no word has: XML cannot carry it.
    words: heapless::String<{ limits::UNLISTED_DEVICES }, u8>,
}

/// A device, as [`Results`] knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceName(u8);

/// Behind all numbers of listed words.
const UNLISTED: u8 = 0x80;

impl DeviceName {
    /// That of a listed device, for constants: a device that may be any word takes more bytes than its name.
    #[must_use]
    pub const fn of(listed: &DeviceTarget) -> Self {
        Self(listed.place())
    }
}

impl Results {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { results: heapless::Vec::new(), words: heapless::String::new() }
    }

    /// Keeps the name of a device, if there is room for it.
    pub fn device(&mut self, target: &DeviceTarget) -> Option<DeviceName> {
        target.number().or_else(|| Some(UNLISTED | self.word(target.as_str())?)).map(DeviceName)
    }

    /// The number of a word that is not listed.
    fn word(&mut self, word: &str) -> Option<u8> {
        if let Some(known) = words::place(&self.words, |known| known == word) {
            return u8::try_from(known).ok();
        }
        if word.len() >= self.words.capacity() - self.words.len() {
            return None;
        }
        let number = self.words.bytes().filter(|byte| *byte == END).count();
        // There is room, as was seen.
        let _ = self.words.push_str(word).and_then(|()| self.words.push(char::from(END)));
        u8::try_from(number).ok()
    }

    /// The word of a device on the wire.
    #[must_use]
    pub fn name(&self, device: DeviceName) -> &str {
        let listed = DeviceTarget::numbered(device.0);
        listed.unwrap_or_else(|| words::at(&self.words, usize::from(device.0 & !UNLISTED)))
    }

    /// Adds the result of an output; `false` if there is no room for it.
    pub fn push(&mut self, target: &DeviceTarget, verdict: Verdict) -> bool {
        self.device(target).is_some_and(|device| self.results.push((device, verdict)).is_ok())
    }

    /// The results, each with the word of its device.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Verdict)> {
        self.results.iter().map(|(device, verdict)| (self.name(*device), *verdict))
    }

    /// Whether an output goes to this listed device.
    #[must_use]
    pub fn has(&self, device: DeviceName) -> bool {
        self.results.iter().any(|(target, _)| *target == device)
    }

    /// Whether the output that was added last goes to this listed device.
    #[must_use]
    pub fn is_last(&self, device: DeviceName) -> bool {
        self.results.last().is_some_and(|(target, _)| *target == device)
    }

    /// The result of the output that was added last.
    pub fn settle_last(&mut self, verdict: Verdict) {
        if let Some((_, last)) = self.results.last_mut() {
            *last = verdict;
        }
    }

    /// The result of all outputs to this listed device.
    pub fn settle_all(&mut self, device: DeviceName, verdict: Verdict) {
        for (target, result) in &mut self.results {
            if *target == device {
                *result = verdict;
            }
        }
    }
}
