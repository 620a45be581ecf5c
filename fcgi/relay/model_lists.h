/* SPDX-License-Identifier: MIT */
/*
 * The models that providers list: asked for in the background, kept, and put
 * into the catalogue. A provider that does not answer is asked again, and what
 * it listed before stays.
 */
#ifndef CONFAB_RELAY_MODEL_LISTS_H
#define CONFAB_RELAY_MODEL_LISTS_H

#include <stdbool.h>

#include "confab/identity/settings.h"

#define MODEL_LISTS_TIMEOUT 10000 /* ms for one page of a list */
#define MODEL_LISTS_PAGES 20	  /* of one list */
#define MODEL_LISTS_RETRY 1000	  /* ms after the first failure; doubles */

struct loop;
struct model_lists;
struct upstream_pool;

/* NULL when out of memory. */
struct model_lists *model_lists_new(void);

/* Frees it; no fetch is under way any more. */
void model_lists_free(struct model_lists *m);

/* Gives `s` a catalogue with what is known, and follows it from now on. Any
 * thread. */
void model_lists_follow(struct model_lists *m, struct settings *s);

/* On the loop that keeps the lists: starts, asks anew, ends. */
void model_lists_start(struct model_lists *m, struct loop *l,
    struct upstream_pool *upstreams);
void model_lists_refresh(struct model_lists *m);
void model_lists_stop(struct model_lists *m);

/* True once each provider has answered or failed. Any thread. */
bool model_lists_ready(struct model_lists *m);

#endif
