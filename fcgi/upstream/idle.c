/* SPDX-License-Identifier: MIT */
/*
 * Kept connections, and whether anything was said on one that nobody asked for:
 * bytes after the length that an answer promised, a second answer, a word about
 * the connection having been idle. libcurl 7.88 would send the next request and
 * read them as its answer, which would be another person's. HTTP has no way to
 * tell (RFC 9112, section 9.3: a response belongs to the oldest request that is
 * open), so such a connection is not used.
 */
#include "config.h"

#include <poll.h>

#include <openssl/ssl.h>

#include "private.h"

void
transfer_keep(struct transfer *t)
{
	struct origin *o = t->origin;
	unsigned i = t->shard->index;

	if (!UPSTREAM_CAN_REUSE || t->keeps || t->no_reuse ||
	    o->idle[i] + o->kept[i] >= UPSTREAM_IDLE_MAX)
		return;
	if (curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 0L) == CURLE_OK) {
		t->keeps = true;
		o->kept[i]++;
	}
}

static void
forget(struct origin *o, size_t i)
{
	o->known[i] = o->known[--o->n_known];
}

/* Returns false when libcurl has closed the connection. */
static bool
note_socket(struct transfer *t)
{
	struct origin *o = t->origin;
	curl_socket_t fd = CURL_SOCKET_BAD;
	long port = 0;
	size_t i;

	/* -1 as well where libcurl has closed it by its own judgement. */
	curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd);
	curl_easy_getinfo(t->easy, CURLINFO_LOCAL_PORT, &port);
	if (fd == CURL_SOCKET_BAD)
		return false;
	if (t->http2) {
		/* Both sides speak at any time there. */
		o->http2 = true;
		return true;
	}
	/* What is known of a number that is used anew is of a dead one. */
	for (i = o->n_known; i-- > 0;)
		if (o->known[i].fd == fd || o->known[i].port == port)
			forget(o, i);
	if (o->n_known == UPSTREAM_KNOWN_MAX)
		forget(o, 0);
	o->known[o->n_known].fd = fd;
	o->known[o->n_known++].port = (int)port;
	return true;
}

void
upstream_idle_count(struct transfer *t, CURLcode result)
{
	unsigned *idle = &t->origin->idle[t->shard->index];
	long connects = 0;

	curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
	if (t->expected_reuse && connects > 0)
		*idle = 0; /* they had died meanwhile */
	if (t->keeps && result == CURLE_OK && !t->no_reuse &&
	    *idle < UPSTREAM_IDLE_MAX && note_socket(t))
		++*idle;
}

/* What OpenSSL has read of the socket already. */
static bool
has_pending(CURL *easy)
{
	const struct curl_tlssessioninfo *tls = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK ||
	    tls == NULL || tls->backend != CURLSSLBACKEND_OPENSSL ||
	    tls->internals == NULL)
		return false;
	return SSL_has_pending(tls->internals) != 0;
}

bool
upstream_idle_is_spoilt(struct transfer *t, int port)
{
	struct origin *o = t->origin;
	struct pollfd p = { -1, POLLIN, 0 };
	size_t i;

	for (i = 0; i < o->n_known; i++)
		if (o->known[i].port == port)
			break;
	if (i == o->n_known)
		return !o->http2;
	p.fd = o->known[i].fd;
	forget(o, i);
	/* Its end can be read as well, and so can errors. */
	return poll(&p, 1, 0) != 0 || has_pending(t->easy);
}
