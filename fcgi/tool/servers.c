/* SPDX-License-Identifier: MIT */
/*
 * The servers of tools of a process, and the loop that fetches their lists.
 * The lock guards which servers there are and which configuration is followed;
 * what is known of one has a lock of its own.
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "confab/base/buf.h"
#include "confab/base/clock.h"
#include "confab/system/loop.h"

#include "lister.h"
#include "servers.h"

struct tool_servers {
	pthread_mutex_t lock;
	struct config *config; /* followed; NULL: none yet */
	struct tool_server *servers;
	bool offers; /* prompts and resources are wanted, too */
	/* Of the loop that fetches. */
	struct loop *loop;
	struct upstream_pool *upstreams;
	uv_timer_t timer; /* the next try after a failure */
	bool stopped;
};

struct tool_servers *
tool_servers_new(void)
{
	struct tool_servers *s;

	s = calloc(1, sizeof(*s));
	if (s != NULL)
		pthread_mutex_init(&s->lock, NULL);
	return s;
}

void
tool_servers_free(struct tool_servers *s)
{
	struct tool_server *t;

	if (s == NULL)
		return;
	while ((t = s->servers) != NULL) {
		s->servers = t->next;
		tool_server_put(t);
	}
	config_free(s->config);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Found or made; no reference is given. Lock held. */
static struct tool_server *
find(struct tool_servers *s, const struct config_tool_server *c)
{
	struct tool_server *t;

	for (t = s->servers; t != NULL; t = t->next)
		if (tool_server_is(t, c))
			return t;
	t = tool_server_new(c);
	if (t != NULL) {
		t->owner = s;
		t->next = s->servers;
		s->servers = t;
	}
	return t;
}

struct tool_server *
tool_server_get(struct tool_servers *s, const struct config_tool_server *c)
{
	struct tool_server *t;

	pthread_mutex_lock(&s->lock);
	t = find(s, c);
	if (t != NULL)
		tool_server_ref(t);
	pthread_mutex_unlock(&s->lock);
	return t;
}

static bool
is_followed(const struct tool_servers *s, const struct tool_server *t)
{
	size_t i;

	for (i = 0; i < s->config->n_tool_servers; i++)
		if (tool_server_is(t, &s->config->tool_servers[i]))
			return true;
	return false;
}

/* Forgets the servers that are configured no more; one whose list is being
 * fetched goes the next time. Lock held. */
static void
forget(struct tool_servers *s)
{
	struct tool_server *t, **at = &s->servers;

	while ((t = *at) != NULL) {
		if (t->lister != NULL || is_followed(s, t)) {
			at = &t->next;
		} else {
			*at = t->next;
			tool_server_put(t);
		}
	}
}

void
tool_servers_follow(struct tool_servers *s, struct config *c)
{
	struct config *old;
	size_t i;

	pthread_mutex_lock(&s->lock);
	old = s->config;
	s->config = config_ref(c);
	for (i = 0; i < c->n_tool_servers; i++)
		(void)find(s, &c->tool_servers[i]);
	pthread_mutex_unlock(&s->lock);
	config_free(old);
}

void
tool_servers_want_offers(struct tool_servers *s)
{
	pthread_mutex_lock(&s->lock);
	s->offers = true;
	pthread_mutex_unlock(&s->lock);
}

/* The server's lock is held. */
static bool
has_answered(const struct tool_server *t, bool offers)
{
	return t->asked && (!offers || t->offered || t->list == NULL);
}

bool
tool_servers_ready(struct tool_servers *s, bool offers)
{
	struct tool_server *t;
	bool ready = true;

	pthread_mutex_lock(&s->lock);
	for (t = s->servers; t != NULL && s->config != NULL; t = t->next) {
		pthread_mutex_lock(&t->lock);
		ready =
		    ready && (has_answered(t, offers) || !is_followed(s, t));
		pthread_mutex_unlock(&t->lock);
	}
	ready = ready && s->config != NULL;
	pthread_mutex_unlock(&s->lock);
	return ready;
}

/* ---- What is given out --------------------------------------------------------*/

bool
tool_server_has_aged(const struct tool_server *t,
    const struct config_tool_server *c)
{
	uint64_t age, now = clock_mono_ms();

	if (t->list == NULL || t->changed)
		return true;
	age = t->list->has_ttl ? t->list->ttl : c->limits.age;
	return now - t->listed_at >= age;
}

void
tool_server_put_error(struct tool_server *t, const struct config_tool_server *c,
    bool offers, struct buf *out)
{
	const char *message = NULL;

	pthread_mutex_lock(&t->lock);
	if (t->error[0] != '\0')
		message = t->error;
	else if (!has_answered(t, offers))
		message = "The tool server has not answered yet.";
	if (message != NULL) {
		buf_puts(out, out->data[out->len - 1] == '[' ? "{" : ",{");
		buf_puts(out, "\"server\":");
		buf_json(out, c->name, strlen(c->name));
		buf_puts(out, ",\"message\":");
		buf_json(out, message, strlen(message));
		buf_putc(out, '}');
	}
	pthread_mutex_unlock(&t->lock);
}

/* One server's tools into `out`, and what is wrong with it into `errors`. */
static void
write_server(struct tool_servers *s, const struct config_tool_server *c,
    struct buf *out, struct buf *errors, bool *aged)
{
	bool first = out->data[out->len - 1] == '[';
	struct tool_server *t = tool_server_get(s, c);
	struct tool_list *l;

	if (t == NULL)
		return;
	l = tool_server_list(t);
	if (l != NULL)
		tool_list_write(l, c, &first, out);
	tool_list_put(l);
	pthread_mutex_lock(&t->lock);
	if (tool_server_has_aged(t, c))
		*aged = true;
	pthread_mutex_unlock(&t->lock);
	tool_server_put_error(t, c, false, errors);
	tool_server_put(t);
}

int
tool_servers_json(struct tool_servers *s, const struct config *c,
    const char *user, config_group_set groups, struct buf *out, bool *aged)
{
	struct buf errors;
	size_t i;

	*aged = false;
	buf_init(&errors, 64 * 1024);
	buf_puts(out, "{\"object\":\"list\",\"data\":[");
	buf_puts(&errors, "\"errors\":[");
	for (i = 0; i < c->n_tool_servers && buf_ok(out) && buf_ok(&errors);
	     i++)
		if (tool_server_is_for(&c->tool_servers[i], user, groups))
			write_server(s, &c->tool_servers[i], out, &errors,
			    aged);
	buf_puts(out, "],");
	buf_append(out, buf_str(&errors), errors.len);
	buf_free(&errors);
	return buf_puts(out, "]}");
}

/* The names of what may be used of a list. */
static void
tell_tools(const struct tool_list *l, const struct config_tool_server *c,
    struct buf *out)
{
	const char *comma = ": ";
	size_t i;

	for (i = 0; i < l->n; i++)
		if (tool_is_offered(c, &l->tools[i])) {
			buf_printf(out, "%s%s", comma,
			    l->tools[i].name + strlen(c->name) + 2);
			comma = ", ";
		}
	if (l->cut)
		buf_puts(out, "; it has more than are taken");
	if (l->left > 0)
		buf_printf(out, "; %u left out, as the log says", l->left);
}

/* What it is and speaks. */
static void
tell_facts(const struct config_tool_server *c, const struct tool_facts *f,
    struct buf *out)
{
	if (c->kind == TOOL_KIND_SEARXNG)
		buf_printf(out, "tool_server %s: SearXNG", c->name);
	else
		buf_printf(out, "tool_server %s: %s%s%s, MCP %s (%s)", c->name,
		    f->name[0] != '\0' ? f->name : "no name",
		    f->release[0] != '\0' ? " " : "", f->release, f->version,
		    f->era == TOOL_ERA_MODERN ? "modern" : "legacy");
}

unsigned
tool_servers_tell(struct tool_servers *s, const struct config *c,
    struct buf *out)
{
	const struct config_tool_server *conf;
	struct tool_facts facts;
	struct tool_server *t;
	struct tool_list *l;
	unsigned bad = 0;
	size_t i;

	for (i = 0; i < c->n_tool_servers; i++) {
		conf = &c->tool_servers[i];
		t = tool_server_get(s, conf);
		l = t != NULL ? tool_server_list(t) : NULL;
		if (l == NULL) {
			bad++;
			buf_printf(out, "tool_server %s: %s\n", conf->name,
			    t == NULL || t->error[0] == '\0'
				? "it did not answer in time"
				: t->error);
		} else {
			tool_server_facts(t, &facts);
			tell_facts(conf, &facts, out);
			buf_printf(out, ", %zu tools", l->n);
			tell_tools(l, conf, out);
			tool_server_tell_offers(t, out);
			buf_putc(out, '\n');
		}
		tool_list_put(l);
		tool_server_put(t);
	}
	return bad;
}

/* ---- On the loop that fetches --------------------------------------------------*/

static void on_listed(void *arg, const struct api_error *err);

static void
on_timer(uv_timer_t *timer)
{
	tool_servers_refresh(timer->data);
}

/* After a failure: soon, and less soon each time. */
static void
try_later(struct tool_servers *s, const struct tool_server *t)
{
	uint64_t again = (uint64_t)TOOL_LIST_RETRY << (t->failures - 1);

	if (!uv_is_active((uv_handle_t *)&s->timer) ||
	    uv_timer_get_due_in(&s->timer) > again)
		uv_timer_start(&s->timer, on_timer, again, 0);
}

/* The next kind that a server may have and that is wanted, or the end. */
static enum tool_listing
next_listing(struct tool_server *t, const struct config_tool_server *c)
{
	enum tool_listing what = t->listing + 1;
	struct tool_facts facts;

	tool_server_facts(t, &facts);
	if (what == TOOL_LISTING_PROMPTS && !(c->prompts && facts.prompts))
		what++;
	if ((what == TOOL_LISTING_RESOURCES ||
		what == TOOL_LISTING_TEMPLATES) &&
	    !(c->resources && facts.resources))
		what = TOOL_LISTINGS;
	return what;
}

/* Fetches what a server has besides tools, a kind after the other. False: that
 * was all, or it cannot be. */
static bool
fetch_offers(struct tool_servers *s, struct config *config,
    struct tool_server *t)
{
	struct tool_client_call call;
	size_t i;

	memset(&call, 0, sizeof(call));
	for (i = 0; i < config->n_tool_servers; i++)
		if (tool_server_is(t, &config->tool_servers[i]))
			call.server = &config->tool_servers[i];
	if (call.server == NULL)
		return false;
	t->listing = next_listing(t, call.server);
	if (t->listing == TOOL_LISTINGS)
		return false;
	call.loop = s->loop;
	call.pool = s->upstreams;
	call.config = config;
	call.state = t;
	t->lister = tool_lister_start(&call, t->listing, on_listed, t);
	return t->lister != NULL;
}

static void
on_listed(void *arg, const struct api_error *err)
{
	struct tool_server *t = arg;
	struct tool_servers *s = t->owner;
	struct config *c = NULL;
	bool more = false;

	t->lister = NULL;
	if (err != NULL && t->listing == TOOL_LISTING_TOOLS) {
		if (!s->stopped)
			try_later(s, t);
		tool_server_put(t);
		return;
	}
	pthread_mutex_lock(&s->lock);
	if (s->offers && !s->stopped)
		c = config_ref(s->config);
	pthread_mutex_unlock(&s->lock);
	if (c != NULL)
		more = fetch_offers(s, c, t);
	if (c != NULL && !more) {
		pthread_mutex_lock(&t->lock);
		t->offered = true;
		pthread_mutex_unlock(&t->lock);
	}
	config_free(c);
	if (!more)
		tool_server_put(t);
}

static void
fetch(struct tool_servers *s, struct config *config,
    const struct config_tool_server *c)
{
	struct tool_client_call call;
	struct tool_server *t = tool_server_get(s, c);
	bool due;

	if (t == NULL)
		return;
	pthread_mutex_lock(&t->lock);
	due = t->lister == NULL &&
	    (tool_server_has_aged(t, c) || t->failures > 0);
	if (due)
		t->changed = false;
	pthread_mutex_unlock(&t->lock);
	if (due) {
		memset(&call, 0, sizeof(call));
		call.loop = s->loop;
		call.pool = s->upstreams;
		call.config = config;
		call.server = c;
		call.state = t;
		t->listing = TOOL_LISTING_TOOLS;
		t->lister =
		    tool_lister_start(&call, TOOL_LISTING_TOOLS, on_listed, t);
		due = t->lister != NULL;
	}
	if (!due)
		tool_server_put(t); /* else on_listed() does */
}

void
tool_servers_start(struct tool_servers *s, struct loop *l,
    struct upstream_pool *upstreams)
{
	s->loop = l;
	s->upstreams = upstreams;
	uv_timer_init(&l->uv, &s->timer);
	s->timer.data = s;
}

void
tool_servers_refresh(struct tool_servers *s)
{
	struct config *c;
	size_t i;

	if (s->stopped)
		return;
	pthread_mutex_lock(&s->lock);
	c = s->config != NULL ? config_ref(s->config) : NULL;
	if (c != NULL)
		forget(s);
	pthread_mutex_unlock(&s->lock);
	if (c == NULL)
		return;
	for (i = 0; i < c->n_tool_servers; i++)
		fetch(s, c, &c->tool_servers[i]);
	config_free(c);
}

void
tool_servers_stop(struct tool_servers *s)
{
	struct tool_server *t;

	s->stopped = true;
	uv_timer_stop(&s->timer);
	for (t = s->servers; t != NULL; t = t->next)
		if (t->lister != NULL) {
			tool_lister_cancel(t->lister);
			t->lister = NULL;
			tool_server_put(t); /* as on_listed() would */
		}
}
