/* SPDX-License-Identifier: MIT */
/*
 * Which members of a request reach a provider. What chooses models, keeps data
 * or changes the price is the administrator's to allow; so is what nobody knows.
 */
#include "config.h"

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
	/* The name comes from outside, and goes into a header. */
	if (name[strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-.")] == '\0' &&
	    buf_fits(&out->ignored, strlen(name) + 2)) {
		if (out->ignored.len > 0)
			buf_puts(&out->ignored, ", ");
		buf_puts(&out->ignored, name);
	}
	return false;
}
