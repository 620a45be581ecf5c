/* SPDX-License-Identifier: MIT */
/* The audit log: who came in, who did not, and what was changed. */
#include "config.h"

#include <string.h>

#include "confab/base/log.h"
#include "confab/identity/audit.h"

#include "confab/base/address.h"

#define QUOTED_MAX 512

static const char *const names[AUDIT_EVENTS] = {
	[AUDIT_LOGIN] = "login",
	[AUDIT_LOGIN_FAILED] = "login-failed",
	[AUDIT_LOGIN_REFUSED] = "login-refused",
	[AUDIT_LOGIN_BUSY] = "login-busy",
	[AUDIT_PENALTY] = "penalty",
	[AUDIT_LOGOUT] = "logout",
	[AUDIT_LOGOUT_ALL] = "logout-everywhere",
	[AUDIT_TOKEN_REFUSED] = "token-refused",
	[AUDIT_PASSWORD] = "password-changed",
	[AUDIT_REHASH] = "password-rehashed",
	[AUDIT_USER] = "user-changed",
	[AUDIT_KEY] = "key-changed",
	[AUDIT_TOKEN] = "token-changed",
	[AUDIT_FACTOR] = "second-factor-changed",
	[AUDIT_FACTOR_ASKED] = "second-factor-asked",
	[AUDIT_SESSION] = "session-ended",
};

void
audit_log(enum audit_event event, const char *address, const char *user,
    const char *detail)
{
	char where[ADDRESS_TEXT_MAX];
	char who[QUOTED_MAX], what[QUOTED_MAX];

	if (user == NULL)
		user = "";
	log_quote(who, sizeof(who), user, strlen(user));
	if (detail == NULL) {
		log_msg(LOG_LEVEL_NOTICE, "audit: event=%s address=%s user=%s",
		    names[event], address_text(address, where), who);
		return;
	}
	log_quote(what, sizeof(what), detail, strlen(detail));
	log_msg(LOG_LEVEL_NOTICE,
	    "audit: event=%s address=%s user=%s detail=%s", names[event],
	    address_text(address, where), who, what);
}
