//! Bytes to ciphertext and back: AES-256-CBC under a vector of its own for each message, and HMAC-SHA256 over the
//! plaintext (Adyen docs: protect local communications).
//!
//! The authentication code covers the plaintext and not the ciphertext, so a receiver has to decrypt and unpad before
//! it can know that anything is genuine. Whoever could tell bad padding from a bad code, by an answer or by a clock, could
//! decrypt a message byte by byte. Therefore both are one refusal, and the work done depends on the length of the
//! ciphertext alone.

use core::fmt;

use aes::Aes256;
use base64ct::{Base64, Encoding};
use cbc::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit};
use hmac::Mac;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::key::{Key, Nonce};
use crate::proof::{Mistake, mistake};

/// A block of the cipher.
const BLOCK: usize = 16;

/// An authentication code.
pub(super) const CODE: usize = 32;

/// Base64 of a [`Nonce`], of a code.
pub(super) const NONCE_TEXT: usize = 24;
pub(super) const CODE_TEXT: usize = 44;

/// Three blocks are what base64 makes whole characters of, so a ciphertext can be written piece by piece.
const GROUP: usize = 3 * BLOCK;
const GROUP_TEXT: usize = 4 * BLOCK;

/// A plaintext that shows as the base64 of its ciphertext, encrypted piece by piece.
pub(super) struct Sealed<'a> {
    pub(super) key: &'a Key,
    pub(super) nonce: &'a Nonce,
    pub(super) plaintext: &'a [u8],
}

impl fmt::Display for Sealed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cipher = cbc::Encryptor::inner_iv_init(&self.key.derived.cipher, &vector(self.key, self.nonce));
        let (groups, tail) = self.plaintext.as_chunks::<GROUP>();
        for group in groups {
            let mut group = *group;
            let (blocks, _) = Array::slice_as_chunks_mut(&mut group);
            cipher.encrypt_blocks(blocks);
            out.write_str(base64(&group, &mut [0; GROUP_TEXT]))?;
        }
        // The padding says its own length in each of its bytes; a plaintext of whole blocks gets one more (PKCS #7).
        let padding = BLOCK - tail.len() % BLOCK;
        let mut last = [u8::try_from(padding).unwrap_or_default(); GROUP];
        last.iter_mut().zip(tail).for_each(|(to, byte)| *to = *byte);
        let last = last.get_mut(..tail.len() + padding).unwrap_or_default();
        let (blocks, _) = Array::slice_as_chunks_mut(last);
        cipher.encrypt_blocks(blocks);
        out.write_str(base64(last, &mut [0; GROUP_TEXT]))
    }
}

/// The authentication code of a plaintext.
pub(super) fn code(key: &Key, plaintext: &[u8]) -> [u8; CODE] {
    let mut code = key.derived.mac.clone();
    code.update(plaintext);
    code.finalize().into_bytes().into()
}

/// Base64 of bytes for which the room is enough.
pub(super) fn base64<'b>(bytes: &[u8], room: &'b mut [u8]) -> &'b str {
    Base64::encode(bytes, room).unwrap_or_default()
}

/// Decrypts in place. Gives the length of the plaintext; `None` if the padding or the code is wrong, after the same work.
///
/// Nothing is given out of a refused text, but it stands decrypted in `text`: the caller wipes it.
pub(super) fn open(key: &Key, nonce: &Nonce, code: &[u8; CODE], text: &mut [u8]) -> Option<usize> {
    let (blocks, rest) = Array::slice_as_chunks_mut(text);
    if !rest.is_empty() {
        return None;
    }
    cbc::Decryptor::inner_iv_init(&key.derived.cipher, &vector(key, nonce)).decrypt_blocks(blocks);

    let (before, last) = text.split_last_chunk::<BLOCK>()?;
    // The work of hashing depends on the length of what is hashed, and that length is in the padding, which an attacker
    // tries out. So the code is computed for every length the plaintext could have, whatever the padding is.
    let mut hashed = key.derived.mac.clone();
    hashed.update(before);
    let mut genuine = Choice::from(0);
    let mut padding = 0u8;
    for (said, byte) in (1..=16).rev().zip(last) {
        let well_padded =
            last.iter().rev().take(said.into()).fold(Choice::from(1), |all, byte| all & byte.ct_eq(&said));
        let any_code = Choice::from(u8::from(mistake(Mistake::EnvelopeBelievesAnyCode)));
        let this = well_padded & (any_code | hashed.clone().finalize().into_bytes().as_slice().ct_eq(code));
        padding.conditional_assign(&said, this);
        genuine |= this;
        hashed.update(&[*byte]);
    }
    text.len().checked_sub(padding.into()).filter(|_| genuine.into())
}

fn vector(key: &Key, nonce: &Nonce) -> cbc::cipher::Block<Aes256> {
    let mut mixed = *key.derived.vector;
    mixed.iter_mut().zip(nonce.0).for_each(|(to, byte)| *to ^= byte);
    mixed.into()
}
