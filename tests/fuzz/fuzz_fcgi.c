/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as what a web server sends over FastCGI; the first says
 * what becomes of the request. Aborts when one connection is served twice or
 * what comes back is no sequence of records.
 */
#include "config.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confab/gateway/fcgi_record.h"
#include "confab/gateway/gateway.h"
#include "confab/gateway/request.h"
#include "fuzz.h"

#define BODY_MAX 4096
#define INPUT_MAX 65536 /* what a socket takes at once */

struct turn {
	unsigned served;
	uint8_t kind;
};

static void
serve(void *arg, struct gateway *g)
{
	static const char head[] = "Status: 200\r\n\r\n";
	struct turn *t = arg;
	struct gateway_client rc;
	struct request r;
	struct api_error err;

	if (t->served++ > 0)
		abort();
	request_init(&r, g);
	(void)request_read(&r,
	    &(struct request_body){ BODY_MAX, 1000, NULL, NULL }, &err);
	if (r.body.len > BODY_MAX)
		abort();
	if (t->kind % 4 == 0) {
		rc = g->ops->hand_over(g);
		close(rc.fd);
	} else if (t->kind % 4 != 1) {
		g->ops->respond(g, head, sizeof(head) - 1, buf_str(&r.body),
		    r.body.len);
	}
	request_free(&r);
}

static void
look(int fd)
{
	unsigned char out[FCGI_RECORD_HEADER + 65535 + 255];
	size_t at = 0, len = 0, need;
	ssize_t n;

	for (;;) {
		n = recv(fd, out + len, sizeof(out) - len, MSG_DONTWAIT);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	while (at < len) {
		if (len - at < FCGI_RECORD_HEADER || out[at] != 1)
			abort();
		need = FCGI_RECORD_HEADER +
		    ((size_t)out[at + 4] << 8 | out[at + 5]) + out[at + 6];
		if (need > len - at)
			abort();
		at += need;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct turn t;
	int fds[2];

	if (!ready && gateway_fcgi_init() == -1)
		abort();
	ready = true;
	if (size < 1 || size > INPUT_MAX)
		return 0;
	memset(&t, 0, sizeof(t));
	t.kind = data[0];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
		return 0;
	if (send(fds[0], data + 1, size - 1, MSG_DONTWAIT | MSG_NOSIGNAL) !=
	    (ssize_t)(size - 1))
		goto out;
	/* No more comes: nothing waits for it. */
	(void)shutdown(fds[0], SHUT_WR);
	gateway_fcgi_serve(fds[1], 1000, serve, &t);
	fds[1] = -1;
	look(fds[0]);
out:
	close(fds[0]);
	if (fds[1] != -1)
		close(fds[1]);
	return 0;
}
