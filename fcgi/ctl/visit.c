/* SPDX-License-Identifier: MIT */
/*
 * Asking a running site, one request after another, and saying how each went.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "confab/base/clock.h"

#include "visit.h"

#define BODY_MAX (1024 * 1024)
#define HEADERS_MAX 65536
#define TIMEOUT 60 /* s of one request */

void
visit_report(struct visit *d, bool good, const char *fmt, ...)
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
	struct visit *d = arg;

	return buf_append(&d->headers, data, size * n) == 0 ? size * n : 0;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct visit *d = arg;

	d->last_ms = clock_mono_ms();
	if (d->first_ms == 0)
		d->first_ms = d->last_ms;
	return buf_append(&d->body, data, size * n) == 0 ? size * n : 0;
}

const char *
visit_header(struct visit *d, const char *name)
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

bool
visit_header_has(struct visit *d, const char *name, const char *word)
{
	const char *value = visit_header(d, name);
	size_t line = strcspn(value, "\r\n"), len = strlen(word);

	for (size_t i = 0; i + len <= line; i++)
		if (strncasecmp(value + i, word, len) == 0)
			return true;
	return false;
}

void
visit_ask(struct visit *d, const char *path, const char *body)
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

bool
visit_field(const struct visit *d, const char *name, char *out, size_t size)
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
instead(struct visit *d, char *out, size_t size)
{
	char text[FIELD_MAX], code[64];
	const char *to = visit_header(d, "Location");

	if (d->status == 0)
		snprintf(out, size, "%s", d->curl_error);
	else if (to[0] != '\0')
		snprintf(out, size, "status %ld, to %.*s", d->status,
		    (int)strcspn(to, "\r\n"), to);
	else if (visit_field(d, "message", text, sizeof(text)))
		snprintf(out, size, "status %ld, \"%s\" (%s)", d->status, text,
		    visit_field(d, "code", code, sizeof(code)) ? code
							       : "no code");
	else
		snprintf(out, size, "status %ld", d->status);
	return out;
}

bool
visit_expect(struct visit *d, long status, const char *what, const char *hint)
{
	char got[FIELD_MAX + 128];

	if (d->status == status)
		visit_report(d, true, "%s", what);
	else
		visit_report(d, false, "%s: %s; %s", what,
		    instead(d, got, sizeof(got)), hint);
	return d->status == status;
}

/* The mount point with a slash at its end. */
static int
set_base(struct visit *d, const char *url)
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
set_options(struct visit *d, const char *ca_file, bool insecure)
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
visit_begin(struct visit *d, const char *url, const char *ca_file,
    bool insecure)
{
	memset(d, 0, sizeof(*d));
	if (set_base(d, url) != 0)
		return -1;
	buf_init(&d->headers, HEADERS_MAX);
	buf_init(&d->body, BODY_MAX);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	d->curl = curl_easy_init();
	if (d->curl != NULL)
		set_options(d, ca_file, insecure);
	return 0;
}

void
visit_end(struct visit *d)
{
	curl_easy_cleanup(d->curl);
	curl_global_cleanup();
	buf_wipe(&d->body);
	buf_wipe(&d->headers);
	free(d->base);
}
