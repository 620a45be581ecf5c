/* SPDX-License-Identifier: MIT */
/*
 * The tour's round with a tool: the page's own run_javascript, which needs no
 * server. Pure: a request in, what the tour says or calls out.
 */
#ifndef CONFAB_DEMO_TOUR_TOOLS_H
#define CONFAB_DEMO_TOUR_TOOLS_H

#include "confab/base/buf.h"
#include "confab/provider/chat_request.h"

#include "tour.h"

#define TOUR_RESULT_MAX 4096 /* bytes of a result that are repeated */

/*
 * Takes the tour's answer to a message that asks for tools further: where the
 * request's last message is a tool's result, *out says what was in it; where
 * run_javascript is offered, *out announces a call and ends with it
 * (TOUR_END_CALL); else it stays. Returns 0, or -1 when memory runs out.
 */
int tour_use_tools(const struct chat_request *req, struct tour_answer *out);

/*
 * Appends the call as the members of an OpenAI message: "tool_calls":[...],
 * with `id` for the call's id. Returns 0, or -1 when memory runs out.
 */
int tour_call_json(const char *id, struct buf *out);

#endif
