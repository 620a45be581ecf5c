#!/bin/sh
# SPDX-License-Identifier: MIT
# Shells complete what confabctl really has.
#
# Usage: completion.sh SOURCE BUILD
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

for shell in bash zsh fish; do
	awk -v shell=$shell -f "$1/packaging/completion.awk" \
	    "$1/fcgi/ctl/confabctl.c" >"$work/$shell"
	# Each option and each command of the help is there.
	"$2/confabctl" --help | sed -n 's/^  *\([a-z].*\|\[.*\)/\1/p' |
	    grep -oE -e '--[a-z-]+|^[a-z]+' | sed 's/^--//' | sort -u |
	    while read -r word; do
		grep -qE -e "(^|[- \"])$word([ \"]|\$)" "$work/$shell" || {
			echo "$shell does not know $word"
			exit 1
		}
	done
	! command -v $shell >/dev/null 2>&1 || $shell -n "$work/$shell"
done

command -v bash >/dev/null 2>&1 || {
	echo 'SKIP: there is no bash here; what it would read was compared'
	exit 0
}
# completes LINE WANTED: what bash offers at the end of the line.
completes() {
	got=$(bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		_confabctl; echo "${COMPREPLY[*]}"' bash "$work/bash" \
	    confabctl "$@" | head -n 1)
	[ "$got" = "$wanted" ] || {
		echo "after \"$*\": \"$got\", and not \"$wanted\""
		exit 1
	}
}
wanted='secret' && completes sec
wanted='add' && completes --config /etc/x user a
wanted='--expires --must-change --invite --valid --url' && completes user add --
wanted='--json' && completes doctor https://example.org/ --j
wanted='--force' && completes restore --f
wanted="$work/bash" && completes backup "$work/b"
