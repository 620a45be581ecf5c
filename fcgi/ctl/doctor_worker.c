/* SPDX-License-Identifier: MIT */
/* The worker through all that is before it, without a session. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

#define STALL 8		  /* s to be refused in, with an unfinished body */
#define SMALL (30 * 1024) /* bytes of a body that every route takes */
#define HEAD_ROOM 4096	  /* bytes below the largest chat */

static const char *
worker_cure(const struct visit *d)
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
	static const char what[] = "the worker is linked to other hosts";
	char hosts[FIELD_MAX];

	if (visit_field(d, "users", hosts, sizeof(hosts)) &&
	    strcmp(hosts, "linked") != 0)
		finding_bad(&d->found, FINDING_FAIL, "users",
		    "the users in the engine can be read",
		    "the worker's log says why; users_user of section state",
		    "it goes on with those that it knew");
	if (!visit_field(d, "hosts", hosts, sizeof(hosts)))
		return;
	if (strcmp(hosts, "linked") == 0)
		finding_good(&d->found, "hosts", "%s", what);
	else
		finding_bad(&d->found, FINDING_FAIL, "hosts", what,
		    "the worker's log says why; section state of confab.conf",
		    "it cannot reach the engine (section state)");
}

/* Of an answer of the API. */
static void
check_answer(struct visit *d)
{
	static const char json[] = "the worker's answers arrive as JSON";
	static const char kept[] = "the worker's answers are not stored";
	const char *age = visit_header(d, "Age");

	if (visit_header_has(d, "Content-Type", "application/json"))
		finding_good(&d->found, "json", "%s", json);
	else
		finding_bad(&d->found, FINDING_FAIL, "json", json,
		    "an error_page or fastcgi_intercept_errors replaces them: "
		    "the API's locations must have none",
		    "the type is \"%.*s\"",
		    (int)strcspn(visit_header(d, "Content-Type"), "\r\n"),
		    visit_header(d, "Content-Type"));
	if (!visit_header_has(d, "Cache-Control", "no-store"))
		finding_bad(&d->found, FINDING_FAIL, "no-store", kept,
		    "an expires or add_header Cache-Control on the way takes "
		    "the place of the worker's",
		    "Cache-Control is not no-store");
	else if (age[0] != '\0' || visit_header_has(d, "X-Cache", "HIT"))
		finding_bad(&d->found, FINDING_FAIL, "no-store", kept,
		    "the cache before the site is to leave api/ alone",
		    "a cache on the way has answered");
	else
		finding_good(&d->found, "no-store", "%s", kept);
}

/* Compressed answers are held back until there is enough to compress. */
static void
check_coding(struct visit *d)
{
	static const char what[] = "the worker's answers are not compressed";
	const struct visit_request r = { .path = "api/no-such-thing",
		.coding = "gzip" };

	visit_send(d, &r);
	if (visit_header_count(d, "Content-Encoding") == 0)
		finding_good(&d->found, "coding", "%s", what);
	else
		finding_bad(&d->found, FINDING_FAIL, "coding", what,
		    "gzip off (brotli off, zstd off) for api/, here and in "
		    "every proxy before",
		    "they are: streams would be held back");
}

static void
check_origin(struct visit *d)
{
	static const char own[] = "the site's own page may sign in";
	static const char other[] = "another site's page may not";
	char header[2048], got[FIELD_MAX + 64];
	struct visit_request r = { .path = "api/login",
		.body = "{}",
		.len = 2,
		.header = header };

	snprintf(header, sizeof(header), "Origin: %.*s",
	    (int)(8 + strcspn(d->base + 8, "/")), d->base);
	visit_send(d, &r);
	if (d->status != 0 && d->status != 403 && d->status < 500)
		finding_good(&d->found, "origin", "%s", own);
	else
		finding_bad(&d->found, FINDING_FAIL, "origin", own,
		    "the worker compares the Origin with Host and scheme: a "
		    "proxy must pass Host on (proxy_set_header Host $http_host)"
		    " and speak TLS to this nginx",
		    "%s", visit_got(d, got, sizeof(got)));
	snprintf(header, sizeof(header), "Origin: https://doctor.invalid");
	visit_send(d, &r);
	if (d->status == 403)
		finding_good(&d->found, "csrf", "%s", other);
	else
		finding_bad(&d->found, FINDING_FAIL, "csrf", other,
		    "a proxy drops the Origin header, or fastcgi_param "
		    "HTTP_ORIGIN is gone",
		    "%s", visit_got(d, got, sizeof(got)));
	if (visit_header_count(d, "Access-Control-Allow-Origin") > 0)
		finding_bad(&d->found, FINDING_FAIL, "cors",
		    "other sites may not read answers",
		    "take the add_header away",
		    "something on the way sets Access-Control-Allow-Origin");
}

/* Was it nginx, or another on the way, that refused a body for its size? */
static bool
refused_for_size(struct visit *d)
{
	return d->status == 413 &&
	    !visit_header_has(d, "Content-Type", "application/json");
}

static char *
filler(size_t len)
{
	char *body = malloc(len);

	if (body != NULL)
		memset(body, ' ', len);
	return body;
}

/* A small request, whole. */
static void
check_small(struct visit *d)
{
	static const char what[] = "requests of 30 kB arrive";
	char got[FIELD_MAX + 64];
	char *body = filler(SMALL);
	const struct visit_request r = { .path = "api/login",
		.body = body,
		.len = SMALL };

	if (body == NULL)
		return;
	visit_send(d, &r);
	free(body);
	if (d->status != 0 && d->status < 500 && !refused_for_size(d))
		finding_good(&d->found, "body", "%s", what);
	else
		finding_bad(&d->found, FINDING_FAIL, "body", what,
		    "client_max_body_size 64k, as the shipped files have it, "
		    "and no less in a proxy before",
		    "%s", visit_got(d, got, sizeof(got)));
}

/*
 * The largest chat, of which only the beginning is sent: a server on the way
 * that thinks it too large says so from its head, and the worker refuses it for
 * want of a session; unless somebody first collects all of it.
 */
static void
check_large(struct visit *d, size_t body_max)
{
	static const char size[] = "chats as large as the worker takes arrive";
	static const char at_once[] = "a chat reaches the worker as it comes";
	char got[FIELD_MAX + 64];
	const struct visit_request r = { .path = "api/chat/completions",
		.body = "{",
		.len = 1,
		.promised = body_max - HEAD_ROOM,
		.seconds = STALL };

	if (body_max <= HEAD_ROOM)
		return;
	visit_send(d, &r);
	if (refused_for_size(d)) {
		finding_bad(&d->found, FINDING_FAIL, "body-limit", size,
		    "client_max_body_size 0 where chats are posted, as the "
		    "shipped files have it, and at least limits { body } in a "
		    "proxy before",
		    "of %zu bytes: %s", body_max - HEAD_ROOM,
		    visit_got(d, got, sizeof(got)));
		return;
	}
	finding_good(&d->found, "body-limit", "%s", size);
	if (d->status != 0)
		finding_good(&d->found, "spool", "%s", at_once);
	else if (d->curl_code == CURLE_OPERATION_TIMEDOUT)
		finding_bad(&d->found, FINDING_WARN, "spool", at_once,
		    "fastcgi_request_buffering off where chats are posted "
		    "(proxy_request_buffering off in a proxy before): else "
		    "messages are collected, on a disk, of anybody",
		    "a chat without a session, of which the rest did not come, "
		    "was not refused within %d seconds",
		    STALL);
	else
		finding_bad(&d->found, FINDING_FAIL, "spool", at_once,
		    "what is on the way closes the connection: its log says "
		    "why",
		    "%s", visit_got(d, got, sizeof(got)));
}

/* Figures are for this host. */
static void
check_metrics(struct visit *d)
{
	static const char what[] = "metrics are for the host itself";
	char *ip = NULL;

	visit_ask(d, "api/metrics", NULL);
	curl_easy_getinfo(d->curl, CURLINFO_PRIMARY_IP, &ip);
	if (d->status != 200)
		finding_good(&d->found, "metrics", "%s", what);
	else if (ip != NULL && strncmp(ip, "127.", 4) != 0 &&
	    strcmp(ip, "::1") != 0)
		finding_bad(&d->found, FINDING_FAIL, "metrics", what,
		    "allow and deny as the shipped file has them; behind a "
		    "proxy on this host, the realip module or \"deny all\"",
		    "they are told to whoever asks at %s", ip);
}

void
doctor_worker(struct visit *d, size_t body_max)
{
	visit_ask(d, "api/health", NULL);
	if (!visit_expect(d, "worker", 200, "the worker answers",
		worker_cure(d)))
		return;
	check_hosts(d);
	visit_ask(d, "api/session", NULL);
	if (d->status == 200)
		finding_good(&d->found, "session",
		    "the web server signs us in (remote_user)");
	else
		(void)visit_expect(d, "session", 401,
		    "without a session nobody is let in",
		    "the answer must be 401");
	check_answer(d);
	check_coding(d);
	check_origin(d);
	check_small(d);
	check_large(d, body_max);
	check_metrics(d);
}
