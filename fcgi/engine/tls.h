/* SPDX-License-Identifier: MIT */
/*
 * TLS to the engine and to sentinels: the certificate must be good for the name
 * or address that was dialled (RFC 9525). Where hiredis has no TLS there is
 * none, and a configuration that asks for it is refused. For this room.
 */
#ifndef CONFAB_ENGINE_TLS_H
#define CONFAB_ENGINE_TLS_H

#include "conn.h"

struct tls;
struct redisContext;

/* `ca_file` is NULL for the system's authorities. NULL with a line in `cause`;
 * the caller frees it, after all connections that began with it. */
struct tls *tls_new(const char *ca_file, char cause[CONN_CAUSE_MAX]);
void tls_free(struct tls *t);

/* Shakes hands on a new connection, and waits as it does. Returns 0, or -1 with
 * a line in `cause`. */
int tls_begin(const struct tls *t, struct redisContext *redis, const char *host,
    char cause[CONN_CAUSE_MAX]);

#endif
