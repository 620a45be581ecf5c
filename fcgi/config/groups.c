/* SPDX-License-Identifier: MIT */
/*
 * Groups of people: those that the configuration names become bits, so that
 * what is kept of a person's groups is one number, however many a directory
 * knows.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/config/option.h"

#include "check.h"
#include "reader.h"

_Static_assert(CONFIG_GROUPS_MAX <= 64, "a set is the bits of one number");

/* The bit of a name that is no longer than any that the file may have. */
static config_group_set
bit_of(const struct config_groups *g, const char *name, size_t len)
{
	for (size_t i = 0; i < g->n; i++)
		if (strlen(g->names[i]) == len &&
		    memcmp(g->names[i], name, len) == 0)
			return UINT64_C(1) << i;
	return 0;
}

config_group_set
config_groups_of(const struct config_groups *g, const char *list, size_t len,
    char separator)
{
	const char *end = list + len, *stop, *last;
	config_group_set set = 0;

	if (g->n == 0)
		return 0;
	for (; list < end; list = stop + 1) {
		stop = memchr(list, separator, (size_t)(end - list));
		if (stop == NULL)
			stop = end;
		for (last = stop; last > list && last[-1] == ' '; last--)
			continue;
		while (list < last && *list == ' ')
			list++;
		set |= bit_of(g, list, (size_t)(last - list));
	}
	return set;
}

bool
config_may_transcribe(const struct config *c, config_group_set groups)
{
	return c->transcriber != NULL &&
	    config_is_for(c->transcription_set, groups) &&
	    config_is_for(c->transcriber->group_set, groups);
}

struct config_quota
config_quota_of(const struct config *c, config_group_set groups)
{
	const struct config_limits *l = &c->limits;

	for (size_t i = 0; i < c->n_group_limits; i++)
		if ((c->group_limits[i].bit & groups) != 0)
			return c->group_limits[i].quota;
	return (struct config_quota){ l->streams_per_user,
		l->requests_per_minute, l->tokens_per_day, l->tokens_per_month,
		l->cost_per_day, l->cost_per_month };
}

/* Gives a name that the file has its bit. */
static int
name_group(struct config_reader *r, unsigned line, const char *name,
    config_group_set *out)
{
	struct config_groups *g = &r->config->groups;
	config_group_set bit = bit_of(g, name, strlen(name));

	if (bit == 0 && g->n == CONFIG_GROUPS_MAX)
		return config_fail(r, line, "there are more than %d groups",
		    CONFIG_GROUPS_MAX);
	if (bit == 0) {
		g->names[g->n] = strdup(name);
		if (g->names[g->n] == NULL)
			return config_fail(r, 0, "out of memory");
		bit = UINT64_C(1) << g->n++;
	}
	*out |= bit;
	return 0;
}

static int
name_list(struct config_reader *r, const void *section, const char *option,
    const struct config_list *list, config_group_set *out)
{
	unsigned line = config_line(r, section, option);

	for (size_t i = 0; i < list->n; i++)
		if (name_group(r, line, list->words[i], out) != 0)
			return -1;
	return 0;
}

static int
name_provider(struct config_reader *r, struct config_provider *p)
{
	if (name_list(r, p, "groups", &p->groups, &p->group_set) != 0)
		return -1;
	for (size_t i = 0; i < p->n_models; i++) {
		struct config_model *m = &p->models[i];

		if (name_list(r, m, "groups", &m->groups, &m->group_set) != 0)
			return -1;
	}
	return 0;
}

/* What a group's section leaves open is as `limits` has it. */
static int
name_limits(struct config_reader *r, struct config_group *g)
{
	const struct config_limits *l = &r->config->limits;
	struct config_quota *q = &g->quota;

	if (config_line(r, g, "streams_per_user") == 0)
		q->streams_per_user = l->streams_per_user;
	if (config_line(r, g, "requests_per_minute") == 0)
		q->requests_per_minute = l->requests_per_minute;
	if (config_line(r, g, "tokens_per_day") == 0)
		q->tokens_per_day = l->tokens_per_day;
	if (config_line(r, g, "tokens_per_month") == 0)
		q->tokens_per_month = l->tokens_per_month;
	if (config_line(r, g, "cost_per_day") == 0)
		q->cost_per_day = l->cost_per_day;
	if (config_line(r, g, "cost_per_month") == 0)
		q->cost_per_month = l->cost_per_month;
	return name_group(r, config_line(r, g, NULL), g->name, &g->bit);
}

int
config_check_groups(struct config_reader *r)
{
	struct config *c = r->config;
	size_t i;

	if (c->transcription == NULL && c->transcription_groups.n > 0)
		return config_fail(r, config_line(r, c, "transcription_groups"),
		    "transcription_groups goes with transcription");
	for (i = 0; i < c->n_providers; i++)
		if (name_provider(r, &c->providers[i]) != 0)
			return -1;
	for (i = 0; i < c->n_tool_servers; i++) {
		struct config_tool_server *t = &c->tool_servers[i];

		if (name_list(r, t, "groups", &t->groups, &t->group_set) != 0)
			return -1;
	}
	for (i = 0; i < c->n_group_limits; i++)
		if (name_limits(r, &c->group_limits[i]) != 0)
			return -1;
	return name_list(r, c, "transcription_groups", &c->transcription_groups,
	    &c->transcription_set);
}
