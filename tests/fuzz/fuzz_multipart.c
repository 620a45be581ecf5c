/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as a form with the boundary "b". Aborts when a part lies
 * outside of it, when a name would end its quotes, or when what is written of
 * the parts does not read back to the same.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/multipart.h"
#include "fuzz.h"

struct seen {
	const char *form;
	size_t len;
	struct buf parts;   /* of what was read, one after the other */
	struct buf written; /* the same parts as a form */
	char boundary[MULTIPART_BOUNDARY_MAX + 1];
};

static void
check_text(const struct seen *s, const struct multipart_text *t)
{
	check(t->s == NULL ||
	    (t->s >= s->form && t->len <= s->len &&
		(size_t)(t->s - s->form) <= s->len - t->len));
}

static int
take(void *arg, const struct multipart_part *p)
{
	struct seen *s = arg;
	size_t i;

	check_text(s, &p->name);
	check_text(s, &p->file);
	check_text(s, &p->type);
	check_text(s, &p->data);
	for (i = 0; i < p->name.len; i++)
		check((unsigned char)p->name.s[i] >= ' ');
	buf_append(&s->parts, p->name.s, p->name.len);
	buf_putc(&s->parts, '\0');
	buf_append(&s->parts, p->data.s, p->data.len);
	buf_putc(&s->parts, '\0');
	if (s->boundary[0] != '\0')
		multipart_put(&s->written, s->boundary, p);
	return 0;
}

static void
begin(struct seen *s, const char *form, size_t len)
{
	memset(s, 0, sizeof(*s));
	s->form = form;
	s->len = len;
	buf_init(&s->parts, (size_t)1 << 26);
	buf_init(&s->written, (size_t)1 << 26);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *form = (const char *)data;
	struct seen once, again;

	begin(&once, form, size);
	if (multipart_new_boundary(form, size, once.boundary) == -1)
		return 0;
	if (multipart_read("b", form, size, take, &once) == MULTIPART_OK) {
		multipart_end(&once.written, once.boundary);
		check(buf_ok(&once.written));
		begin(&again, once.written.data, once.written.len);
		check(multipart_read(once.boundary, once.written.data,
			  once.written.len, take, &again) == MULTIPART_OK);
		check(once.parts.len == again.parts.len &&
		    memcmp(buf_str(&once.parts), buf_str(&again.parts),
			once.parts.len) == 0);
		buf_free(&again.parts);
		buf_free(&again.written);
	}
	buf_free(&once.parts);
	buf_free(&once.written);
	return 0;
}
