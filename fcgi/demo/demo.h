/* SPDX-License-Identifier: MIT */
/*
 * The built-in provider's models, seen from a chat request: which one answers
 * what. Pure: a request in, a text with its pace out. It needs no network, so
 * the caller's thread may do it at once; only the sending takes time.
 */
#ifndef CONFAB_DEMO_H
#define CONFAB_DEMO_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/base/buf.h"
#include "confab/provider/chat_request.h"

#include "tour.h"

#define DEMO_MESSAGE_MAX (64 * 1024 * 1024) /* bytes of one message's text */

/*
 * Fills *out with the answer of `model` ("eliza" or "tour") to the user's
 * messages in `req`. A request without one gets eliza's opening remark or the
 * whole tour. Returns 0, or -1 for another model or when memory runs out; in
 * each case the caller ends *out with tour_answer_free().
 */
int demo_answer(const char *model, const struct chat_request *req,
    struct tour_answer *out);

#endif
