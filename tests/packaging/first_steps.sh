#!/bin/sh
# SPDX-License-Identifier: MIT
# The README's first steps, by root, with the configuration that is shipped:
# all that they make is in order for the worker's user, who is not root.
#
# Usage: first_steps.sh SOURCE BUILD
set -eu

[ "$(id -u)" = 0 ] || {
	echo 'SKIP: only root can give files away'
	exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# As `make install` and systemd-tmpfiles lay things out; "daemon" plays confab.
chmod 755 "$work"
mkdir "$work/etc" "$work/state" "$work/bin"
chown daemon: "$work/state"
chmod 700 "$work/state"
sh "$1/packaging/fill" "$1/packaging/confab.conf.in" confdir="$work/etc" \
    statedir="$work/state" socket="$work/fcgi.sock" nginxgroup=www-data |
    sed 's/^user .*= confab$/user = daemon/' >"$work/etc/confab.conf"
chown root:daemon "$work/etc" "$work/etc/confab.conf"
chmod 750 "$work/etc"
chmod 640 "$work/etc/confab.conf"
cp "$2/confabctl" "$work/bin/"

ctl() {
	"$work/bin/confabctl" --config "$work/etc/confab.conf" "$@"
}
ctl secret new
echo 'a long password' | ctl user add alice
token=$(ctl token new alice laptop)
[ -n "$token" ]
echo key | install -m 600 -o daemon /dev/stdin "$work/etc/openai.key"
cat >>"$work/etc/confab.conf" <<'TEXT'
provider "openai" {
	kind         = openai
	base_url     = "https://api.openai.com/v1"
	api_key_file = "openai.key"
}
TEXT
ctl check 2>&1 | tee "$work/out"
setpriv --reuid daemon --regid daemon --clear-groups \
    "$work/bin/confabctl" --config "$work/etc/confab.conf" check
[ "$(cat "$work/out")" = "$work/etc/confab.conf: ok" ]
