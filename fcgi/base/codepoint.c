/* SPDX-License-Identifier: MIT */
/*
 * Room for questions about a single code point; see confab/codepoint.h.
 */
#include "config.h"

#include "confab/base/codepoint.h"

struct range {
	uint32_t first;
	uint32_t last;
};

static const struct range spaces[] = {
	{ 0x0000, 0x0020 },
	{ 0x007F, 0x00A0 },
	{ 0x1680, 0x1680 },
	{ 0x2000, 0x200A },
	{ 0x2028, 0x2029 },
	{ 0x202F, 0x202F },
	{ 0x205F, 0x205F },
	{ 0x3000, 0x3000 },
};

static const struct range hidden[] = {
	{ 0x00AD, 0x00AD },
	{ 0x061C, 0x061C },
	{ 0x180E, 0x180E },
	{ 0x200B, 0x200B },
	{ 0x200E, 0x200F },
	{ 0x202A, 0x202E },
	{ 0x2060, 0x206F },
	{ 0xFEFF, 0xFEFF },
	{ 0xFFF0, 0xFFFB },
	{ 0xE0000, 0xE007F },
};

/* Combining marks of the scripts in wide use, and what emoji are built of. */
static const struct range extenders[] = {
	{ 0x0300, 0x036F },
	{ 0x0483, 0x0489 },
	{ 0x0591, 0x05BD },
	{ 0x05BF, 0x05BF },
	{ 0x05C1, 0x05C2 },
	{ 0x05C4, 0x05C5 },
	{ 0x05C7, 0x05C7 },
	{ 0x0610, 0x061A },
	{ 0x064B, 0x065F },
	{ 0x0670, 0x0670 },
	{ 0x06D6, 0x06DC },
	{ 0x06DF, 0x06E4 },
	{ 0x06E7, 0x06E8 },
	{ 0x06EA, 0x06ED },
	{ 0x0711, 0x0711 },
	{ 0x0730, 0x074A },
	{ 0x07A6, 0x07B0 },
	{ 0x07EB, 0x07F3 },
	{ 0x08D3, 0x0903 },
	{ 0x093A, 0x093C },
	{ 0x093E, 0x094F },
	{ 0x0951, 0x0957 },
	{ 0x0962, 0x0963 },
	{ 0x0981, 0x0983 },
	{ 0x09BC, 0x09BC },
	{ 0x09BE, 0x09CD },
	{ 0x0A01, 0x0A03 },
	{ 0x0A3C, 0x0A51 },
	{ 0x0A81, 0x0A83 },
	{ 0x0ABC, 0x0ABC },
	{ 0x0ABE, 0x0ACD },
	{ 0x0B01, 0x0B03 },
	{ 0x0B3C, 0x0B3C },
	{ 0x0B3E, 0x0B57 },
	{ 0x0BBE, 0x0BCD },
	{ 0x0C00, 0x0C04 },
	{ 0x0C3E, 0x0C56 },
	{ 0x0CBC, 0x0CBC },
	{ 0x0CBE, 0x0CD6 },
	{ 0x0D00, 0x0D03 },
	{ 0x0D3B, 0x0D3C },
	{ 0x0D3E, 0x0D4D },
	{ 0x0DCA, 0x0DDF },
	{ 0x0E31, 0x0E31 },
	{ 0x0E33, 0x0E3A },
	{ 0x0E47, 0x0E4E },
	{ 0x0EB1, 0x0EB1 },
	{ 0x0EB3, 0x0EBC },
	{ 0x0EC8, 0x0ECD },
	{ 0x0F71, 0x0F84 },
	{ 0x0F8D, 0x0FBC },
	{ 0x102B, 0x103E },
	{ 0x17B4, 0x17D3 },
	{ 0x1AB0, 0x1AFF },
	{ 0x1DC0, 0x1DFF },
	{ 0x200C, 0x200D },
	{ 0x20D0, 0x20FF },
	{ 0x302A, 0x302F },
	{ 0x3099, 0x309A },
	{ 0xFE00, 0xFE0F },
	{ 0xFE20, 0xFE2F },
	{ 0xFF9E, 0xFF9F },
	{ 0x1F3FB, 0x1F3FF },
	{ 0xE0020, 0xE007F },
	{ 0xE0100, 0xE01EF },
};

static const struct range cjk[] = {
	{ 0x2E80, 0x2FDF },
	{ 0x3001, 0x303F },
	{ 0x3041, 0x312F },
	{ 0x31A0, 0x31FF },
	{ 0x3400, 0x4DBF },
	{ 0x4E00, 0x9FFF },
	{ 0xA000, 0xA4CF },
	{ 0xAC00, 0xD7A3 },
	{ 0xF900, 0xFAFF },
	{ 0xFF01, 0xFF9F },
	{ 0x20000, 0x3FFFF },
};

/* Outside ASCII and no letter: punctuation, symbols, emoji, private use. */
static const struct range symbols[] = {
	{ 0x0080, 0x00BF },
	{ 0x00D7, 0x00D7 },
	{ 0x00F7, 0x00F7 },
	{ 0x2000, 0x2BFF },
	{ 0x3000, 0x3004 },
	{ 0x3008, 0x3020 },
	{ 0xE000, 0xF8FF },
	{ 0xFE00, 0xFE6F },
	{ 0xFF01, 0xFF20 },
	{ 0xFFE0, 0xFFFF },
	{ 0x1F000, 0x1FAFF },
	{ 0xE0000, 0x110000 },
};

#define IN_TABLE(table, cp) \
	in_ranges((table), sizeof(table) / sizeof((table)[0]), (cp))

/* The tables are in order, so a search may halve them. */
static bool
in_ranges(const struct range *table, size_t n, uint32_t cp)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (cp > table[mid].last)
			lo = mid + 1;
		else if (cp < table[mid].first)
			hi = mid;
		else
			return true;
	}
	return false;
}

/*
 * Length of the sequence that lead byte `c` starts, 0 for no lead byte, and
 * the range of the byte after it (RFC 3629, section 4), which is what keeps
 * out overlong forms, surrogates and values over U+10FFFF.
 */
static size_t
lead_byte(unsigned char c, unsigned char *lo, unsigned char *hi)
{
	*lo = 0x80;
	*hi = 0xBF;
	if (c >= 0xC2 && c <= 0xDF)
		return 2;
	if (c >= 0xE0 && c <= 0xEF) {
		if (c == 0xE0)
			*lo = 0xA0;
		if (c == 0xED)
			*hi = 0x9F;
		return 3;
	}
	if (c >= 0xF0 && c <= 0xF4) {
		if (c == 0xF0)
			*lo = 0x90;
		if (c == 0xF4)
			*hi = 0x8F;
		return 4;
	}
	return 0;
}

size_t
codepoint_next(const char *s, size_t len, uint32_t *cp)
{
	unsigned char c, lo, hi;
	size_t i, need;
	uint32_t value;

	*cp = CODEPOINT_INVALID;
	if (len == 0)
		return 0;
	c = (unsigned char)s[0];
	if (c < 0x80) {
		*cp = c;
		return 1;
	}
	need = lead_byte(c, &lo, &hi);
	if (need == 0)
		return 1;
	value = c & (0xFFu >> (need + 1));
	for (i = 1; i < need; i++) {
		if (i == len)
			return i;
		c = (unsigned char)s[i];
		if (c < lo || c > hi)
			return i;
		lo = 0x80;
		hi = 0xBF;
		value = value << 6 | (c & 0x3Fu);
	}
	*cp = value;
	return need;
}

bool
codepoint_is_space(uint32_t cp)
{
	return IN_TABLE(spaces, cp);
}

bool
codepoint_is_hidden(uint32_t cp)
{
	return IN_TABLE(hidden, cp);
}

bool
codepoint_is_extender(uint32_t cp)
{
	return cp >= 0x300 && IN_TABLE(extenders, cp);
}

bool
codepoint_is_cjk(uint32_t cp)
{
	return IN_TABLE(cjk, cp);
}

bool
codepoint_is_foreign_letter(uint32_t cp)
{
	return cp >= 0x80 && cp < CODEPOINT_INVALID && !IN_TABLE(symbols, cp);
}
