/* SPDX-License-Identifier: MIT */
/*
 * confabctl doctor: asks the running site end to end, as a browser would, and
 * says of each thing that can be wrong between them whether it is.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

#include "confab/base/buf.h"
#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/identity/password.h"

#include "ctl.h"

#define BODY_MAX (1024 * 1024)
#define HEADERS_MAX 65536
#define TIMEOUT 60 /* s of one request */
#define FIELD_MAX 1024
#define SKEW_MAX 60 /* s between the site's clock and this one */
#define GAP_MIN 20  /* ms: events that came this far apart came alone */

static const char usage[] =
    "doctor URL [--user NAME] [--ca-file FILE | --insecure]";

/* One site under examination. */
struct doctor {
	CURL *curl;
	char *base; /* the mount point, with its slash; owned */
	unsigned failures;
	struct buf headers; /* of the last answer */
	struct buf body;
	char curl_error[CURL_ERROR_SIZE];
	long status;	   /* of the last answer; 0: there was none */
	uint64_t first_ms; /* when bytes of the body came first, */
	uint64_t last_ms;  /* and last */
};

static void report(struct doctor *d, bool good, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
report(struct doctor *d, bool good, const char *fmt, ...)
{
	va_list ap;

	fputs(good ? "ok    " : "FAIL  ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	if (!good)
		d->failures++;
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct doctor *d = arg;

	return buf_append(&d->headers, data, size * n) == 0 ? size * n : 0;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct doctor *d = arg;

	d->last_ms = clock_mono_ms();
	if (d->first_ms == 0)
		d->first_ms = d->last_ms;
	return buf_append(&d->body, data, size * n) == 0 ? size * n : 0;
}

/* The value of a header of the last answer, as far as its line goes. */
static const char *
header(struct doctor *d, const char *name)
{
	const char *p = buf_str(&d->headers);
	size_t len = strlen(name);

	while (p != NULL && *p != '\0') {
		if (strncasecmp(p, name, len) == 0 && p[len] == ':') {
			p += len + 1;
			while (*p == ' ')
				p++;
			return p;
		}
		p = strchr(p, '\n');
		if (p != NULL)
			p++;
	}
	return "";
}

/* Does the header's line have this word in it? */
static bool
header_has(struct doctor *d, const char *name, const char *word)
{
	const char *value = header(d, name);
	size_t line = strcspn(value, "\r\n"), len = strlen(word);

	for (size_t i = 0; i + len <= line; i++)
		if (strncasecmp(value + i, word, len) == 0)
			return true;
	return false;
}

/* Asks for a path under the mount point; with `body` it is a POST of JSON. */
static void
ask(struct doctor *d, const char *path, const char *body)
{
	struct curl_slist *list = NULL;
	struct buf url;
	CURLcode rc;

	buf_init(&url, 8192);
	buf_printf(&url, "%s%s", d->base, path);
	buf_reset(&d->headers);
	buf_wipe(&d->body);
	d->status = 0;
	d->first_ms = d->last_ms = 0;
	d->curl_error[0] = '\0';
	curl_easy_setopt(d->curl, CURLOPT_URL, buf_str(&url));
	if (body != NULL) {
		list =
		    curl_slist_append(NULL, "Content-Type: application/json");
		curl_easy_setopt(d->curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(d->curl, CURLOPT_POSTFIELDSIZE,
		    (long)strlen(body));
	} else
		curl_easy_setopt(d->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, list);
	rc = curl_easy_perform(d->curl);
	if (rc == CURLE_OK)
		curl_easy_getinfo(d->curl, CURLINFO_RESPONSE_CODE, &d->status);
	else if (d->curl_error[0] == '\0')
		snprintf(d->curl_error, sizeof(d->curl_error), "%s",
		    curl_easy_strerror(rc));
	curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(list);
	buf_free(&url);
}

/* The first string of a name in the last answer's JSON, as it stands there. */
static bool
field(const struct doctor *d, const char *name, char *out, size_t size)
{
	char start[32];
	const char *p = buf_str(&d->body);
	size_t len = 0;

	snprintf(start, sizeof(start), "\"%s\":\"", name);
	if (p == NULL || (p = strstr(p, start)) == NULL)
		return false;
	p += strlen(start);
	while (p[len] != '\0' && p[len] != '"')
		len += p[len] == '\\' && p[len + 1] != '\0' ? 2 : 1;
	if (len == 0 || len >= size || p[len] != '"')
		return false;
	memcpy(out, p, len);
	out[len] = '\0';
	return true;
}

/* What came instead of what was expected. */
static const char *
instead(struct doctor *d, char *out, size_t size)
{
	char text[FIELD_MAX], code[64];
	const char *to = header(d, "Location");

	if (d->status == 0)
		snprintf(out, size, "%s", d->curl_error);
	else if (to[0] != '\0')
		snprintf(out, size, "status %ld, to %.*s", d->status,
		    (int)strcspn(to, "\r\n"), to);
	else if (field(d, "message", text, sizeof(text)))
		snprintf(out, size, "status %ld, \"%s\" (%s)", d->status, text,
		    field(d, "code", code, sizeof(code)) ? code : "no code");
	else
		snprintf(out, size, "status %ld", d->status);
	return out;
}

static bool
expect(struct doctor *d, long status, const char *what, const char *hint)
{
	char got[FIELD_MAX + 128];

	if (d->status == status)
		report(d, true, "%s", what);
	else
		report(d, false, "%s: %s; %s", what,
		    instead(d, got, sizeof(got)), hint);
	return d->status == status;
}

/* Where a connection does not come about, the rest need not be tried. */
static const char *
page_hint(const struct doctor *d)
{
	if (d->status == 0)
		return "is the name right, nginx running, the port open, and "
		       "the certificate for this name? (--ca-file, --insecure)";
	if (d->status >= 300 && d->status < 400)
		return "give the address that it leads to";
	if (d->status == 403 || d->status >= 500)
		return "nginx's error log says why: may its user read the "
		       "page's files?";
	return "is the mount point right, and the file included in the server "
	       "block of this name?";
}

static void
check_tls(struct doctor *d)
{
	bool tls = strncmp(d->base, "https:", 6) == 0;

	report(d, tls,
	    tls ? "the site has TLS"
		: "the site has TLS: browsers keep the session's "
		  "cookie only for https, so nobody could sign in");
}

/* Sessions and their ends are compared by the clocks of hosts and browsers. */
static void
check_clock(struct doctor *d)
{
	char date[64];
	const char *value = header(d, "Date");
	long long skew;
	time_t t;

	snprintf(date, sizeof(date), "%.*s", (int)strcspn(value, "\r\n"),
	    value);
	t = curl_getdate(date, NULL);
	if (t == (time_t)-1)
		return;
	skew = (long long)t - (long long)clock_wall();
	report(d, skew >= -SKEW_MAX && skew <= SKEW_MAX,
	    "the site's clock and this one agree%s",
	    skew >= -SKEW_MAX && skew <= SKEW_MAX
		? ""
		: ": more than a minute apart; is NTP running on both?");
}

static bool
check_page(struct doctor *d)
{
	static const char *const headers[][2] = {
		{ "Content-Security-Policy", "script-src 'self'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "" },
	};
	long version = CURL_HTTP_VERSION_NONE;
	bool ours;

	check_tls(d);
	ask(d, "", NULL);
	if (!expect(d, 200, "the page is served", page_hint(d)))
		return d->status != 0;
	check_clock(d);
	curl_easy_getinfo(d->curl, CURLINFO_HTTP_VERSION, &version);
	report(d, version != CURL_HTTP_VERSION_1_0,
	    version == CURL_HTTP_VERSION_1_0
		? "the connection is HTTP/1.1 or newer: a proxy before the "
		  "site speaks HTTP/1.0 (proxy_http_version 1.1)"
		: "the connection is HTTP/1.1 or newer");
	ours = header_has(d, "Content-Type", "text/html") &&
	    strstr(buf_str(&d->body), "id=\"app\"") != NULL;
	report(d, ours,
	    ours ? "the page is confab's"
		 : "the page is confab's: another one answers at "
		   "this address; is the mount point right?");
	if (!ours)
		return true;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		report(d,
		    header(d, headers[i][0])[0] != '\0' &&
			header_has(d, headers[i][0], headers[i][1]),
		    "the page has a %s header", headers[i][0]);
	return true;
}

static const char *
worker_hint(const struct doctor *d)
{
	if (d->status == 404 || d->status == 405)
		return "api/ is not passed to the worker: is the file included "
		       "at this mount point?";
	if (d->status == 403)
		return "something before the worker refuses";
	if (d->status >= 500)
		return "is confab.fcgi running (\"systemctl status confab\", "
		       "\"confabctl check\"), on the socket that nginx's "
		       "fastcgi_pass names, and may nginx's group open it? "
		       "nginx's error log says which; with SELinux, \"ausearch "
		       "-m avc\"";
	return "it must be 200";
}

static void
check_worker(struct doctor *d)
{
	ask(d, "api/health", NULL);
	if (!expect(d, 200, "the worker answers", worker_hint(d)))
		return;
	ask(d, "api/session", NULL);
	if (d->status == 200)
		report(d, true, "the web server signs us in (remote_user)");
	else
		expect(d, 401, "without a session nobody is let in",
		    "the answer must be 401");
	report(d, header_has(d, "Content-Type", "application/json"),
	    "the worker's answers arrive as JSON");
	report(d, header_has(d, "Cache-Control", "no-store"),
	    "the worker's answers are not stored");
}

static int
sign_in(struct doctor *d, const char *user)
{
	char password[PASSWORD_MAX + 2];
	struct buf body;
	size_t len = 0;
	bool good;

	if (ctl_password("Password", false, password, sizeof(password), &len) !=
	    0)
		return -1;
	buf_init(&body, 8 * PASSWORD_MAX);
	buf_puts(&body, "{\"username\":");
	buf_json(&body, user, strlen(user));
	buf_puts(&body, ",\"password\":");
	buf_json(&body, password, len);
	buf_puts(&body, "}");
	crypto_wipe(password, sizeof(password));
	ask(d, "api/login", buf_str(&body));
	buf_wipe(&body);
	good = expect(d, 200, "the password opens a session",
	    "401: is it the right one, of a user without second factor? "
	    "403: is an Origin or Host changed on the way?");
	if (!good)
		return -1;
	report(d,
	    header_has(d, "Set-Cookie", "HttpOnly") &&
		header_has(d, "Set-Cookie", "Secure") &&
		header_has(d, "Set-Cookie", "SameSite=Strict"),
	    "the cookie is HttpOnly, Secure and SameSite=Strict");
	ask(d, "api/session", NULL);
	return expect(d, 200, "the cookie comes back and is known",
		   "is the Cookie header passed to the worker?")
	    ? 0
	    : -1;
}

static void
check_chat(struct doctor *d)
{
	char model[256], text[FIELD_MAX];
	struct buf body;
	uint64_t begin, first, spread;

	ask(d, "api/models", NULL);
	if (!expect(d, 200, "models are listed", "the worker's log says why"))
		return;
	if (!field(d, "id", model, sizeof(model))) {
		report(d, false,
		    "there is no model: does a provider in confab.conf list "
		    "any, and is it reachable? The worker's log says why not");
		return;
	}
	buf_init(&body, 4096);
	buf_printf(&body,
	    "{\"model\":\"%s\",\"stream\":true,\"messages\":[{\"role\":"
	    "\"user\",\"content\":\"Please say in two sentences how you "
	    "are.\"}]}",
	    model);
	begin = clock_mono_ms();
	ask(d, "api/chat/completions", buf_str(&body));
	buf_free(&body);
	if (!expect(d, 200, "a model answers",
		"is the provider reachable, and its key right? The worker's "
		"log says more"))
		return;
	first = d->first_ms - begin;
	spread = d->last_ms - d->first_ms;
	if (strstr(buf_str(&d->body), "data: [DONE]") == NULL) {
		report(d, false, "\"%s\" answered to the end: %s", model,
		    field(d, "message", text, sizeof(text))
			? text
			: "the connection ended before");
		return;
	}
	report(d, true,
	    "\"%s\" answered to the end, the first byte after %llu ms", model,
	    (unsigned long long)first);
	report(d, spread >= GAP_MIN,
	    "the answer came piece by piece, over %llu ms%s",
	    (unsigned long long)spread,
	    spread >= GAP_MIN ? ""
			      : ": something on the way holds it back "
				"(buffering, compression)");
}

/* The servers of tools, as the worker finds them. */
static void
check_tools(struct doctor *d)
{
	const char *tool;
	unsigned n = 0;

	ask(d, "api/tools", NULL);
	if (!expect(d, 200, "tools are listed", "the worker's log says why"))
		return;
	for (tool = buf_str(&d->body); (tool = strstr(tool, "\"digest\":\""));
	     tool++)
		n++;
	if (strstr(buf_str(&d->body), "\"errors\":[]") == NULL)
		report(d, false,
		    "every tool server answers: \"confabctl check --online\" "
		    "on "
		    "the host says which does not");
	else if (n > 0)
		report(d, true, "the tool servers answer, with %u tools", n);
}

static void
sign_out(struct doctor *d)
{
	ask(d, "api/logout", "{}");
	expect(d, 204, "the session can be ended", "the worker's log says why");
	ask(d, "api/session", NULL);
	expect(d, 401, "an ended session is refused", "the answer must be 401");
}

/* The mount point with a slash at its end. */
static int
set_base(struct doctor *d, const char *url)
{
	size_t len = strlen(url);

	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return -1;
	return asprintf(&d->base, "%s%s", url,
		   len > 0 && url[len - 1] == '/' ? "" : "/") < 0
	    ? -1
	    : 0;
}

static void
set_options(struct doctor *d, const char *ca_file, bool insecure)
{
	CURL *c = d->curl;

	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TIMEOUT);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, d->curl_error);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, d);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, d);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "confabctl/" PACKAGE_VERSION);
	/* Cookies in memory. */
	curl_easy_setopt(c, CURLOPT_COOKIEFILE, "");
	if (ca_file != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, ca_file);
	if (insecure) {
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

int
ctl_doctor(struct ctl *ctl)
{
	const char *user = NULL, *ca_file = NULL;
	bool has_user = ctl_option(ctl, "--user", &user);
	bool has_ca = ctl_option(ctl, "--ca-file", &ca_file);
	bool insecure = ctl_option(ctl, "--insecure", NULL);
	struct doctor d;

	memset(&d, 0, sizeof(d));
	if (!ctl_arguments(ctl, 1, 1) || (has_user && user == NULL) ||
	    (has_ca && (ca_file == NULL || insecure)) ||
	    set_base(&d, ctl->argv[0]) != 0)
		return ctl_usage(usage);
	buf_init(&d.headers, HEADERS_MAX);
	buf_init(&d.body, BODY_MAX);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	d.curl = curl_easy_init();
	if (d.curl == NULL) {
		free(d.base);
		return ctl_fail(CTL_FAILED, "out of memory");
	}
	set_options(&d, ca_file, insecure);
	if (check_page(&d)) {
		check_worker(&d);
		if (has_user && sign_in(&d, user) == 0) {
			check_chat(&d);
			check_tools(&d);
			sign_out(&d);
		}
	}
	curl_easy_cleanup(d.curl);
	curl_global_cleanup();
	buf_wipe(&d.body);
	buf_wipe(&d.headers);
	free(d.base);
	printf("%u failed\n", d.failures);
	return d.failures == 0 ? CTL_OK : CTL_FAILED;
}
