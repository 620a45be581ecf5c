#!/bin/sh
# SPDX-License-Identifier: MIT
# rpmbuild really makes the package of the spec, and rpmlint has nothing against
# it. Debian's rpm lacks systemd's macros and Fedora's names of packages: the
# former are given here, the latter are not looked at, and installing is not tried.
#
# Usage: rpm.sh SOURCE BUILD
set -eu

for tool in rpmbuild rpm; do
	command -v "$tool" >/dev/null 2>&1 || {
		echo "SKIP: there is no $tool here"
		exit 0
	}
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
version=$(sed -n 's/^Version: *//p' "$1/packaging/rpm/confab.spec")
mkdir -p "$work/SOURCES"
made=$2/confab-$version.tar.xz
(cd "$2" && make -s dist-xz >"$work/dist.log" 2>&1) || {
	cat "$work/dist.log"
	exit 1
}
cp "$made" "$work/SOURCES/"

# Of Fedora's systemd-rpm-macros and defaults, what Debian lacks.
cat >"$work/macros" <<'EOF'
%_unitdir /usr/lib/systemd/system
%_sysusersdir /usr/lib/sysusers.d
%_tmpfilesdir /usr/lib/tmpfiles.d
%_sysconfdir /etc
%_localstatedir /var
%_sharedstatedir /var/lib
%_docdir /usr/share/doc
%_mandir /usr/share/man
%systemd_post() :
%systemd_preun() :
%systemd_postun() :
%debug_package %{nil}
EOF
rpmbuild -bb --nodeps --nocheck --load "$work/macros" \
    --define "_topdir $work" --define "_smp_mflags -j2" \
    "$1/packaging/rpm/confab.spec" >"$work/build.log" 2>&1 || {
	tail -40 "$work/build.log"
	exit 1
}
package=$(find "$work/RPMS" -name 'confab-*.rpm')
rpm -qpl "$package" >"$work/files" 2>/dev/null
for file in /usr/bin/confabctl /usr/libexec/confab/confab.fcgi \
    /usr/libexec/confab/upgrade-workers /usr/lib/systemd/system/confab.service \
    /usr/lib/systemd/system/confab@.service /usr/lib/sysusers.d/confab.conf \
    /usr/lib/tmpfiles.d/confab.conf /etc/confab/confab.conf \
    /etc/confab/nginx/confab.conf; do
	grep -qx "$file" "$work/files" || {
		echo "not in the package: $file"
		exit 1
	}
done
grep -q '^/usr/share/man/man8/confabctl\.8' "$work/files"
rpm -qp --scripts "$package" 2>/dev/null | grep -q upgrade-workers
rpm -qpc "$package" 2>/dev/null | grep -qx /etc/confab/confab.conf
command -v rpmlint >/dev/null 2>&1 || {
	echo 'SKIP: there is no rpmlint here; the package was built'
	exit 0
}
rpmlint -r "$1/packaging/rpm/confab.rpmlintrc" "$package" >"$work/lint" 2>&1 ||
    true
grep -q 'packages and .* checked' "$work/lint" || {
	cat "$work/lint"
	exit 1
}
grep -E ': E: ' "$work/lint" >"$work/errors" || true
[ ! -s "$work/errors" ] || {
	cat "$work/errors"
	exit 1
}
tail -1 "$work/lint"
