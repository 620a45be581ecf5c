/* SPDX-License-Identifier: MIT */
/*
 * What a process takes from its first configuration for good.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/config/option.h"

/* Threads, the socket, whose files they are: made or given up at the start. */
static const char *const fixed[] = {
	"workers",
	"relay_threads",
	"listen",
	"socket_mode",
	"socket_group",
	"user",
	"group",
	"runtime_dir",
};

/* Keeps a list of words, as keep() does. */
static int
keep_list(struct config_list *list, const struct config_list *old)
{
	bool same = list->n == old->n;

	for (size_t i = 0; same && i < old->n; i++)
		same = strcmp(list->words[i], old->words[i]) == 0;
	if (same)
		return 0;
	while (list->n > 0)
		free(list->words[--list->n]);
	for (size_t i = 0; i < old->n; i++) {
		list->words[i] = strdup(old->words[i]);
		if (list->words[i] == NULL)
			return -1;
		list->n++;
	}
	return 1;
}

/* Keeps one option. Returns 1 when it differed, 0, or -1: out of memory. */
static int
keep(const struct config_option *o, void *c, const void *old)
{
	char *at = (char *)c + o->offset;
	const char *from = (const char *)old + o->offset;
	char *value, *was;

	if (o->type == OPTION_LIST)
		return keep_list((struct config_list *)(void *)at,
		    (const struct config_list *)(const void *)from);
	if (o->type != OPTION_STRING && o->type != OPTION_PATH) {
		if (memcmp(at, from, sizeof(unsigned)) == 0)
			return 0;
		memcpy(at, from, sizeof(unsigned));
		return 1;
	}
	memcpy(&value, at, sizeof(value));
	memcpy(&was, from, sizeof(was));
	if (value == was ||
	    (value != NULL && was != NULL && strcmp(value, was) == 0))
		return 0;
	if (was != NULL && (was = strdup(was)) == NULL)
		return -1;
	free(value);
	memcpy(at, &was, sizeof(was));
	return 1;
}

/* Keeps all of a section that is there once. Returns 0 or -1. */
static int
keep_section(const struct config_section *s, struct config *c,
    const struct config *old, struct buf *changed)
{
	for (size_t i = 0; i < s->n; i++) {
		int rc = keep(&s->options[i], (char *)c + s->offset,
		    (const char *)old + s->offset);

		if (rc < 0)
			return -1;
		if (rc > 0)
			buf_printf(changed, "%s%s %s",
			    changed->len > 0 ? ", " : "", s->name,
			    s->options[i].name);
	}
	return 0;
}

int
config_keep_fixed(struct config *c, const struct config *old,
    struct buf *changed)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		int rc = keep(config_option_find(CONFIG_TOP, fixed[i]), c, old);

		if (rc < 0)
			return -1;
		if (rc > 0)
			buf_printf(changed, "%s%s",
			    changed->len > 0 ? ", " : "", fixed[i]);
	}
	/* The link to other hosts is made once. */
	return keep_section(CONFIG_STATE, c, old, changed) != 0
	    ? -1
	    : keep_section(CONFIG_SENTINEL, c, old, changed);
}
