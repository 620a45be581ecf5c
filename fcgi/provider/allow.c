/* SPDX-License-Identifier: MIT */
/*
 * Which members of a request reach a provider. What chooses models, keeps data
 * or changes the price is the administrator's to allow; so is what nobody knows.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kind.h"

static bool
is_any(const char *name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (strcmp(name, *names) == 0)
			return true;
	}
	return false;
}

/* Names what was left out. The name comes from outside, and goes into a
 * header. */
void
provider_ignore(struct provider_request *out, const char *name)
{
	if (name[strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-.")] != '\0' ||
	    !buf_fits(&out->ignored, strlen(name) + 2))
		return;
	if (out->ignored.len > 0)
		buf_puts(&out->ignored, ", ");
	buf_puts(&out->ignored, name);
}

bool
provider_allows(const struct config_provider *p, const char *const *safe,
    const char *name, struct provider_request *out)
{
	size_t i;

	if (is_any(name, safe))
		return true;
	for (i = 0; i < p->allow.n; i++) {
		if (strcmp(p->allow.words[i], name) == 0)
			return true;
	}
	provider_ignore(out, name);
	return false;
}

/* The length of a tool's type without the date of its version. */
static size_t
undated(const char *type)
{
	size_t n = strlen(type), digits;

	for (digits = 0; digits < n && type[n - digits - 1] >= '0' &&
	     type[n - digits - 1] <= '9';
	     digits++)
		;
	return digits == 8 && n > 9 && type[n - 9] == '_' ? n - 9 : n;
}

bool
provider_allows_tool(const struct config_provider *p, struct json_object *tool,
    struct provider_request *out)
{
	const char *type = json_str(tool, "type", NULL), *word;
	char name[64];
	size_t i;

	/* Anthropic's form of a tool that the client runs may have no type. */
	if (type == NULL || strcmp(type, "function") == 0 ||
	    strcmp(type, "custom") == 0)
		return true;
	for (i = 0; i < p->allow.n; i++) {
		word = p->allow.words[i];
		if (strcmp(word, type) == 0 ||
		    (strlen(word) == undated(type) &&
			strncmp(word, type, strlen(word)) == 0))
			return true;
	}
	(void)snprintf(name, sizeof(name), "tools.%s", type);
	provider_ignore(out, name);
	return false;
}
