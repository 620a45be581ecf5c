/* SPDX-License-Identifier: MIT */
/*
 * The models that providers list.
 *
 * One provider is one `struct source`, found again after a reload by its name
 * and address. Fetches run on the first loop, one at a time a provider; the
 * lock guards what other threads see: which settings are followed, and the
 * lists themselves.
 */
#include "config.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "confab/system/loop.h"
#include "confab/system/loop_work.h"
#include "confab/upstream/upstream.h"

#include "model_lists.h"

struct source {
	struct source *next;
	struct model_lists *owner;
	char *name;
	char *base_url;
	struct config_model *models; /* of the last whole list */
	size_t n_models;
	bool asked; /* at least once, to an end */

	/* The fetch under way; the thread pool has it while it reads. */
	struct loop_work work;
	struct buf page;
	int status;
	int http_status; /* of the last page; 0: no answer */
	bool busy;
	struct settings *settings; /* holds the provider */
	const struct config_provider *provider;
	struct config_model *fresh;
	size_t n_fresh;
	struct buf after; /* cursor of the next page */
	unsigned pages;
	unsigned failures;
};

struct model_lists {
	pthread_mutex_t lock;
	struct settings *settings; /* followed */
	struct source *sources;
	struct loop *loop;
	struct upstream_pool *upstreams;
	uv_timer_t timer;
	bool stopped;
};

static void
free_models(struct config_model *models, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(models[i].id);
		free(models[i].name);
		free(models[i].upstream);
		free(models[i].fallback);
	}
	free(models);
}

struct model_lists *
model_lists_new(void)
{
	struct model_lists *m;

	m = calloc(1, sizeof(*m));
	if (m != NULL)
		pthread_mutex_init(&m->lock, NULL);
	return m;
}

static void
free_source(struct source *src)
{
	free_models(src->models, src->n_models);
	free_models(src->fresh, src->n_fresh);
	buf_free(&src->after);
	buf_free(&src->page);
	settings_unref(src->settings);
	free(src->name);
	free(src->base_url);
	free(src);
}

void
model_lists_free(struct model_lists *m)
{
	struct source *src;

	if (m == NULL)
		return;
	while ((src = m->sources) != NULL) {
		m->sources = src->next;
		free_source(src);
	}
	settings_unref(m->settings);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static bool
is_of(const struct source *src, const struct config_provider *p)
{
	return strcmp(src->name, p->name) == 0 &&
	    strcmp(src->base_url, p->base_url) == 0;
}

static struct source *
find_source(struct model_lists *m, const struct config_provider *p)
{
	struct source *src;

	for (src = m->sources; src != NULL; src = src->next)
		if (is_of(src, p))
			return src;
	src = calloc(1, sizeof(*src));
	if (src == NULL)
		return NULL;
	src->owner = m;
	src->name = strdup(p->name);
	src->base_url = strdup(p->base_url);
	if (src->name == NULL || src->base_url == NULL) {
		free(src->name);
		free(src->base_url);
		free(src);
		return NULL;
	}
	buf_init(&src->after, 1024);
	buf_init(&src->page, PROVIDER_LIST_MAX);
	src->next = m->sources;
	m->sources = src;
	return src;
}

/* Gives the followed settings a catalogue with all lists. Lock held. */
static void
publish(struct model_lists *m)
{
	struct catalog_list lists[CONFIG_PROVIDERS_MAX];
	const struct config *c = m->settings->config;
	struct catalog *k;
	struct source *src;
	size_t i, n = 0;

	for (i = 0; i < c->n_providers; i++) {
		if (!c->providers[i].list_models)
			continue;
		src = find_source(m, &c->providers[i]);
		if (src == NULL || src->models == NULL)
			continue;
		lists[n].provider = &c->providers[i];
		lists[n].models = src->models;
		lists[n].n = src->n_models;
		n++;
	}
	k = catalog_new(c, lists, n);
	if (k != NULL)
		settings_set_catalog(m->settings, k);
}

void
model_lists_follow(struct model_lists *m, struct settings *s)
{
	struct settings *old;

	pthread_mutex_lock(&m->lock);
	old = m->settings;
	m->settings = settings_ref(s);
	publish(m);
	pthread_mutex_unlock(&m->lock);
	settings_unref(old);
}

bool
model_lists_ready(struct model_lists *m)
{
	const struct config *c;
	struct source *src;
	bool ready = true;
	size_t i;

	pthread_mutex_lock(&m->lock);
	c = m->settings != NULL ? m->settings->config : NULL;
	for (i = 0; c != NULL && i < c->n_providers && ready; i++)
		if (c->providers[i].list_models) {
			src = find_source(m, &c->providers[i]);
			ready = src != NULL && src->asked;
		}
	pthread_mutex_unlock(&m->lock);
	return c != NULL && ready;
}

/* ---- On the loop ---------------------------------------------------------- */

static void on_page(void *arg, const struct api_error *err, int status,
    const char *body, size_t len);

/* Room for one model more. It doubles: where there are as many as a power of two,
 * it is full. */
static struct config_model *
make_room(struct source *src)
{
	struct config_model *more;
	size_t n = src->n_fresh;

	if ((n & (n - 1)) == 0) {
		more = realloc(src->fresh, (n > 0 ? 2 * n : 1) * sizeof(*more));
		if (more == NULL)
			return NULL;
		src->fresh = more;
	}
	return &src->fresh[n];
}

static int
add_model(void *arg, const struct config_model *from)
{
	struct source *src = arg;
	struct config_model *to;

	if (src->n_fresh >= CATALOG_LISTED_MAX)
		return 0;
	to = make_room(src);
	if (to == NULL)
		return -1;
	*to = *from;
	to->upstream = NULL;
	to->fallback = NULL;
	to->id = strdup(from->id);
	to->name = from->name != NULL ? strdup(from->name) : NULL;
	if (to->id == NULL) {
		free(to->name);
		return -1;
	}
	src->n_fresh++;
	return 0;
}

/* For the administrator: what came, and why it is no list. */
static void
log_failure(const struct source *src, const struct api_error *err)
{
	char said[2 * API_ERROR_SAID_MAX];
	const char *cause = err->said[0] != '\0' ? err->said : err->message;

	log_msg(LOG_LEVEL_WARN,
	    "models provider=%s list=failed status=%d code=%s said=%s",
	    src->name, src->http_status, err->code,
	    log_quote(said, sizeof(said), cause, strlen(cause)));
}

/* The fetch is over; with `err` NULL there is a whole list. */
static void
settle(struct source *src, const struct api_error *err)
{
	bool ok = err == NULL;
	struct model_lists *m = src->owner;
	uint64_t again;

	if (!ok)
		log_failure(src, err);
	pthread_mutex_lock(&m->lock);
	src->asked = true;
	if (ok) {
		free_models(src->models, src->n_models);
		src->models = src->fresh;
		src->n_models = src->n_fresh;
		src->failures = 0;
		if (m->settings != NULL)
			publish(m);
	} else {
		free_models(src->fresh, src->n_fresh);
		if (src->failures < 6)
			src->failures++;
	}
	pthread_mutex_unlock(&m->lock);
	src->fresh = NULL;
	src->n_fresh = 0;
	src->busy = false;
	settings_unref(src->settings);
	src->settings = NULL;
	if (ok || m->stopped)
		return;
	again = (uint64_t)MODEL_LISTS_RETRY << (src->failures - 1);
	if (!uv_is_active((uv_handle_t *)&m->timer) ||
	    uv_timer_get_due_in(&m->timer) > again)
		uv_timer_start(&m->timer, m->timer.timer_cb, again, 0);
}

static void
settle_no_memory(struct source *src)
{
	struct api_error err;

	(void)api_error_no_memory(&err);
	settle(src, &err);
}

static void
ask_page(struct source *src)
{
	struct provider_request req;
	struct model_lists *m = src->owner;

	memset(&req, 0, sizeof(req));
	if (provider_list_request(src->provider,
		src->after.len > 0 ? src->after.data : NULL, &req) == -1) {
		settle_no_memory(src);
		return;
	}
	if (upstream_fetch(m->upstreams, src->provider, &req,
		MODEL_LISTS_TIMEOUT, on_page, src) == -1) {
		provider_request_free(&req);
		settle_no_memory(src);
	}
}

static struct source *
of_work(struct loop_work *w)
{
	return (struct source *)((char *)w - offsetof(struct source, work));
}

/* On the thread pool: a list may be megabytes. */
static void
read_page(struct loop_work *w)
{
	struct source *src = of_work(w);

	buf_reset(&src->after);
	src->status = provider_list_read(src->provider, buf_str(&src->page),
	    src->page.len, add_model, src, &src->after);
}

static void
page_read(struct loop_work *w)
{
	struct source *src = of_work(w);
	struct api_error err;

	buf_free(&src->page);
	if (src->status == -1) {
		(void)api_error_set(&err, 502, "upstream_invalid",
		    "What came is no list of models: is base_url, or "
		    "models_path, right?");
		settle(src, &err);
	} else if (!src->owner->stopped && src->after.len > 0 &&
	    ++src->pages < MODEL_LISTS_PAGES)
		ask_page(src);
	else
		settle(src, NULL);
}

static void
on_page(void *arg, const struct api_error *err, int status, const char *body,
    size_t len)
{
	struct source *src = arg;

	if (src->owner->stopped)
		return;
	src->http_status = status;
	if (err != NULL) {
		settle(src, err);
	} else if (buf_append(&src->page, body, len) == -1 ||
	    loop_work_start(src->owner->loop, &src->work, read_page,
		page_read) == -1) {
		buf_free(&src->page);
		settle_no_memory(src);
	}
}

static void
ask(struct model_lists *m, struct settings *s, const struct config_provider *p)
{
	struct source *src;

	pthread_mutex_lock(&m->lock);
	src = find_source(m, p);
	pthread_mutex_unlock(&m->lock);
	if (src == NULL || src->busy)
		return;
	src->busy = true;
	src->settings = settings_ref(s);
	src->provider = p;
	src->pages = 0;
	buf_reset(&src->after);
	ask_page(src);
}

static bool
is_followed(const struct model_lists *m, const struct source *src)
{
	const struct config *c = m->settings->config;
	size_t i;

	for (i = 0; i < c->n_providers; i++)
		if (c->providers[i].list_models && is_of(src, &c->providers[i]))
			return true;
	return false;
}

/* Forgets the providers that the followed settings do not have any more. One
 * that is being asked goes at the next time. Lock held. */
static void
forget_sources(struct model_lists *m)
{
	struct source *src, **at = &m->sources;

	while ((src = *at) != NULL) {
		if (src->busy || is_followed(m, src)) {
			at = &src->next;
		} else {
			*at = src->next;
			free_source(src);
		}
	}
}

static void
on_timer(uv_timer_t *timer)
{
	model_lists_refresh(timer->data);
}

void
model_lists_start(struct model_lists *m, struct loop *l,
    struct upstream_pool *upstreams)
{
	m->upstreams = upstreams;
	m->loop = l;
	uv_timer_init(&l->uv, &m->timer);
	m->timer.data = m;
}

void
model_lists_refresh(struct model_lists *m)
{
	struct settings *s;
	size_t i;

	pthread_mutex_lock(&m->lock);
	s = m->settings != NULL ? settings_ref(m->settings) : NULL;
	if (s != NULL && !m->stopped)
		forget_sources(m);
	pthread_mutex_unlock(&m->lock);
	if (s == NULL || m->stopped)
		return;
	uv_timer_start(&m->timer, on_timer, s->config->timeouts.models, 0);
	for (i = 0; i < s->config->n_providers; i++)
		if (s->config->providers[i].list_models)
			ask(m, s, &s->config->providers[i]);
	settings_unref(s);
}

void
model_lists_stop(struct model_lists *m)
{
	m->stopped = true;
	uv_timer_stop(&m->timer);
}
