/* SPDX-License-Identifier: MIT */
/*
 * A look at an event without a tree being built: nearly every event of a stream
 * carries nothing but a piece of text. Whatever is not plainly of that kind is
 * left to the slow path.
 */
#include "config.h"

#include <string.h>

#include "kind.h"

/* A place in a text that is known to be valid JSON. */
struct cursor {
	const char *p, *end;
};

struct name {
	const char *s;
	size_t len;
};

static void
skip_space(struct cursor *c)
{
	while (c->p < c->end &&
	    (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
		c->p++;
}

static char
peek(const struct cursor *c)
{
	return c->p < c->end ? *c->p : '\0';
}

/* At a quote; moves behind the closing one. Most strings have no escape; in
 * those that have, no byte is searched for a quote twice. */
static void
skip_string(struct cursor *c)
{
	const char *quote = c->p, *slash;

	c->p++;
	while (c->p < c->end) {
		if (quote < c->p) {
			quote = memchr(c->p, '"', (size_t)(c->end - c->p));
			if (quote == NULL)
				break;
		}
		slash = memchr(c->p, '\\', (size_t)(quote - c->p));
		if (slash == NULL) {
			c->p = quote + 1;
			return;
		}
		c->p = slash + 2;
	}
	c->p = c->end;
}

/* Any value; containers are walked without recursion. */
static void
skip_value(struct cursor *c)
{
	size_t depth = 0;

	do {
		switch (peek(c)) {
		case '"':
			skip_string(c);
			break;
		case '{':
		case '[':
			depth++;
			c->p++;
			break;
		case '}':
		case ']':
			depth--;
			c->p++;
			break;
		case '\0':
			return;
		default:
			/* A number or word, or what is between values. */
			do
				c->p++;
			while (c->p < c->end && *c->p != ',' && *c->p != '}' &&
			    *c->p != ']' && *c->p != '"' && *c->p != '{' &&
			    *c->p != '[');
		}
	} while (depth > 0 && c->p < c->end);
}

/*
 * The next member of the object, or false at its end. The cursor stands at the
 * opening brace before the first call, behind a value before each further one;
 * afterwards at the value or behind the closing brace.
 */
static bool
next_member(struct cursor *c, struct name *name)
{
	skip_space(c);
	if (peek(c) == '{' || peek(c) == ',')
		c->p++;
	skip_space(c);
	if (peek(c) != '"') {
		c->p += c->p < c->end;
		return false;
	}
	name->s = c->p + 1;
	skip_string(c);
	name->len = (size_t)(c->p - 1 - name->s);
	skip_space(c);
	c->p += c->p < c->end; /* the colon */
	skip_space(c);
	return true;
}

/* The same for arrays. */
static bool
next_item(struct cursor *c)
{
	skip_space(c);
	if (peek(c) == '[' || peek(c) == ',')
		c->p++;
	skip_space(c);
	if (peek(c) == ']' || c->p == c->end) {
		c->p += c->p < c->end;
		return false;
	}
	return true;
}

static bool
is(const struct name *n, const char *s, size_t len)
{
	return n->len == len && memcmp(n->s, s, len) == 0;
}
#define IS(n, s) is(n, s, sizeof(s) - 1)

/* A name with an escape in it may be any name. */
static bool
is_plain(const struct name *n)
{
	return memchr(n->s, '\\', n->len) == NULL;
}

/* What a scan has found so far. */
struct found {
	struct provider_scan out;
	unsigned texts; /* not empty; may be the only one */
	bool choice, delta, thought;
};

/* At a string or null; anything else is not plain. */
static bool
scan_text(struct cursor *c, bool thought, struct found *f)
{
	const char *from = c->p;

	if (peek(c) != '"') {
		skip_value(c);
		return *from == 'n';
	}
	skip_string(c);
	if (c->p - from == 2)
		return true;
	f->out.text = from + 1;
	f->out.text_len = (size_t)(c->p - from - 2);
	f->out.bytes += f->out.text_len;
	f->out.content = true;
	f->out.reasoning = thought;
	f->texts++;
	return true;
}

/* Reasoning under one of its other names. */
static bool
scan_thought(struct cursor *c, const struct name *n, struct found *f)
{
	bool string = peek(c) == '"';

	if (!scan_text(c, true, f))
		return false;
	if (string && f->out.rename != NULL)
		return false;
	if (string)
		f->out.rename = n->s;
	return true;
}

/* False when a member of the delta needs work. */
static bool
scan_delta_member(struct cursor *c, const struct name *n, struct found *f)
{
	char first = peek(c);

	if (IS(n, "content") || IS(n, "refusal"))
		return scan_text(c, false, f);
	if (IS(n, "reasoning_content")) {
		f->thought = true;
		return scan_text(c, true, f);
	}
	if (IS(n, "reasoning"))
		return scan_thought(c, n, f);
	if (IS(n, "role") && first == '"' &&
	    (c->end - c->p < 11 || memcmp(c->p, "\"assistant\"", 11) != 0))
		return false;
	skip_value(c);
	if (IS(n, "images")) {
		f->out.content = f->out.content || first == '[';
		return true;
	}
	/* What must be brought into form. */
	return first == 'n' ||
	    !(IS(n, "tool_calls") || IS(n, "reasoning_details") ||
		IS(n, "reasoning_text") || IS(n, "thinking"));
}

static bool
scan_delta(struct cursor *c, struct found *f)
{
	struct name n;

	if (peek(c) != '{')
		return false;
	f->delta = true;
	while (next_member(c, &n)) {
		if (!is_plain(&n) || !scan_delta_member(c, &n, f))
			return false;
	}
	return true;
}

static bool
scan_finish(struct cursor *c, struct found *f)
{
	struct name n = { c->p + 1, 0 };

	if (peek(c) != '"') {
		skip_value(c);
		return n.s[-1] == 'n';
	}
	skip_string(c);
	n.len = (size_t)(c->p - 1 - n.s);
	f->out.finish = true;
	return IS(&n, "stop") || IS(&n, "length") || IS(&n, "tool_calls") ||
	    IS(&n, "content_filter");
}

static bool
scan_choice(struct cursor *c, struct found *f)
{
	struct name n;
	bool indexed = false;
	char first;

	if (peek(c) != '{')
		return false;
	f->choice = true;
	f->delta = false;
	while (next_member(c, &n)) {
		if (!is_plain(&n))
			return false;
		first = peek(c);
		if (IS(&n, "delta")) {
			if (!scan_delta(c, f))
				return false;
		} else if (IS(&n, "finish_reason")) {
			if (!scan_finish(c, f))
				return false;
		} else {
			skip_value(c);
			if (IS(&n, "index"))
				indexed = first >= '0' && first <= '9';
			if ((IS(&n, "error") || IS(&n, "usage") ||
				IS(&n, "message") || IS(&n, "finishReason")) &&
			    first != 'n')
				return false;
		}
	}
	return f->delta && indexed;
}

static bool
scan_choices(struct cursor *c, struct found *f)
{
	if (peek(c) != '[')
		return false;
	while (next_item(c)) {
		if (!scan_choice(c, f))
			return false;
	}
	return true;
}

static bool
scan_top(struct cursor *c, struct found *f)
{
	struct name n;
	char first;

	while (next_member(c, &n)) {
		if (!is_plain(&n))
			return false;
		if (IS(&n, "choices")) {
			if (!scan_choices(c, f))
				return false;
			continue;
		}
		first = peek(c);
		skip_value(c);
		if ((IS(&n, "usage") || IS(&n, "error") || IS(&n, "errors") ||
			IS(&n, "x_groq")) &&
		    first != 'n')
			return false;
	}
	return f->choice;
}

bool
provider_scan_chunk(const char *s, size_t len, struct provider_scan *out)
{
	struct cursor c = { s, s + len };
	struct found f;

	memset(&f, 0, sizeof(f));
	skip_space(&c);
	if (peek(&c) != '{' || !scan_top(&c, &f))
		return false;
	/* Two names for one thing are left to the slow path. */
	if (f.out.rename != NULL && f.thought)
		return false;
	if (f.texts != 1)
		f.out.text = NULL;
	*out = f.out;
	return true;
}

/* The value of a member that is a string, at which the cursor stands. */
static struct name
take_string(struct cursor *c)
{
	struct name v = { NULL, 0 };
	const char *from = c->p;

	if (peek(c) != '"') {
		skip_value(c);
		return v;
	}
	skip_string(c);
	v.s = from + 1;
	v.len = (size_t)(c->p - from - 2);
	return v;
}

/* {"type":"text_delta","text":"..."} or {"type":"thinking_delta", ... } */
static bool
scan_piece(struct cursor *c, const char **text, size_t *text_len,
    bool *reasoning)
{
	struct name n, v, type = { "", 0 }, said = { NULL, 0 };
	struct name thought = { NULL, 0 };

	if (peek(c) != '{')
		return false;
	while (next_member(c, &n)) {
		if (!is_plain(&n))
			return false;
		v = take_string(c);
		if (v.s != NULL && IS(&n, "type"))
			type = v;
		else if (IS(&n, "text"))
			said = v;
		else if (IS(&n, "thinking"))
			thought = v;
	}
	*reasoning = IS(&type, "thinking_delta");
	if (*reasoning)
		said = thought;
	else if (!IS(&type, "text_delta"))
		return false;
	*text = said.s;
	*text_len = said.len;
	return said.s != NULL;
}

bool
provider_scan_delta(const char *s, size_t len, const char **text,
    size_t *text_len, bool *reasoning)
{
	struct cursor c = { s, s + len };
	struct name n, v, type = { "", 0 };
	bool piece = false;

	skip_space(&c);
	if (peek(&c) != '{')
		return false;
	while (next_member(&c, &n)) {
		if (!is_plain(&n))
			return false;
		if (IS(&n, "delta")) {
			piece = scan_piece(&c, text, text_len, reasoning);
			if (!piece)
				return false;
			continue;
		}
		v = take_string(&c);
		if (v.s != NULL && IS(&n, "type"))
			type = v;
	}
	return piece && IS(&type, "content_block_delta");
}
