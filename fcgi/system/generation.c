/* SPDX-License-Identifier: MIT */
/*
 * What a generation of the worker inherits.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confab/system/generation.h"

static bool
is_open(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags != -1 && fcntl(fd, F_SETFD, flags | FD_CLOEXEC) != -1;
}

/* Reads the form that generation_text() writes; more may follow it. */
static bool
parse(struct generation *g, const char *text)
{
	unsigned number, own, elders;

	if (sscanf(text, "%9u %1u %9u", &number, &own, &elders) != 3 ||
	    number == 0 || number > GENERATION_NUMBER_MAX || own > 1 ||
	    elders > GENERATION_ELDERS_MAX)
		return false;
	g->number = number;
	g->own = own == 1;
	g->listen = GENERATION_FIRST_FD;
	g->master = g->listen + 1;
	g->heirs = g->master + 1;
	g->n_elders = elders;
	for (unsigned i = 0; i < elders; i++)
		g->elders[i] = g->heirs + 1 + (int)i;
	return true;
}

bool
generation_inherit(struct generation *g)
{
	const char *text = getenv(GENERATION_ENV);
	bool good;

	memset(g, 0, sizeof(*g));
	if (text == NULL)
		return false;
	good = parse(g, text);
	(void)unsetenv(GENERATION_ENV);
	for (int fd = GENERATION_FIRST_FD;
	     good && fd <= g->heirs + (int)g->n_elders; fd++)
		good = is_open(fd);
	if (!good)
		memset(g, 0, sizeof(*g));
	return good;
}

void
generation_text(const struct generation *g, char out[GENERATION_TEXT_MAX])
{
	(void)snprintf(out, GENERATION_TEXT_MAX, "%u %d %u", g->number, g->own,
	    g->n_elders);
}

bool
generation_control(const char *runtime_dir, const char *instance, char *out,
    size_t size)
{
	bool named = instance != NULL && instance[0] != '\0';
	int n = snprintf(out, size, "%s/master%s%s.sock", runtime_dir,
	    named ? "-" : "", named ? instance : "");

	return n > 0 && (size_t)n < size;
}

void
generation_close(struct generation *g)
{
	if (g->number == 0)
		return;
	close(g->master);
	close(g->heirs);
	for (unsigned i = 0; i < g->n_elders; i++)
		close(g->elders[i]);
	g->n_elders = 0;
	g->number = 0;
}
