/* SPDX-License-Identifier: MIT */
/*
 * The tools of one server: read page by page, then never changed. Pure.
 */
#ifndef CONFAB_TOOL_LIST_H
#define CONFAB_TOOL_LIST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "confab/base/buf.h"
#include "confab/config/config.h"

#include "header.h"
#include "name.h"

#define TOOL_DIGEST_MAX 32	    /* hexadecimal digits of a digest */
#define TOOL_OWN_NAME_MAX 256	    /* bytes of a server's own name */
#define TOOL_CURSOR_MAX (16 * 1024) /* bytes of a page's cursor */
#define TOOL_PAGES_MAX 64	    /* of one list */

struct tool {
	char name[TOOL_NAME_MAX + 1];
	char digest[TOOL_DIGEST_MAX + 1]; /* of name, description, schema */
	char *own;			  /* the server's name for it */
	char *json; /* members of our form, but for consent and digest */
	char *ui;   /* URI of the page that draws its results, or NULL */
	bool reads; /* it says that it only reads, and here alone */
	bool for_model, for_apps; /* who may call it, as it says */
	struct tool_params params;
};

struct tool_list {
	atomic_uint refs; /* beside the first; server.h counts */
	struct tool *tools;
	size_t n;
	size_t bytes; /* that the server sent for it */
	uint64_t ttl; /* ms that it is new, as the server says */
	bool has_ttl;
	bool cut;      /* the server has more than are taken */
	unsigned left; /* out, for what is wrong with them */
};

/* What a page leads to. */
enum tool_page {
	TOOL_PAGE_LAST,
	TOOL_PAGE_MORE, /* the cursor of the next is in `cursor` */
	TOOL_PAGE_BAD	/* it is no list; or no memory */
};

struct tool_list *tool_list_new(void);
void tool_list_free(struct tool_list *l);

/* Takes a page: the result of tools/list by server `c`. */
enum tool_page tool_list_add(struct tool_list *l,
    const struct config_tool_server *c, struct json_object *result,
    struct buf *cursor);

/* The tool of that name (SERVER__TOOL), or NULL. */
const struct tool *tool_list_find(const struct tool_list *l, const char *name);

/* True for the address of a page that draws results; NULL is none. */
bool tool_is_page(const char *uri);

/* The page that a tool or a result names in its _meta, and its length; or NULL. */
const char *tool_page_of(struct json_object *meta, size_t *len);

/* True when the tool may be used under `c`; one for apps alone, where there are
 * apps. */
bool tool_is_offered(const struct config_tool_server *c, const struct tool *t);

/* Whether a person is to be asked before the tool is called. */
enum config_consent tool_consent(const struct config_tool_server *c,
    const struct tool *t);

/* Appends what `c` allows of the list as objects, each with a comma before it
 * but the first of `out`'s array. */
void tool_list_write(const struct tool_list *l,
    const struct config_tool_server *c, bool *first, struct buf *out);

#endif
