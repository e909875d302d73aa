//! Shared keys: derived from a passphrase once, wiped when they are dropped.

use core::fmt;

use aes::Aes256;
use hmac::{Hmac, KeyInit};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::limits;

/// Adyen docs: protect local communications.
const SALT: &[u8] = b"AdyenNexoV1Salt";
const ROUNDS: u32 = 4000;

const MAC_KEY: usize = 32;
const CIPHER_KEY: usize = 32;
const VECTOR: usize = 16;

/// Bytes that a passphrase is stretched to: the authentication key (32), the cipher key (32), the initialisation vector
/// (16), in this order.
pub const DERIVED: usize = MAC_KEY + CIPHER_KEY + VECTOR;

/// The words that a till and its terminals share. Wiped when dropped.
pub struct Passphrase {
    bytes: Zeroizing<[u8; limits::PASSPHRASE]>,
    length: usize,
}

impl Passphrase {
    /// Takes a passphrase of ASCII characters.
    ///
    /// The client libraries turn other characters into bytes in different ways, so such a key would open messages of
    /// one library only.
    ///
    /// # Errors
    /// It is empty, longer than [`limits::PASSPHRASE`], or not ASCII.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        if !text.is_ascii() {
            return Err(KeyError::PassphraseNotAscii);
        }
        if text.is_empty() || text.len() > limits::PASSPHRASE {
            return Err(KeyError::PassphraseLength(text.len()));
        }
        let mut bytes = Zeroizing::new([0; limits::PASSPHRASE]);
        bytes.iter_mut().zip(text.bytes()).for_each(|(to, byte)| *to = byte);
        Ok(Self { bytes, length: text.len() })
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Passphrase(***)")
    }
}

/// A key with the name and the version by which messages refer to it.
///
/// What it was derived to is wiped when it is dropped. Moving it leaves a copy where it was, as with every value: make
/// it where it stays.
pub struct Key {
    identifier: heapless::String<{ limits::KEY_IDENTIFIER }, u8>,
    version: u32,
    pub(super) derived: Derived,
}

impl Key {
    /// Derives the key: PBKDF2 with 4000 rounds of HMAC-SHA1.
    ///
    /// That is the work of hashing two megabytes; do it once, at set-up, never for a message.
    ///
    /// ```
    /// use opi_core::nexo::envelope::{Key, Passphrase};
    ///
    /// // `keyIdentifier`, `keyVersion` and `passphrase` of a key file.
    /// let key = Key::derive("mykey", 1, &Passphrase::new("mysupersecretpassphrase")?)?;
    /// assert_eq!(format!("{key:?}"), r#"Key { identifier: "mykey", version: 1, derived: *** }"#);
    /// # Ok::<_, opi_core::nexo::envelope::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// The identifier is empty or longer than [`limits::KEY_IDENTIFIER`].
    pub fn derive(identifier: &str, version: u32, passphrase: &Passphrase) -> Result<Self, KeyError> {
        let mut derived = Zeroizing::new([0; DERIVED]);
        pbkdf2::pbkdf2::<Hmac<Sha1>>(passphrase.as_bytes(), SALT, ROUNDS, derived.as_mut_slice())
            .map_err(|_| KeyError::PassphraseLength(passphrase.length))?;
        Self::from_derived(identifier, version, &derived)
    }

    /// Takes what a passphrase was derived to elsewhere, for a machine to which 4000 rounds are too many at each start.
    ///
    /// # Errors
    /// The identifier is empty or longer than [`limits::KEY_IDENTIFIER`].
    pub fn from_derived(identifier: &str, version: u32, derived: &[u8; DERIVED]) -> Result<Self, KeyError> {
        let identifier = heapless::String::try_from(identifier)
            .ok()
            .filter(|identifier| !identifier.is_empty())
            .ok_or(KeyError::IdentifierLength(identifier.len()))?;
        Ok(Self { identifier, version, derived: Derived::split(derived) })
    }

    /// The name by which messages refer to the key.
    #[must_use]
    pub fn identifier(&self) -> &str {
        self.identifier.as_str()
    }

    /// Counts up when the passphrase of a name is changed.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Key")
            .field("identifier", &self.identifier())
            .field("version", &self.version)
            .field("derived", &format_args!("***"))
            .finish()
    }
}

/// The three keys of one derivation, ready for use.
pub(super) struct Derived {
    /// Knows the authentication key, and has hashed nothing else.
    pub(super) mac: Hmac<Sha256>,
    pub(super) cipher: Aes256,
    pub(super) vector: Zeroizing<[u8; VECTOR]>,
}

const fn is_wiped<T: ZeroizeOnDrop>() {}
const _: () = {
    // All that an `Hmac` is made of.
    is_wiped::<Sha256>();
    is_wiped::<Aes256>();
};

impl Derived {
    fn split(derived: &[u8; DERIVED]) -> Self {
        // A key shorter than a block of the hash is filled up with zeros (RFC 2104).
        let mut mac = Zeroizing::new([0; 64]);
        let mut cipher = Zeroizing::new([0; CIPHER_KEY]);
        let mut vector = Zeroizing::new([0; VECTOR]);
        let places = mac.iter_mut().take(MAC_KEY).chain(cipher.iter_mut()).chain(vector.iter_mut());
        places.zip(derived).for_each(|(to, byte)| *to = *byte);
        Self { mac: Hmac::new((&*mac).into()), cipher: Aes256::new((&*cipher).into()), vector }
    }
}

/// Sixteen random bytes for one message; whoever seals brings them, since the core has no randomness.
///
/// The same nonce for two messages shows whether they begin alike. So it is used up by sealing and cannot be copied.
#[derive(Debug, PartialEq, Eq)]
pub struct Nonce(pub(super) [u8; VECTOR]);

impl Nonce {
    /// Takes bytes from a good random source, for one message only.
    #[must_use]
    pub const fn new(random: [u8; VECTOR]) -> Self {
        Self(random)
    }
}

/// Why a key cannot be made. The one who configures it is at fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// The identifier has so many bytes.
    IdentifierLength(usize),
    /// The passphrase has so many bytes.
    PassphraseLength(usize),
    /// The passphrase has a character outside of ASCII.
    PassphraseNotAscii,
}

impl fmt::Display for KeyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdentifierLength(length) => {
                write!(out, "the key identifier has {length} bytes instead of 1 to {}", limits::KEY_IDENTIFIER)
            }
            Self::PassphraseLength(length) => {
                write!(out, "the passphrase has {length} bytes instead of 1 to {}", limits::PASSPHRASE)
            }
            Self::PassphraseNotAscii => out.write_str("the passphrase has characters outside of ascii"),
        }
    }
}

impl core::error::Error for KeyError {}
