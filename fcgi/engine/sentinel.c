/* SPDX-License-Identifier: MIT */
/* Where the master is, by the sentinels. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sentinel.h"

/* What a sentinel said, as a place. False when it is none. */
static bool
read_place(const struct sentinel *s, const struct conn_reply *r,
    char place[CONN_PLACE_MAX])
{
	const char *host = conn_item(r, 0), *port = conn_item(r, 1);
	bool ipv6 = strchr(host, ':') != NULL;
	int n;

	if (r->n != 2 || host[0] == '\0' || port[0] == '\0' ||
	    port[strspn(port, "0123456789")] != '\0')
		return false;
	n = snprintf(place, CONN_PLACE_MAX, "%s%s%s%s:%s",
	    s->tls != NULL ? CONFIG_TLS : "", ipv6 ? "[" : "", host,
	    ipv6 ? "]" : "", port);
	return n > 0 && n < CONN_PLACE_MAX;
}

/* Asks one of them. Returns 0, or -1 with the cause. */
static int
ask(const struct sentinel *s, const char *server, char place[CONN_PLACE_MAX],
    char cause[CONN_CAUSE_MAX])
{
	const char *argv[] = { "SENTINEL", "get-master-addr-by-name",
		s->master };
	const struct conn_peer peer = {
		.place = server,
		.user = s->user,
		.password = s->password,
		.tls = s->tls,
	};
	struct conn *c = conn_open(&peer, cause);
	struct conn_reply r;
	bool good;

	if (c == NULL)
		return -1;
	if (conn_call(c, 3, argv, &r) != 0) {
		conn_cause(c, NULL, cause);
		conn_close(c);
		return -1;
	}
	good = read_place(s, &r, place);
	if (!good)
		snprintf(cause, CONN_CAUSE_MAX,
		    "the sentinel knows no master of that name");
	conn_reply_free(&r);
	conn_close(c);
	return good ? 0 : -1;
}

int
sentinel_find(struct sentinel *s, const atomic_bool *stop,
    char place[CONN_PLACE_MAX], char cause[CONN_CAUSE_MAX])
{
	for (size_t i = 0; i < s->n && !atomic_load(stop); i++) {
		char *server = s->servers[i];

		if (ask(s, server, place, cause) != 0)
			continue;
		/* Who answers is asked first the next time. */
		memmove(&s->servers[1], &s->servers[0],
		    i * sizeof(s->servers[0]));
		s->servers[0] = server;
		return 0;
	}
	return -1;
}

int
sentinel_confirm(struct conn *c, char cause[CONN_CAUSE_MAX])
{
	const char *argv[] = { "INFO", "replication" };
	struct conn_reply r;
	bool master;

	if (conn_call(c, 2, argv, &r) != 0) {
		conn_cause(c, NULL, cause);
		return -1;
	}
	master = strstr(r.text, "\nrole:master\r\n") != NULL;
	conn_reply_free(&r);
	if (!master)
		snprintf(cause, CONN_CAUSE_MAX,
		    "the server that the sentinels name is no master yet");
	return master ? 0 : -1;
}
