/* SPDX-License-Identifier: MIT */
/*
 * A client's connection on a loop.
 *
 * One call of sendmsg() carries what is queued, a record's header, the record's
 * content straight from the ring and, at the end, the closing records. A
 * socket that takes only a part gets the rest from a copy in `out`, so that
 * the ring may move on and no state says where in a record we are.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "confab/gateway/fcgi_record.h"
#include "confab/system/loop.h"

#include "client.h"

#define IOV_SEGMENTS 8 /* of the ring in one write */
#define DRAIN_READS 16 /* of bytes that nobody asked for, a wake */

static void on_poll(uv_poll_t *handle, int status, int events);

static void
free_client(uv_handle_t *handle)
{
	struct client *c = (struct client *)handle;

	buf_free(&c->out);
	free(c->extra_headers);
	free(c);
}

void
client_close(struct client *c)
{
	if (c->closed)
		return;
	c->closed = true;
	if (c->pollable) {
		/* Off the loop before the descriptor's number is reused. */
		uv_poll_stop(&c->poll);
		uv_close((uv_handle_t *)&c->poll, free_client);
		close(c->fd);
	} else {
		close(c->fd);
		free_client((uv_handle_t *)&c->poll);
	}
}

static void
watch(struct client *c)
{
	/*
	 * A CGI program's output may be a socket whose other direction the
	 * web server closes after the body: that is no hang-up. A true one, or
	 * a pipe's error, comes unasked; what is asked for here never comes.
	 */
	int events =
	    c->request_id != 0 ? UV_DISCONNECT | UV_READABLE : UV_PRIORITIZED;

	if (!c->pollable)
		return;
	if (c->blocked)
		events |= UV_WRITABLE;
	uv_poll_start(&c->poll, events, on_poll);
}

struct client *
client_open(struct loop *l, struct gateway_client rc,
    const struct client_handler *handler, void *arg)
{
	struct client *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		close(rc.fd);
		return NULL;
	}
	c->handler = handler;
	c->arg = arg;
	c->fd = rc.fd;
	c->request_id = rc.request_id;
	c->last_write = loop_now(l);
	buf_init(&c->out, CLIENT_OUT_MAX);
	c->pollable = uv_poll_init(&l->uv, &c->poll, rc.fd) == 0;
	if (!c->pollable && rc.request_id != 0) {
		close(rc.fd);
		free(c);
		return NULL;
	}
	watch(c);
	return c;
}

int
client_put(struct client *c, const void *bytes, size_t len)
{
	const char *p = bytes;
	size_t n;

	if (c->request_id == 0)
		return buf_append(&c->out, bytes, len);
	while (len > 0) {
		unsigned char header[FCGI_RECORD_HEADER];

		n = len < FCGI_RECORD_MAX ? len : FCGI_RECORD_MAX;
		fcgi_record_stdout(header, c->request_id, n);
		buf_append(&c->out, header, sizeof(header));
		buf_append(&c->out, p, n);
		p += n;
		len -= n;
	}
	return buf_ok(&c->out) ? 0 : -1;
}

void
client_end(struct client *c)
{
	c->ending = true;
}

/* One write's parts. */
struct gather {
	struct iovec iov[IOV_SEGMENTS + 3];
	int n;
	size_t total;
	unsigned char header[FCGI_RECORD_HEADER];
	unsigned char end[FCGI_RECORD_END];
	uint64_t off; /* of the ring, after this write */
	bool with_end;
};

static void
gather_add(struct gather *g, const void *bytes, size_t len)
{
	/* sendmsg() does not write through iov_base. */
	g->iov[g->n].iov_base = (void *)(uintptr_t)bytes;
	g->iov[g->n].iov_len = len;
	g->n++;
	g->total += len;
}

static void
gather_ring(struct gather *g, const struct client *c,
    const struct event_ring *ring)
{
	size_t content = 0, n;
	const char *bytes;
	int at = -1, i;

	if (c->request_id != 0) {
		at = g->n;
		gather_add(g, g->header, 0);
	}
	for (i = 0; i < IOV_SEGMENTS && content < CLIENT_WRITE_MAX; i++) {
		n = event_ring_peek(ring, g->off, &bytes);
		if (n == 0)
			break;
		if (n > CLIENT_WRITE_MAX - content)
			n = CLIENT_WRITE_MAX - content;
		gather_add(g, bytes, n);
		g->off += n;
		content += n;
	}
	if (at == -1)
		return;
	if (content == 0) {
		g->n = at;
		return;
	}
	fcgi_record_stdout(g->header, c->request_id, content);
	g->iov[at].iov_len = sizeof(g->header);
	g->total += sizeof(g->header);
}

static void
gather(struct gather *g, const struct client *c, const struct event_ring *ring)
{
	size_t queued = c->out.len - c->out_at;

	g->n = 0;
	g->total = 0;
	g->off = c->off;
	if (queued > 0)
		gather_add(g, c->out.data + c->out_at, queued);
	g->with_end = c->end_queued;
	/* What does not get out must not pull more of the ring in: there it
	 * is counted, and holds the provider back. */
	if (c->end_queued || (ring != NULL && queued >= CLIENT_WRITE_MAX))
		return;
	if (ring != NULL)
		gather_ring(g, c, ring);
	g->with_end = c->ending && (ring == NULL || g->off >= ring->head);
	if (g->with_end && c->request_id != 0) {
		fcgi_record_end(g->end, c->request_id);
		gather_add(g, g->end, sizeof(g->end));
	}
}

/* Keeps in `out` what the socket did not take of a write. */
static int
keep_rest(struct client *c, const struct gather *g, size_t sent)
{
	struct buf rest;
	size_t skip = sent;
	int i;

	buf_init(&rest, CLIENT_OUT_MAX);
	for (i = 0; i < g->n; i++) {
		const char *p = g->iov[i].iov_base;
		size_t n = g->iov[i].iov_len;

		if (skip >= n) {
			skip -= n;
			continue;
		}
		buf_append(&rest, p + skip, n - skip);
		skip = 0;
	}
	if (!buf_ok(&rest)) {
		buf_free(&rest);
		return -1;
	}
	buf_free(&c->out);
	c->out = rest;
	c->out_at = 0;
	return 0;
}

static ssize_t
write_some(struct client *c, struct gather *g)
{
	struct msghdr msg;
	ssize_t n;

	do {
		if (c->request_id != 0) {
			memset(&msg, 0, sizeof(msg));
			msg.msg_iov = g->iov;
			msg.msg_iovlen = (size_t)g->n;
			n = sendmsg(c->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		} else {
			/* SIGPIPE is ignored in a CGI run. */
			n = writev(c->fd, g->iov, g->n);
		}
	} while (n == -1 && errno == EINTR);
	return n;
}

static void
set_blocked(struct client *c, bool blocked)
{
	if (c->blocked == blocked)
		return;
	c->blocked = blocked;
	watch(c);
}

static bool
lost(struct client *c)
{
	const struct client_handler *h = c->handler;
	void *arg = c->arg;

	client_close(c);
	h->gone(c, arg);
	return false;
}

static bool
finished(struct client *c)
{
	const struct client_handler *h = c->handler;
	void *arg = c->arg;

	client_close(c);
	h->ended(c, arg);
	return false;
}

/* Takes note of a write of which `sent` bytes went out. */
static int
advance(struct client *c, const struct gather *g, size_t sent)
{
	size_t queued = c->out.len - c->out_at;

	c->off = g->off;
	if (sent == g->total) {
		buf_free(&c->out);
		c->out_at = 0;
		return 0;
	}
	if (g->with_end)
		c->end_queued = true;
	if (g->total == queued) {
		/* A long answer is not copied at each of its writes. */
		c->out_at += sent;
		return 0;
	}
	return keep_rest(c, g, sent);
}

bool
client_send(struct loop *l, struct client *c, const struct event_ring *ring)
{
	struct gather g;
	ssize_t n;

	while (!c->blocked) {
		gather(&g, c, ring);
		if (g.n == 0)
			return g.with_end ? finished(c) : true;
		n = write_some(c, &g);
		if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			set_blocked(c, true);
			break;
		}
		if (n == -1 || advance(c, &g, (size_t)n) == -1)
			return lost(c);
		c->last_write = loop_now(l);
		if ((size_t)n < g.total)
			set_blocked(c, true);
		else if (g.with_end)
			return finished(c);
		else if (ring == NULL || (c->off >= ring->head && !c->ending))
			break;
	}
	return true;
}

/* True while the other side is there; what it still sends is dropped. */
static bool
peer_is_there(struct client *c)
{
	char scratch[4096];
	ssize_t n = 1;
	int i;

	/* One that never stops sending gets a turn like the others. */
	for (i = 0; i < DRAIN_READS && n > 0; i++)
		n = recv(c->fd, scratch, sizeof(scratch), MSG_DONTWAIT);
	return n > 0 ||
	    (n == -1 &&
		(errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

static void
on_poll(uv_poll_t *handle, int status, int events)
{
	struct client *c = (struct client *)handle;

	if (status < 0 || (events & (UV_DISCONNECT | UV_PRIORITIZED)) != 0 ||
	    ((events & UV_READABLE) != 0 && !peer_is_there(c))) {
		(void)lost(c);
		return;
	}
	if ((events & UV_WRITABLE) != 0) {
		set_blocked(c, false);
		c->handler->writable(c, c->arg);
	}
}

static void
respond_over(struct client *c, void *arg)
{
	(void)c;
	(void)arg;
}

static void
respond_more(struct client *c, void *arg)
{
	(void)client_send(arg, c, NULL);
}

void
client_respond(struct loop *l, struct gateway_client rc, const char *head,
    const char *body, size_t len)
{
	static const struct client_handler alone = { respond_over, respond_more,
		respond_over };
	struct client *c;

	c = client_open(l, rc, &alone, l);
	if (c == NULL)
		return;
	if (client_put(c, head, strlen(head)) == -1 ||
	    client_put(c, body, len) == -1) {
		client_close(c);
		return;
	}
	client_end(c);
	(void)client_send(l, c, NULL);
}
