#!/bin/sh
# SPDX-License-Identifier: MIT
# A release made in two folders is the same, byte by byte; what goes with it says
# what is in it, and is signed.
#
# Usage: release.sh SOURCE BUILD
set -eu

work=$(mktemp -d)
clean_up() {
	GNUPGHOME=$work/keys gpgconf --kill all >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
SOURCE_DATE_EPOCH=1700000000
export SOURCE_DATE_EPOCH

made() {
	make -C "$1" -s release-tarball >"$work/log" 2>&1 || {
		tail -n 20 "$work/log"
		exit 1
	}
	tarball=$(find "$1" -maxdepth 1 -name 'confab-*.tar.xz')
	[ -f "$tarball" ]
}
# Another folder, another configuration, another umask.
mkdir "$work/other"
(cd "$work/other" && umask 077 && "$1/configure" --quiet --prefix=/opt/confab \
    >"$work/log" 2>&1 && cp -Rp "$2/www" . &&
    { [ ! -d "$2/www.joined" ] || cp -Rp "$2/www.joined" .; })
made "$2"
first=$tarball
made "$work/other"
cmp "$first" "$tarball"

mkdir -m 700 "$work/keys"
GNUPGHOME=$work/keys
export GNUPGHOME
gpg --batch --quiet --passphrase '' --quick-generate-key \
    'Release <release@example.org>' ed25519 sign 2>"$work/log"
make -C "$work/other" -s release-files RELEASE_KEY=release@example.org
cd "$work/other"
base=${tarball##*/}
base=${base%.tar.xz}
gpg --batch --quiet --verify "$base.sha256.asc" "$base.sha256" 2>"$work/log" || {
	cat "$work/log"
	exit 1
}
sha256sum --check --quiet "$base.sha256"
grep -q " $base.tar.xz\$" "$base.sha256"

# The bill has the tarball's sum, each part's licence, and what it is linked with;
# whatever is spoken of is there.
node - "$base.spdx.json" "$(sha256sum "$base.tar.xz" | cut -d ' ' -f 1)" <<'JS'
const [file, sum] = process.argv.slice(2);
const assert = require('node:assert');
const bill = JSON.parse(require('node:fs').readFileSync(file, 'utf8'));
const ids = new Set(bill.packages.map((one) => one.SPDXID));
assert.equal(ids.size, bill.packages.length, 'an identifier is there twice');
const own = bill.packages.find((one) => one.name === 'confab');
assert.equal(own.checksums[0].checksumValue, sum);
for (const { spdxElementId, relatedSpdxElement } of bill.relationships) {
  assert.ok(spdxElementId === 'SPDXRef-DOCUMENT' || ids.has(spdxElementId));
  assert.ok(ids.has(relatedSpdxElement));
}
const kinds = (kind) => bill.relationships.filter((one) => one.relationshipType === kind).length;
assert.equal(kinds('CONTAINS') + kinds('DYNAMIC_LINK') + 1, bill.packages.length);
for (const name of ['katex', 'mermaid', 'marked', 'libfcgi-dev', 'libcurl4-openssl-dev']) {
  assert.ok(bill.packages.some((one) => one.name === name), name);
}
for (const one of bill.packages) {
  assert.match(one.SPDXID, /^SPDXRef-[A-Za-z0-9.-]+$/);
  assert.ok(one.licenseConcluded && one.copyrightText, one.name);
}
assert.equal(bill.creationInfo.created, '2023-11-14T22:13:20Z');
JS
