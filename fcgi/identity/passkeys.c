/* SPDX-License-Identifier: MIT */
/* The file of passkeys: looking one up, adding one, counting its use. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/crypto.h"
#include "confab/base/files.h"
#include "confab/base/lines.h"
#include "confab/base/utf8.h"
#include "confab/identity/passkeys.h"

#include "passkeys_line.h"

#define FILE_MODE 0640
#define USED_STEP 3600 /* s: when it was used is not worth a write each time */

bool
passkeys_label_valid(const char *label, size_t len)
{
	if (len == 0 || len > PASSKEYS_LABEL_MAX || !utf8_valid(label, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)label[i];

		if (c < 0x20 || c == 0x7f || c == ':' ||
		    (c == 0xc2 && (unsigned char)label[i + 1] < 0xa0))
			return false;
	}
	return true;
}

int
passkeys_digest(const unsigned char *id, size_t len,
    unsigned char digest[USERS_DIGEST_LEN])
{
	unsigned char sum[CRYPTO_SHA256_LEN];

	if (crypto_sha256(sum, id, len) != 0)
		return -1;
	memcpy(digest, sum, USERS_DIGEST_LEN);
	return 0;
}

int
passkeys_place(const struct users_entry *u,
    const unsigned char digest[USERS_DIGEST_LEN])
{
	for (unsigned i = 0; i < u->n_passkeys; i++)
		if (memcmp(u->passkeys[i], digest, USERS_DIGEST_LEN) == 0)
			return (int)i;
	return -1;
}

static int
place_of(const struct users_entry *u, const struct passkey *k)
{
	unsigned char digest[USERS_DIGEST_LEN];

	return strcmp(u->name, k->user) == 0 &&
		passkeys_digest(k->id, k->id_len, digest) == 0
	    ? passkeys_place(u, digest)
	    : -1;
}

static bool
is_id(const struct passkey *k, const unsigned char *id, size_t len)
{
	return k->id_len == len && memcmp(k->id, id, len) == 0;
}

/* Something to do with each line; `k` is NULL for a comment. Returns what is to
 * stop at, or 0. */
typedef int each_fn(const struct passkey *k, const char *line, size_t len,
    void *arg);

static int
each(const char *name, const char *text, size_t text_len, each_fn *fn,
    void *arg, char err[CONFIG_ERROR_MAX])
{
	const char *wrong, *line;
	struct lines lines;
	struct passkey k;
	size_t len;
	int rc = 0;

	lines_begin(&lines, text, text_len);
	while (rc == 0 && lines_next(&lines, &line, &len)) {
		if (len == 0 || line[0] == '#') {
			rc = fn(NULL, line, len, arg);
			continue;
		}
		wrong = passkeys_line_parse(line, len, &k);
		if (wrong != NULL) {
			snprintf(err, CONFIG_ERROR_MAX, "%.400s:%zu: %s", name,
			    lines.number, wrong);
			return -1;
		}
		rc = fn(&k, line, len, arg);
	}
	return rc;
}

static int
each_of_file(const char *path, each_fn *fn, void *arg,
    char err[CONFIG_ERROR_MAX])
{
	struct files_stamp stamp = file_stamp(path);
	struct buf text;
	int rc = -1;

	/* No file is a file without passkeys. */
	if (stamp.inode == 0)
		return 0;
	buf_init(&text, PASSKEYS_FILE_MAX);
	if (file_read(path, &text, err) == 0)
		rc = each(path, buf_str(&text), text.len, fn, arg, err);
	buf_free(&text);
	return rc;
}

static int
nothing(const struct passkey *k, const char *line, size_t len, void *arg)
{
	(void)k;
	(void)line;
	(void)len;
	(void)arg;
	return 0;
}

int
passkeys_check(const char *name, const char *text, size_t len,
    char err[CONFIG_ERROR_MAX])
{
	return each(name, text, len, nothing, NULL, err);
}

/* ---- Looking ------------------------------------------------------------- */

struct of_user {
	const struct users_entry *user;
	struct passkeys *out;
};

static int
take_own(const struct passkey *k, const char *line, size_t len, void *arg)
{
	struct of_user *o = arg;

	(void)line;
	(void)len;
	if (k != NULL && o->out->n < USERS_PASSKEYS_MAX &&
	    place_of(o->user, k) >= 0)
		o->out->list[o->out->n++] = *k;
	return 0;
}

int
passkeys_of(const char *path, const struct users_entry *u, struct passkeys *out,
    char err[CONFIG_ERROR_MAX])
{
	struct of_user o = { u, out };

	out->n = 0;
	return u->n_passkeys == 0 ? 0 : each_of_file(path, take_own, &o, err);
}

struct wanted {
	const unsigned char *id;
	size_t len;
	struct passkey *out;
};

static int
take_wanted(const struct passkey *k, const char *line, size_t len, void *arg)
{
	struct wanted *w = arg;

	(void)line;
	(void)len;
	if (k == NULL || !is_id(k, w->id, w->len))
		return 0;
	*w->out = *k;
	return 1;
}

int
passkeys_find(const char *path, const unsigned char *id, size_t len,
    struct passkey *out, char err[CONFIG_ERROR_MAX])
{
	struct wanted w = { id, len, out };

	return each_of_file(path, take_wanted, &w, err);
}

/* ---- Changing ------------------------------------------------------------ */

struct change {
	const struct passkey *key;
	const struct users_entry *user; /* when it is added */
	struct buf text;
	uint32_t count; /* when it was used */
	int64_t used;
	bool found;
	bool fits;
};

static int
rewrite(const struct passkey *k, const char *line, size_t len, void *arg)
{
	struct change *c = arg;
	struct passkey now;

	if (k != NULL && is_id(k, c->key->id, c->key->id_len)) {
		c->found = true;
		if (c->user != NULL)
			return 0;
		now = *k;
		c->fits = webauthn_count_fits(k->count, c->count);
		now.count = c->count;
		now.used = c->used;
		passkeys_line_write(&now, &c->text);
		return 0;
	}
	if (k != NULL && c->user != NULL &&
	    strcmp(k->user, c->user->name) == 0 && place_of(c->user, k) < 0)
		return 0;
	buf_append(&c->text, line, len);
	buf_putc(&c->text, '\n');
	return 0;
}

/* Is it somebody's who still is one? Whoever it was, is for the users file to
 * say; where a line says so, it is not taken again. */
static enum passkeys_result
change(const char *path, struct change *c, char err[CONFIG_ERROR_MAX])
{
	enum passkeys_result r = PASSKEYS_FAILED;
	struct files_edit e;

	if (file_edit_begin(&e, path, PASSKEYS_FILE_MAX,
		c->user != NULL ? FILE_MODE : 0, err) != 0)
		return PASSKEYS_FAILED;
	buf_init(&c->text, PASSKEYS_FILE_MAX);
	if (each(path, buf_str(&e.text), e.text.len, rewrite, c, err) != 0)
		goto out;
	if (c->user != NULL)
		passkeys_line_write(c->key, &c->text);
	if (c->user != NULL && c->found)
		r = PASSKEYS_EXISTS;
	else if (c->user == NULL && (!c->found || !c->fits))
		r = PASSKEYS_STALE;
	else if (!buf_ok(&c->text))
		snprintf(err, CONFIG_ERROR_MAX,
		    "%.400s: out of memory, or larger than 16 MiB", path);
	else if (file_edit_commit(&e, &c->text, err) == 0)
		r = PASSKEYS_DONE;
out:
	buf_free(&c->text);
	file_edit_end(&e);
	return r;
}

enum passkeys_result
passkeys_add(const char *path, const struct users_entry *u,
    const struct passkey *k, char err[CONFIG_ERROR_MAX])
{
	struct change c = { .key = k, .user = u };

	return change(path, &c, err);
}

enum passkeys_result
passkeys_used(const char *path, const struct passkey *k, uint32_t count,
    int64_t now, char err[CONFIG_ERROR_MAX])
{
	struct change c = { .key = k, .count = count };

	c.used = now - now % USED_STEP;
	if (!webauthn_count_fits(k->count, count))
		return PASSKEYS_STALE;
	if (count == k->count && c.used == k->used)
		return PASSKEYS_DONE;
	return change(path, &c, err);
}
