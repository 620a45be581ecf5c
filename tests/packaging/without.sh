#!/bin/sh
# SPDX-License-Identifier: MIT
# Without the libraries that may be missing, worker and confabctl are built all
# the same, are linked to none of them, and say what cannot be done.
#
# Usage: without.sh SOURCE BUILD
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

{
	"$1/configure" --quiet --enable-werror --without-valkey \
	    --without-oath --without-cbor --without-qrencode CFLAGS=-O1 &&
	make -s -j"$(nproc)" confab.fcgi confabctl
} >log 2>&1 || {
	tail -n 20 log
	exit 1
}
for program in confab.fcgi confabctl; do
	ldd "$program" >libraries
	if grep -E 'hiredis|oath|cbor|qrencode' libraries; then
		echo "$program is linked to what it was built without"
		exit 1
	fi
done

# A setting that wants one is refused by its name, and by nobody else.
touch users
printf '%s\n' 'users_file = users' 'secret_file = secret' \
    'provider "demo" { kind = demo }' >confab.conf
./confabctl --config "$work/confab.conf" secret new >/dev/null
refuses() {
	{ cat confab.conf; echo "$1"; } >wants.conf
	if ./confabctl --config "$work/wants.conf" check >said 2>&1 ||
	    ! grep -q "$2" said; then
		cat said
		echo "not refused as it should be: $1"
		exit 1
	fi
}
refuses 'state { valkey = "127.0.0.1:6379" }' 'built without hiredis'
refuses 'second_factor = optional' 'second_factor must be off: this program was built'
