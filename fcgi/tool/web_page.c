/* SPDX-License-Identifier: MIT */
/* A page of the web as text. */
#include "config.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "confab/base/utf8.h"

#include "web_page.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NAME_MAX_LEN 16	  /* bytes of an element's name that is known */
#define CHARSET_SEEN 1024 /* bytes of a page that are looked through for one */

/* ---- What it is -------------------------------------------------------------*/

/* The media type alone. */
static bool
is_type(const char *type, const char *want)
{
	size_t n = strlen(want);

	return strncasecmp(type, want, n) == 0 &&
	    (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static bool
ends(const char *type, const char *tail)
{
	size_t n = strcspn(type, "; "), k = strlen(tail);

	return n > k && strncasecmp(type + n - k, tail, k) == 0;
}

enum web_kind
web_page_kind(const char *type)
{
	if (type == NULL || is_type(type, "text/html") ||
	    is_type(type, "application/xhtml+xml"))
		return WEB_HTML;
	if (strncasecmp(type, "text/", 5) == 0 ||
	    is_type(type, "application/json") ||
	    is_type(type, "application/xml") || ends(type, "+json") ||
	    ends(type, "+xml"))
		return WEB_PLAIN;
	return WEB_NO_TEXT;
}

static enum web_charset
charset_named(const char *s, size_t len)
{
	static const char *const latin[] = { "iso-8859-1", "latin1",
		"windows-1252", "cp1252", "us-ascii", "ascii" };
	size_t i, n;

	while (len > 0 && strchr("\"' \t", *s) != NULL) {
		s++;
		len--;
	}
	for (n = 0; n < len && strchr("\"' ;>/\t\r\n", s[n]) == NULL; n++)
		;
	if ((n == 5 && strncasecmp(s, "utf-8", 5) == 0) ||
	    (n == 4 && strncasecmp(s, "utf8", 4) == 0))
		return WEB_UTF8;
	for (i = 0; i < COUNT(latin); i++)
		if (n == strlen(latin[i]) && strncasecmp(s, latin[i], n) == 0)
			return WEB_LATIN1;
	return WEB_UNKNOWN;
}

static const char *
find(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; i + n <= len; i++)
		if (strncasecmp(s + i, word, n) == 0)
			return s + i + n;
	return NULL;
}

enum web_charset
web_page_charset(const char *type, const char *s, size_t len)
{
	const char *at;

	if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		return WEB_UTF8;
	at = type != NULL ? find(type, strlen(type), "charset=") : NULL;
	if (at != NULL)
		return charset_named(at, strlen(at));
	if (len > CHARSET_SEEN)
		len = CHARSET_SEEN;
	at = find(s, len, "charset=");
	if (at != NULL)
		return charset_named(at, (size_t)(s + len - at));
	return WEB_UTF8;
}

/* ---- Marks ------------------------------------------------------------------*/

/* What an element does to the text around it. */
struct element {
	char name[NAME_MAX_LEN];
	unsigned gap; /* ends of lines before and after it */
	bool hidden;  /* what is within it is no text of the page */
	bool raw;     /* and what looks like marks there is none */
	bool pre;
};

static const struct element elements[] = { { "script", 0, true, true, false },
	{ "style", 0, true, true, false }, { "template", 0, true, true, false },
	{ "noscript", 0, true, true, false }, { "svg", 0, true, true, false },
	{ "iframe", 0, true, true, false },
	{ "textarea", 0, true, true, false },
	{ "select", 0, true, true, false }, { "title", 2, false, true, false },
	{ "pre", 2, false, false, true }, { "p", 2, false, false, false },
	{ "h1", 2, false, false, false }, { "h2", 2, false, false, false },
	{ "h3", 2, false, false, false }, { "h4", 2, false, false, false },
	{ "h5", 2, false, false, false }, { "h6", 2, false, false, false },
	{ "article", 2, false, false, false },
	{ "section", 2, false, false, false },
	{ "blockquote", 2, false, false, false },
	{ "table", 2, false, false, false }, { "ul", 1, false, false, false },
	{ "ol", 1, false, false, false }, { "dl", 1, false, false, false },
	{ "li", 1, false, false, false }, { "dt", 1, false, false, false },
	{ "dd", 1, false, false, false }, { "tr", 1, false, false, false },
	{ "div", 1, false, false, false }, { "br", 1, false, false, false },
	{ "hr", 2, false, false, false }, { "header", 1, false, false, false },
	{ "footer", 1, false, false, false }, { "nav", 1, false, false, false },
	{ "main", 1, false, false, false }, { "aside", 1, false, false, false },
	{ "figcaption", 1, false, false, false },
	{ "form", 1, false, false, false } };

static const struct element *
element_named(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < COUNT(elements); i++)
		if (strlen(elements[i].name) == len &&
		    strncasecmp(elements[i].name, s, len) == 0)
			return &elements[i];
	return NULL;
}

static bool
is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Behind a tag that begins at s[i] with '<'. Attributes in quotes may have a
 * '>' (13.2.5.32 to .40). */
static size_t
skip_tag(const char *s, size_t len, size_t i)
{
	char quote = '\0', before = '\0';

	for (i++; i < len; i++) {
		if (quote != '\0') {
			if (s[i] == quote)
				quote = '\0';
		} else if ((s[i] == '"' || s[i] == '\'') && before == '=') {
			quote = s[i];
		} else if (s[i] == '>') {
			return i + 1;
		}
		if (s[i] != ' ' && s[i] != '\n' && s[i] != '\t')
			before = s[i];
	}
	return len;
}

/* Behind what is no text: comments, declarations (13.2.5.41 and on). */
static size_t
skip_odd(const char *s, size_t len, size_t i)
{
	const char *end;

	if (len - i >= 4 && memcmp(s + i, "<!--", 4) == 0) {
		/* "<!-->" is a whole one. */
		end = memmem(s + i + 2, len - i - 2, "-->", 3);
		return end != NULL ? (size_t)(end - s) + 3 : len;
	}
	end = memchr(s + i, '>', len - i);
	return end != NULL ? (size_t)(end - s) + 1 : len;
}

/* Where the end tag of a raw element begins, or the end. */
static size_t
find_end(const char *s, size_t len, size_t i, const char *name)
{
	size_t n = strlen(name);
	const char *at;

	while (i < len && (at = memchr(s + i, '<', len - i)) != NULL) {
		i = (size_t)(at - s);
		if (len - i >= n + 2 && s[i + 1] == '/' &&
		    strncasecmp(s + i + 2, name, n) == 0 &&
		    (len - i == n + 2 || !is_letter(s[i + 2 + n])))
			return i;
		i++;
	}
	return len;
}

/* Text with references in it. */
static void
put_text(struct web_text *t, const char *s, size_t len)
{
	char letter[4];
	const char *at;
	size_t n, out;

	while (len > 0 && !t->full) {
		at = memchr(s, '&', len);
		n = at != NULL ? (size_t)(at - s) : len;
		web_text_append(t, s, n);
		s += n;
		len -= n;
		if (len == 0)
			return;
		n = web_reference(s, len, letter, &out);
		if (n == 0)
			web_text_append(t, s, n = 1);
		else
			web_text_append(t, letter, out);
		s += n;
		len -= n;
	}
}

/* A tag at s[i]; returns where the text goes on. */
static size_t
take_tag(struct web_text *t, const char *s, size_t len, size_t i)
{
	bool closes = i + 1 < len && s[i + 1] == '/';
	size_t from = i + 1 + closes, n = 0, end, next = skip_tag(s, len, i);
	const struct element *e;

	while (from + n < len &&
	    (is_letter(s[from + n]) ||
		(s[from + n] >= '0' && s[from + n] <= '9')))
		n++;
	e = element_named(s + from, n);
	if (e == NULL) {
		/* Cells of a row stand apart. */
		if (n == 2 &&
		    (strncasecmp(s + from, "td", 2) == 0 ||
			strncasecmp(s + from, "th", 2) == 0))
			t->blank = true;
		return next;
	}
	web_text_gap(t, e->gap);
	if (e->pre)
		t->pre = !closes;
	if (!e->raw || closes)
		return next;
	end = find_end(s, len, next, e->name);
	if (!e->hidden)
		put_text(t, s + next, end - next);
	return end;
}

static void
put_html(struct web_text *t, const char *s, size_t len)
{
	const char *at;
	size_t i = 0, n;

	while (i < len && !t->full) {
		at = memchr(s + i, '<', len - i);
		n = at != NULL ? (size_t)(at - s) : len;
		put_text(t, s + i, n - i);
		i = n;
		if (i >= len)
			break;
		if (i + 1 < len && (s[i + 1] == '!' || s[i + 1] == '?'))
			i = skip_odd(s, len, i);
		else if (i + 1 < len &&
		    (is_letter(s[i + 1]) ||
			(s[i + 1] == '/' && i + 2 < len &&
			    is_letter(s[i + 2]))))
			i = take_tag(t, s, len, i);
		else
			web_text_append(t, s + i++, 1);
	}
}

/* Windows-1252, which the web means by Latin-1 (WHATWG Encoding). */
static int
from_latin(struct buf *out, const char *s, size_t len)
{
	static const uint16_t high[32] = { 0x20ac, 0xfffd, 0x201a, 0x0192,
		0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
		0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c,
		0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
		0x0153, 0xfffd, 0x017e, 0x0178 };
	size_t i;
	unsigned c;

	for (i = 0; i < len; i++) {
		c = (unsigned char)s[i];
		if (c >= 0x80 && c < 0xa0)
			c = high[c - 0x80];
		if (c < 0x80) {
			buf_putc(out, (char)c);
		} else if (c < 0x800) {
			buf_putc(out, (char)(0xc0 | c >> 6));
			buf_putc(out, (char)(0x80 | (c & 0x3f)));
		} else {
			buf_putc(out, (char)(0xe0 | c >> 12));
			buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
			buf_putc(out, (char)(0x80 | (c & 0x3f)));
		}
	}
	return buf_ok(out) ? 0 : -1;
}

int
web_page_text(enum web_kind kind, enum web_charset charset, const char *s,
    size_t len, struct buf *out, bool *cut)
{
	struct web_text t = { out, kind == WEB_PLAIN, false, 0, false };
	struct buf text;
	int rc;

	/* A character of one byte becomes at most three. */
	buf_init(&text, 3 * len + 16);
	rc = charset == WEB_LATIN1 ? from_latin(&text, s, len)
				   : buf_utf8(&text, s, len);
	if (rc == 0 && kind == WEB_HTML)
		put_html(&t, buf_str(&text), text.len);
	else if (rc == 0)
		web_text_append(&t, buf_str(&text), text.len);
	/* Cut within a stretch of text: at a character. */
	*cut = t.full;
	buf_free(&text);
	return rc == 0 && buf_ok(out) ? 0 : -1;
}
