#!/bin/sh
# SPDX-License-Identifier: MIT
# confab is taken away while nginx still includes it: nginx starts all the same,
# what is left is said, and nothing else is left.
#
# Usage: uninstall.sh SOURCE BUILD
set -eu

command -v nginx >/dev/null 2>&1 || {
	echo 'SKIP: there is no nginx here'
	exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/root

# Nothing is built here: what "make all" has made is installed.
make -C "$2" -s install DESTDIR="$root" >"$work/log" 2>&1 ||
    { cat "$work/log"; exit 1; }
conf=$(find "$root" -name confab-zones.conf)
dir=${conf%/*}
[ -f "$dir/confab.conf" ]

mkdir "$work/nginx" "$work/tmp"
cat >"$work/nginx/nginx.conf" <<TEXT
pid $work/pid;
error_log stderr;
events { }
http {
	access_log off;
	client_body_temp_path $work/tmp/a;
	proxy_temp_path $work/tmp/b;
	fastcgi_temp_path $work/tmp/c;
	uwsgi_temp_path $work/tmp/d;
	scgi_temp_path $work/tmp/e;
	include $dir/confab-zones.conf;
	server {
		listen unix:$work/a.sock;
		location /chat/ {
			include $dir/confab.conf;
			include $dir/confab-limits.conf;
		}
	}
}
TEXT
takes() {
	nginx -t -q -p "$work" -e stderr -c "$work/nginx/nginx.conf"
}

echo 'an administrator was here' >"$dir/local.conf"
make -C "$2" -s uninstall DESTDIR="$root" NGINX_FOLDER="$work/nginx" \
    >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
takes
grep -q "$dir/confab.conf" "$work/said"
grep -q 'Take the includes out' "$work/said"
grep -q 'left, as it is yours' "$work/said"
grep -q 'return 410;' "$dir/confab.conf"
[ ! -e "$dir/confab-sso.conf" ] # nobody includes it
[ -e "$dir/local.conf" ]
rm "$dir/local.conf" "$dir/confab.conf" "$dir/confab-zones.conf" \
    "$dir/confab-limits.conf"
if find "$root" -type f | grep .; then
	echo 'these are left, too'
	exit 1
fi

# Without an include, nothing at all is left.
: >"$work/nginx/nginx.conf"
sh "$1/packaging/leave-nginx" "$dir" "$work/nginx" >"$work/said"
if find "$root" -type f | grep . || [ -s "$work/said" ]; then
	echo 'these are left'
	exit 1
fi

# The packages' own copies of leave-nginx do the same.
for script in "$1/packaging/debian/confab.postrm" "$1/packaging/rpm/confab.spec"
do
	for name in confab confab-sso confab-zones confab-limits confab-hosts; do
		sed -n 's/.*for name in \(.*\); do/\1 /p' "$script" |
		    grep -q "$name " || {
			echo "$script leaves no $name.conf"
			exit 1
		}
	done
	grep -q 'return 410;' "$script"
done
