/* SPDX-License-Identifier: MIT */
/*
 * Fetching a list of one server's: of its tools, or of what else it has; all
 * pages of it.
 */
#ifndef CONFAB_TOOL_LISTER_H
#define CONFAB_TOOL_LISTER_H

#include "client.h"
#include "offers.h"

struct tool_lister;

/* The list of the call's server has come, or an error in its place: that is in
 * the server's state already. The lister is over. */
typedef void (*tool_listed_fn)(void *arg, const struct api_error *err);

/* Starts it; of `call`, loop, pool, config, server and state count. NULL: no
 * memory. `done` is never called before this returns. */
struct tool_lister *tool_lister_start(const struct tool_client_call *call,
    enum tool_listing what, tool_listed_fn done, void *arg);

/* Ends it; `done` is not called any more. */
void tool_lister_cancel(struct tool_lister *l);

#endif
