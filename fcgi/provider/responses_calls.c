/* SPDX-License-Identifier: MIT */
/*
 * The tool calls of OpenAI's Responses API: each an item, its arguments in
 * pieces or with its end.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "responses.h"

static uint64_t
digest(struct json_object *obj, const char *name)
{
	const char *s = json_str(obj, name, NULL);
	uint64_t h = UINT64_C(14695981039346656037);

	if (s == NULL || *s == '\0')
		return 0;
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return h | 1;
}

/*
 * The call that has one of these ids, else the last one with that number and no
 * other call_id, or NULL. Some bridges give every item the number 0, others an
 * item another id in each event.
 */
static struct responses_call *
find_call(struct responses_state *s, int64_t item, uint64_t id,
    uint64_t call_id)
{
	struct responses_call *c;
	unsigned i;

	for (i = 0; i < s->n_calls; i++) {
		c = &s->calls[i];
		if ((id != 0 && c->id == id) ||
		    (call_id != 0 && c->call_id == call_id))
			return c;
	}
	for (i = s->n_calls; i-- > 0;) {
		c = &s->calls[i];
		if (c->item == item &&
		    (call_id == 0 || c->call_id == 0 || c->call_id == call_id))
			return c;
	}
	return NULL;
}

static struct responses_call *
add_call(struct responses_state *s, int64_t item, uint64_t id, uint64_t call_id)
{
	struct responses_call *c;

	if (s->n_calls == RESPONSES_CALLS_MAX)
		return NULL;
	if (s->calls == NULL)
		s->calls = calloc(RESPONSES_CALLS_MAX, sizeof(*s->calls));
	if (s->calls == NULL)
		return NULL;
	c = &s->calls[s->n_calls++];
	c->item = item;
	c->id = id;
	c->call_id = call_id;
	return c;
}

struct responses_call *
responses_call_find(struct responses_state *s, int64_t index,
    struct json_object *event)
{
	return find_call(s, index, digest(event, "item_id"), 0);
}

enum provider_result
responses_call_begin(const struct provider_writer *w, struct responses_state *s,
    struct json_object *item, int64_t index, struct responses_call **call)
{
	uint64_t id = digest(item, "id"), call_id = digest(item, "call_id");

	*call = find_call(s, index, id, call_id);
	if (*call != NULL)
		return PROVIDER_MORE;
	*call = add_call(s, index, id, call_id);
	if (*call == NULL && s->n_calls == RESPONSES_CALLS_MAX)
		return provider_invalid(w->err, "too many tool calls");
	if (*call == NULL)
		return provider_no_memory(w->err);
	return provider_delta_call(w, (unsigned)(*call - s->calls), item,
	    call_id != 0 ? "call_id" : "id");
}

enum provider_result
responses_call_argue(const struct provider_writer *w, struct responses_state *s,
    struct responses_call *call, struct json_object *from, const char *name)
{
	size_t len;

	if (call == NULL || json_str(from, name, &len) == NULL || len == 0)
		return PROVIDER_MORE;
	call->argued = true;
	return provider_delta_arguments(w, (unsigned)(call - s->calls), from,
	    name);
}
