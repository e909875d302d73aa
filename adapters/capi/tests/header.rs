//! The committed header is that of these sources.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

#[test]
fn the_header_is_that_of_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let mut made = Vec::new();
    let header = cbindgen::Builder::new().with_config(config).with_src(root.join("src/lib.rs")).generate();
    header.unwrap().write(&mut made);
    let (made, path) = (String::from_utf8(made).unwrap(), root.join("include/opi.h"));
    if std::env::var_os("OPI_HEADER").is_some_and(|wish| wish == "write") {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(made == committed, "include/opi.h is stale: OPI_HEADER=write cargo test -p opi-capi --test header");
}
