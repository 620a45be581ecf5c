/* SPDX-License-Identifier: MIT */
/*
 * The demo provider's source: ELIZA's or the tour's answer, word by word on a
 * timer, as the same chunks that a real provider's call gives.
 */
#ifndef CONFAB_DEMO_SOURCE_H
#define CONFAB_DEMO_SOURCE_H

#include "confab/upstream/upstream.h"

struct demo_source;

/* As upstream_start(). */
struct demo_source *demo_source_start(struct loop *l,
    const struct upstream_call *call, const struct upstream_handler *handler,
    void *arg, struct api_error *err);

void demo_source_pause(struct demo_source *d);
void demo_source_resume(struct demo_source *d);
void demo_source_cancel(struct demo_source *d);

#endif
