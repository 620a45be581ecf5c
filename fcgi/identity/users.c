/* SPDX-License-Identifier: MIT */
/* The users file as text and as users. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/lines.h"
#include "confab/identity/name.h"
#include "confab/identity/users.h"

#include "users_line.h"

/* A line of the file: a user, or text that is kept as it is. */
struct entry {
	char *text; /* NULL for a user */
	struct users_entry *user;
};

/* A user under the name without case. */
struct folded {
	char name[NAME_FOLDED_MAX + 1];
	const struct users_entry *user;
};

struct users {
	struct entry *entries;
	size_t n;
	size_t cap;
	struct users_entry **by_name; /* sorted */
	size_t n_users;
	size_t cap_users;
	struct folded *by_fold; /* sorted; NULL until it is asked for */
};

/* The place of a name, or where it would go. */
static size_t
place(const struct users *u, const char *name, bool *found)
{
	size_t low = 0, high = u->n_users;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, u->by_name[middle]->name);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* What a full list grows to. */
static size_t
next_cap(size_t cap)
{
	return cap > 0 ? cap * 2 : 16;
}

/* Makes room for one more line. */
static int
reserve_entry(struct users *u)
{
	struct entry *fresh;

	if (u->n < u->cap)
		return 0;
	fresh = realloc(u->entries, next_cap(u->cap) * sizeof(*fresh));
	if (fresh == NULL)
		return -1;
	u->entries = fresh;
	u->cap = next_cap(u->cap);
	return 0;
}

/* Makes room for one more user. */
static int
reserve_user(struct users *u)
{
	struct users_entry **fresh;

	if (u->n_users < u->cap_users)
		return 0;
	fresh = realloc(u->by_name, next_cap(u->cap_users) * sizeof(*fresh));
	if (fresh == NULL)
		return -1;
	u->by_name = fresh;
	u->cap_users = next_cap(u->cap_users);
	return 0;
}

static int
add_text(struct users *u, const char *s, size_t len)
{
	char *text = strndup(s, len);

	if (text == NULL || reserve_entry(u) != 0) {
		free(text);
		return -1;
	}
	u->entries[u->n++] = (struct entry){ .text = text };
	return 0;
}

/* Adds a user at the end; the caller has seen that the name is new. */
static int
add_user(struct users *u, const struct users_entry *user, size_t at)
{
	struct users_entry *copy;

	if (u->n_users == USERS_MAX || reserve_entry(u) != 0 ||
	    reserve_user(u) != 0)
		return -1;
	copy = malloc(sizeof(*copy));
	if (copy == NULL)
		return -1;
	*copy = *user;
	u->entries[u->n++] = (struct entry){ .user = copy };
	memmove(&u->by_name[at + 1], &u->by_name[at],
	    (u->n_users - at) * sizeof(u->by_name[0]));
	u->by_name[at] = copy;
	u->n_users++;
	return 0;
}

/* One line of the file. Returns 0, or -1 with the cause. */
static int
take_line(struct users *u, const char *s, size_t len, char *cause,
    size_t cause_size)
{
	struct users_entry user;
	bool found;
	size_t at;

	if (len > USERS_LINE_MAX) {
		snprintf(cause, cause_size, "is longer than %d bytes",
		    USERS_LINE_MAX);
		return -1;
	}
	if (memchr(s, '\0', len) != NULL) {
		snprintf(cause, cause_size, "has a NUL byte");
		return -1;
	}
	if (len == 0 || s[0] == '#') {
		if (add_text(u, s, len) == 0)
			return 0;
	} else {
		if (users_line_parse(s, len, &user, cause, cause_size) != 0)
			return -1;
		at = place(u, user.name, &found);
		if (found) {
			snprintf(cause, cause_size,
			    "this user is above already");
			return -1;
		}
		if (add_user(u, &user, at) == 0)
			return 0;
	}
	snprintf(cause, cause_size, "out of memory, or more than %d users",
	    USERS_MAX);
	return -1;
}

struct users *
users_parse(const char *name, const char *text, size_t len,
    char err[USERS_ERROR_MAX])
{
	struct users *u = calloc(1, sizeof(*u));
	char cause[USERS_ERROR_MAX / 2];
	struct lines lines;
	const char *s;
	size_t n;

	if (u == NULL || len > USERS_FILE_MAX) {
		snprintf(err, USERS_ERROR_MAX, "%s: %s", name,
		    u == NULL ? "out of memory" : "too large");
		free(u);
		return NULL;
	}
	lines_begin(&lines, text, len);
	while (lines_next(&lines, &s, &n)) {
		if (take_line(u, s, n, cause, sizeof(cause)) != 0) {
			snprintf(err, USERS_ERROR_MAX, "%s:%zu: %s", name,
			    lines.number, cause);
			users_free(u);
			return NULL;
		}
	}
	return u;
}

void
users_free(struct users *u)
{
	if (u == NULL)
		return;
	for (size_t i = 0; i < u->n; i++) {
		free(u->entries[i].text);
		free(u->entries[i].user);
	}
	free(u->entries);
	free(u->by_name);
	free(u->by_fold);
	free(u);
}

size_t
users_count(const struct users *u)
{
	return u->n_users;
}

const struct users_entry *
users_at(const struct users *u, size_t i)
{
	return i < u->n_users ? u->by_name[i] : NULL;
}

const struct users_entry *
users_find(const struct users *u, const char *name)
{
	bool found;
	size_t at = place(u, name, &found);

	return found ? u->by_name[at] : NULL;
}

/* By name, those who may not come in first. */
static int
by_fold(const void *a, const void *b)
{
	const struct folded *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order
			  : (int)y->user->disabled - (int)x->user->disabled;
}

/* Without memory for an index: one by one. */
static const struct users_entry *
search_folded(const struct users *u, const char *folded)
{
	const struct users_entry *found = NULL;
	char name[NAME_FOLDED_MAX + 1];

	for (size_t i = 0; i < u->n_users; i++)
		if (name_fold(u->by_name[i]->name, name) == 0 &&
		    strcmp(name, folded) == 0 &&
		    (found == NULL || u->by_name[i]->disabled))
			found = u->by_name[i];
	return found;
}

/* Makes the index. Returns false when memory is short. */
static bool
index_folded(struct users *u)
{
	if (u->by_fold != NULL)
		return true;
	u->by_fold = calloc(u->n_users + 1, sizeof(u->by_fold[0]));
	if (u->by_fold == NULL)
		return false;
	for (size_t i = 0; i < u->n_users; i++) {
		u->by_fold[i].user = u->by_name[i];
		(void)name_fold(u->by_name[i]->name, u->by_fold[i].name);
	}
	qsort(u->by_fold, u->n_users, sizeof(u->by_fold[0]), by_fold);
	return true;
}

const struct users_entry *
users_find_folded(struct users *u, const char *folded)
{
	size_t low = 0, high = u->n_users;

	if (!index_folded(u))
		return search_folded(u, folded);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(u->by_fold[middle].name, folded) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < u->n_users && strcmp(u->by_fold[low].name, folded) == 0
	    ? u->by_fold[low].user
	    : NULL;
}

/* The names are others from now on. */
static void
forget_folded(struct users *u)
{
	free(u->by_fold);
	u->by_fold = NULL;
}

int
users_put(struct users *u, const struct users_entry *user)
{
	bool found;
	size_t at;

	if (!users_name_valid(user->name, strlen(user->name)) ||
	    !users_hash_valid(user->hash, strlen(user->hash)) ||
	    user->expires < 0)
		return -1;
	forget_folded(u);
	at = place(u, user->name, &found);
	if (!found)
		return add_user(u, user, at);
	*u->by_name[at] = *user;
	return 0;
}

int
users_remove(struct users *u, const char *name)
{
	bool found;
	size_t at = place(u, name, &found);
	size_t i = 0;

	if (!found)
		return -1;
	forget_folded(u);
	while (u->entries[i].user != u->by_name[at])
		i++;
	free(u->entries[i].user);
	memmove(&u->entries[i], &u->entries[i + 1],
	    (u->n - i - 1) * sizeof(u->entries[0]));
	u->n--;
	memmove(&u->by_name[at], &u->by_name[at + 1],
	    (u->n_users - at - 1) * sizeof(u->by_name[0]));
	u->n_users--;
	return 0;
}

void
users_drop_passkey(struct users_entry *user, unsigned i)
{
	user->n_passkeys--;
	memmove(user->passkeys[i], user->passkeys[i + 1],
	    (user->n_passkeys - i) * sizeof(user->passkeys[0]));
	/* Two lines that say the same are the same. */
	memset(user->passkeys[user->n_passkeys], 0, sizeof(user->passkeys[0]));
	if (user->n_passkeys == 0 && user->factor.codes)
		memset(&user->factor, 0, sizeof(user->factor));
}

void
users_drop_totp(struct users_entry *user)
{
	struct users_factor *f = &user->factor;

	if (user->n_passkeys > 0) {
		f->codes = f->set || f->codes;
		f->set = false;
	} else {
		memset(f, 0, sizeof(*f));
	}
}

int
users_write(const struct users *u, struct buf *out)
{
	for (size_t i = 0; i < u->n; i++) {
		const struct entry *e = &u->entries[i];

		if (e->user != NULL)
			users_line_write(e->user, out);
		else if (buf_puts(out, e->text) == 0)
			buf_putc(out, '\n');
	}
	return buf_ok(out) ? 0 : -1;
}
