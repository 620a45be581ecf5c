/* SPDX-License-Identifier: MIT */
/* Access tokens: the file of their digests, and looking one up. */
#include "config.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/files.h"
#include "confab/base/lines.h"
#include "confab/base/log.h"
#include "confab/identity/access_tokens.h"

#define SECRET_LEN 32
#define ID_BYTES 4
#define CHECKSUM_BYTES 4
#define CHECKSUM_TEXT ENCODE_BASE64URL_LEN(CHECKSUM_BYTES)
#define DIGEST_LEN 32
#define FIELDS 6
#define FILE_MODE 0640

/* The file that was asked about last, as it was read. */
struct access_tokens_file {
	pthread_mutex_t lock;
	char *path;
	struct files_stamp stamp;
	struct access_tokens tokens;
};

void
access_tokens_clear(struct access_tokens *t)
{
	free(t->list);
	t->list = NULL;
	t->n = 0;
}

static int
time_of(const char *s, size_t len, int64_t *out)
{
	int64_t n = 0;

	if (len == 0 || len > 15)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = n * 10 + (s[i] - '0');
	}
	*out = n;
	return 0;
}

/* An id is what encode_hex() writes. */
static bool
id_valid(const char *s, size_t len)
{
	unsigned char bytes[ACCESS_TOKEN_ID_MAX / 2];

	return len > 0 && decode_hex(bytes, sizeof(bytes), s, len) > 0;
}

/* One line. Returns NULL, or what is wrong with it. */
static const char *
parse_line(const char *s, size_t len, struct access_token *t)
{
	const char *f[FIELDS], *end = s + len, *wrong = NULL;
	size_t n[FIELDS];

	memset(t, 0, sizeof(*t));
	for (int i = 0; i < FIELDS; i++) {
		const char *stop = memchr(s, ':', (size_t)(end - s));

		if (s == NULL || (stop == NULL && i < FIELDS - 1))
			return "a line is ID:USER:LABEL:DIGEST:CREATED:EXPIRES "
			       "and then limits";
		f[i] = s;
		n[i] = (size_t)((stop != NULL ? stop : end) - s);
		s = stop != NULL ? stop + 1 : NULL;
	}
	if (!id_valid(f[0], n[0]))
		return "an id has up to 16 hexadecimal digits";
	memcpy(t->id, f[0], n[0]);
	if (!users_name_valid(f[1], n[1]))
		return "this is not a user's name";
	memcpy(t->user, f[1], n[1]);
	if (n[2] > ACCESS_TOKEN_LABEL_MAX || !users_name_valid(f[2], n[2]))
		return "a label has 1 to 64 bytes, as a user's name";
	memcpy(t->label, f[2], n[2]);
	if (decode_hex(t->digest, DIGEST_LEN, f[3], n[3]) != DIGEST_LEN)
		return "a digest has 64 hexadecimal digits";
	if (time_of(f[4], n[4], &t->created) != 0 ||
	    time_of(f[5], n[5], &t->expires) != 0)
		return "times are seconds since 1970";
	while (s != NULL && wrong == NULL) {
		const char *stop = memchr(s, ':', (size_t)(end - s));

		wrong = token_limits_parse(&t->limits, s,
		    (size_t)((stop != NULL ? stop : end) - s));
		s = stop != NULL ? stop + 1 : NULL;
	}
	return wrong != NULL ? "a limit is not one of read-only=yes, "
			       "requests=N, tokens=N, models=LIST, "
			       "networks=LIST"
			     : NULL;
}

static int
add(struct access_tokens *out, const struct access_token *t)
{
	struct access_token *list;

	if (out->n == ACCESS_TOKENS_MAX)
		return -1;
	/* Grows by doubling, at each power of two. */
	if ((out->n & (out->n - 1)) == 0) {
		list = realloc(out->list,
		    (out->n == 0 ? 1 : 2 * out->n) * sizeof(*list));
		if (list == NULL)
			return -1;
		out->list = list;
	}
	out->list[out->n++] = *t;
	return 0;
}

int
access_tokens_parse(const char *name, const char *text, size_t len,
    struct access_tokens *out, char err[CONFIG_ERROR_MAX])
{
	const char *cause = NULL, *s;
	struct access_token t;
	struct lines lines;
	size_t n;

	out->list = NULL;
	out->n = 0;
	lines_begin(&lines, text, len);
	while (cause == NULL && lines_next(&lines, &s, &n)) {
		if (n > 0 && *s != '#' &&
		    (cause = parse_line(s, n, &t)) == NULL && add(out, &t) != 0)
			cause = "out of memory, or more than 10000 tokens";
	}
	if (cause == NULL)
		return 0;
	snprintf(err, CONFIG_ERROR_MAX, "%.400s:%zu: %s", name, lines.number,
	    cause);
	access_tokens_clear(out);
	return -1;
}

int
access_tokens_read(const char *path, struct access_tokens *out,
    char err[CONFIG_ERROR_MAX])
{
	struct files_stamp stamp = file_stamp(path);
	struct buf text;
	int rc = -1;

	out->list = NULL;
	out->n = 0;
	/* No file is a file without tokens. */
	if (stamp.inode == 0)
		return 0;
	buf_init(&text, ACCESS_TOKENS_FILE_MAX);
	if (file_read(path, &text, err) == 0)
		rc = access_tokens_parse(path, buf_str(&text), text.len, out,
		    err);
	buf_wipe(&text);
	return rc;
}

struct access_tokens_file *
access_tokens_open(void)
{
	struct access_tokens_file *f = calloc(1, sizeof(*f));

	if (f != NULL && pthread_mutex_init(&f->lock, NULL) != 0) {
		free(f);
		f = NULL;
	}
	return f;
}

void
access_tokens_close(struct access_tokens_file *f)
{
	if (f == NULL)
		return;
	access_tokens_clear(&f->tokens);
	pthread_mutex_destroy(&f->lock);
	free(f->path);
	free(f);
}

/* Makes it hold this file as it is now. The lock is held. */
static int
follow(struct access_tokens_file *f, const char *path,
    char err[CONFIG_ERROR_MAX])
{
	struct files_stamp now = file_stamp(path);
	struct access_tokens fresh;
	char *copy;

	if (f->path != NULL && strcmp(f->path, path) == 0 &&
	    file_stamp_same(&now, &f->stamp))
		return 0;
	/* One that cannot be read is no reason to take the old ones: what was
	 * revoked with the change would live on. */
	if (access_tokens_read(path, &fresh, err) != 0)
		return -1;
	copy = strdup(path);
	if (copy == NULL) {
		access_tokens_clear(&fresh);
		snprintf(err, CONFIG_ERROR_MAX, "%.400s: out of memory", path);
		return -1;
	}
	free(f->path);
	access_tokens_clear(&f->tokens);
	f->path = copy;
	f->stamp = now;
	f->tokens = fresh;
	return 0;
}

/* Writes the checksum of text[0..len) after it. Returns 0, or -1. */
static int
put_checksum(char *text, size_t len)
{
	unsigned char digest[CRYPTO_SHA256_LEN];

	if (crypto_sha256(digest, text, len) != 0)
		return -1;
	encode_base64url(text + len, digest, CHECKSUM_BYTES);
	return 0;
}

static bool
begins(const char *text, size_t len, const char *with)
{
	return len >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

/* Has it the form of a token? What was mistyped is refused by its checksum. */
static bool
is_token(const char *text, size_t len)
{
	char copy[ACCESS_TOKEN_MAX + 1];
	bool good = false;

	if (len > ACCESS_TOKEN_MAX)
		return false;
	if (begins(text, len, ACCESS_TOKEN_PREFIX_BEFORE))
		return true;
	if (!begins(text, len, ACCESS_TOKEN_PREFIX) ||
	    len !=
		strlen(ACCESS_TOKEN_PREFIX) + ENCODE_BASE64URL_LEN(SECRET_LEN) +
		    CHECKSUM_TEXT)
		return false;
	memcpy(copy, text, len);
	if (put_checksum(copy, len - CHECKSUM_TEXT) == 0)
		good = memcmp(copy, text, len) == 0;
	crypto_wipe(copy, sizeof(copy));
	return good;
}

int
access_tokens_find(struct access_tokens_file *f, const char *path,
    const char *text, size_t len, struct access_token *out,
    char err[CONFIG_ERROR_MAX])
{
	unsigned char digest[CRYPTO_SHA256_LEN];
	int found = 0;

	if (!is_token(text, len))
		return 0;
	if (crypto_sha256(digest, text, len) != 0)
		return 0;
	pthread_mutex_lock(&f->lock);
	if (follow(f, path, err) != 0)
		found = -1;
	for (size_t i = 0; found == 0 && i < f->tokens.n; i++)
		if (crypto_equal(f->tokens.list[i].digest, digest,
			sizeof(digest))) {
			*out = f->tokens.list[i];
			found = 1;
		}
	pthread_mutex_unlock(&f->lock);
	return found;
}

static void
write_token(const struct access_token *t, struct buf *out)
{
	char digest[2 * DIGEST_LEN + 1];

	encode_hex(digest, t->digest, DIGEST_LEN);
	buf_printf(out, "%s:%s:%s:%s:%" PRId64 ":%" PRId64, t->id, t->user,
	    t->label, digest, t->created, t->expires);
	token_limits_write(&t->limits, out);
	buf_putc(out, '\n');
}

/* Makes the token's id, text and digest. */
static int
generate(struct access_token *t, char text[ACCESS_TOKEN_MAX + 1])
{
	unsigned char secret[SECRET_LEN], id[ID_BYTES];
	size_t len = strlen(ACCESS_TOKEN_PREFIX);
	int rc = -1;

	if (crypto_random(secret, sizeof(secret)) == 0 &&
	    crypto_random(id, sizeof(id)) == 0) {
		memcpy(text, ACCESS_TOKEN_PREFIX, len);
		len += encode_base64url(text + len, secret, sizeof(secret));
		encode_hex(t->id, id, sizeof(id));
		if (put_checksum(text, len) == 0)
			rc =
			    crypto_sha256(t->digest, text, len + CHECKSUM_TEXT);
	}
	crypto_wipe(secret, sizeof(secret));
	return rc;
}

static size_t
count_of(const struct access_tokens *all, const char *user)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->list[i].user, user) == 0)
			n++;
	return n;
}

/* Writes the file with the token, if there is room for it. */
static enum access_tokens_result
add_to(struct files_edit *e, const char *path, const struct access_token *t,
    size_t max, char err[CONFIG_ERROR_MAX])
{
	enum access_tokens_result r = ACCESS_TOKENS_FAILED;
	struct access_tokens all;
	struct buf next;

	if (access_tokens_parse(path, buf_str(&e->text), e->text.len, &all,
		err) != 0)
		return r;
	buf_init(&next, ACCESS_TOKENS_FILE_MAX);
	buf_append(&next, buf_str(&e->text), e->text.len);
	if (next.len > 0 && next.data[next.len - 1] != '\n')
		buf_putc(&next, '\n');
	write_token(t, &next);
	if (max > 0 && count_of(&all, t->user) >= max) {
		snprintf(err, CONFIG_ERROR_MAX,
		    "the user has %zu tokens already", max);
		r = ACCESS_TOKENS_FULL;
	} else if (all.n == ACCESS_TOKENS_MAX)
		snprintf(err, CONFIG_ERROR_MAX, "%.400s: has %d tokens already",
		    path, ACCESS_TOKENS_MAX);
	else if (file_edit_commit(e, &next, err) == 0)
		r = ACCESS_TOKENS_DONE;
	access_tokens_clear(&all);
	buf_wipe(&next);
	return r;
}

enum access_tokens_result
access_tokens_new(const char *path, struct access_token *t, size_t max,
    char text[ACCESS_TOKEN_MAX + 1], char err[CONFIG_ERROR_MAX])
{
	enum access_tokens_result r;
	struct files_edit e;

	if (!users_name_valid(t->user, strlen(t->user)) ||
	    !users_name_valid(t->label, strlen(t->label)) ||
	    generate(t, text) != 0) {
		snprintf(err, CONFIG_ERROR_MAX,
		    "a user and a label have 1 to %d bytes of UTF-8 without "
		    "colons and control characters",
		    ACCESS_TOKEN_LABEL_MAX);
		return ACCESS_TOKENS_FAILED;
	}
	if (file_edit_begin(&e, path, ACCESS_TOKENS_FILE_MAX, FILE_MODE, err) !=
	    0)
		return ACCESS_TOKENS_FAILED;
	r = add_to(&e, path, t, max, err);
	file_edit_end(&e);
	if (r != ACCESS_TOKENS_DONE)
		crypto_wipe(text, ACCESS_TOKEN_MAX + 1);
	return r;
}

/* Copies the file without the token's line, which it keeps in `removed`. */
static int
copy_without(const char *id, const char *user, const struct buf *text,
    struct buf *out, struct access_token *removed)
{
	struct access_token t;
	struct lines lines;
	const char *s;
	int found = 0;
	size_t n;

	lines_begin(&lines, buf_str(text), text->len);
	while (lines_next(&lines, &s, &n)) {
		if (n > 0 && *s != '#' && parse_line(s, n, &t) == NULL &&
		    strcmp(t.id, id) == 0 &&
		    (user == NULL || strcmp(t.user, user) == 0)) {
			*removed = t;
			found = 1;
		} else {
			buf_append(out, s, (size_t)(lines.next - s));
		}
	}
	return found;
}

enum access_tokens_result
access_tokens_revoke(const char *path, const char *id, const char *user,
    struct access_token *removed, char err[CONFIG_ERROR_MAX])
{
	enum access_tokens_result r = ACCESS_TOKENS_NONE;
	struct files_edit e;
	struct buf next;

	if (file_edit_begin(&e, path, ACCESS_TOKENS_FILE_MAX, 0, err) != 0)
		return ACCESS_TOKENS_FAILED;
	buf_init(&next, ACCESS_TOKENS_FILE_MAX);
	if (copy_without(id, user, &e.text, &next, removed))
		r = file_edit_commit(&e, &next, err) == 0
		    ? ACCESS_TOKENS_DONE
		    : ACCESS_TOKENS_FAILED;
	buf_wipe(&next);
	file_edit_end(&e);
	return r;
}
