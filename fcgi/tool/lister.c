/* SPDX-License-Identifier: MIT */
/* Fetching a list of one server's. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/log.h"
#include "confab/system/loop_work.h"

#include "handshake.h"
#include "lister.h"
#include "message.h"
#include "web.h"
#include "web_search.h"
#include "wire.h"

struct tool_lister {
	struct loop_work work; /* first */
	struct tool_client_call call;
	struct tool_client *client; /* NULL: none is running */
	struct tool_web *probe;	    /* instead, of a SearXNG; NULL: none is */
	enum tool_listing what;
	struct tool_list *list;	    /* of tools, */
	struct tool_offers *offers; /* or of others */
	struct buf cursor;	    /* of the page that is next */
	struct buf asked;	    /* of the one that is being read */
	struct buf page;	    /* being read */
	uint64_t id;		    /* of its request */
	enum tool_page outcome;
	struct tool_message failure;
	unsigned pages;
	size_t bytes;
	tool_listed_fn done; /* NULL: cancelled */
	void *arg;
};

static void
lister_free(struct tool_lister *l)
{
	tool_list_free(l->list);
	tool_offers_put(l->offers);
	buf_free(&l->cursor);
	buf_free(&l->asked);
	buf_free(&l->page);
	tool_server_put(l->call.state);
	config_free(l->call.config);
	free(l);
}

static void
settle_tools(struct tool_lister *l, const struct api_error *err)
{
	struct tool_facts facts;

	if (err == NULL) {
		tool_server_facts(l->call.state, &facts);
		log_msg(LOG_LEVEL_INFO,
		    "tools server=%s version=%s tools=%zu left_out=%u%s",
		    l->call.server->name, facts.version, l->list->n,
		    l->list->left, l->list->cut ? " cut=1" : "");
		tool_server_listed(l->call.state, l->list, NULL);
		l->list = NULL;
	} else {
		log_msg(LOG_LEVEL_WARN, "tools server=%s list=failed code=%s",
		    l->call.server->name, err->code);
		tool_server_listed(l->call.state, NULL, err->message);
	}
}

static void
settle_offers(struct tool_lister *l, const struct api_error *err)
{
	/* It answers, and has none: many servers know nothing of prompts. */
	if (err == NULL || strcmp(err->code, "tool_error") == 0) {
		if (l->offers->n > 0 || l->offers->left > 0)
			log_msg(LOG_LEVEL_INFO,
			    "tools server=%s %s=%zu left_out=%u%s",
			    l->call.server->name, l->call.method, l->offers->n,
			    l->offers->left, l->offers->cut ? " cut=1" : "");
		tool_server_offered(l->call.state, l->what, l->offers);
		l->offers = NULL;
	} else {
		log_msg(LOG_LEVEL_WARN, "tools server=%s %s=failed code=%s",
		    l->call.server->name, l->call.method, err->code);
	}
}

/* It is over, with the list, or with an error and without. */
static void
settle(struct tool_lister *l, const struct api_error *err)
{
	if (l->list != NULL)
		settle_tools(l, err);
	else
		settle_offers(l, err);
	if (l->done != NULL)
		l->done(l->arg, err);
	lister_free(l);
}

static void
settle_bad(struct tool_lister *l, const char *code, const char *text)
{
	struct api_error err;

	(void)api_error_set(&err, 502, code, "%s", text);
	settle(l, &err);
}

static int
put(void *arg, enum tool_era era, uint64_t id, struct provider_request *req,
    struct api_error *err)
{
	const struct tool_lister *l = arg;

	if (tool_rpc_list(&req->body, l->call.method, era, l->call.server->apps,
		id, l->pages > 0 ? buf_str(&l->cursor) : NULL,
		l->cursor.len) == -1)
		return api_error_no_memory(err);
	return 0;
}

static void ask_page(struct tool_lister *l);

/* On the thread pool: a list may be megabytes. */
static void
read_page(struct loop_work *w)
{
	struct tool_lister *l = (struct tool_lister *)w;
	struct json_object *result;

	result = tool_message_result(buf_str(&l->page), l->page.len, l->id,
	    &l->failure);
	buf_reset(&l->asked);
	buf_append(&l->asked, buf_str(&l->cursor), l->cursor.len);
	l->outcome = TOOL_PAGE_BAD;
	if (result != NULL && l->what == TOOL_LISTING_TOOLS)
		l->outcome =
		    tool_list_add(l->list, l->call.server, result, &l->cursor);
	else if (result != NULL)
		l->outcome = tool_offers_add(l->offers, l->what, l->call.server,
		    result, &l->cursor);
	json_object_put(result);
}

/* True when a page names itself as the next one. */
static bool
leads_nowhere(const struct tool_lister *l)
{
	return l->pages > 0 && l->cursor.len == l->asked.len &&
	    memcmp(buf_str(&l->cursor), buf_str(&l->asked), l->asked.len) == 0;
}

static void
page_read(struct loop_work *w)
{
	struct tool_lister *l = (struct tool_lister *)w;
	struct api_error err;

	if (l->done == NULL) {
		lister_free(l);
		return;
	}
	l->bytes += l->page.len;
	buf_free(&l->page);
	if (l->failure.code != 0) {
		tool_error_rpc(&err, l->failure.code, l->failure.said);
		settle(l, &err);
	} else if (l->outcome == TOOL_PAGE_BAD) {
		settle_bad(l, "tool_invalid",
		    "The tool server's list is none.");
	} else if (l->outcome == TOOL_PAGE_LAST) {
		settle(l, NULL);
	} else if (leads_nowhere(l) || ++l->pages >= TOOL_PAGES_MAX ||
	    l->bytes >= l->call.server->limits.list) {
		if (l->list != NULL)
			l->list->cut = true;
		else
			l->offers->cut = true;
		settle(l, NULL);
	} else {
		ask_page(l);
	}
}

static int
on_message(void *arg, const char *text, size_t len, uint64_t id)
{
	struct tool_lister *l = arg;
	struct json_object *result;
	struct tool_message failure;

	/* A short one may be a notification; those are never long. */
	if (len < 64 * 1024) {
		result = tool_message_result(text, len, id, &failure);
		json_object_put(result);
		if (result == NULL && failure.code == 0)
			return 0;
	}
	l->id = id;
	l->client = NULL;
	if (buf_append(&l->page, text, len) == -1 ||
	    loop_work_start(l->call.loop, &l->work, read_page, page_read) == -1)
		settle_bad(l, "internal_error", "The server is out of memory.");
	return 1;
}

static void
on_alive(void *arg)
{
	(void)arg;
}

static void
on_end(void *arg, const struct api_error *err, bool mismatch)
{
	struct tool_lister *l = arg;

	(void)mismatch;
	l->client = NULL;
	settle(l, err);
}

static const struct tool_client_handler handler = {
	.put = put,
	.message = on_message,
	.alive = on_alive,
	.end = on_end,
};

static void
ask_page(struct tool_lister *l)
{
	l->client = tool_client_start(&l->call, &handler, l);
	if (l->client == NULL)
		settle_bad(l, "internal_error", "The server is out of memory.");
}

/* ---- A SearXNG, whose tools are our own -----------------------------------------*/

static void
on_probe_done(void *arg, const struct buf *members, bool is_error)
{
	struct tool_lister *l = arg;

	(void)members;
	(void)is_error;
	l->probe = NULL;
	if (web_search_list(l->list, l->call.server) == 0)
		settle(l, NULL);
	else
		settle_bad(l, "internal_error", "The server is out of memory.");
}

static void
on_probe_failed(void *arg, const struct api_error *err)
{
	struct tool_lister *l = arg;

	l->probe = NULL;
	settle(l, err);
}

static const struct tool_web_handler probe_handler = { on_probe_done,
	on_probe_failed };

/* ---- From outside ---------------------------------------------------------------*/

/* Asks for the first page. Returns 0, or -1: no memory. */
static int
ask_first(struct tool_lister *l)
{
	if (l->call.server->kind == TOOL_KIND_SEARXNG)
		l->probe = tool_web_probe(&l->call, &probe_handler, l);
	else
		l->client = tool_client_start(&l->call, &handler, l);
	return l->client != NULL || l->probe != NULL ? 0 : -1;
}

struct tool_lister *
tool_lister_start(const struct tool_client_call *call, enum tool_listing what,
    tool_listed_fn done, void *arg)
{
	struct tool_lister *l;

	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return NULL;
	l->call = *call;
	l->call.ears = NULL;
	memset(l->call.owner, 0, sizeof(l->call.owner)); /* nobody's */
	l->what = what;
	l->call.method = tool_listing_method(what);
	l->call.max = call->server->limits.list;
	l->call.total_ms = TOOL_LIST_TIMEOUT;
	buf_init(&l->cursor, TOOL_CURSOR_MAX);
	buf_init(&l->asked, TOOL_CURSOR_MAX);
	buf_init(&l->page, l->call.max);
	if (what == TOOL_LISTING_TOOLS)
		l->list = tool_list_new();
	else
		l->offers = tool_offers_new(call->server);
	if (l->list == NULL && l->offers == NULL)
		goto fail;
	if (ask_first(l) == -1)
		goto fail;
	l->call.config = config_ref(call->config);
	l->call.state = tool_server_ref(call->state);
	l->done = done;
	l->arg = arg;
	return l;

fail:
	tool_list_free(l->list);
	tool_offers_put(l->offers);
	free(l);
	return NULL;
}

void
tool_lister_cancel(struct tool_lister *l)
{
	l->done = NULL;
	if (l->client != NULL)
		tool_client_cancel(l->client);
	else if (l->probe != NULL)
		tool_web_cancel(l->probe);
	else
		return; /* read on the pool, and freed after that */
	lister_free(l);
}
