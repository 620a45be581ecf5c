/* SPDX-License-Identifier: MIT */
/*
 * What nginx's configuration says of confab. A location has to do with confab
 * when it tells the worker the path within the mount point, as the shipped files
 * do; its values are those that nginx would inherit.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "doctor.h"
#include "nginx_conf.h"

/* One location of the API. */
struct place {
	struct findings *f;
	const struct config *config; /* or NULL */
	const struct nginx_node *at;
	bool large; /* chats are posted there */
	bool bad;
};

static const char what[] = "nginx's files do what confab needs";

/* Says what is wrong at a directive, which may be NULL: it is nginx's
 * default. */
static void
bad(struct place *p, enum finding_level level, const char *id, const char *cure,
    const struct nginx_node *where, const char *why)
{
	const struct nginx_node *n = where != NULL ? where : p->at;
	char words[128];

	snprintf(words, sizeof(words), "%s %s", nginx_word(n, 0),
	    nginx_word(n, 1));
	p->bad = true;
	finding_bad(p->f, level, id, what, cure, "%s:%u: %s: %s", n->file,
	    n->line, words, why);
}

static bool
is(const struct nginx_node *n, const char *value)
{
	return strcasecmp(nginx_word(n, 1), value) == 0;
}

/* Compression and buffering hold back what is to be seen at once. */
static void
check_flow(struct place *p)
{
	const struct nginx_node *n = nginx_inherited(p->at, "gzip");

	if (is(n, "on"))
		bad(p, FINDING_FAIL, "nginx-gzip",
		    "gzip off in the API's locations", n,
		    "answers are held back until there is enough to compress");
	n = nginx_inherited(p->at, "brotli");
	if (is(n, "on"))
		bad(p, FINDING_FAIL, "nginx-gzip",
		    "brotli off in the API's locations", n,
		    "answers are held back until there is enough to compress");
	n = nginx_inherited(p->at, "fastcgi_buffering");
	if (!is(n, "off"))
		bad(p, FINDING_FAIL, "nginx-buffering",
		    "fastcgi_buffering off in the API's locations", n,
		    "answers are collected before they are passed on");
	n = nginx_inherited(p->at, "fastcgi_ignore_headers");
	if (n != NULL)
		bad(p, FINDING_WARN, "nginx-buffering",
		    "take it away from the API's locations", n,
		    "the worker's headers for nginx are not obeyed");
	n = nginx_inherited(p->at, "fastcgi_cache");
	if (n != NULL && !is(n, "off"))
		bad(p, FINDING_FAIL, "nginx-cache",
		    "fastcgi_cache off in the API's locations", n,
		    "private answers would be kept");
	n = nginx_inherited(p->at, "fastcgi_keep_conn");
	if (is(n, "on"))
		bad(p, FINDING_FAIL, "nginx-keep", "fastcgi_keep_conn off", n,
		    "what is left of one request would be read as the next");
	n = nginx_inherited(p->at, "fastcgi_intercept_errors");
	if (is(n, "on"))
		bad(p, FINDING_FAIL, "nginx-errors",
		    "fastcgi_intercept_errors off", n,
		    "pages of the site take the place of the worker's errors");
}

/* Where nginx may write messages to a disk, and how large they may be. */
static void
check_bodies(struct place *p)
{
	const struct nginx_node *most, *held, *n;
	long long max, buffer;

	most = nginx_inherited(p->at, "client_max_body_size");
	held = nginx_inherited(p->at, "client_body_buffer_size");
	max = most != NULL ? nginx_size(nginx_word(most, 1)) : 1024 * 1024;
	buffer = held != NULL ? nginx_size(nginx_word(held, 1)) : 16 * 1024;
	if (p->large && p->config != NULL && max != 0 &&
	    max < (long long)p->config->limits.body)
		bad(p, FINDING_FAIL, "nginx-body",
		    "client_max_body_size 0 there, or limits { body } in "
		    "confab.conf lower",
		    most,
		    "it is less than the worker takes: larger chats are "
		    "refused with a page of nginx's");
	n = nginx_inherited(p->at, "fastcgi_request_buffering");
	if (p->large && !is(n, "off"))
		bad(p, FINDING_FAIL, "nginx-spool",
		    "fastcgi_request_buffering off there", n,
		    "chats are collected, and lie on the disk meanwhile");
	else if (!p->large && (max == 0 || max > buffer))
		bad(p, FINDING_FAIL, "nginx-spool",
		    "client_body_buffer_size as large as client_max_body_size",
		    held, "larger requests are written to the disk");
	n = nginx_inherited(p->at, "client_body_in_file_only");
	if (n != NULL && !is(n, "off"))
		bad(p, FINDING_FAIL, "nginx-spool",
		    "client_body_in_file_only off", n,
		    "every message is written to the disk");
}

static void
check_times(struct place *p)
{
	const struct nginx_node *n;
	long long ms, total, beat;

	n = nginx_inherited(p->at, "fastcgi_read_timeout");
	ms = n != NULL ? nginx_time(nginx_word(n, 1)) : 60000;
	total = p->config != NULL ? p->config->timeouts.total : 0;
	beat = p->config != NULL ? p->config->timeouts.heartbeat : 15000;
	if (!p->large || ms < 0)
		return;
	if (ms <= beat)
		bad(p, FINDING_FAIL, "nginx-timeout",
		    "longer than timeouts { total } in confab.conf, in "
		    "local.conf",
		    n, "it cuts answers between two signs of life");
	else if (ms < total)
		bad(p, FINDING_WARN, "nginx-timeout",
		    "longer than timeouts { total } in confab.conf, in "
		    "local.conf",
		    n,
		    "an answer that is not streamed may take longer: "
		    "timeouts { total }");
}

/* Where the worker listens, and where nginx looks for it. */
static void
check_backend(struct place *p)
{
	const struct nginx_node *n = nginx_inherited(p->at, "fastcgi_pass");
	const char *to = nginx_word(n, 1);

	if (to[0] == '$') {
		n = nginx_here(p->at, "set", to);
		to = nginx_word(n, 2);
	}
	/* The name of an upstream is nobody's address, and one of several
	 * workers is named by who asks for its metrics. */
	if (p->config == NULL || strchr(to, ':') == NULL ||
	    strchr(to, '$') != NULL || strcmp(to, p->config->listen) == 0)
		return;
	/* systemd's socket may be another than the configuration's. */
	if (strcmp(to, "unix:" CONFAB_SOCKET) == 0)
		return;
	bad(p, FINDING_FAIL, "nginx-backend",
	    "\"set $confab_backend\" in local.conf, or listen in confab.conf: "
	    "both the same",
	    n, "the worker listens elsewhere, as confab.conf says");
}

/* Who says who the user is. */
static void
check_user(struct place *p)
{
	const struct nginx_node *n =
	    nginx_here(p->at, "fastcgi_param", "REMOTE_USER");
	bool sso = n != NULL && nginx_word(n, 2)[0] != '\0';

	if (p->config == NULL)
		return;
	if (p->config->auth == AUTH_REMOTE_USER && !sso && p->large)
		bad(p, FINDING_FAIL, "nginx-user",
		    "include confab-sso.conf and not confab.conf, or auth = "
		    "password",
		    n, "auth = remote_user, and nginx names no user");
	else if (p->config->auth == AUTH_PASSWORD && sso)
		bad(p, FINDING_WARN, "nginx-user",
		    "auth = remote_user, or include confab.conf", n,
		    "nginx names a user, and auth = password ignores that");
}

/* Headers of outer blocks, which the shipped ones inside hide. */
static void
check_headers(struct place *p, const struct nginx_node *mount)
{
	const struct nginx_node *block, *n;

	for (block = mount; block != NULL; block = block->up)
		for (n = block->first; n != NULL; n = n->next) {
			if (strcmp(nginx_word(n, 0), "add_header") != 0 ||
			    nginx_inherited(p->at, "add_header") == n)
				continue;
			if (block == mount &&
			    strstr(n->file, "confab-") != NULL)
				continue;
			bad(p, FINDING_WARN, "nginx-header",
			    strcasecmp(nginx_word(n, 1),
				"Strict-Transport-Security") == 0
				? "set $confab_hsts in local.conf"
				: "nginx takes add_header from the innermost "
				  "block that has any: confab's are whole by "
				  "themselves, so leave this one away or know "
				  "that it is not sent here",
			    n, "confab's answers do not have it");
		}
}

/* The location around, which the administrator wrote. */
static void
check_mount(struct place *p, const struct nginx_node *mount)
{
	const char *how = nginx_word(mount, 1);
	bool regex = how[0] == '~';
	const char *path = nginx_word(mount, mount->n - 1);

	if (regex || strcmp(how, "=") == 0)
		bad(p, FINDING_FAIL, "nginx-location",
		    "\"location /chat/ {\": a plain path", mount,
		    "the files need a location that is a path's beginning");
	else if (path[0] != '\0' && path[strlen(path) - 1] != '/')
		bad(p, FINDING_FAIL, "nginx-location",
		    "\"location /chat/ {\", with the slash at the end", mount,
		    "without a slash at its end it is \"/chatter\", too");
}

static void
check_tls(struct place *p, const struct nginx_node *mount)
{
	const struct nginx_node *n = nginx_inherited(mount, "ssl_protocols");
	size_t i;

	for (i = 1; n != NULL && i < n->n; i++)
		if (strncasecmp(n->words[i], "SSL", 3) == 0 ||
		    strcasecmp(n->words[i], "TLSv1") == 0 ||
		    strcasecmp(n->words[i], "TLSv1.1") == 0) {
			bad(p, FINDING_WARN, "nginx-tls",
			    "ssl_protocols TLSv1.2 TLSv1.3", n,
			    "it has versions that are broken");
			return;
		}
}

/* Where a request goes that is for a stream of another host. */
static void
check_hosts(struct place *p, const struct nginx_node *mount)
{
	if (p->config == NULL || p->config->state.host == NULL ||
	    mount->up == NULL ||
	    nginx_here(mount->up, "location", "@confab_hosts") != NULL)
		return;
	bad(p, FINDING_FAIL, "nginx-hosts",
	    "location @confab_hosts in the same server block, as "
	    "confab-hosts.conf says, and the map of hosts; or no host in "
	    "section state of confab.conf",
	    mount,
	    "what is for a stream of another host is an error: the worker has "
	    "a name among hosts, and nginx no way to them");
}

/* The outermost location around a location. */
static const struct nginx_node *
mount_of(const struct nginx_node *n)
{
	const struct nginx_node *mount = n;

	for (; n != NULL; n = n->up)
		if (strcmp(nginx_word(n, 0), "location") == 0)
			mount = n;
	return mount;
}

void
doctor_nginx(struct findings *f, const struct nginx_conf *conf,
    const struct config *config, bool wanted)
{
	const struct nginx_node *n, *mount, *last = NULL;
	struct place p = { .f = f, .config = config };
	unsigned places = 0;

	for (n = conf->root; n != NULL; n = nginx_next(n)) {
		if (strcmp(nginx_word(n, 0), "location") != 0 ||
		    strcmp(nginx_word(nginx_here(n, "fastcgi_param",
					  "PATH_INFO"),
			       2),
			"$confab_path") != 0)
			continue;
		places++;
		p.at = n;
		p.large = strstr(nginx_word(n, n->n - 1), "chat/") != NULL;
		mount = mount_of(n);
		check_flow(&p);
		check_bodies(&p);
		check_times(&p);
		check_backend(&p);
		check_user(&p);
		if (mount == last)
			continue;
		last = mount;
		check_mount(&p, mount);
		check_headers(&p, mount);
		check_tls(&p, mount);
		check_hosts(&p, mount);
	}
	if (places > 0 && !p.bad)
		finding_good(f, "nginx", "%s", what);
	else if (places == 0 && wanted)
		finding_bad(f, FINDING_FAIL, "nginx", what,
		    "include confab.conf in a location of a server block",
		    "no location passes anything to confab");
}
