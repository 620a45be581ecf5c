# SPDX-License-Identifier: MIT
# Quickstart's run: builds, writes the files of a site into $work, and keeps
# its worker and its nginx running. Read by quickstart with ".".
#
# $ids are words; ulimit -n and -H are in every sh of a system with nginx.
# shellcheck shell=sh disable=SC2086,SC2154,SC3045

user=demo

# ---- Whether it can be -----------------------------------------------------

# Whether someone listens on the port, by the kernel's own table: connecting
# would ask whoever it is, and needs a program that is perhaps not there yet.
port_taken() {
	hex=$(printf '%04X' "$1")
	cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$hex" '
		$4 == "0A" && $2 ~ (":" port "$") { found = 1 }
		END { exit !found }'
}

# free_port: or it says what to do about it.
free_port() {
	! port_taken "$port" ||
	    die "port $port is in use; choose another with --port"
}

free_port
if [ "$port" -lt 1024 ] && [ "$(id -u)" != 0 ]; then
	die "port $port is for root; choose another with --port"
fi

# ---- Install and build -----------------------------------------------------

packages="$packages_build $packages_run"
if ! newer "$source/static/vendor/MANIFEST" "$source/package-lock.json"; then
	packages="$packages $packages_node"
fi
need "$packages"
take_source
build build --quiet

# ---- Limits ----------------------------------------------------------------

# Each stream takes a browser's and a worker's connection in nginx, and
# nginx's and the provider's in the worker.
streams_max=${streams:-1000}
files=$((streams_max * 2 + 512))
[ "$(ulimit -n)" -ge "$files" ] || ulimit -n "$files" 2>/dev/null ||
    ulimit -n "$(ulimit -Hn)"
if [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -lt "$files" ]; then
	[ -z "$streams" ] ||
	    say "only $(ulimit -n) descriptors are allowed a process;" \
		"$streams streams would want $files"
	files=$(ulimit -n)
fi
connections=$((files - 64))

# ---- Who runs it -----------------------------------------------------------

# As root, the worker gets a user of its own, without a name: a number that no
# account has. It shares nginx's group by the folder of its socket.
nginx_user=
worker_ids=
if [ "$(id -u)" = 0 ]; then
	for name in www-data nginx nobody; do
		id "$name" >/dev/null 2>&1 && nginx_user=$name && break
	done
	number=64117
	while getent passwd "$number" >/dev/null ||
	    getent group "$number" >/dev/null; do
		number=$((number + 1))
	done
	ids="--reuid=$number --regid=$number --clear-groups"
	if setpriv $ids test -x "$work/build/confab.fcgi" 2>/dev/null &&
	    setpriv --reuid="$nginx_user" --clear-groups \
		test -r "$work/build/www/index.html" 2>/dev/null; then
		worker_ids="$ids --no-new-privs"
	else
		say "only root reaches $work: everything runs as root"
		nginx_user=root
	fi
fi

# ---- The files of the site -------------------------------------------------

etc=$work/etc
run=$work/run
state=$work/state
mkdir -p "$etc/nginx" "$run/shared" "$state" "$work/tmp" "$work/tls"
socket=$run/fcgi.sock
rm -f "$socket"
if [ -n "$worker_ids" ]; then
	chown -R "$number:$number" "$state" "$run"
	# The socket inherits nginx's group.
	chown "$number:$(id -gn "$nginx_user")" "$run"
	chmod 2710 "$run"
else
	chmod 700 "$run"
fi
chmod 700 "$state" "$run/shared"

as_worker() {
	if [ -n "$worker_ids" ]; then
		setpriv $worker_ids "$@" 9>&-
	else
		"$@" 9>&-
	fi
}

write_config() {
	cat <<TEXT
# Written anew by each quickstart; see confab.conf(5).
listen = "unix:$socket"
runtime_dir = "$run/shared"
users_file = "$state/users"
secret_file = "$state/secret"
passkeys_file = "$state/passkeys"
timeouts { drain = 2s }
limits {
	streams = $((streams_max + 64))
	streams_per_user = $streams_max
	requests_per_minute = 0
	ring_per_user = $((streams_max * 64 + 8192))k
	ring_total = $((streams_max * 64 + 262144))k
}
TEXT
	printf '%s' "$tool_servers" | while read -r server; do
		echo "tool_server \"${server%%=*}\" { url = \"${server#*=}\" }"
	done
	if [ -z "$provider" ]; then
		echo 'provider "demo" { kind = demo }'
		return
	fi
	echo 'provider "default" {'
	echo "	kind = openai"
	echo "	base_url = \"${provider%/}\""
	[ -z "$key_file" ] || echo "	api_key_file = \"$state/key\""
	printf '%s' "$models" | while read -r model; do
		echo "	model \"$model\" { }"
	done
	echo '}'
}

confabctl() {
	as_worker "$work/build/confabctl" --config "$etc/confab.conf" "$@" \
	    >>"$work/log/build.log" 2>&1
}

# The password goes by pipes only, and is in no file.
make_user() {
	password=$(openssl rand -base64 30 | tr -dc A-Za-z0-9 | cut -c 1-20)
	action=add
	if grep -q "^$user:" "$state/users" 2>/dev/null; then
		action=passwd
	fi
	printf '%s\n' "$password" | confabctl user "$action" "$user" || {
		tail -n 5 "$work/log/build.log" >&2
		die "confabctl cannot set the password"
	}
}

# The provider's key gets a copy that the worker can read and others cannot.
rm -f "$state/key"
if [ -n "$key_file" ]; then
	# shellcheck disable=SC2016 # for that shell
	as_worker sh -c 'umask 077 && cat >"$1"' sh "$state/key" <"$key_file"
fi
write_config >"$etc/confab.conf"
[ -f "$state/secret" ] || confabctl secret new || {
	tail -n 5 "$work/log/build.log" >&2
	die 'confabctl cannot make a secret'
}
make_user

if [ ! -f "$work/tls/key.pem" ]; then
	(umask 077 && openssl req -x509 -newkey ec \
	    -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
	    -subj "/CN=localhost" -addext \
	    'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1' \
	    -keyout "$work/tls/key.pem" -out "$work/tls/cert.pem" \
	    2>>"$work/log/build.log" 9>&-) ||
	    die 'openssl cannot make a certificate'
fi

for template in "$work/src"/nginx/confab*.conf.in; do
	sh "$work/src/packaging/fill" "$template" nginxdir="$etc/nginx" \
	    wwwdir="$work/build/www" backend="unix:$socket" \
	    >"$etc/nginx/$(basename "$template" .in)"
done

# nginx got a directive of its own for HTTP/2 in 1.25.1.
nginx_version=$(nginx -v 2>&1 | sed 's|.*nginx/||; s|[^0-9.].*||')
http2_option=' http2' http2_directive=''
if [ "$(printf '%s\n' 1.25.1 "$nginx_version" | sort -V | head -n 1)" = \
    1.25.1 ]; then
	http2_option='' http2_directive='http2 on;'
fi

listen_line() {
	echo "		listen $1:$port ssl$http2_option backlog=4096;"
}

write_nginx() {
	[ -z "$nginx_user" ] || echo "user $nginx_user;"
	cat <<TEXT
daemon off;
pid $run/nginx.pid;
error_log $work/log/nginx-error.log notice;
worker_processes auto;
worker_rlimit_nofile $files;
events {
	worker_connections $connections;
}
http {
	log_format confab '\$remote_addr [\$time_local] "\$request_method '
		'\$uri \$server_protocol" \$status \$body_bytes_sent \$request_time';
	access_log $work/log/nginx-access.log confab;
	server_tokens off;
	client_body_temp_path $work/tmp/body;
	proxy_temp_path $work/tmp/proxy;
	fastcgi_temp_path $work/tmp/fastcgi;
	uwsgi_temp_path $work/tmp/uwsgi;
	scgi_temp_path $work/tmp/scgi;
	keepalive_requests 10000;
	server {
TEXT
	case $listen in
	*:*) listen_line "[$listen]" ;;
	127.0.0.1)
		listen_line 127.0.0.1
		[ ! -s /proc/net/if_inet6 ] || listen_line '[::1]'
		;;
	*) listen_line "$listen" ;;
	esac
	cat <<TEXT
		$http2_directive
		http2_max_concurrent_streams $((streams_max > 128 ? streams_max : 128));
		ssl_certificate $work/tls/cert.pem;
		ssl_certificate_key $work/tls/key.pem;
		ssl_session_cache shared:tls:4m;
		ssl_buffer_size 2800;
TEXT
	[ "$path" = / ] || cat <<TEXT
		location = / {
			absolute_redirect off;
			return 302 $path;
		}
TEXT
	cat <<TEXT
		location $path {
			include $etc/nginx/confab.conf;
		}
	}
}
TEXT
}
write_nginx >"$etc/nginx.conf"
nginx -t -q -p "$work" -e "$work/log/nginx-error.log" -c "$etc/nginx.conf" \
    9>&- || die 'nginx does not take the configuration'

# ---- Run -------------------------------------------------------------------

worker_pid='' nginx_pid=''

# Runs the worker again whenever it ends, until told to stop. setpriv ends
# what it starts when this shell is killed.
supervise() {
	exec 9>&-
	child='' stopping='' status=0
	trap 'stopping=1; [ -z "$child" ] || kill -TERM "$child"' TERM
	trap '' HUP INT
	trap - EXIT
	while [ -z "$stopping" ]; do
		setsid setpriv --pdeathsig KILL $worker_ids \
		    "$work/build/confab.fcgi" --config "$etc/confab.conf" \
		    </dev/null >>"$work/log/worker.log" 2>&1 &
		child=$!
		status=0
		wait "$child" || status=$?
		while kill -0 "$child" 2>/dev/null; do
			wait "$child" || status=$?
		done
		[ -z "$stopping" ] || break
		echo "quickstart: the worker ended with status $status" \
		    >>"$work/log/worker.log"
		sleep 0.2
	done
	exit "$status"
}

# end PID SECONDS: asks, waits, and then insists.
# shellcheck disable=SC2317 # stop_all calls it
end() {
	kill -TERM "$1" 2>/dev/null || return 0
	tenths=$(($2 * 10))
	while kill -0 "$1" 2>/dev/null && [ "$tenths" -gt 0 ]; do
		sleep 0.1
		tenths=$((tenths - 1))
	done
	kill -KILL "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

# shellcheck disable=SC2317 # the trap calls it
stop_all() {
	# nginx first: while it goes, nobody new comes.
	[ -z "$nginx_pid" ] || end "$nginx_pid" 5
	[ -z "$worker_pid" ] || end "$worker_pid" 6
}

# The status of api/health, asked for as a browser would.
health() {
	printf 'GET %sapi/health HTTP/1.0\r\nHost: localhost\r\n\r\n' "$path" |
	    timeout 5 openssl s_client -quiet -connect \
		"$ask:$port" 2>/dev/null 9>&- |
	    sed -n '1s|^HTTP/[0-9.]* \([0-9]*\).*|\1|p'
}

# Somebody may have come while it was built.
free_port
: >"$work/log/worker.log"
supervise &
worker_pid=$!
setsid setpriv --pdeathsig TERM nginx -p "$work" \
    -e "$work/log/nginx-error.log" -c "$etc/nginx.conf" \
    </dev/null >>"$work/log/nginx-error.log" 2>&1 9>&- &
nginx_pid=$!

case $listen in
0.0.0.0) ask=127.0.0.1 ;;
::) ask='[::1]' ;;
*:*) ask="[$listen]" ;;
*) ask=$listen ;;
esac
tries=100
# nginx writes its number when the port is its own: another site's answer is
# none of ours.
until [ -s "$run/nginx.pid" ] && [ "$(health)" = 200 ]; do
	tries=$((tries - 1))
	if grep -q '^quickstart: the worker ended' "$work/log/worker.log"; then
		tail -n 20 "$work/log/worker.log" >&2
		die 'the worker does not start'
	fi
	if ! kill -0 "$nginx_pid" 2>/dev/null; then
		tail -n 20 "$work/log/nginx-error.log" >&2
		die 'nginx does not start'
	fi
	if [ "$tries" = 0 ]; then
		tail -n 20 "$work/log/worker.log" "$work/log/nginx-error.log" >&2
		die 'nothing answers api/health'
	fi
	sleep 0.1
done

say "logs are in $work/log; Ctrl-C ends it"
echo "ready url=https://$ask:$port$path user=$user password=$password"
password=

status=0
wait "$nginx_pid" || status=$?
nginx_pid=
say "nginx ended with status $status"
exit 1
