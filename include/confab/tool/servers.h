/* SPDX-License-Identifier: MIT */
/*
 * The servers of tools that the configuration names: what each was found to
 * speak, its list of tools, whose sessions it has. One for a process.
 *
 * Lists are fetched in the background, at the start and when somebody asks for
 * one that has aged; the old one is given out meanwhile. A server that fails is
 * asked again, and what it listed before stays.
 */
#ifndef CONFAB_TOOL_SERVERS_H
#define CONFAB_TOOL_SERVERS_H

#include <stdbool.h>

#include "confab/config/config.h"

#define TOOL_LIST_TIMEOUT 15000 /* ms for one page of a list, and a handshake */
#define TOOL_LIST_RETRY 1000	/* ms after the first failure; doubles */

struct buf;
struct loop;
struct tool_servers;
struct upstream_pool;

/* NULL when out of memory. */
struct tool_servers *tool_servers_new(void);

/* Frees it; after tool_servers_stop(), and its loop's end. NULL is none. */
void tool_servers_free(struct tool_servers *s);

/* Follows the servers of `c` from now on; takes its own reference. Any
 * thread. */
void tool_servers_follow(struct tool_servers *s, struct config *c);

/* On the loop that fetches the lists: starts, fetches what is missing or has
 * aged, ends. */
void tool_servers_start(struct tool_servers *s, struct loop *l,
    struct upstream_pool *upstreams);
void tool_servers_refresh(struct tool_servers *s);
void tool_servers_stop(struct tool_servers *s);

/* Has prompts and resources listed, too, from the next fetch on. Any thread. */
void tool_servers_want_offers(struct tool_servers *s);

/* True once each server has listed its tools, and with `offers` what else it
 * has, or failed to. Any thread. */
bool tool_servers_ready(struct tool_servers *s, bool offers);

/*
 * Appends the tools that `user`, in `groups`, may use under `c`, as an object of
 * GET api/tools. `aged` becomes true when a list should be fetched anew. Returns 0,
 * or -1 as buf_append() does. Any thread.
 */
int tool_servers_json(struct tool_servers *s, const struct config *c,
    const char *user, config_group_set groups, struct buf *out, bool *aged);

/* The same for an object of GET api/prompts, and of GET api/resources. */
int tool_servers_prompts_json(struct tool_servers *s, const struct config *c,
    const char *user, config_group_set groups, struct buf *out, bool *aged);
int tool_servers_resources_json(struct tool_servers *s, const struct config *c,
    const char *user, config_group_set groups, struct buf *out, bool *aged);

/* True when `user`, in `groups`, may use a server of `c` that may have prompts, or resources.
 */
bool tool_servers_prompts(const struct config *c, const char *user,
    config_group_set groups);
bool tool_servers_resources(const struct config *c, const char *user,
    config_group_set groups);

/*
 * For people and a program without a loop: asks each server of `c`, waits for at
 * most `ms`, and appends a line for each with the version that it speaks, its
 * era, its name and its tools, or why it cannot be used. Returns how many
 * cannot, or -1: no memory.
 */
int tool_servers_ask(struct config *c, unsigned ms, struct buf *out);

#endif
