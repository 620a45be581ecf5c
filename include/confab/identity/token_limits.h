/* SPDX-License-Identifier: MIT */
/*
 * What an access token may do less than its user: models, requests a minute,
 * tokens a day, networks that it is good from, looking only. Pure.
 *
 * In the tokens file each is a `KEY=VALUE` after the other fields of a line:
 *
 *	read-only=yes	may look at models and at nothing else
 *	requests=N	a minute
 *	tokens=N	a day (UTC)
 *	models=LIST	ids, with * for any characters
 *	networks=LIST	addresses, or networks as ADDRESS/BITS
 *
 * The words of a list have commas between; colons, commas and percent signs in
 * them are written as %3A, %2C and %25.
 */
#ifndef CONFAB_IDENTITY_TOKEN_LIMITS_H
#define CONFAB_IDENTITY_TOKEN_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_LIMITS_LIST_MAX 511 /* bytes of a list as it is written */
#define TOKEN_LIMITS_WORD_MAX 256 /* of one of its words */
#define TOKEN_LIMITS_NUMBER_MAX 1000000000000

struct buf;

struct token_limits {
	bool read_only;
	uint64_t requests_per_minute;		  /* 0: no limit of its own */
	uint64_t tokens_per_day;		  /* the same */
	char models[TOKEN_LIMITS_LIST_MAX + 1];	  /* "": all */
	char networks[TOKEN_LIMITS_LIST_MAX + 1]; /* "": from everywhere */
};

/* Takes one KEY=VALUE of a line. Returns NULL, or what is wrong with it. */
const char *token_limits_parse(struct token_limits *l, const char *s,
    size_t len);

/* Appends them as they stand in a line, each behind a colon. */
void token_limits_write(const struct token_limits *l, struct buf *out);

/* Adds a model or a network. Returns NULL, or what is wrong with it. */
const char *token_limits_add_model(struct token_limits *l, const char *model);
const char *token_limits_add_network(struct token_limits *l,
    const char *network);

/* May the model be used, by its id in the catalogue? */
bool token_limits_model(const struct token_limits *l, const char *model);

/* Is the token good from this address? An address that is none is no reason to
 * let one in that is bound to networks. */
bool token_limits_network(const struct token_limits *l, const char *address);

/* Appends `"read_only":...` and the other members, without braces. */
void token_limits_json(const struct token_limits *l, struct buf *out);

#endif
