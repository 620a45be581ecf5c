/* SPDX-License-Identifier: MIT */
/*
 * confabctl's commands, and what they have in common.
 */
#ifndef CONFAB_CTL_H
#define CONFAB_CTL_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/config/config.h"
#include "confab/identity/audit.h"

struct shared_state;

/* Exit codes, as confabctl(8) lists them. */
enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1,	 /* it could not be done */
	CTL_USAGE = 2,	 /* the command was not understood */
	CTL_CONFIG = 3,	 /* the configuration is bad */
	CTL_MISSING = 4, /* no such user, token or file */
	CTL_EXISTS = 5	 /* there is one already */
};

struct ctl {
	const char *config_path;
	struct config *config; /* NULL until ctl_config() */
	char *as_user; /* the worker's, whom root has become; NULL: nobody
			* else than the caller. Owned */
	int argc;      /* what comes after the command's names */
	char **argv;
};

/* The commands. Each returns its exit code, and has said what went wrong. */
int ctl_user(struct ctl *ctl);
int ctl_user_groups(struct ctl *ctl);
int ctl_user_import(struct ctl *ctl);
int ctl_user_export(struct ctl *ctl);

struct users_entry;

/* An invitation: how long it is good, and the site that its link is of. */
struct ctl_invitation {
	bool wanted;
	const char *valid, *url; /* as given; NULL: not */
	char code[48];		 /* the secret; the caller wipes it */
};

/* Takes its options out of the arguments. */
void ctl_invitation_options(struct ctl *ctl, struct ctl_invitation *i);

/*
 * Makes its secret the user's password, which is to be changed until it is over.
 * Returns CTL_OK, or another code when it has said what was wrong.
 */
int ctl_invitation_make(const struct config *c, struct ctl_invitation *i,
    struct users_entry *u);

/* Prints the link: once, on standard output. */
void ctl_invitation_print(const struct ctl_invitation *i, const char *name);
int ctl_user_passkey(struct ctl *ctl);
int ctl_user_totp(struct ctl *ctl);
int ctl_secret(struct ctl *ctl);
int ctl_session(struct ctl *ctl);
int ctl_token(struct ctl *ctl);
int ctl_usage_list(struct ctl *ctl);
int ctl_check(struct ctl *ctl);
int ctl_doctor(struct ctl *ctl);
int ctl_backup(struct ctl *ctl);
int ctl_restore(struct ctl *ctl);
int ctl_upgrade(struct ctl *ctl);
int ctl_drain(struct ctl *ctl);

/*
 * Reads the configuration once. Returns CTL_OK, or CTL_CONFIG when it is wrong
 * or names a user for the worker that is not there.
 */
int ctl_config(struct ctl *ctl);

/*
 * Opens the state that the workers of this host share; root becomes its user
 * for that. Returns CTL_OK with what the caller closes, CTL_MISSING when no
 * worker has made it yet, or another code.
 */
int ctl_state(struct ctl *ctl, struct shared_state **out);

/* Has a worker made it? */
bool ctl_has_state(const struct ctl *ctl);

/* Takes the next word out of the arguments; "" when there is none. */
const char *ctl_word(struct ctl *ctl);

#define CTL_LINE_MAX 8192 /* bytes of a line that is said, with a NUL */

/* Says "confabctl: ..." on standard error. Returns `code`. */
int ctl_fail(enum ctl_exit code, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts a "?" for all that moves a terminal's cursor, but tabs: a line may quote
 * what a server or a file of somebody else's says. */
void ctl_plain(char *text);

/*
 * Says what is wrong with a file, as a line of config_read() and its like has
 * it; where access was refused to the worker's user, also who must have it.
 * Returns CTL_CONFIG.
 */
int ctl_wrong(const struct ctl *ctl, const char *err);

/* Says how the command is used. Returns CTL_USAGE. */
int ctl_usage(const char *usage);

/*
 * Takes an option `--name` or `--name VALUE` (or `--name=VALUE`) out of the
 * arguments. With `value` NULL it is one without. Returns true when it was
 * there; a value that is missing sets *value to NULL.
 */
bool ctl_option(struct ctl *ctl, const char *name, const char **value);

/*
 * True when exactly `min` to `max` arguments, none of them an option, are
 * left.
 */
bool ctl_arguments(const struct ctl *ctl, int min, int max);

/*
 * Asks for a password: on the terminal, twice with `confirm`, without echo;
 * else one line of standard input. Returns 0 with what the caller wipes, or
 * -1 when it has said what was wrong.
 */
int ctl_password(const char *prompt, bool confirm, char *out, size_t size,
    size_t *len);

/* Records a change by the administrator in the system's log. */
void ctl_audit(enum audit_event event, const char *user, const char *what);

/*
 * Gives a file that root has just made to the user that the worker runs as.
 * Returns 0, or -1 when it has said why not.
 */
int ctl_give(const struct config *c, const char *path);

#endif
