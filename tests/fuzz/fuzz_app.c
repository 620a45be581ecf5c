/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as the places that a configuration lets apps of a tool
 * server go to, and as the name of that server in a request. Aborts when the
 * policy of their frame says anything else than these places.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/config/option.h"
#include "confab/tool/app.h"
#include "fuzz.h"

static size_t
count(const char *s, char c)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == c;
	return n;
}

/* Its directives are those of a server without domains; only the second has
 * more words. */
static void
check_policy(const struct config_tool_server *s)
{
	const struct config_tool_server none = { .apps = true };
	struct buf with, without;
	size_t same = 0, head, tail;

	buf_init(&with, TOOL_APP_POLICY_MAX);
	buf_init(&without, TOOL_APP_POLICY_MAX);
	check(tool_app_policy(s, &with) == 0);
	check(tool_app_policy(&none, &without) == 0);
	check(with.len < TOOL_APP_POLICY_MAX);
	check(count(buf_str(&with), ';') == count(buf_str(&without), ';'));
	while (same < without.len && with.data[same] == without.data[same])
		same++;
	head = same;
	tail = without.len - head;
	check(memcmp(with.data + with.len - tail, without.data + head, tail) ==
	    0);
	for (size_t i = 0; i < with.len; i++)
		check(with.data[i] >= ' ' && with.data[i] <= '~' &&
		    with.data[i] != ',');
	buf_free(&with);
	buf_free(&without);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct config_tool_server s = { .apps = true };
	struct config c = { .tool_servers = &s, .n_tool_servers = 1 };
	size_t left = CONFIG_APP_DOMAINS_MAX;
	char *next, *word;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	s.name = text;
	check(tool_app_server(&c, text, "ann", 0) == &s);
	if (text[0] != '\0')
		check(tool_app_server(&c, text + 1, "ann", 0) == NULL);
	for (word = text; word != NULL; word = next) {
		next = strchr(word, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (s.app_domains.n == CONFIG_LIST_MAX ||
		    strlen(word) >= left || !config_is_app_domain(word))
			continue;
		left -= strlen(word) + 1;
		s.app_domains.words[s.app_domains.n++] = word;
	}
	check_policy(&s);
	free(text);
	return 0;
}
