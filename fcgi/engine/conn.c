/* SPDX-License-Identifier: MIT */
/* A connection to the engine, or to a sentinel, by hiredis. */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <hiredis/hiredis.h>

#include "confab/base/clock.h"
#include "confab/config/config.h"

#include "conn.h"
#include "tls.h"

#if HIREDIS_MAJOR >= 1
typedef size_t array_len;
#else
typedef int array_len;
#endif

struct conn {
	redisContext *redis;
	redisReplyObjectFunctions make;
	size_t max;	/* bytes of an answer */
	size_t partial; /* of what has not come whole */
	bool writing;	/* something is left to be written */
	bool free;	/* nothing waits any more */
	char refusal[CONN_CAUSE_MAX];
};

/* hiredis's own, which is the same for all connections. */
static void *(*make_array)(const redisReadTask *, array_len);

/* A list is one of texts, and no longer than we ask for: its length alone would
 * have hiredis take memory for all of it. NULL ends the connection. */
static void *
make_small_array(const redisReadTask *task, array_len n)
{
	if (task->parent != NULL || n > CONN_ITEMS_MAX)
		return NULL;
	return make_array(task, n);
}

static void
limit_replies(struct conn *c)
{
	redisReader *r = c->redis->reader;

	c->make = *r->fn;
	make_array = c->make.createArray;
	c->make.createArray = make_small_array;
	r->fn = &c->make;
}

/* Reads what there is. Returns 0, or -1: gone, or more than any answer has. */
static int
read_some(struct conn *c)
{
	size_t had = c->redis->reader->len;

	if (redisBufferRead(c->redis) != REDIS_OK)
		return -1;
	c->partial += c->redis->reader->len - had;
	if (c->partial <= c->max)
		return 0;
	snprintf(c->refusal, sizeof(c->refusal), "its answer is too large");
	return -1;
}

/* The host of a place, without its brackets. Returns its port. */
static int
split(const char *place, char host[CONN_PLACE_MAX])
{
	const char *colon = strrchr(place, ':');
	size_t n = (size_t)(colon - place);

	if (place[0] == '[') {
		place++;
		n -= 2;
	}
	snprintf(host, CONN_PLACE_MAX, "%.*s", (int)n, place);
	return atoi(colon + 1);
}

/* Connects. Returns 0, or -1 with the cause where hiredis has none. */
static int
dial(struct conn *c, const struct conn_peer *p, char cause[CONN_CAUSE_MAX])
{
	const struct timeval wait = { CONN_WAIT / 1000, 0 };
	const char *place = p->place;
	bool tls = strncmp(place, CONFIG_TLS, strlen(CONFIG_TLS)) == 0;
	char host[CONN_PLACE_MAX];
	int port;

	if (strncmp(place, "unix:", 5) == 0) {
		c->redis = redisConnectUnixWithTimeout(place + 5, wait);
	} else {
		port = split(place + (tls ? strlen(CONFIG_TLS) : 0), host);
		c->redis = redisConnectWithTimeout(host, port, wait);
	}
	if (c->redis == NULL)
		return -1;
	if (c->redis->err != 0 || redisSetTimeout(c->redis, wait) != REDIS_OK) {
		conn_cause(c, NULL, cause);
		return -1;
	}
	return tls ? tls_begin(p->tls, c->redis, host, cause) : 0;
}

static int
sign_in(struct conn *c, const struct conn_peer *p)
{
	const char *argv[3] = { "AUTH" };
	struct conn_reply r;
	int n = 1;

	if (p->password == NULL)
		return 0;
	if (p->user != NULL)
		argv[n++] = p->user;
	argv[n++] = p->password;
	if (conn_call(c, n, argv, &r) != 0)
		return -1;
	conn_reply_free(&r);
	return 0;
}

struct conn *
conn_open(const struct conn_peer *p, char cause[CONN_CAUSE_MAX])
{
	struct conn *c = calloc(1, sizeof(*c));

	snprintf(cause, CONN_CAUSE_MAX, "out of memory");
	if (c == NULL)
		return NULL;
	c->max = CONN_REPLY_MAX;
	if (dial(c, p, cause) != 0)
		goto fail;
	limit_replies(c);
	if (sign_in(c, p) == 0)
		return c;
	conn_cause(c, NULL, cause);
fail:
	conn_close(c);
	return NULL;
}

void
conn_close(struct conn *c)
{
	if (c == NULL)
		return;
	if (c->redis != NULL)
		redisFree(c->redis);
	free(c);
}

void
conn_allow(struct conn *c, size_t max)
{
	c->max = max;
}

/* Takes over a reply of hiredis's. */
static void
wrap(redisReply *reply, struct conn_reply *out)
{
	memset(out, 0, sizeof(*out));
	out->reply = reply;
	out->text = reply->str != NULL ? reply->str : "";
	out->n = reply->type == REDIS_REPLY_ARRAY ? reply->elements : 0;
	if (reply->type == REDIS_REPLY_INTEGER && reply->integer > 0)
		out->number = (unsigned long long)reply->integer;
	out->error = reply->type == REDIS_REPLY_ERROR;
}

/* Takes an answer that has come whole: 1 with it, 0: there is none, or -1. */
static int
take(struct conn *c, struct conn_reply *out)
{
	void *reply = NULL;

	if (redisGetReplyFromReader(c->redis, &reply) != REDIS_OK)
		return -1;
	if (reply == NULL)
		return 0;
	c->partial = 0;
	wrap(reply, out);
	return 1;
}

/* Waits for an answer, for CONN_WAIT in all: one that comes in drops is none. */
static int
await(struct conn *c, struct conn_reply *out)
{
	uint64_t end = clock_mono_ms() + CONN_WAIT, now;
	struct pollfd p = { c->redis->fd, POLLIN, 0 };
	int rc;

	while ((rc = take(c, out)) == 0) {
		now = clock_mono_ms();
		if (now >= end || poll(&p, 1, (int)(end - now)) <= 0 ||
		    read_some(c) != 0)
			return -1;
	}
	return rc < 0 ? -1 : 0;
}

int
conn_call(struct conn *c, int argc, const char **argv, struct conn_reply *out)
{
	int done = 0;

	memset(out, 0, sizeof(*out));
	if (conn_put(c, argc, argv) != 0)
		return -1;
	while (done == 0)
		if (redisBufferWrite(c->redis, &done) != REDIS_OK)
			return -1;
	c->writing = false;
	if (await(c, out) != 0)
		return -1;
	if (!out->error)
		return 0;
	snprintf(c->refusal, sizeof(c->refusal), "%.*s",
	    (int)sizeof(c->refusal) - 1, out->text);
	conn_reply_free(out);
	return -1;
}

int
conn_subscribe(struct conn *c, const char *channel)
{
	const char *argv[] = { "SUBSCRIBE", channel };
	struct conn_reply r;

	if (conn_call(c, 2, argv, &r) != 0)
		return -1;
	conn_reply_free(&r);
	return 0;
}

int
conn_put(struct conn *c, int argc, const char **argv)
{
	if (redisAppendCommandArgv(c->redis, argc, argv, NULL) != REDIS_OK)
		return -1;
	c->writing = true;
	return 0;
}

void
conn_ping(struct conn *c)
{
	const char *argv[] = { "PING" };

	(void)conn_put(c, 1, argv);
}

/* From now on nothing waits. */
static int
set_free(struct conn *c)
{
	int flags;

	if (c->free)
		return 0;
	flags = fcntl(c->redis->fd, F_GETFL);
	if (flags < 0 || fcntl(c->redis->fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return -1;
	c->redis->flags &= ~REDIS_BLOCK;
	c->free = true;
	return 0;
}

int
conn_write(struct conn *c)
{
	int done = 0;

	if (set_free(c) != 0 || redisBufferWrite(c->redis, &done) != REDIS_OK)
		return -1;
	c->writing = done == 0;
	return 0;
}

int
conn_next(struct conn *c, struct conn_reply *out)
{
	struct pollfd p = { c->redis->fd, POLLIN, 0 };
	int rc;

	while ((rc = take(c, out)) == 0) {
		if (poll(&p, 1, 0) <= 0)
			return 0;
		if (read_some(c) != 0)
			return -1;
	}
	return rc;
}

const char *
conn_item(const struct conn_reply *r, size_t i)
{
	const redisReply *reply = r->reply;

	if (i >= r->n || reply->element[i]->str == NULL)
		return "";
	return reply->element[i]->str;
}

void
conn_reply_free(struct conn_reply *r)
{
	if (r->reply != NULL)
		freeReplyObject(r->reply);
	memset(r, 0, sizeof(*r));
}

int
conn_fd(const struct conn *c)
{
	return c->redis->fd;
}

short
conn_events(const struct conn *c)
{
	return c->writing ? POLLIN | POLLOUT : POLLIN;
}

void
conn_cause(const struct conn *a, const struct conn *b,
    char cause[CONN_CAUSE_MAX])
{
	const struct conn *both[] = { a, b };

	for (size_t i = 0; i < 2; i++) {
		const struct conn *c = both[i];

		if (c == NULL)
			continue;
		if (c->refusal[0] != '\0') {
			memcpy(cause, c->refusal, CONN_CAUSE_MAX);
			return;
		}
		if (c->redis != NULL && c->redis->err != 0) {
			snprintf(cause, CONN_CAUSE_MAX, "%s", c->redis->errstr);
			return;
		}
	}
	snprintf(cause, CONN_CAUSE_MAX, "it did not answer as it should");
}
