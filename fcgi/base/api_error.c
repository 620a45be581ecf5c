/* SPDX-License-Identifier: MIT */
/*
 * Errors as OpenAI's object.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "confab/base/api_error.h"
#include "confab/base/buf.h"

/* Where a text was cut, no half of a character is left at its end; what is not
 * UTF-8 before it stays. */
static void
drop_half(char *s, size_t len)
{
	size_t back, whole;

	for (back = 1; back <= 4 && back <= len; back++) {
		unsigned char c = (unsigned char)s[len - back];

		if ((c & 0xc0) == 0x80)
			continue;
		whole = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
		if (whole > back)
			s[len - back] = '\0';
		return;
	}
}

int
api_error_set(struct api_error *e, int status, const char *code,
    const char *fmt, ...)
{
	va_list ap;

	memset(e, 0, sizeof(*e));
	e->status = status;
	(void)snprintf(e->code, sizeof(e->code), "%s", code);
	va_start(ap, fmt);
	(void)vsnprintf(e->message, sizeof(e->message), fmt, ap);
	va_end(ap);
	if (strlen(e->message) == sizeof(e->message) - 1)
		drop_half(e->message, sizeof(e->message) - 1);
	return -1;
}

int
api_error_no_memory(struct api_error *e)
{
	return api_error_set(e, 503, "internal_error",
	    "The server is out of memory.");
}

static const char *
type_of(int status)
{
	switch (status) {
	case 401:
		return "authentication_error";
	case 403:
		return "permission_error";
	case 404:
	case 410:
		return "not_found_error";
	case 429:
		return "rate_limit_error";
	default:
		return status < 500 ? "invalid_request_error" : "api_error";
	}
}

int
api_error_json(struct buf *out, const struct api_error *e)
{
	buf_puts(out, "{\"error\":{\"message\":");
	buf_json(out, e->message, strlen(e->message));
	buf_printf(out, ",\"type\":\"%s\",\"code\":", type_of(e->status));
	buf_json(out, e->code, strlen(e->code));
	buf_puts(out, ",\"param\":");
	if (e->param[0] != '\0')
		buf_json(out, e->param, strlen(e->param));
	else
		buf_puts(out, "null");
	buf_puts(out, "}}");
	return buf_ok(out) ? 0 : -1;
}
