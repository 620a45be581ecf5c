/* SPDX-License-Identifier: MIT */
/*
 * The audit log: one line for each login, failure, penalty, logout, key and
 * user change, in one stable form:
 *
 *	audit: event=EVENT address=ADDRESS user="NAME" [detail="..."]
 *
 * The address comes first and is one that inet_ntop() wrote, or "-"; what a
 * client chose comes after it, quoted, and can end neither field nor line.
 */
#ifndef CONFAB_IDENTITY_AUDIT_H
#define CONFAB_IDENTITY_AUDIT_H

enum audit_event {
	AUDIT_LOGIN,	     /* login */
	AUDIT_LOGIN_FAILED,  /* login-failed */
	AUDIT_LOGIN_REFUSED, /* login-refused: during a penalty */
	AUDIT_LOGIN_BUSY,    /* login-busy */
	AUDIT_PENALTY,	     /* penalty: one begins */
	AUDIT_LOGOUT,	     /* logout */
	AUDIT_LOGOUT_ALL,    /* logout-everywhere */
	AUDIT_TOKEN_REFUSED, /* token-refused: unknown or expired */
	AUDIT_PASSWORD,	     /* password-changed */
	AUDIT_REHASH,	     /* password-rehashed */
	AUDIT_USER,	     /* user-changed: by confabctl */
	AUDIT_KEY,	     /* key-changed */
	AUDIT_TOKEN,	     /* token-changed */
	AUDIT_FACTOR,	     /* second-factor-changed */
	AUDIT_FACTOR_ASKED,  /* second-factor-asked: the password was right */
	AUDIT_SESSION,	     /* session-ended: by its owner, or confabctl */
	AUDIT_EVENTS
};

/* Writes the line. `address`, `user` and `detail` may be NULL. */
void audit_log(enum audit_event event, const char *address, const char *user,
    const char *detail);

#endif
