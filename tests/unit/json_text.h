/* SPDX-License-Identifier: MIT */
/* For tests that write JSON down as text. cmocka.h comes before it. */
#ifndef CONFAB_TESTS_JSON_TEXT_H
#define CONFAB_TESTS_JSON_TEXT_H

#include <string.h>

#include "confab/base/json.h"

/* What the text says, for the caller to release. */
static inline struct json_object *
json(const char *text)
{
	struct json_object *v;

	assert_int_equal(json_parse_loose(text, strlen(text), 64, &v), JSON_OK);
	return v;
}

#endif
