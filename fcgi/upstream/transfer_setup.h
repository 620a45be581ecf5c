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

/* For a transfer to an address that is somebody else's word: it goes to public
 * ones alone, on a connection of its own. Returns 0 or -1. */
int upstream_setup_web(struct transfer *t);

/* Frees and overwrites a list of headers: one of them holds the key. */
void transfer_free_headers(struct curl_slist *headers);

#endif
