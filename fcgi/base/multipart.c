/* SPDX-License-Identifier: MIT */
/*
 * Forms with files.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "confab/base/buf.h"
#include "confab/base/crypto.h"
#include "confab/base/multipart.h"

#define BOUNDARY_BYTES 16 /* of a digest, in a boundary of ours */

/* RFC 2046: what a boundary may consist of; a blank not at its end. */
static bool
is_boundary(const char *s, size_t len)
{
	static const char marks[] = "'()+_,-./:=? ";
	size_t i;

	if (len == 0 || len > MULTIPART_BOUNDARY_MAX || s[len - 1] == ' ')
		return false;
	for (i = 0; i < len; i++) {
		if (!(s[i] >= '0' && s[i] <= '9') &&
		    !(s[i] >= 'a' && s[i] <= 'z') &&
		    !(s[i] >= 'A' && s[i] <= 'Z') &&
		    (s[i] == '\0' || strchr(marks, s[i]) == NULL))
			return false;
	}
	return true;
}

static size_t
skip_blanks(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (s[n] == ' ' || s[n] == '\t'))
		n++;
	return n;
}

/*
 * The next parameter of a header's value (RFC 9110, section 5.6.6): moves *s
 * behind it. The value of a quoted one is what is between the quotes.
 */
static bool
next_parameter(struct multipart_text *s, struct multipart_text *name,
    struct multipart_text *value)
{
	size_t n;

	n = skip_blanks(s->s, s->len);
	if (n == s->len || s->s[n] != ';')
		return false;
	n++;
	n += skip_blanks(s->s + n, s->len - n);
	name->s = s->s + n;
	while (n < s->len && strchr("= \t;\"", s->s[n]) == NULL)
		n++;
	name->len = (size_t)(s->s + n - name->s);
	if (name->len == 0 || n == s->len || s->s[n] != '=')
		return false;
	n++;
	if (n < s->len && s->s[n] == '"') {
		value->s = s->s + ++n;
		while (n < s->len && s->s[n] != '"')
			n += s->s[n] == '\\' ? 2 : 1;
		if (n >= s->len)
			return false;
		value->len = (size_t)(s->s + n++ - value->s);
	} else {
		value->s = s->s + n;
		while (n < s->len && strchr(" \t;\"\\", s->s[n]) == NULL)
			n++;
		value->len = (size_t)(s->s + n - value->s);
	}
	s->s += n;
	s->len -= n;
	return true;
}

static bool
is_called(const struct multipart_text *t, const char *name)
{
	return t->len == strlen(name) && strncasecmp(t->s, name, t->len) == 0;
}

#define FORM "multipart/form-data"

bool
multipart_is_form(const char *content_type)
{
	size_t n = sizeof(FORM) - 1;

	return strncasecmp(content_type, FORM, n) == 0 &&
	    (content_type[n] == ';' || content_type[n] == ' ' ||
		content_type[n] == '\t');
}

bool
multipart_boundary(const char *content_type,
    char out[MULTIPART_BOUNDARY_MAX + 1])
{
	struct multipart_text rest, name, value;

	if (!multipart_is_form(content_type))
		return false;
	rest.s = content_type + sizeof(FORM) - 1;
	rest.len = strlen(rest.s);
	while (next_parameter(&rest, &name, &value)) {
		if (!is_called(&name, "boundary"))
			continue;
		if (!is_boundary(value.s, value.len))
			return false;
		memcpy(out, value.s, value.len);
		out[value.len] = '\0';
		return true;
	}
	return false;
}

const char *
multipart_result_str(enum multipart_result r)
{
	switch (r) {
	case MULTIPART_SYNTAX:
		return "has a part that cannot be read.";
	case MULTIPART_CUT:
		return "ends too early.";
	case MULTIPART_PARTS:
		return "has too many parts.";
	case MULTIPART_HEAD:
		return "has a part with too long a header.";
	case MULTIPART_OK:
	case MULTIPART_STOPPED:
	default:
		return "is good.";
	}
}

/* A form while it is read. */
struct form {
	const char *s;
	size_t len, at;
	char mark[MULTIPART_BOUNDARY_MAX + 5]; /* CR LF -- boundary */
	size_t mark_len;
};

/*
 * Is there a whole delimiter line at `at`, behind its mark? What has more on
 * its line is text that begins like one. Sets the offset behind it.
 */
static bool
is_line(const struct form *f, size_t at, bool *last, size_t *behind)
{
	const char *s = f->s + at;
	size_t len = f->len - at, n;

	*last = len >= 2 && s[0] == '-' && s[1] == '-';
	if (*last) {
		*behind = at + 2;
		return true;
	}
	n = skip_blanks(s, len);
	*behind = at + n + 2;
	return len - n >= 2 && s[n] == '\r' && s[n + 1] == '\n';
}

/*
 * Finds the next delimiter from f->at on. `end` is where the text before it
 * ends; f->at moves behind it.
 */
static bool
next_line(struct form *f, size_t *end, bool *last)
{
	const char *found;
	size_t at = f->at, behind;

	while ((found = memmem(f->s + at, f->len - at, f->mark, f->mark_len)) !=
	    NULL) {
		*end = (size_t)(found - f->s);
		at = *end + f->mark_len;
		if (is_line(f, at, last, &behind)) {
			f->at = behind;
			return true;
		}
	}
	return false;
}

/* The first delimiter may stand at the very beginning. */
static bool
first_line(struct form *f, bool *last)
{
	size_t end, behind;

	if (f->len >= f->mark_len - 2 &&
	    memcmp(f->s, f->mark + 2, f->mark_len - 2) == 0 &&
	    is_line(f, f->mark_len - 2, last, &behind)) {
		f->at = behind;
		return true;
	}
	return next_line(f, &end, last);
}

/* Names go into a header again. */
static bool
is_plain(const struct multipart_text *t)
{
	size_t i;

	for (i = 0; i < t->len; i++) {
		if ((unsigned char)t->s[i] < 0x20 || t->s[i] == 0x7f)
			return false;
	}
	return true;
}

static bool
read_disposition(struct multipart_text v, struct multipart_part *p)
{
	struct multipart_text name, value;
	size_t n = sizeof("form-data") - 1;

	if (v.len < n || strncasecmp(v.s, "form-data", n) != 0)
		return false;
	v.s += n;
	v.len -= n;
	while (next_parameter(&v, &name, &value)) {
		if (!is_plain(&value))
			return false;
		if (is_called(&name, "name"))
			p->name = value;
		else if (is_called(&name, "filename"))
			p->file = value;
	}
	/* What is left could not be read. */
	return skip_blanks(v.s, v.len) == v.len;
}

static bool
read_header(const char *s, size_t len, struct multipart_part *p)
{
	struct multipart_text name, value;
	const char *colon = memchr(s, ':', len);

	if (colon == NULL)
		return false;
	name.s = s;
	name.len = (size_t)(colon - s);
	value.s = colon + 1;
	value.len = len - name.len - 1;
	value.s += skip_blanks(colon + 1, value.len);
	value.len = (size_t)(s + len - value.s);
	while (value.len > 0 && strchr(" \t", value.s[value.len - 1]) != NULL)
		value.len--;
	if (is_called(&name, "Content-Disposition"))
		return read_disposition(value, p);
	if (!is_called(&name, "Content-Type"))
		return true; /* RFC 7578, section 4.8: to be ignored */
	p->type = value;
	return is_plain(&value);
}

/* Reads a part's header and finds its data in s[0..len). */
static enum multipart_result
read_part(const char *s, size_t len, struct multipart_part *p)
{
	const char *end;
	size_t used = 0, n;

	memset(p, 0, sizeof(*p));
	for (;;) {
		n = len - used < MULTIPART_HEAD_MAX - used
		    ? len - used
		    : MULTIPART_HEAD_MAX - used;
		end = memmem(s + used, n, "\r\n", 2);
		if (end == NULL)
			return len > MULTIPART_HEAD_MAX ? MULTIPART_HEAD
							: MULTIPART_SYNTAX;
		n = (size_t)(end - s) - used;
		if (n == 0)
			break;
		if (!read_header(s + used, n, p))
			return MULTIPART_SYNTAX;
		used += n + 2;
	}
	p->data.s = s + used + 2;
	p->data.len = len - used - 2;
	return p->name.s != NULL ? MULTIPART_OK : MULTIPART_SYNTAX;
}

enum multipart_result
multipart_read(const char *boundary, const char *body, size_t len,
    multipart_part_fn part, void *arg)
{
	struct form f = { .s = body, .len = len };
	struct multipart_part p;
	enum multipart_result r;
	size_t start, end, n = 0;
	bool last;

	memcpy(f.mark, "\r\n--", 4);
	f.mark_len = strlen(boundary) + 4;
	memcpy(f.mark + 4, boundary, f.mark_len - 3);
	if (!first_line(&f, &last))
		return MULTIPART_CUT;
	while (!last) {
		start = f.at;
		if (!next_line(&f, &end, &last))
			return MULTIPART_CUT;
		if (++n > MULTIPART_PARTS_MAX)
			return MULTIPART_PARTS;
		r = read_part(body + start, end - start, &p);
		if (r != MULTIPART_OK)
			return r;
		if (part(arg, &p) != 0)
			return MULTIPART_STOPPED;
	}
	return MULTIPART_OK;
}

int
multipart_new_boundary(const char *body, size_t len,
    char out[MULTIPART_BOUNDARY_MAX + 1])
{
	unsigned char sum[CRYPTO_SHA256_LEN];
	size_t i, n;

	if (crypto_sha256(sum, body, len) == -1)
		return -1;
	n = (size_t)snprintf(out, MULTIPART_BOUNDARY_MAX + 1, "confab");
	for (i = 0; i < BOUNDARY_BYTES; i++)
		n += (size_t)snprintf(out + n, MULTIPART_BOUNDARY_MAX + 1 - n,
		    "%02x", sum[i]);
	return 0;
}

void
multipart_put(struct buf *out, const char *boundary,
    const struct multipart_part *p)
{
	buf_printf(out, "--%s\r\nContent-Disposition: form-data; name=\"",
	    boundary);
	buf_append(out, p->name.s, p->name.len);
	if (p->file.s != NULL) {
		buf_puts(out, "\"; filename=\"");
		buf_append(out, p->file.s, p->file.len);
	}
	buf_puts(out, "\"\r\n");
	if (p->type.s != NULL) {
		buf_puts(out, "Content-Type: ");
		buf_append(out, p->type.s, p->type.len);
		buf_puts(out, "\r\n");
	}
	buf_puts(out, "\r\n");
	buf_append(out, p->data.s, p->data.len);
	buf_puts(out, "\r\n");
}

void
multipart_end(struct buf *out, const char *boundary)
{
	buf_printf(out, "--%s--\r\n", boundary);
}
