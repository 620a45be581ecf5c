# SPDX-License-Identifier: MIT
# confab for nixpkgs, from a release tarball, which carries the page's parts:
#	nix-build -E 'with import <nixpkgs> {}; callPackage ./. { src = ./confab-0.1.0.tar.xz; }'
{ lib, stdenv, pkg-config, brotli, curl, fcgi, json_c, libargon2, libconfuse
, libqrencode, libuv, libxcrypt, oath-toolkit, openssl, cmocka, src }:

stdenv.mkDerivation {
  pname = "confab";
  version = "0.1.0";
  inherit src;

  nativeBuildInputs = [ pkg-config brotli ];
  buildInputs = [ curl fcgi json_c libargon2 libconfuse libqrencode libuv
    libxcrypt oath-toolkit openssl ];
  checkInputs = [ cmocka ];
  doCheck = true;
  enableParallelBuilding = true;

  configureFlags = [
    "--sysconfdir=/etc"
    "--localstatedir=/var"
    "--with-nginx-group=nginx"
    "--with-systemdsystemunitdir=${placeholder "out"}/lib/systemd/system"
    "NPM=:"
    "NODE=:"
  ];
  # What belongs to a host stays out of the store.
  installFlags = [ "confdir=${placeholder "out"}/etc/confab" ];

  meta = {
    description = "Private web chat with language models, behind nginx";
    license = with lib.licenses; [ mit bsd3 asl20 ofl bsd2 isc mpl20 ];
    platforms = lib.platforms.unix;
  };
}
