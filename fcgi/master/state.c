/* SPDX-License-Identifier: MIT */
/*
 * What a master is, as a text.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "state.h"

#define LINE_MAX_ (PATH_MAX + 32)

struct writer {
	char *out;
	size_t size, len;
	bool full;
};

static void put(struct writer *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(struct writer *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(w->out + w->len, w->size - w->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= w->size - w->len)
		w->full = true;
	else
		w->len += (size_t)n;
}

int
state_write(const struct state *s, char *out, size_t size)
{
	struct writer w = { out, size, 0, false };
	const struct child *c;

	put(&w, "listen %d %d\n", s->listen, s->own);
	put(&w, "control %d\n", s->control);
	put(&w, "last %u\n", s->last);
	put(&w, "syslog %d\n", s->syslog);
	put(&w, "socket %s\n", s->socket);
	put(&w, "path %s\n", s->control_path);
	for (c = s->children; c < s->children + STATE_CHILDREN_MAX; c++)
		if (c->phase == CHILD_SERVING || c->phase == CHILD_RETIRED)
			put(&w, "child %u %ld %d %d %d\n", c->number,
			    (long)c->pid, c->told, c->ask,
			    c->phase == CHILD_SERVING);
	return w.full ? -1 : 0;
}

static bool
read_child(struct state *s, const char *line)
{
	struct child *c = s->children;
	unsigned number;
	int told, ask, serving;
	long pid;

	if (sscanf(line, "%9u %18ld %9d %9d %1d", &number, &pid, &told, &ask,
		&serving) != 5 ||
	    number == 0 || number > GENERATION_NUMBER_MAX || pid <= 1 ||
	    pid > INT_MAX || told < 0 || ask < 0)
		return false;
	while (c->phase != CHILD_NONE)
		if (++c == s->children + STATE_CHILDREN_MAX)
			return false;
	c->phase = serving ? CHILD_SERVING : CHILD_RETIRED;
	c->number = number;
	c->pid = (pid_t)pid;
	c->told = told;
	c->ask = ask;
	return true;
}

static bool
read_line(struct state *s, const char *word, const char *rest)
{
	int on;

	if (strcmp(word, "listen") == 0) {
		if (sscanf(rest, "%9d %1d", &s->listen, &on) != 2)
			return false;
		s->own = on != 0;
		return s->listen >= 0;
	}
	if (strcmp(word, "control") == 0)
		return sscanf(rest, "%9d", &s->control) == 1 &&
		    s->control >= -1;
	if (strcmp(word, "last") == 0)
		return sscanf(rest, "%9u", &s->last) == 1 &&
		    s->last <= GENERATION_NUMBER_MAX;
	if (strcmp(word, "syslog") == 0) {
		if (sscanf(rest, "%1d", &on) != 1)
			return false;
		s->syslog = on != 0;
		return true;
	}
	if (strcmp(word, "socket") == 0)
		(void)snprintf(s->socket, sizeof(s->socket), "%s", rest);
	else if (strcmp(word, "path") == 0)
		(void)snprintf(s->control_path, sizeof(s->control_path), "%s",
		    rest);
	else if (strcmp(word, "child") == 0)
		return read_child(s, rest);
	return true;
}

int
state_read(struct state *s, const char *text)
{
	char line[LINE_MAX_], *rest;
	size_t n;

	memset(s, 0, sizeof(*s));
	s->listen = -1;
	s->control = -1;
	while (*text != '\0') {
		n = strcspn(text, "\n");
		if (n >= sizeof(line))
			return -1;
		memcpy(line, text, n);
		line[n] = '\0';
		text += n + (text[n] == '\n');
		rest = strchr(line, ' ');
		if (rest == NULL)
			return -1;
		*rest++ = '\0';
		if (!read_line(s, line, rest))
			return -1;
	}
	return s->listen >= 0 ? 0 : -1;
}
