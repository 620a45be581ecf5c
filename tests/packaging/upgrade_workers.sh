#!/bin/sh
# SPDX-License-Identifier: MIT
# What a package does with workers that run, with a systemctl and a confabctl that
# write down how they are called.
#
# Usage: upgrade_workers.sh SOURCE BUILD
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/run" "$work/bin"
cat >"$work/bin/systemctl" <<'EOF'
#!/bin/sh
echo "systemctl $*" >>"$work/said"
case $* in
*list-units*) printf 'confab@%s.service loaded active running x\n' $instances ;;
*is-active*)
	for unit in $active; do
		case $* in *" $unit") exit 0 ;; esac
	done
	exit 3
	;;
esac
EOF
cat >"$work/bin/confabctl" <<'EOF'
#!/bin/sh
echo "confabctl $*" >>"$work/said"
exit "$code"
EOF
chmod +x "$work/bin/systemctl" "$work/bin/confabctl"
PATH=$work/bin:$PATH
export PATH work code instances active

# run CODE RUNDIR: sets got.
run() {
	code=$1
	: >"$work/said"
	got=0
	sh "$source/packaging/upgrade-workers" confabctl "$2" 2>"$work/err" || got=$?
}
expect() {
	grep -qxF -- "$1" "$work/said" || {
		echo "not called: $1"
		cat "$work/said"
		exit 1
	}
}
refuse() {
	! grep -qF -- "$1" "$work/said" || {
		echo "called: $1"
		exit 1
	}
}
source=$1

active='confab.service confab@1.service confab@b.service' instances='1 b'
run 0 "$work/run"
[ "$got" = 0 ]
expect 'systemctl --system daemon-reload'
expect 'confabctl upgrade'
expect 'confabctl upgrade --instance 1'
expect 'confabctl upgrade --instance b'
refuse restart

# There is no master: the version before had none.
run 4 "$work/run"
[ "$got" = 0 ]
expect 'systemctl try-restart confab.service'
expect 'systemctl try-restart confab@b.service'

# It is bad: nothing is restarted into that.
for bad in 1 3; do
	run "$bad" "$work/run"
	[ "$got" = 1 ]
	refuse restart
	grep -q 'goes on with the old program.*confabctl upgrade' "$work/err"
done

active='' instances=''
run 0 "$work/run"
[ "$got" = 0 ]
refuse confabctl

active=confab.service
run 0 "$work/none"
[ "$got" = 0 ] && [ ! -s "$work/said" ]
echo 'workers are followed, not restarted'
