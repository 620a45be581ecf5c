#!/bin/sh
# SPDX-License-Identifier: MIT
# The check of the layers notices each kind of violation: one of each is planted
# in a copy of the source.
#
# Usage: layers.sh SOURCE BUILD
set -eu
source=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/confab-layers.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

mkdir -p "$work/src/tests"
(cd "$source" && find fcgi include static -name '*.[ch]' -o -name '*.js' \
    ! -path 'static/vendor/*' | tar -cf - -T -) | (cd "$work/src" && tar -xf -)

check() {
	sh "$source/tests/check-layers" "$work/src" >"$work/out" 2>&1
}

# planted WHAT FILE LINE: with the line at the end of the file, it is found.
planted() {
	mkdir -p "$(dirname "$work/src/$2")"
	[ ! -f "$work/src/$2" ] || cp "$work/src/$2" "$work/kept"
	echo "$3" >>"$work/src/$2"
	if check; then
		echo "not noticed: $1"
		exit 1
	elif ! grep -qF "$2" "$work/out"; then
		echo "noticed elsewhere: $1"
		cat "$work/out"
		exit 1
	fi
	rm "$work/src/$2"
	[ ! -f "$work/kept" ] || mv "$work/kept" "$work/src/$2"
}

check || { cat "$work/out"; exit 1; }

planted 'a room above' fcgi/base/buf.c '#include "confab/relay/relay.h"'
planted 'a room beside' fcgi/ctl/check.c '#include "confab/api/route.h"'
planted 'a private header by its path' fcgi/api/chat.c '#include "relay/stream.h"'
planted 'a private header by its name' fcgi/api/chat.c '#include "stream.h"'
planted 'a private header that is promised' include/confab/relay/relay.h \
    '#include "stream.h"'
planted 'a header that is not there' fcgi/api/chat.c \
    '#include "confab/base/nothing.h"'
planted 'a promise to nobody' include/confab/relay/other.h 'struct relay;'
planted 'an unknown room' fcgi/attic/old.c 'int old;'
planted 'a module in no room' include/confab/old.h 'int old;'
planted 'a room in a room' fcgi/relay/deep/old.c 'int old;'
planted 'a clock where it is pure' fcgi/provider/openai.c \
    'static long now(void) { return time(NULL); }'
planted 'a file where it is pure' fcgi/base/buf.c \
    'static int peep(void) { return open("x", 0); }'
planted 'libfcgi' fcgi/api/chat.c '#include <fcgiapp.h>'
planted 'libconfuse' fcgi/identity/users.c '#include <confuse.h>'
planted 'libcurl' fcgi/relay/stream.c '#include <curl/curl.h>'
planted 'libuv' fcgi/identity/session.c '#include <uv.h>'
planted 'json-c' fcgi/relay/stream.c '#include <json-c/json.h>'
planted 'libcrypto' fcgi/identity/token.c '#include <openssl/hmac.h>'
planted 'the page: core knows ui' static/core/store.js \
    "import { x } from '../ui/menu.js';"
planted 'the page: ui knows net' static/ui/menu.js \
    "import { x } from '../net/api.js';"
planted 'the page: a bare name' static/core/store.js "import { x } from 'marked';"
planted 'the page: an unknown room' static/attic/old.js 'export {};'
