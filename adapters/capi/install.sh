#!/bin/sh
# Builds the library and installs it with its header and its pkg-config file:
#
#     adapters/capi/install.sh [PREFIX]        /usr/local if none is given; DESTDIR is put before it
set -eu
prefix=${1:-/usr/local}
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-$PWD/../../target}
to=${DESTDIR:-}$prefix

# A program that was linked with another version of the interface must not start with this one.
abi=$(sed -n 's/^#define OPI_ABI_VERSION //p' include/opi.h)
case $(uname) in
Darwin) name=libopi_capi.dylib soname="-Wl,-install_name,$prefix/lib/libopi_capi.dylib" ;;
*) name=libopi_capi.so.$abi soname="-Wl,-soname,libopi_capi.so.$abi" ;;
esac
# What a program has to link besides the static library is known to the compiler only.
said=$(cargo rustc --release --locked --package opi-capi --lib --crate-type staticlib,cdylib -- \
    --print native-static-libs -C "link-arg=$soname" 2>&1) || { echo "$said" >&2; exit 1; }
static=$(echo "$said" | sed -n 's/^note: native-static-libs: //p' | head -n 1)
version=$(sed -n '/^\[workspace.package\]/,/^\[workspace/ s/^version = "\(.*\)"$/\1/p' ../../Cargo.toml)

install -d "$to/include" "$to/lib/pkgconfig"
install -m 644 include/opi.h "$to/include/opi.h"
install -m 644 "$target/release/libopi_capi.a" "$to/lib/libopi_capi.a"
case $(uname) in
Darwin) install -m 755 "$target/release/libopi_capi.dylib" "$to/lib/$name" ;;
*)
    install -m 755 "$target/release/libopi_capi.so" "$to/lib/$name"
    ln -sf "$name" "$to/lib/libopi_capi.so"
    ;;
esac
sed -e "s|@prefix@|$prefix|" -e "s|@version@|$version|" -e "s|@static@|$static|" opi-capi.pc.in \
    >"$to/lib/pkgconfig/opi-capi.pc"
echo "installed in $to: include/opi.h, lib/libopi_capi.*, lib/pkgconfig/opi-capi.pc"
