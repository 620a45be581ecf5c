/* SPDX-License-Identifier: MIT */
/*
 * Thoughts that a server without a parser for them leaves at the head of the
 * answer: <think>...</think>. They become reasoning, wherever the text is cut.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "kind.h"

#define HELD_MAX (64 << 20) /* bytes of a text that may turn out to be none */

static const struct {
	const char *open, *close;
} tags[] = { { "<think>", "</think>" }, { "<thinking>", "</thinking>" },
	{ "<reasoning>", "</reasoning>" }, { "<thought>", "</thought>" } };

#define TAGS (sizeof(tags) / sizeof(tags[0]))
#define CLOSE_MAX (sizeof("</reasoning>") - 1)

/* Models whose usual template ends the prompt with the opening tag. */
static bool
opens_in_prompt(const char *model)
{
	static const char *const names[] = { "deepseek-r1", "deepseek_r1",
		"r1-distill", "qwq", "-thinking-2507", "glm-z1",
		"qwen3-next-80b-a3b-thinking" };
	size_t i, k, n, len = strlen(model);

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i]);
		for (k = 0; k + n <= len; k++) {
			if (strncasecmp(model + k, names[i], n) == 0)
				return true;
		}
	}
	return false;
}

void
provider_think_start(struct provider_think *t, enum config_think mode,
    const char *model)
{
	buf_init(&t->held, HELD_MAX);
	buf_init(&t->all, HELD_MAX);
	t->tag = -1;
	t->guess = mode == THINK_AUTO && opens_in_prompt(model);
	if (mode == THINK_NO)
		t->state = PROVIDER_THINK_OFF;
	else if (mode == THINK_OPEN)
		t->state = PROVIDER_THINK_INSIDE;
	else
		t->state = PROVIDER_THINK_HEAD;
}

void
provider_think_free(struct provider_think *t)
{
	buf_free(&t->held);
	buf_free(&t->all);
}

/* Bytes of a blank as JSON has it, or 0. */
static size_t
blank_at(const char *raw, size_t len)
{
	if (raw[0] == ' ')
		return 1;
	return len >= 2 && raw[0] == '\\' && strchr("nrt", raw[1]) != NULL ? 2
									   : 0;
}

bool
provider_think_skips(struct provider_think *t, const char *raw, size_t len,
    bool reasoning)
{
	size_t i = 0, n;

	if (t->state == PROVIDER_THINK_OFF)
		return true;
	if (t->state != PROVIDER_THINK_HEAD || t->held.len > 0)
		return reasoning;
	if (reasoning) {
		/* Somebody else has taken the thoughts out. */
		t->state = PROVIDER_THINK_OFF;
		return true;
	}
	while (i < len && (n = blank_at(raw + i, len - i)) > 0)
		i += n;
	if (i == len || raw[i] == '<' || t->guess ||
	    (len - i >= 6 && strncasecmp(raw + i, "\\u003c", 6) == 0))
		return false;
	t->state = PROVIDER_THINK_OFF;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* True when s may still become, or is, what begins with `tag`. */
static bool
may_be(const char *s, size_t len, const char *tag)
{
	size_t n = strlen(tag);

	return strncasecmp(s, tag, len < n ? len : n) == 0;
}

/* At the head: which tag is it? False: more is needed. */
static bool
look_at_head(struct provider_think *t, struct buf *content)
{
	const char *s = buf_str(&t->held);
	size_t skip = 0, i, n, left;

	while (is_blank(s[skip]))
		skip++;
	left = t->held.len - skip;
	for (i = 0; i < TAGS; i++) {
		n = strlen(tags[i].open);
		if (!may_be(s + skip, left, tags[i].open))
			continue;
		if (left < n)
			return false;
		t->tag = (int)i;
		t->guess = false;
		t->state = PROVIDER_THINK_INSIDE;
		buf_consume(&t->held, skip + n);
		return true;
	}
	if (t->guess) {
		t->state = PROVIDER_THINK_INSIDE;
		return true;
	}
	buf_append(content, t->held.data, t->held.len);
	buf_reset(&t->held);
	t->state = PROVIDER_THINK_OFF;
	return true;
}

/* The first closing tag; *n its length. NULL: none. */
static const char *
find_close(const struct provider_think *t, size_t *n)
{
	const char *s = buf_str(&t->held), *at;
	size_t i;

	for (at = strchr(s, '<'); at != NULL; at = strchr(at + 1, '<')) {
		for (i = 0; i < TAGS; i++) {
			*n = strlen(tags[i].close);
			if ((t->tag == -1 || t->tag == (int)i) &&
			    strncasecmp(at, tags[i].close, *n) == 0)
				return at;
		}
	}
	return NULL;
}

/* Bytes at the end that may be the beginning of a closing tag. */
static size_t
open_end(const struct buf *held)
{
	size_t from = held->len > CLOSE_MAX ? held->len - CLOSE_MAX : 0, i;

	for (; from < held->len; from++) {
		for (i = 0; i < TAGS; i++) {
			if (may_be(held->data + from, held->len - from,
				tags[i].close))
				return held->len - from;
		}
	}
	return 0;
}

static void
take_thought(struct provider_think *t, size_t len, struct buf *reasoning)
{
	buf_append(reasoning, buf_str(&t->held), len);
	if (t->guess)
		buf_append(&t->all, buf_str(&t->held), len);
	buf_consume(&t->held, len);
}

int
provider_think_feed(struct provider_think *t, const char *s, size_t len,
    struct buf *reasoning, struct buf *content)
{
	const char *close;
	size_t n;

	if (t->state == PROVIDER_THINK_OFF)
		return buf_append(content, s, len);
	buf_append(&t->held, s, len);
	if (t->state == PROVIDER_THINK_HEAD && !look_at_head(t, content))
		return buf_ok(&t->held) ? 0 : -1;
	if (t->state == PROVIDER_THINK_INSIDE) {
		close = find_close(t, &n);
		if (close == NULL) {
			take_thought(t, t->held.len - open_end(&t->held),
			    reasoning);
		} else {
			take_thought(t, (size_t)(close - t->held.data),
			    reasoning);
			buf_consume(&t->held, n);
			buf_free(&t->all);
			t->guess = false;
			t->state = PROVIDER_THINK_AFTER;
		}
	}
	if (t->state == PROVIDER_THINK_AFTER) {
		for (n = 0; is_blank(buf_str(&t->held)[n]); n++)
			;
		buf_consume(&t->held, n);
		if (t->held.len > 0) {
			t->state = PROVIDER_THINK_OFF;
			buf_append(content, t->held.data, t->held.len);
			buf_free(&t->held);
		}
	}
	return buf_ok(&t->held) && buf_ok(&t->all) ? 0 : -1;
}

void
provider_think_end(struct provider_think *t, struct buf *reasoning,
    struct buf *content)
{
	if (t->state == PROVIDER_THINK_HEAD && t->held.len > 0)
		buf_append(content, t->held.data, t->held.len);
	if (t->state == PROVIDER_THINK_INSIDE) {
		/* No thought after all: it was the answer. */
		if (t->guess) {
			buf_append(content, buf_str(&t->all), t->all.len);
			buf_append(content, buf_str(&t->held), t->held.len);
		}
		buf_append(reasoning, buf_str(&t->held), t->held.len);
	}
	buf_free(&t->held);
	buf_free(&t->all);
	t->state = PROVIDER_THINK_OFF;
}
