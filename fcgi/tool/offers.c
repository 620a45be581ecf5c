/* SPDX-License-Identifier: MIT */
/* Prompts, resources and templates of one server. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/json.h"

#include "offers.h"

/* How each kind is listed, and what names one. */
static const struct {
	const char *method;
	const char *member; /* of the result, an array */
	const char *key;    /* what one must have */
	const char *ours;   /* what we call that */
	size_t max;	    /* bytes of it */
} listings[TOOL_LISTINGS] = { [TOOL_LISTING_TOOLS] = { "tools/list", "tools",
				  "name", "name", TOOL_OWN_NAME_MAX },
	[TOOL_LISTING_PROMPTS] = { "prompts/list", "prompts", "name", "name",
	    TOOL_OFFER_NAME_MAX },
	[TOOL_LISTING_RESOURCES] = { "resources/list", "resources", "uri",
	    "uri", TOOL_OFFER_URI_MAX },
	[TOOL_LISTING_TEMPLATES] = { "resources/templates/list",
	    "resourceTemplates", "uriTemplate", "uri_template",
	    TOOL_OFFER_URI_MAX } };

const char *
tool_listing_method(enum tool_listing what)
{
	return listings[what].method;
}

struct tool_offers *
tool_offers_new(const struct config_tool_server *c)
{
	struct tool_offers *o;

	o = calloc(1, sizeof(*o));
	/* Rewriting adds names of ours, and escapes. */
	if (o != NULL)
		buf_init(&o->json, 8 * c->limits.list);
	return o;
}

struct tool_offers *
tool_offers_ref(struct tool_offers *o)
{
	atomic_fetch_add(&o->refs, 1);
	return o;
}

void
tool_offers_put(struct tool_offers *o)
{
	if (o == NULL || atomic_fetch_sub(&o->refs, 1) > 0)
		return;
	buf_free(&o->json);
	free(o);
}

/* ---- One of them ------------------------------------------------------------*/

static void
put_string(struct buf *out, const char *name, struct json_object *from,
    const char *member)
{
	size_t len = 0;
	const char *s = json_str(from, member, &len);

	if (s == NULL)
		return;
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, s, len);
}

/* What a person is asked for before a prompt is got. */
static void
put_arguments(struct buf *out, struct json_object *list)
{
	struct json_object *v;
	const char *name, *comma = "";
	size_t i, n = 0, len;

	buf_puts(out, ",\"arguments\":[");
	if (json_object_is_type(list, json_type_array))
		n = json_object_array_length(list);
	for (i = 0; i < n && i < TOOL_PROMPT_ARGUMENTS_MAX; i++) {
		v = json_object_array_get_idx(list, i);
		name = json_str(v, "name", &len);
		if (name == NULL || len == 0 || len > TOOL_OFFER_NAME_MAX)
			continue;
		buf_printf(out, "%s{\"name\":", comma);
		comma = ",";
		buf_json(out, name, len);
		put_string(out, "title", v, "title");
		put_string(out, "description", v, "description");
		buf_printf(out, ",\"required\":%s}",
		    json_object_get_boolean(json_get(v, "required")) ? "true"
								     : "false");
	}
	buf_putc(out, ']');
}

static void
put_size(struct buf *out, struct json_object *size)
{
	if (json_object_is_type(size, json_type_int) &&
	    json_object_get_int64(size) >= 0)
		buf_printf(out, ",\"size\":%lld",
		    (long long)json_object_get_int64(size));
}

/* True when one has been put; false: it is left out. */
static bool
put_offer(struct buf *out, enum tool_listing what,
    const struct config_tool_server *c, struct json_object *from)
{
	size_t len = 0;
	const char *key = json_str(from, listings[what].key, &len);

	/* A name with a NUL could not be asked for again. */
	if (key == NULL || len == 0 || len > listings[what].max ||
	    memchr(key, '\0', len) != NULL)
		return false;
	buf_puts(out, out->len > 0 ? ",{\"server\":" : "{\"server\":");
	buf_json(out, c->name, strlen(c->name));
	buf_printf(out, ",\"%s\":", listings[what].ours);
	buf_json(out, key, len);
	if (what != TOOL_LISTING_PROMPTS)
		put_string(out, "name", from, "name");
	put_string(out, "title", from, "title");
	put_string(out, "description", from, "description");
	put_string(out, "mime_type", from, "mimeType");
	if (what == TOOL_LISTING_PROMPTS)
		put_arguments(out, json_get(from, "arguments"));
	if (what == TOOL_LISTING_RESOURCES)
		put_size(out, json_get(from, "size"));
	buf_putc(out, '}');
	return true;
}

enum tool_page
tool_offers_add(struct tool_offers *o, enum tool_listing what,
    const struct config_tool_server *c, struct json_object *result,
    struct buf *cursor)
{
	struct json_object *list = json_get(result, listings[what].member);
	size_t i, len = 0;
	const char *next;

	buf_reset(cursor);
	if (!json_object_is_type(list, json_type_array))
		return TOOL_PAGE_BAD;
	for (i = 0; i < json_object_array_length(list); i++) {
		if (o->n >= c->limits.tools) {
			o->cut = true;
			return TOOL_PAGE_LAST;
		}
		if (put_offer(&o->json, what, c,
			json_object_array_get_idx(list, i)))
			o->n++;
		else
			o->left++;
	}
	if (!buf_ok(&o->json))
		return TOOL_PAGE_BAD;
	next = json_str(result, "nextCursor", &len);
	if (next == NULL)
		return TOOL_PAGE_LAST;
	return buf_append(cursor, next, len) == 0 ? TOOL_PAGE_MORE
						  : TOOL_PAGE_BAD;
}
