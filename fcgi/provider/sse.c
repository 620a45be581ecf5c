/* SPDX-License-Identifier: MIT */
/*
 * Decoder of event streams (WHATWG HTML, section 9.2.6, "Interpreting an event
 * stream").
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "confab/provider/sse.h"

#define SSE_FIELD_MAX 64  /* bytes of a line besides its value */
#define SSE_LOOK 16384	  /* bytes of an event that tell of a picture */
#define RETRY_MAX 1000000 /* ms; longer is as good as never */

static const char error_name[] = "error";

/* A part of the bytes of this call; `p` NULL: none. */
struct slice {
	const char *p;
	size_t len;
};

/*
 * What is known only within one call: the place in the bytes, the next line
 * ends from there (or `end`), and the event's parts that were not copied yet.
 */
struct feed {
	struct sse *d;
	const char *p, *end;
	const char *lf, *cr;
	struct slice data, name;
	sse_event_fn fn;
	void *arg;
};

void
sse_init(struct sse *d, size_t event_max)
{
	if (event_max > SIZE_MAX / 4)
		event_max = SIZE_MAX / 4;
	d->event_max = event_max;
	d->picture_max = event_max;
	d->limit = event_max;
	buf_init(&d->line, event_max + SSE_FIELD_MAX);
	buf_init(&d->data, event_max);
	buf_init(&d->name, event_max);
	d->have_data = false;
	d->skip_lf = false;
	d->started = false;
	d->keep_ids = false;
	buf_init(&d->id, SSE_ID_MAX);
	d->retry = 0;
}

void
sse_allow_pictures(struct sse *d, size_t max)
{
	if (max > SIZE_MAX / 4)
		max = SIZE_MAX / 4;
	if (max > d->event_max)
		d->picture_max = max;
}

static void
set_limit(struct sse *d, size_t limit)
{
	d->limit = limit;
	d->line.max = limit + SSE_FIELD_MAX;
	d->data.max = limit;
}

/* True when an event of `need` bytes is allowed, whose first bytes are s. */
static bool
may_have(struct sse *d, size_t need, const char *s, size_t len)
{
	if (need <= d->limit)
		return true;
	if (need > d->picture_max ||
	    memmem(s, len < SSE_LOOK ? len : SSE_LOOK, "image", 5) == NULL)
		return false;
	set_limit(d, d->picture_max);
	return true;
}

void
sse_free(struct sse *d)
{
	buf_free(&d->line);
	buf_free(&d->data);
	buf_free(&d->name);
	buf_free(&d->id);
}

int
sse_keep_ids(struct sse *d, const char *last)
{
	d->keep_ids = true;
	return last != NULL ? buf_puts(&d->id, last) : 0;
}

/* The fields "id" and "retry". */
static void
stream_field(struct sse *d, const char *line, size_t name_len,
    const char *value, size_t len)
{
	unsigned ms = 0;
	size_t i;

	if (name_len == 2 && memcmp(line, "id", 2) == 0 &&
	    memchr(value, '\0', len) == NULL) {
		buf_reset(&d->id);
		if (len <= SSE_ID_MAX)
			(void)buf_append(&d->id, value, len);
	} else if (name_len == 5 && memcmp(line, "retry", 5) == 0 && len > 0) {
		for (i = 0; i < len && value[i] >= '0' && value[i] <= '9'; i++)
			if (ms < RETRY_MAX)
				ms = ms * 10 + (unsigned)(value[i] - '0');
		if (i == len)
			d->retry = ms;
	}
}

/* Copies a slice behind what a buffer holds and forgets the slice. */
static enum sse_result
keep(struct buf *b, struct slice *s)
{
	if (s->p == NULL)
		return SSE_OK;
	if (buf_append(b, s->p, s->len) == -1)
		return SSE_NO_MEMORY; /* the sizes were checked */
	s->p = NULL;
	s->len = 0;
	return SSE_OK;
}

static enum sse_result dispatch(struct feed *f);

/* Some end an event with one line end. No JSON goes on with what looks like the
 * beginning of one, behind the end of one. */
static bool
is_another(const struct feed *f, const char *value, size_t len)
{
	const struct buf *b = &f->d->data;
	char last = '\0';

	if (f->data.p != NULL && f->data.len > 0)
		last = f->data.p[f->data.len - 1];
	else if (b->len > 0)
		last = b->data[b->len - 1];
	return last == '}' &&
	    ((len > 0 && *value == '{') ||
		(len >= 6 && memcmp(value, "[DONE]", 6) == 0));
}

static enum sse_result add_data(struct feed *f, const char *value, size_t len);

/* A further data line is joined to those before, or begins another event. */
static enum sse_result
add_more(struct feed *f, const char *value, size_t len)
{
	struct sse *d = f->d;
	size_t have = d->data.len + f->data.len;
	enum sse_result r;

	if (is_another(f, value, len)) {
		r = dispatch(f);
		return r != SSE_OK ? r : add_data(f, value, len);
	}
	if (keep(&d->data, &f->data) != SSE_OK)
		return SSE_NO_MEMORY;
	if (!may_have(d, have + 1 + len, buf_str(&d->data), d->data.len))
		return SSE_TOO_LARGE;
	if (buf_putc(&d->data, '\n') == -1 ||
	    buf_append(&d->data, value, len) == -1)
		return SSE_NO_MEMORY;
	return SSE_OK;
}

/* One more data line, of which the first stays where it is. */
static enum sse_result
add_data(struct feed *f, const char *value, size_t len)
{
	struct sse *d = f->d;

	if (d->have_data)
		return add_more(f, value, len);
	if (!may_have(d, len, value, len))
		return SSE_TOO_LARGE;
	d->have_data = true;
	f->data.p = value;
	f->data.len = len;
	return SSE_OK;
}

static enum sse_result
dispatch(struct feed *f)
{
	struct sse *d = f->d;
	struct sse_event ev;
	enum sse_result r = SSE_OK;

	if (d->have_data) {
		ev.data = f->data.p != NULL ? f->data.p : buf_str(&d->data);
		ev.data_len = f->data.p != NULL ? f->data.len : d->data.len;
		ev.name = f->name.p != NULL ? f->name.p : buf_str(&d->name);
		ev.name_len = f->name.p != NULL ? f->name.len : d->name.len;
		if (f->fn(f->arg, &ev) != 0)
			r = SSE_STOPPED;
	}
	d->have_data = false;
	f->data.p = NULL;
	f->data.len = 0;
	f->name.p = NULL;
	f->name.len = 0;
	if (d->data.data != NULL)
		buf_free(&d->data);
	if (d->name.data != NULL)
		buf_free(&d->name);
	if (d->limit != d->event_max)
		set_limit(d, d->event_max);
	return r;
}

static enum sse_result
field(struct feed *f, const char *line, size_t len)
{
	static const char data[] = "data:";
	const char *colon, *value;
	size_t name_len, value_len, blank;

	if (len >= sizeof(data) - 1 &&
	    memcmp(line, data, sizeof(data) - 1) == 0) {
		value = line + sizeof(data) - 1;
		blank = value < line + len && *value == ' ';
		return add_data(f, value + blank,
		    len - (sizeof(data) - 1) - blank);
	}
	colon = memchr(line, ':', len);
	if (colon == line)
		return SSE_OK; /* a comment */
	name_len = colon != NULL ? (size_t)(colon - line) : len;
	value = colon != NULL ? colon + 1 : line + len;
	value_len = (size_t)(line + len - value);
	if (value_len > 0 && *value == ' ') {
		value++;
		value_len--;
	}
	if (name_len == 4 && memcmp(line, "data", 4) == 0)
		return add_data(f, value, value_len);
	if (name_len == 5 && memcmp(line, "error", 5) == 0) {
		buf_free(&f->d->name);
		f->name.p = error_name;
		f->name.len = sizeof(error_name) - 1;
		return add_data(f, value, value_len);
	}
	if (*line == '{')
		return add_data(f, line, len);
	if (name_len == 5 && memcmp(line, "event", 5) == 0) {
		if (value_len > f->d->event_max)
			return SSE_TOO_LARGE;
		buf_free(&f->d->name);
		f->name.p = value;
		f->name.len = value_len;
	} else if (f->d->keep_ids) {
		stream_field(f->d, line, name_len, value, value_len);
	}
	return SSE_OK;
}

/* One line, without its end. */
static enum sse_result
line(struct feed *f, const char *s, size_t len)
{
	if (!f->d->started) {
		f->d->started = true;
		if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
			s += 3;
			len -= 3;
		}
	}
	return len == 0 ? dispatch(f) : field(f, s, len);
}

/*
 * A line whose first part came with an earlier call. What it leaves in `f` must
 * not point into the line's buffer, which is given back.
 */
static enum sse_result
kept_line(struct feed *f, const char *rest, size_t len)
{
	struct sse *d = f->d;
	enum sse_result r;

	if (buf_append(&d->line, rest, len) == -1)
		return SSE_NO_MEMORY;
	r = line(f, d->line.data, d->line.len);
	if (r == SSE_OK && f->data.p != NULL) {
		/* The value moves to the front, and the buffer to data. */
		buf_consume(&d->line, (size_t)(f->data.p - d->line.data));
		d->data = d->line;
		d->data.max = d->limit;
		buf_init(&d->line, d->limit + SSE_FIELD_MAX);
		f->data.p = NULL;
		f->data.len = 0;
	}
	if (r == SSE_OK)
		r = keep(&d->name, &f->name);
	buf_free(&d->line);
	return r;
}

/* The next '\n' or '\r' at or after p, or the end. Each byte is looked at once
 * for each, however the line ends are mixed. */
static const char *
line_end(struct feed *f)
{
	const char *hit;

	if (f->lf == NULL || f->lf < f->p) {
		hit = memchr(f->p, '\n', (size_t)(f->end - f->p));
		f->lf = hit != NULL ? hit : f->end;
	}
	if (f->cr == NULL || f->cr < f->p) {
		hit = memchr(f->p, '\r', (size_t)(f->end - f->p));
		f->cr = hit != NULL ? hit : f->end;
	}
	return f->lf < f->cr ? f->lf : f->cr;
}

/* Keeps what does not end with this call's bytes. */
static enum sse_result
keep_rest(struct feed *f)
{
	struct sse *d = f->d;
	size_t len = (size_t)(f->end - f->p);
	enum sse_result r;

	if (len > 0 && buf_append(&d->line, f->p, len) == -1)
		return SSE_NO_MEMORY;
	r = keep(&d->data, &f->data);
	if (r == SSE_OK)
		r = keep(&d->name, &f->name);
	return r;
}

enum sse_result
sse_feed(struct sse *d, const char *bytes, size_t len, sse_event_fn fn,
    void *arg)
{
	struct feed f = { .d = d,
		.p = bytes,
		.end = bytes + len,
		.fn = fn,
		.arg = arg };
	enum sse_result r = SSE_OK;
	const char *eol;
	size_t n;

	if (len == 0)
		return SSE_OK;
	while (f.p < f.end) {
		if (d->skip_lf) {
			d->skip_lf = false;
			if (*f.p == '\n') {
				f.p++;
				continue;
			}
		}
		eol = line_end(&f);
		n = (size_t)(eol - f.p);
		if (n > d->line.max - d->line.len &&
		    !may_have(d, d->line.len + n,
			d->line.len > 0 ? d->line.data : f.p,
			d->line.len > 0 ? d->line.len : n))
			return SSE_TOO_LARGE;
		if (eol == f.end)
			break;
		if (d->line.len > 0)
			r = kept_line(&f, f.p, n);
		else
			r = line(&f, f.p, n);
		if (r != SSE_OK)
			return r;
		d->skip_lf = *eol == '\r';
		f.p = eol + 1;
	}
	return keep_rest(&f);
}

enum sse_result
sse_finish(struct sse *d, sse_event_fn fn, void *arg)
{
	struct feed f = { .d = d, .fn = fn, .arg = arg };
	enum sse_result r = SSE_OK;

	if (d->line.len > 0)
		r = kept_line(&f, "", 0);
	return r == SSE_OK ? dispatch(&f) : r;
}
