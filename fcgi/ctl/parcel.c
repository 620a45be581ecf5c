/* SPDX-License-Identifier: MIT */
/* Reading a backup. */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/encode.h"
#include "confab/base/json.h"

#include "parcel.h"

void
parcel_free(struct parcel *p)
{
	for (size_t i = 0; i < p->n; i++)
		buf_wipe(&p->pieces[i].text);
	json_object_put(p->root);
}

/* An absolute path that leads nowhere else: no part is empty, "." or "..", and
 * nothing in it moves the cursor of who is told of it. */
static bool
is_plain(const char *path)
{
	const char *part = path;

	if (path == NULL || path[0] != '/' || strlen(path) >= PATH_MAX)
		return false;
	for (const char *c = path; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	while (*part == '/') {
		size_t n = strcspn(++part, "/");

		if (n == 0 || (n <= 2 && memcmp(part, "..", n) == 0))
			return false;
		part += n;
	}
	return true;
}

static bool
decode(const char *coded, size_t len, struct buf *out)
{
	unsigned char *plain = malloc(len + 1);
	int n;
	bool good;

	if (plain == NULL)
		return false;
	n = decode_base64url(plain, len, coded, len);
	good = n >= 0 && buf_append(out, plain, (size_t)n) == 0;
	explicit_bzero(plain, len);
	free(plain);
	return good;
}

static bool
take_piece(struct parcel *p, struct json_object *o)
{
	struct parcel_piece *one = &p->pieces[p->n];
	const char *coded;
	size_t len = 0;

	one->path = json_str(o, "path", NULL);
	one->owner = json_str(o, "owner", NULL);
	one->group = json_str(o, "group", NULL);
	one->mode =
	    (mode_t)json_object_get_int(json_get(o, "mode")) & 0777 & ~022U;
	coded = json_str(o, "content", &len);
	if (!is_plain(one->path) || one->owner == NULL || one->group == NULL ||
	    coded == NULL)
		return false;
	buf_init(&one->text, PARCEL_FILE_MAX);
	p->n++;
	return decode(coded, len, &one->text);
}

/* A word of a configuration: what is in quotes, a sign, or anything else. */
struct word {
	const char *s;
	size_t len;
	bool quoted;
};

static const char *
skip_comments(const char *s)
{
	for (;;) {
		s += strspn(s, " \t\r\n");
		if (*s == '#' || strncmp(s, "//", 2) == 0)
			s += strcspn(s, "\n");
		else if (strncmp(s, "/*", 2) == 0)
			s = strstr(s, "*/") != NULL ? strstr(s, "*/") + 2
						    : s + strlen(s);
		else
			return s;
	}
}

/* Reads the word at s. Returns what is behind it, or NULL at the end. */
static const char *
next_word(const char *s, struct word *out)
{
	static const char signs[] = "={}(),;+";

	s = skip_comments(s);
	if (*s == '\0')
		return NULL;
	out->quoted = *s == '"' || *s == '\'';
	out->s = s + out->quoted;
	if (out->quoted) {
		char quote = *s++;

		while (*s != '\0' && *s != quote)
			s += s[0] == '\\' && s[1] != '\0' ? 2 : 1;
	} else if (strchr(signs, *s) != NULL)
		s++;
	else
		s += strcspn(s, " \t\r\n\"'#={}(),;+");
	out->len = (size_t)(s - out->s);
	return s + (out->quoted && *s != '\0');
}

static bool
ends_with(const struct word *w, const char *end)
{
	size_t n = strlen(end);

	return !w->quoted && w->len > n &&
	    memcmp(w->s + w->len - n, end, n) == 0;
}

/* Does an option of a file have this value? Not a comment, nor a text. */
static bool
names(const char *text, const char *value)
{
	struct word w, option = { NULL, 0, false };
	bool assigned = false;

	while ((text = next_word(text, &w)) != NULL) {
		if (assigned && ends_with(&option, "_file") &&
		    w.len == strlen(value) && memcmp(w.s, value, w.len) == 0)
			return true;
		assigned = !w.quoted && w.len == 1 && *w.s == '=';
		if (!assigned)
			option = w;
	}
	return false;
}

/*
 * Is it a file that the backup's own configuration names, or one that needs no
 * naming? A backup from elsewhere is not to write what it likes.
 */
static bool
is_named(const struct parcel *p, const struct parcel_piece *one)
{
	const char *text = buf_str(&p->pieces[0].text), *own;
	size_t folder = (size_t)(strrchr(p->config, '/') + 1 - p->config);

	if (names(text, one->path))
		return true;
	if (strncmp(one->path, p->config, folder) != 0)
		return false;
	own = one->path + folder;
	return strcmp(own, "users") == 0 || strcmp(own, "secret") == 0 ||
	    names(text, own);
}

bool
parcel_read(struct parcel *p, const char *text, size_t len,
    const struct parcel_piece **odd)
{
	struct json_object *list;
	size_t i, n;
	bool good;

	memset(p, 0, sizeof(*p));
	*odd = NULL;
	good = json_parse(text, len, JSON_DEPTH_DEFAULT, &p->root) == JSON_OK &&
	    json_object_get_int(json_get(p->root, "confab_backup")) ==
		PARCEL_FORMAT;
	list = json_get(p->root, "files");
	p->config = json_str(p->root, "config", NULL);
	good = good && is_plain(p->config) &&
	    json_object_is_type(list, json_type_array);
	n = good ? json_object_array_length(list) : 0;
	good = good && n > 0 && n <= PARCEL_FILES;
	for (i = 0; good && i < n; i++)
		good = take_piece(p, json_object_array_get_idx(list, i));
	good = good && strcmp(p->pieces[0].path, p->config) == 0;
	for (i = 1; good && i < p->n; i++)
		if (!is_named(p, &p->pieces[i])) {
			*odd = &p->pieces[i];
			good = false;
		}
	return good;
}
