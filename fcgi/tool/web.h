/* SPDX-License-Identifier: MIT */
/*
 * A call of a tool of our own: a search by the site's SearXNG, or a page of the
 * web, which is an address of somebody else's (exchange.h, `networks`).
 */
#ifndef CONFAB_TOOL_WEB_H
#define CONFAB_TOOL_WEB_H

#include "call.h"
#include "client.h"

#define WEB_PAGE_MAX (4 * 1024 * 1024) /* bytes of a page */
#define WEB_REDIRECTS_MAX 5	       /* one after the other */
#define WEB_TOTAL 30000		       /* ms of one exchange */

struct tool_web;

struct tool_web_handler {
	/* The members of the result (message.h). It is over. */
	void (*done)(void *arg, const struct buf *members, bool is_error);
	/* It is over without one. */
	void (*failed)(void *arg, const struct api_error *err);
};

/* Makes a call to a server of kind TOOL_KIND_SEARXNG. NULL with err. Handlers
 * are never called before this returns. */
struct tool_web *tool_web_start(struct tool_call *c, struct loop *l,
    struct upstream_pool *pool, const struct tool_web_handler *handler,
    void *arg, struct api_error *err);

/* Asks a SearXNG whether it answers in JSON: done() without members, or
 * failed(). NULL: no memory. */
struct tool_web *tool_web_probe(const struct tool_client_call *call,
    const struct tool_web_handler *handler, void *arg);

/* Ends it; no handler is called any more. */
void tool_web_cancel(struct tool_web *w);

#endif
