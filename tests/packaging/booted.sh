#!/bin/sh
# SPDX-License-Identifier: MIT
# A system with systemd is booted, and confab installed, run, upgraded, moved and
# removed there with the README's own commands: what "inside" does.
#
# Usage: booted.sh SOURCE BUILD
set -eu

grep -q '^prefix = /usr$' "$2/Makefile" || {
	echo "SKIP: $2 is configured for another prefix than the README's /usr"
	exit 0
}
exec sh "$1/tests/packaging/boot" inside "$1" "$2"
