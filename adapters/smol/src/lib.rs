//! opi-core over smol.
