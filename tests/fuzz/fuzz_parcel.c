/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as a backup that somebody hands to root. Aborts when a file
 * is taken that the backup's own configuration does not name, that others could
 * write, or whose path leads elsewhere.
 *
 * The input is the backup; or, after a zero, pieces with newlines between: the
 * configuration's name and text, then names of other files, of which a good
 * backup is made, for what is random is seldom base64 within JSON.
 */
#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/encode.h"
#include "ctl/parcel.h"
#include "fuzz.h"

/* Does the text have the name, and an option of a file before it? */
static bool
has(const char *text, const char *name)
{
	const char *option = strstr(text, "_file");

	return option != NULL && strstr(option, name) != NULL;
}

static void
look(const struct parcel *p)
{
	const char *text = buf_str(&p->pieces[0].text);
	size_t folder = (size_t)(strrchr(p->config, '/') + 1 - p->config);

	check(p->n >= 1 && p->n <= PARCEL_FILES);
	check(strcmp(p->pieces[0].path, p->config) == 0);
	for (size_t i = 0; i < p->n; i++) {
		const struct parcel_piece *one = &p->pieces[i];
		const char *end = strrchr(one->path, '/');

		check(one->path[0] == '/' && end[1] != '\0');
		check(strstr(one->path, "/../") == NULL);
		check(strcmp(end, "/..") != 0 && strcmp(end, "/.") != 0);
		check((one->mode & ~0755U) == 0);
		check(one->owner != NULL && one->group != NULL);
		check(one->text.len <= PARCEL_FILE_MAX);
		if (i == 0 || has(text, one->path))
			continue;
		check(strncmp(one->path, p->config, folder) == 0);
		check(strcmp(one->path + folder, "users") == 0 ||
		    strcmp(one->path + folder, "secret") == 0 ||
		    has(text, one->path + folder));
	}
}

static void
read_one(const char *text, size_t len)
{
	static struct parcel p;
	const struct parcel_piece *odd;

	if (parcel_read(&p, text, len, &odd)) {
		check(odd == NULL);
		look(&p);
	}
	parcel_free(&p);
}

/* Appends a file's object. */
static void
put(struct buf *out, const char *path, size_t path_len, const char *text,
    size_t len)
{
	char *coded = malloc(ENCODE_BASE64URL_LEN(len) + 4);

	check(coded != NULL);
	encode_base64url(coded, (const unsigned char *)text, len);
	buf_puts(out, "{\"path\":");
	buf_json(out, path, path_len);
	buf_printf(out,
	    ",\"owner\":\"root\",\"group\":\"root\",\"mode\":%u,"
	    "\"content\":\"%s\"}",
	    (unsigned)len * 7U, coded);
	free(coded);
}

/* Cuts the next line off. */
static size_t
line(const char **data, size_t *size, const char **out)
{
	const char *end = memchr(*data, '\n', *size);
	size_t n = end != NULL ? (size_t)(end - *data) : *size;

	*out = *data;
	*data += end != NULL ? n + 1 : n;
	*size -= end != NULL ? n + 1 : n;
	return n;
}

static void
make_one(const char *data, size_t size)
{
	const char *path, *text;
	size_t path_len = line(&data, &size, &path);
	size_t len = line(&data, &size, &text);
	struct buf out;

	buf_init(&out, PARCEL_MAX);
	buf_puts(&out, "{\"confab_backup\":1,\"config\":");
	buf_json(&out, path, path_len);
	buf_puts(&out, ",\"files\":[");
	put(&out, path, path_len, text, len);
	while (size > 0) {
		path_len = line(&data, &size, &path);
		buf_putc(&out, ',');
		put(&out, path, path_len, path, path_len);
	}
	buf_puts(&out, "]}");
	check(buf_ok(&out));
	read_one(buf_str(&out), out.len);
	buf_wipe(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] == 0)
		make_one((const char *)data + 1, size - 1);
	else
		read_one((const char *)data, size);
	return 0;
}
