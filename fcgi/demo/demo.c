/* SPDX-License-Identifier: MIT */
/*
 * Room between a chat request and the models that are part of the server.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/json.h"

#include "demo.h"
#include "eliza.h"
#include "tour_tools.h"

#define USER "user"

static size_t
count_user_messages(const struct chat_request *req)
{
	struct json_object *list = json_get(req->root, "messages");
	size_t i, n = 0, len;

	if (!json_object_is_type(list, json_type_array))
		return 0;
	for (i = 0; i < json_object_array_length(list); i++) {
		const char *role =
		    json_str(json_object_array_get_idx(list, i), "role", &len);

		n += role != NULL && strcmp(role, USER) == 0;
	}
	return n;
}

/*
 * Appends the beginning of the i-th message to `store` and sets the turn's
 * length; its place is set once `store` has stopped moving.
 */
static int
add_turn(const struct chat_request *req, size_t i, struct buf *store,
    struct eliza_turn *turn)
{
	struct buf text;
	int rc = -1;

	buf_init(&text, DEMO_MESSAGE_MAX);
	/* One more than is read, so that eliza sees that there is more. */
	if (chat_request_text(req, USER, i, &text) == 0) {
		turn->len = text.len <= ELIZA_MESSAGE_MAX
		    ? text.len
		    : ELIZA_MESSAGE_MAX + 1;
		rc = buf_append(store, buf_str(&text), turn->len);
	} else if (buf_ok(&text))
		rc = 0; /* no text in it, an image alone: nothing said */
	buf_free(&text);
	return rc;
}

static int
answer_as_eliza(const struct chat_request *req, struct tour_answer *out)
{
	size_t n = count_user_messages(req), i, at = 0;
	size_t skip = n > ELIZA_TURNS_MAX ? n - ELIZA_TURNS_MAX : 0;
	struct eliza_turn *turns;
	struct buf store;
	int rc = -1;

	/* The skipped ones have a place, as they count; nobody reads it. */
	turns = calloc(n + 1, sizeof(*turns));
	buf_init(&store, (size_t)ELIZA_TURNS_MAX * (ELIZA_MESSAGE_MAX + 1));
	if (turns == NULL)
		goto out;
	for (i = skip; i < n; i++) {
		if (add_turn(req, i, &store, &turns[i]) != 0)
			goto out;
	}
	for (i = skip; i < n; at += turns[i++].len)
		turns[i].text = buf_str(&store) + at;
	rc = eliza_answer(turns, n, ELIZA_SENTENCE, &out->text);
out:
	buf_free(&store);
	free(turns);
	return rc;
}

static int
answer_as_tour(const struct chat_request *req, struct tour_answer *out)
{
	size_t n = count_user_messages(req);
	struct buf text;
	int rc = -1;

	buf_init(&text, DEMO_MESSAGE_MAX);
	if (n > 0)
		(void)chat_request_text(req, USER, n - 1, &text);
	if (buf_ok(&text))
		rc = tour_answer(buf_str(&text), text.len, out);
	if (rc == 0 && out->tools)
		rc = tour_use_tools(req, out);
	buf_free(&text);
	return rc;
}

int
demo_answer(const char *model, const struct chat_request *req,
    struct tour_answer *out)
{
	buf_init(&out->reasoning, TOUR_TEXT_MAX);
	buf_init(&out->text, TOUR_TEXT_MAX);
	out->pace = PACE_HUMAN;
	out->end = TOUR_END_STOP;
	out->tools = false;
	if (strcmp(model, "eliza") == 0)
		return answer_as_eliza(req, out);
	if (strcmp(model, "tour") == 0)
		return answer_as_tour(req, out);
	return -1;
}
