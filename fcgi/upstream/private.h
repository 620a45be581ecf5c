/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the upstream: pool.c (transfers and shards), idle.c
 * (connections that are kept), ending.c (answers that are over before their body
 * is) and socket.c (libcurl's sockets and times on the loop).
 */
#ifndef CONFAB_UPSTREAM_PRIVATE_H
#define CONFAB_UPSTREAM_PRIVATE_H

#include <uv.h>

#include "confab/upstream/upstream.h"

#include "pool.h"

/* Reuse is safe only where a second sending can be refused. */
#define UPSTREAM_CAN_REUSE (LIBCURL_VERSION_NUM >= 0x075000)

/* A connection that is kept, as the system knows it. */
struct idle_socket {
	curl_socket_t fd;
	int port; /* of our side */
};

/* A provider's address, with what a shard knows of idle connections to it. */
struct origin {
	char *url;
	struct idle_socket known[UPSTREAM_KNOWN_MAX]; /* the last ones */
	size_t n_known;
	bool http2; /* one answered in HTTP/2 */
	unsigned idle[UPSTREAM_SHARDS];
	unsigned kept[UPSTREAM_SHARDS]; /* by answers near their end */
};

struct shard {
	struct upstream_pool *pool;
	unsigned index;
	CURLM *multi;
	uv_timer_t timer;
	unsigned active;
	bool fresh; /* transfers were added since it last ran */
	struct transfer *transfers;
	struct transfer *walk; /* the next that is looked at for its end */
};

struct upstream_pool {
	struct loop *loop;
	CURLSH *share;
	const char *authorities; /* of who names none; NULL: libcurl's own */
	struct shard *shards[UPSTREAM_SHARDS];
	unsigned n_shards;
	struct origin origins[UPSTREAM_ORIGINS];
	size_t n_origins;
	uv_timer_t ending_timer;
	unsigned ending; /* transfers that wait for it */
	int depth;	 /* of our calls into libcurl */
	struct transfer *doomed, *late, *touched;
};

/* Has libcurl act on a socket, or on time (CURL_SOCKET_TIMEOUT); then ends the
 * transfers that are over. */
void upstream_act(struct shard *s, curl_socket_t fd, int events);

/* Marks a transfer to be ended once libcurl's callbacks are over. */
void transfer_doom(struct transfer *t);

/* Nothing is read of a paused transfer, which is no sign of its end. */
void transfer_hold(struct transfer *t, bool paused);

/* Learns from a transfer that is over whether its connection stays. */
void upstream_idle_count(struct transfer *t, CURLcode result);

/* Of a kept connection that libcurl would now send a request on, told by the
 * port of our side: whether something can be read there, its end too, or nothing
 * is known of it. Forgets it. For libcurl's pre-request callback. */
bool upstream_idle_is_spoilt(struct transfer *t, int port);

/* libcurl's CURLMOPT_SOCKETFUNCTION and CURLMOPT_TIMERFUNCTION; the argument
 * is the shard. Always 0. */
int upstream_watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
    void *known);
int upstream_set_timer(CURLM *multi, long ms, void *arg);

/* A close callback that frees the handle's data. */
void upstream_free_handle(uv_handle_t *handle);

#endif
