#!/bin/sh
# SPDX-License-Identifier: MIT
# What watches a site asks for figures that the worker has, and the alerts come
# when they should.
#
# Usage: monitoring.sh SOURCE BUILD
set -eu

cd "$1/packaging/monitoring"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The names that the code writes: by head(), by single() and in full.
sed -n 's/.*\(head\|single\)(out, "\([a-z_]*\)".*/confab_\2/p
s/.*name\[\] = "\([a-z_]*\)";.*/confab_\1/p
s/.*"\(confab_[a-z_]*\)[{" ].*/\1/p' "$1/fcgi/base/metrics.c" | sort -u \
    >"$work/there"
grep -ohE 'confab_[a-z_]*' ./* | sed 's/_bucket$//' | sort -u >"$work/asked"
if ! grep -q confab_streams_open "$work/there" ||
    comm -13 "$work/there" "$work/asked" | grep .; then
	echo 'these are asked for, and nobody has them'
	exit 1
fi
! command -v node >/dev/null 2>&1 || node -e '
const board = JSON.parse(require("fs").readFileSync("grafana.json", "utf8"));
if (board.panels.length < 8) throw new Error("panels are missing");
for (const { title, targets } of board.panels) {
	if (!targets.every(({ expr }) => /confab_/.test(expr))) throw new Error(title);
}'

# As far as it is there; Debian has it in the package "prometheus".
promtool=${PROMTOOL:-promtool}
command -v "$promtool" >/dev/null 2>&1 || {
	echo 'SKIP: there is no promtool here; the names were compared'
	exit 0
}
"$promtool" check rules confab-alerts.yml
"$promtool" test rules confab-alerts-test.yml
cp ./*.yml "$work/"
"$promtool" check config "$work/prometheus.yml"
# With an alert that never comes, the test fails.
sed -i 's/> 50000/> 99999/' "$work/confab-alerts.yml"
if "$promtool" test rules "$work/confab-alerts-test.yml" >/dev/null 2>&1; then
	echo 'the test of the alerts notices nothing'
	exit 1
fi
