/* SPDX-License-Identifier: MIT */
/*
 * How a transfer is put to libcurl: every option, in one place.
 */
#ifndef CONFAB_UPSTREAM_TRANSFER_SETUP_H
#define CONFAB_UPSTREAM_TRANSFER_SETUP_H

#include "pool.h"

/*
 * Makes t->easy and t->headers for a request whose body is req->body, which
 * must stay where it is until the transfer has ended. Returns 0, or -1 with
 * nothing left behind.
 */
int transfer_setup(struct transfer *t, CURLSH *share,
    const struct transfer_peer *peer, const struct provider_request *req,
    unsigned connect_ms);

/*
 * The system's file of authorities where libcurl's own is not there, as when it
 * was built for another system and came in a bundle. NULL: libcurl's own.
 */
const char *upstream_authorities(void);

/* For a transfer to an address that is somebody else's word: it goes to public
 * ones alone, on a connection of its own. Returns 0 or -1. */
int upstream_setup_web(struct transfer *t);

/* Frees and overwrites a list of headers: one of them holds the key. */
void transfer_free_headers(struct curl_slist *headers);

#endif
