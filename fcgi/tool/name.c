/* SPDX-License-Identifier: MIT */
/* The names of tools, and whose they are. */
#include "config.h"

#include <fnmatch.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/encode.h"

#include "name.h"

#define DIGEST_BYTES 4 /* of a name that does not fit */
#define DIGEST_CHARS (2 * DIGEST_BYTES)

_Static_assert(CONFIG_TOOL_SERVER_NAME_MAX + 2 + 1 + 1 + DIGEST_CHARS <=
	TOOL_NAME_MAX,
    "every server leaves its tools a letter and a digest");

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Copies what fits, and '_' for each character that does not. */
static size_t
copy_plain(char *out, size_t room, const char *s, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len && n < room; i++) {
		if (((unsigned char)s[i] & 0xc0) == 0x80)
			continue; /* the rest of a character */
		out[n++] = is_plain(s[i]) ? s[i] : '_';
	}
	return n;
}

int
tool_name(char out[TOOL_NAME_MAX + 1], const char *server, const char *tool,
    size_t len)
{
	unsigned char sum[CRYPTO_SHA256_LEN];
	size_t i, n = strlen(server), room;
	bool plain = len > 0;

	memcpy(out, server, n);
	memcpy(out + n, "__", 2);
	n += 2;
	for (i = 0; i < len && plain; i++)
		plain = is_plain(tool[i]);
	if (plain && n + len <= TOOL_NAME_MAX) {
		memcpy(out + n, tool, len);
		out[n + len] = '\0';
		return 0;
	}
	if (crypto_sha256(sum, tool, len) == -1)
		return -1;
	room = TOOL_NAME_MAX - n - 1 - DIGEST_CHARS;
	n += copy_plain(out + n, room, tool, len);
	out[n++] = '_';
	encode_hex(out + n, sum, DIGEST_BYTES);
	return 0;
}

static bool
matches(const struct config_list *patterns, const char *name)
{
	size_t i;

	for (i = 0; i < patterns->n; i++)
		if (fnmatch(patterns->words[i], name, 0) == 0)
			return true;
	return false;
}

bool
tool_name_allowed(const struct config_tool_server *c, const char *tool)
{
	return (c->allow.n == 0 || matches(&c->allow, tool)) &&
	    !matches(&c->deny, tool);
}

bool
tool_server_is_for(const struct config_tool_server *c, const char *user,
    config_group_set groups)
{
	size_t i;

	if (!config_is_for(c->group_set, groups))
		return false;
	for (i = 0; i < c->users.n; i++)
		if (strcmp(c->users.words[i], user) == 0)
			return true;
	return c->users.n == 0;
}
