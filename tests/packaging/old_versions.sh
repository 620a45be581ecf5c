#!/bin/sh
# SPDX-License-Identifier: MIT
# An upgrade leaves the files that open pages still load: the last version, and
# all that were replaced within 14 days; no more.
#
# Usage: old_versions.sh SOURCE BUILD
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
www=$work/www
mkdir "$www"

fail() {
	echo "$*"
	ls -A "$www"
	exit 1
}

# install VERSION: as a package manager does, with the old one's files removed.
install() {
	sh "$1/packaging/keep-page" save "$www"
	[ -z "${owned:-}" ] || rm -rf "${www:?}/$owned"
	owned=$2
	mkdir -p "$www/$owned"
	echo "$owned" >"$www/$owned/late.js"
	echo "<script src=\"$owned/app.js\">" >"$www/index.html"
	sh "$1/packaging/keep-page" restore "$www"
}
there() {
	[ "$(cat "$www/$1/late.js" 2>/dev/null)" = "$1" ] || fail "no $1"
}

install "$1" v1-a1
[ ! -e "$www/v1-a1/.replaced" ] || fail 'the one in force is marked'
install "$1" v1-b2
there v1-a1
there v1-b2
install "$1" v2-c3
there v1-a1
there v1-b2
# The same again, as a reinstallation: it is in force, and not replaced.
install "$1" v2-c3
there v2-c3
[ ! -e "$www/v2-c3/.replaced" ] || fail 'the one in force is marked'
touch -d '15 days ago' "$www/v1-a1/.replaced"
install "$1" v2-d4
[ ! -e "$www/v1-a1" ] || fail 'v1-a1 was kept for too long'
there v1-b2
there v2-c3
# However old it is, the last one stays.
touch -d '60 days ago' "$www/v1-b2/.replaced"
touch -d '50 days ago' "$www/v2-c3/.replaced"
sh "$1/packaging/keep-page" restore "$www"
[ ! -e "$www/v1-b2" ] || fail 'v1-b2 was kept for too long'
there v2-c3
[ -z "$(find "$www" -name '.kept-*')" ] || fail 'something is left aside'
echo 'open pages find their files'
