/* SPDX-License-Identifier: MIT */
/* Names that another system gives: which are plain, and who is the same. */
#include "config.h"

#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "confab/base/codepoint.h"
#include "confab/identity/name.h"

struct range {
	uint32_t first;
	uint32_t last;
};

/*
 * What a directory may take for other characters than these: combining marks
 * of Latin, Greek and Cyrillic, which have composed letters, and the
 * compatibility forms (letterlike, enclosed, mathematical, ligatures, half and
 * full width).
 */
static const struct range odd[] = {
	{ 0x017F, 0x017F },
	{ 0x0300, 0x036F },
	{ 0x1AB0, 0x1AFF },
	{ 0x1DC0, 0x1DFF },
	{ 0x2000, 0x200F },
	{ 0x2070, 0x209F },
	{ 0x20D0, 0x214F },
	{ 0x2460, 0x24FF },
	{ 0x3000, 0x3000 },
	{ 0x3200, 0x33FF },
	{ 0xF900, 0xFB06 },
	{ 0xFE00, 0xFE2F },
	{ 0xFF00, 0xFFEF },
	{ 0x1D400, 0x1D7FF },
	{ 0x1F100, 0x1F1FF },
	{ 0x2F800, 0x2FA1F },
	{ 0xE0000, 0xE01EF },
};

static bool
is_odd(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (cp >= odd[i].first && cp <= odd[i].last)
			return true;
	return codepoint_is_hidden(cp);
}

bool
name_is_plain(const char *name, size_t len)
{
	bool space = false;
	uint32_t cp;

	for (size_t n; len > 0; name += n, len -= n) {
		n = codepoint_next(name, len, &cp);
		if (cp == CODEPOINT_INVALID || is_odd(cp) ||
		    (cp == ' ' && space) ||
		    (cp != ' ' && codepoint_is_space(cp)))
			return false;
		space = cp == ' ';
	}
	return true;
}

/* Appends a code point of at most four bytes. */
static size_t
put(char *out, uint32_t cp)
{
	unsigned char *p = (unsigned char *)out;

	if (cp < 0x80) {
		p[0] = (unsigned char)cp;
		return 1;
	}
	if (cp < 0x800) {
		p[0] = (unsigned char)(0xc0 | cp >> 6);
		p[1] = (unsigned char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		p[0] = (unsigned char)(0xe0 | cp >> 12);
		p[1] = (unsigned char)(0x80 | (cp >> 6 & 0x3f));
		p[2] = (unsigned char)(0x80 | (cp & 0x3f));
		return 3;
	}
	p[0] = (unsigned char)(0xf0 | cp >> 18);
	p[1] = (unsigned char)(0x80 | (cp >> 12 & 0x3f));
	p[2] = (unsigned char)(0x80 | (cp >> 6 & 0x3f));
	p[3] = (unsigned char)(0x80 | (cp & 0x3f));
	return 4;
}

/* Without case. */
static uint32_t
fold(locale_t *utf8, uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp + ('a' - 'A') : cp;
	/* The dotted capital I is nobody's capital without a language, and the
	 * sigma has two small letters. */
	if (cp == 0x0130)
		return cp;
	if (cp == 0x03C2)
		return 0x03C3;
	if (*utf8 == (locale_t)0)
		*utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (*utf8 == (locale_t)0)
		return cp;
	return (uint32_t)towlower_l((wint_t)cp, *utf8);
}

int
name_fold(const char *name, char out[NAME_FOLDED_MAX + 1])
{
	locale_t utf8 = (locale_t)0;
	size_t left = strlen(name), len = 0, n;
	uint32_t cp;
	int rc = 0;

	for (; left > 0 && rc == 0; name += n, left -= n) {
		n = codepoint_next(name, left, &cp);
		if (cp == CODEPOINT_INVALID || len + 4 > NAME_FOLDED_MAX)
			rc = -1;
		else
			len += put(out + len, fold(&utf8, cp));
	}
	out[rc == 0 ? len : 0] = '\0';
	if (utf8 != (locale_t)0)
		freelocale(utf8);
	return rc;
}

bool
name_is_mixed(const char *name, size_t len)
{
	static const struct {
		struct range range;
		int script;
	} scripts[] = {
		{ { 'A', 'Z' }, 1 },
		{ { 'a', 'z' }, 1 },
		{ { 0x00C0, 0x024F }, 1 },
		{ { 0x1E00, 0x1EFF }, 1 },
		{ { 0x0370, 0x03FF }, 2 },
		{ { 0x1F00, 0x1FFF }, 2 },
		{ { 0x0400, 0x052F }, 3 },
	};
	int seen = 0;
	uint32_t cp;

	for (size_t n; len > 0; name += n, len -= n) {
		n = codepoint_next(name, len, &cp);
		for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]);
		     i++) {
			if (cp < scripts[i].range.first ||
			    cp > scripts[i].range.last)
				continue;
			if (seen != 0 && seen != scripts[i].script)
				return true;
			seen = scripts[i].script;
		}
	}
	return false;
}
