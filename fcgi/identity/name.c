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
 * What a directory may take for other characters than these, as NFKC does that
 * LDAP compares by (RFC 4518): combining marks that have composed letters, and
 * what is composed where marks are the rule; all compatibility forms
 * (superscripts, ligatures, digraphs, enclosed, mathematical, full width,
 * Roman numbers, presentation forms); and what nobody sees. Between two of
 * these, what is no letter goes with them.
 */
static const struct range odd[] = {
	{ 0x00A0, 0x00B5 },
	{ 0x00B8, 0x00BE },
	{ 0x0132, 0x0133 },
	{ 0x013F, 0x0140 },
	{ 0x0149, 0x0149 },
	{ 0x017F, 0x017F },
	{ 0x01C4, 0x01CC },
	{ 0x01F1, 0x01F3 },
	{ 0x02B0, 0x02B8 },
	{ 0x02D8, 0x02E4 },
	{ 0x0300, 0x036F },
	{ 0x0374, 0x0374 },
	{ 0x037A, 0x037A },
	{ 0x037E, 0x037E },
	{ 0x0384, 0x0385 },
	{ 0x0387, 0x0387 },
	{ 0x03D0, 0x03D6 },
	{ 0x03F0, 0x03F2 },
	{ 0x03F4, 0x03F5 },
	{ 0x03F9, 0x03F9 },
	{ 0x0587, 0x0587 },
	{ 0x0653, 0x0655 },
	{ 0x0675, 0x0678 },
	{ 0x0958, 0x095F },
	{ 0x09DC, 0x09DF },
	{ 0x0A33, 0x0A33 },
	{ 0x0A36, 0x0A36 },
	{ 0x0A59, 0x0A5B },
	{ 0x0A5E, 0x0A5E },
	{ 0x0B5C, 0x0B5D },
	{ 0x0E4D, 0x0E4D },
	{ 0x0EDC, 0x0EDD },
	{ 0x0F0C, 0x0F0C },
	{ 0x0F43, 0x0F43 },
	{ 0x0F4D, 0x0F4D },
	{ 0x0F52, 0x0F52 },
	{ 0x0F57, 0x0F57 },
	{ 0x0F5C, 0x0F5C },
	{ 0x0F69, 0x0F69 },
	{ 0x0F73, 0x0F73 },
	{ 0x0F75, 0x0F79 },
	{ 0x0F81, 0x0F81 },
	{ 0x0F93, 0x0F93 },
	{ 0x0F9D, 0x0F9D },
	{ 0x0FA2, 0x0FA2 },
	{ 0x0FA7, 0x0FA7 },
	{ 0x0FAC, 0x0FAC },
	{ 0x0FB9, 0x0FB9 },
	{ 0x10FC, 0x10FC },
	{ 0x1100, 0x11FF },
	{ 0x17B4, 0x17B5 },
	{ 0x180B, 0x180F },
	{ 0x1AB0, 0x1AFF },
	{ 0x1C80, 0x1C8F },
	{ 0x1D2C, 0x1D2E },
	{ 0x1D30, 0x1D3A },
	{ 0x1D3C, 0x1D4D },
	{ 0x1D4F, 0x1D6A },
	{ 0x1D78, 0x1D78 },
	{ 0x1D9B, 0x1DFF },
	{ 0x1E9A, 0x1E9B },
	{ 0x1F71, 0x1F71 },
	{ 0x1F73, 0x1F73 },
	{ 0x1F75, 0x1F75 },
	{ 0x1F77, 0x1F77 },
	{ 0x1F79, 0x1F79 },
	{ 0x1F7B, 0x1F7B },
	{ 0x1F7D, 0x1F7D },
	{ 0x1FBB, 0x1FBB },
	{ 0x1FBD, 0x1FC1 },
	{ 0x1FC9, 0x1FC9 },
	{ 0x1FCB, 0x1FCB },
	{ 0x1FCD, 0x1FCF },
	{ 0x1FD3, 0x1FD3 },
	{ 0x1FDB, 0x1FDF },
	{ 0x1FE3, 0x1FE3 },
	{ 0x1FEB, 0x1FEB },
	{ 0x1FED, 0x1FEF },
	{ 0x1FF9, 0x1FF9 },
	{ 0x1FFB, 0x1FFB },
	{ 0x1FFD, 0x217F },
	{ 0x2189, 0x2189 },
	{ 0x222C, 0x2230 },
	{ 0x2329, 0x232A },
	{ 0x2460, 0x24FF },
	{ 0x2800, 0x2800 },
	{ 0x2A0C, 0x2A0C },
	{ 0x2A74, 0x2A76 },
	{ 0x2ADC, 0x2ADC },
	{ 0x2C7C, 0x2C7D },
	{ 0x2D6F, 0x2D6F },
	{ 0x2E9F, 0x3000 },
	{ 0x3036, 0x303A },
	{ 0x3099, 0x309C },
	{ 0x309F, 0x309F },
	{ 0x30FF, 0x30FF },
	{ 0x3131, 0x319F },
	{ 0x3200, 0x33FF },
	{ 0xA69C, 0xA69D },
	{ 0xA770, 0xA770 },
	{ 0xA7F2, 0xA7F4 },
	{ 0xA7F8, 0xA7F9 },
	{ 0xA960, 0xA97F },
	{ 0xAB5C, 0xAB5F },
	{ 0xAB69, 0xAB69 },
	{ 0xD7B0, 0xD7FF },
	{ 0xF900, 0xFB1D },
	{ 0xFB1F, 0xFE72 },
	{ 0xFE74, 0xFFEF },
	{ 0x10781, 0x107BA },
	{ 0x1BCA0, 0x1BCA3 },
	{ 0x1D15E, 0x1D164 },
	{ 0x1D173, 0x1D17A },
	{ 0x1D1BB, 0x1D1C0 },
	{ 0x1D400, 0x1D7FF },
	{ 0x1EE00, 0x1EEBB },
	{ 0x1F100, 0x1F251 },
	{ 0x1FBF0, 0x1FBF9 },
	{ 0x2F800, 0x2FA1F },
	{ 0xE0000, 0xE01EF },
};

/* Two that are one, which somebody may write as well. */
static const struct {
	struct range first;
	uint32_t second;
} parted[] = {
	{ { 0x0928, 0x0928 }, 0x093C }, /* Devanagari */
	{ { 0x0930, 0x0930 }, 0x093C },
	{ { 0x0933, 0x0933 }, 0x093C },
	{ { 0x09C7, 0x09C7 }, 0x09BE }, /* Bengali */
	{ { 0x09C7, 0x09C7 }, 0x09D7 },
	{ { 0x0B47, 0x0B47 }, 0x0B3E }, /* Odia */
	{ { 0x0B47, 0x0B47 }, 0x0B56 },
	{ { 0x0B47, 0x0B47 }, 0x0B57 },
	{ { 0x0BC6, 0x0BC7 }, 0x0BBE }, /* Tamil */
	{ { 0x0B92, 0x0BC6 }, 0x0BD7 },
	{ { 0x0C46, 0x0C46 }, 0x0C56 }, /* Telugu */
	{ { 0x0CC6, 0x0CC6 }, 0x0CC2 }, /* Kannada */
	{ { 0x0CBF, 0x0CCA }, 0x0CD5 },
	{ { 0x0CC6, 0x0CC6 }, 0x0CD6 },
	{ { 0x0D46, 0x0D47 }, 0x0D3E }, /* Malayalam */
	{ { 0x0D46, 0x0D46 }, 0x0D57 },
	{ { 0x0DD9, 0x0DDC }, 0x0DCA }, /* Sinhala */
	{ { 0x0DD9, 0x0DD9 }, 0x0DCF },
	{ { 0x0DD9, 0x0DD9 }, 0x0DDF },
	{ { 0x0ECD, 0x0ECD }, 0x0EB2 }, /* Lao */
	{ { 0x1025, 0x1025 }, 0x102E }, /* Myanmar */
	{ { 0x1B05, 0x1B11 }, 0x1B35 }, /* Balinese */
	{ { 0x1B3A, 0x1B42 }, 0x1B35 },
	/* A mark of tone before the vowel that it comes after. */
	{ { 0x0E48, 0x0E4B }, 0x0E38 }, /* Thai */
	{ { 0x0E48, 0x0E4B }, 0x0E39 },
	{ { 0x0EC8, 0x0ECB }, 0x0EB8 }, /* Lao */
	{ { 0x0EC8, 0x0ECB }, 0x0EB9 },
};

static bool
in_range(const struct range *r, uint32_t cp)
{
	return cp >= r->first && cp <= r->last;
}

static bool
is_odd(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (in_range(&odd[i], cp))
			return true;
	return codepoint_is_hidden(cp);
}

static bool
is_parted(uint32_t first, uint32_t second)
{
	for (size_t i = 0; i < sizeof(parted) / sizeof(parted[0]); i++)
		if (second == parted[i].second &&
		    in_range(&parted[i].first, first))
			return true;
	return false;
}

bool
name_is_plain(const char *name, size_t len)
{
	uint32_t cp, last = 0;

	for (size_t n; len > 0; name += n, len -= n, last = cp) {
		n = codepoint_next(name, len, &cp);
		if (cp == CODEPOINT_INVALID || is_odd(cp) ||
		    is_parted(last, cp) || (cp == ' ' && last == ' ') ||
		    (cp != ' ' && codepoint_is_space(cp)))
			return false;
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
		{ { 0x00C0, 0x02AF }, 1 },
		{ { 0x1D00, 0x1D25 }, 1 },
		{ { 0x1D6B, 0x1D9A }, 1 },
		{ { 0x1E00, 0x1EFF }, 1 },
		{ { 0x2C60, 0x2C7F }, 1 },
		{ { 0xA722, 0xA7FF }, 1 },
		{ { 0xAB30, 0xAB64 }, 1 },
		{ { 0x0370, 0x03FF }, 2 },
		{ { 0x1D26, 0x1D2A }, 2 },
		{ { 0x1F00, 0x1FFF }, 2 },
		{ { 0x0400, 0x052F }, 3 },
		{ { 0x1C80, 0x1C8F }, 3 },
		{ { 0xA640, 0xA69F }, 3 },
	};
	int seen = 0;
	uint32_t cp;

	for (size_t n; len > 0; name += n, len -= n) {
		n = codepoint_next(name, len, &cp);
		for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]);
		     i++) {
			if (!in_range(&scripts[i].range, cp))
				continue;
			if (seen != 0 && seen != scripts[i].script)
				return true;
			seen = scripts[i].script;
		}
	}
	return false;
}
