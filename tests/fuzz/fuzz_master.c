/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as what a master, of whatever version, left for the program
 * that it became, and as what a worker finds of its master in its environment.
 * Aborts when what was read does not come back from being written.
 */
#include "config.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confab/system/generation.h"
#include "fuzz.h"
#include "master/state.h"

static void
check_master(const char *text)
{
	static struct state one, two;
	static char out[STATE_TEXT_MAX], again[STATE_TEXT_MAX];

	if (state_read(&one, text) != 0)
		return;
	check(one.listen >= 0 && one.control >= -1);
	check(state_write(&one, out, sizeof(out)) == 0);
	check(state_read(&two, out) == 0);
	check(state_write(&two, again, sizeof(again)) == 0);
	check(strcmp(out, again) == 0);
	check(one.last == two.last && one.own == two.own);
	check(strcmp(one.socket, two.socket) == 0);
	check(memcmp(one.children, two.children, sizeof(one.children)) == 0);
}

static void
check_worker(const char *text)
{
	char out[GENERATION_TEXT_MAX], again[GENERATION_TEXT_MAX];
	struct generation g;

	check(setenv(GENERATION_ENV, text, 1) == 0);
	if (!generation_inherit(&g)) {
		check(g.number == 0);
		return;
	}
	check(getenv(GENERATION_ENV) == NULL);
	check(g.number > 0 && g.n_elders <= GENERATION_ELDERS_MAX);
	generation_text(&g, out);
	check(setenv(GENERATION_ENV, out, 1) == 0);
	check(generation_inherit(&g));
	generation_text(&g, again);
	check(strcmp(out, again) == 0);
}

/* What a worker looks for: all that it may inherit. */
static void
open_all(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	check(null >= 0);
	for (int fd = GENERATION_FIRST_FD;
	     fd < GENERATION_FIRST_FD + 3 + GENERATION_ELDERS_MAX; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			check(dup2(null, fd) == fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool opened;
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (!opened)
		open_all();
	opened = true;
	memcpy(text, data, size);
	text[size] = '\0';
	check_master(text);
	check_worker(text);
	free(text);
	return 0;
}
