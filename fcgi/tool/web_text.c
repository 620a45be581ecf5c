/* SPDX-License-Identifier: MIT */
/* Text of a page, as it is put together: blanks, lines, references. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "confab/base/utf8.h"

#include "web_page.h"

#define REFERENCE_MAX 12 /* bytes of one that is known */

static void
put(struct web_text *t, const char *s, size_t len)
{
	size_t room = WEB_TEXT_MAX - t->out->len;

	if (len > room) {
		t->full = true;
		len = utf8_valid_prefix(s, room);
	}
	buf_append(t->out, s, len);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* What is due before the next letter. */
static void
put_due(struct web_text *t)
{
	if (t->out->len > 0 && t->gap > 0)
		put(t, "\n\n", t->gap < 2 ? 1 : 2);
	else if (t->out->len > 0 && t->blank)
		put(t, " ", 1);
	t->gap = 0;
	t->blank = false;
}

void
web_text_append(struct web_text *t, const char *s, size_t len)
{
	size_t i, from;

	for (i = 0; i < len && !t->full;) {
		if (is_blank(s[i]) && !(t->pre && s[i] != '\r')) {
			t->blank = true;
			i++;
			continue;
		}
		if ((unsigned char)s[i] < 0x20 && !is_blank(s[i])) {
			i++; /* a control character has no look */
			continue;
		}
		from = i;
		while (i < len && ((unsigned char)s[i] >= 0x20 || t->pre) &&
		    (t->pre ? s[i] != '\r' &&
				((unsigned char)s[i] >= 0x20 || is_blank(s[i]))
			    : !is_blank(s[i])))
			i++;
		put_due(t);
		put(t, s + from, i - from);
	}
}

void
web_text_gap(struct web_text *t, unsigned lines)
{
	t->blank = false;
	if (t->gap < lines)
		t->gap = lines;
}

/* ---- Character references -----------------------------------------------------*/

static size_t
put_code(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* &#N; and &#xN; */
static size_t
numeric(const char *s, size_t len, uint32_t *c)
{
	bool hex = len > 2 && (s[2] == 'x' || s[2] == 'X');
	size_t i = hex ? 3 : 2, from = i;
	uint32_t n = 0;

	for (; i < len && i - from < REFERENCE_MAX; i++) {
		unsigned digit;

		if (s[i] >= '0' && s[i] <= '9')
			digit = (unsigned)(s[i] - '0');
		else if (hex && (s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f')
			digit = (unsigned)((s[i] | 0x20) - 'a') + 10;
		else
			break;
		n = n > 0x110000 ? n : n * (hex ? 16 : 10) + digit;
	}
	if (i == from)
		return 0;
	if (n == 0 || n > 0x10ffff || (n >= 0xd800 && n < 0xe000))
		n = 0xfffd;
	if (n < 0x20 || (n >= 0x7f && n < 0xa0))
		n = ' ';
	*c = n;
	return i < len && s[i] == ';' ? i + 1 : i;
}

/* The names that texts have; a rarer one stays as it is written. */
static const struct {
	char name[8];
	uint16_t code;
} names[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' },
	{ "apos", '\'' }, { "nbsp", ' ' }, { "shy", 0xad }, { "copy", 0xa9 },
	{ "reg", 0xae }, { "trade", 0x2122 }, { "deg", 0xb0 }, { "sect", 0xa7 },
	{ "para", 0xb6 }, { "middot", 0xb7 }, { "bull", 0x2022 },
	{ "hellip", 0x2026 }, { "ndash", 0x2013 }, { "mdash", 0x2014 },
	{ "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "ldquo", 0x201c },
	{ "rdquo", 0x201d }, { "sbquo", 0x201a }, { "bdquo", 0x201e },
	{ "laquo", 0xab }, { "raquo", 0xbb }, { "lsaquo", 0x2039 },
	{ "rsaquo", 0x203a }, { "euro", 0x20ac }, { "pound", 0xa3 },
	{ "yen", 0xa5 }, { "cent", 0xa2 }, { "times", 0xd7 },
	{ "divide", 0xf7 }, { "plusmn", 0xb1 }, { "minus", 0x2212 },
	{ "le", 0x2264 }, { "ge", 0x2265 }, { "ne", 0x2260 },
	{ "rarr", 0x2192 }, { "larr", 0x2190 }, { "auml", 0xe4 },
	{ "ouml", 0xf6 }, { "uuml", 0xfc }, { "Auml", 0xc4 }, { "Ouml", 0xd6 },
	{ "Uuml", 0xdc }, { "szlig", 0xdf }, { "eacute", 0xe9 },
	{ "egrave", 0xe8 }, { "ecirc", 0xea }, { "agrave", 0xe0 },
	{ "aacute", 0xe1 }, { "acirc", 0xe2 }, { "ccedil", 0xe7 },
	{ "ntilde", 0xf1 }, { "oacute", 0xf3 }, { "iacute", 0xed },
	{ "uacute", 0xfa }, { "ocirc", 0xf4 }, { "icirc", 0xee },
	{ "aring", 0xe5 }, { "aelig", 0xe6 }, { "oslash", 0xf8 },
	{ "ensp", ' ' }, { "emsp", ' ' }, { "thinsp", ' ' }, { "zwnj", 0x200c },
	{ "zwj", 0x200d } };

size_t
web_reference(const char *s, size_t len, char out[4], size_t *out_len)
{
	size_t i, n;
	uint32_t c;

	if (len < 3 || s[0] != '&')
		return 0;
	if (s[1] == '#') {
		n = numeric(s, len, &c);
		*out_len = n > 0 ? put_code(c, out) : 0;
		return n;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i].name);
		if (n + 2 <= len && s[n + 1] == ';' &&
		    memcmp(s + 1, names[i].name, n) == 0) {
			*out_len = put_code(names[i].code, out);
			return n + 2;
		}
	}
	return 0;
}
