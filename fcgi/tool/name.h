/* SPDX-License-Identifier: MIT */
/*
 * What a model calls a tool: SERVER__TOOL. Pure.
 */
#ifndef CONFAB_TOOL_NAME_H
#define CONFAB_TOOL_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/config/config.h"

#define TOOL_NAME_MAX 64 /* bytes; what OpenAI's interface takes */

/*
 * Writes the name of a tool of `server`, whose own name is tool[0..len), in
 * letters, digits, '_' and '-'. One that has other characters or is too long
 * gets a part of its digest instead of what does not fit, so that two tools
 * stay two. Returns 0, or -1 when there is no digest to be had.
 */
int tool_name(char out[TOOL_NAME_MAX + 1], const char *server, const char *tool,
    size_t len);

/* True when the server's own name of a tool may be used there. */
bool tool_name_allowed(const struct config_tool_server *c, const char *tool);

/* True when a user may use a server. */
bool tool_server_is_for(const struct config_tool_server *c, const char *user,
    config_group_set groups);

#endif
