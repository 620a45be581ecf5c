#!/bin/sh
# SPDX-License-Identifier: MIT
# ShellCheck finds nothing in the scripts, as POSIX sh.
#
# Usage: scripts.sh SOURCE BUILD
set -eu

cd "$1"
shellcheck -x packaging/quickstart packaging/build-www packaging/fill \
    packaging/keep-page \
    packaging/upgrade-workers \
    packaging/shared-hosting/bundle packaging/shared-hosting/confab.cgi \
    packaging/debian/confab.p* packaging/debian/tests/smoke \
    packaging/debian/tests/browser \
    tests/check-layers tests/fuzz/run tests/packaging/* .ci/run .ci/quick
