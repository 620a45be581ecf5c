/* SPDX-License-Identifier: MIT */
/*
 * nginx's configuration as "nginx -T" writes it: all its files, one after the
 * other, each after a line with its name. Read into one tree, with what is
 * included in its place. Pure.
 */
#ifndef CONFAB_CTL_NGINX_CONF_H
#define CONFAB_CTL_NGINX_CONF_H

#include <stdbool.h>
#include <stddef.h>

#define NGINX_DEPTH 32	   /* blocks, and files, within each other */
#define NGINX_NODES 200000 /* directives in all */
#define NGINX_WORDS 64	   /* of one directive that are kept */
#define NGINX_FILES 1024

/* A directive. */
struct nginx_node {
	struct nginx_node *up, *next, *first, *last; /* of its block */
	const char *file;			     /* of the dump's text */
	unsigned line;
	size_t n;
	char *words[]; /* the first is its name; owned, behind the node */
};

struct nginx_conf {
	struct nginx_node *root; /* its name is "" */
	size_t nodes;
	char *names[NGINX_FILES];
	const char *texts[NGINX_FILES];
	size_t lengths[NGINX_FILES];
	size_t n_files;
};

/*
 * Reads a dump, which must stay. Returns NULL when that is none, or when memory
 * or a limit is short. To be ended with nginx_conf_free().
 */
struct nginx_conf *nginx_conf_read(const char *dump, size_t len);
void nginx_conf_free(struct nginx_conf *c);

/* The directive after `n` in document order; NULL at the end. */
const struct nginx_node *nginx_next(const struct nginx_node *n);

/* Word `i` of a directive, "" when there are fewer. */
const char *nginx_word(const struct nginx_node *n, size_t i);

/* The last directive of that name in the block itself; with `value` not NULL,
 * one whose first argument is that. NULL when there is none. */
const struct nginx_node *nginx_here(const struct nginx_node *block,
    const char *name, const char *value);

/* The same in the block, else in the nearest one around it: as nginx inherits
 * most of them. */
const struct nginx_node *nginx_inherited(const struct nginx_node *block,
    const char *name);

/* A size or a time as nginx writes them ("16k", "60s", "1m"); -1: none. A time
 * is in ms, and a number without a unit in seconds. */
long long nginx_size(const char *text);
long long nginx_time(const char *text);

#endif
