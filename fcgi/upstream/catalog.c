/* SPDX-License-Identifier: MIT */
/*
 * The catalogue of models: one immutable list with an index by id.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/provider/provider.h"
#include "confab/upstream/catalog.h"

struct catalog {
	atomic_uint refs;
	const struct config *config;
	struct catalog_entry *entries;
	size_t n, cap;
	/* Open addressing: 1 + the entry's place, 0 = free; a power of two. */
	unsigned *slots;
	size_t n_slots;
};

static size_t
hash(const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return (size_t)(h ^ h >> 32);
}

/* The slot where an id is or would be. */
static unsigned *
slot_of(const struct catalog *k, const char *id)
{
	size_t i = hash(id) & (k->n_slots - 1);

	while (
	    k->slots[i] != 0 && strcmp(k->entries[k->slots[i] - 1].id, id) != 0)
		i = (i + 1) & (k->n_slots - 1);
	return &k->slots[i];
}

static struct catalog_entry *
find(const struct catalog *k, const char *id)
{
	unsigned at = *slot_of(k, id);

	return at != 0 ? &k->entries[at - 1] : NULL;
}

static void
free_entry(struct catalog_entry *e)
{
	free(e->id);
	free(e->model.id);
	free(e->model.name);
	free(e->model.upstream);
	free(e->model.fallback);
	free(e->model.web_search);
}

static int
copy(char **to, const char *from)
{
	*to = from != NULL ? strdup(from) : NULL;
	return from != NULL && *to == NULL ? -1 : 0;
}

static int
copy_model(struct config_model *to, const struct config_model *from)
{
	to->context_length = from->context_length;
	to->max_output_tokens = from->max_output_tokens;
	to->input = from->input;
	to->think = from->think;
	to->patience = from->patience;
	to->created = from->created;
	to->group_set = from->group_set;
	to->price_prompt = from->price_prompt;
	to->price_completion = from->price_completion;
	if (copy(&to->id, from->id) != 0 || copy(&to->name, from->name) != 0 ||
	    copy(&to->upstream, from->upstream) != 0 ||
	    copy(&to->fallback, from->fallback) != 0 ||
	    copy(&to->web_search, from->web_search) != 0)
		return -1;
	return 0;
}

/* The id under which a model can be had: its own, or PROVIDER/ID where an
 * earlier provider has that. NULL when out of memory. */
static char *
public_id(const struct catalog *k, const struct config_provider *p,
    const char *id)
{
	char *full = NULL;

	if (find(k, id) == NULL)
		return strdup(id);
	if (asprintf(&full, "%s/%s", p->name, id) == -1)
		return NULL;
	return full;
}

/* Adds a model unless both of its names are taken. */
static int
add(struct catalog *k, const struct config_provider *p,
    const struct config_model *m)
{
	struct catalog_entry *e = &k->entries[k->n];

	if (k->n == k->cap)
		return 0; /* cannot be: all were counted */
	memset(e, 0, sizeof(*e));
	e->provider = p;
	e->id = public_id(k, p, m->id);
	if (e->id == NULL)
		return -1;
	if (find(k, e->id) != NULL) {
		free(e->id);
		return 0;
	}
	if (copy_model(&e->model, m) != 0) {
		free_entry(e);
		return -1;
	}
	*slot_of(k, e->id) = (unsigned)++k->n;
	return 0;
}

/* The configured model that a listed one is, or NULL. */
static struct catalog_entry *
configured(const struct catalog *k, const struct config_provider *p,
    const char *id)
{
	size_t i;

	for (i = 0; i < k->n; i++) {
		struct catalog_entry *e = &k->entries[i];
		const char *name =
		    e->model.upstream != NULL ? e->model.upstream : e->model.id;

		if (e->provider == p && strcmp(name, id) == 0)
			return e;
	}
	return NULL;
}

/* What a provider lists fills in what the configuration leaves open. */
static int
add_listed(struct catalog *k, const struct config_provider *p,
    const struct config_model *m)
{
	struct catalog_entry *e = NULL;

	if (p->n_models > 0)
		e = configured(k, p, m->id);
	if (e == NULL)
		return add(k, p, m);
	if (e->model.context_length == 0)
		e->model.context_length = m->context_length;
	if (e->model.max_output_tokens == 0)
		e->model.max_output_tokens = m->max_output_tokens;
	if (e->model.name == NULL && m->name != NULL)
		return copy(&e->model.name, m->name);
	return 0;
}

/* Words of models that are not what most people want first. */
static bool
is_special(const char *id)
{
	static const char *const words[] = { "preview", "mini", "nano", "lite",
		"tiny", "small", "search", "codex", "audio", "deep-research",
		"beta", "-exp", "instruct-", "guard", "vision", "math",
		"computer-use", "free", "-8b", "-7b", "-3b", "-1b", "haiku",
		"flash", "20" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasestr(id, words[i]) != NULL)
			return true;
	}
	return false;
}

/* Newest before oldest; of one age as they were listed. */
static int
compare_age(const void *a, const void *b)
{
	const struct config_model *const *m = a, *const *n = b;

	if ((*m)->created != (*n)->created)
		return (*m)->created > (*n)->created ? -1 : 1;
	return *m < *n ? -1 : 1;
}

/* A list in the order in which it is offered: the newest model that is nothing
 * special, then all by age. NULL when out of memory. */
static const struct config_model **
in_order(const struct catalog_list *list, size_t n)
{
	const struct config_model **order = calloc(n + 1, sizeof(*order));
	const struct config_model *first;
	size_t i;

	if (order == NULL)
		return NULL;
	for (i = 0; i < n; i++)
		order[i] = &list->models[i];
	qsort(order, n, sizeof(*order), compare_age);
	for (i = 0; i < n && is_special(order[i]->id); i++)
		;
	if (i < n) {
		first = order[i];
		memmove(order + 1, order, i * sizeof(*order));
		order[0] = first;
	}
	return order;
}

static size_t
listed(const struct catalog_list *list)
{
	return list->n < CATALOG_LISTED_MAX ? list->n : CATALOG_LISTED_MAX;
}

static int
add_list(struct catalog *k, const struct catalog_list *list)
{
	size_t i, n = listed(list);
	const struct config_model **order = in_order(list, n);
	int rc = order != NULL ? 0 : -1;

	for (i = 0; rc == 0 && i < n; i++)
		rc = add_listed(k, list->provider, order[i]);
	free(order);
	return rc;
}

static int
add_provider(struct catalog *k, const struct config_provider *p,
    const struct catalog_list *lists, size_t n)
{
	size_t i;

	for (i = 0; i < p->n_models; i++) {
		if (add(k, p, &p->models[i]) != 0)
			return -1;
	}
	for (i = 0; i < p->kind->n_models; i++) {
		if (add(k, p, &p->kind->models[i]) != 0)
			return -1;
	}
	for (i = 0; i < n; i++) {
		if (lists[i].provider == p && add_list(k, &lists[i]) != 0)
			return -1;
	}
	return 0;
}

static size_t
count(const struct config *c, const struct catalog_list *lists, size_t n)
{
	size_t i, total = 0;

	for (i = 0; i < c->n_providers; i++)
		total +=
		    c->providers[i].n_models + c->providers[i].kind->n_models;
	for (i = 0; i < n; i++)
		total += listed(&lists[i]);
	return total;
}

struct catalog *
catalog_new(const struct config *c, const struct catalog_list *lists, size_t n)
{
	struct catalog *k = calloc(1, sizeof(*k));
	size_t i;

	if (k == NULL)
		return NULL;
	atomic_init(&k->refs, 1);
	k->config = c;
	k->cap = count(c, lists, n);
	for (k->n_slots = 16; k->n_slots < 2 * k->cap; k->n_slots *= 2)
		;
	k->slots = calloc(k->n_slots, sizeof(*k->slots));
	k->entries = calloc(k->cap > 0 ? k->cap : 1, sizeof(*k->entries));
	if (k->slots == NULL || k->entries == NULL)
		goto fail;
	for (i = 0; i < c->n_providers; i++) {
		if (add_provider(k, &c->providers[i], lists, n) != 0)
			goto fail;
	}
	return k;
fail:
	catalog_unref(k);
	return NULL;
}

struct catalog *
catalog_ref(struct catalog *k)
{
	atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
	return k;
}

void
catalog_unref(struct catalog *k)
{
	if (k == NULL ||
	    atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) != 1)
		return;
	while (k->n > 0)
		free_entry(&k->entries[--k->n]);
	free(k->entries);
	free(k->slots);
	free(k);
}

/* PROVIDER/ID also names the model that is listed as plain ID. */
static const struct catalog_entry *
find_qualified(const struct catalog *k, const char *id)
{
	const char *slash = strchr(id, '/');
	const struct catalog_entry *e;
	size_t n;

	if (slash == NULL)
		return NULL;
	n = (size_t)(slash - id);
	e = find(k, slash + 1);
	if (e == NULL || strlen(e->provider->name) != n ||
	    memcmp(e->provider->name, id, n) != 0)
		return NULL;
	return e;
}

const struct catalog_entry *
catalog_find(const struct catalog *k, const char *id)
{
	const struct catalog_entry *e = find(k, id);

	return e != NULL ? e : find_qualified(k, id);
}

static void
put_string(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, value, strlen(value));
}

int
catalog_entry_json(const struct catalog_entry *e, struct buf *out)
{
	/* By the bits of enum model_input. */
	static const char *const inputs[] = { "text", "image", "audio",
		"file" };
	const struct config_model *m = &e->model;
	const char *comma = "";
	size_t i;

	buf_puts(out, "{\"id\":");
	buf_json(out, e->id, strlen(e->id));
	buf_printf(out, ",\"object\":\"model\",\"created\":%lld",
	    (long long)m->created);
	put_string(out, "owned_by", e->provider->name);
	put_string(out, "provider", e->provider->name);
	put_string(out, "name", m->name != NULL ? m->name : e->id);
	if (m->context_length > 0)
		buf_printf(out, ",\"context_length\":%u", m->context_length);
	if (m->max_output_tokens > 0)
		buf_printf(out, ",\"max_output_tokens\":%u",
		    m->max_output_tokens);
	if (provider_search_of(e->provider, m) != NULL)
		buf_puts(out, ",\"web_search\":true");
	/* What is not known may be tried. */
	if (m->input == 0)
		return buf_puts(out,
		    ",\"input\":[\"text\",\"image\"],\"input_known\":false}");
	buf_puts(out, ",\"input\":[");
	for (i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		if ((m->input >> i & 1) == 0)
			continue;
		buf_printf(out, "%s\"%s\"", comma, inputs[i]);
		comma = ",";
	}
	return buf_puts(out, "]}");
}

int
catalog_json(const struct catalog *k,
    bool (*may)(const void *arg, const struct catalog_entry *e),
    const void *arg, struct buf *out)
{
	const struct catalog_entry *first = NULL;
	const char *comma = "";
	size_t i;

	if (k->config->default_model != NULL)
		first = catalog_find(k, k->config->default_model);
	buf_puts(out, "{\"object\":\"list\",\"data\":[");
	if (first != NULL && may(arg, first)) {
		(void)catalog_entry_json(first, out);
		comma = ",";
	}
	for (i = 0; i < k->n; i++) {
		if (&k->entries[i] == first || !may(arg, &k->entries[i]))
			continue;
		buf_puts(out, comma);
		(void)catalog_entry_json(&k->entries[i], out);
		comma = ",";
	}
	return buf_puts(out, "]}");
}
