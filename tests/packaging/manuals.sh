#!/bin/sh
# SPDX-License-Identifier: MIT
# Each manual page is well formed and well spelt, and each option of the
# configuration is in its page.
#
# Usage: manuals.sh SOURCE BUILD
set -eu

cd "$2/packaging/man"
mandoc -T lint -W warning ./*.[1-9]
cd "$1"
sed -n 's/^\t[A-Z]*([A-Z0-9]*, *\(struct config\|[A-Z]\), \([a-z_]*\),.*/\2/p' \
    fcgi/config/table.c | sort -u | while read -r option; do
	grep -q "$option" packaging/man/confab.conf.5.in || {
		echo "$option is not in confab.conf(5)"
		exit 1
	}
done
if command -v codespell >/dev/null 2>&1; then
	codespell -q 3 -I tests/codespell-words packaging/man fcgi/ctl README.md NEWS
else
	echo 'SKIP: there is no codespell here'
fi
