/* SPDX-License-Identifier: MIT */
/*
 * The catalogue of models.
 *
 * It is built once and then only read, by any thread, so the count of its
 * references is all that needs care. Entries are sorted by id for looking up;
 * the order in which they are shown is kept beside.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/buf.h"
#include "confab/catalog.h"

struct catalog {
	atomic_uint refs;
	const struct config *config;
	struct catalog_entry *entries;	/* in the order they are shown */
	size_t n;
	size_t cap;
	size_t *by_id;		/* indices of entries, sorted by id */
};

/* The demo provider's own models. */
static const struct {
	const char *id;
	const char *name;
} demo_models[] = {
	{ "eliza", "ELIZA (1966)" },
	{ "tour", "A tour of this page" },
};

static void
free_entry(struct catalog_entry *e)
{
	free(e->id);
	free(e->model.id);
	free(e->model.name);
	free(e->model.upstream);
	free(e->model.fallback);
}

/* NULL stays NULL; false when out of memory. */
static bool
copy(char **to, const char *from)
{
	*to = from != NULL ? strdup(from) : NULL;
	return from == NULL || *to != NULL;
}

static struct catalog_entry *
room(struct catalog *k)
{
	struct catalog_entry *more;
	size_t cap;

	if (k->n == k->cap) {
		cap = k->cap == 0 ? 16 : k->cap * 2;
		more = realloc(k->entries, cap * sizeof(*more));
		if (more == NULL)
			return NULL;
		k->entries = more;
		k->cap = cap;
	}
	memset(&k->entries[k->n], 0, sizeof(k->entries[0]));
	return &k->entries[k->n];
}

/* While it is built: is the id taken, and by whom? */
static const struct catalog_entry *
taken(const struct catalog *k, const char *id)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (strcmp(k->entries[i].id, id) == 0)
			return &k->entries[i];
	return NULL;
}

/*
 * The id under which a model is known. Returns -1 when out of memory; 1, with
 * no id, for what a provider lists twice.
 */
static int
make_id(const struct catalog *k, const struct config_provider *p,
    const char *name, char **id)
{
	const struct catalog_entry *other = taken(k, name);

	*id = NULL;
	if (other == NULL) {
		*id = strdup(name);
		return *id != NULL ? 0 : -1;
	}
	if (other->provider == p)
		return 1;
	if (asprintf(id, "%s/%s", p->name, name) == -1) {
		*id = NULL;
		return -1;
	}
	if (taken(k, *id) == NULL)
		return 0;
	free(*id);
	*id = NULL;
	return 1;
}

static int
add(struct catalog *k, const struct config_provider *p,
    const struct config_model *m)
{
	struct catalog_entry *e;
	char *id;
	int rc;

	rc = make_id(k, p, m->id, &id);
	if (rc != 0)
		return rc == -1 ? -1 : 0;
	e = room(k);
	if (e == NULL) {
		free(id);
		return -1;
	}
	e->provider = p;
	e->model = *m;
	e->id = id;
	if (!copy(&e->model.id, m->id) || !copy(&e->model.name, m->name) ||
	    !copy(&e->model.upstream, m->upstream) ||
	    !copy(&e->model.fallback, m->fallback)) {
		free_entry(e);
		return -1;
	}
	k->n++;
	return 0;
}

static int
add_demo(struct catalog *k, const struct config_provider *p)
{
	struct config_model m;
	size_t i;

	for (i = 0; i < sizeof(demo_models) / sizeof(demo_models[0]); i++) {
		memset(&m, 0, sizeof(m));
		/* add() copies; it does not write through these. */
		m.id = (char *)(uintptr_t)demo_models[i].id;
		m.name = (char *)(uintptr_t)demo_models[i].name;
		m.input = INPUT_TEXT;
		if (add(k, p, &m) == -1)
			return -1;
	}
	return 0;
}

static bool
is_configured(const struct config_provider *p, const char *id)
{
	size_t i;

	for (i = 0; i < p->n_models; i++)
		if (strcmp(p->models[i].id, id) == 0 ||
		    (p->models[i].upstream != NULL &&
		    strcmp(p->models[i].upstream, id) == 0))
			return true;
	return false;
}

static int
add_provider(struct catalog *k, const struct config_provider *p,
    const struct catalog_list *lists, size_t n_lists)
{
	size_t i, j;

	if (p->kind == PROVIDER_DEMO)
		return add_demo(k, p);
	for (i = 0; i < p->n_models; i++)
		if (add(k, p, &p->models[i]) == -1)
			return -1;
	for (i = 0; i < n_lists; i++) {
		if (lists[i].provider != p)
			continue;
		for (j = 0; j < lists[i].n && j < CATALOG_LISTED_MAX; j++)
			if (!is_configured(p, lists[i].models[j].id) &&
			    add(k, p, &lists[i].models[j]) == -1)
				return -1;
	}
	return 0;
}

static int
compare(const void *a, const void *b, void *arg)
{
	const struct catalog *k = arg;

	return strcmp(k->entries[*(const size_t *)a].id,
	    k->entries[*(const size_t *)b].id);
}

static int
sort(struct catalog *k)
{
	size_t i;

	k->by_id = calloc(k->n + 1, sizeof(k->by_id[0]));
	if (k->by_id == NULL)
		return -1;
	for (i = 0; i < k->n; i++)
		k->by_id[i] = i;
	qsort_r(k->by_id, k->n, sizeof(k->by_id[0]), compare, k);
	return 0;
}

struct catalog *
catalog_new(const struct config *c, const struct catalog_list *lists,
    size_t n)
{
	struct catalog *k;
	size_t i;

	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return NULL;
	atomic_init(&k->refs, 1);
	k->config = c;
	for (i = 0; i < c->n_providers; i++)
		if (add_provider(k, &c->providers[i], lists, n) == -1)
			goto fail;
	if (sort(k) == -1)
		goto fail;
	return k;

fail:
	catalog_unref(k);
	return NULL;
}

struct catalog *
catalog_ref(struct catalog *k)
{
	atomic_fetch_add(&k->refs, 1);
	return k;
}

void
catalog_unref(struct catalog *k)
{
	size_t i;

	if (k == NULL || atomic_fetch_sub(&k->refs, 1) != 1)
		return;
	for (i = 0; i < k->n; i++)
		free_entry(&k->entries[i]);
	free(k->entries);
	free(k->by_id);
	free(k);
}

const struct catalog_entry *
catalog_find(const struct catalog *k, const char *id)
{
	size_t low = 0, high = k->n, mid;
	int order;

	while (low < high) {
		mid = low + (high - low) / 2;
		order = strcmp(id, k->entries[k->by_id[mid]].id);
		if (order == 0)
			return &k->entries[k->by_id[mid]];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

size_t
catalog_size(const struct catalog *k)
{
	return k->n;
}

const struct catalog_entry *
catalog_at(const struct catalog *k, size_t i)
{
	return i < k->n ? &k->entries[i] : NULL;
}

static void
entry_json(struct buf *out, const struct catalog_entry *e)
{
	const struct config_model *m = &e->model;
	const char *name = m->name != NULL ? m->name : e->id;

	buf_puts(out, "{\"id\":");
	buf_json(out, e->id, strlen(e->id));
	buf_puts(out, ",\"object\":\"model\",\"created\":0,\"owned_by\":");
	buf_json(out, e->provider->name, strlen(e->provider->name));
	buf_puts(out, ",\"provider\":");
	buf_json(out, e->provider->name, strlen(e->provider->name));
	buf_puts(out, ",\"name\":");
	buf_json(out, name, strlen(name));
	if (m->context_length > 0)
		buf_printf(out, ",\"context_length\":%u", m->context_length);
	if (m->max_output_tokens > 0)
		buf_printf(out, ",\"max_output_tokens\":%u",
		    m->max_output_tokens);
	buf_printf(out, ",\"input\":[\"text\"%s]}",
	    (m->input & INPUT_IMAGE) != 0 ? ",\"image\"" : "");
}

int
catalog_json(const struct catalog *k, struct buf *out)
{
	const struct catalog_entry *first = NULL;
	size_t i;

	if (k->config->default_model != NULL)
		first = catalog_find(k, k->config->default_model);
	buf_puts(out, "{\"object\":\"list\",\"data\":[");
	if (first != NULL)
		entry_json(out, first);
	for (i = 0; i < k->n; i++) {
		if (&k->entries[i] == first)
			continue;
		if (i > 0 || first != NULL)
			buf_putc(out, ',');
		entry_json(out, &k->entries[i]);
	}
	buf_puts(out, "]}");
	return buf_ok(out) ? 0 : -1;
}
