/* SPDX-License-Identifier: MIT */
/*
 * libcurl's sockets and times on the loop: what it wants to have watched, and
 * when it wants to be called.
 */
#include "config.h"

#include <stdlib.h>

#include "confab/system/loop.h"

#include "private.h"

/* What libcurl remembers with a socket. */
struct watched {
	uv_poll_t poll; /* first */
	struct shard *shard;
	curl_socket_t fd;
};

void
upstream_free_handle(uv_handle_t *handle)
{
	free(handle->data);
}

static void
on_socket(uv_poll_t *poll, int status, int events)
{
	struct watched *w = (struct watched *)poll;
	int flags = 0;

	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if ((events & UV_READABLE) != 0)
		flags |= CURL_CSELECT_IN;
	if ((events & UV_WRITABLE) != 0)
		flags |= CURL_CSELECT_OUT;
	upstream_act(w->shard, w->fd, flags);
}

/* A socket is watched for the first time. NULL when it cannot be. */
static struct watched *
watched_new(struct shard *s, curl_socket_t fd)
{
	struct watched *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->shard = s;
	w->fd = fd;
	w->poll.data = w;
	if (uv_poll_init_socket(&s->pool->loop->uv, &w->poll, fd) != 0) {
		free(w);
		return NULL;
	}
	curl_multi_assign(s->multi, fd, w);
	return w;
}

/* The transfer's socket cannot be watched. It ends, and it alone: an error
 * returned to libcurl would be the end of the whole multi handle. */
static int
cannot_watch(CURL *easy)
{
	struct transfer *t = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
	if (t != NULL && t->started && !t->doomed) {
		t->failure = CURLE_OUT_OF_MEMORY;
		transfer_doom(t);
	}
	return 0;
}

/* libcurl's CURLMOPT_SOCKETFUNCTION. */
int
upstream_watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
    void *known)
{
	struct shard *s = arg;
	struct watched *w = known;
	int events = 0;

	if (what == CURL_POLL_REMOVE) {
		if (w == NULL)
			return 0;
		curl_multi_assign(s->multi, fd, NULL);
		/* Off the loop now: libcurl may close the socket next. */
		uv_poll_stop(&w->poll);
		uv_close((uv_handle_t *)&w->poll, upstream_free_handle);
		return 0;
	}
	if (w == NULL && (w = watched_new(s, fd)) == NULL)
		return cannot_watch(easy);
	if (what != CURL_POLL_IN)
		events |= UV_WRITABLE;
	if (what != CURL_POLL_OUT)
		events |= UV_READABLE;
	if (uv_poll_start(&w->poll, events, on_socket) != 0)
		return cannot_watch(easy);
	return 0;
}

static void
on_timer(uv_timer_t *timer)
{
	upstream_act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl's CURLMOPT_TIMERFUNCTION. */
int
upstream_set_timer(CURLM *multi, long ms, void *arg)
{
	struct shard *s = arg;

	(void)multi;
	if (ms < 0)
		(void)uv_timer_stop(&s->timer);
	else
		(void)uv_timer_start(&s->timer, on_timer, (uint64_t)ms, 0);
	return 0;
}
