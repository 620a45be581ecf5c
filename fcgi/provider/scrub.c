/* SPDX-License-Identifier: MIT */
/*
 * What providers say goes to people outside, and some of them quote the key or
 * the address that they were asked with. Neither is for a browser.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "confab/config/option.h"

#include "kind.h"

#define SCRUBBED_MAX 8192 /* bytes that are looked at */
#define KEY_MIN 8
#define HOST_MIN 4

static const char hidden[] = "[hidden]";

/* Bytes that a word of a key or a URL may have. */
static bool
is_word_byte(char c)
{
	return c > ' ' && c != '"' && c != '\'' && c != '<' && c != '>' &&
	    c != '`' && c != ',' && c != ')' && c != '}' && c != 0x7f;
}

static bool
starts(const char *s, size_t len, const char *what)
{
	size_t n = strlen(what);

	return n > 0 && n <= len && strncasecmp(s, what, n) == 0;
}

/* The key stands at s; a short one is a placeholder and no secret. */
static bool
is_key(const struct config_provider *p, const char *s, size_t len)
{
	return p->api_key != NULL && strlen(p->api_key) >= KEY_MIN &&
	    starts(s, len, p->api_key);
}

/* True for a word of n bytes that is, or shows a part of, something private;
 * `left` bytes are left from its start. */
static bool
is_private(const struct config_provider *p, const char *host, const char *s,
    size_t n, size_t left)
{
	size_t i;

	if (starts(s, n, "sk-") || starts(s, n, "gsk_"))
		return true;
	for (i = 0; i < n; i++) {
		if (is_key(p, s + i, left - i) ||
		    (strlen(host) >= HOST_MIN && starts(s + i, n - i, host)) ||
		    starts(s + i, n - i, "://"))
			return true;
	}
	return false;
}

static size_t
word_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_word_byte(s[n]))
		n++;
	return n;
}

void
provider_scrub(const struct config_provider *p, const char *s, size_t len,
    struct buf *out)
{
	char host[256] = "";
	size_t i = 0, n;

	if (p->base_url != NULL)
		config_url_host(p->base_url, host, sizeof(host));
	if (len > SCRUBBED_MAX)
		len = SCRUBBED_MAX;
	while (i < len && out->len < out->max && buf_ok(out)) {
		n = word_length(s + i, len - i);
		if (n == 0) {
			/* Between words; a control character is a blank. */
			unsigned char c = (unsigned char)s[i++];

			buf_putc(out, c < 0x20 || c == 0x7f ? ' ' : (char)c);
			continue;
		}
		if (is_private(p, host, s + i, n, len - i)) {
			buf_puts(out, hidden);
			if (is_key(p, s + i, len - i) && strlen(p->api_key) > n)
				n = strlen(p->api_key);
		} else {
			buf_append(out, s + i,
			    n < out->max - out->len ? n : out->max - out->len);
		}
		i += n;
	}
}
