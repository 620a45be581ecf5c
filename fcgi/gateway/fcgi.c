/* SPDX-License-Identifier: MIT */
/*
 * FastCGI: libfcgi reads a request's head, we read its body and write.
 *
 * The connection is accepted by us, so that the whole read has a time limit
 * and descriptors are not inherited. libfcgi gets the head through a pipe, once
 * all of it is there, and never sees the connection: it would answer a
 * management record past the end of a buffer, and wait for bytes without a
 * limit. Responses are written by us and the connection is closed after each,
 * because libfcgi's own end waits for the peer for seconds, and because a
 * connection that is kept with an unread body would have its rest read as
 * FastCGI records: whoever sent that body could forge requests.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "confab/base/crypto.h"
#include "confab/gateway/fcgi_record.h"
#include "confab/gateway/gateway.h"

#include "deadline.h"
#include "fcgi_body.h"

/* Bytes of BEGIN_REQUEST and PARAMS; a pipe holds them. */
#define HEAD_MAX (64 * 1024)

struct gateway_fcgi {
	struct gateway gateway; /* first */
	FCGX_Request request;	/* of the head */
	struct fcgi_body body;
	struct deadline deadline; /* of the whole read */
	int fd;			  /* -1 once it is handed over */
	const unsigned char *at;  /* in `bytes`: what is not looked at yet */
	size_t left;
	size_t used;		       /* of `bytes`, at any time */
	unsigned char bytes[HEAD_MAX]; /* as they came */
};

static const char *
param(struct gateway *g, const char *name)
{
	struct gateway_fcgi *f = (struct gateway_fcgi *)g;

	return FCGX_GetParam(name, f->request.envp);
}

/* Waits for bytes behind the first `kept` of the buffer. As recv(2). */
static ssize_t
receive(struct gateway_fcgi *f, size_t kept)
{
	ssize_t n;

	do
		n = recv(f->fd, f->bytes + kept, sizeof(f->bytes) - kept, 0);
	while (n == -1 && errno == EINTR);
	if (n > 0 && kept + (size_t)n > f->used)
		f->used = kept + (size_t)n;
	return n;
}

static ssize_t
read_body(struct gateway *g, void *out, size_t size)
{
	struct gateway_fcgi *f = (struct gateway_fcgi *)g;
	ssize_t n;

	for (;;) {
		n = (ssize_t)fcgi_body_read(&f->body, &f->at, &f->left, out,
		    size);
		if (n > 0 || f->body.state == FCGI_BODY_ENDED)
			return n;
		if (f->body.state == FCGI_BODY_BAD) {
			errno = EPROTO;
			return -1;
		}
		n = receive(f, 0);
		if (n <= 0)
			break;
		f->at = f->bytes;
		f->left = (size_t)n;
	}
	/* EAGAIN: the limit of one read, where there is none of the whole. */
	if (deadline_clear(&f->deadline) || (n == -1 && errno == EAGAIN))
		errno = ETIMEDOUT;
	else
		errno = EPROTO;
	return -1;
}

static bool
waits(struct gateway *g)
{
	struct gateway_fcgi *f = (struct gateway_fcgi *)g;
	struct pollfd p = { .fd = f->fd, .events = POLLIN };

	return f->body.state == FCGI_BODY_OPEN && f->left == 0 &&
	    poll(&p, 1, GATEWAY_NO_WAIT) == 0;
}

/* Limits the whole read; where that fails, each read at least. */
static void
limit_reading(struct gateway_fcgi *f, unsigned timeout_ms)
{
	struct timeval limit;

	if (deadline_set(&f->deadline, f->fd, timeout_ms) == 0)
		return;
	limit.tv_sec = (time_t)(timeout_ms / 1000);
	limit.tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000;
	(void)setsockopt(f->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

static void
allow(struct gateway *g, unsigned ms)
{
	struct gateway_fcgi *f = (struct gateway_fcgi *)g;

	if (!deadline_clear(&f->deadline))
		limit_reading(f, ms);
}

/* Writes all of it, waiting for room at most GATEWAY_WRITE_TIMEOUT at a time. */
static int
write_all(int fd, struct iovec *iov, int n)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct msghdr msg;
	ssize_t sent;

	while (n > 0) {
		memset(&msg, 0, sizeof(msg));
		msg.msg_iov = iov;
		msg.msg_iovlen = (size_t)n;
		sent = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent == -1 && errno == EINTR)
			continue;
		if (sent == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			if (poll(&p, 1, GATEWAY_WRITE_TIMEOUT) == 1)
				continue;
			return -1;
		}
		if (sent == -1)
			return -1;
		while (n > 0 && (size_t)sent >= iov->iov_len) {
			sent -= (ssize_t)iov->iov_len;
			iov++;
			n--;
		}
		if (n > 0) {
			iov->iov_base = (char *)iov->iov_base + sent;
			iov->iov_len -= (size_t)sent;
		}
	}
	return 0;
}

static void
part(struct iovec *v, const void *p, size_t len)
{
	/* sendmsg() does not write through iov_base. */
	v->iov_base = (void *)(uintptr_t)p;
	v->iov_len = len;
}

/* Writes bytes as records of their own. */
static int
write_records(int fd, int id, const char *p, size_t len)
{
	unsigned char header[FCGI_RECORD_HEADER];
	struct iovec iov[2];
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = len < FCGI_RECORD_MAX ? len : FCGI_RECORD_MAX;
		fcgi_record_stdout(header, id, n);
		part(&iov[0], header, sizeof(header));
		part(&iov[1], p, n);
		if (write_all(fd, iov, 2) == -1)
			return -1;
	}
	return 0;
}

static void
respond(struct gateway *g, const void *head, size_t head_len, const void *body,
    size_t body_len)
{
	struct gateway_fcgi *f = (struct gateway_fcgi *)g;
	unsigned char header[FCGI_RECORD_HEADER], end[FCGI_RECORD_END];
	int fd = f->fd, id = f->request.requestId;
	struct iovec iov[4];

	fcgi_record_end(end, id);
	if (head_len + body_len > FCGI_RECORD_MAX) {
		if (write_records(fd, id, head, head_len) == -1 ||
		    write_records(fd, id, body, body_len) == -1)
			return;
		part(&iov[0], end, sizeof(end));
		(void)write_all(fd, iov, 1);
		return;
	}
	fcgi_record_stdout(header, id, head_len + body_len);
	part(&iov[0], header, sizeof(header));
	part(&iov[1], head, head_len);
	part(&iov[2], body, body_len);
	part(&iov[3], end, sizeof(end));
	(void)write_all(fd, iov, 4);
}

static struct gateway_client
hand_over(struct gateway *g)
{
	struct gateway_fcgi *f = (struct gateway_fcgi *)g;
	struct gateway_client rc;

	(void)deadline_clear(&f->deadline);
	rc.fd = f->fd;
	rc.request_id = f->request.requestId;
	f->fd = -1;
	return rc;
}

/*
 * Reads the whole head, and what of the body comes along: a head too large, or
 * one that libfcgi should not see, ends it. Returns the head's length or 0.
 */
static size_t
receive_head(struct gateway_fcgi *f)
{
	size_t len = 0, head_len;
	ssize_t n;

	while (len < sizeof(f->bytes) && (n = receive(f, len)) > 0) {
		len += (size_t)n;
		switch (fcgi_record_head(f->bytes, len, &head_len)) {
		case FCGI_HEAD_WHOLE:
			f->at = f->bytes + head_len;
			f->left = len - head_len;
			return fcgi_record_params_fit(f->bytes) ? head_len : 0;
		case FCGI_HEAD_BAD:
			return 0;
		case FCGI_HEAD_MORE:
			break;
		}
	}
	return 0;
}

static const struct gateway_ops ops = { param, read_body, waits, allow, respond,
	hand_over };

int
gateway_fcgi_init(void)
{
	return FCGX_Init() == 0 ? 0 : -1;
}

/* A pipe's end that gives the head and then its own end; or -1. */
static int
head_pipe(const unsigned char *head, size_t len)
{
	int fds[2];
	ssize_t n;

	/* Nothing waits here: a pipe without that much room is no use. */
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1)
		return -1;
	n = write(fds[1], head, len);
	close(fds[1]);
	if (n == (ssize_t)len)
		return fds[0];
	close(fds[0]);
	return -1;
}

/* Has libfcgi read the head. True when it is of a request for us. */
static bool
parse_head(struct gateway_fcgi *f, size_t len)
{
	const char *role;
	bool good;

	/* No listening socket: libfcgi is to accept nothing of its own. */
	if (FCGX_InitRequest(&f->request, -1, 0) != 0)
		return false;
	f->request.ipcFd = head_pipe(f->bytes, len);
	if (f->request.ipcFd == -1)
		return false;
	f->request.keepConnection = 1; /* else it would be closed first */
	good = FCGX_Accept_r(&f->request) == 0;
	if (f->request.ipcFd >= 0)
		close(f->request.ipcFd);
	f->request.ipcFd = -1;
	role = good ? param(&f->gateway, "FCGI_ROLE") : NULL;
	return role != NULL && strcmp(role, "RESPONDER") == 0;
}

void
gateway_fcgi_serve(int fd, unsigned timeout_ms, gateway_serve_fn serve,
    void *arg)
{
	struct gateway_fcgi f;
	size_t head_len;

	/* Not the buffer: pages that no request needs stay untouched. */
	memset(&f, 0, offsetof(struct gateway_fcgi, bytes));
	f.gateway.ops = &ops;
	f.fd = fd;
	limit_reading(&f, timeout_ms);
	head_len = receive_head(&f);
	if (head_len > 0 && parse_head(&f, head_len)) {
		fcgi_body_init(&f.body, f.request.requestId);
		serve(arg, &f.gateway);
	}
	(void)deadline_clear(&f.deadline);
	if (f.fd != -1)
		close(f.fd);
	/* It may hold a password or a message. */
	crypto_wipe(f.bytes, f.used);
	FCGX_Free(&f.request, 0);
}
