/* SPDX-License-Identifier: MIT */
/* What servers have besides tools, for those who may use them. */
#include "config.h"

#include <pthread.h>
#include <string.h>

#include "servers.h"

/* True when a server may have what is asked for. */
typedef bool (*has_fn)(const struct config_tool_server *c);

static bool
has_prompts(const struct config_tool_server *c)
{
	return c->prompts;
}

static bool
has_resources(const struct config_tool_server *c)
{
	return c->resources;
}

static bool
any(const struct config *c, const char *user, config_group_set groups,
    has_fn has)
{
	size_t i;

	for (i = 0; i < c->n_tool_servers; i++)
		if (has(&c->tool_servers[i]) &&
		    tool_server_is_for(&c->tool_servers[i], user, groups))
			return true;
	return false;
}

bool
tool_servers_prompts(const struct config *c, const char *user,
    config_group_set groups)
{
	return any(c, user, groups, has_prompts);
}

bool
tool_servers_resources(const struct config *c, const char *user,
    config_group_set groups)
{
	return any(c, user, groups, has_resources);
}

/* One kind of one server's. */
static void
put_kind(struct tool_server *t, enum tool_listing what, struct buf *out)
{
	struct tool_offers *o = tool_server_offers(t, what);

	if (o != NULL && o->n > 0) {
		if (out->data[out->len - 1] != '[')
			buf_putc(out, ',');
		buf_append(out, buf_str(&o->json), o->json.len);
	}
	tool_offers_put(o);
}

/* Appends an array: `what` of all servers. */
static void
put_array(struct tool_servers *s, const struct config *c, const char *user,
    config_group_set groups, has_fn has, enum tool_listing what,
    struct buf *out)
{
	struct tool_server *t;
	size_t i;

	buf_putc(out, '[');
	for (i = 0; i < c->n_tool_servers && buf_ok(out); i++) {
		if (!has(&c->tool_servers[i]) ||
		    !tool_server_is_for(&c->tool_servers[i], user, groups))
			continue;
		t = tool_server_get(s, &c->tool_servers[i]);
		if (t != NULL)
			put_kind(t, what, out);
		tool_server_put(t);
	}
	buf_putc(out, ']');
}

static void
put_errors(struct tool_servers *s, const struct config *c, const char *user,
    config_group_set groups, has_fn has, struct buf *out, bool *aged)
{
	struct tool_server *t;
	size_t i;

	buf_puts(out, ",\"errors\":[");
	for (i = 0; i < c->n_tool_servers && buf_ok(out); i++) {
		if (!has(&c->tool_servers[i]) ||
		    !tool_server_is_for(&c->tool_servers[i], user, groups))
			continue;
		t = tool_server_get(s, &c->tool_servers[i]);
		if (t == NULL)
			continue;
		tool_server_put_error(t, &c->tool_servers[i], true, out);
		pthread_mutex_lock(&t->lock);
		if (tool_server_has_aged(t, &c->tool_servers[i]))
			*aged = true;
		pthread_mutex_unlock(&t->lock);
		tool_server_put(t);
	}
	buf_putc(out, ']');
}

int
tool_servers_prompts_json(struct tool_servers *s, const struct config *c,
    const char *user, config_group_set groups, struct buf *out, bool *aged)
{
	*aged = false;
	buf_puts(out, "{\"object\":\"list\",\"data\":");
	put_array(s, c, user, groups, has_prompts, TOOL_LISTING_PROMPTS, out);
	put_errors(s, c, user, groups, has_prompts, out, aged);
	return buf_putc(out, '}');
}

int
tool_servers_resources_json(struct tool_servers *s, const struct config *c,
    const char *user, config_group_set groups, struct buf *out, bool *aged)
{
	*aged = false;
	buf_puts(out, "{\"object\":\"list\",\"data\":");
	put_array(s, c, user, groups, has_resources, TOOL_LISTING_RESOURCES,
	    out);
	buf_puts(out, ",\"templates\":");
	put_array(s, c, user, groups, has_resources, TOOL_LISTING_TEMPLATES,
	    out);
	put_errors(s, c, user, groups, has_resources, out, aged);
	return buf_putc(out, '}');
}

void
tool_server_tell_offers(struct tool_server *t, struct buf *out)
{
	static const char *const words[TOOL_LISTINGS] = {
		[TOOL_LISTING_PROMPTS] = "prompts",
		[TOOL_LISTING_RESOURCES] = "resources",
		[TOOL_LISTING_TEMPLATES] = "templates of resources"
	};
	struct tool_offers *o;
	unsigned what;

	for (what = TOOL_LISTING_PROMPTS; what < TOOL_LISTINGS; what++) {
		o = tool_server_offers(t, (enum tool_listing)what);
		if (o != NULL && o->n > 0)
			buf_printf(out, "; %zu %s%s", o->n, words[what],
			    o->cut ? " and more" : "");
		tool_offers_put(o);
	}
}
