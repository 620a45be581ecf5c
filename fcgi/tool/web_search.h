/* SPDX-License-Identifier: MIT */
/*
 * What a SearXNG is asked and what it says, in tools of our own. Pure.
 */
#ifndef CONFAB_TOOL_WEB_SEARCH_H
#define CONFAB_TOOL_WEB_SEARCH_H

#include <json-c/json.h>

#include "confab/base/api_error.h"
#include "confab/base/buf.h"
#include "confab/config/config.h"

#include "list.h"

#define WEB_RESULTS_MAX 10     /* of one search */
#define WEB_SNIPPET_MAX 600    /* bytes of what is said of one */
#define WEB_QUERY_MAX 2048     /* bytes of a query */
#define WEB_PAGE_NUMBER_MAX 20 /* of its pages */

/* Fills a list with the tools of a SearXNG. Returns 0, or -1: no memory. */
int web_search_list(struct tool_list *l, const struct config_tool_server *c);

/* The address that asks `c` for what the arguments of a search say; the
 * caller's to free. NULL with err. */
char *web_search_url(const struct config_tool_server *c,
    struct json_object *arguments, struct api_error *err);

/* The same that asks nothing, for which it answers 400 where JSON is one of its
 * formats. NULL: no memory. */
char *web_search_probe(const struct config_tool_server *c);

/* Appends the members of a result (message.h): the first results as text and as
 * they are. Returns 0, or -1: it is no answer. */
int web_search_read(const char *s, size_t len, struct buf *out);

/* Appends the members of a result that is this text. */
int web_result_text(struct buf *out, const char *s, size_t len, bool is_error);

#endif
