/* SPDX-License-Identifier: MIT */
/* Reading nginx's configuration. */
#include "config.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nginx_conf.h"

#define WORD_MAX 4096 /* bytes of a word that are kept */

static const char marker[] = "# configuration file ";

/* Where one file is being read. */
struct reader {
	struct nginx_conf *c;
	const char *file;
	const char *p, *end;
	unsigned line;
	unsigned depth; /* of blocks and files */
};

/* What has been read of a directive. */
struct words {
	char *list[NGINX_WORDS];
	size_t n;
};

static int read_block(struct reader *r, struct nginx_node *block, bool inner);

static struct nginx_node *
new_node(struct reader *r, struct nginx_node *up, const struct words *w)
{
	struct nginx_node *n;
	size_t i;

	if (++r->c->nodes > NGINX_NODES)
		return NULL;
	n = calloc(1, sizeof(*n) + w->n * sizeof(n->words[0]));
	if (n == NULL)
		return NULL;
	n->up = up;
	n->file = r->file;
	n->line = r->line;
	n->n = w->n;
	for (i = 0; i < w->n; i++)
		n->words[i] = w->list[i];
	if (up != NULL && up->last != NULL)
		up->last->next = n;
	else if (up != NULL)
		up->first = n;
	if (up != NULL)
		up->last = n;
	return n;
}

static void
free_words(struct words *w)
{
	while (w->n > 0)
		free(w->list[--w->n]);
}

static void
free_node(struct nginx_node *n)
{
	struct nginx_node *child, *next;

	if (n == NULL)
		return;
	/* The depth is limited, by NGINX_DEPTH. */
	for (child = n->first; child != NULL; child = next) {
		next = child->next;
		free_node(child);
	}
	while (n->n > 0)
		free(n->words[--n->n]);
	free(n);
}

static void
skip_blank(struct reader *r)
{
	while (r->p < r->end) {
		if (*r->p == '#')
			while (r->p < r->end && *r->p != '\n')
				r->p++;
		else if (*r->p == '\n')
			r->line++, r->p++;
		else if (strchr(" \t\r", *r->p) != NULL)
			r->p++;
		else
			return;
	}
}

/* Appends the word that begins here, without its quotes. */
static int
read_word(struct reader *r, struct words *w)
{
	char text[WORD_MAX], quote = '\0';
	size_t len = 0;

	if (*r->p == '"' || *r->p == '\'')
		quote = *r->p++;
	while (r->p < r->end) {
		char c = *r->p;

		if (quote != '\0' ? c == quote
				  : strchr(" \t\r\n;", c) != NULL ||
			    (c == '{' && (len == 0 || text[len - 1] != '$')))
			break;
		if (c == '\\' && r->p + 1 < r->end) {
			/* As nginx has it, but for what only quotes. */
			if (strchr("\"'\\ ;{}", r->p[1]) == NULL &&
			    len + 1 < sizeof(text))
				text[len++] = c;
			c = *++r->p;
		}
		if (c == '\n')
			r->line++;
		if (len + 1 < sizeof(text))
			text[len++] = c;
		r->p++;
	}
	if (quote != '\0' && r->p < r->end)
		r->p++;
	if (w->n == NGINX_WORDS)
		return 0; /* long lists are not looked at */
	text[len] = '\0';
	w->list[w->n] = strdup(text);
	return w->list[w->n] != NULL ? (w->n++, 0) : -1;
}

/* Is this the name of the file that an include means? */
static bool
is_meant(const struct nginx_conf *c, const char *pattern, const char *name)
{
	char full[WORD_MAX + 256];
	const char *slash = strrchr(c->names[0], '/');

	if (pattern[0] == '/')
		return fnmatch(pattern, name, FNM_PATHNAME) == 0;
	if (snprintf(full, sizeof(full), "%.*s/%s",
		(int)(slash != NULL ? slash - c->names[0] : 0), c->names[0],
		pattern) >= (int)sizeof(full))
		return false;
	return fnmatch(full, name, FNM_PATHNAME) == 0;
}

/* Puts what a file has into the block that includes it. */
static int
include(struct reader *r, struct nginx_node *block, const char *pattern)
{
	size_t i;

	if (r->depth >= NGINX_DEPTH)
		return -1;
	for (i = 0; i < r->c->n_files; i++) {
		struct reader inner = { r->c, r->c->names[i], r->c->texts[i],
			r->c->texts[i] + r->c->lengths[i], 1, r->depth + 1 };

		if (is_meant(r->c, pattern, r->c->names[i]) &&
		    read_block(&inner, block, false) != 0)
			return -1;
	}
	return 0;
}

/* Lua's and Perl's blocks are no directives. */
static void
skip_foreign(struct reader *r)
{
	int level = 1;

	for (; r->p < r->end && level > 0; r->p++) {
		if (*r->p == '{')
			level++;
		else if (*r->p == '}')
			level--;
		else if (*r->p == '\n')
			r->line++;
	}
}

/* The words have been read up to ";" or "{". */
static int
take(struct reader *r, struct nginx_node *block, struct words *w, char end)
{
	static const char lua[] = "_by_lua_block";
	struct nginx_node *n;
	size_t len;
	int rc;

	if (w->n == 2 && strcmp(w->list[0], "include") == 0 && end == ';') {
		rc = include(r, block, w->list[1]);
		free_words(w);
		return rc;
	}
	n = w->n > 0 ? new_node(r, block, w) : NULL;
	if (n == NULL) {
		free_words(w);
		return -1;
	}
	w->n = 0; /* the node's, now */
	if (end == ';')
		return 0;
	len = strlen(n->words[0]);
	if (len > sizeof(lua) - 1 &&
	    strcmp(n->words[0] + len - (sizeof(lua) - 1), lua) == 0) {
		skip_foreign(r);
		return 0;
	}
	if (r->depth >= NGINX_DEPTH)
		return -1;
	r->depth++;
	rc = read_block(r, n, true);
	r->depth--;
	return rc;
}

/* Reads to the "}" of the block, or to the end of the file. */
static int
read_block(struct reader *r, struct nginx_node *block, bool inner)
{
	struct words w = { .n = 0 };
	int rc = 0;
	char c;

	while (rc == 0) {
		skip_blank(r);
		if (r->p >= r->end) {
			rc = w.n > 0 || inner ? -1 : 0;
			break;
		}
		c = *r->p;
		if (c == '}') {
			r->p++;
			rc = inner && w.n == 0 ? 0 : -1;
			break;
		}
		if (c == ';' || c == '{') {
			r->p++;
			rc = take(r, block, &w, c);
		} else {
			rc = read_word(r, &w);
		}
	}
	free_words(&w);
	return rc;
}

/* Cuts the dump into its files. */
static int
find_files(struct nginx_conf *c, const char *p, const char *end)
{
	const char *at = p, *eol, *colon;

	while (at != NULL && at < end) {
		if ((size_t)(end - at) >= sizeof(marker) - 1 &&
		    memcmp(at, marker, sizeof(marker) - 1) == 0 &&
		    (eol = memchr(at, '\n', (size_t)(end - at))) != NULL &&
		    eol[-1] == ':' && c->n_files < NGINX_FILES) {
			if (c->n_files > 0)
				c->lengths[c->n_files - 1] =
				    (size_t)(at - c->texts[c->n_files - 1]);
			colon = eol - 1;
			at += sizeof(marker) - 1;
			c->names[c->n_files] =
			    strndup(at, (size_t)(colon - at));
			if (c->names[c->n_files] == NULL)
				return -1;
			c->texts[c->n_files] = eol + 1;
			c->lengths[c->n_files] = (size_t)(end - eol - 1);
			c->n_files++;
			at = eol + 1;
			continue;
		}
		at = memchr(at, '\n', (size_t)(end - at));
		if (at != NULL)
			at++;
	}
	return c->n_files > 0 ? 0 : -1;
}

struct nginx_conf *
nginx_conf_read(const char *dump, size_t len)
{
	struct nginx_conf *c = calloc(1, sizeof(*c));
	struct words none = { .n = 0 };
	struct reader r;

	if (c == NULL || find_files(c, dump, dump + len) != 0)
		goto fail;
	r = (struct reader){ c, c->names[0], c->texts[0],
		c->texts[0] + c->lengths[0], 1, 0 };
	c->root = new_node(&r, NULL, &none);
	if (c->root != NULL && read_block(&r, c->root, false) == 0)
		return c;
fail:
	nginx_conf_free(c);
	return NULL;
}

void
nginx_conf_free(struct nginx_conf *c)
{
	if (c == NULL)
		return;
	free_node(c->root);
	while (c->n_files > 0)
		free(c->names[--c->n_files]);
	free(c);
}

const struct nginx_node *
nginx_next(const struct nginx_node *n)
{
	if (n->first != NULL)
		return n->first;
	while (n != NULL && n->next == NULL)
		n = n->up;
	return n != NULL ? n->next : NULL;
}

const char *
nginx_word(const struct nginx_node *n, size_t i)
{
	return n != NULL && i < n->n ? n->words[i] : "";
}

const struct nginx_node *
nginx_here(const struct nginx_node *block, const char *name, const char *value)
{
	const struct nginx_node *n, *found = NULL;

	for (n = block->first; n != NULL; n = n->next)
		if (strcmp(nginx_word(n, 0), name) == 0 &&
		    (value == NULL || strcmp(nginx_word(n, 1), value) == 0))
			found = n;
	return found;
}

const struct nginx_node *
nginx_inherited(const struct nginx_node *block, const char *name)
{
	const struct nginx_node *n = NULL;

	for (; block != NULL && n == NULL; block = block->up)
		n = nginx_here(block, name, NULL);
	return n;
}

struct unit {
	const char *name;
	long long factor;
};

/* A number with a unit, times what that stands for; -1: none, or too large. */
static long long
measure(const char *text, const struct unit *units, size_t n_units)
{
	char *end;
	long long n = strtoll(text, &end, 10);

	if (end == text || n < 0)
		return -1;
	for (size_t i = 0; i < n_units; i++)
		if (strcmp(end, units[i].name) == 0)
			return n <= LLONG_MAX / units[i].factor
			    ? n * units[i].factor
			    : -1;
	return -1;
}

long long
nginx_size(const char *text)
{
	static const struct unit units[] = { { "", 1 }, { "k", 1 << 10 },
		{ "K", 1 << 10 }, { "m", 1 << 20 }, { "M", 1 << 20 },
		{ "g", 1 << 30 }, { "G", 1 << 30 } };

	return measure(text, units, sizeof(units) / sizeof(units[0]));
}

long long
nginx_time(const char *text)
{
	static const struct unit units[] = { { "ms", 1 }, { "s", 1000 },
		{ "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
		{ "", 1000 } };

	return measure(text, units, sizeof(units) / sizeof(units[0]));
}
