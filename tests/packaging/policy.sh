#!/bin/sh
# SPDX-License-Identifier: MIT
# quickstarts that install at once: services stay forbidden until the last of
# them is done, and then nothing is left.
#
# Usage: policy.sh SOURCE BUILD
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
lib=$1/packaging/lib.sh
mkdir "$work/sbin"

fail() {
	echo "$*"
	exit 1
}

# install NAME: forbids, says so, and allows when told to.
install() (
	# shellcheck source=packaging/lib.sh
	. "$lib"
	# shellcheck disable=SC2034 # lib.sh asks for it
	policy=$work/sbin/policy-rc.d
	forbid_services
	: >"$work/$1.began"
	until [ -e "$work/$1.go" ]; do sleep 0.05; done
	allow_services
	: >"$work/$1.ended"
)
wait_for() {
	tries=200
	until [ -e "$work/$1" ]; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || fail "no $1"
		sleep 0.05
	done
}

install first &
wait_for first.began
install second &
wait_for second.began
status=0
"$work/sbin/policy-rc.d" || status=$?
[ "$status" = 101 ] || fail "the policy says $status"
: >"$work/first.go"
wait_for first.ended
[ -x "$work/sbin/policy-rc.d" ] || fail 'gone while the second installs'
: >"$work/second.go"
wait_for second.ended
wait
[ -z "$(ls -A "$work/sbin")" ] || fail "left behind: $(ls -A "$work/sbin")"

# Somebody else's policy is neither changed nor removed.
echo '# the administrator'"'"'s' >"$work/sbin/policy-rc.d"
: >"$work/third.go"
install third
[ "$(cat "$work/sbin/policy-rc.d")" = '# the administrator'"'"'s' ] ||
    fail "somebody else's policy was changed"
[ "$(ls -A "$work/sbin")" = policy-rc.d ] || fail 'a lock was left behind'
echo 'the last one opens the door'
