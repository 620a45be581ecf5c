/* SPDX-License-Identifier: MIT */
/*
 * Apps of tool servers (MCP Apps): pages of theirs that draw what a tool gave.
 * The page that people see draws one in a frame without an origin; what that
 * frame is, and may load, is said here. Pure.
 */
#ifndef CONFAB_TOOL_APP_H
#define CONFAB_TOOL_APP_H

#include "confab/base/buf.h"
#include "confab/config/config.h"

/* Bytes of a policy: the fixed part, and the domains. */
#define TOOL_APP_POLICY_MAX (384 + CONFIG_APP_DOMAINS_MAX)

/* The server of that name, when it has apps and the user may use it; else
 * NULL. */
const struct config_tool_server *tool_app_server(const struct config *c,
    const char *name, const char *user, config_group_set groups);

/*
 * Appends the content policy of the frame of a server's apps: what
 * `app_domains` says is the most that any of them may reach. Returns 0, or -1 as
 * buf_append() does.
 */
int tool_app_policy(const struct config_tool_server *c, struct buf *out);

/* The frame's document, which becomes the app that it is sent. */
const char *tool_app_frame(void);

#endif
