#!/bin/sh
# SPDX-License-Identifier: MIT
# The Debian package is built of what make dist makes, lintian has nothing against
# it, and a system that is booted installs, upgrades, removes and purges it: what
# "inside-package" does.
#
# Usage: debian.sh SOURCE BUILD
set -eu

for tool in dpkg-buildpackage dh lintian; do
	command -v "$tool" >/dev/null 2>&1 || {
		echo "SKIP: there is no $tool here"
		exit 0
	}
done
# nspawn puts a /tmp of its own over that.
work=$(mktemp -d /var/tmp/confab-debian.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
run() {
	"$@" >"$work/log" 2>&1 || {
		tail -n 40 "$work/log"
		echo "failed: $*"
		exit 1
	}
}

version=$(sed -n 's/^AC_INIT(\[confab\], *\[\([^]]*\)\].*/\1/p' "$1/configure.ac")
run make -C "$2" -s dist-xz
mkdir "$work/debs"
cd "$work"
tar -xf "$2/confab-$version.tar.xz"
cd "confab-$version"
cp -R packaging/debian debian
DEB_BUILD_OPTIONS="nocheck parallel=$(getconf _NPROCESSORS_ONLN)"
export DEB_BUILD_OPTIONS
run dpkg-buildpackage -us -uc -b
cd "$work"
lintian --allow-root --pedantic --info --fail-on error,warning,info,pedantic \
    confab_*.changes >"$work/lint" 2>&1 || {
	cat "$work/lint"
	exit 1
}
mv confab_*.deb debs/first.deb

# The next version: what it has is the same, and its page is in another folder.
dpkg-deb -R debs/first.deb next
page=$(cd next/usr/share/confab/www && echo v[0-9]*)
mv "next/usr/share/confab/www/$page" next/usr/share/confab/www/v9-next
rm -f next/usr/share/confab/www/index.html.gz next/usr/share/confab/www/index.html.br
sed -i "s,$page/,v9-next/,g" next/usr/share/confab/www/index.html
sed -i 's/^Version: .*/Version: 9-1/' next/DEBIAN/control
rm -f next/DEBIAN/md5sums
dpkg-deb --root-owner-group -b next debs/next.deb >/dev/null

sh "$1/tests/packaging/boot" inside-package "$1" "$work/debs"
