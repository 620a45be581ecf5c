/* SPDX-License-Identifier: MIT */
/* confabctl session: who is signed in, and their end. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "confab/base/buf.h"
#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/base/files.h"
#include "confab/identity/own_sessions.h"
#include "confab/identity/users.h"
#include "confab/identity/users_edit.h"
#include "confab/state/shared_state.h"

#include "ctl.h"

static const char usage[] = "session COMMAND\n"
			    "  list [USER]\n"
			    "  end USER [ID]";

/* What both commands read. */
struct sight {
	struct users *users;
	struct shared_state *state;
};

static int
begin(struct ctl *ctl, struct sight *s)
{
	char err[CONFIG_ERROR_MAX];
	struct buf text;
	int code;

	memset(s, 0, sizeof(*s));
	if ((code = ctl_config(ctl)) != CTL_OK)
		return code;
	if (ctl->config->auth != AUTH_PASSWORD)
		return ctl_fail(CTL_CONFIG,
		    "%s: with auth = remote_user sessions are the web "
		    "server's",
		    ctl->config_path);
	buf_init(&text, USERS_FILE_MAX);
	if (users_edit_read(ctl->config, &text, err) != 0 ||
	    (s->users = users_parse(users_edit_name(ctl->config),
		 buf_str(&text), text.len, err)) == NULL)
		code = ctl_fail(CTL_FAILED, "%s", err);
	buf_wipe(&text);
	if (code == CTL_OK)
		code = ctl_state(ctl, &s->state);
	return code;
}

static void
end(struct sight *s)
{
	shared_state_close(s->state);
	users_free(s->users);
}

static const char *
moment(int64_t t, char out[32])
{
	time_t at = (time_t)t;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL ||
	    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
	return out;
}

/* One line a session: user, id, browser, system, network, first and last seen,
 * and "new" for a network that was new, with tabs between. */
static void
print(const struct users_entry *u, const struct own_session *s)
{
	char first[32], seen[32];

	printf("%s\t%s\t%s\t%s\t%s\t%s\t%s%s\n", u->name, s->id,
	    s->browser != NULL ? s->browser : "-",
	    s->system != NULL ? s->system : "-",
	    s->network[0] != '\0' ? s->network : "-", moment(s->first, first),
	    moment(s->seen, seen), s->new_network ? "\tnew" : "");
}

static int
missing(const char *name)
{
	return ctl_fail(CTL_MISSING, "there is no user \"%s\"", name);
}

static int
list(struct ctl *ctl)
{
	struct own_session all[OWN_SESSIONS_MAX];
	const char *name = ctl->argc == 1 ? ctl->argv[0] : NULL;
	struct sight s;
	int code;

	if (!ctl_arguments(ctl, 0, 1))
		return ctl_usage(usage);
	code = begin(ctl, &s);
	if (code == CTL_OK && name != NULL && users_find(s.users, name) == NULL)
		code = missing(name);
	for (size_t i = 0; code == CTL_OK && i < users_count(s.users); i++) {
		const struct users_entry *u = users_at(s.users, i);
		size_t n;

		if (name != NULL && strcmp(u->name, name) != 0)
			continue;
		n = own_sessions_list(s.state, ctl->config, u, clock_wall(),
		    all);
		for (size_t j = 0; j < n; j++)
			print(u, &all[j]);
	}
	end(&s);
	return code;
}

static int
finish(struct ctl *ctl)
{
	const char *name = ctl->argc > 0 ? ctl->argv[0] : "";
	const char *id = ctl->argc > 1 ? ctl->argv[1] : NULL;
	const struct users_entry *u;
	struct own_session ended;
	struct sight s;
	int code, done = 1;

	if (!ctl_arguments(ctl, 1, 2))
		return ctl_usage(usage);
	code = begin(ctl, &s);
	if (code == CTL_OK && (u = users_find(s.users, name)) == NULL)
		code = missing(name);
	if (code == CTL_OK && id == NULL)
		done = own_sessions_end_all(s.state, ctl->config, name) == 0
		    ? 1
		    : -1;
	else if (code == CTL_OK)
		done = own_sessions_end(s.state, ctl->config, u, id,
		    clock_wall(), &ended);
	if (code == CTL_OK && done == 0)
		code =
		    ctl_fail(CTL_MISSING, "%s has no session \"%s\"", name, id);
	else if (code == CTL_OK && done < 0)
		code = ctl_fail(CTL_FAILED, "the state file cannot be used");
	if (code == CTL_OK)
		ctl_audit(AUDIT_SESSION, name, id != NULL ? "one" : "all");
	end(&s);
	return code;
}

int
ctl_session(struct ctl *ctl)
{
	const char *command = ctl_word(ctl);

	if (strcmp(command, "list") == 0)
		return list(ctl);
	if (strcmp(command, "end") == 0)
		return finish(ctl);
	return ctl_usage(usage);
}
