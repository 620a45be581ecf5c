#!/bin/sh
# SPDX-License-Identifier: MIT
# The recipes of other systems are read by their own tools, as far as Debian has
# these; the version is everywhere the same, and so are the licences.
#
# Usage: others.sh SOURCE BUILD
set -eu

cd "$1/packaging"
version=$(sed -n 's/^AC_INIT(\[confab\], *\[\([^]]*\)\].*/\1/p' ../configure.ac)
[ -n "$version" ]
for file in alpine/APKBUILD arch/PKGBUILD freebsd/Makefile nix/default.nix \
    rpm/confab.spec; do
	grep -qE "(ver=|DISTVERSION=.|version = \"|Version: *)$version" "$file" || {
		echo "$file is of another version"
		exit 1
	}
done
licences=$(sed -n 's/^License: *//p' rpm/confab.spec)
grep -qxF "license=\"$licences\"" alpine/APKBUILD || {
	echo 'APKBUILD and the spec have other licences'
	exit 1
}

sh -n alpine/APKBUILD
sh -n alpine/confab.initd
sh -n alpine/confab.pre-install
sh -n freebsd/files/confab.in
# It is a script that makepkg reads; Debian's makepkg wants a whole Arch around it.
# shellcheck disable=SC2016
! command -v bash >/dev/null 2>&1 || bash -euc '. arch/PKGBUILD
    [ "${#depends[@]}" -gt 5 ] && declare -F build check package >/dev/null'

# What configure does not know, it ignores; nobody would notice.
# shellcheck disable=SC2013 # they are words
for option in $(grep -ohE -e '--(with|without|enable|disable)-[a-z-]+' \
    alpine/APKBUILD arch/PKGBUILD freebsd/Makefile nix/default.nix |
    sort -u); do
	name=$(echo "$option" | sed 's/^--\(with\|without\|enable\|disable\)-//')
	grep -qE "AC_ARG_(WITH|ENABLE)\(\[$name\]|with_$name" ../configure.ac \
	    m4/*.m4 || {
		echo "configure has no $option"
		exit 1
	}
done

# tool NAME COMMAND...: where there is one.
tool() {
	name=$1
	shift
	if command -v "$name" >/dev/null 2>&1; then
		"$@" >/dev/null || {
			echo "$name does not take it"
			exit 1
		}
	else
		echo "SKIP: there is no $name here"
	fi
}
tool nix-instantiate nix-instantiate --parse nix/default.nix
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/port"
grep -v '^.include' freebsd/Makefile >"$work/port/Makefile"
tool bmake bmake -C "$work/port" -V PORTNAME
echo 'SKIP: abuild, the ports tree and podman are not here: their files were read'
