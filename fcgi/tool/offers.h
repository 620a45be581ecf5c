/* SPDX-License-Identifier: MIT */
/*
 * What a server has besides tools: prompts, resources, and templates of
 * addresses of resources. Read page by page into our form, then never changed.
 * Pure.
 */
#ifndef CONFAB_TOOL_OFFERS_H
#define CONFAB_TOOL_OFFERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "confab/base/buf.h"
#include "confab/config/config.h"

#include "list.h"

#define TOOL_PROMPT_ARGUMENTS_MAX 64  /* of one prompt */
#define TOOL_OFFER_NAME_MAX 256	      /* bytes of a prompt's name */
#define TOOL_OFFER_URI_MAX (8 * 1024) /* bytes of a resource's address */

/* What is listed. */
enum tool_listing {
	TOOL_LISTING_TOOLS,
	TOOL_LISTING_PROMPTS,
	TOOL_LISTING_RESOURCES,
	TOOL_LISTING_TEMPLATES,
	TOOL_LISTINGS
};

/* The method of MCP's that lists it. */
const char *tool_listing_method(enum tool_listing what);

struct tool_offers {
	atomic_uint refs; /* beside the first */
	struct buf json;  /* objects of our form, with commas between them */
	size_t n;
	bool cut;      /* the server has more than are taken */
	unsigned left; /* out, for what is wrong with them */
};

/* NULL: no memory. */
struct tool_offers *tool_offers_new(const struct config_tool_server *c);
struct tool_offers *tool_offers_ref(struct tool_offers *o);
void tool_offers_put(struct tool_offers *o); /* NULL is none */

/* Takes a page of what `what` lists, which is not TOOL_LISTING_TOOLS, as
 * tool_list_add() does. */
enum tool_page tool_offers_add(struct tool_offers *o, enum tool_listing what,
    const struct config_tool_server *c, struct json_object *result,
    struct buf *cursor);

#endif
