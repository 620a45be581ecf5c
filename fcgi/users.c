/* SPDX-License-Identifier: MIT */
/* The users file as text and as users. */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "confab/buf.h"
#include "confab/encode.h"
#include "confab/users.h"
#include "confab/utf8.h"

#define DAY 86400
#define KEPT_LEN (2 * USERS_DIGEST_LEN + 1 + 2 * USERS_DIGEST_LEN)

/* A line of the file: a user, or text that is kept as it is. */
struct entry {
	char *text; /* NULL for a user */
	struct user *user;
};

struct users {
	struct entry *entries;
	size_t n;
	size_t cap;
	struct user **by_name; /* sorted */
	size_t n_users;
	size_t cap_users;
};

bool
users_name_valid(const char *name, size_t len)
{
	if (len == 0 || len > USERS_NAME_MAX || name[0] == '#' ||
	    name[0] == ' ' || name[len - 1] == ' ' || !utf8_valid(name, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c < 0x20 || c == 0x7f || c == ':')
			return false;
		/* U+0080 to U+009F, the second set of control characters. */
		if (c == 0xc2 && (unsigned char)name[i + 1] < 0xa0)
			return false;
	}
	return true;
}

/* What may be in a stored hash: the alphabets of argon2's and bcrypt's. */
static bool
hash_valid(const char *s, size_t len)
{
	if (len == 0 || len > USERS_HASH_MAX || s[0] != '$')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) &&
		    memchr("$./+=,-", s[i], 7) == NULL)
			return false;
	return true;
}

static bool
is(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(s, word, len) == 0;
}

static int
parse_number(const char *s, size_t len, uint64_t *out)
{
	uint64_t n = 0;

	if (len == 0 || len > 18)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = n * 10 + (uint64_t)(s[i] - '0');
	}
	*out = n;
	return 0;
}

int
users_parse_date(const char *s, size_t len, int64_t *out)
{
	char text[11];
	const char *end;
	struct tm tm, back;
	uint64_t n;
	time_t t;

	if (len == 10 && s[4] == '-') {
		memcpy(text, s, 10);
		text[10] = '\0';
		memset(&tm, 0, sizeof(tm));
		end = strptime(text, "%Y-%m-%d", &tm);
		if (end != text + 10)
			return -1;
		back = tm;
		t = timegm(&back);
		/* timegm() takes 31 February for a day of March. */
		if (back.tm_mday != tm.tm_mday || t < 0)
			return -1;
		*out = (int64_t)t + DAY;
		return 0;
	}
	if (parse_number(s, len, &n) != 0 || n == 0)
		return -1;
	*out = (int64_t)n;
	return 0;
}

static int
parse_kept(const char *s, size_t len, struct user *u)
{
	size_t half = 2 * USERS_DIGEST_LEN;

	if (len != KEPT_LEN || s[half] != '.' ||
	    decode_hex(u->kept_old, USERS_DIGEST_LEN, s, half) < 0 ||
	    decode_hex(u->kept_new, USERS_DIGEST_LEN, s + half + 1, half) < 0)
		return -1;
	u->has_kept = true;
	return 0;
}

static const char *
parse_flag(const char *s, size_t len, bool *out)
{
	if (!is(s, len, "yes") && !is(s, len, "no"))
		return "is either yes or no";
	*out = is(s, len, "yes");
	return NULL;
}

/* One KEY=VALUE. Returns NULL or what is wrong, for after the key's name. */
static const char *
parse_option(const char *s, size_t len, struct user *u)
{
	const char *eq = memchr(s, '=', len);
	size_t key_len, value_len;
	const char *value;

	if (eq == NULL)
		return "is not KEY=VALUE";
	key_len = (size_t)(eq - s);
	value = eq + 1;
	value_len = len - key_len - 1;
	if (is(s, key_len, "disabled"))
		return parse_flag(value, value_len, &u->disabled);
	if (is(s, key_len, "change"))
		return parse_flag(value, value_len, &u->must_change);
	if (is(s, key_len, "expires"))
		return users_parse_date(value, value_len, &u->expires) == 0
		    ? NULL
		    : "is not a date like 2026-12-31";
	if (is(s, key_len, "epoch"))
		return parse_number(value, value_len, &u->epoch) == 0
		    ? NULL
		    : "is not a number";
	if (is(s, key_len, "kept"))
		return parse_kept(value, value_len, u) == 0
		    ? NULL
		    : "is not two digests";
	return "is unknown; there are disabled, change, expires, epoch, kept";
}

/* The next field of a line, up to a colon; NULL at the end. */
static const char *
field(const char **p, const char *end, size_t *len)
{
	const char *start = *p, *stop;

	if (start == NULL)
		return NULL;
	stop = memchr(start, ':', (size_t)(end - start));
	*p = stop != NULL ? stop + 1 : NULL;
	*len = (size_t)((stop != NULL ? stop : end) - start);
	return start;
}

static int
parse_line(
    const char *s, size_t len, struct user *u, char *cause, size_t cause_size)
{
	const char *p = s, *end = s + len, *f, *wrong;
	size_t n;

	memset(u, 0, sizeof(*u));
	f = field(&p, end, &n);
	if (f == NULL || !users_name_valid(f, n)) {
		snprintf(cause, cause_size,
		    "a name has 1 to %d bytes of UTF-8 without control "
		    "characters, and no # or space at its beginning",
		    USERS_NAME_MAX);
		return -1;
	}
	memcpy(u->name, f, n);
	f = field(&p, end, &n);
	if (f == NULL || !hash_valid(f, n)) {
		/* Not the text: it might be a password. */
		snprintf(cause, cause_size,
		    "after the name comes a colon and a hash that begins with "
		    "$argon2id$, $2y$ or $2b$");
		return -1;
	}
	memcpy(u->hash, f, n);
	while ((f = field(&p, end, &n)) != NULL) {
		const char *eq = memchr(f, '=', n);
		int shown = (int)(eq != NULL ? eq - f : (ptrdiff_t)n);

		wrong = parse_option(f, n, u);
		if (wrong != NULL) {
			if (shown > 32 || !utf8_valid(f, (size_t)shown))
				shown = 0;
			snprintf(
			    cause, cause_size, "\"%.*s\" %s", shown, f, wrong);
			return -1;
		}
	}
	return 0;
}

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

/* Makes room for one more element of `size` bytes. */
static int
grow(void *array, size_t n, size_t *cap, size_t size)
{
	size_t want = *cap > 0 ? *cap * 2 : 16;
	void *old, *fresh;

	if (n < *cap)
		return 0;
	memcpy(&old, array, sizeof(old));
	fresh = realloc(old, want * size);
	if (fresh == NULL)
		return -1;
	memcpy(array, &fresh, sizeof(fresh));
	*cap = want;
	return 0;
}

static int
add_text(struct users *u, const char *s, size_t len)
{
	char *text = strndup(s, len);

	if (text == NULL ||
	    grow(&u->entries, u->n, &u->cap, sizeof(u->entries[0])) != 0) {
		free(text);
		return -1;
	}
	u->entries[u->n++] = (struct entry){.text = text};
	return 0;
}

/* Adds a user at the end; the caller has seen that the name is new. */
static int
add_user(struct users *u, const struct user *user, size_t at)
{
	struct user *copy;

	if (u->n_users == USERS_MAX ||
	    grow(&u->entries, u->n, &u->cap, sizeof(u->entries[0])) != 0 ||
	    grow(&u->by_name, u->n_users, &u->cap_users,
		sizeof(u->by_name[0])) != 0)
		return -1;
	copy = malloc(sizeof(*copy));
	if (copy == NULL)
		return -1;
	*copy = *user;
	u->entries[u->n++] = (struct entry){.user = copy};
	memmove(&u->by_name[at + 1], &u->by_name[at],
	    (u->n_users - at) * sizeof(u->by_name[0]));
	u->by_name[at] = copy;
	u->n_users++;
	return 0;
}

/* One line of the file. Returns 0, or -1 with the cause. */
static int
take_line(
    struct users *u, const char *s, size_t len, char *cause, size_t cause_size)
{
	struct user user;
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
		if (parse_line(s, len, &user, cause, cause_size) != 0)
			return -1;
		at = place(u, user.name, &found);
		if (found) {
			snprintf(
			    cause, cause_size, "this user is above already");
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
users_parse(
    const char *name, const char *text, size_t len, char err[USERS_ERROR_MAX])
{
	struct users *u = calloc(1, sizeof(*u));
	const char *p = text, *end = text + len;
	char cause[USERS_ERROR_MAX / 2];
	size_t line = 0;

	if (u == NULL || len > USERS_FILE_MAX) {
		snprintf(err, USERS_ERROR_MAX, "%s: %s", name,
		    u == NULL ? "out of memory" : "too large");
		free(u);
		return NULL;
	}
	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		const char *next = stop != NULL ? stop + 1 : end;

		if (stop == NULL)
			stop = end;
		line++;
		if (stop > p && stop[-1] == '\r')
			stop--;
		if (take_line(u, p, (size_t)(stop - p), cause, sizeof(cause)) !=
		    0) {
			snprintf(err, USERS_ERROR_MAX, "%s:%zu: %s", name, line,
			    cause);
			users_free(u);
			return NULL;
		}
		p = next;
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
	free(u);
}

size_t
users_count(const struct users *u)
{
	return u->n_users;
}

const struct user *
users_at(const struct users *u, size_t i)
{
	return i < u->n_users ? u->by_name[i] : NULL;
}

const struct user *
users_find(const struct users *u, const char *name)
{
	bool found;
	size_t at = place(u, name, &found);

	return found ? u->by_name[at] : NULL;
}

int
users_put(struct users *u, const struct user *user)
{
	bool found;
	size_t at;

	if (!users_name_valid(user->name, strlen(user->name)) ||
	    !hash_valid(user->hash, strlen(user->hash)) || user->expires < 0)
		return -1;
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
users_write_date(int64_t t, struct buf *out)
{
	time_t day = (time_t)(t - DAY);
	char text[16];
	struct tm tm;

	if (t % DAY == 0 && t >= DAY && gmtime_r(&day, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%d", &tm) == 10)
		buf_puts(out, text);
	else
		buf_printf(out, "%" PRId64, t);
}

static int
write_user(const struct user *u, struct buf *out)
{
	char old[2 * USERS_DIGEST_LEN + 1], new[2 * USERS_DIGEST_LEN + 1];

	buf_printf(out, "%s:%s", u->name, u->hash);
	if (u->disabled)
		buf_puts(out, ":disabled=yes");
	if (u->must_change)
		buf_puts(out, ":change=yes");
	if (u->expires > 0) {
		buf_puts(out, ":expires=");
		users_write_date(u->expires, out);
	}
	if (u->epoch > 0)
		buf_printf(out, ":epoch=%" PRIu64, u->epoch);
	if (u->has_kept) {
		encode_hex(old, u->kept_old, USERS_DIGEST_LEN);
		encode_hex(new, u->kept_new, USERS_DIGEST_LEN);
		buf_printf(out, ":kept=%s.%s", old, new);
	}
	return buf_putc(out, '\n');
}

int
users_write(const struct users *u, struct buf *out)
{
	for (size_t i = 0; i < u->n; i++) {
		const struct entry *e = &u->entries[i];

		if (e->user != NULL)
			write_user(e->user, out);
		else if (buf_puts(out, e->text) == 0)
			buf_putc(out, '\n');
	}
	return buf_ok(out) ? 0 : -1;
}
