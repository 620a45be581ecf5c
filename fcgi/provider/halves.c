/* SPDX-License-Identifier: MIT */
/*
 * Characters that a server has cut into the two escapes of a surrogate pair and
 * sent in two events. The first half waits for the next text at the same place
 * of an event; a half that stays alone becomes U+FFFD. Afterwards no text of an
 * event has half a character, whichever way it is read.
 */
#include "config.h"

#include <string.h>

#include "kind.h"

#define ESCAPE 6 /* bytes of \uXXXX */

enum half { HALF_NONE, HALF_HIGH, HALF_LOW };

static const char lost[] = "\\ufffd";

/* What an escape at s is half of. */
static enum half
half_at(const char *s, const char *end)
{
	char c;

	if (end - s < ESCAPE || s[0] != '\\' || s[1] != 'u' ||
	    (s[2] | 0x20) != 'd')
		return HALF_NONE;
	c = (char)(s[3] | 0x20);
	if (s[3] == '8' || s[3] == '9' || c == 'a' || c == 'b')
		return HALF_HIGH;
	return c >= 'c' && c <= 'f' ? HALF_LOW : HALF_NONE;
}

/* The next escape of s, or `end`; *n becomes its length. */
static const char *
next_escape(const char *s, const char *end, size_t *n)
{
	const char *at = s < end ? memchr(s, '\\', (size_t)(end - s)) : NULL;

	if (at == NULL)
		return end;
	*n = at + 1 < end && at[1] == 'u' ? ESCAPE : 2;
	return at;
}

bool
provider_halves_none(const char *s, size_t len)
{
	const char *end = s + len;
	size_t n;

	while ((s = next_escape(s, end, &n)) != end) {
		switch (half_at(s, end)) {
		case HALF_LOW:
			return false;
		case HALF_HIGH:
			if (half_at(s + n, end) != HALF_LOW)
				return false;
			n += ESCAPE;
			break;
		case HALF_NONE:
			break;
		}
		s += n;
	}
	return true;
}

bool
provider_halves_apply(const struct provider_halves *h, const char *s,
    size_t len)
{
	return h->n > 0 || memmem(s, len, "\\ud", 3) != NULL ||
	    memmem(s, len, "\\uD", 3) != NULL;
}

/* ---- One text ---- */

/* Puts what waits for the text at `place` before it. */
static void
put_held(struct provider_halves *h, uint64_t place, const char *s,
    const char *end, struct buf *out)
{
	size_t i;

	for (i = 0; i < h->n && h->held[i].place != place; i++)
		;
	if (i == h->n || s == end)
		return;
	if (half_at(s, end) == HALF_LOW)
		buf_append(out, h->held[i].escape, ESCAPE);
	else
		buf_puts(out, lost);
	h->held[i] = h->held[--h->n];
}

static void
hold(struct provider_halves *h, uint64_t place, const char *escape,
    struct buf *out)
{
	if (h->n == PROVIDER_HALVES_MAX) {
		buf_puts(out, lost);
		return;
	}
	h->held[h->n].place = place;
	memcpy(h->held[h->n++].escape, escape, ESCAPE);
}

/* Appends the text s..end, whole. */
static void
put_text(struct provider_halves *h, uint64_t place, const char *s,
    const char *end, struct buf *out)
{
	const char *from = s, *at = s;
	size_t before = out->len, n;
	bool joined;

	put_held(h, place, s, end, out);
	/* The first escape is the other half of what was held. */
	joined = out->len > before && half_at(s, end) == HALF_LOW;
	if (joined)
		at += ESCAPE;
	while ((at = next_escape(at, end, &n)) != end) {
		enum half half = half_at(at, end);

		if (half == HALF_HIGH && half_at(at + n, end) == HALF_LOW) {
			at += n + ESCAPE;
			continue;
		}
		if (half != HALF_NONE) {
			buf_append(out, from, (size_t)(at - from));
			from = at + n;
			if (half == HALF_HIGH && from == end)
				hold(h, place, at, out);
			else
				buf_puts(out, lost);
		}
		at += n;
	}
	buf_append(out, from, (size_t)(end - from));
}

/* ---- Every text of an event ---- */

/* A container on the way down to a value. */
struct level {
	uint64_t place;
	uint64_t item; /* of an array: the number; of an object: the name */
	bool object;
};

static uint64_t
mix(uint64_t h, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
	return h;
}

static uint64_t
place_of(const struct level *l)
{
	return mix(l->place, (const char *)&l->item, sizeof(l->item));
}

/* The end of the string whose first byte, behind the quote, is at s. */
static const char *
string_end(const char *s, const char *end)
{
	while (s < end && *s != '"')
		s += *s == '\\' ? 2 : 1;
	return s < end ? s : end;
}

/* At a quote: copies the string, a name as it is. Returns what follows. */
static const char *
put_string(struct provider_halves *h, struct level *l, bool name, const char *s,
    const char *end, struct buf *out)
{
	const char *to = string_end(s + 1, end);

	buf_putc(out, '"');
	if (name) {
		l->item = mix(UINT64_C(14695981039346656037), s + 1,
		    (size_t)(to - s - 1));
		buf_append(out, s + 1, (size_t)(to - s - 1));
	} else {
		put_text(h, place_of(l), s + 1, to, out);
	}
	buf_putc(out, '"');
	return to < end ? to + 1 : end;
}

int
provider_halves_join(struct provider_halves *h, const char *s, size_t len,
    struct buf *out)
{
	struct level levels[JSON_DEPTH_DEFAULT + 1] = { { 0 } };
	struct level *l = levels;
	const char *end = s + len;
	bool name = false;

	while (s < end) {
		char c = *s;

		if (c == '"') {
			s = put_string(h, l, name, s, end, out);
			name = false;
			continue;
		}
		if (c == '{' || c == '[') {
			if (l == &levels[JSON_DEPTH_DEFAULT])
				return -1;
			l[1].place = place_of(l);
			l[1].item = 0;
			l[1].object = c == '{';
			l++;
			name = l->object;
		} else if ((c == '}' || c == ']') && l > levels) {
			l--;
		} else if (c == ',' && l->object) {
			name = true;
		} else if (c == ',') {
			l->item++;
		}
		buf_putc(out, c);
		s++;
	}
	return buf_ok(out) ? 0 : -1;
}
