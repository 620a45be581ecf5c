/* SPDX-License-Identifier: MIT */
/*
 * json-c's tree from a checked text. Private to json*.c.
 */
#ifndef CONFAB_BASE_JSON_BUILD_H
#define CONFAB_BASE_JSON_BUILD_H

#include "confab/base/json.h"

/*
 * Builds the tree of a text that json_check() has passed. `unique`: a name
 * that comes twice in an object is JSON_DUPLICATE, else its last value counts.
 * Besides, JSON_OK or JSON_NO_MEMORY. Integers that are too wide become the
 * nearest that fits.
 */
enum json_result json_build(const char *s, size_t len, bool unique,
    struct json_object **out);

#endif
