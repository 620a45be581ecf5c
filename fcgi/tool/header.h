/* SPDX-License-Identifier: MIT */
/*
 * Arguments that a server wants to see in headers, too (x-mcp-header in a
 * tool's schema), and how a value is put into a header. Pure.
 */
#ifndef CONFAB_TOOL_HEADER_H
#define CONFAB_TOOL_HEADER_H

#include <stddef.h>

#include <json-c/json.h>

#define TOOL_PARAMS_MAX 32	    /* of one tool */
#define TOOL_HEADER_NAME_MAX 128    /* bytes of what x-mcp-header says */
#define TOOL_HEADER_VALUE_MAX 16384 /* bytes of a value in a header */

struct buf;

/* A parameter that is mirrored. */
struct tool_param {
	char *header; /* what follows "Mcp-Param-" */
	char **path;  /* names of properties that lead to it */
	size_t depth;
};

struct tool_params {
	struct tool_param *items;
	size_t n;
};

void tool_params_free(struct tool_params *p);

/*
 * Collects what a schema asks for. Returns NULL, or with `p` empty why the tool
 * must be left out: a place, name or type that the specification rules out, or
 * "out of memory".
 */
const char *tool_params_read(struct tool_params *p, struct json_object *schema);

/* Takes the marks out of the schema that `p` was read from. */
void tool_params_strip(const struct tool_params *p, struct json_object *schema);

/*
 * Takes the parameter's value out of the arguments as text, encoded for a
 * header. Returns 1, 0 when there is no value, or -1 when it is none that a
 * header can carry.
 */
int tool_param_value(const struct tool_param *p, struct json_object *arguments,
    struct buf *out);

/*
 * Appends s[0..len) as the value of a header: as it is when that is plain ASCII
 * without blanks at an end, else as =?base64?...?=; so also what looks like that
 * form itself. Returns 0 or -1 as buf_append() does.
 */
int tool_header_value(struct buf *out, const char *s, size_t len);

#endif
