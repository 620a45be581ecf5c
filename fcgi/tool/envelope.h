/* SPDX-License-Identifier: MIT */
/*
 * Messages of JSON-RPC as they come: which of them is an answer to which
 * request. Pure.
 */
#ifndef CONFAB_TOOL_ENVELOPE_H
#define CONFAB_TOOL_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

/*
 * The message in s[0..len), which the caller puts, or NULL: it is none. Of
 * several in one array, as revision 2025-03-26 lets servers send them, it is the
 * answer to `id`, or else the first.
 */
struct json_object *tool_envelope_open(const char *s, size_t len, uint64_t id);

/* True when a message answers the request `id`. */
bool tool_envelope_answers(struct json_object *msg, uint64_t id);

#endif
