/* SPDX-License-Identifier: MIT */
/* Asking the providers for their models, once. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "confab/system/loop.h"
#include "confab/upstream/ask.h"
#include "confab/upstream/upstream.h"

struct asking;

/* One provider. */
struct asked {
	struct asking *of;
	const struct config_provider *provider;
	struct api_error err;
	int status;
	unsigned models;
	bool over;
};

struct asking {
	struct loop loop;
	uv_timer_t timer;
	struct asked list[CONFIG_PROVIDERS_MAX];
	size_t n, open;
};

static int
count(void *arg, const struct config_model *m)
{
	struct asked *a = arg;

	(void)m;
	a->models++;
	return 0;
}

static void
on_list(void *arg, const struct api_error *err, int status, const char *body,
    size_t len)
{
	struct asked *a = arg;
	struct buf after;

	buf_init(&after, PROVIDER_LIST_MAX);
	a->over = true;
	a->status = status;
	if (err != NULL)
		a->err = *err;
	else if (provider_list_read(a->provider, body, len, count, a, &after) !=
	    0)
		(void)api_error_set(&a->err, 502, "upstream_invalid",
		    "What came is no list of models: is base_url, or "
		    "models_path, right?");
	buf_free(&after);
	if (--a->of->open == 0)
		uv_stop(&a->of->loop.uv);
}

static void
on_time(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void
start(struct asking *a, struct upstream_pool *pool,
    const struct config_provider *p, unsigned ms)
{
	struct asked *one = &a->list[a->n++];
	struct provider_request req;

	memset(&req, 0, sizeof(req));
	one->of = a;
	one->provider = p;
	if (provider_list_request(p, NULL, &req) == 0) {
		if (upstream_fetch(pool, p, &req, ms, on_list, one) == 0) {
			a->open++;
			return;
		}
		provider_request_free(&req);
	}
	one->over = true;
	(void)api_error_no_memory(&one->err);
}

static void
tell(const struct asked *a, struct buf *out)
{
	const char *why = a->err.said[0] != '\0' ? a->err.said : a->err.message;

	buf_printf(out, "provider %s: ", a->provider->name);
	if (!a->over)
		buf_puts(out, "it did not answer in time\n");
	else if (a->err.code[0] == '\0')
		buf_printf(out, "lists %u models%s\n", a->models,
		    a->models == 0 ? ", none that chat" : "");
	else if (a->status != 0)
		buf_printf(out, "status %d (%s): %s\n", a->status, a->err.code,
		    why);
	else
		buf_printf(out, "%s: %s\n", a->err.code, why);
}

static void
close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static int
run(struct asking *a, const struct config *c, unsigned ms)
{
	struct upstream_pool *pool = upstream_pool_new(&a->loop);
	size_t i;

	if (pool == NULL)
		return -1;
	uv_timer_init(&a->loop.uv, &a->timer);
	uv_timer_start(&a->timer, on_time, ms, 0);
	for (i = 0; i < c->n_providers; i++)
		if (c->providers[i].list_models &&
		    provider_source(&c->providers[i]) == PROVIDER_SOURCE_HTTP)
			start(a, pool, &c->providers[i], ms);
	if (a->open > 0)
		uv_run(&a->loop.uv, UV_RUN_DEFAULT);
	upstream_pool_free(pool);
	uv_walk(&a->loop.uv, close_handle, NULL);
	uv_run(&a->loop.uv, UV_RUN_DEFAULT);
	return 0;
}

int
upstream_ask_lists(const struct config *c, unsigned ms, struct buf *out)
{
	struct asking *a = calloc(1, sizeof(*a));
	int bad = -1;
	size_t i;

	if (a != NULL && uv_loop_init(&a->loop.uv) == 0) {
		if (run(a, c, ms) == 0) {
			bad = 0;
			for (i = 0; i < a->n; i++) {
				tell(&a->list[i], out);
				bad += !a->list[i].over ||
				    a->list[i].err.code[0] != '\0' ||
				    a->list[i].models == 0;
			}
		}
		(void)uv_loop_close(&a->loop.uv);
	}
	free(a);
	return bad;
}
