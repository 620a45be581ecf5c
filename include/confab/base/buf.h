/* SPDX-License-Identifier: MIT */
/*
 * Capped byte buffer: grows on demand, never beyond the limit that it was
 * given when it was made.
 *
 * Failure is sticky: after one append has failed, later ones do nothing and
 * fail too, so that a caller may append many times and ask buf_ok() once.
 */
#ifndef CONFAB_BASE_BUF_H
#define CONFAB_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;  /* owned; NULL while empty; NUL-terminated else */
	size_t len;  /* bytes in use, without the NUL */
	size_t cap;  /* bytes allocated */
	size_t max;  /* len never exceeds this */
	bool failed; /* an append did not fit or memory ran out */
	bool secret; /* what it held is overwritten, also when it grows */
};

/* Starts an empty buffer of at most `max` bytes; allocates nothing. */
void buf_init(struct buf *b, size_t max);

/* The same for what holds secrets: none of its memory is given back with what
 * was in it. */
void buf_init_secret(struct buf *b, size_t max);

/* Frees the memory; the buffer is empty and usable again. */
void buf_free(struct buf *b);

/* As buf_free(), but overwrites the content first. For secrets. */
void buf_wipe(struct buf *b);

/* Empties the buffer, forgets a failure, keeps the memory. */
void buf_reset(struct buf *b);

/* True when no append has failed since the last reset. */
bool buf_ok(const struct buf *b);

/* The content as a C string, never NULL; valid until the next change. */
const char *buf_str(const struct buf *b);

/*
 * Each appends and returns 0, or returns -1 and marks the buffer failed,
 * with the content as it was before the call.
 */
int buf_append(struct buf *b, const void *data, size_t len);
int buf_puts(struct buf *b, const char *s);
int buf_putc(struct buf *b, char c);
int buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* True when `extra` more bytes are within the limit; an append of that size
 * then fails for want of memory alone. */
bool buf_fits(const struct buf *b, size_t extra);

/* Makes room for `extra` more bytes, as one append of that size would. */
int buf_reserve(struct buf *b, size_t extra);

/*
 * Appends s[0..len) with every maximal invalid part of its UTF-8 replaced by
 * one U+FFFD, as the WHATWG decoder does.
 */
int buf_utf8(struct buf *b, const char *s, size_t len);

/*
 * Appends `len` bytes of `s` as a JSON string (RFC 8259, section 7) with its
 * quotes. Bytes that are not UTF-8 become U+FFFD, so the result is valid.
 */
int buf_json(struct buf *b, const char *s, size_t len);

/* Cuts the content to `len` bytes; longer ones stay as they are. */
void buf_truncate(struct buf *b, size_t len);

/* Drops the first `n` bytes (at most len); the rest moves to the front. */
void buf_consume(struct buf *b, size_t n);

/* Hands the memory to the caller, who frees it; the buffer is empty. */
char *buf_steal(struct buf *b, size_t *len);

#endif
