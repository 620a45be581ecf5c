/* SPDX-License-Identifier: MIT */
/* The users in the engine: read, and changed by who says what they were. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/encode.h"

#include "script.h"
#include "sentinel.h"
#include "tls.h"
#include "users_text.h"

struct engine_users_edit {
	struct users_text text;
	char digest[USERS_TEXT_DIGEST];
};

int
engine_users_path(const struct config *c, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/%s", c->runtime_dir, CONFIG_USERS_COPY);

	return n > 0 && (size_t)n < size ? 0 : -1;
}

/* Where the engine is. Returns 0, or -1 with the cause. */
static int
find_place(const struct users_text *t, const atomic_bool *stop,
    char place[CONN_PLACE_MAX], char cause[CONN_CAUSE_MAX])
{
	const struct config_state *c = t->config;
	struct sentinel s = { .n = c->sentinel.servers.n,
		.master = c->sentinel.master,
		.user = c->sentinel.user,
		.password = c->sentinel.password,
		.tls = t->tls };

	if (c->valkey != NULL) {
		snprintf(place, CONN_PLACE_MAX, "%s", c->valkey);
		return 0;
	}
	memcpy(s.servers, c->sentinel.servers.words,
	    s.n * sizeof(s.servers[0]));
	snprintf(cause, CONN_CAUSE_MAX, "no sentinel answers");
	return sentinel_find(&s, stop, place, cause);
}

int
users_text_open(struct users_text *t, const struct config_state *c,
    const atomic_bool *stop, char cause[CONN_CAUSE_MAX])
{
	const char *first =
	    c->valkey != NULL ? c->valkey : c->sentinel.servers.words[0];
	char place[CONN_PLACE_MAX];
	struct conn_peer peer = { .place = place,
		.user = c->users_user,
		.password = c->users_password };

	memset(t, 0, sizeof(*t));
	t->config = c;
	/* Not below the prefix, which the link's own user may read. */
	snprintf(t->key, sizeof(t->key), "users:%sfile", c->prefix);
	if (strncmp(first, CONFIG_TLS, strlen(CONFIG_TLS)) == 0 &&
	    (t->tls = tls_new(c->ca_file, cause)) == NULL)
		return -1;
	peer.tls = t->tls;
	if (find_place(t, stop, place, cause) == 0 &&
	    (t->conn = conn_open(&peer, cause)) != NULL &&
	    (c->valkey != NULL || sentinel_confirm(t->conn, cause) == 0)) {
		/* And what is beside the text. */
		conn_allow(t->conn, ENGINE_USERS_MAX + CONN_CAUSE_MAX);
		return 0;
	}
	users_text_close(t);
	return -1;
}

void
users_text_close(struct users_text *t)
{
	conn_close(t->conn);
	tls_free(t->tls);
	t->conn = NULL;
	t->tls = NULL;
}

int
users_text_name(const struct buf *text, char digest[USERS_TEXT_DIGEST])
{
	unsigned char sum[CRYPTO_SHA256_LEN];

	digest[0] = '\0';
	if (text->len == 0)
		return 0;
	if (crypto_sha256(sum, buf_str(text), text->len) == -1)
		return -1;
	encode_hex(digest, sum, sizeof(sum));
	return 0;
}

int
users_text_digest(struct users_text *t, char digest[USERS_TEXT_DIGEST],
    char cause[CONN_CAUSE_MAX])
{
	const char *argv[] = { "HGET", t->key, "digest" };
	struct conn_reply r;

	if (conn_call(t->conn, 3, argv, &r) != 0) {
		conn_cause(t->conn, NULL, cause);
		return -1;
	}
	snprintf(digest, USERS_TEXT_DIGEST, "%.*s", USERS_TEXT_DIGEST - 1,
	    r.text);
	conn_reply_free(&r);
	return 0;
}

int
users_text_get(struct users_text *t, char digest[USERS_TEXT_DIGEST],
    struct buf *text, char cause[CONN_CAUSE_MAX])
{
	const char *argv[] = { "HMGET", t->key, "digest", "text" };
	struct conn_reply r;
	int rc = 0;

	buf_reset(text);
	if (conn_call(t->conn, 4, argv, &r) != 0) {
		conn_cause(t->conn, NULL, cause);
		return -1;
	}
	if (buf_puts(text, conn_item(&r, 1)) != 0 ||
	    users_text_name(text, digest) != 0) {
		snprintf(cause, CONN_CAUSE_MAX,
		    "the users are too many, or there is no memory");
		rc = -1;
	} else if (strcmp(digest, conn_item(&r, 0)) != 0) {
		snprintf(cause, CONN_CAUSE_MAX,
		    "the users in it are damaged: their digest is another one");
		rc = -1;
	}
	conn_reply_free(&r);
	return rc;
}

static const atomic_bool never = false;

/* The line of a cause. */
static void
complain(const char *cause, char err[CONFIG_ERROR_MAX])
{
	snprintf(err, CONFIG_ERROR_MAX, "state: users in the engine: %s",
	    cause);
}

struct engine_users_edit *
engine_users_edit(const struct config *c, struct buf *text,
    char err[CONFIG_ERROR_MAX])
{
	struct engine_users_edit *e = calloc(1, sizeof(*e));
	char cause[CONN_CAUSE_MAX] = "out of memory";

	if (e != NULL &&
	    users_text_open(&e->text, &c->state, &never, cause) == 0 &&
	    users_text_get(&e->text, e->digest, text, cause) == 0)
		return e;
	complain(cause, err);
	engine_users_edit_end(e);
	return NULL;
}

bool
engine_users_edit_has(const struct engine_users_edit *e)
{
	return e->digest[0] != '\0';
}

enum engine_users_result
engine_users_edit_commit(struct engine_users_edit *e, const struct buf *text,
    char err[CONFIG_ERROR_MAX])
{
	char digest[USERS_TEXT_DIGEST], cause[CONN_CAUSE_MAX] = "out of memory";
	const char *argv[] = { "EVAL", script_users, "1", e->text.key,
		e->digest, buf_str(text), digest };
	struct conn_reply r;
	bool stored;

	if (!buf_ok(text) || text->len == 0 ||
	    users_text_name(text, digest) != 0) {
		complain(cause, err);
		return ENGINE_USERS_FAILED;
	}
	if (conn_call(e->text.conn, 7, argv, &r) != 0) {
		conn_cause(e->text.conn, NULL, cause);
		complain(cause, err);
		return ENGINE_USERS_FAILED;
	}
	stored = r.number == 1;
	conn_reply_free(&r);
	if (stored)
		return ENGINE_USERS_STORED;
	complain("somebody else has changed them meanwhile", err);
	return ENGINE_USERS_STALE;
}

void
engine_users_edit_end(struct engine_users_edit *e)
{
	if (e != NULL)
		users_text_close(&e->text);
	free(e);
}
