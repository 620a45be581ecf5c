/* SPDX-License-Identifier: MIT */
/* One user as a line of the users file, and back. */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "confab/base/buf.h"
#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/utf8.h"
#include "confab/config/option.h"

#include "users_line.h"

#define DAY 86400
#define DIGEST_TEXT ENCODE_BASE64URL_LEN(USERS_DIGEST_LEN)
#define DIGESTS_MAX USERS_RECOVERY_MAX
#define KEPT_LEN (2 * USERS_DIGEST_LEN + 1 + 2 * USERS_DIGEST_LEN)

_Static_assert(USERS_PASSKEYS_MAX == DIGESTS_MAX, "lists are as long");

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

bool
users_hash_valid(const char *s, size_t len)
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
parse_kept(const char *s, size_t len, struct users_entry *u)
{
	size_t half = 2 * USERS_DIGEST_LEN;

	if (len != KEPT_LEN || s[half] != '.' ||
	    decode_hex(u->kept_old, USERS_DIGEST_LEN, s, half) < 0 ||
	    decode_hex(u->kept_new, USERS_DIGEST_LEN, s + half + 1, half) < 0)
		return -1;
	u->has_kept = true;
	return 0;
}

/* An app's secret or that of the codes alone; `is` says that it is there. */
static const char *
parse_secret(const char *s, size_t len, struct users_factor *f, bool *is)
{
	if (f->set || f->codes)
		return "is there besides the other of totp and codes";
	*is = decode_hex(f->secret, USERS_TOTP_LEN, s, len) == USERS_TOTP_LEN;
	return *is ? NULL : "is not 40 hexadecimal digits";
}

/* At most ten digests with commas between, none at all for an empty text. */
static int
parse_digests(const char *s, size_t len,
    unsigned char out[DIGESTS_MAX][USERS_DIGEST_LEN], unsigned *n)
{
	const char *end = s + len;

	*n = 0;
	while (s < end) {
		if (*n == DIGESTS_MAX || (size_t)(end - s) < DIGEST_TEXT ||
		    decode_base64url(out[*n], USERS_DIGEST_LEN, s,
			DIGEST_TEXT) != USERS_DIGEST_LEN)
			return -1;
		++*n;
		s += DIGEST_TEXT;
		/* A comma stands before another one. */
		if (s < end && (*s != ',' || ++s == end))
			return -1;
	}
	return 0;
}

static int
parse_invited(const char *s, size_t len, int64_t *out)
{
	uint64_t n;

	if (parse_number(s, len, &n) != 0 || n == 0)
		return -1;
	*out = (int64_t)n;
	return 0;
}

/* Is the name among those of the list? */
static bool
has_group(const char *list, const char *name, unsigned *n)
{
	const char *comma;

	for (*n = 0; *list != '\0'; list = *comma == '\0' ? comma : comma + 1) {
		comma = strchrnul(list, ',');
		if (is(list, (size_t)(comma - list), name))
			return true;
		++*n;
	}
	return false;
}

const char *
users_add_group(struct users_entry *u, const char *s, size_t len)
{
	char name[CONFIG_GROUP_NAME_MAX + 1];
	size_t before = strlen(u->groups);
	unsigned n;

	if (len == 0 || len > CONFIG_GROUP_NAME_MAX ||
	    memchr(s, ':', len) != NULL || memchr(s, '\0', len) != NULL)
		return "is not the name of a group";
	memcpy(name, s, len);
	name[len] = '\0';
	if (!config_is_group(name))
		return "is not the name of a group";
	if (has_group(u->groups, name, &n))
		return NULL;
	if (n == USERS_GROUPS_MAX || before + 1 + len > USERS_GROUPS_LEN)
		return "is one group too many: there may be 16 with 255 bytes";
	if (before > 0)
		u->groups[before++] = ',';
	memcpy(u->groups + before, name, len + 1);
	return NULL;
}

static const char *
parse_groups(const char *s, size_t len, struct users_entry *u)
{
	const char *end = s + len, *comma, *wrong;

	if (u->groups[0] != '\0')
		return "is there twice";
	do {
		comma = memchr(s, ',', (size_t)(end - s));
		if (comma == NULL)
			comma = end;
		wrong = users_add_group(u, s, (size_t)(comma - s));
		if (wrong != NULL)
			return "is not a list of up to 16 groups with commas "
			       "between";
		s = comma + 1;
	} while (comma < end);
	return NULL;
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
parse_option(const char *s, size_t len, struct users_entry *u)
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
	if (is(s, key_len, "totp"))
		return parse_secret(value, value_len, &u->factor,
		    &u->factor.set);
	if (is(s, key_len, "codes"))
		return parse_secret(value, value_len, &u->factor,
		    &u->factor.codes);
	if (is(s, key_len, "recovery"))
		return parse_digests(value, value_len, u->factor.recovery,
			   &u->factor.n_recovery) == 0
		    ? NULL
		    : "is not up to ten digests with commas between";
	if (is(s, key_len, "passkeys"))
		return parse_digests(value, value_len, u->passkeys,
			   &u->n_passkeys) == 0
		    ? NULL
		    : "is not up to ten digests with commas between";
	if (is(s, key_len, "invite"))
		return parse_invited(value, value_len, &u->invited) == 0
		    ? NULL
		    : "is not a number of seconds";
	if (is(s, key_len, "groups"))
		return parse_groups(value, value_len, u);
	return "is unknown; there are disabled, change, expires, epoch, kept, "
	       "totp, codes, recovery, passkeys, invite, groups";
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

/* What does not go together in a line that is right part by part; or NULL. */
static const char *
mismatch(const struct users_entry *u)
{
	/* An invitation is for setting a password, and nothing else. */
	if (u->invited > 0 && !u->must_change)
		return "\"invite\" is there without \"change=yes\"";
	if (u->factor.codes && u->n_passkeys == 0)
		return "\"codes\" is there without \"passkeys\"";
	if (u->factor.n_recovery > 0 && !u->factor.set && !u->factor.codes)
		return "\"recovery\" is there without \"totp\" or \"codes\"";
	return NULL;
}

int
users_line_parse(const char *s, size_t len, struct users_entry *u, char *cause,
    size_t cause_size)
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
	if (f == NULL || !users_hash_valid(f, n)) {
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
			snprintf(cause, cause_size, "\"%.*s\" %s", shown, f,
			    wrong);
			return -1;
		}
	}
	wrong = mismatch(u);
	if (wrong != NULL)
		snprintf(cause, cause_size, "%s", wrong);
	return wrong == NULL ? 0 : -1;
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

static void
write_digests(const char *name, const unsigned char digests[][USERS_DIGEST_LEN],
    unsigned n, struct buf *out)
{
	char digest[DIGEST_TEXT + 1];

	for (unsigned i = 0; i < n; i++) {
		encode_base64url(digest, digests[i], USERS_DIGEST_LEN);
		buf_printf(out, "%s%s", i == 0 ? name : ",", digest);
	}
}

static void
write_factor(const struct users_factor *f, struct buf *out)
{
	char secret[2 * USERS_TOTP_LEN + 1];

	encode_hex(secret, f->secret, USERS_TOTP_LEN);
	buf_printf(out, ":%s=%s", f->set ? "totp" : "codes", secret);
	crypto_wipe(secret, sizeof(secret));
	write_digests(":recovery=", f->recovery, f->n_recovery, out);
}

int
users_line_write(const struct users_entry *u, struct buf *out)
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
	if (u->factor.set || u->factor.codes)
		write_factor(&u->factor, out);
	write_digests(":passkeys=", u->passkeys, u->n_passkeys, out);
	if (u->invited > 0)
		buf_printf(out, ":invite=%" PRId64, u->invited);
	if (u->groups[0] != '\0')
		buf_printf(out, ":groups=%s", u->groups);
	return buf_putc(out, '\n');
}
