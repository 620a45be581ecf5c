/* SPDX-License-Identifier: MIT */
/*
 * JSON as RFC 8259 has it: json-c, behind a strict check of our own for what
 * json-c lets through (NaN, -01, raw control bytes, duplicate names, bad
 * UTF-8, \u0000, depth).
 */
#ifndef CONFAB_BASE_JSON_H
#define CONFAB_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

struct buf;

enum json_result {
	JSON_OK,
	JSON_SYNTAX,
	JSON_DEPTH,	/* nested deeper than allowed */
	JSON_DUPLICATE, /* a name twice in one object */
	JSON_NUL,	/* \u0000 in a string or name */
	JSON_UTF8,	/* not UTF-8 */
	JSON_VALUES,	/* more values than a tree may have (parsing) */
	JSON_RANGE,	/* an integer wider than 64 bits (parsing) */
	JSON_NO_MEMORY
};

/* A sentence for people about a result. */
const char *json_result_str(enum json_result r);

#define JSON_DEPTH_MAX 512	     /* levels that a check can follow */
#define JSON_VALUES_MAX (256 * 1024) /* of a tree: some 100 bytes each */
#define JSON_DEPTH_DEFAULT 64	     /* where nothing else is said */

/*
 * Checks that s[0..len) is exactly one JSON text (white space around it
 * allowed) of at most `depth` levels (and of JSON_DEPTH_MAX). Allocates
 * nothing, does not recurse, and takes linear time. Duplicate names are not
 * looked for. `at`, when not NULL, becomes the offset of the error.
 */
enum json_result json_check(const char *s, size_t len, size_t depth,
    size_t *at);

/* What a check saw besides. */
struct json_facts {
	size_t at;     /* offset of the error, or the end */
	size_t values; /* all, containers and their items alike */
	bool wide;     /* an integer fits neither int64 nor uint64 */
};

/* As json_check(), and fills `facts`. */
enum json_result json_check_facts(const char *s, size_t len, size_t depth,
    struct json_facts *facts);

/* True when s[0..len) may stand between the quotes of a string: what
 * json_check() takes there, and no quote. */
bool json_check_string(const char *s, size_t len);

/* True when all of it is ASCII without an escape: such a text is good, too. */
bool json_is_plain(const char *s, size_t len);

/*
 * Checks and parses. On JSON_OK, *out is a value that the caller ends with
 * json_object_put(); else NULL.
 */
enum json_result json_parse(const char *s, size_t len, size_t depth,
    struct json_object **out);

/*
 * As json_parse(), for texts that are not ours to refuse: bytes that are not
 * UTF-8 and \u0000 become U+FFFD, the last of equal names wins, and an integer
 * that is too wide becomes a double that is written with its own digits.
 */
enum json_result json_parse_loose(const char *s, size_t len, size_t depth,
    struct json_object **out);

/*
 * Member `name` of `obj` when it is there and a string: its bytes and length
 * (strings may hold any character but U+0000). Else NULL.
 */
const char *json_str(struct json_object *obj, const char *name, size_t *len);

/* Member `name` of `obj`, or NULL when absent, null or `obj` no object. */
struct json_object *json_get(struct json_object *obj, const char *name);

/* Gives `v` back, as json_object_put() does, with all its strings overwritten:
 * one of them was a secret, wherever it stood. Nobody else may have it. */
void json_wipe(struct json_object *v);

/* Appends `v` as compact JSON. Returns 0, or -1 when `out` is full. */
int json_write(struct buf *out, struct json_object *v);

#endif
