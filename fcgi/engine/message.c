/* SPDX-License-Identifier: MIT */
/* What hosts tell each other, as text. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "confab/base/encode.h"
#include "confab/config/option.h"

#include "message.h"

#define WORDS_MAX 6
#define DIGITS_MAX 17 /* what a number in a script holds exactly is shorter */
#define PERIOD_MAX 10000000 /* days; 27,000 years */
#define MINUTES_MAX (UINT64_C(1440) * PERIOD_MAX)
#define HEX_LEN (2 * SHARED_ID_LEN)

struct word {
	const char *text;
	size_t len;
};

void
message_member(const struct shared_fact *f, char out[MESSAGE_MAX])
{
	char user[HEX_LEN + 1], session[HEX_LEN + 1];

	encode_hex(user, f->user, SHARED_ID_LEN);
	encode_hex(session, f->session, SHARED_ID_LEN);
	if (f->kind == SHARED_FACT_SESSION)
		snprintf(out, MESSAGE_MAX, "s %s %s", session, user);
	else
		snprintf(out, MESSAGE_MAX, "u %s %" PRIu64, user, f->time);
}

/* Cuts text at its spaces. Returns the number of words, or 0: too many. */
static size_t
cut(const char *text, size_t len, struct word words[WORDS_MAX])
{
	size_t n = 0, at = 0;

	while (at <= len) {
		const char *end = memchr(text + at, ' ', len - at);
		size_t to = end != NULL ? (size_t)(end - text) : len;

		if (n == WORDS_MAX)
			return 0;
		words[n].text = text + at;
		words[n++].len = to - at;
		at = to + 1;
	}
	return n;
}

static bool
read_number(const struct word *w, uint64_t *out)
{
	*out = 0;
	if (w->len == 0 || w->len > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < w->len; i++) {
		if (w->text[i] < '0' || w->text[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(w->text[i] - '0');
	}
	return true;
}

static bool
read_id(const struct word *w, unsigned char id[SHARED_ID_LEN])
{
	return decode_hex(id, SHARED_ID_LEN, w->text, w->len) == SHARED_ID_LEN;
}

static bool
read_penalty(const struct word *w, enum shared_penalty *out)
{
	if (w->len != 1)
		return false;
	switch (w->text[0]) {
	case 'a':
		*out = SHARED_PENALTY_ADDRESS;
		return true;
	case 'u':
		*out = SHARED_PENALTY_USER;
		return true;
	case 'k':
		*out = SHARED_PENALTY_KNOWN;
		return true;
	default:
		return false;
	}
}

/* Of an answer's letter; MESSAGE_SUMS has those that there are. */
static enum shared_sum
sum_of(char letter)
{
	return (enum shared_sum)(strchr(MESSAGE_SUMS, letter) - MESSAGE_SUMS);
}

static bool
read_fact(const struct word *w, size_t n, struct shared_fact *f)
{
	if (n != 4)
		return false;
	switch (w[0].text[0]) {
	case 's':
		f->kind = SHARED_FACT_SESSION;
		return read_id(&w[1], f->session) && read_id(&w[2], f->user) &&
		    read_number(&w[3], &f->expires);
	case 'u':
		f->kind = SHARED_FACT_USER;
		return read_id(&w[1], f->user) &&
		    read_number(&w[2], &f->time) &&
		    read_number(&w[3], &f->expires);
	default:
		f->kind = SHARED_FACT_SUM;
		f->sum = sum_of(w[0].text[0]);
		if (!read_id(&w[1], f->user) || !read_number(&w[2], &f->time) ||
		    !read_number(&w[3], &f->count) ||
		    f->time > (f->sum == SHARED_SUM_REQUESTS ? MINUTES_MAX
							     : PERIOD_MAX))
			return false;
		f->expires = shared_sum_expires(f->sum, f->time);
		return true;
	}
}

bool
message_read(const char *text, size_t len, struct message *out)
{
	struct word w[WORDS_MAX];
	size_t n;

	memset(out, 0, sizeof(*out));
	n = len < MESSAGE_MAX ? cut(text, len, w) : 0;
	if (n == 0 || w[0].len != 1)
		return false;
	switch (w[0].text[0]) {
	case 's':
	case 'u':
	case 't':
	case 'm':
	case 'c':
	case 'd':
	case 'r':
		out->kind = MESSAGE_FACT;
		return read_fact(w, n, &out->fact);
	case 'o':
		out->kind = MESSAGE_OPEN;
		return n == 3 && read_id(&w[1], out->id) &&
		    read_number(&w[2], &out->count);
	case 'p':
	case 'f':
		out->kind = n == 6 ? MESSAGE_RAISE : MESSAGE_LOWER;
		return n == (w[0].text[0] == 'p' ? 6U : 5U) &&
		    read_penalty(&w[1], &out->penalty) &&
		    read_id(&w[2], out->id) &&
		    read_number(&w[3], &out->failures) &&
		    read_number(&w[4], &out->length) &&
		    (n == 5 || read_number(&w[5], &out->keep));
	default:
		return false;
	}
}

void
message_place(const char *text, struct engine_place *out)
{
	static const struct {
		const char *text;
		enum engine_where where;
	} words[] = { { "none", ENGINE_NOWHERE }, { "here", ENGINE_HERE },
		{ "lost", ENGINE_LOST }, { "over", ENGINE_OVER },
		{ "other", ENGINE_OTHER } };

	memset(out, 0, sizeof(*out));
	out->where = ENGINE_UNKNOWN;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i].text) == 0)
			out->where = words[i].where;
	if (strncmp(text, "at ", 3) != 0 || !config_is_host_name(text + 3))
		return;
	out->where = ENGINE_THERE;
	snprintf(out->host, sizeof(out->host), "%s", text + 3);
}
