/* SPDX-License-Identifier: MIT */
/*
 * Capped byte buffers.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "confab/base/buf.h"
#include "confab/base/utf8.h"

#define BUF_FIRST 64	 /* bytes of the first allocation */
#define SECRET_ROOM 1024 /* that what is formatted takes at most, mostly */

void
buf_init(struct buf *b, size_t max)
{
	b->data = NULL;
	b->len = 0;
	b->cap = 0;
	b->max = max < SIZE_MAX / 2 ? max : SIZE_MAX / 2;
	b->failed = false;
	b->secret = false;
}

void
buf_init_secret(struct buf *b, size_t max)
{
	buf_init(b, max);
	b->secret = true;
}

void
buf_free(struct buf *b)
{
	if (b->secret && b->data != NULL)
		OPENSSL_cleanse(b->data, b->cap);
	free(b->data);
	b->data = NULL;
	b->len = 0;
	b->cap = 0;
	b->failed = false;
}

void
buf_wipe(struct buf *b)
{
	if (b->data != NULL)
		OPENSSL_cleanse(b->data, b->cap);
	buf_free(b);
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

bool
buf_ok(const struct buf *b)
{
	return !b->failed;
}

const char *
buf_str(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

bool
buf_fits(const struct buf *b, size_t extra)
{
	return extra <= b->max - b->len;
}

/* As realloc(), which would leave the old bytes behind. */
static char *
move(struct buf *b, size_t cap)
{
	char *data = malloc(cap);

	if (data == NULL || b->data == NULL)
		return data;
	memcpy(data, b->data, b->len + 1);
	OPENSSL_cleanse(b->data, b->cap);
	free(b->data);
	return data;
}

int
buf_reserve(struct buf *b, size_t extra)
{
	size_t need, cap;
	char *data;

	if (b->failed)
		return -1;
	if (!buf_fits(b, extra)) {
		b->failed = true;
		return -1;
	}
	need = b->len + extra + 1;
	if (need <= b->cap)
		return 0;
	cap = b->cap < BUF_FIRST ? BUF_FIRST : b->cap;
	while (cap < need)
		cap *= 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	data = b->secret ? move(b, cap) : realloc(b->data, cap);
	if (data == NULL) {
		b->failed = true;
		return -1;
	}
	b->data = data;
	b->cap = cap;
	return 0;
}

int
buf_append(struct buf *b, const void *data, size_t len)
{
	if (buf_reserve(b, len) == -1)
		return -1;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return 0;
}

int
buf_puts(struct buf *b, const char *s)
{
	return buf_append(b, s, strlen(s));
}

int
buf_putc(struct buf *b, char c)
{
	return buf_append(b, &c, 1);
}

static int append_formatted(struct buf *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

static int
append_formatted(struct buf *b, const char *fmt, va_list ap)
{
	size_t room;
	va_list again;
	int n;

	if (b->failed)
		return -1;
	/* The C library may keep some of what does not fit. */
	if (b->secret && buf_fits(b, SECRET_ROOM) &&
	    buf_reserve(b, SECRET_ROOM) == -1)
		return -1;
	room = b->cap - b->len;
	va_copy(again, ap);
	n = vsnprintf(room > 0 ? b->data + b->len : NULL, room, fmt, again);
	va_end(again);
	if (n >= 0 && (size_t)n < room) {
		b->len += (size_t)n;
		return 0;
	}
	if (room > 0)
		b->data[b->len] = '\0';
	if (n < 0) {
		b->failed = true;
		return -1;
	}
	if (buf_reserve(b, (size_t)n) == -1)
		return -1;
	(void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
	return 0;
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = append_formatted(b, fmt, ap);
	va_end(ap);
	return rc;
}

int
buf_utf8(struct buf *b, const char *s, size_t len)
{
	static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
	size_t before = b->len, n;

	while (len > 0) {
		n = utf8_valid_prefix(s, len);
		buf_append(b, s, n);
		s += n;
		len -= n;
		if (len == 0)
			break;
		buf_puts(b, replacement);
		n = utf8_bad_part(s, len);
		s += n;
		len -= n;
	}
	if (!b->failed)
		return 0;
	buf_truncate(b, before);
	return -1;
}

/* Appends valid UTF-8 with JSON's escapes. */
static void
json_escape(struct buf *b, const char *s, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t i, from = 0;
	char esc[6];
	size_t n;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		buf_append(b, s + from, i - from);
		from = i + 1;
		esc[0] = '\\';
		n = 2;
		switch (c) {
		case '"':
		case '\\':
			esc[1] = (char)c;
			break;
		case '\n':
			esc[1] = 'n';
			break;
		case '\r':
			esc[1] = 'r';
			break;
		case '\t':
			esc[1] = 't';
			break;
		default:
			memcpy(esc + 1, "u00", 3);
			esc[4] = hex[c >> 4];
			esc[5] = hex[c & 15];
			n = 6;
		}
		buf_append(b, esc, n);
	}
	buf_append(b, s + from, len - from);
}

int
buf_json(struct buf *b, const char *s, size_t len)
{
	size_t before = b->len;

	buf_putc(b, '"');
	if (utf8_valid(s, len)) {
		json_escape(b, s, len);
	} else {
		struct buf fixed;

		buf_init(&fixed, b->max);
		if (buf_utf8(&fixed, s, len) == 0)
			json_escape(b, fixed.data, fixed.len);
		else
			b->failed = true;
		buf_free(&fixed);
	}
	buf_putc(b, '"');
	if (!b->failed)
		return 0;
	buf_truncate(b, before);
	return -1;
}

void
buf_truncate(struct buf *b, size_t len)
{
	if (len < b->len) {
		b->len = len;
		b->data[len] = '\0';
	}
}

void
buf_consume(struct buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
	} else if (n > 0) {
		memmove(b->data, b->data + n, b->len - n);
		b->len -= n;
	}
	if (b->data != NULL)
		b->data[b->len] = '\0';
}

char *
buf_steal(struct buf *b, size_t *len)
{
	char *data = b->data;

	if (len != NULL)
		*len = b->len;
	b->data = NULL;
	b->len = 0;
	b->cap = 0;
	return data;
}
