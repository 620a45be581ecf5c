/* SPDX-License-Identifier: MIT */
/* A copy of the users for this host, and the thread that keeps it true. */
#include "config.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "confab/base/files.h"
#include "confab/base/log.h"
#include "confab/system/thread.h"

#include "users_text.h"

#define COPY_MODE 0600
#define AGAIN_MAX 3000 /* ms until the next try to connect */

struct engine_users {
	struct config *config; /* a reference */
	char path[PATH_MAX];
	pthread_t thread;
	int wake;
	atomic_bool stop, known, up;
	/* The thread's. */
	struct users_text text;
	struct files_stamp stamp; /* of the copy whose digest is: */
	char digest[USERS_TEXT_DIGEST];
	char said[CONN_CAUSE_MAX];
	bool missed; /* that the engine has none was said */
};

/* Replaces the copy by what the engine has now. The file's lock orders this and
 * other threads and processes: nobody puts an older text behind a newer one. */
static int
renew(struct users_text *t, const char *path, char cause[CONN_CAUSE_MAX])
{
	char err[FILES_ERROR_MAX], digest[USERS_TEXT_DIGEST];
	struct files_edit e;
	struct buf text;
	int rc;

	if (file_edit_begin(&e, path, ENGINE_USERS_MAX, COPY_MODE, err) != 0) {
		snprintf(cause, CONN_CAUSE_MAX, "%.*s", CONN_CAUSE_MAX - 1,
		    err);
		return -1;
	}
	buf_init(&text, ENGINE_USERS_MAX);
	rc = users_text_get(t, digest, &text, cause);
	/* None at all are those that were lost: what is known stays. */
	if (rc == 0 && text.len > 0 &&
	    (text.len != e.text.len ||
		memcmp(buf_str(&text), buf_str(&e.text), text.len) != 0)) {
		rc = file_edit_commit(&e, &text, err);
		if (rc != 0)
			snprintf(cause, CONN_CAUSE_MAX, "%.*s",
			    CONN_CAUSE_MAX - 1, err);
	}
	buf_wipe(&text);
	file_edit_end(&e);
	return rc;
}

int
engine_users_refresh(const struct config *c, char err[CONFIG_ERROR_MAX])
{
	static const atomic_bool never = false;
	char path[PATH_MAX], cause[CONN_CAUSE_MAX] = "the name is too long";
	struct users_text t = { .conn = NULL };
	int rc = -1;

	if (engine_users_path(c, path, sizeof(path)) == 0 &&
	    users_text_open(&t, &c->state, &never, cause) == 0)
		rc = renew(&t, path, cause);
	users_text_close(&t);
	if (rc != 0)
		snprintf(err, CONFIG_ERROR_MAX,
		    "state: users in the engine: %s", cause);
	return rc;
}

/* Finds the digest of the copy, where it is another file by now. */
static void
look_at_copy(struct engine_users *u)
{
	struct files_stamp now = file_stamp(u->path);
	char err[FILES_ERROR_MAX];
	struct buf text;

	if (file_stamp_same(&now, &u->stamp))
		return;
	buf_init(&text, ENGINE_USERS_MAX);
	u->digest[0] = '\0';
	if (file_read(u->path, &text, err) == 0 &&
	    users_text_name(&text, u->digest) == 0)
		u->stamp = now;
	if (text.len > 0)
		atomic_store(&u->known, true);
	buf_wipe(&text);
}

/* Says once that the engine has none. */
static void
miss(struct engine_users *u, bool none)
{
	if (none && !u->missed)
		log_msg(LOG_LEVEL_WARN,
		    "state: the engine has no users; this host goes on with "
		    "those it knows (confabctl user import)");
	u->missed = none;
}

/* Looks once. Returns 0, or -1 with the cause. */
static int
look(struct engine_users *u, char cause[CONN_CAUSE_MAX])
{
	char digest[USERS_TEXT_DIGEST];

	if (u->text.conn == NULL &&
	    users_text_open(&u->text, &u->config->state, &u->stop, cause) != 0)
		return -1;
	if (users_text_digest(&u->text, digest, cause) != 0)
		return -1;
	miss(u, digest[0] == '\0');
	look_at_copy(u);
	if (digest[0] == '\0' || strcmp(digest, u->digest) == 0)
		return 0;
	if (renew(&u->text, u->path, cause) != 0)
		return -1;
	look_at_copy(u);
	return 0;
}

/* The same, and says what has changed. Returns 0 or -1. */
static int
look_and_say(struct engine_users *u)
{
	char cause[CONN_CAUSE_MAX] = "it did not answer as it should";
	int rc = look(u, cause);

	atomic_store(&u->up, rc == 0);
	if (rc == 0 && u->said[0] != '\0') {
		log_msg(LOG_LEVEL_NOTICE,
		    "state: the users in the engine are there");
		u->said[0] = '\0';
	} else if (rc != 0 && strcmp(cause, u->said) != 0) {
		log_msg(LOG_LEVEL_WARN,
		    "state: users in the engine: %s; this host goes on with "
		    "those it knows",
		    cause);
		memcpy(u->said, cause, sizeof(u->said));
	}
	if (rc != 0)
		users_text_close(&u->text);
	return rc;
}

static void *
follow(void *arg)
{
	struct engine_users *u = arg;
	struct pollfd p = { u->wake, POLLIN, 0 };
	int wait = ENGINE_USERS_LOOK;

	while (!atomic_load(&u->stop)) {
		(void)poll(&p, 1, wait);
		if (atomic_load(&u->stop))
			break;
		if (look_and_say(u) == 0)
			wait = ENGINE_USERS_LOOK;
		else
			wait = wait * 2 < AGAIN_MAX ? wait * 2 : AGAIN_MAX;
	}
	return NULL;
}

static void
users_free(struct engine_users *u)
{
	users_text_close(&u->text);
	if (u->wake >= 0)
		close(u->wake);
	config_free(u->config);
	free(u);
}

int
engine_users_start(struct config *c, struct engine_users **out,
    char err[CONFIG_ERROR_MAX])
{
	struct engine_users *u;

	*out = NULL;
	if (c->state.users != USERS_VALKEY)
		return 0;
	u = calloc(1, sizeof(*u));
	if (u == NULL)
		goto fail;
	u->config = config_ref(c);
	u->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (u->wake < 0 ||
	    engine_users_path(c, u->path, sizeof(u->path)) != 0) {
		users_free(u);
		goto fail;
	}
	look_at_copy(u);
	(void)look_and_say(u);
	if (thread_start(&u->thread, NULL, follow, u) != 0) {
		users_free(u);
		goto fail;
	}
	*out = u;
	return 0;
fail:
	snprintf(err, CONFIG_ERROR_MAX,
	    "state: users: no memory, or no thread");
	return -1;
}

void
engine_users_stop(struct engine_users *u)
{
	const uint64_t one = 1;
	ssize_t n;

	if (u == NULL)
		return;
	atomic_store(&u->stop, true);
	n = write(u->wake, &one, sizeof(one));
	(void)n;
	pthread_join(u->thread, NULL);
	users_free(u);
}

bool
engine_users_known(const struct engine_users *u)
{
	return u == NULL || atomic_load(&u->known);
}

bool
engine_users_up(const struct engine_users *u)
{
	return u == NULL || atomic_load(&u->up);
}
