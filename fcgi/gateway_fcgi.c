/* SPDX-License-Identifier: MIT */
/*
 * FastCGI: libfcgi reads, we write.
 *
 * The connection is accepted by us and put into the request before libfcgi
 * is asked for one: so the whole read has a time limit and descriptors are not
 * inherited. Responses are written by us and the connection is closed after
 * each, because libfcgi's own end waits for the peer for seconds, and because a
 * connection that is kept with an unread body would have its rest read as
 * FastCGI records: whoever sent that body could forge requests.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "confab/clock.h"
#include "confab/deadline.h"
#include "confab/fcgi_record.h"
#include "confab/gateway.h"

#define READ_MAX 65536	     /* bytes of one read */
#define HEAD_MAX (64 * 1024) /* bytes of BEGIN_REQUEST and PARAMS */
#define HEAD_PAUSE 5	     /* ms until more of it is looked for */

struct gateway_fcgi {
	struct gateway gateway; /* first */
	FCGX_Request request;
	struct deadline deadline; /* of the whole read */
};

static const char *
param(struct gateway *g, const char *name)
{
	struct gateway_fcgi *f = (struct gateway_fcgi *)g;

	return FCGX_GetParam(name, f->request.envp);
}

static ssize_t
read_body(struct gateway *g, void *out, size_t size)
{
	struct gateway_fcgi *f = (struct gateway_fcgi *)g;
	int n;

	n = FCGX_GetStr(out, size < READ_MAX ? (int)size : READ_MAX,
	    f->request.in);
	if (n > 0)
		return n;
	if (deadline_clear(&f->deadline)) {
		errno = ETIMEDOUT;
		return -1;
	}
	if (FCGX_GetError(f->request.in) != 0) {
		errno = EPROTO;
		return -1;
	}
	return 0;
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
	int fd = f->request.ipcFd, id = f->request.requestId;
	struct iovec iov[4];

	(void)deadline_clear(&f->deadline);
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

static struct relay_client
hand_over(struct gateway *g)
{
	struct gateway_fcgi *f = (struct gateway_fcgi *)g;
	struct relay_client rc;

	(void)deadline_clear(&f->deadline);
	rc.fd = f->request.ipcFd;
	rc.request_id = f->request.requestId;
	f->request.ipcFd = -1;
	return rc;
}

/*
 * Waits until the whole head of a request is there, but does not take it: what
 * libfcgi should not see, a head too large or a management record whose answer
 * overruns its buffer, it does not see. Web servers send it in one piece.
 */
static bool
head_arrives(int fd, uint64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };
	unsigned char head[HEAD_MAX];
	ssize_t n;

	for (;;) {
		n = recv(fd, head, sizeof(head), MSG_PEEK);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		switch (fcgi_record_head(head, (size_t)n)) {
		case FCGI_HEAD_WHOLE:
			return fcgi_record_params_fit(head);
		case FCGI_HEAD_BAD:
			return false;
		case FCGI_HEAD_MORE:
			break;
		}
		if (n == HEAD_MAX || clock_mono_ms() >= until ||
		    poll(&p, 1, HEAD_PAUSE) != 0)
			return false;
	}
}

static const struct gateway_ops ops = { param, read_body, respond, hand_over };

int
gateway_fcgi_init(void)
{
	return FCGX_Init() == 0 ? 0 : -1;
}

/* Has libfcgi read the request; false when it has closed the connection. */
static bool
accept_request(struct gateway_fcgi *f, int fd)
{
	const char *role;

	/* No listening socket: libfcgi is to accept nothing of its own. */
	if (FCGX_InitRequest(&f->request, -1, 0) != 0) {
		close(fd);
		return false;
	}
	f->request.ipcFd = fd;
	f->request.keepConnection = 1; /* else it would be closed first */
	/* It is not to wait for the peer's end when it closes. */
	FCGX_Detach(&f->request);
	if (FCGX_Accept_r(&f->request) != 0)
		return false;
	role = param(&f->gateway, "FCGI_ROLE");
	return role != NULL && strcmp(role, "RESPONDER") == 0;
}

void
gateway_fcgi_serve(int fd, unsigned timeout_ms, gateway_serve_fn serve,
    void *arg)
{
	uint64_t until = clock_mono_ms() + timeout_ms, now;
	struct gateway_fcgi f;
	struct timeval limit;

	limit.tv_sec = (time_t)(timeout_ms / 1000);
	limit.tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000;
	/* For the first byte; and for what libfcgi itself may write. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (!head_arrives(fd, until)) {
		close(fd);
		return;
	}
	memset(&f, 0, sizeof(f));
	f.gateway.ops = &ops;
	now = clock_mono_ms();
	/* Where that fails the limit of each read must do. */
	(void)deadline_set(&f.deadline, fd,
	    now < until ? (unsigned)(until - now) : 0);
	if (accept_request(&f, fd))
		serve(arg, &f.gateway);
	(void)deadline_clear(&f.deadline);
	if (f.request.ipcFd >= 0) {
		close(f.request.ipcFd);
		f.request.ipcFd = -1;
	}
	FCGX_Free(&f.request, 0);
}
