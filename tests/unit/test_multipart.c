/* SPDX-License-Identifier: MIT */
/* Forms as browsers, SDKs, curl and attackers write them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/base/multipart.h"

/* Notes each part as NAME[/FILE][;TYPE]=DATA| */
static int
note(void *arg, const struct multipart_part *p)
{
	struct buf *out = arg;

	buf_append(out, p->name.s, p->name.len);
	if (p->file.s != NULL) {
		buf_putc(out, '/');
		buf_append(out, p->file.s, p->file.len);
	}
	if (p->type.s != NULL) {
		buf_putc(out, ';');
		buf_append(out, p->type.s, p->type.len);
	}
	buf_putc(out, '=');
	buf_append(out, p->data.s, p->data.len);
	buf_putc(out, '|');
	return p->name.len == 4 && memcmp(p->name.s, "stop", 4) == 0;
}

static void
test_boundaries(void **state)
{
	static const struct {
		const char *type, *boundary; /* NULL: refused */
	} samples[] = {
		{ "multipart/form-data; boundary=abc", "abc" },
		{ "Multipart/Form-Data;boundary=\"a b\"", "a b" },
		{ "multipart/form-data; charset=utf-8; Boundary=x", "x" },
		{ "multipart/form-data; boundary=----WebKitFormBoundary7MA4",
		    "----WebKitFormBoundary7MA4" },
		{ "multipart/form-data; boundary=", NULL },
		{ "multipart/form-data; boundary=\"a", NULL },
		{ "multipart/form-data; boundary=\"a \"", NULL },
		{ "multipart/form-data; boundary=\"a\\\"b\"", NULL },
		{ "multipart/form-data; boundary=a;boundary=b", "a" },
		{ "multipart/form-data; boundary=\xc3\xa4", NULL },
		{ "multipart/form-data; boundary="
		  "0123456789012345678901234567890123456789"
		  "0123456789012345678901234567890",
		    NULL },
		{ "multipart/form-data", NULL },
		{ "multipart/form-datax; boundary=a", NULL },
		{ "multipart/mixed; boundary=a", NULL },
		{ "application/json", NULL },
		{ "", NULL },
	};
	char out[MULTIPART_BOUNDARY_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		bool found = multipart_boundary(samples[i].type, out);

		if (found != (samples[i].boundary != NULL))
			print_message("%s\n", samples[i].type);
		assert_int_equal(found, samples[i].boundary != NULL);
		if (found)
			assert_string_equal(out, samples[i].boundary);
	}
}

#define CD "Content-Disposition: form-data; name="

static void
test_forms(void **state)
{
	static const struct {
		const char *body;
		enum multipart_result result;
		const char *parts;
	} samples[] = {
		{ "--b--\r\n", MULTIPART_OK, "" },
		{ "--b\r\n" CD "\"a\"\r\n\r\n1\r\n--b--", MULTIPART_OK,
		    "a=1|" },
		{ "text before\r\n--b\r\n" CD "\"a\"\r\n\r\n\r\n--b--after",
		    MULTIPART_OK, "a=|" },
		{ "--b \t\r\n" CD "a\r\n\r\n1\r\n--b\r\n" CD
		  "\"f\"; filename=\"x \\\"y\\\" %22.wav\"\r\n"
		  "Content-Type: audio/wav \r\nX-Other: 1\r\n\r\n"
		  "RI\r\n--bF\r\n--\r\n-b\r\n--b--",
		    MULTIPART_OK,
		    "a=1|f/x \\\"y\\\" %22.wav;audio/wav=RI\r\n--bF\r\n--\r\n"
		    "-b|" },
		{ "--b\r\ncontent-disposition:FORM-DATA;NAME=a;filename=\"\""
		  "\r\n\r\n\r\n\r\n--b--",
		    MULTIPART_OK, "a/=\r\n|" },
		{ "--b\r\n" CD "stop\r\n\r\n1\r\n--b\r\n" CD
		  "a\r\n\r\n1\r\n--b--",
		    MULTIPART_STOPPED, "stop=1|" },
		{ "", MULTIPART_CUT, "" },
		{ "--b", MULTIPART_CUT, "" },
		{ "--b\r", MULTIPART_CUT, "" },
		{ "--b\r\n", MULTIPART_CUT, "" },
		{ "--b\n" CD "a\n\n1\n--b--", MULTIPART_CUT, "" },
		{ "x--b--", MULTIPART_CUT, "" },
		{ "--b\r\n" CD "\"a\"\r\n\r\n1\r\n--b", MULTIPART_CUT, "" },
		{ "--b\r\n" CD "\"a\"\r\n\r\n1--b--", MULTIPART_CUT, "" },
		{ "--b\r\n\r\n1\r\n--b--", MULTIPART_SYNTAX, "" },
		{ "--b\r\n" CD "\"a\"\r\n--b--", MULTIPART_SYNTAX, "" },
		{ "--b\r\n" CD "\"a\r\n\r\n1\r\n--b--", MULTIPART_SYNTAX, "" },
		{ "--b\r\n" CD "\"a\nb\"\r\n\r\n1\r\n--b--", MULTIPART_SYNTAX,
		    "" },
		{ "--b\r\nno header\r\n\r\n1\r\n--b--", MULTIPART_SYNTAX, "" },
		{ "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1"
		  "\r\n--b--",
		    MULTIPART_SYNTAX, "" },
		{ "--b\r\n" CD "a\r\nContent-Type: a\nb\r\n\r\n1\r\n--b--",
		    MULTIPART_SYNTAX, "" },
	};
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const char *body = samples[i].body;
		/* Exactly as much memory as there are bytes. */
		char *copy = malloc(strlen(body) + 1);

		assert_non_null(copy);
		memcpy(copy, body, strlen(body));
		buf_init(&out, 4096);
		if (multipart_read("b", copy, strlen(body), note, &out) !=
		    samples[i].result)
			print_message("%s\n", body);
		assert_int_equal(multipart_read("b", copy, strlen(body), note,
				     &out),
		    samples[i].result);
		buf_truncate(&out, out.len / 2);
		assert_string_equal(buf_str(&out), samples[i].parts);
		buf_free(&out);
		free(copy);
	}
}

static void
test_limits(void **state)
{
	struct buf form, out;
	size_t i;

	(void)state;
	buf_init(&form, 1 << 20);
	buf_init(&out, 1 << 20);
	for (i = 0; i < MULTIPART_PARTS_MAX; i++)
		buf_puts(&form, "--b\r\n" CD "a\r\n\r\n1\r\n");
	buf_puts(&form, "--b--");
	assert_int_equal(multipart_read("b", form.data, form.len, note, &out),
	    MULTIPART_OK);
	buf_truncate(&form, form.len - 5);
	buf_puts(&form, "--b\r\n" CD "a\r\n\r\n1\r\n--b--");
	assert_int_equal(multipart_read("b", form.data, form.len, note, &out),
	    MULTIPART_PARTS);
	buf_reset(&form);
	buf_puts(&form, "--b\r\n" CD "a\r\nX: ");
	for (i = 0; i < MULTIPART_HEAD_MAX; i++)
		buf_putc(&form, 'x');
	buf_puts(&form, "\r\n\r\n1\r\n--b--");
	assert_int_equal(multipart_read("b", form.data, form.len, note, &out),
	    MULTIPART_HEAD);
	buf_free(&form);
	buf_free(&out);
}

/* What is written reads back, whatever is in it. */
static void
test_writing(void **state)
{
	static const char data[] = "\r\n--b--\0\r\n--confab";
	const struct multipart_part part = { { "f", 1 }, { "a\\\".wav", 7 },
		{ "audio/wav", 9 }, { data, sizeof(data) - 1 } };
	char boundary[MULTIPART_BOUNDARY_MAX + 1], want[64];
	struct buf form, out;

	(void)state;
	buf_init(&form, 4096);
	buf_init(&out, 4096);
	assert_int_equal(multipart_new_boundary(data, sizeof(data) - 1,
			     boundary),
	    0);
	assert_true(strlen(boundary) > 30);
	multipart_put(&form, boundary, &part);
	multipart_put(&form, boundary, &part);
	multipart_end(&form, boundary);
	assert_true(buf_ok(&form));
	assert_int_equal(multipart_read(boundary, form.data, form.len, note,
			     &out),
	    MULTIPART_OK);
	(void)snprintf(want, sizeof(want), "f/a\\\".wav;audio/wav=");
	assert_int_equal(out.len, 2 * (strlen(want) + sizeof(data)));
	assert_memory_equal(out.data, want, strlen(want));
	assert_memory_equal(out.data + strlen(want), data, sizeof(data) - 1);
	buf_free(&form);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
