//! `[4-byte big-endian length][payload]`.
