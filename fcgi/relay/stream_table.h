/* SPDX-License-Identifier: MIT */
/*
 * Which streams a loop has, and how a user's key finds its own.
 */
#ifndef CONFAB_RELAY_STREAM_TABLE_H
#define CONFAB_RELAY_STREAM_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct relay_loop;
struct stream;

/* Places a key: which loop, which bucket. */
uint64_t stream_hash(const char *user, const char *key);

/* Puts a stream on its loop's lists, and takes it off. A key whose call was
 * made is remembered for a while, so that it does not make another one. */
void stream_list(struct stream *s);
void stream_unlist(struct stream *s);

/* The stream of a user and key, ended ones included, or NULL. */
struct stream *stream_find(struct relay_loop *l, const char *user,
    const char *key);

/* True when a stream of this user and key has been here and is gone. */
bool stream_forgotten(struct relay_loop *l, const char *user, const char *key);

#endif
