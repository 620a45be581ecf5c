#!/bin/sh
# SPDX-License-Identifier: MIT
# The tarball builds, installs, passes its tests and is taken away again, from
# a read-only tree, with npm and node out of reach.
#
# Usage: distcheck.sh SOURCE BUILD
set -eu

cd "$2"
make -j "$(getconf _NPROCESSORS_ONLN)" distcheck NPM=false NODE=false BROTLI=: \
    DISTCHECK_CONFIGURE_FLAGS='NPM=: NODE=: BROTLI=: CFLAGS=-O0'
tarball=$(ls confab-*.tar.xz)
for file in static/vendor/MANIFEST static/vendor/katex/katex.mjs \
    configure nginx/confab.conf.in packaging/quickstart LICENSE; do
	tar -tJf "$tarball" | grep -q "^[^/]*/$file\$" || {
		echo "$file is not in $tarball"
		exit 1
	}
done
if tar -tJf "$tarball" | grep -E '\.(o|log|trs)$|/\.deps/|node_modules'; then
	echo "these have no place in $tarball"
	exit 1
fi
