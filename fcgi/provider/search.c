/* SPDX-License-Identifier: MIT */
/*
 * Letting a model search the web, where its provider can: members that the
 * administrator has written are put into the request.
 */
#include "config.h"

#include <string.h>

#include "kind.h"

const char *
provider_search_of(const struct config_provider *p,
    const struct config_model *m)
{
	const char *members =
	    m->web_search != NULL ? m->web_search : p->web_search;

	/* A model that cannot, of a provider whose others can. */
	return members != NULL && strchr(members, ':') != NULL ? members : NULL;
}

/* Adds the items of a list to one that is there, as tools are. */
static int
add_items(struct json_object *to, struct json_object *from)
{
	struct json_object *item;
	size_t i;

	for (i = 0; i < json_object_array_length(from); i++) {
		item = json_object_get(json_object_array_get_idx(from, i));
		if (json_object_array_add(to, item) != 0) {
			json_object_put(item);
			return -1;
		}
	}
	return 0;
}

static int
add_members(struct json_object *to, struct json_object *from)
{
	struct json_object_iterator it = json_object_iter_begin(from);
	struct json_object_iterator end = json_object_iter_end(from);
	struct json_object *have, *v;
	const char *name;

	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		name = json_object_iter_peek_name(&it);
		v = json_object_iter_peek_value(&it);
		have = json_get(to, name);
		if (json_object_is_type(have, json_type_array) &&
		    json_object_is_type(v, json_type_array)) {
			if (add_items(have, v) != 0)
				return -1;
		} else if (json_object_object_add(to, name,
			       json_object_get(v)) != 0) {
			json_object_put(v);
			return -1;
		}
	}
	return 0;
}

int
provider_put_search(const char *members, struct provider_request *r)
{
	struct json_object *from = NULL, *to = NULL;
	int rc = -1;

	if (members == NULL) {
		provider_ignore(r, "web_search");
		return 0;
	}
	if (json_parse(members, strlen(members), JSON_DEPTH_MAX, &from) ==
		JSON_OK &&
	    json_parse(buf_str(&r->body), r->body.len, JSON_DEPTH_MAX, &to) ==
		JSON_OK &&
	    add_members(to, from) == 0) {
		buf_wipe(&r->body);
		buf_init(&r->body, PROVIDER_BODY_MAX);
		json_write(&r->body, to);
		rc = buf_ok(&r->body) ? 0 : -1;
	}
	json_object_put(from);
	json_object_put(to);
	return rc;
}
