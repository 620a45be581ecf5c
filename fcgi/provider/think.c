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

/*
 * Markers as models have them, in the order in which they are looked for. Where
 * there is nothing to close, no thought begins but the answer. In channels one
 * thing follows the other, each with a marker of its own.
 */
static const struct {
	const char *open, *close;
	bool channel;
} tags[] = { { "<think>", "</think>", false },
	{ "<thinking>", "</thinking>", false },
	{ "<reasoning>", "</reasoning>", false },
	{ "<thought>", "</thought>", false }, { "[THINK]", "[/THINK]", false },
	{ "<seed:think>", "</seed:think>", false },
	{ "\u25c1think\u25b7", "\u25c1/think\u25b7", false },
	{ "<|channel>thought\n", "<channel|>", false },
	{ "<|START_THINKING|>", "<|END_THINKING|>", true },
	{ "<|START_RESPONSE|>", NULL, true },
	{ "<|channel|>analysis<|message|>", "<|end|>", true },
	{ "<|channel|>commentary<|message|>", "<|end|>", true },
	{ "<|channel|>final<|message|>", NULL, true },
	{ "<|start|>assistant<|channel|>analysis<|message|>", "<|end|>", true },
	{ "<|start|>assistant<|channel|>commentary<|message|>", "<|end|>",
	    true },
	{ "<|start|>assistant<|channel|>final<|message|>", NULL, true } };

#define TAGS (sizeof(tags) / sizeof(tags[0]))
/* Of them, the first, which may have been opened in the prompt, and which some
 * write in capitals. */
#define PROMPTED 4
#define MARK_MAX (sizeof("<|start|>assistant<|channel|>final<|message|>") - 1)

/* What may be left at the end of an answer in channels. */
static const char *const lasts[] = { "<|return|>", "<|end|>",
	"<|END_RESPONSE|>" };

#define LASTS (sizeof(lasts) / sizeof(lasts[0]))

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

/* True when a marker may begin so, as JSON has it. */
static bool
may_open(const char *raw, size_t len)
{
	return raw[0] == '<' || raw[0] == '[' || raw[0] == '\xe2' ||
	    (len >= 6 &&
		(strncasecmp(raw, "\\u003c", 6) == 0 ||
		    strncasecmp(raw, "\\u25c1", 6) == 0));
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
	if (i == len || t->guess || may_open(raw + i, len - i))
		return false;
	t->state = PROVIDER_THINK_OFF;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* True when s may still become, or is, what begins with a mark of tags[i]. */
static bool
may_be(const char *s, size_t len, size_t i, const char *mark)
{
	size_t n = strlen(mark);

	if (len < n)
		n = len;
	return i < PROMPTED ? strncasecmp(s, mark, n) == 0
			    : strncmp(s, mark, n) == 0;
}

/* Begins what a marker says. */
static void
enter(struct provider_think *t, size_t tag)
{
	t->tag = (int)tag;
	t->guess = false;
	t->state = tags[tag].close != NULL ? PROVIDER_THINK_INSIDE
					   : PROVIDER_THINK_LAST;
}

/* At the head, or behind a thought: which marker is it? False: more is needed. */
static bool
look_at_head(struct provider_think *t)
{
	bool after = t->state == PROVIDER_THINK_AFTER;
	const char *s = buf_str(&t->held);
	size_t skip = 0, i, n, left;

	while (is_blank(s[skip]))
		skip++;
	left = t->held.len - skip;
	if (after && left == 0)
		return false;
	for (i = 0; i < TAGS; i++) {
		n = strlen(tags[i].open);
		if ((after && !(tags[t->tag].channel && tags[i].channel)) ||
		    !may_be(s + skip, left, i, tags[i].open))
			continue;
		if (left < n)
			return false;
		enter(t, i);
		buf_consume(&t->held, skip + n);
		return true;
	}
	if (t->guess)
		t->state = PROVIDER_THINK_INSIDE;
	else if (after && tags[t->tag].channel)
		t->state = PROVIDER_THINK_LAST;
	else
		t->state = PROVIDER_THINK_OFF;
	if (after)
		buf_consume(&t->held, skip);
	return true;
}

/* The tag whose mark closes the thought at s; *n the mark's length. One in
 * channels may just be followed by the answer. -1: none. */
static int
closes(const struct provider_think *t, const char *s, size_t len, size_t *n)
{
	const char *mark;
	int i;

	for (i = 0; i < (int)TAGS; i++) {
		mark = tags[i].close;
		if (mark == NULL && t->tag != -1 && tags[t->tag].channel)
			mark = tags[i].open;
		else if (t->tag == -1 ? i >= PROMPTED : t->tag != i)
			continue;
		if (mark == NULL)
			continue;
		*n = strlen(mark);
		if (len >= *n && may_be(s, len, (size_t)i, mark))
			return i;
	}
	return -1;
}

/* The first mark that closes; *tag and *n as closes() has it. NULL: none. */
static const char *
find_close(const struct provider_think *t, int *tag, size_t *n)
{
	const char *s = buf_str(&t->held), *end = s + t->held.len;

	for (; s < end; s++) {
		if (*s != '<' && *s != '[' && *s != '\xe2')
			continue;
		*tag = closes(t, s, (size_t)(end - s), n);
		if (*tag != -1)
			return s;
	}
	return NULL;
}

/* True when the end of a text may be the beginning of a mark that closes. */
static bool
may_close(const char *s, size_t len)
{
	const char *mark;
	size_t i;

	for (i = 0; i < TAGS; i++) {
		mark = tags[i].close != NULL ? tags[i].close : tags[i].open;
		if (len < strlen(mark) && may_be(s, len, i, mark))
			return true;
	}
	return false;
}

/* The same for what may be left at the end of an answer. */
static bool
may_be_last(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < LASTS; i++) {
		if (len <= strlen(lasts[i]) && memcmp(s, lasts[i], len) == 0)
			return true;
	}
	return false;
}

/* Bytes at the end that may be the beginning of a mark. */
static size_t
open_end(const struct buf *held, bool (*may)(const char *s, size_t len))
{
	size_t from = held->len > MARK_MAX ? held->len - MARK_MAX : 0;

	for (; from < held->len; from++) {
		if (may(held->data + from, held->len - from))
			return held->len - from;
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

/* Within a thought. */
static void
feed_thought(struct provider_think *t, struct buf *reasoning)
{
	const char *close;
	size_t n;
	int tag;

	close = find_close(t, &tag, &n);
	if (close == NULL) {
		take_thought(t, t->held.len - open_end(&t->held, may_close),
		    reasoning);
		return;
	}
	take_thought(t, (size_t)(close - t->held.data), reasoning);
	buf_consume(&t->held, n);
	buf_free(&t->all);
	t->guess = false;
	if (tags[tag].close == NULL) {
		enter(t, (size_t)tag);
	} else {
		t->tag = tag;
		t->state = PROVIDER_THINK_AFTER;
	}
}

int
provider_think_feed(struct provider_think *t, const char *s, size_t len,
    struct buf *reasoning, struct buf *content)
{
	enum provider_think_state was;
	size_t n;

	if (t->state == PROVIDER_THINK_OFF)
		return buf_append(content, s, len);
	buf_append(&t->held, s, len);
	do {
		was = t->state;
		if (was == PROVIDER_THINK_INSIDE)
			feed_thought(t, reasoning);
		else if (was != PROVIDER_THINK_HEAD &&
		    was != PROVIDER_THINK_AFTER)
			break;
		else if (!look_at_head(t))
			break;
	} while (t->state != was && t->held.len > 0);
	if (t->state == PROVIDER_THINK_OFF || t->state == PROVIDER_THINK_LAST) {
		n = t->held.len;
		if (t->state == PROVIDER_THINK_LAST)
			n -= open_end(&t->held, may_be_last);
		buf_append(content, buf_str(&t->held), n);
		buf_consume(&t->held, n);
	}
	if (t->state == PROVIDER_THINK_OFF)
		buf_free(&t->held);
	return buf_ok(&t->held) && buf_ok(&t->all) ? 0 : -1;
}

void
provider_think_end(struct provider_think *t, struct buf *reasoning,
    struct buf *content)
{
	const char *held = buf_str(&t->held);
	size_t i, len = t->held.len;

	if (t->state == PROVIDER_THINK_AFTER &&
	    held[strspn(held, " \t\r\n")] == '\0')
		len = 0;
	for (i = 0; t->state == PROVIDER_THINK_LAST && i < LASTS; i++) {
		if (strcmp(held, lasts[i]) == 0)
			len = 0;
	}
	if (t->state == PROVIDER_THINK_INSIDE) {
		/* No thought after all: it was the answer. */
		if (t->guess) {
			buf_append(content, buf_str(&t->all), t->all.len);
			buf_append(content, held, len);
		}
		buf_append(reasoning, held, len);
	} else if (len > 0) {
		buf_append(content, held, len);
	}
	buf_free(&t->held);
	buf_free(&t->all);
	t->state = PROVIDER_THINK_OFF;
}
