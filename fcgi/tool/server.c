/* SPDX-License-Identifier: MIT */
/* What is known of one server, for all threads. */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"

#include "server.h"
#include "servers.h"

struct tool_server *
tool_server_ref(struct tool_server *t)
{
	atomic_fetch_add(&t->refs, 1);
	return t;
}

static void
free_session(struct kept_session *s)
{
	free(s->id);
	memset(s, 0, sizeof(*s));
}

void
tool_server_put(struct tool_server *t)
{
	struct calls_of *c;
	size_t i;

	if (t == NULL || atomic_fetch_sub(&t->refs, 1) > 1)
		return;
	for (i = 0; i < t->n_sessions; i++)
		free_session(&t->sessions[i]);
	free(t->sessions);
	while ((c = t->calls) != NULL) {
		t->calls = c->next;
		free(c);
	}
	tool_list_put(t->list);
	for (i = 0; i < TOOL_LISTINGS; i++)
		tool_offers_put(t->offers[i]);
	pthread_mutex_destroy(&t->lock);
	free(t->name);
	free(t->url);
	free(t);
}

struct tool_server *
tool_server_new(const struct config_tool_server *c)
{
	struct tool_server *t;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	pthread_mutex_init(&t->lock, NULL);
	atomic_init(&t->refs, 1);
	t->apps = c->apps;
	t->name = strdup(c->name);
	t->url = strdup(c->url);
	if (t->name == NULL || t->url == NULL) {
		tool_server_put(t);
		return NULL;
	}
	return t;
}

bool
tool_server_is(const struct tool_server *t, const struct config_tool_server *c)
{
	return strcmp(t->name, c->name) == 0 && strcmp(t->url, c->url) == 0 &&
	    t->apps == c->apps;
}

/* ---- What it speaks, and has ------------------------------------------------*/

void
tool_server_facts(struct tool_server *t, struct tool_facts *out)
{
	pthread_mutex_lock(&t->lock);
	*out = t->facts;
	pthread_mutex_unlock(&t->lock);
}

void
tool_server_learn(struct tool_server *t, const struct tool_facts *facts)
{
	pthread_mutex_lock(&t->lock);
	t->facts = *facts;
	t->mute = false;
	pthread_mutex_unlock(&t->lock);
}

void
tool_server_mute(struct tool_server *t)
{
	pthread_mutex_lock(&t->lock);
	t->mute = true;
	pthread_mutex_unlock(&t->lock);
}

bool
tool_server_is_mute(struct tool_server *t)
{
	bool mute;

	pthread_mutex_lock(&t->lock);
	mute = t->mute;
	pthread_mutex_unlock(&t->lock);
	return mute;
}

void
tool_server_changed(struct tool_server *t)
{
	pthread_mutex_lock(&t->lock);
	t->changed = true;
	pthread_mutex_unlock(&t->lock);
}

void
tool_list_put(struct tool_list *l)
{
	if (l != NULL && atomic_fetch_sub(&l->refs, 1) == 0)
		tool_list_free(l);
}

struct tool_list *
tool_server_list(struct tool_server *t)
{
	struct tool_list *l;

	pthread_mutex_lock(&t->lock);
	l = t->list;
	if (l != NULL)
		atomic_fetch_add(&l->refs, 1);
	pthread_mutex_unlock(&t->lock);
	return l;
}

void
tool_server_listed(struct tool_server *t, struct tool_list *l,
    const char *error)
{
	struct tool_list *old = NULL;

	pthread_mutex_lock(&t->lock);
	t->asked = true;
	if (l != NULL) {
		old = t->list;
		t->list = l;
		t->listed_at = clock_mono_ms();
		t->error[0] = '\0';
		t->failures = 0;
	} else {
		(void)snprintf(t->error, sizeof(t->error), "%s", error);
		if (t->failures < 6)
			t->failures++;
	}
	pthread_mutex_unlock(&t->lock);
	tool_list_put(old);
}

struct tool_offers *
tool_server_offers(struct tool_server *t, enum tool_listing what)
{
	struct tool_offers *o;

	pthread_mutex_lock(&t->lock);
	o = t->offers[what];
	if (o != NULL)
		tool_offers_ref(o);
	pthread_mutex_unlock(&t->lock);
	return o;
}

void
tool_server_offered(struct tool_server *t, enum tool_listing what,
    struct tool_offers *o)
{
	struct tool_offers *old;

	if (o == NULL)
		return;
	pthread_mutex_lock(&t->lock);
	old = t->offers[what];
	t->offers[what] = o;
	pthread_mutex_unlock(&t->lock);
	tool_offers_put(old);
}

/* ---- Sessions ---------------------------------------------------------------*/

/* The place of an owner's session, or NULL. Lock held. */
static struct kept_session *
find_session(struct tool_server *t, const unsigned char *owner)
{
	size_t i;

	for (i = 0; i < t->n_sessions; i++)
		if (memcmp(t->sessions[i].owner, owner, TOOL_OWNER_LEN) == 0)
			return &t->sessions[i];
	return NULL;
}

static void
copy_session(struct tool_session *to, const struct kept_session *from)
{
	(void)snprintf(to->id, sizeof(to->id), "%s", from->id);
	(void)snprintf(to->version, sizeof(to->version), "%s", from->version);
}

bool
tool_server_session(struct tool_server *t,
    const unsigned char owner[TOOL_OWNER_LEN], struct tool_session *out)
{
	struct kept_session *s;

	pthread_mutex_lock(&t->lock);
	s = find_session(t, owner);
	if (s != NULL) {
		s->used = clock_mono_ms();
		copy_session(out, s);
	}
	pthread_mutex_unlock(&t->lock);
	return s != NULL;
}

/* A free place, or that of the session that is longest unused, which is told.
 * NULL: no memory. Lock held. */
static struct kept_session *
find_place(struct tool_server *t, struct tool_session *other)
{
	struct kept_session *more, *oldest;
	size_t i;

	if (t->n_sessions < TOOL_SESSIONS_MAX) {
		more =
		    realloc(t->sessions, (t->n_sessions + 1) * sizeof(*more));
		if (more == NULL)
			return NULL;
		t->sessions = more;
		more += t->n_sessions++;
		memset(more, 0, sizeof(*more));
		return more;
	}
	oldest = &t->sessions[0];
	for (i = 1; i < t->n_sessions; i++)
		if (t->sessions[i].used < oldest->used)
			oldest = &t->sessions[i];
	copy_session(other, oldest);
	free_session(oldest);
	return oldest;
}

void
tool_server_session_keep(struct tool_server *t,
    const unsigned char owner[TOOL_OWNER_LEN], struct tool_session *s,
    struct tool_session *other)
{
	struct kept_session *k;
	char *id = strdup(s->id);

	other->id[0] = '\0';
	pthread_mutex_lock(&t->lock);
	k = find_session(t, owner);
	if (k != NULL) {
		*other = *s;
		copy_session(s, k);
	} else if (id != NULL && (k = find_place(t, other)) != NULL) {
		memcpy(k->owner, owner, TOOL_OWNER_LEN);
		k->id = id;
		id = NULL;
		(void)snprintf(k->version, sizeof(k->version), "%s",
		    s->version);
		k->used = clock_mono_ms();
	}
	pthread_mutex_unlock(&t->lock);
	free(id);
}

void
tool_server_session_drop(struct tool_server *t,
    const unsigned char owner[TOOL_OWNER_LEN], const char *id)
{
	struct kept_session *s;

	pthread_mutex_lock(&t->lock);
	s = find_session(t, owner);
	/* Another call may have begun a new one already. */
	if (s != NULL && strcmp(s->id, id) == 0) {
		free_session(s);
		*s = t->sessions[--t->n_sessions];
	}
	pthread_mutex_unlock(&t->lock);
}

/* ---- Calls under way --------------------------------------------------------*/

/* Lock held. */
static struct calls_of **
find_calls(struct tool_server *t, const char *user)
{
	struct calls_of **at = &t->calls;

	while (*at != NULL && strcmp((*at)->user, user) != 0)
		at = &(*at)->next;
	return at;
}

bool
tool_server_enter(struct tool_server *t, const char *user, unsigned max)
{
	struct calls_of **at, *c;
	size_t len = strlen(user) + 1;
	bool room;

	pthread_mutex_lock(&t->lock);
	at = find_calls(t, user);
	if (*at == NULL && (c = calloc(1, sizeof(*c) + len)) != NULL) {
		memcpy(c->user, user, len);
		*at = c;
	}
	room = *at != NULL && (*at)->n < max;
	if (room)
		(*at)->n++;
	pthread_mutex_unlock(&t->lock);
	return room;
}

void
tool_server_leave(struct tool_server *t, const char *user)
{
	struct calls_of **at, *c;

	pthread_mutex_lock(&t->lock);
	at = find_calls(t, user);
	c = *at;
	if (c != NULL && --c->n == 0) {
		*at = c->next;
		free(c);
	}
	pthread_mutex_unlock(&t->lock);
}
