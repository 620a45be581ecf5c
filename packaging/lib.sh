# SPDX-License-Identifier: MIT
# What quickstart and its check have in common: messages, packages, a copy of
# the source to build in. Read by them with "."; not a program.
#
# Lists of packages are words; $work, $source and $install are quickstart's.
# shellcheck shell=sh disable=SC2034,SC2048,SC2086,SC2154

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH
unset CDPATH MAKEFLAGS MAKELEVEL CONFAB_BUILD

say() {
	echo "quickstart: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# job COMMAND...: runs it in a process group of its own and waits, so that a
# signal to quickstart ends it at once, with all that it started.
job='' installing=''
job() {
	setsid "$@" </dev/null 8>&- 9>&- &
	job=$!
	job_status=0
	wait "$job" || job_status=$?
	job=
	return "$job_status"
}

stop_job() {
	[ -n "$job" ] || return 0
	if [ -n "$installing" ]; then
		# Half an installation is worse than a late end.
		say 'apt-get finishes first ...'
		wait "$job" || true
		return 0
	fi
	end_job TERM
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		kill -0 -"$job" 2>/dev/null || break
		sleep 0.2
	done
	end_job KILL
}

# end_job SIGNAL: to the job's group, and to the others of its session: whatever
# "timeout" runs has a group of its own. (Where tests are, pkill is.)
end_job() {
	kill -"$1" -"$job" 2>/dev/null || true
	! command -v pkill >/dev/null 2>&1 || pkill -"$1" -s "$job" || true
}

# step TEXT COMMAND...: runs it, its output into the build log, and says how
# long it took; when it fails, shows the end of what it said.
step() {
	step_text=$1
	shift
	step_start=$(date +%s)
	printf 'quickstart: %s ... ' "$step_text" >&2
	echo "== $step_text: $*" >>"$work/log/build.log"
	if ! job "$@" >>"$work/log/build.log" 2>&1; then
		echo failed >&2
		tail -n 30 "$work/log/build.log" >&2
		[ -n "$dir" ] || die "\"$step_text\" failed;" \
		    'with --dir DIR, all of its output is kept'
		die "\"$step_text\" failed; all of its output:" \
		    "$work/log/build.log"
	fi
	echo "$(($(date +%s) - step_start)) s" >&2
}

# ---- Packages --------------------------------------------------------------
# PROGRAM:PACKAGE is there when the program is, -:PACKAGE when dpkg says so.

packages_build='cc:gcc make:make autoconf:autoconf automake:automake
	pkg-config:pkg-config -:libc6-dev -:libfcgi-dev -:libcurl4-openssl-dev
	-:libuv1-dev -:libjson-c-dev -:libargon2-dev -:libssl-dev
	-:libconfuse-dev -:libcrypt-dev -:liboath-dev -:libqrencode-dev
	-:libhiredis-dev -:libcbor-dev
	brotli:brotli'
packages_run='nginx:nginx openssl:openssl setpriv:util-linux'
packages_node='node:nodejs npm:npm -:ca-certificates'
packages_check='clang:clang -:libclang-rt-dev clang-format:clang-format
	-:libcmocka-dev valgrind:valgrind
	chromium-headless-shell:chromium-headless-shell
	firefox-esr:firefox-esr WebKitWebDriver:webkit2gtk-driver Xvfb:xvfb
	-:fonts-noto-core -:fonts-noto-cjk
	-:fonts-noto-color-emoji apache2:apache2
	-:apache2-suexec-custom -:libapache2-mod-fcgid
	-:libapache2-mod-auth-openidc -:libnginx-mod-http-auth-pam
	-:libpam-pwdfile slapd:slapd
	lintian:lintian dh:debhelper -:build-essential
	lighttpd:lighttpd -:lighttpd-mod-openssl fcgiwrap:fcgiwrap
	spawn-fcgi:spawn-fcgi systemd-socket-activate:systemd
	systemd-nspawn:systemd-container rpmbuild:rpm rpmlint:rpmlint
	gpg:gnupg
	curl:curl socat:socat mandoc:mandoc ps:procps xz:xz-utils
	shellcheck:shellcheck codespell:codespell
	fail2ban-regex:fail2ban promtool:prometheus
	redis-server:redis-server ip:iproute2 nsenter:util-linux'

# Their services are not wanted, neither now nor at the next boot.
services='nginx apache2 lighttpd fcgiwrap fail2ban prometheus redis-server slapd'

# Prints the packages of the lists that are missing.
missing_packages() {
	for entry in "$@"; do
		case $entry in
		-:*)
			command -v dpkg-query >/dev/null 2>&1 || continue
			dpkg-query -W -f '${Status}' "${entry#*:}" 2>/dev/null |
			    grep -q '^install ok installed$' && continue
			;;
		*)
			command -v "${entry%%:*}" >/dev/null 2>&1 && continue
			;;
		esac
		echo "${entry#*:}"
	done
}

# Forbids the start of what comes with a package, in the way of Debian. One
# that runs already is not touched. Where several quickstarts install at once,
# each holds the file's lock shared, and the last of them takes it away.
policy=/usr/sbin/policy-rc.d
policy_mark='# Made by quickstart of confab, while it runs apt-get.'
policy_held=

forbid_services() {
	while :; do
		exec 8>>"$policy.confab" || die "cannot write $policy.confab"
		flock -s 8
		# Its last holder may have removed it meanwhile.
		[ ! /proc/self/fd/8 -ef "$policy.confab" ] || break
	done
	policy_held=yes
	# Somebody else's stays as it is. Never half written under its name.
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" \
		    >"$policy.confab.$$"
		chmod 755 "$policy.confab.$$"
		mv "$policy.confab.$$" "$policy"
	fi
}

allow_services() {
	[ -n "$policy_held" ] || return 0
	policy_held=
	# Alone with it, nobody else is installing.
	if flock -n -x 8; then
		! grep -qF "$policy_mark" "$policy" 2>/dev/null ||
		    rm -f "$policy"
		rm -f "$policy.confab"
	fi
	exec 8>&-
}

apt='env DEBIAN_FRONTEND=noninteractive apt-get -q -y
	-o DPkg::Lock::Timeout=600 -o Acquire::Retries=3'

# need LIST...: installs what is missing, or says what is.
need() {
	missing=$(missing_packages $*)
	[ -n "$missing" ] || return 0
	missing=$(printf '%s ' $missing)
	missing=${missing% }
	if [ "$install" = no ]; then
		die "missing: $missing
On Debian: apt-get install $missing"
	fi
	command -v apt-get >/dev/null 2>&1 ||
	    die "missing, and there is no apt-get to install it: $missing"
	[ "$(id -u)" = 0 ] ||
	    die "missing, and only root can install it: $missing"
	had=$(dpkg-query -W -f '${Package} ' $services 2>/dev/null || true)
	forbid_services
	installing=yes
	if [ -z "$(find /var/lib/apt/lists -name '*_Packages*' \
	    2>/dev/null | head -n 1)" ] || ! $apt --simulate install \
	    --no-install-recommends $missing >/dev/null 2>&1; then
		step 'list packages' $apt update
	fi
	step "install $(echo $missing | wc -w) packages" \
	    $apt install --no-install-recommends $missing
	installing=
	allow_services
	# Nor at the next boot: nobody asked for those sites.
	for service in $services; do
		[ -d /run/systemd/system ] || break
		case " $had " in
		*" $service "*) ;;
		*) systemctl --quiet disable "$service" >/dev/null 2>&1 || true ;;
		esac
	done
	left=$(missing_packages $*)
	[ -z "$left" ] || die "still missing after the installation:" $left
}

# newer FILE OTHER: both are there, and FILE was changed later.
newer() {
	[ -n "$(find "$1" -newer "$2" 2>/dev/null)" ]
}

# ---- The source ------------------------------------------------------------

# Everything of the tree that takes part, and nothing that building in it or
# an editor left there.
source_list() {
	(cd "$source" && find .ci .npmrc .clang-format .clang-tidy .editorconfig LICENSE NEWS \
	    README.md HACKING.md Makefile.am configure.ac package.json \
	    package-lock.json fcgi include nginx packaging static tests \
	    -type f ! -name '*.o' ! -name '*.log' ! -name '*.trs' \
	    ! -name '*~' ! -name '.*.sw?' ! -path '*/.deps/*' \
	    ! -path 'static/vendor/*' ! -path 'static/.vendor-*' \
	    2>/dev/null | LC_ALL=C sort)
}

copy_source() {
	(cd "$source" && tar -cf - -T -) <"$work/source.list" |
	    (cd "$work/src.new" && tar -xf - --no-same-owner)
}

# Puts a copy into $work/src, unless the same is there from an earlier run.
# What npm brought is kept as long as the lock file is the same, and taken
# from the tree when it is there.
take_source() {
	source_list >"$work/source.list"
	digest=$( (cd "$source" && xargs sha256sum) <"$work/source.list" |
	    sha256sum | cut -d ' ' -f 1)
	[ "$(cat "$work/src/.digest" 2>/dev/null)" != "$digest" ] || return 0
	rm -rf "$work/src.new" "$work/build"
	mkdir -p "$work/src.new"
	copy_source
	for old in "$work/src" "$source"; do
		vendor=$old/static/vendor
		[ -f "$vendor/MANIFEST" ] && [ ! -d "$work/src.new/static/vendor" ] &&
		    ! newer "$source/package-lock.json" "$vendor/MANIFEST" &&
		    ! newer "$source/packaging/vendor-js.mjs" \
			"$vendor/MANIFEST" && cp -Rp "$vendor" "$work/src.new/static/vendor"
	done
	if cmp -s "$work/src/package-lock.json" "$source/package-lock.json" &&
	    [ -d "$work/src/node_modules" ]; then
		mv "$work/src/node_modules" "$work/src.new/node_modules"
	fi
	rm -rf "$work/src"
	mv "$work/src.new" "$work/src"
	step 'make configure' autoreconf -fi "$work/src"
	echo "$digest" >"$work/src/.digest"
}

# build DIRECTORY CONFIGURE-OPTION...
build() {
	build_dir=$work/$1
	shift
	mkdir -p "$build_dir"
	if [ ! -f "$build_dir/config.status" ]; then
		# shellcheck disable=SC2016 # for that shell
		step "configure $*" sh -c 'cd "$1" && shift && exec "$@"' sh \
		    "$build_dir" "$work/src/configure" -q "$@"
	fi
	step 'build' make -C "$build_dir" -j "$(getconf _NPROCESSORS_ONLN)"
}
