#!/bin/sh
# SPDX-License-Identifier: MIT
# The bundle for shared hosting, by its README, step for step: set up on one
# machine, uploaded as FTP does, and served by an Apache with suEXEC that lets an
# account have 15 processes. What "inside-shared" does in a system that is booted.
#
# Usage: shared.sh SOURCE BUILD [BUNDLE.tar.gz]
set -eu

for file in /usr/sbin/apache2 /usr/lib/apache2/suexec-custom; do
	[ -e "$file" ] || {
		echo "SKIP: there is no $file here"
		exit 0
	}
done
# nspawn puts a /tmp of its own over that.
work=$(mktemp -d /var/tmp/confab-shared.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
if [ -n "${3:-}" ]; then
	cp "$3" "$work/bundle.tar.gz"
else
	sh "$1/packaging/shared-hosting/bundle" "$1" "$2" "$work/bundle.tar.gz" \
	    >/dev/null
fi
sh "$1/tests/packaging/boot" inside-shared "$1" "$work"
