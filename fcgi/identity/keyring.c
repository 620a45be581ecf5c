/* SPDX-License-Identifier: MIT */
/* The secret file: parsing, following, making and rotating its keys. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/files.h"
#include "confab/base/lines.h"
#include "confab/base/log.h"
#include "confab/identity/keyring.h"

#define ID_BYTES 4  /* random bytes of a new key's id */
#define DATE_LEN 20 /* 2026-01-31T12:00:00Z */
#define CREDENTIAL "credential:"

struct keyring {
	pthread_mutex_t lock;	  /* guards all below */
	char *name;		  /* as configured */
	char *path;		  /* of the file */
	uid_t worker;		  /* whose it may be, besides root's and ours */
	struct files_stamp stamp; /* of what was read, good or bad */
	struct keyring_keys keys;
};

void
keyring_wipe(struct keyring_keys *keys)
{
	crypto_wipe(keys, sizeof(*keys));
}

static int
complain(char err[CONFIG_ERROR_MAX], const char *name, size_t line,
    const char *cause)
{
	snprintf(err, CONFIG_ERROR_MAX, "%s:%zu: %s", name, line, cause);
	return -1;
}

static int
parse_date(const char *s, size_t len, int64_t *out)
{
	char text[DATE_LEN + 1];
	const char *end;
	struct tm tm;

	if (len != DATE_LEN)
		return -1;
	memcpy(text, s, DATE_LEN);
	text[DATE_LEN] = '\0';
	memset(&tm, 0, sizeof(tm));
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end == NULL || *end != '\0')
		return -1;
	*out = (int64_t)timegm(&tm);
	return 0;
}

/* The word at *p, which moves behind it and the spaces that follow. */
static const char *
word(const char **p, const char *end, size_t *len)
{
	const char *start = *p;

	while (*p < end && **p != ' ' && **p != '\t')
		(*p)++;
	*len = (size_t)(*p - start);
	while (*p < end && (**p == ' ' || **p == '\t'))
		(*p)++;
	return start;
}

/* One line into `key`; returns NULL or what is wrong with it. */
static const char *
parse_key(const char *p, const char *end, struct token_key *key, int64_t *since)
{
	size_t len;
	const char *s = word(&p, end, &len);

	if (len == 0 || len > TOKEN_KEY_ID_MAX)
		return "a key's id has 1 to 16 letters and digits";
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]))
			return "a key's id has 1 to 16 letters and digits";
	memcpy(key->id, s, len);
	key->id[len] = '\0';
	s = word(&p, end, &len);
	if (parse_date(s, len, since) != 0)
		return "after the id comes a date like 2026-01-31T12:00:00Z";
	s = word(&p, end, &len);
	if (decode_hex(key->key, sizeof(key->key), s, len) != TOKEN_KEY_LEN)
		return "after the date come 64 hexadecimal digits";
	if (p != end)
		return "there is more on the line than id, date and key";
	return NULL;
}

/* Puts a key at its place: the newest first, of equals the later line. */
static int
insert(struct keyring_keys *out, const struct token_key *key, int64_t since)
{
	size_t i = 0;

	for (size_t j = 0; j < out->n; j++)
		if (strcmp(out->keys[j].id, key->id) == 0)
			return -1;
	while (i < out->n && out->since[i] > since)
		i++;
	memmove(&out->keys[i + 1], &out->keys[i],
	    (out->n - i) * sizeof(out->keys[0]));
	memmove(&out->since[i + 1], &out->since[i],
	    (out->n - i) * sizeof(out->since[0]));
	out->keys[i] = *key;
	out->since[i] = since;
	out->n++;
	return 0;
}

int
keyring_parse(const char *name, const char *text, size_t len,
    struct keyring_keys *out, char err[CONFIG_ERROR_MAX])
{
	struct token_key key;
	int64_t since = 0;
	const char *cause = NULL, *s;
	struct lines lines;
	size_t n;

	memset(out, 0, sizeof(*out));
	lines_begin(&lines, text, len);
	while (cause == NULL && lines_next(&lines, &s, &n)) {
		if (n == 0 || *s == '#')
			continue;
		if (out->n == TOKEN_KEYS_MAX)
			cause = "there are more than 16 keys";
		else if ((cause = parse_key(s, s + n, &key, &since)) == NULL &&
		    insert(out, &key, since) != 0)
			cause = "a key of that id is above already";
	}
	crypto_wipe(&key, sizeof(key));
	if (cause == NULL && out->n > 0)
		return 0;
	keyring_wipe(out);
	if (cause == NULL)
		cause = "there is no key; \"confabctl secret new\" makes one";
	return complain(err, name, lines.number, cause);
}

/* Reads the file that is now there. */
static int
read_keys(const char *name, uid_t worker, struct keyring_keys *out,
    char err[CONFIG_ERROR_MAX])
{
	size_t len = 0;
	char *text = config_secret(name, worker, KEYRING_FILE_MAX, &len, err);
	int rc;

	if (text == NULL)
		return -1;
	rc = keyring_parse(name, text, len, out, err);
	crypto_wipe(text, len);
	free(text);
	return rc;
}

/* The path behind "credential:NAME", or the name itself. */
static char *
resolve(const char *name)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	char *path;

	if (strncmp(name, CREDENTIAL, strlen(CREDENTIAL)) != 0 ||
	    folder == NULL)
		return strdup(name);
	if (asprintf(&path, "%s/%s", folder, name + strlen(CREDENTIAL)) < 0)
		return NULL;
	return path;
}

struct keyring *
keyring_load(const char *name, uid_t worker, char err[CONFIG_ERROR_MAX])
{
	struct keyring *k = calloc(1, sizeof(*k));

	if (k == NULL)
		goto no_memory;
	k->name = strdup(name);
	k->path = resolve(name);
	if (k->name == NULL || k->path == NULL)
		goto no_memory;
	k->worker = worker;
	k->stamp = file_stamp(k->path);
	if (read_keys(name, worker, &k->keys, err) != 0)
		goto fail;
	if (pthread_mutex_init(&k->lock, NULL) != 0)
		goto no_memory;
	return k;
no_memory:
	snprintf(err, CONFIG_ERROR_MAX, "%s: out of memory", name);
fail:
	if (k != NULL) {
		free(k->name);
		free(k->path);
	}
	free(k);
	return NULL;
}

void
keyring_free(struct keyring *k)
{
	if (k == NULL)
		return;
	pthread_mutex_destroy(&k->lock);
	free(k->name);
	free(k->path);
	keyring_wipe(&k->keys);
	free(k);
}

/* Before its time a key verifies only. Where no key's time has come, a clock was
 * set back, and the newest signs. */
static void
put_signer_first(struct keyring_keys *keys, int64_t now)
{
	struct token_key key;
	int64_t since;
	size_t i = 0;

	while (i < keys->n && keys->since[i] > now)
		i++;
	if (i == 0 || i == keys->n)
		return;
	key = keys->keys[i];
	since = keys->since[i];
	memmove(&keys->keys[1], &keys->keys[0], i * sizeof(keys->keys[0]));
	memmove(&keys->since[1], &keys->since[0], i * sizeof(keys->since[0]));
	keys->keys[0] = key;
	keys->since[0] = since;
	crypto_wipe(&key, sizeof(key));
}

void
keyring_keys(struct keyring *k, struct keyring_keys *out)
{
	char err[CONFIG_ERROR_MAX];
	struct files_stamp now = file_stamp(k->path);
	struct keyring_keys fresh;

	pthread_mutex_lock(&k->lock);
	if (!file_stamp_same(&now, &k->stamp)) {
		k->stamp = now;
		if (read_keys(k->name, k->worker, &fresh, err) == 0) {
			k->keys = fresh;
			keyring_wipe(&fresh);
			log_msg(LOG_LEVEL_NOTICE, "keys read again from %s",
			    k->name);
		} else
			log_msg(LOG_LEVEL_ERROR,
			    "the keys stay as they were: %s", err);
	}
	*out = k->keys;
	pthread_mutex_unlock(&k->lock);
	put_signer_first(out, clock_wall());
}

/* A new key that signs since then, in `keys`, which has room for it. */
static int
add_key(struct keyring_keys *keys, int64_t since, char id[TOKEN_KEY_ID_MAX + 1])
{
	unsigned char id_bytes[ID_BYTES];
	struct token_key key;
	int rc = -1;

	memset(&key, 0, sizeof(key));
	if (crypto_random(id_bytes, sizeof(id_bytes)) == 0 &&
	    crypto_random(key.key, sizeof(key.key)) == 0) {
		encode_hex(key.id, id_bytes, sizeof(id_bytes));
		memcpy(id, key.id, sizeof(key.id));
		rc = insert(keys, &key, since);
	}
	crypto_wipe(&key, sizeof(key));
	return rc;
}

static void
write_keys(const struct keyring_keys *keys, struct buf *out)
{
	char hex[2 * TOKEN_KEY_LEN + 1];
	char date[DATE_LEN + 1];

	buf_puts(out,
	    "# Keys that sign sessions, one a line: id, since when, key.\n"
	    "# The newest whose time has come signs; removing a line ends the\n"
	    "# sessions it signed. Keep secret.\n");
	for (size_t i = 0; i < keys->n; i++) {
		time_t since = (time_t)keys->since[i];
		struct tm tm;

		if (gmtime_r(&since, &tm) == NULL ||
		    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm) !=
			DATE_LEN) {
			out->failed = true;
			return;
		}
		encode_hex(hex, keys->keys[i].key, TOKEN_KEY_LEN);
		buf_printf(out, "%s %s %s\n", keys->keys[i].id, date, hex);
		crypto_wipe(hex, sizeof(hex));
	}
}

/* Writes a file that does not exist yet. */
static int
write_new(const char *path, const struct buf *text, char err[CONFIG_ERROR_MAX])
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		snprintf(err, CONFIG_ERROR_MAX, "%s: cannot be made: %s", path,
		    strerror(errno));
		return -1;
	}
	if (write(fd, text->data, text->len) != (ssize_t)text->len ||
	    fsync(fd) != 0) {
		snprintf(err, CONFIG_ERROR_MAX, "%s: cannot be written: %s",
		    path, strerror(errno));
		unlink(path);
		close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

int
keyring_create(const char *path, char id[TOKEN_KEY_ID_MAX + 1],
    char err[CONFIG_ERROR_MAX])
{
	struct keyring_keys keys;
	struct buf text;
	int rc = -1;

	memset(&keys, 0, sizeof(keys));
	buf_init_secret(&text, KEYRING_FILE_MAX);
	if (add_key(&keys, clock_wall(), id) == 0)
		write_keys(&keys, &text);
	if (text.len == 0 || !buf_ok(&text))
		snprintf(err, CONFIG_ERROR_MAX, "%s: no random bytes", path);
	else
		rc = write_new(path, &text, err);
	buf_wipe(&text);
	keyring_wipe(&keys);
	return rc;
}

/* Makes room at `now` for a key that is the newest: what was to sign later, or
 * was made by a clock that was ahead, is older than that. */
static void
make_older(struct keyring_keys *keys, int64_t now)
{
	for (size_t i = 0; i < keys->n; i++) {
		int64_t most = now - 1 - (int64_t)i;

		if (keys->since[i] > most)
			keys->since[i] = most;
	}
}

/* Drops keys that were to sign later, unless there are no others. Returns how
 * many. */
static size_t
drop_waiting(struct keyring_keys *keys, int64_t now)
{
	size_t n = 0;

	while (n < keys->n && keys->since[n] > now)
		n++;
	if (n == keys->n)
		return 0;
	keys->n -= n;
	memmove(&keys->keys[0], &keys->keys[n],
	    keys->n * sizeof(keys->keys[0]));
	memmove(&keys->since[0], &keys->since[n],
	    keys->n * sizeof(keys->since[0]));
	return n;
}

int
keyring_rotate(const char *path, size_t keep, int64_t after,
    char id[TOKEN_KEY_ID_MAX + 1], char err[CONFIG_ERROR_MAX])
{
	int64_t now = clock_wall();
	struct keyring_keys keys;
	struct files_edit e;
	struct buf text;
	int dropped = -1;

	if (file_edit_begin(&e, path, KEYRING_FILE_MAX, 0, err) != 0)
		return -1;
	buf_init_secret(&text, KEYRING_FILE_MAX);
	if (keyring_parse(path, buf_str(&e.text), e.text.len, &keys, err) != 0)
		goto out;
	if (keep > TOKEN_KEYS_MAX - 1)
		keep = TOKEN_KEYS_MAX - 1;
	dropped = 0;
	if (after == 0)
		make_older(&keys, now);
	else
		dropped = (int)drop_waiting(&keys, now);
	if (keys.n > keep) {
		dropped += (int)(keys.n - keep);
		keys.n = keep;
	}
	if (add_key(&keys, now + after, id) != 0) {
		snprintf(err, CONFIG_ERROR_MAX, "%s: no random bytes", path);
		dropped = -1;
		goto out;
	}
	write_keys(&keys, &text);
	if (file_edit_commit(&e, &text, err) != 0)
		dropped = -1;
out:
	buf_wipe(&text);
	keyring_wipe(&keys);
	file_edit_end(&e);
	return dropped;
}
