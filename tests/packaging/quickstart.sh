#!/bin/sh
# SPDX-License-Identifier: MIT
# quickstart: refuses what makes no sense, serves, starts its worker again, and
# leaves nothing behind.
#
# Usage: quickstart.sh SOURCE BUILD
set -eu

quickstart=$1/packaging/quickstart
work=$(mktemp -d)
chmod 755 "$work"
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
	echo "$*"
	[ ! -f "$work/err" ] || tail -n 40 "$work/err"
	exit 1
}

# refused PATTERN OPTION...: it ends with an error that says why, at once.
refused() {
	pattern=$1
	shift
	if TMPDIR=$work timeout 20 "$quickstart" "$@" >"$work/out" 2>"$work/err"
	then
		fail "not refused: $*"
	fi
	grep -q -- "$pattern" "$work/err" || fail "no \"$pattern\" for: $*"
}

mkdir "$work/full"
echo something >"$work/full/file"
echo key >"$work/key"
refused 'takes a number' --port x
refused '1 to 65535' --port 70000
refused 'not an option' --prot 8443
refused 'not an option' serve
refused 'value is missing' --port
refused 'letters, digits' --path '/a b/'
refused 'http://' --provider ftp://example.org
refused 'needs --provider' --key-file "$work/key"
refused 'needs --provider' --model m
refused 'not a file' --provider http://127.0.0.1:9/v1 --key-file "$work/none"
refused 'NAME=URL' --tool-server http://127.0.0.1:1/mcp
refused 'NAME=URL' --tool-server x=ftp://127.0.0.1/
refused 'no quotes' --tool-server 'x"=http://127.0.0.1/'
refused 'not empty' --no-install --dir "$work/full"

# A port that somebody has: the test's own listener.
node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () =>
	console.log(s.address().port))" >"$work/port" &
pid=$!
until [ -s "$work/port" ]; do sleep 0.1; done
refused 'is in use' --no-install --port "$(cat "$work/port")"
kill "$pid"
wait "$pid" 2>/dev/null || true
pid=

# It serves, at the port that is free again.
mkdir "$work/tmp"
TMPDIR=$work/tmp "$quickstart" --no-install --port "$(cat "$work/port")" \
    --path x >"$work/out" 2>"$work/err" &
pid=$!
tries=3000
until grep -q '^ready url=' "$work/out"; do
	kill -0 "$pid" 2>/dev/null || fail 'quickstart ended'
	tries=$((tries - 1))
	[ "$tries" -gt 0 ] || fail 'never ready'
	sleep 0.1
done
grep -Eq '^ready url=https://127\.0\.0\.1:[0-9]+/x/ user=[^ ]+ password=[^ ]{12,}$' \
    "$work/out" || fail "the ready line is: $(cat "$work/out")"
[ "$(grep -c . "$work/out")" = 1 ] || fail 'more than one line'
url=$(sed 's/^ready url=\([^ ]*\).*/\1/' "$work/out")
password=$(sed 's/.* password=//' "$work/out")

health() {
	curl -sk -o /dev/null -w '%{http_code}' --max-time 5 "${url}api/health" ||
	    true
}
[ "$(health)" = 200 ] || fail 'not healthy'
curl -sk "$url" | grep -q '<div id="app"' || fail 'no page'
[ "$(printf '{"username":"demo","password":"%s"}' "$password" |
    curl -sk -o /dev/null -w '%{http_code}' --data-binary @- \
	-H 'Content-Type: application/json' "${url}api/login")" = 200 ] ||
    fail 'no login'
if grep -rqF -- "$password" "$work/tmp"; then
	fail 'the password is in a file'
fi

# What it started, by the names of its temporary directory.
echo "$work/tmp" >"$work/name"
processes() {
	grep -lsaFf "$work/name" /proc/[0-9]*/cmdline |
	    sed 's|/proc/\([0-9]*\)/.*|\1|'
}
worker() {
	for one in $(processes); do
		! tr '\0' ' ' 2>/dev/null <"/proc/$one/cmdline" |
		    grep -q '^[^ ]*/confab\.fcgi --config' || echo "$one"
	done 2>/dev/null
}

old=$(worker)
[ -n "$old" ] || fail 'no worker'
kill -KILL "$old"
tries=50
until [ "$(health)" = 200 ] && [ "$(worker)" != "$old" ]; do
	tries=$((tries - 1))
	[ "$tries" -gt 0 ] || fail 'not started again'
	sleep 0.1
done

kill -TERM "$pid"
wait "$pid" 2>/dev/null || true
pid=
[ -z "$(processes)" ] || fail "left running: $(processes)"
[ -z "$(ls -A "$work/tmp")" ] || fail "left behind: $(ls -A "$work/tmp")"
echo 'quickstart serves, and leaves nothing behind'
