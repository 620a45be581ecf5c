#!/bin/sh
# SPDX-License-Identifier: MIT
# A system with systemd is booted, and confab installed, run, upgraded, moved and
# removed there with the README's own commands: what "inside" does, in a
# throw-away layer above this machine's root, without a network.
#
# Usage: booted.sh SOURCE BUILD
set -eu

skip() {
	echo "SKIP: $*"
	exit 0
}
[ "$(id -u)" = 0 ] || skip 'only root can boot a system'
command -v systemd-nspawn >/dev/null 2>&1 || skip 'there is no systemd-nspawn here'
grep -q '^prefix = /usr$' "$2/Makefile" ||
	skip "$2 is configured for another prefix than the README's /usr"

work=$(mktemp -d)
clean_up() {
	umount -R "$work" 2>/dev/null || umount -R -l "$work" 2>/dev/null || true
	rmdir "$work" 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

mount -t tmpfs none "$work" 2>/dev/null || skip 'nothing can be mounted here'
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay none "$work/root" -o \
    "lowerdir=/,upperdir=$work/upper,workdir=$work/work" 2>/dev/null ||
	skip 'no layer can be put above the root here'
root=$work/root

# Nothing of this machine's own sites and services is started there.
rm -rf "$root/etc/nginx/conf.d" "$root/etc/nginx/sites-enabled" \
    "$root/etc/confab" "$root/var/lib/confab" "$root/usr/sbin/policy-rc.d"
mkdir "$root/etc/nginx/conf.d" "$root/etc/nginx/sites-enabled"
# It has a network of its own, with names of its own.
echo '127.0.0.1 localhost example.org api.openai.com' >"$root/etc/hosts"
cat >"$root/etc/systemd/system/confab-test.service" <<TEXT
[Unit]
Requires=basic.target
After=basic.target
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
# What waits for ever is ended, and what it had said is shown.
TimeoutStartSec=8min
ExecStart=/bin/sh $1/tests/packaging/inside $1 $2
StandardOutput=file:/said
StandardError=append:/said
TEXT
: >"$root/said"

# SOURCE and BUILD may be in a place that is another's inside, such as /tmp.
timeout -k 10 540 systemd-nspawn -q --directory="$root" --boot \
    --register=no --keep-unit --private-network --console=pipe \
    --link-journal=no --bind="$1" --bind="$2" \
    systemd.unit=confab-test.service </dev/null >"$work/boot" 2>&1 ||
	true
cat "$root/said"
grep -q . "$root/said" || {
	tail -n 20 "$work/boot"
	skip 'no system boots here'
}
[ "$(tail -n 1 "$root/said")" = 'all of it is true' ] || {
	tail -n 20 "$work/boot"
	exit 1
}
