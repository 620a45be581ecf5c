/* SPDX-License-Identifier: MIT */
/* The page: how it is reached, and what comes with it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"

#include "doctor.h"

#define SKEW_MAX 60	     /* s between the site's clock and this one */
#define CERT_DAYS 14	     /* that a certificate should still be good */
#define DAY (24LL * 60 * 60) /* s */

/* What to do when not even a connection came about. */
static const char *
connection_cure(const struct visit *d)
{
	switch (d->curl_code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return "the name is not in the DNS, as this host sees it";
	case CURLE_COULDNT_CONNECT:
		return "is nginx running (\"systemctl status nginx\"), and the "
		       "port open in the packet filter?";
	case CURLE_OPERATION_TIMEDOUT:
		return "a packet filter drops it, or what answers hangs";
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
		return "the certificate must be for this name, not be expired, "
		       "and ssl_certificate must have the whole chain; for an "
		       "authority of your own, --ca-file";
	default:
		return "is the name right, nginx running, the port open, and "
		       "the certificate for this name? (--ca-file, --insecure)";
	}
}

static const char *
page_cure(const struct visit *d)
{
	if (d->status == 0 || d->curl_code != CURLE_OK)
		return connection_cure(d);
	if (d->status >= 300 && d->status < 400)
		return "give the address that it leads to";
	if (d->status == 401)
		return "the web server asks for a login: with auth = "
		       "remote_user, doctor sees the site only up to there";
	if (d->status == 403 || d->status >= 500)
		return "nginx's error log says why: may its user read the "
		       "page's files?";
	return "is the mount point right, and the file included in the server "
	       "block of this name?";
}

static void
check_tls(struct visit *d)
{
	if (strncmp(d->base, "https:", 6) == 0)
		finding_good(&d->found, "tls", "the site has TLS");
	else
		finding_bad(&d->found, FINDING_FAIL, "tls", "the site has TLS",
		    "listen 443 ssl, with a certificate",
		    "browsers keep the session's cookie only for https, so "
		    "nobody could sign in");
}

/* How long the certificate that was shown is good. */
static void
check_certificate(struct visit *d)
{
	static const char what[] = "the certificate is good for a while";
	struct curl_certinfo *info = NULL;
	const struct curl_slist *line;
	long long days;
	time_t until = -1;

	if (curl_easy_getinfo(d->curl, CURLINFO_CERTINFO, &info) != CURLE_OK ||
	    info == NULL || info->num_of_certs < 1)
		return;
	for (line = info->certinfo[0]; line != NULL; line = line->next)
		if (strncmp(line->data, "Expire date:", 12) == 0)
			until = curl_getdate(line->data + 12, NULL);
	if (until == (time_t)-1)
		return;
	days = ((long long)until - (long long)clock_wall()) / DAY;
	if (days >= CERT_DAYS)
		finding_good(&d->found, "certificate",
		    "the certificate is good for %lld days", days);
	else
		finding_bad(&d->found, FINDING_WARN, "certificate", what,
		    "does its renewal run (\"systemctl list-timers\"), and "
		    "is nginx reloaded after it?",
		    "it ends in %lld days", days);
}

/* Sessions and their ends are compared by the clocks of hosts and browsers. */
static void
check_clock(struct visit *d)
{
	char date[64];
	const char *value = visit_header(d, "Date");
	long long skew;
	time_t t;

	snprintf(date, sizeof(date), "%.*s", (int)strcspn(value, "\r\n"),
	    value);
	t = curl_getdate(date, NULL);
	if (t == (time_t)-1)
		return;
	skew = (long long)t - (long long)clock_wall();
	if (skew >= -SKEW_MAX && skew <= SKEW_MAX)
		finding_good(&d->found, "clock",
		    "the site's clock and this one agree");
	else
		finding_bad(&d->found, FINDING_FAIL, "clock",
		    "the site's clock and this one agree",
		    "is NTP running on both?", "they are %lld seconds apart",
		    skew);
}

static void
check_version(struct visit *d)
{
	static const char what[] = "the connection is HTTP/1.1 or newer";
	long version = CURL_HTTP_VERSION_NONE;

	curl_easy_getinfo(d->curl, CURLINFO_HTTP_VERSION, &version);
	if (version != CURL_HTTP_VERSION_1_0)
		finding_good(&d->found, "http", "%s", what);
	else
		finding_bad(&d->found, FINDING_FAIL, "http", what,
		    "proxy_http_version 1.1",
		    "a proxy before the site speaks HTTP/1.0");
}

/* A header that the page's safety rests on. */
static void
check_header(struct visit *d, const char *name, const char *word)
{
	char what[128];
	const char *value = visit_header(d, name);
	unsigned n = visit_header_count(d, name);

	snprintf(what, sizeof(what), "the page has its %s header", name);
	if (n == 0)
		finding_bad(&d->found, FINDING_FAIL, "header", what,
		    "a location or proxy on the way drops it: an add_header of "
		    "a block inside takes the place of all outside, and "
		    "proxy_hide_header hides",
		    "it is missing");
	else if (!visit_header_has(d, name, word))
		finding_bad(&d->found, FINDING_FAIL, "header", what,
		    "something on the way sets its own: it is to leave this "
		    "one alone",
		    "it is \"%.*s\"", (int)strcspn(value, "\r\n"), value);
	else if (n > 1)
		finding_bad(&d->found, FINDING_FAIL, "header", what,
		    "something on the way adds its own, and browsers obey all "
		    "of them: it is to leave this one alone",
		    "there are %u of them", n);
	else
		finding_good(&d->found, "header", "%s", what);
}

/* An upgrade would not be seen, and the page's files go after two weeks. */
static void
check_kept(struct visit *d)
{
	static const char what[] = "the page comes from nginx each time";
	const char *age = visit_header(d, "Age");

	if (strtol(age, NULL, 10) > 0 ||
	    visit_header_has(d, "X-Cache", "HIT") ||
	    visit_header_has(d, "CF-Cache-Status", "HIT"))
		finding_bad(&d->found, FINDING_WARN, "page-kept", what,
		    "the cache is to ask again, as Cache-Control: no-cache "
		    "says (in a content network, no rule \"cache "
		    "everything\")",
		    "a cache on the way has answered");
	else
		finding_good(&d->found, "page-kept", "%s", what);
}

/* What arrives is what was installed. */
static void
check_text(struct visit *d)
{
	static const char what[] = "the page arrives unchanged";
	const char *p = buf_str(&d->body);

	while ((p = strstr(p, "<script")) != NULL) {
		const char *end = strchr(p, '>');
		const char *src = strstr(p, " src=\"");

		if (end == NULL || src == NULL || src > end) {
			finding_bad(&d->found, FINDING_FAIL, "unchanged", what,
			    "a proxy or content network injects it: switch "
			    "that off (\"Rocket Loader\", analytics, banners)",
			    "it has a script that is not confab's, which the "
			    "page's policy stops");
			return;
		}
		p = end;
	}
	finding_good(&d->found, "unchanged", "%s", what);
}

/* "/chat" leads to "/chat/", on the same scheme, host and port. */
static void
check_slash(struct visit *d)
{
	static const char what[] = "the address without its last slash works";
	char url[2048], got[FIELD_MAX];
	struct visit_request r = { .url = url };
	const char *path = strchr(d->base + 8, '/'), *to;
	size_t len = strlen(d->base), line;

	if (path == NULL || path[1] == '\0' || len >= sizeof(url))
		return; /* the mount point is the host's root */
	snprintf(url, sizeof(url), "%.*s", (int)len - 1, d->base);
	visit_send(d, &r);
	to = visit_header(d, "Location");
	line = strcspn(to, "\r\n");
	if (d->status >= 301 && d->status <= 308 &&
	    ((strlen(path) == line && strncmp(to, path, line) == 0) ||
		(len == line && strncmp(to, d->base, line) == 0)))
		finding_good(&d->found, "slash", "%s", what);
	else
		finding_bad(&d->found, FINDING_FAIL, "slash", what,
		    "nginx redirects by itself where the location has a slash "
		    "at its end and nothing else names the path without; with "
		    "a wrong scheme or port, a proxy before it does not pass "
		    "Host on",
		    "%s", visit_got(d, got, sizeof(got)));
}

/* A location without a slash at its end takes "/chatter", too. That it is as it
 * should be is said only where the page is there. */
static void
check_mount(struct visit *d, bool there)
{
	static const char what[] = "the location ends with a slash";
	static const char cure[] =
	    "in nginx: \"location /chat/ {\", with the slash at the end";
	static const char *const others[] = { "x/api/health", "../index.html",
		"x/" };
	char url[2048];
	struct visit_request r = { .url = url };
	const char *path = strchr(d->base + 8, '/');
	size_t len = strlen(d->base), i;

	if (path == NULL || path[1] == '\0' || len + 16 >= sizeof(url))
		return;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(url, sizeof(url), "%.*s%s", (int)len - 1, d->base,
		    others[i]);
		visit_send(d, &r);
		if (d->status != 200 ||
		    (strstr(buf_str(&d->body), "id=\"app\"") == NULL &&
			strstr(buf_str(&d->body), "\"status\":\"") == NULL))
			continue;
		finding_bad(&d->found, FINDING_FAIL, "mount", what, cure,
		    "%s answers, too", url);
		return;
	}
	if (there)
		finding_good(&d->found, "mount", "%s", what);
}

static bool
is_ours(struct visit *d)
{
	static const char what[] = "the page is confab's";
	bool ours = visit_header_has(d, "Content-Type", "text/html") &&
	    strstr(buf_str(&d->body), "id=\"app\"") != NULL;

	if (ours)
		finding_good(&d->found, "ours", "%s", what);
	else
		finding_bad(&d->found, FINDING_FAIL, "ours", what,
		    "is the mount point right?",
		    "another one answers at this address");
	return ours;
}

bool
doctor_page(struct visit *d)
{
	check_tls(d);
	visit_ask(d, "", NULL);
	if (!visit_expect(d, "page", 200, "the page is served", page_cure(d))) {
		if (d->status == 0)
			return false;
		check_mount(d, false);
		return true;
	}
	check_certificate(d);
	check_clock(d);
	check_version(d);
	if (!is_ours(d))
		return true;
	check_header(d, "Content-Security-Policy", "script-src 'self'");
	check_header(d, "X-Content-Type-Options", "nosniff");
	check_header(d, "Referrer-Policy", "no-referrer");
	check_header(d, "X-Frame-Options", "DENY");
	check_header(d, "Cache-Control", "no-cache");
	check_kept(d);
	check_text(d);
	doctor_assets(d);
	check_slash(d);
	check_mount(d, true);
	return true;
}
