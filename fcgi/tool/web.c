/* SPDX-License-Identifier: MIT */
/* Calls of tools of our own. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "confab/base/json.h"
#include "confab/system/loop_work.h"
#include "confab/upstream/exchange.h"
#include "confab/upstream/web.h"

#include "handshake.h"
#include "web.h"
#include "web_page.h"
#include "web_search.h"
#include "wire.h"

struct tool_web {
	struct loop_work work; /* first; reads what has come */
	struct loop *loop;
	struct upstream_pool *pool;
	struct upstream_exchange *exchange; /* NULL: none is under way */
	struct config *config;
	const struct config_tool_server *conf;
	struct tool_call *call;			/* NULL: only a probe */
	const struct tool_web_handler *handler; /* NULL: cancelled */
	void *arg;
	char *url; /* of the page */
	unsigned redirects;
	bool fetches; /* a page, not a search */
	bool too_large;
	struct buf body;
	enum web_kind kind;
	enum web_charset charset;
	struct buf members; /* of the result */
	bool is_error, read;
};

static void
web_free(struct tool_web *w)
{
	buf_free(&w->body);
	buf_free(&w->members);
	tool_call_unref(w->call);
	config_free(w->config);
	free(w->url);
	free(w);
}

static void
fail(struct tool_web *w, struct api_error *err)
{
	tool_error_reword(err);
	w->handler->failed(w->arg, err);
	web_free(w);
}

static void
fail_bad(struct tool_web *w, const char *code, const char *text)
{
	struct api_error err;

	(void)api_error_set(&err, 502, code, "%s", text);
	fail(w, &err);
}

static void
fail_memory(struct tool_web *w)
{
	struct api_error err;

	(void)api_error_no_memory(&err);
	fail(w, &err);
}

static void
finish(struct tool_web *w)
{
	w->handler->done(w->arg, &w->members, w->is_error);
	web_free(w);
}

/* What a page is not: told to the model, who may try another. */
static void
finish_error(struct tool_web *w, const char *text)
{
	w->is_error = true;
	if (web_result_text(&w->members, text, strlen(text), true) == -1)
		fail_memory(w);
	else
		finish(w);
}

/* ---- What has come ----------------------------------------------------------*/

static void
read_page(struct tool_web *w)
{
	struct buf text;
	bool cut;

	buf_init(&text, WEB_TEXT_MAX + 256);
	w->read = web_page_text(w->kind, w->charset, buf_str(&w->body),
		      w->body.len, &text, &cut) == 0;
	if (text.len == 0)
		buf_puts(&text, "There is no text on this page.");
	if (cut)
		buf_puts(&text, "\n\n[The page is longer.]");
	w->read = w->read &&
	    web_result_text(&w->members, buf_str(&text), text.len, false) == 0;
	buf_free(&text);
}

/* On the thread pool: a page may be megabytes. */
static void
read_body(struct loop_work *work)
{
	struct tool_web *w = (struct tool_web *)work;

	if (w->fetches)
		read_page(w);
	else
		w->read = web_search_read(buf_str(&w->body), w->body.len,
			      &w->members) == 0;
}

static void
body_read(struct loop_work *work)
{
	struct tool_web *w = (struct tool_web *)work;

	if (w->handler == NULL)
		web_free(w);
	else if (w->read)
		finish(w);
	else
		fail_bad(w, "tool_invalid",
		    "The tool server sent something that is no valid answer.");
}

static void
read_elsewhere(struct tool_web *w)
{
	buf_init(&w->members, 8 * (WEB_TEXT_MAX + w->body.len) + 4096);
	if (loop_work_start(w->loop, &w->work, read_body, body_read) == -1)
		fail_memory(w);
}

/* ---- Exchanges --------------------------------------------------------------*/

static int start(struct tool_web *w, char *url);

static int
on_body(void *arg, const char *bytes, size_t len)
{
	struct tool_web *w = arg;

	if (w->call != NULL)
		w->call->received += len;
	if (buf_append(&w->body, bytes, len) == 0)
		return 0;
	w->too_large = true;
	return -1;
}

static void
end_search(struct tool_web *w, const struct upstream_head *h)
{
	bool json = h->type != NULL &&
	    strncasecmp(h->type, "application/json", 16) == 0;

	if (h->status == 403) {
		fail_bad(w, "tool_auth",
		    "The SearXNG does not answer in JSON: its settings.yml "
		    "must "
		    "have json among the formats of search, and its limiter "
		    "must let this host ask.");
	} else if (h->status == 429) {
		struct api_error err;

		(void)api_error_set(&err, 429, "tool_rate_limit",
		    "The SearXNG is asked too often.");
		fail(w, &err);
	} else if (w->call == NULL &&
	    (h->status == 200 || (h->status == 400 && json))) {
		finish(w);
	} else if (h->status != 200 || h->encoded) {
		fail_bad(w, "tool_failed",
		    "The SearXNG does not answer as one does.");
	} else if (w->too_large) {
		fail_bad(w, "tool_too_large",
		    "The tool server answered more than this server allows.");
	} else {
		read_elsewhere(w);
	}
}

/* Goes where the page is now; the new address is looked at as the first was. */
static void
redirect(struct tool_web *w, const char *to)
{
	char *url = to != NULL ? upstream_web_url(w->url, to) : NULL;

	buf_reset(&w->body);
	w->too_large = false;
	if (url == NULL)
		finish_error(w, "The page leads to no address of the web.");
	else if (w->redirects++ == WEB_REDIRECTS_MAX) {
		free(url);
		finish_error(w, "The page leads from one address to the next.");
	} else if (start(w, url) == -1) {
		fail_memory(w);
	}
}

static void
end_fetch(struct tool_web *w, const struct upstream_head *h)
{
	char text[96];

	if (h->status >= 300 && h->status < 400 && h->status != 304) {
		redirect(w, h->wanted);
		return;
	}
	if (h->status < 200 || h->status >= 300) {
		(void)snprintf(text, sizeof(text),
		    "The server answered with HTTP status %d.", h->status);
		finish_error(w, text);
		return;
	}
	w->kind = web_page_kind(h->type);
	w->charset = web_page_charset(h->type, buf_str(&w->body), w->body.len);
	if (w->kind == WEB_NO_TEXT)
		finish_error(w, "What is at this address is no text.");
	else if (h->encoded || w->charset == WEB_UNKNOWN)
		finish_error(w,
		    "The page is written in a way that is not read.");
	else
		read_elsewhere(w); /* of too large a one, what has come */
}

static void
on_end(void *arg, const struct api_error *err)
{
	struct tool_web *w = arg;
	struct upstream_head h = upstream_exchange_head(w->exchange);
	struct api_error copy;
	char *wanted = h.wanted != NULL ? strdup(h.wanted) : NULL;
	char *type = h.type != NULL ? strdup(h.type) : NULL;

	/* Whoever goes on has another one. */
	h.wanted = wanted;
	h.type = type;
	w->exchange = NULL;
	if (w->fetches && h.refused) {
		finish_error(w, "This address may not be fetched from here.");
	} else if (w->fetches && err != NULL) {
		finish_error(w,
		    "The server of this address cannot be reached.");
	} else if (err != NULL) {
		copy = *err;
		fail(w, &copy);
	} else if (w->fetches) {
		end_fetch(w, &h);
	} else {
		end_search(w, &h);
	}
	free(wanted);
	free(type);
}

static const struct upstream_exchange_handler exchange_handler = {
	.body = on_body,
	.end = on_end,
};

/* A stranger is told nothing of ours: no token, no header of the section's. */
static int
begin_fetch(struct provider_request *req)
{
	memset(req, 0, sizeof(*req));
	buf_init(&req->body, 0);
	buf_init(&req->ignored, 0);
	return tool_request_header(req, "Accept",
	    "text/html, text/plain;q=0.9, */*;q=0.1");
}

/* Asks; takes over `url`. Returns 0, or -1: no memory. */
static int
start(struct tool_web *w, char *url)
{
	struct upstream_exchange_call x;
	struct provider_request req;
	int rc;

	free(w->url);
	w->url = url;
	rc = w->fetches ? begin_fetch(&req) : tool_request_begin(&req, w->conf);
	free(req.url);
	req.url = strdup(url);
	if (rc == -1 || req.url == NULL) {
		provider_request_free(&req);
		return -1;
	}
	memset(&x, 0, sizeof(x));
	x.url = w->fetches ? url : w->conf->url;
	x.ca_file = w->fetches ? NULL : w->conf->ca_file;
	x.proxy = w->conf->proxy;
	x.connect_ms = w->config->timeouts.connect;
	x.total_ms = WEB_TOTAL;
	x.want = w->fetches ? "Location" : NULL;
	x.networks = w->fetches ? &w->conf->fetch_networks : NULL;
	w->exchange =
	    upstream_exchange_start(w->pool, &x, &req, &exchange_handler, w);
	return w->exchange != NULL ? 0 : -1;
}

/* ---- From outside -----------------------------------------------------------*/

static struct tool_web *
web_new(struct config *config, const struct config_tool_server *conf,
    struct loop *l, struct upstream_pool *pool)
{
	struct tool_web *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->config = config_ref(config);
	w->conf = conf;
	w->loop = l;
	w->pool = pool;
	buf_init(&w->members, 4096);
	return w;
}

/* The address that the call is for, or NULL with err. */
static char *
url_of(const struct tool_call *c, bool fetches, struct api_error *err)
{
	size_t len = 0;
	const char *text;
	char *url;

	if (!fetches)
		return web_search_url(c->conf, c->arguments, err);
	text = json_str(c->arguments, "url", &len);
	url = text != NULL && strlen(text) == len ? upstream_web_url(NULL, text)
						  : NULL;
	if (url == NULL)
		(void)api_error_set(err, 400, "invalid_request",
		    "The argument \"url\" must be a whole address of http or "
		    "https, without a name before its host.");
	return url;
}

struct tool_web *
tool_web_start(struct tool_call *c, struct loop *l, struct upstream_pool *pool,
    const struct tool_web_handler *handler, void *arg, struct api_error *err)
{
	bool fetches = strcmp(c->what, "fetch") == 0;
	struct tool_web *w;
	char *url = url_of(c, fetches, err);

	if (url == NULL)
		return NULL;
	w = web_new(c->config, c->conf, l, pool);
	if (w == NULL) {
		free(url);
		(void)api_error_no_memory(err);
		return NULL;
	}
	w->call = tool_call_ref(c);
	w->fetches = fetches;
	w->handler = handler;
	w->arg = arg;
	c->sent = strlen(url);
	buf_init(&w->body,
	    fetches && WEB_PAGE_MAX < c->conf->limits.result
		? WEB_PAGE_MAX
		: c->conf->limits.result);
	if (start(w, url) == 0)
		return w;
	web_free(w);
	(void)api_error_no_memory(err);
	return NULL;
}

struct tool_web *
tool_web_probe(const struct tool_client_call *call,
    const struct tool_web_handler *handler, void *arg)
{
	char *url = web_search_probe(call->server);
	struct tool_web *w;

	if (url == NULL)
		return NULL;
	w = web_new(call->config, call->server, call->loop, call->pool);
	if (w == NULL) {
		free(url);
		return NULL;
	}
	w->handler = handler;
	w->arg = arg;
	buf_init(&w->body, call->server->limits.list);
	if (start(w, url) == 0)
		return w;
	web_free(w);
	return NULL;
}

void
tool_web_cancel(struct tool_web *w)
{
	w->handler = NULL;
	if (w->exchange == NULL)
		return; /* read on the pool, and freed after that */
	upstream_exchange_cancel(w->exchange);
	web_free(w);
}
