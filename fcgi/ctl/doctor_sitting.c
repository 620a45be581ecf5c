/* SPDX-License-Identifier: MIT */
/* What a user does: signs in, asks, reads, leaves. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/identity/password.h"

#include "doctor.h"

#define CODE_MAX 64    /* bytes of a code as it is typed */
#define GAP_MIN 20     /* ms: events that came this far apart came alone */
#define CUT_MIN 500    /* ms of silence before an end that betray a timeout */
#define HEAD_ROOM 4096 /* bytes below the largest chat */
#define EVENTS_MIN 3   /* of an answer that came piece by piece */

static void
check_cookie(struct visit *d)
{
	static const char what[] = "the cookie is as it was set";
	const char *value = visit_header(d, "Set-Cookie");
	const char *why = NULL;

	if (visit_header_count(d, "Set-Cookie") != 1)
		why = "the login's answer has not exactly one";
	else if (!visit_header_has(d, "Set-Cookie", "Secure"))
		why = "it is not Secure";
	else if (!visit_header_has(d, "Set-Cookie", "HttpOnly"))
		why = "it is not HttpOnly";
	else if (!visit_header_has(d, "Set-Cookie", "SameSite=Strict"))
		why = "it is not SameSite=Strict";
	else if (visit_header_has(d, "Set-Cookie", "Domain="))
		why = "it is for other hosts, too";
	if (why == NULL)
		finding_good(&d->found, "cookie",
		    "the cookie is HttpOnly, Secure and SameSite=Strict");
	else
		finding_bad(&d->found, FINDING_FAIL, "cookie", what,
		    "a proxy changes it (proxy_cookie_flags, _domain, _path): "
		    "it is to leave it alone",
		    "%s: %.*s", why, (int)strcspn(value, "=\r\n"), value);
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
		finding_good(&d->found, "factor",
		    "the site asks for a second factor");
		rc = ctl_password("Code of the second factor", false, code,
		    sizeof(code), &code_len);
		if (rc == 0)
			send_login(d, user, password, len, code);
		else
			finding_bad(&d->found, FINDING_FAIL, "factor",
			    "there is a code to give",
			    "on the terminal, or as the second line of "
			    "standard input",
			    "none came");
		crypto_wipe(code, sizeof(code));
	}
	crypto_wipe(password, sizeof(password));
	if (rc != 0)
		return -1;
	return visit_expect(d, "login", 200, "the password opens a session",
		   "401: are password and code right, and was the code not "
		   "used before? 403: must the password be changed or a "
		   "second factor set up first, or is an Origin or Host "
		   "changed on the way?")
	    ? 0
	    : -1;
}

static int
sign_in(struct visit *d, const char *user)
{
	if (log_in(d, user) != 0)
		return -1;
	check_cookie(d);
	visit_ask(d, "api/session", NULL);
	return visit_expect(d, "cookie-back", 200,
		   "the cookie comes back and is known",
		   "is the Cookie header passed to the worker?")
	    ? 0
	    : -1;
}

/* A chat of the largest size, for a model that nobody has. */
static void
check_large(struct visit *d, size_t body_max)
{
	static const char what[] = "a chat of the largest size is read";
	static const char head[] = "{\"model\":\"confab-doctor\",\"messages\":"
				   "[{\"role\":\"user\",\"content\":\"";
	static const char tail[] = "\"}]}";
	struct visit_request r = { .path = "api/chat/completions" };
	char got[FIELD_MAX + 64];
	char *body;

	if (body_max <= HEAD_ROOM)
		return;
	r.len = body_max - HEAD_ROOM;
	r.body = body = malloc(r.len);
	if (body == NULL)
		return;
	memset(body, 'x', r.len);
	memcpy(body, head, sizeof(head) - 1);
	memcpy(body + r.len - sizeof(tail) + 1, tail, sizeof(tail) - 1);
	visit_send(d, &r);
	free(body);
	if (d->status >= 400 && d->status < 500 &&
	    visit_header_has(d, "Content-Type", "application/json"))
		finding_good(&d->found, "body-whole", "%s", what);
	else
		finding_bad(&d->found, FINDING_FAIL, "body-whole", what,
		    "client_max_body_size and the body timeouts of what is on "
		    "the way",
		    "of %zu bytes: %s", r.len, visit_got(d, got, sizeof(got)));
}

/* The answer broke off. */
static void
tell_cut(struct visit *d, const char *model)
{
	char what[300], text[FIELD_MAX];
	uint64_t silent =
	    d->end_ms - (d->last_ms != 0 ? d->last_ms : d->end_ms);

	snprintf(what, sizeof(what), "\"%s\" answers to the end", model);
	if (visit_field(d, "message", text, sizeof(text)))
		finding_bad(&d->found, FINDING_FAIL, "answer", what,
		    "the worker's log has the provider's status and words",
		    "%s", text);
	else if (silent >= CUT_MIN)
		finding_bad(&d->found, FINDING_FAIL, "timeout", what,
		    "fastcgi_read_timeout (proxy_read_timeout in a proxy "
		    "before) must be longer than timeouts { total }, and "
		    "never below the 15 s between two signs of life",
		    "the connection was cut after %llu.%llu s of silence: a "
		    "read timeout on the way",
		    (unsigned long long)silent / 1000,
		    (unsigned long long)silent % 1000 / 100);
	else
		finding_bad(&d->found, FINDING_FAIL, "answer", what,
		    "nginx's error log and the worker's say which end closed",
		    "the connection ended before (%s)",
		    d->curl_error[0] != '\0' ? d->curl_error : "a clean end");
}

static unsigned
count_events(const char *p)
{
	unsigned n = 0;

	for (; (p = strstr(p, "data: ")) != NULL; p++)
		n++;
	return n;
}

static void
judge_stream(struct visit *d, const char *model, uint64_t begin)
{
	static const char alone[] = "the answer comes piece by piece";
	uint64_t spread = d->last_ms - d->first_ms;

	if (visit_header_count(d, "Content-Encoding") > 0)
		finding_bad(&d->found, FINDING_FAIL, "stream-coding",
		    "event streams are not compressed",
		    "gzip off for api/, here and in every proxy before",
		    "this one was");
	if (strstr(buf_str(&d->body), "data: [DONE]") == NULL) {
		tell_cut(d, model);
		return;
	}
	finding_good(&d->found, "answer",
	    "\"%s\" answered to the end, the first byte after %llu ms", model,
	    (unsigned long long)(d->first_ms - begin));
	if (count_events(buf_str(&d->body)) < EVENTS_MIN)
		return; /* all in one: nothing to be seen of it */
	if (spread >= GAP_MIN && d->parts > 1)
		finding_good(&d->found, "pieces",
		    "the answer came piece by piece, over %llu ms",
		    (unsigned long long)spread);
	else
		finding_bad(&d->found, FINDING_FAIL, "pieces", alone,
		    "fastcgi_buffering off and gzip off, as the shipped files "
		    "have it; in a proxy before, proxy_buffering off or "
		    "X-Accel-Buffering passed on",
		    "all of it came at once: something on the way holds it "
		    "back (buffering, compression)");
}

static void
check_chat(struct visit *d, const char *wanted)
{
	char model[256];
	struct visit_request r = { .path = "api/chat/completions",
		.coding = "gzip" };
	struct buf body;
	uint64_t begin;

	visit_ask(d, "api/models", NULL);
	if (!visit_expect(d, "models", 200, "models are listed",
		"the worker's log says why"))
		return;
	if (wanted != NULL)
		snprintf(model, sizeof(model), "%s", wanted);
	else if (!visit_field(d, "id", model, sizeof(model))) {
		finding_bad(&d->found, FINDING_FAIL, "no-model",
		    "there is a model",
		    "does a provider in confab.conf list any, and is it "
		    "reachable? \"confabctl check --online\" on the host, and "
		    "the worker's log, say why not",
		    "the list is empty");
		return;
	}
	buf_init(&body, 4096);
	buf_puts(&body, "{\"model\":");
	buf_json(&body, model, strlen(model));
	buf_puts(&body,
	    ",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":"
	    "\"Please say in two sentences how you are.\"}]}");
	begin = clock_mono_ms();
	r.body = buf_str(&body);
	r.len = body.len;
	visit_send(d, &r);
	buf_free(&body);
	if (d->status == 200)
		judge_stream(d, model, begin);
	else
		(void)visit_expect(d, "answer", 200, "a model answers",
		    "is the provider reachable, and its key right? The "
		    "worker's log says more");
}

/* The servers of tools, as the worker finds them. */
static void
check_tools(struct visit *d)
{
	const char *tool;
	char text[FIELD_MAX], server[64];
	unsigned n = 0;

	visit_ask(d, "api/tools", NULL);
	if (!visit_expect(d, "tools", 200, "tools are listed",
		"the worker's log says why"))
		return;
	for (tool = buf_str(&d->body); (tool = strstr(tool, "\"digest\":\""));
	     tool++)
		n++;
	if (strstr(buf_str(&d->body), "\"errors\":[]") == NULL)
		finding_bad(&d->found, FINDING_FAIL, "tool-servers",
		    "every tool server answers",
		    "\"confabctl check --online\" on the host says more",
		    "%s: %s",
		    visit_field(d, "server", server, sizeof(server)) && n == 0
			? server
			: "at least one does not",
		    visit_field(d, "message", text, sizeof(text)) ? text : "-");
	else if (n > 0)
		finding_good(&d->found, "tool-servers",
		    "the tool servers answer, with %u tools", n);
}

static void
sign_out(struct visit *d)
{
	visit_ask(d, "api/logout", "{}");
	(void)visit_expect(d, "logout", 204, "the session can be ended",
	    "the worker's log says why");
	visit_ask(d, "api/session", NULL);
	(void)visit_expect(d, "ended", 401, "an ended session is refused",
	    "the answer must be 401: is runtime_dir the same for all workers "
	    "of the host?");
}

void
doctor_sitting(struct visit *d, const char *user, const char *model,
    size_t body_max)
{
	if (sign_in(d, user) != 0)
		return;
	check_large(d, body_max);
	check_chat(d, model);
	check_tools(d);
	sign_out(d);
}
