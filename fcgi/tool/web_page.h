/* SPDX-License-Identifier: MIT */
/*
 * A page of the web as text: HTML without marks, programs and forms, in the
 * order of its text, with its links' addresses left out. Pure; takes time in
 * proportion to the page.
 *
 * It is read for its text alone, so no tree is made (which is what libraries are
 * for, and for which a page can ask for much memory): what is a tag, what is
 * within one and what is hidden is read as the standard's tokenizer does
 * (WHATWG HTML, 13.2.5).
 */
#ifndef CONFAB_TOOL_WEB_PAGE_H
#define CONFAB_TOOL_WEB_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/base/buf.h"

#define WEB_TEXT_MAX (128 * 1024) /* bytes of a page's text */

enum web_charset { WEB_UTF8, WEB_LATIN1, WEB_UNKNOWN };

/* What a Content-Type says the body is. */
enum web_kind { WEB_HTML, WEB_PLAIN, WEB_NO_TEXT };
enum web_kind web_page_kind(const char *type);

/* How it is written: as the header says, or else its first 1024 bytes. */
enum web_charset web_page_charset(const char *type, const char *s, size_t len);

/*
 * Appends s[0..len), of that kind, as valid UTF-8 without control characters,
 * cut at WEB_TEXT_MAX. Returns 0, or -1 when memory is short. `cut`: there was
 * more.
 */
int web_page_text(enum web_kind kind, enum web_charset charset, const char *s,
    size_t len, struct buf *out, bool *cut);

/* web_text.c: for that, the text itself. */
struct web_text {
	struct buf *out;
	bool pre;     /* blanks stand as they are */
	bool blank;   /* one is due before the next letter */
	unsigned gap; /* so many ends of lines are */
	bool full;
};
void web_text_append(struct web_text *t, const char *s, size_t len);
void web_text_gap(struct web_text *t, unsigned lines);

/* web_text.c: the character reference at s ("&amp;"), of at most len bytes:
 * writes it as UTF-8 and returns how many bytes it was, or 0: it is none. */
size_t web_reference(const char *s, size_t len, char out[4], size_t *out_len);

#endif
