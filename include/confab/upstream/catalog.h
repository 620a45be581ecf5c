/* SPDX-License-Identifier: MIT */
/*
 * The catalogue: which models can be asked for, and who provides each.
 *
 * An immutable, counted snapshot made from the configuration and from the
 * lists that providers gave. A model of one provider is known by its id; when
 * a second provider has the same id, the later one's is "PROVIDER/ID".
 */
#ifndef CONFAB_UPSTREAM_CATALOG_H
#define CONFAB_UPSTREAM_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/config/config.h"

#define CATALOG_LISTED_MAX 2048 /* models taken from one provider's list */

struct catalog_entry {
	char *id; /* unique */
	const struct config_provider *provider;
	struct config_model model; /* owned copy */
};

struct catalog;

/* The models that one provider listed (owned by the caller). */
struct catalog_list {
	const struct config_provider *provider;
	struct config_model *models;
	size_t n;
};

/*
 * Builds a catalogue of the configured models, those that a kind always has
 * and the `n` lists. Pointers to providers are kept: `c`
 * must outlive it. NULL when out of memory.
 */
struct catalog *catalog_new(const struct config *c,
    const struct catalog_list *lists, size_t n);
struct catalog *catalog_ref(struct catalog *k);
void catalog_unref(struct catalog *k);

/* The entry of an id, or NULL. Valid while the catalogue is held. */
const struct catalog_entry *catalog_find(const struct catalog *k,
    const char *id);

struct buf;

/* Appends OpenAI's list object with our extra fields, of the models that `may`
 * says yes to; default model first. */
int catalog_json(const struct catalog *k,
    bool (*may)(const void *arg, const struct catalog_entry *e),
    const void *arg, struct buf *out);

/* Appends OpenAI's object of one model. */
int catalog_entry_json(const struct catalog_entry *e, struct buf *out);

#endif
