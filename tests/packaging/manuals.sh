#!/bin/sh
# SPDX-License-Identifier: MIT
# Each manual page is well formed, and each option of the configuration is in
# its page.
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
