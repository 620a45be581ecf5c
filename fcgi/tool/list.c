/* SPDX-License-Identifier: MIT */
/* The tools of one server. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/json.h"
#include "confab/base/log.h"

#include "list.h"

#define TOOL_JSON_MAX (4 * 1024 * 1024) /* bytes of our form of one tool */

static void
free_tool(struct tool *t)
{
	tool_params_free(&t->params);
	free(t->own);
	free(t->json);
	free(t->ui);
}

struct tool_list *
tool_list_new(void)
{
	return calloc(1, sizeof(struct tool_list));
}

void
tool_list_free(struct tool_list *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < l->n; i++)
		free_tool(&l->tools[i]);
	free(l->tools);
	free(l);
}

const struct tool *
tool_list_find(const struct tool_list *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->tools[i].name, name) == 0)
			return &l->tools[i];
	return NULL;
}

/* ---- One tool ---------------------------------------------------------------*/

static void
put_text(struct buf *out, const char *name, const char *s, size_t len)
{
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, s != NULL ? s : "", s != NULL ? len : 0);
}

static void
put_object(struct buf *out, const char *name, struct json_object *v)
{
	buf_printf(out, ",\"%s\":", name);
	if (json_object_is_type(v, json_type_object))
		json_write(out, v);
	else
		buf_puts(out, "{}");
}

/* The digest tells whether a tool is still what a person agreed to; into which
 * headers its arguments go is no matter of theirs. */
static int
make_digest(struct tool *t, struct json_object *from)
{
	unsigned char sum[CRYPTO_SHA256_LEN];
	struct json_object *schema = json_get(from, "inputSchema");
	struct buf text;
	size_t len = 0;
	const char *said = json_str(from, "description", &len);
	int rc;

	tool_params_strip(&t->params, schema);
	buf_init(&text, TOOL_JSON_MAX);
	buf_json(&text, t->name, strlen(t->name));
	buf_json(&text, t->own, strlen(t->own));
	buf_json(&text, said != NULL ? said : "", said != NULL ? len : 0);
	if (schema != NULL)
		json_write(&text, schema);
	rc = buf_ok(&text) ? crypto_sha256(sum, text.data, text.len) : -1;
	if (rc == 0)
		encode_hex(t->digest, sum, TOOL_DIGEST_MAX / 2);
	buf_free(&text);
	return rc;
}

static int
make_json(struct tool *t, const struct config_tool_server *c,
    struct json_object *from)
{
	struct json_object *notes = json_get(from, "annotations");
	struct buf out;
	size_t len = 0;
	const char *s;

	buf_init(&out, TOOL_JSON_MAX);
	buf_puts(&out, "\"name\":");
	buf_json(&out, t->name, strlen(t->name));
	put_text(&out, "server", c->name, strlen(c->name));
	put_text(&out, "tool", t->own, strlen(t->own));
	s = json_str(from, "title", &len);
	if (s == NULL)
		s = json_str(notes, "title", &len);
	if (s == NULL)
		len = strlen(s = t->own);
	put_text(&out, "title", s, len);
	s = json_str(from, "description", &len);
	put_text(&out, "description", s, len);
	put_object(&out, "parameters", json_get(from, "inputSchema"));
	put_object(&out, "annotations", notes);
	if (!buf_ok(&out)) {
		buf_free(&out);
		return -1;
	}
	t->json = buf_steal(&out, &len);
	return 0;
}

static bool
is_true(struct json_object *obj, const char *name, bool otherwise)
{
	struct json_object *v = json_get(obj, name);

	return json_object_is_type(v, json_type_boolean)
	    ? json_object_get_boolean(v)
	    : otherwise;
}

/* What is not said counts as the specification's default, the worse. */
static bool
only_reads(struct json_object *notes)
{
	return is_true(notes, "readOnlyHint", false) &&
	    !is_true(notes, "openWorldHint", true);
}

bool
tool_is_page(const char *uri)
{
	return uri != NULL && strncmp(uri, "ui://", 5) == 0;
}

const char *
tool_page_of(struct json_object *meta, size_t *len)
{
	const char *uri = json_str(json_get(meta, "ui"), "resourceUri", len);

	if (uri == NULL)
		uri = json_str(meta, "ui/resourceUri", len);
	return tool_is_page(uri) ? uri : NULL;
}

/* Keeps where results are drawn, if it says so. Returns 0 or -1. */
static int
take_page(struct tool *t, struct json_object *from)
{
	size_t len;
	const char *uri = tool_page_of(json_get(from, "_meta"), &len);

	if (uri == NULL)
		return 0;
	t->ui = strdup(uri);
	return t->ui != NULL ? 0 : -1;
}

/* Who may call it: models and apps, unless it says one of them. */
static void
take_visibility(struct tool *t, struct json_object *from)
{
	struct json_object *ui = json_get(json_get(from, "_meta"), "ui");
	struct json_object *v, *list = json_get(ui, "visibility");
	const char *word;
	size_t i;

	t->for_model = t->for_apps =
	    !json_object_is_type(list, json_type_array);
	if (t->for_model)
		return;
	for (i = 0; i < json_object_array_length(list); i++) {
		v = json_object_array_get_idx(list, i);
		word = json_object_is_type(v, json_type_string)
		    ? json_object_get_string(v)
		    : "";
		t->for_model = t->for_model || strcmp(word, "model") == 0;
		t->for_apps = t->for_apps || strcmp(word, "app") == 0;
	}
}

/* Fills a tool; returns NULL, or why it is left out. */
static const char *
read_tool(struct tool *t, const struct config_tool_server *c,
    struct json_object *from)
{
	struct json_object *schema = json_get(from, "inputSchema");
	size_t len = 0;
	const char *own = json_str(from, "name", &len), *why;

	if (own == NULL || len == 0 || len > TOOL_OWN_NAME_MAX)
		return "it has no name, or too long a one";
	if (schema != NULL && !json_object_is_type(schema, json_type_object))
		return "its schema is no object";
	why = tool_params_read(&t->params, schema);
	if (why != NULL)
		return why;
	t->own = strdup(own);
	t->reads = only_reads(json_get(from, "annotations"));
	take_visibility(t, from);
	if (t->own == NULL || tool_name(t->name, c->name, own, len) == -1 ||
	    take_page(t, from) == -1 || make_json(t, c, from) == -1 ||
	    make_digest(t, from) == -1)
		return "out of memory";
	return NULL;
}

/* ---- Pages ------------------------------------------------------------------*/

static void
tell_left_out(const struct config_tool_server *c, struct json_object *from,
    const char *why)
{
	char name[TOOL_OWN_NAME_MAX];
	size_t len = 0;
	const char *own = json_str(from, "name", &len);

	log_msg(LOG_LEVEL_WARN, "tools server=%s tool=%s left_out=\"%s\"",
	    c->name, log_quote(name, sizeof(name), own != NULL ? own : "", len),
	    why);
}

/* Returns 0, or -1: no memory. */
static int
add_tool(struct tool_list *l, const struct config_tool_server *c,
    struct json_object *from)
{
	struct tool t, *more;
	const char *why;

	memset(&t, 0, sizeof(t));
	why = read_tool(&t, c, from);
	if (why == NULL && tool_list_find(l, t.name) != NULL)
		why = "there is one of its name";
	if (why != NULL) {
		free_tool(&t);
		l->left++;
		tell_left_out(c, from, why);
		return 0;
	}
	more = realloc(l->tools, (l->n + 1) * sizeof(*more));
	if (more == NULL) {
		free_tool(&t);
		return -1;
	}
	l->tools = more;
	l->tools[l->n++] = t;
	return 0;
}

/* The shortest time that a page says counts for the whole list. */
static void
take_ttl(struct tool_list *l, struct json_object *result)
{
	struct json_object *v = json_get(result, "ttlMs");
	int64_t ms;

	if (!json_object_is_type(v, json_type_int))
		return;
	ms = json_object_get_int64(v);
	if (ms < 0)
		ms = 0;
	if (!l->has_ttl || (uint64_t)ms < l->ttl)
		l->ttl = (uint64_t)ms;
	l->has_ttl = true;
}

enum tool_page
tool_list_add(struct tool_list *l, const struct config_tool_server *c,
    struct json_object *result, struct buf *cursor)
{
	struct json_object *tools = json_get(result, "tools");
	size_t i, len = 0;
	const char *next;

	buf_reset(cursor);
	if (!json_object_is_type(tools, json_type_array))
		return TOOL_PAGE_BAD;
	for (i = 0; i < json_object_array_length(tools); i++) {
		if (l->n >= c->limits.tools) {
			l->cut = true;
			return TOOL_PAGE_LAST;
		}
		if (add_tool(l, c, json_object_array_get_idx(tools, i)) == -1)
			return TOOL_PAGE_BAD;
	}
	take_ttl(l, result);
	next = json_str(result, "nextCursor", &len);
	if (next == NULL)
		return TOOL_PAGE_LAST;
	return buf_append(cursor, next, len) == 0 ? TOOL_PAGE_MORE
						  : TOOL_PAGE_BAD;
}

/* ---- Our form ---------------------------------------------------------------*/

bool
tool_is_offered(const struct config_tool_server *c, const struct tool *t)
{
	return tool_name_allowed(c, t->own) && (t->for_model || c->apps);
}

enum config_consent
tool_consent(const struct config_tool_server *c, const struct tool *t)
{
	if (c->consent == CONSENT_ASK && c->trust_annotations && t->reads)
		return CONSENT_ALWAYS;
	return c->consent;
}

static void
put_visibility(const struct tool *t, struct buf *out)
{
	buf_printf(out, ",\"visibility\":[%s%s%s]",
	    t->for_model ? "\"model\"" : "",
	    t->for_model && t->for_apps ? "," : "",
	    t->for_apps ? "\"app\"" : "");
}

void
tool_list_write(const struct tool_list *l, const struct config_tool_server *c,
    bool *first, struct buf *out)
{
	static const char *const words[] = { [CONSENT_ASK] = "ask",
		[CONSENT_ALWAYS] = "always",
		[CONSENT_NEVER] = "never" };
	const struct tool *t;
	size_t i;

	for (i = 0; i < l->n; i++) {
		t = &l->tools[i];
		if (!tool_is_offered(c, t))
			continue;
		buf_puts(out, *first ? "{" : ",{");
		*first = false;
		buf_puts(out, t->json);
		if (c->apps)
			put_visibility(t, out);
		buf_printf(out, ",\"consent\":\"%s\",\"digest\":\"%s\"}",
		    words[tool_consent(c, t)], t->digest);
	}
}
