/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as JSON. Aborts when the check and json-c disagree about
 * what they take, or when what was parsed is written as something else.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/json.h"
#include "fuzz.h"

typedef enum json_result (
    *parser)(const char *, size_t, size_t, struct json_object **);

/*
 * What is written reads back by the parser that took it, and is then written
 * the same.
 */
static void
round_trip(parser parse, struct json_object *v)
{
	struct json_object *again;
	struct buf one, two;

	buf_init(&one, 1 << 24);
	buf_init(&two, 1 << 24);
	check(json_write(&one, v) == 0);
	check(parse(one.data, one.len, JSON_DEPTH_MAX, &again) == JSON_OK);
	check(json_write(&two, again) == 0);
	check(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
	json_object_put(again);
	buf_free(&one);
	buf_free(&two);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	enum json_result checked, parsed, loose;
	struct json_object *v;
	size_t at;

	checked = json_check(s, size, 32, &at);
	check(at <= size);
	parsed = json_parse(s, size, 32, &v);
	check((v == NULL) || parsed == JSON_OK);
	if (checked == JSON_OK)
		check(parsed == JSON_OK || parsed == JSON_DUPLICATE ||
		    parsed == JSON_RANGE || parsed == JSON_VALUES);
	else
		check(parsed == checked);
	if (parsed == JSON_OK)
		round_trip(json_parse, v);
	json_object_put(v);
	loose = json_parse_loose(s, size, 32, &v);
	check(checked != JSON_OK || loose == JSON_OK);
	if (loose == JSON_OK)
		round_trip(json_parse_loose, v);
	json_object_put(v);
	return 0;
}
