/* SPDX-License-Identifier: MIT */
/*
 * What providers say goes to people outside, and some of them quote the key or
 * the address that they were asked with. Neither is for a browser; the address
 * of a public page, such as one that helps, is.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "confab/config/option.h"

#include "kind.h"

#define SCRUBBED_MAX 8192 /* bytes that are looked at */
#define KEY_PART 8	  /* bytes of a key that tell it */
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
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

static bool
starts(const char *s, size_t len, const char *what)
{
	size_t n = strlen(what);

	return n > 0 && n <= len && strncasecmp(s, what, n) == 0;
}

static bool
contains(const char *s, size_t len, const char *what)
{
	for (; len > 0; s++, len--) {
		if (starts(s, len, what))
			return true;
	}
	return false;
}

/*
 * The length of the whole key at s, or 0. A short one is one only where it
 * stands alone: as a part of words it would be found in any text.
 */
static size_t
key_at(const char *key, const char *s, size_t left, bool at_start)
{
	size_t n = strlen(key);

	if (!starts(s, left, key))
		return 0;
	if (n < KEY_PART && (!at_start || (n < left && is_alnum(s[n]))))
		return 0;
	return n;
}

/* True when a word shows the beginning or the end of the key. */
static bool
shows_part(const char *key, const char *s, size_t n)
{
	char part[KEY_PART + 1] = "";
	size_t len = strlen(key);

	if (len < KEY_PART)
		return false;
	memcpy(part, key, KEY_PART);
	if (contains(s, n, part))
		return true;
	memcpy(part, key + len - KEY_PART, KEY_PART);
	return contains(s, n, part);
}

/* ---- Addresses ---- */

/* A name that the whole world can look up: its last label is a word, and not
 * one of those for networks of one's own. */
static bool
is_public_host(const char *s, size_t n)
{
	static const char *const own[] = { "local", "localhost", "internal",
		"lan", "home", "corp", "intranet", "private", "test",
		"localdomain", "cluster", "svc", "arpa" };
	size_t i, at = n;

	while (at > 0 && s[at - 1] != '.')
		at--;
	if (at == 0 || n - at < 2)
		return false;
	for (i = at; i < n; i++) {
		if (!is_alnum(s[i]) || (s[i] >= '0' && s[i] <= '9'))
			return false;
	}
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (n - at == strlen(own[i]) &&
		    strncasecmp(s + at, own[i], n - at) == 0)
			return false;
	}
	return true;
}

/* True when a word has an address in it that is not for everybody. */
static bool
is_private_url(const char *s, size_t n)
{
	const char *at = memmem(s, n, "://", 3), *end = s + n, *host;

	if (at == NULL)
		return false;
	host = at + 3;
	for (at = host; at < end && strchr("/?#:", *at) == NULL; at++) {
		if (*at == '@')
			return true;
	}
	if (at < end && *at == ':')
		return true;
	/* What follows a question mark may be a key. */
	return !is_public_host(host, (size_t)(at - host)) ||
	    memchr(at, '?', (size_t)(end - at)) != NULL;
}

/* A word that is, or shows a part of, something private. */
static bool
is_private(const struct config_provider *p, const char *host, const char *s,
    size_t n)
{
	static const char *const prefixes[] = { "sk-", "gsk_", "sk_", "xai-",
		"AIza", "pplx-", "hf_", "nvapi-", "r8_" };
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (starts(s, n, prefixes[i]) && n > strlen(prefixes[i]) + 3)
			return true;
	}
	if (p->api_key != NULL && shows_part(p->api_key, s, n))
		return true;
	/* Part of a key whose middle is not shown. */
	if (memmem(s, n, "***", 3) != NULL)
		return true;
	if (strlen(host) >= HOST_MIN && contains(s, n, host))
		return true;
	return is_private_url(s, n);
}

static size_t
word_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_word_byte(s[n]))
		n++;
	return n;
}

/* The whole key somewhere in the word at s; its offset, or `n`. *len becomes
 * the key's length. */
static size_t
find_key(const struct config_provider *p, const char *s, size_t n, size_t left,
    size_t *len)
{
	size_t i;

	for (i = 0; p->api_key != NULL && i < n; i++) {
		*len = key_at(p->api_key, s + i, left - i,
		    i == 0 || !is_alnum(s[i - 1]));
		if (*len > 0)
			return i;
	}
	*len = 0;
	return n;
}

static void
put(struct buf *out, const char *s, size_t n)
{
	buf_append(out, s, n < out->max - out->len ? n : out->max - out->len);
}

void
provider_scrub(const struct config_provider *p, const char *s, size_t len,
    struct buf *out)
{
	char host[256] = "";
	size_t i = 0, n, at, key;

	if (p->base_url != NULL)
		config_url_host(p->base_url, host, sizeof(host));
	if (len > SCRUBBED_MAX)
		len = SCRUBBED_MAX;
	while (i < len && out->len < out->max && buf_ok(out)) {
		n = word_length(s + i, len - i);
		at = find_key(p, s + i, n > 0 ? n : 1, len - i, &key);
		if (key > 0) {
			/* The word goes, and the key though it be longer. */
			put(out, hidden, sizeof(hidden) - 1);
			i += at + key > n ? at + key : n;
		} else if (n == 0) {
			/* Between words; a control character is a blank. */
			unsigned char c = (unsigned char)s[i++];

			buf_putc(out, c < 0x20 || c == 0x7f ? ' ' : (char)c);
		} else {
			if (is_private(p, host, s + i, n))
				put(out, hidden, sizeof(hidden) - 1);
			else
				put(out, s + i, n);
			i += n;
		}
	}
}
