/* SPDX-License-Identifier: MIT */
/* confabctl user: the people who may sign in. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confab/base/buf.h"
#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/base/files.h"
#include "confab/identity/common.h"
#include "confab/identity/common_file.h"
#include "confab/identity/credentials.h"
#include "confab/identity/name.h"
#include "confab/identity/password.h"
#include "confab/identity/users.h"
#include "confab/identity/users_edit.h"

#include "ctl.h"

#define FILE_MODE 0640

static const char usage[] =
    "user COMMAND\n"
    "  add NAME [--expires DATE]\n"
    "      [--must-change | --invite [--valid TIME] [--url URL]]\n"
    "  passwd NAME [--must-change | --invite [--valid TIME] [--url URL]]\n"
    "  disable | enable | sign-out | require-change | del NAME\n"
    "  expires NAME DATE|never\n"
    "  groups NAME [GROUP...|--none]\n"
    "  passkey NAME list|--remove ID|--reset\n"
    "  totp NAME [--reset]\n"
    "  list\n"
    "  import [FILE] [--replace]\n"
    "  export [FILE] [--replace]";

/* The users, to be changed. */
struct edit {
	struct users_edit text;
	struct users *users;
};

static int
begin(struct ctl *ctl, struct edit *e, bool make)
{
	const struct config *c = ctl->config;
	char err[CONFIG_ERROR_MAX];

	e->users = NULL;
	if (c->state.users == USERS_FILE && !make &&
	    access(c->users_file, F_OK) != 0)
		return ctl_fail(CTL_MISSING, "%s: there is no such file",
		    c->users_file);
	if (users_edit_begin(&e->text, c, make ? FILE_MODE : 0, err) != 0)
		return ctl_fail(CTL_FAILED, "%s", err);
	e->users = users_parse(users_edit_name(c), buf_str(&e->text.file.text),
	    e->text.file.text.len, err);
	if (e->users == NULL) {
		users_edit_end(&e->text);
		return ctl_fail(CTL_FAILED, "%s", err);
	}
	return CTL_OK;
}

/* Writes the change when `code` is CTL_OK, and unlocks. */
static int
end(struct ctl *ctl, struct edit *e, int code)
{
	char err[CONFIG_ERROR_MAX];
	struct buf text;

	buf_init(&text, USERS_FILE_MAX);
	if (code == CTL_OK) {
		(void)users_write(e->users, &text);
		if (users_edit_commit(&e->text, &text, err) !=
		    USERS_EDIT_STORED)
			code = ctl_fail(CTL_FAILED, "%s", err);
		else if (e->text.made && !e->text.shared &&
		    ctl_give(ctl->config, ctl->config->users_file) != 0)
			code = CTL_FAILED;
	}
	buf_wipe(&text);
	users_free(e->users);
	users_edit_end(&e->text);
	return code;
}

/* Asks for a password and hashes it. */
static int
new_hash(const struct config *c, const char *name, char *hash)
{
	char password[PASSWORD_MAX + 2], prompt[USERS_NAME_MAX + 32];
	size_t len = 0;
	int code = CTL_OK;

	snprintf(prompt, sizeof(prompt), "New password of %s", name);
	if (ctl_password(prompt, true, password, sizeof(password), &len) != 0)
		return CTL_FAILED;
	if (password_common(password, len, name) ||
	    common_file_has(&c->password, password, len))
		code = ctl_fail(CTL_FAILED,
		    "this password is one of those that are guessed first");
	else if (password_hash(&c->password, password, len, hash) != 0)
		code = ctl_fail(CTL_FAILED, "out of memory for the hash");
	crypto_wipe(password, sizeof(password));
	return code;
}

/* Gives a user a password that is typed, or an invitation's. */
static int
set_password(const struct config *c, struct ctl_invitation *invitation,
    struct users_entry *u)
{
	return invitation->wanted ? ctl_invitation_make(c, invitation, u)
				  : new_hash(c, u->name, u->hash);
}

/* Reads DATE, or "never". */
static int
parse_expiry(const char *text, int64_t *out)
{
	*out = 0;
	if (text != NULL && strcmp(text, "never") == 0)
		return CTL_OK;
	if (text == NULL || users_parse_date(text, strlen(text), out) != 0)
		return ctl_fail(CTL_USAGE,
		    "a date is YYYY-MM-DD, seconds since 1970, or never");
	return CTL_OK;
}

static int
add(struct ctl *ctl)
{
	const char *expires = NULL;
	bool has_expiry = ctl_option(ctl, "--expires", &expires);
	bool must_change = ctl_option(ctl, "--must-change", NULL);
	const struct users_entry *other = NULL;
	char folded[NAME_FOLDED_MAX + 1];
	struct ctl_invitation invitation;
	struct users_entry u;
	struct edit e;
	int code = CTL_OK;

	ctl_invitation_options(ctl, &invitation);
	if (!ctl_arguments(ctl, 1, 1) || (must_change && invitation.wanted))
		return ctl_usage(usage);
	memset(&u, 0, sizeof(u));
	u.must_change = must_change;
	if (!users_name_valid(ctl->argv[0], strlen(ctl->argv[0])))
		return ctl_fail(CTL_USAGE,
		    "a name has 1 to %d bytes of UTF-8 without colons and "
		    "control characters",
		    USERS_NAME_MAX);
	if (!name_is_plain(ctl->argv[0], strlen(ctl->argv[0])) ||
	    name_is_mixed(ctl->argv[0], strlen(ctl->argv[0])))
		return ctl_fail(CTL_USAGE,
		    "a name has one spelling: no invisible, decomposed or "
		    "compatibility characters, and letters of one script");
	memcpy(u.name, ctl->argv[0], strlen(ctl->argv[0]));
	if (has_expiry && (code = parse_expiry(expires, &u.expires)) != CTL_OK)
		return code;
	if ((code = ctl_config(ctl)) != CTL_OK ||
	    (code = set_password(ctl->config, &invitation, &u)) != CTL_OK ||
	    (code = begin(ctl, &e, true)) != CTL_OK)
		goto out;
	if (users_find(e.users, u.name) != NULL)
		code = ctl_fail(CTL_EXISTS, "there is a user \"%s\" already",
		    u.name);
	else if (name_fold(u.name, folded) != 0 ||
	    (other = users_find_folded(e.users, folded)) != NULL)
		code = ctl_fail(CTL_EXISTS,
		    "there is a user \"%s\", which is too like it",
		    other != NULL ? other->name : u.name);
	else if (users_put(e.users, &u) != 0)
		code = ctl_fail(CTL_FAILED, "too many users, or no memory");
	code = end(ctl, &e, code);
	if (code == CTL_OK)
		ctl_audit(AUDIT_USER, u.name,
		    invitation.wanted ? "added, invited" : "added");
	if (code == CTL_OK && invitation.wanted)
		ctl_invitation_print(&invitation, u.name);
out:
	crypto_wipe(&invitation, sizeof(invitation));
	crypto_wipe(&u, sizeof(u));
	return code;
}

/* What changes of a user that exists. */
enum change { DISABLE, ENABLE, SIGN_OUT, REQUIRE, EXPIRES, PASSWD, DELETE };

static const struct {
	const char *command;
	const char *done;
} changes[] = {
	[DISABLE] = { "disable", "disabled" },
	[ENABLE] = { "enable", "enabled" },
	[SIGN_OUT] = { "sign-out", "signed out" },
	[REQUIRE] = { "require-change", "told to change the password" },
	[EXPIRES] = { "expires", "given an expiry" },
	[PASSWD] = { "passwd", "given a password" },
	[DELETE] = { "del", "deleted" },
};

/* `given` has the new hash, expiry and must_change, as the change needs. */
static void
apply(struct users_entry *u, enum change what, const struct users_entry *given)
{
	switch (what) {
	case DISABLE:
		u->disabled = true;
		/* Enabled again, the sessions of before stay ended. */
		u->epoch++;
		break;
	case ENABLE:
		u->disabled = false;
		break;
	case SIGN_OUT:
		u->epoch++;
		break;
	case REQUIRE:
		u->must_change = true;
		u->epoch++;
		break;
	case EXPIRES:
		u->expires = given->expires;
		break;
	case PASSWD:
		memcpy(u->hash, given->hash, sizeof(u->hash));
		u->must_change = given->must_change;
		u->invited = given->invited;
		u->has_kept = false;
		break;
	case DELETE:
		break;
	}
}

static int
change(struct ctl *ctl, enum change what)
{
	bool must_change =
	    what == PASSWD && ctl_option(ctl, "--must-change", NULL);
	int n = what == EXPIRES ? 2 : 1;
	struct ctl_invitation invitation = { .wanted = false };
	const struct users_entry *found;
	struct users_entry u, given;
	struct edit e;
	int code;

	if (what == PASSWD)
		ctl_invitation_options(ctl, &invitation);
	if (!ctl_arguments(ctl, n, n) || (must_change && invitation.wanted))
		return ctl_usage(usage);
	memset(&u, 0, sizeof(u));
	memset(&given, 0, sizeof(given));
	snprintf(given.name, sizeof(given.name), "%s", ctl->argv[0]);
	given.must_change = must_change;
	if (what == EXPIRES &&
	    (code = parse_expiry(ctl->argv[1], &given.expires)) != CTL_OK)
		return code;
	if ((code = ctl_config(ctl)) != CTL_OK)
		return code;
	if (what == PASSWD &&
	    (code = set_password(ctl->config, &invitation, &given)) != CTL_OK)
		goto out;
	if ((code = begin(ctl, &e, false)) != CTL_OK)
		goto out;
	found = users_find(e.users, ctl->argv[0]);
	if (found == NULL)
		code = ctl_fail(CTL_MISSING, "there is no user \"%s\"",
		    ctl->argv[0]);
	else if (what == DELETE)
		(void)users_remove(e.users, ctl->argv[0]);
	else {
		u = *found;
		apply(&u, what, &given);
		if (users_put(e.users, &u) != 0)
			code = ctl_fail(CTL_FAILED, "out of memory");
	}
	code = end(ctl, &e, code);
	if (code == CTL_OK)
		ctl_audit(AUDIT_USER, ctl->argv[0],
		    invitation.wanted ? "invited" : changes[what].done);
	if (code == CTL_OK && invitation.wanted)
		ctl_invitation_print(&invitation, ctl->argv[0]);
out:
	crypto_wipe(&invitation, sizeof(invitation));
	crypto_wipe(&u, sizeof(u));
	crypto_wipe(&given, sizeof(given));
	return code;
}

static const char *
status(const struct users_entry *u, int64_t now)
{
	if (u->disabled)
		return "disabled";
	if (u->expires > 0 && now >= u->expires)
		return "expired";
	if (!password_readable(u->hash))
		return "unreadable";
	if (u->invited > 0)
		return now < u->invited ? "invited" : "invitation-over";
	return u->must_change ? "must-change" : "active";
}

/* One line a user: name, status, expiry, kind of hash and, where there are any,
 * second factors and groups, with tabs between. */
static int
list(struct ctl *ctl)
{
	char err[CONFIG_ERROR_MAX];
	struct users *users = NULL;
	struct buf text, date;
	int code;

	if (!ctl_arguments(ctl, 0, 0))
		return ctl_usage(usage);
	if ((code = ctl_config(ctl)) != CTL_OK)
		return code;
	buf_init(&text, USERS_FILE_MAX);
	buf_init(&date, 64);
	if (users_edit_read(ctl->config, &text, err) != 0 ||
	    (users = users_parse(users_edit_name(ctl->config), buf_str(&text),
		 text.len, err)) == NULL)
		code = ctl_fail(CTL_FAILED, "%s", err);
	for (size_t i = 0; users != NULL && i < users_count(users); i++) {
		const struct users_entry *u = users_at(users, i);

		buf_reset(&date);
		if (u->expires > 0)
			users_write_date(u->expires, &date);
		printf("%s\t%s\t%s\t%s%s%s%s%s\n", u->name,
		    status(u, clock_wall()),
		    u->expires > 0 ? buf_str(&date) : "never",
		    strncmp(u->hash, "$argon2id$", 10) == 0 ? "argon2id"
							    : "bcrypt",
		    u->factor.set ? "\ttotp" : "",
		    u->n_passkeys > 0 ? "\tpasskeys" : "",
		    u->groups[0] != '\0' ? "\tgroups=" : "", u->groups);
	}
	users_free(users);
	buf_free(&date);
	buf_wipe(&text);
	return code;
}

int
ctl_user(struct ctl *ctl)
{
	const char *command = ctl_word(ctl);

	if (strcmp(command, "add") == 0)
		return add(ctl);
	if (strcmp(command, "list") == 0)
		return list(ctl);
	if (strcmp(command, "import") == 0)
		return ctl_user_import(ctl);
	if (strcmp(command, "export") == 0)
		return ctl_user_export(ctl);
	if (strcmp(command, "groups") == 0)
		return ctl_user_groups(ctl);
	if (strcmp(command, "passkey") == 0)
		return ctl_user_passkey(ctl);
	if (strcmp(command, "totp") == 0)
		return ctl_user_totp(ctl);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (strcmp(command, changes[i].command) == 0)
			return change(ctl, (enum change)i);
	return ctl_usage(usage);
}
