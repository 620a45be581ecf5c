/* SPDX-License-Identifier: MIT */
/* What the options of the engine that hosts share say together. */
#include "config.h"

#include <string.h>

#include "check.h"
#include "reader.h"

static bool
is_tls(const char *place)
{
	return strncmp(place, CONFIG_TLS, strlen(CONFIG_TLS)) == 0;
}

/* Who knows where the engine is. */
static int
check_sentinel(struct config_reader *r, struct config_sentinel *s)
{
	if (s->servers.n == 0 && s->master == NULL && s->user == NULL &&
	    s->password_file == NULL)
		return 0;
	if (s->servers.n == 0 || s->master == NULL)
		return config_fail(r, config_check_line(r, s, NULL),
		    "sentinel: servers and master go together");
	for (size_t i = 1; i < s->servers.n; i++)
		if (is_tls(s->servers.words[i]) != is_tls(s->servers.words[0]))
			return config_fail(r,
			    config_check_line(r, s, "servers"),
			    "sentinel: all servers have tls://, or none");
	if (s->user != NULL && s->password_file == NULL)
		return config_fail(r, config_check_line(r, s, "user"),
		    "sentinel: user goes with password_file");
	return config_check_key(r, s, "password_file", s->password_file,
	    &s->password);
}

/* How the engine is reached. */
static int
check_engine(struct config_reader *r, const struct config_state *s,
    const char *place)
{
#ifndef HAVE_HIREDIS
	(void)place;
	return config_fail(r, config_check_line(r, s, NULL),
	    "valkey: this program was built without hiredis");
#else
#ifndef HAVE_HIREDIS_SSL
	if (is_tls(place))
		return config_fail(r, config_check_line(r, s, "valkey"),
		    "tls://: this program was built with a hiredis that has "
		    "no TLS");
#endif
	if (s->ca_file != NULL && !is_tls(place))
		return config_fail(r, config_check_line(r, s, "ca_file"),
		    "state: ca_file goes with tls://");
	return config_check_ca_file(r, s, s->ca_file);
#endif
}

/* Users that are kept in the engine have a user of the engine's of their own:
 * hashes are for nobody else to read. */
static int
check_users(struct config_reader *r, struct config_state *s, const char *place)
{
	const char *option = s->users == USERS_VALKEY ? "users" : "users_user";

	if (s->users == USERS_FILE && s->users_user == NULL &&
	    s->users_password_file == NULL)
		return 0;
	if (place == NULL || s->users == USERS_FILE)
		return config_fail(r, config_check_line(r, s, option),
		    "state: users_user and users_password_file go with users = "
		    "valkey, and that with valkey or sentinel");
	if (s->users_user == NULL || s->users_password_file == NULL)
		return config_fail(r, config_check_line(r, s, "users"),
		    "state: users = valkey needs users_user and "
		    "users_password_file");
	if (s->user == NULL || strcmp(s->user, s->users_user) == 0)
		return config_fail(r, config_check_line(r, s, "users_user"),
		    "state: with users = valkey there is a user, and "
		    "users_user "
		    "is another one: only that may read what is hashed");
	return config_check_key(r, s, "users_password_file",
	    s->users_password_file, &s->users_password);
}

int
config_check_state(struct config_reader *r, struct config_state *s)
{
	const char *place = s->valkey;

	if (check_sentinel(r, &s->sentinel) != 0)
		return -1;
	if (s->sentinel.servers.n > 0) {
		if (place != NULL)
			return config_fail(r, config_check_line(r, s, "valkey"),
			    "state: either valkey or sentinel says where the "
			    "server is");
		place = s->sentinel.servers.words[0];
	}
	if (place == NULL && (s->user != NULL || s->password_file != NULL))
		return config_fail(r, config_check_line(r, s, NULL),
		    "state: user and password_file go with valkey");
	if (place == NULL && s->host != NULL)
		return config_fail(r, config_check_line(r, s, "host"),
		    "host goes with valkey");
	if (place == NULL && s->ca_file != NULL)
		return config_fail(r, config_check_line(r, s, "ca_file"),
		    "state: ca_file goes with tls://");
	if (s->user != NULL && s->password_file == NULL)
		return config_fail(r, config_check_line(r, s, "user"),
		    "user goes with password_file");
	if ((place != NULL && check_engine(r, s, place) != 0) ||
	    check_users(r, s, place) != 0)
		return -1;
	return config_check_key(r, s, "password_file", s->password_file,
	    &s->password);
}
