# SPDX-License-Identifier: MIT
# Quickstart's check: builds twice (as it is shipped, with warnings as errors;
# and with sanitizers), runs every suite, and adds up. Read by quickstart
# with ".". Suites are found by the names of their files.
#
# What fails is run once more when nothing else runs. If it passes then, it
# counts as passed, and a line "passed when run again" says so: a race, most
# often of the test, that wants to be mended and not to be hidden.
#
# shellcheck shell=sh disable=SC2034,SC2154 # what quickstart and lib.sh set

passed=0 failed=0
results=$work/log
processors=$(getconf _NPROCESSORS_ONLN)

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}

# What cannot even be installed or built has failed, too.
die() {
	say "$*"
	failed=$((failed + 1))
	finish
	exit 1
}

need "$packages_build $packages_run $packages_node $packages_check"
take_source
if [ ! -f "$work/src/node_modules/typescript/package.json" ]; then
	step 'fetch the JavaScript parts and tools' \
	    npm --prefix "$work/src" ci --no-progress --loglevel=error
fi

# look_at_processors: all their time since the system began, and what of it they
# had nothing to do, in ticks.
look_at_processors() {
	read -r _ user nice system idle waiting irq softirq _ </proc/stat
	ticks_idle=$((idle + waiting))
	ticks=$((user + nice + system + ticks_idle + irq + softirq))
}

# begin_suite: what report counts from.
begin_suite() {
	suite_start=$(date +%s)
	look_at_processors
	suite_ticks=$ticks suite_idle=$ticks_idle
}

# suite_work: how busy the machine was since then, in per cent. Much less than
# 100 is waiting, for which more could run at a time.
suite_work() {
	look_at_processors
	all=$((ticks - suite_ticks)) rest=$((ticks_idle - suite_idle))
	[ "$all" -gt 0 ] || all=1
	echo $((100 - 100 * rest / all))
}

# report NAME PASSED FAILED LOG: one line, and what failed.
report() {
	passed=$((passed + $2))
	failed=$((failed + $3))
	printf '%-28s %5d passed, %d failed (%d s, processors %d %% busy)\n' \
	    "$1" "$2" "$3" "$(($(date +%s) - suite_start))" "$(suite_work)"
	[ "$3" = 0 ] || {
		grep -h -E '^ *not ok|^FAIL|: FAILED|ERROR' "$4" | head -n 20
		echo "    all of it: $4"
		# A temporary directory goes away: show the reason now.
		tail -n 60 "$4" | sed 's/^/    | /'
	}
}

# one NAME COMMAND...: a suite that passes or fails as a whole.
one() {
	name=$1 log=$results/$(echo "$1" | tr ' /' '--').log
	shift
	begin_suite
	if job "$@" >"$log" 2>&1; then
		report "$name" 1 0 "$log"
	elif mv "$log" "$log.first" && job "$@" >"$log" 2>&1; then
		report "$name" 1 0 "$log"
		again "$name" "$log.first"
	else
		report "$name" 0 1 "$log"
	fi
}

# again NAME LOG: says what failed first, and passed when it was run again.
again() {
	echo "passed when run again: $1"
	grep -h -E '^ *not ok|error:|^FAIL|: FAILED|ERROR' "$2" | head -n 5 |
	    sed 's/^/    | /' || true
}

# count FILE STATUS: the results of TAP in a file; a program that failed, yet
# named no failed test, crashed. (cmocka says "not ok" of what it skipped.)
count() {
	ok=$(grep '^ok ' "$1" | grep -vc '# SKIP' || true)
	bad=$(grep '^not ok ' "$1" | grep -vc '# SKIP' || true)
	[ "$2" = 0 ] || [ "$bad" != 0 ] || bad=1
	[ "$2" != 0 ] || [ "$ok" != 0 ] || bad=$((bad + 1))
}

# unit BUILD: the C unit tests of one build, each program's log counted.
unit() {
	begin_suite
	job make -C "$work/$1" -j "$processors" -k check V=0 \
	    >"$results/$1-make-check.log" 2>&1 || true
	all_ok=0 all_bad=0
	: >"$results/$1-unit.log"
	for source_file in "$work"/src/tests/unit/test_*.c; do
		name=$(basename "$source_file" .c)
		log=$work/$1/tests/unit/$name.log
		trs=$work/$1/tests/unit/$name.trs
		if [ ! -f "$log" ]; then
			echo "not ok $name was not built or not run" |
			    tee -a "$results/$1-unit.log" >/dev/null
			all_bad=$((all_bad + 1))
			continue
		fi
		status=1
		! grep -q '^:test-result: PASS' "$trs" || status=0
		count "$log" "$status"
		all_ok=$((all_ok + ok)) all_bad=$((all_bad + bad))
		[ "$bad" = 0 ] || cat "$log" >>"$results/$1-unit.log"
	done
	[ "$all_bad" = 0 ] || grep -E 'error:|Error [0-9]' \
	    "$results/$1-make-check.log" >>"$results/$1-unit.log" || true
	report "unit ($1)" "$all_ok" "$all_bad" "$results/$1-unit.log"
}

# node_suite NAME AT_ONCE BUILD FILE...: files under node:test. Each is run by
# itself, so many at once, and with a limit, so that one that hangs or crashes
# costs no other.
node_suite() {
	begin_suite
	suite=$1 at_once=$2 suite_build=$3
	shift 3
	taps=$results/$suite
	rm -rf "$taps"
	mkdir -p "$taps"
	cat >"$taps/run" <<TEXT
status=0
CONFAB_BUILD=$work/$suite_build timeout -k 10 $suite_limit \\
	node --test --test-reporter=tap "\$1" >"$taps/\$(basename "\$1").tap" 2>&1 ||
	status=\$?
echo "\$status" >"$taps/\$(basename "\$1").status"
TEXT
	# The largest files first: they tend to take the longest.
	ls -S "$@" >"$taps/list"
	job xargs -a "$taps/list" -n 1 -P "$at_once" \
	    sh "$taps/run" >"$results/$suite.out" 2>&1 || true
	for file; do
		name=$(basename "$file")
		[ "$(cat "$taps/$name.status" 2>/dev/null)" != 0 ] || continue
		[ ! -f "$taps/$name.tap" ] ||
		    mv "$taps/$name.tap" "$taps/$name.first"
		job sh "$taps/run" "$file" >>"$results/$suite.out" 2>&1 || true
		[ "$(cat "$taps/$name.status" 2>/dev/null)" != 0 ] ||
		    again "$suite/$name" "$taps/$name.first"
	done
	all_ok=0 all_bad=0
	log=$results/$suite.log
	: >"$log"
	for file; do
		name=$(basename "$file")
		status=$(cat "$taps/$name.status" 2>/dev/null || echo 1)
		totals=$(sed -n 's/^# \(pass\|fail\|cancelled\) \([0-9]*\)$/\1 \2/p' \
		    "$taps/$name.tap" 2>/dev/null | awk '{ n[$1] += $2 }
			END { print n["pass"] + 0, n["fail"] + n["cancelled"] }')
		ok=${totals% *} bad=${totals#* }
		[ "$status" = 0 ] || [ "$bad" != 0 ] || bad=1
		all_ok=$((all_ok + ok)) all_bad=$((all_bad + bad))
		[ "$bad" = 0 ] || {
			echo "not ok: $suite/$name, status $status"
			cat "$taps/$name.tap" || true
		} >>"$log" 2>&1
	done
	report "$suite" "$all_ok" "$all_bad" "$log"
}

# script_suite NAME DIRECTORY: the scripts of one directory, as many at a time as
# there are processors. Those that make the tarball, which has one place in a
# build, go one after another.
script_suite() {
	begin_suite
	logs=$results/$1
	rm -rf "$logs"
	mkdir -p "$logs"
	cat >"$logs/run" <<TEXT
for script; do
	at=$logs/\$(basename "\$script")
	status=0
	timeout -k 10 $suite_limit sh "\$script" "$work/src" "$work/build" \\
		>"\$at.log" 2>&1 || status=\$?
	echo "\$status" >"\$at.status"
done
TEXT
	makers='make .*(dist|release-)'
	{
		grep -lE "$makers" "$work/src/$2"/*.sh | xargs
		grep -LE "$makers" "$work/src/$2"/*.sh | xargs ls -S
	} >"$logs/list"
	job xargs -a "$logs/list" -L 1 -P "$processors" \
	    sh "$logs/run" >"$results/$1.out" 2>&1 || true
	all_ok=0 all_bad=0
	log=$results/$1.log
	: >"$log"
	for script in "$work/src/$2"/*.sh; do
		name=$(basename "$script")
		if [ "$(cat "$logs/$name.status" 2>/dev/null)" != 0 ]; then
			mv "$logs/$name.log" "$logs/$name.first" || true
			job sh "$logs/run" "$script" >>"$results/$1.out" 2>&1 ||
			    true
			[ "$(cat "$logs/$name.status" 2>/dev/null)" != 0 ] ||
			    again "$2/$name" "$logs/$name.first"
		fi
		if [ "$(cat "$logs/$name.status" 2>/dev/null)" = 0 ]; then
			all_ok=$((all_ok + 1))
			# What could not be tried here is said.
			! grep '^SKIP' "$logs/$name.log" >"$logs/skipped" ||
			    sed "s,^,$2/$name: ," "$logs/skipped"
			continue
		fi
		all_bad=$((all_bad + 1))
		{
			echo "not ok: $2/$name"
			cat "$logs/$name.log" || true
		} >>"$log" 2>&1
	done
	report "$1" "$all_ok" "$all_bad" "$log"
}

suite_limit=900
# Where the README puts it, so that a system can be booted with it.
build build --quiet --enable-werror \
    --prefix=/usr --sysconfdir=/etc --localstatedir=/var
build sanitized --quiet --enable-werror --enable-sanitizers CFLAGS='-g -O1'
npm_config_offline=true
export npm_config_offline

one 'layers' make -C "$work/build" check-layers
one 'types of the page' make -C "$work/build" check-types
unit build
unit sanitized
# Those that replace the allocator or measure memory say nothing of a sanitizer.
one 'programs of the tests' make -C "$work/build" site-programs
tests=$work/src/tests
node_suite js "$processors" build "$tests"/js/*.test.js
node_suite integration "$processors" sanitized \
    "$tests"/integration/*.test.js
node_suite unsanitized "$processors" build \
    "$tests/integration/allocations.test.js" \
    "$tests/integration/client_gone.test.js" \
    "$tests/integration/clock.test.js" \
    "$tests/integration/faults.test.js" \
    "$tests/integration/secrets-memory.test.js"
# One load, watched: for errors and leaks, and for races.
one 'valgrind' make -C "$work/build" check-valgrind
one 'threads' make -C "$work/build" -j "$processors" check-threads
# Part of a test in a browser is waiting.
node_suite browser $((processors + processors / 2)) build "$tests"/browser/*.test.js
if ls "$work"/src/tests/fuzz/fuzz_*.c >/dev/null 2>&1; then
	build fuzz --quiet --enable-fuzzers CC=clang CFLAGS='-g -O1'
	one 'fuzzers' make -C "$work/fuzz" -j "$processors" fuzz FUZZ_SECONDS=5
fi
script_suite packaging tests/packaging

check_status=0
finish || check_status=1
