/* SPDX-License-Identifier: MIT */
/*
 * confabctl doctor: asks the running site end to end, as a browser would, and
 * says of each thing that can be wrong between them whether it is.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "confab/base/buf.h"
#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/identity/password.h"

#include "ctl.h"
#include "visit.h"

#define SKEW_MAX 60 /* s between the site's clock and this one */
#define CODE_MAX 64 /* bytes of a code as it is typed */
#define GAP_MIN 20  /* ms: events that came this far apart came alone */

static const char usage[] =
    "doctor URL [--user NAME] [--ca-file FILE | --insecure]";

/* Where a connection does not come about, the rest need not be tried. */
static const char *
page_hint(const struct visit *d)
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
check_tls(struct visit *d)
{
	bool tls = strncmp(d->base, "https:", 6) == 0;

	visit_report(d, tls,
	    tls ? "the site has TLS"
		: "the site has TLS: browsers keep the session's "
		  "cookie only for https, so nobody could sign in");
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
	visit_report(d, skew >= -SKEW_MAX && skew <= SKEW_MAX,
	    "the site's clock and this one agree%s",
	    skew >= -SKEW_MAX && skew <= SKEW_MAX
		? ""
		: ": more than a minute apart; is NTP running on both?");
}

static bool
check_page(struct visit *d)
{
	static const char *const headers[][2] = {
		{ "Content-Security-Policy", "script-src 'self'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "" },
	};
	long version = CURL_HTTP_VERSION_NONE;
	bool ours;

	check_tls(d);
	visit_ask(d, "", NULL);
	if (!visit_expect(d, 200, "the page is served", page_hint(d)))
		return d->status != 0;
	check_clock(d);
	curl_easy_getinfo(d->curl, CURLINFO_HTTP_VERSION, &version);
	visit_report(d, version != CURL_HTTP_VERSION_1_0,
	    version == CURL_HTTP_VERSION_1_0
		? "the connection is HTTP/1.1 or newer: a proxy before the "
		  "site speaks HTTP/1.0 (proxy_http_version 1.1)"
		: "the connection is HTTP/1.1 or newer");
	ours = visit_header_has(d, "Content-Type", "text/html") &&
	    strstr(buf_str(&d->body), "id=\"app\"") != NULL;
	visit_report(d, ours,
	    ours ? "the page is confab's"
		 : "the page is confab's: another one answers at "
		   "this address; is the mount point right?");
	if (!ours)
		return true;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		visit_report(d,
		    visit_header(d, headers[i][0])[0] != '\0' &&
			visit_header_has(d, headers[i][0], headers[i][1]),
		    "the page has a %s header", headers[i][0]);
	return true;
}

static const char *
worker_hint(const struct visit *d)
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

/* Where hosts share what they know, is the one that answers linked to them? */
static void
check_hosts(struct visit *d)
{
	char hosts[FIELD_MAX];
	bool linked;

	if (!visit_field(d, "hosts", hosts, sizeof(hosts)))
		return;
	linked = strcmp(hosts, "linked") == 0;
	visit_report(d, linked,
	    linked ? "the worker is linked to other hosts"
		   : "the worker is linked to other hosts: it cannot reach "
		     "the engine (section state); its log says why");
}

static void
check_worker(struct visit *d)
{
	visit_ask(d, "api/health", NULL);
	if (!visit_expect(d, 200, "the worker answers", worker_hint(d)))
		return;
	check_hosts(d);
	visit_ask(d, "api/session", NULL);
	if (d->status == 200)
		visit_report(d, true,
		    "the web server signs us in (remote_user)");
	else
		visit_expect(d, 401, "without a session nobody is let in",
		    "the answer must be 401");
	visit_report(d, visit_header_has(d, "Content-Type", "application/json"),
	    "the worker's answers arrive as JSON");
	visit_report(d, visit_header_has(d, "Cache-Control", "no-store"),
	    "the worker's answers are not stored");
}

/* Sends name, password and, where there is one, the code. */
static void
send_login(struct visit *d, const char *user, const char *password, size_t len,
    const char *code)
{
	struct buf body;

	buf_init(&body, 8 * PASSWORD_MAX);
	buf_puts(&body, "{\"username\":");
	buf_json(&body, user, strlen(user));
	buf_puts(&body, ",\"password\":");
	buf_json(&body, password, len);
	if (code != NULL) {
		buf_puts(&body, ",\"code\":");
		buf_json(&body, code, strlen(code));
	}
	buf_puts(&body, "}");
	visit_ask(d, "api/login", buf_str(&body));
	buf_wipe(&body);
}

/* Did the last answer ask for the code of a second factor? */
static bool
wants_code(const struct visit *d)
{
	char code[64];

	return d->status == 401 && visit_field(d, "code", code, sizeof(code)) &&
	    strcmp(code, "second_factor_required") == 0;
}

/* Signs in with the password and, where the site asks for one, a code: on the
 * terminal, or as the next line of standard input. */
static int
log_in(struct visit *d, const char *user)
{
	char password[PASSWORD_MAX + 2], code[CODE_MAX];
	size_t len = 0, code_len = 0;
	int rc;

	if (ctl_password("Password", false, password, sizeof(password), &len) !=
	    0)
		return -1;
	send_login(d, user, password, len, NULL);
	rc = 0;
	if (wants_code(d)) {
		visit_report(d, true, "the site asks for a second factor");
		rc = ctl_password("Code of the second factor", false, code,
		    sizeof(code), &code_len);
		if (rc == 0)
			send_login(d, user, password, len, code);
		else
			visit_report(d, false, "there is a code to give");
		crypto_wipe(code, sizeof(code));
	}
	crypto_wipe(password, sizeof(password));
	if (rc != 0)
		return -1;
	return visit_expect(d, 200, "the password opens a session",
		   "401: are password and code right, and was the code not "
		   "used "
		   "before? 403: must the password be changed or a second "
		   "factor set up first, or is an Origin or Host changed on "
		   "the "
		   "way?")
	    ? 0
	    : -1;
}

static int
sign_in(struct visit *d, const char *user)
{
	if (log_in(d, user) != 0)
		return -1;
	visit_report(d,
	    visit_header_has(d, "Set-Cookie", "HttpOnly") &&
		visit_header_has(d, "Set-Cookie", "Secure") &&
		visit_header_has(d, "Set-Cookie", "SameSite=Strict"),
	    "the cookie is HttpOnly, Secure and SameSite=Strict");
	visit_ask(d, "api/session", NULL);
	return visit_expect(d, 200, "the cookie comes back and is known",
		   "is the Cookie header passed to the worker?")
	    ? 0
	    : -1;
}

static void
check_chat(struct visit *d)
{
	char model[256], text[FIELD_MAX];
	struct buf body;
	uint64_t begin, first, spread;

	visit_ask(d, "api/models", NULL);
	if (!visit_expect(d, 200, "models are listed",
		"the worker's log says why"))
		return;
	if (!visit_field(d, "id", model, sizeof(model))) {
		visit_report(d, false,
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
	visit_ask(d, "api/chat/completions", buf_str(&body));
	buf_free(&body);
	if (!visit_expect(d, 200, "a model answers",
		"is the provider reachable, and its key right? The worker's "
		"log says more"))
		return;
	first = d->first_ms - begin;
	spread = d->last_ms - d->first_ms;
	if (strstr(buf_str(&d->body), "data: [DONE]") == NULL) {
		visit_report(d, false, "\"%s\" answered to the end: %s", model,
		    visit_field(d, "message", text, sizeof(text))
			? text
			: "the connection ended before");
		return;
	}
	visit_report(d, true,
	    "\"%s\" answered to the end, the first byte after %llu ms", model,
	    (unsigned long long)first);
	visit_report(d, spread >= GAP_MIN,
	    "the answer came piece by piece, over %llu ms%s",
	    (unsigned long long)spread,
	    spread >= GAP_MIN ? ""
			      : ": something on the way holds it back "
				"(buffering, compression)");
}

/* The servers of tools, as the worker finds them. */
static void
check_tools(struct visit *d)
{
	const char *tool;
	unsigned n = 0;

	visit_ask(d, "api/tools", NULL);
	if (!visit_expect(d, 200, "tools are listed",
		"the worker's log says why"))
		return;
	for (tool = buf_str(&d->body); (tool = strstr(tool, "\"digest\":\""));
	     tool++)
		n++;
	if (strstr(buf_str(&d->body), "\"errors\":[]") == NULL)
		visit_report(d, false,
		    "every tool server answers: \"confabctl check --online\" "
		    "on "
		    "the host says which does not");
	else if (n > 0)
		visit_report(d, true, "the tool servers answer, with %u tools",
		    n);
}

static void
sign_out(struct visit *d)
{
	visit_ask(d, "api/logout", "{}");
	visit_expect(d, 204, "the session can be ended",
	    "the worker's log says why");
	visit_ask(d, "api/session", NULL);
	visit_expect(d, 401, "an ended session is refused",
	    "the answer must be 401");
}

int
ctl_doctor(struct ctl *ctl)
{
	const char *user = NULL, *ca_file = NULL;
	bool has_user = ctl_option(ctl, "--user", &user);
	bool has_ca = ctl_option(ctl, "--ca-file", &ca_file);
	bool insecure = ctl_option(ctl, "--insecure", NULL);
	struct visit d;

	if (!ctl_arguments(ctl, 1, 1) || (has_user && user == NULL) ||
	    (has_ca && (ca_file == NULL || insecure)) ||
	    visit_begin(&d, ctl->argv[0], ca_file, insecure) != 0)
		return ctl_usage(usage);
	if (d.curl == NULL) {
		visit_end(&d);
		return ctl_fail(CTL_FAILED, "out of memory");
	}
	if (check_page(&d)) {
		check_worker(&d);
		if (has_user && sign_in(&d, user) == 0) {
			check_chat(&d);
			check_tools(&d);
			sign_out(&d);
		}
	}
	visit_end(&d);
	printf("%u failed\n", d.failures);
	return d.failures == 0 ? CTL_OK : CTL_FAILED;
}
