/* SPDX-License-Identifier: MIT */
/*
 * Plain CGI (RFC 3875): the environment, standard input and standard output.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/gateway/gateway.h"

#define WRITE_ONCE 4096 /* PIPE_BUF: what a pipe takes that is writable */

struct gateway_cgi {
	struct gateway gateway;	 /* first */
	unsigned long long left; /* of the body */
	uint64_t until;		 /* the body must have arrived */
};

static const char *
param(struct gateway *g, const char *name)
{
	(void)g;
	return getenv(name);
}

/* Waits for a descriptor; a file is always ready. */
static bool
wait_for(int fd, short events, uint64_t until)
{
	struct pollfd p = { .fd = fd, .events = events };
	uint64_t now;
	int n;

	do {
		now = clock_mono_ms();
		if (now >= until)
			break;
		n = poll(&p, 1, (int)(until - now));
		if (n > 0)
			return true;
	} while (n == -1 && errno == EINTR);
	errno = ETIMEDOUT;
	return false;
}

static ssize_t
read_body(struct gateway *g, void *out, size_t size)
{
	struct gateway_cgi *c = (struct gateway_cgi *)g;
	ssize_t n;

	/* There need be no end of file after the body (section 4.2). */
	if (size > c->left)
		size = (size_t)c->left;
	if (size == 0)
		return 0;
	do {
		if (!wait_for(STDIN_FILENO, POLLIN, c->until))
			return -1;
		n = read(STDIN_FILENO, out, size);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	if (n > 0)
		c->left -= (unsigned long long)n;
	return n;
}

/* A process of its own waits for nobody's turn but its own. */
static bool
waits(struct gateway *g)
{
	(void)g;
	return false;
}

static void
allow(struct gateway *g, unsigned ms)
{
	((struct gateway_cgi *)g)->until = clock_mono_ms() + ms;
}

static int
write_all(const char *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		if (!wait_for(STDOUT_FILENO, POLLOUT,
			clock_mono_ms() + GATEWAY_WRITE_TIMEOUT))
			return -1;
		n = write(STDOUT_FILENO, p,
		    len < WRITE_ONCE ? len : WRITE_ONCE);
		if (n == -1 && errno != EINTR && errno != EAGAIN)
			return -1;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* What comes next must not end up in the response. */
static void
release_output(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd == -1) {
		close(STDOUT_FILENO);
	} else if (fd != STDOUT_FILENO) {
		(void)dup2(fd, STDOUT_FILENO);
		close(fd);
	}
}

static void
respond(struct gateway *g, const void *head, size_t head_len, const void *body,
    size_t body_len)
{
	(void)g;
	if (write_all(head, head_len) == 0)
		(void)write_all(body, body_len);
	release_output();
}

static struct gateway_client
hand_over(struct gateway *g)
{
	struct gateway_client rc = { .fd = -1, .request_id = 0 };

	(void)g;
	rc.fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (rc.fd == -1)
		rc.fd = STDOUT_FILENO;
	else
		release_output();
	return rc;
}

static const struct gateway_ops ops = { param, read_body, waits, allow, respond,
	hand_over };

bool
gateway_is_cgi(void)
{
	const char *interface = getenv("GATEWAY_INTERFACE");
	socklen_t len = sizeof(int);
	int listening = 0;

	if (interface == NULL || strncmp(interface, "CGI/", 4) != 0 ||
	    getenv("REQUEST_METHOD") == NULL)
		return false;
	return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening,
		   &len) == -1 ||
	    listening == 0;
}

void
gateway_cgi_serve(unsigned timeout_ms, gateway_serve_fn serve, void *arg)
{
	const char *length = getenv("CONTENT_LENGTH");
	struct gateway_cgi c;

	memset(&c, 0, sizeof(c));
	c.gateway.ops = &ops;
	c.until = clock_mono_ms() + timeout_ms;
	/* One that is no number is refused by whoever reads the request. */
	if (length != NULL && length[0] >= '0' && length[0] <= '9')
		c.left = strtoull(length, NULL, 10);
	serve(arg, &c.gateway);
}
