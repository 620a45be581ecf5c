/* SPDX-License-Identifier: MIT */
/*
 * Events that are like the one before but for their text, which is nearly all
 * of a stream: a comparison takes the place of the check, the parser and the
 * writer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kind.h"

/* Where each event differs (some servers pad them at random), learning is
 * given up after so many in a row. */
#define MISSES_MAX 16

#define TEMPLATE_MAX 2048 /* bytes kept of one stream */

enum provider_result
provider_template_emit(const char *head, size_t head_len, const char *text,
    size_t text_len, const char *tail, size_t tail_len, provider_emit_fn emit,
    void *arg, struct api_error *err)
{
	size_t len = head_len + text_len + tail_len;
	char *chunk = malloc(len);
	int rc;

	if (chunk == NULL)
		return provider_no_memory(err);
	memcpy(chunk, head, head_len);
	memcpy(chunk + head_len, text, text_len);
	memcpy(chunk + head_len + text_len, tail, tail_len);
	rc = emit(arg, chunk, len, text_len > 0);
	free(chunk);
	return rc == 0 ? PROVIDER_MORE : provider_not_passed(err);
}

bool
provider_template_read(struct provider_reader *r, const char *s, size_t len,
    provider_emit_fn emit, void *arg, struct api_error *err,
    enum provider_result *result)
{
	struct provider_template *t = &r->like;
	const char *in_tail, *out_head, *text = s + t->in_head;
	size_t text_len;

	/* An event without text is for those who look at all of it. */
	if (t->bytes == NULL || len <= t->in_head + t->in_tail)
		return false;
	text_len = len - t->in_head - t->in_tail;
	in_tail = t->bytes + t->in_head;
	out_head = in_tail + t->in_tail;
	if (memcmp(s, t->bytes, t->in_head) != 0 ||
	    memcmp(text + text_len, in_tail, t->in_tail) != 0 ||
	    (!json_is_plain(text, text_len) &&
		(!json_check_string(text, text_len) ||
		    !provider_halves_none(text, text_len))))
		return false;
	t->misses = 0;
	r->text_bytes += text_len;
	if (t->copy != NULL)
		buf_append(t->copy, text, text_len);
	if (t->out_head == 0)
		*result = emit(arg, s, len, true) == 0
		    ? PROVIDER_MORE
		    : provider_not_passed(err);
	else
		*result = provider_template_emit(out_head, t->out_head, text,
		    text_len, out_head + t->out_head, t->out_tail, emit, arg,
		    err);
	return true;
}

void
provider_template_learn(struct provider_template *t, const char *s, size_t len,
    const char *text, size_t text_len, const char *head, size_t head_len,
    const char *tail, size_t tail_len)
{
	size_t in_head = (size_t)(text - s);
	size_t in_tail = len - in_head - text_len;
	char *p;

	if (t->misses >= MISSES_MAX ||
	    in_head + in_tail + head_len + tail_len > TEMPLATE_MAX)
		return;
	p = realloc(t->bytes, in_head + in_tail + head_len + tail_len);
	if (p == NULL)
		return;
	t->misses++;
	t->bytes = p;
	t->in_head = in_head;
	t->in_tail = in_tail;
	t->out_head = head != NULL ? head_len : 0;
	t->out_tail = head != NULL ? tail_len : 0;
	memcpy(p, s, in_head);
	memcpy(p + in_head, text + text_len, in_tail);
	if (head == NULL)
		return;
	memcpy(p + in_head + in_tail, head, head_len);
	memcpy(p + in_head + in_tail + head_len, tail, tail_len);
}

void
provider_template_free(struct provider_template *t)
{
	free(t->bytes);
	t->bytes = NULL;
}
