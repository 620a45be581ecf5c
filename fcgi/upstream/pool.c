/* SPDX-License-Identifier: MIT */
/*
 * libcurl's multi handles on a loop, and the idle connections that are kept.
 *
 * libcurl searches all connections to a host for one to reuse, and all of them
 * again when one is closed. With thousands of open streams that search is the
 * most expensive thing it does. So transfers are spread over shards of one
 * multi handle each, filled in order, and the search is asked for only where
 * we know of an idle connection.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "confab/system/loop.h"
#include "confab/upstream/upstream.h"

#include "pool.h"
#include "private.h"
#include "transfer_setup.h"

/* We bound idle ones ourselves: libcurl's limit counts busy ones and then
 * searches. */
#define MULTI_CONNECTIONS 1000000L

/* ---- Transfers and their end ---------------------------------------------*/

static void
unlink_transfer(struct transfer *t)
{
	struct shard *s = t->shard;
	struct transfer **d;

	if (!t->started)
		return;
	t->started = false;
	if (t->prev != NULL)
		t->prev->next = t->next;
	else
		s->transfers = t->next;
	if (t->next != NULL)
		t->next->prev = t->prev;
	if (s->walk == t)
		s->walk = t->next;
	s->active--;
	if (t->lingering || t->expecting)
		s->pool->ending--;
	if (t->keeps)
		t->origin->kept[s->index]--;
	t->keeps = false;
	for (d = &s->pool->late; t->late && *d != NULL; d = &(*d)->next_late)
		if (*d == t) {
			*d = t->next_late;
			break;
		}
	t->late = false;
	for (d = &s->pool->touched; t->touched && *d != NULL;
	     d = &(*d)->next_touched)
		if (*d == t) {
			*d = t->next_touched;
			break;
		}
	t->touched = false;
	if (!t->doomed)
		return;
	for (d = &s->pool->doomed; *d != NULL; d = &(*d)->next_doomed)
		if (*d == t) {
			*d = t->next_doomed;
			break;
		}
}

void
transfer_detach(struct transfer *t)
{
	struct shard *s = t->shard;

	if (!t->started)
		return;
	unlink_transfer(t);
	s->pool->depth++;
	curl_multi_remove_handle(s->multi, t->easy);
	s->pool->depth--;
}

void
transfer_release(struct transfer *t)
{
	transfer_detach(t);
	if (t->easy != NULL)
		curl_easy_cleanup(t->easy);
	transfer_free_headers(t->headers);
	buf_wipe(&t->body);
	free(t->retry_after);
	free(t->wanted);
}

void
transfer_doom(struct transfer *t)
{
	struct upstream_pool *p = t->shard->pool;

	t->doomed = true;
	t->next_doomed = p->doomed;
	p->doomed = t;
}

/* A doomed transfer was cancelled, or failed outside libcurl's own turn. */
static void
end_doomed(struct transfer *t)
{
	if (t->failure != CURLE_OK)
		t->on_done(t, (int)t->failure);
	else
		t->free(t);
}

void
transfer_cancel(struct transfer *t)
{
	if (t->doomed)
		return;
	if (t->shard->pool->depth == 0)
		t->free(t);
	else
		transfer_doom(t);
}

/* Gives a transfer to libcurl. */
static CURLMcode
give(struct transfer *t)
{
	struct shard *s = t->shard;
	CURLMcode rc;

	s->pool->depth++;
	rc = curl_multi_add_handle(s->multi, t->easy);
	s->pool->depth--;
	return rc;
}

/* Begins anew, on a connection of its own: nothing was sent on the kept one. */
static CURLMcode
give_fresh(struct transfer *t)
{
	struct shard *s = t->shard;

	t->spoilt = false;
	t->expected_reuse = false;
	s->pool->depth++;
	curl_multi_remove_handle(s->multi, t->easy);
	s->pool->depth--;
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	return give(t);
}

/* Begins what was started in a callback: libcurl takes nothing there. */
static void
give_late(struct upstream_pool *p)
{
	struct transfer *t;

	while ((t = p->late) != NULL) {
		p->late = t->next_late;
		t->late = false;
		if (give(t) != CURLM_OK && !t->doomed) {
			t->failure = CURLE_FAILED_INIT;
			transfer_doom(t);
		}
	}
}

void
transfer_touch(struct transfer *t)
{
	struct upstream_pool *p = t->shard->pool;

	if (t->touched)
		return;
	t->touched = true;
	t->next_touched = p->touched;
	p->touched = t;
}

/* A provider sends each event in a chunk of its own, and libcurl tells of each
 * chunk. What came in one read is passed on in one write. */
static void
tell_read(struct upstream_pool *p)
{
	struct transfer *t;

	while ((t = p->touched) != NULL) {
		p->touched = t->next_touched;
		t->touched = false;
		if (!t->doomed)
			t->on_read(t);
	}
}

/* Does what libcurl's callbacks may not: begins and ends transfers. */
static void
reap(struct shard *s)
{
	struct upstream_pool *p = s->pool;
	struct transfer *t;
	CURLMsg *msg;
	CURLcode result;
	int left;

	if (p->depth > 0)
		return;
	tell_read(p);
	while ((msg = curl_multi_info_read(s->multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		result = msg->data.result;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
		if (t->spoilt && !t->doomed) {
			if (give_fresh(t) == CURLM_OK)
				continue;
			result = CURLE_FAILED_INIT;
		}
		upstream_idle_count(t, result);
		if (t->doomed)
			end_doomed(t);
		else
			t->on_done(t, (int)result);
	}
	give_late(p);
	while ((t = p->doomed) != NULL)
		end_doomed(t);
}

void
transfer_abandon(struct transfer *t)
{
	t->abandoned = true;
}

void
transfer_pause(struct transfer *t, bool pause)
{
	struct shard *s = t->shard;
	CURLcode rc;

	if (t->doomed || !t->started)
		return;
	transfer_hold(t, pause);
	s->pool->depth++;
	rc = curl_easy_pause(t->easy, pause ? CURLPAUSE_RECV : CURLPAUSE_CONT);
	s->pool->depth--;
	/* Bytes that were held are delivered from in there. When they are
	 * refused, libcurl tells us here and does not end the transfer. */
	if (rc == CURLE_WRITE_ERROR && !t->doomed) {
		t->failure = rc;
		transfer_doom(t);
	}
	reap(s);
}

/* ---- Shards ---------------------------------------------------------------*/

void
upstream_act(struct shard *s, curl_socket_t fd, int events)
{
	int running;

	s->fresh = false;
	s->pool->depth++;
	curl_multi_socket_action(s->multi, fd, events, &running);
	s->pool->depth--;
	reap(s);
}

static struct shard *
shard_new(struct upstream_pool *p)
{
	struct shard *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->multi = curl_multi_init();
	if (s->multi == NULL) {
		free(s);
		return NULL;
	}
	s->pool = p;
	s->index = p->n_shards;
	curl_multi_setopt(s->multi, CURLMOPT_SOCKETFUNCTION,
	    upstream_watch_socket);
	curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s);
	curl_multi_setopt(s->multi, CURLMOPT_TIMERFUNCTION, upstream_set_timer);
	curl_multi_setopt(s->multi, CURLMOPT_TIMERDATA, s);
	curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, MULTI_CONNECTIONS);
	uv_timer_init(&p->loop->uv, &s->timer);
	s->timer.data = s;
	p->shards[p->n_shards++] = s;
	return s;
}

static struct origin *
origin_of(struct upstream_pool *p, const char *url)
{
	size_t i;

	for (i = 0; i < p->n_origins; i++)
		if (strcmp(p->origins[i].url, url) == 0)
			return &p->origins[i];
	if (p->n_origins == UPSTREAM_ORIGINS)
		return &p->origins[UPSTREAM_ORIGINS - 1];
	p->origins[p->n_origins].url = strdup(url);
	if (p->origins[p->n_origins].url == NULL)
		return NULL;
	return &p->origins[p->n_origins++];
}

/* An idle connection first, then the first shard with room. */
static struct shard *
choose_shard(struct upstream_pool *p, const struct origin *o)
{
	struct shard *s, *least = NULL;
	unsigned i;

	for (i = 0; i < p->n_shards; i++)
		if (o->idle[i] > 0)
			return p->shards[i];
	for (i = 0; i < p->n_shards; i++) {
		s = p->shards[i];
		if (s->active < UPSTREAM_SHARD_MAX)
			return s;
		if (least == NULL || s->active < least->active)
			least = s;
	}
	s = p->n_shards < UPSTREAM_SHARDS ? shard_new(p) : NULL;
	return s != NULL ? s : least;
}

int
transfer_start(struct upstream_pool *p, struct transfer *t,
    const struct transfer_peer *peer, struct provider_request *req,
    unsigned connect_ms)
{
	struct transfer_peer trusted = *peer;
	struct shard *s;

	if (trusted.ca_file == NULL)
		trusted.ca_file = p->authorities;
	t->origin = origin_of(p, peer->url);
	if (t->origin == NULL)
		return -1;
	s = choose_shard(p, t->origin);
	if (s == NULL)
		return -1;
	t->shard = s;
	t->expected_reuse = t->origin->idle[s->index] > 0;
	if (transfer_setup(t, p->share, &trusted, req, connect_ms) == -1)
		return -1;
	if (t->expected_reuse)
		t->origin->idle[s->index]--;
	if (p->depth > 0) {
		t->late = true;
		t->next_late = p->late;
		p->late = t;
	} else if (give(t) != CURLM_OK) {
		transfer_free_headers(t->headers);
		curl_easy_cleanup(t->easy);
		return -1;
	}
	t->started = true;
	t->next = s->transfers;
	if (t->next != NULL)
		t->next->prev = t;
	s->transfers = t;
	s->active++;
	s->fresh = true;
	/* The handle has copied the URL and we have copied the headers. */
	t->body = req->body;
	buf_init(&req->body, 0);
	provider_request_free(req);
	return 0;
}

void
upstream_pool_run(struct upstream_pool *p)
{
	unsigned i;

	for (i = 0; i < p->n_shards; i++)
		if (p->shards[i]->fresh)
			upstream_act(p->shards[i], CURL_SOCKET_TIMEOUT, 0);
}

/* ---- The pool -------------------------------------------------------------*/

struct upstream_pool *
upstream_pool_new(struct loop *l)
{
	struct upstream_pool *p;

	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->loop = l;
	p->authorities = upstream_authorities();
	p->share = curl_share_init();
	if (p->share == NULL) {
		free(p);
		return NULL;
	}
	/* Shared between the shards of one thread: no lock is needed. */
	curl_share_setopt(p->share, CURLSHOPT_SHARE,
	    CURL_LOCK_DATA_SSL_SESSION);
	curl_share_setopt(p->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
	uv_timer_init(&l->uv, &p->ending_timer);
	p->ending_timer.data = p;
	if (shard_new(p) == NULL) {
		curl_share_cleanup(p->share);
		p->share = NULL;
		uv_close((uv_handle_t *)&p->ending_timer, upstream_free_handle);
		return NULL;
	}
	return p;
}

void
upstream_pool_free(struct upstream_pool *p)
{
	struct shard *s;
	unsigned i;
	size_t o;

	if (p == NULL)
		return;
	for (i = 0; i < p->n_shards; i++) {
		s = p->shards[i];
		while (s->transfers != NULL)
			s->transfers->free(s->transfers);
		curl_multi_cleanup(s->multi);
		uv_close((uv_handle_t *)&s->timer, upstream_free_handle);
	}
	curl_share_cleanup(p->share);
	for (o = 0; o < p->n_origins; o++)
		free(p->origins[o].url);
	uv_close((uv_handle_t *)&p->ending_timer, upstream_free_handle);
}
