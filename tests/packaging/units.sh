#!/bin/sh
# SPDX-License-Identifier: MIT
# systemd takes the units as they are, and rates how little they may do.
#
# Usage: units.sh SOURCE BUILD
set -eu

command -v systemd-analyze >/dev/null 2>&1 || {
	echo 'SKIP: there is no systemd-analyze here'
	exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

for template in "$1"/packaging/systemd/confab*.in; do
	unit=$(basename "$template" .in)
	sh "$1/packaging/fill" "$template" bindir="$2" pkglibexecdir="$2" \
	    confdir=/etc/confab statedir=/var/lib/confab rundir=/run/confab \
	    socket=/run/confab/fcgi.sock nginxgroup=www-data >"$work/$unit"
done

for unit in service socket; do
	sed "s,=[^ ]*/\(confabctl\|confab\.fcgi\) ,=$2/\1 ," \
	    "$2/packaging/systemd/confab@.$unit" >"$work/confab@1.$unit"
done
grep -q -- '--instance %i$' "$work/confab@1.service"
grep -q '^Requires=confab@%i.socket$' "$work/confab@1.service"
grep -q '^ListenStream=.*/%i.sock$' "$work/confab@1.socket"

# complaints UNIT: what verify says of it; what it says of other units of this
# machine is not about ours.
complaints() {
	SYSTEMD_UNIT_PATH="$work:" systemd-analyze verify "./$1" 2>&1 |
	    grep -F "$1" | grep -v -e 'Failed to prepare filename' \
	    -e 'not found\.$' -e "Command 'man "
}
cd "$work"
for unit in confab*; do
	! complaints "$unit" || {
		echo "$unit: the above is wrong"
		exit 1
	}
done
{ cat confab.socket && echo 'Nonsense=yes'; } >confab-wrong.socket
complaints confab-wrong.socket >/dev/null || {
	echo 'verify notices nothing'
	exit 1
}

# rated UNIT TENTHS: no more exposed than that.
rated() {
	systemd-analyze security --offline=true --no-pager "./$1" \
	    >"$work/.said" 2>&1 || true
	grep 'Overall exposure' "$work/.said" || {
		echo "SKIP: this systemd-analyze cannot rate a file"
		return 0
	}
	level=$(sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\) .*/\1/p' \
	    "$work/.said" | tr -d .)
	[ "$level" -le "$2" ] || {
		cat "$work/.said"
		echo "$1 may do too much: $level tenths, at most $2"
		exit 1
	}
}
rated confab.service 15
rated confab@1.service 15
rated confab-doctor.service 30
