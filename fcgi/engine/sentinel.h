/* SPDX-License-Identifier: MIT */
/*
 * Sentinels: servers that agree on which server is the master, and say it to
 * who asks (Valkey's "Guidelines for Sentinel clients"). For this room.
 */
#ifndef CONFAB_ENGINE_SENTINEL_H
#define CONFAB_ENGINE_SENTINEL_H

#include <stdatomic.h>
#include <stddef.h>

#include "confab/config/config.h"

#include "conn.h"

struct sentinel {
	char *servers[CONFIG_LIST_MAX]; /* places, those that answered first */
	size_t n;
	char *master; /* its name */
	char *user, *password;
	const struct tls *tls; /* NULL: in the clear; as the master is */
};

/*
 * Asks one after another, each for CONN_WAIT at most, where the master is, until
 * `stop`. Returns 0 with its place, as the servers' places are, or -1 with a
 * line in `cause`.
 */
int sentinel_find(struct sentinel *s, const atomic_bool *stop,
    char place[CONN_PLACE_MAX], char cause[CONN_CAUSE_MAX]);

/* Whether the server itself says that it is a master. Returns 0, or -1 with a
 * line in `cause`: the sentinels have not all heard yet. */
int sentinel_confirm(struct conn *c, char cause[CONN_CAUSE_MAX]);

#endif
