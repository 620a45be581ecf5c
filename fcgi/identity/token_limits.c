/* SPDX-License-Identifier: MIT */
/* Limits of access tokens: read, written, applied. */
#include "config.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/config/option.h"
#include "confab/identity/token_limits.h"

#include "confab/base/address.h"

/* Bytes that end a word, a value or a line. */
static bool
must_escape(char c)
{
	return c == ':' || c == ',' || c == '%';
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/*
 * Takes the next word out of a list. Returns 1, 0 at the end, -1 for what is
 * not written as we write it: each word has one spelling.
 */
static int
next_word(const char **p, char out[TOKEN_LIMITS_WORD_MAX + 1])
{
	const char *s = *p;
	size_t n = 0;

	if (*s == '\0')
		return 0;
	for (; *s != '\0' && *s != ','; s++) {
		char c = *s;

		if (c == '%') {
			int high = hex(s[1]), low = high < 0 ? -1 : hex(s[2]);

			if (low < 0)
				return -1;
			c = (char)(high << 4 | low);
			if (!must_escape(c))
				return -1;
			s += 2;
		} else if (must_escape(c))
			return -1;
		if (n == TOKEN_LIMITS_WORD_MAX)
			return -1;
		out[n++] = c;
	}
	out[n] = '\0';
	/* A comma stands before another one. */
	if (n == 0 || (*s == ',' && s[1] == '\0'))
		return -1;
	*p = *s == ',' ? s + 1 : s;
	return 1;
}

static const char *
add_word(char list[TOKEN_LIMITS_LIST_MAX + 1], const char *word)
{
	size_t n = strlen(list);
	char text[3 * TOKEN_LIMITS_WORD_MAX + 2];
	size_t len = 0;

	if (strlen(word) > TOKEN_LIMITS_WORD_MAX)
		return "is too long";
	if (n > 0)
		text[len++] = ',';
	for (; *word != '\0'; word++) {
		if (must_escape(*word))
			len += (size_t)snprintf(text + len, 4, "%%%02X",
			    (unsigned char)*word);
		else
			text[len++] = *word;
	}
	if (n + len > TOKEN_LIMITS_LIST_MAX)
		return "makes the list longer than 511 bytes";
	memcpy(list + n, text, len);
	list[n + len] = '\0';
	return NULL;
}

const char *
token_limits_add_model(struct token_limits *l, const char *model)
{
	if (!config_is_model_id(model))
		return "is not the id of a model";
	return add_word(l->models, model);
}

const char *
token_limits_add_network(struct token_limits *l, const char *network)
{
	struct address_range r;

	if (!address_range_read(network, &r))
		return "is not an address, or a network like 192.0.2.0/24 "
		       "without bits behind its length";
	return add_word(l->networks, network);
}

/* Takes a list word by word, each through the check of `add`. */
static const char *
parse_list(struct token_limits *l, const char *s, size_t len,
    const char *(*add)(struct token_limits *, const char *))
{
	char text[TOKEN_LIMITS_LIST_MAX + 1], word[TOKEN_LIMITS_WORD_MAX + 1];
	const char *p = text, *wrong = NULL;
	int more;

	if (len == 0 || len > TOKEN_LIMITS_LIST_MAX)
		return "has 1 to 511 bytes";
	memcpy(text, s, len);
	text[len] = '\0';
	while ((more = next_word(&p, word)) == 1 && wrong == NULL)
		wrong = add(l, word);
	return more < 0 ? "is not a list with commas between" : wrong;
}

static const char *
parse_number(const char *s, size_t len, uint64_t *out)
{
	uint64_t n = 0;

	if (len == 0 || len > 13)
		return "is not a number from 1 to 1000000000000";
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return "is not a number from 1 to 1000000000000";
		n = n * 10 + (uint64_t)(s[i] - '0');
	}
	if (n == 0 || n > TOKEN_LIMITS_NUMBER_MAX)
		return "is not a number from 1 to 1000000000000";
	*out = n;
	return NULL;
}

const char *
token_limits_parse(struct token_limits *l, const char *s, size_t len)
{
	const char *eq = memchr(s, '=', len), *value;
	size_t key;

	if (eq == NULL)
		return "is not KEY=VALUE";
	key = (size_t)(eq - s);
	value = eq + 1;
	len -= key + 1;
#define IS(word) (key == strlen(word) && memcmp(s, word, key) == 0)
	if (IS("read-only")) {
		if (len != 3 || memcmp(value, "yes", 3) != 0)
			return "is yes, or not there";
		l->read_only = true;
		return NULL;
	}
	if (IS("requests"))
		return parse_number(value, len, &l->requests_per_minute);
	if (IS("tokens"))
		return parse_number(value, len, &l->tokens_per_day);
	if (IS("models"))
		return l->models[0] != '\0'
		    ? "is there twice"
		    : parse_list(l, value, len, token_limits_add_model);
	if (IS("networks"))
		return l->networks[0] != '\0'
		    ? "is there twice"
		    : parse_list(l, value, len, token_limits_add_network);
#undef IS
	return "is unknown; there are read-only, requests, tokens, models, "
	       "networks";
}

void
token_limits_write(const struct token_limits *l, struct buf *out)
{
	if (l->read_only)
		buf_puts(out, ":read-only=yes");
	if (l->requests_per_minute > 0)
		buf_printf(out, ":requests=%" PRIu64, l->requests_per_minute);
	if (l->tokens_per_day > 0)
		buf_printf(out, ":tokens=%" PRIu64, l->tokens_per_day);
	if (l->models[0] != '\0')
		buf_printf(out, ":models=%s", l->models);
	if (l->networks[0] != '\0')
		buf_printf(out, ":networks=%s", l->networks);
}

bool
token_limits_model(const struct token_limits *l, const char *model)
{
	char word[TOKEN_LIMITS_WORD_MAX + 1];
	const char *p = l->models;

	if (*p == '\0')
		return true;
	while (next_word(&p, word) == 1)
		if (fnmatch(word, model, 0) == 0)
			return true;
	return false;
}

bool
token_limits_network(const struct token_limits *l, const char *address)
{
	char word[TOKEN_LIMITS_WORD_MAX + 1];
	const char *p = l->networks;
	struct address_range r;

	if (*p == '\0')
		return true;
	while (next_word(&p, word) == 1)
		if (address_range_read(word, &r) &&
		    address_range_has(&r, address))
			return true;
	return false;
}

static void
list_json(const char *name, const char *list, struct buf *out)
{
	char word[TOKEN_LIMITS_WORD_MAX + 1];
	const char *comma = "";

	buf_printf(out, ",\"%s\":[", name);
	while (next_word(&list, word) == 1) {
		buf_puts(out, comma);
		buf_json(out, word, strlen(word));
		comma = ",";
	}
	buf_putc(out, ']');
}

void
token_limits_json(const struct token_limits *l, struct buf *out)
{
	buf_printf(out,
	    "\"read_only\":%s,\"requests_per_minute\":%" PRIu64
	    ",\"tokens_per_day\":%" PRIu64,
	    l->read_only ? "true" : "false", l->requests_per_minute,
	    l->tokens_per_day);
	list_json("models", l->models, out);
	list_json("networks", l->networks, out);
}
