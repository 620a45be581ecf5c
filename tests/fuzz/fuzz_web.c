/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as a page of the web, or as what a SearXNG says. The first
 * byte says as what. Aborts when what comes of them is not valid, or too long.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "confab/base/json.h"
#include "confab/base/utf8.h"

#include "tool/web_page.h"
#include "tool/web_search.h"
#include "fuzz.h"

static void
page(const char *s, size_t len, unsigned how)
{
	struct buf out;
	size_t i;
	bool cut;

	buf_init(&out, WEB_TEXT_MAX);
	if (web_page_text(how % 2 == 0 ? WEB_HTML : WEB_PLAIN,
		how / 2 % 2 == 0 ? WEB_UTF8 : WEB_LATIN1, s, len, &out,
		&cut) == -1 ||
	    !utf8_valid(buf_str(&out), out.len))
		abort();
	for (i = 0; i < out.len; i++)
		if ((unsigned char)out.data[i] < 0x09)
			abort();
	buf_free(&out);
	(void)web_page_charset(NULL, s, len);
}

static void
search(const char *s, size_t len)
{
	struct buf out;

	buf_init(&out, 1 << 22);
	buf_putc(&out, '{');
	if (web_search_read(s, len, &out) == 0) {
		buf_putc(&out, '}');
		if (json_check(out.data, out.len, 16, NULL) != JSON_OK)
			abort();
	}
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] % 8 == 7)
		search((const char *)data + 1, size - 1);
	else
		page((const char *)data + 1, size - 1, data[0]);
	return 0;
}
