/* SPDX-License-Identifier: MIT */
/*
 * Asking a running site, one request after another.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "confab/base/clock.h"

#include "visit.h"

#define BODY_MAX (16 * 1024 * 1024)
#define HEADERS_MAX 65536

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct visit *d = arg;
	bool last = size * n == 2 && memcmp(data, "\r\n", 2) == 0;

	/* An interim answer is none. */
	if (size * n > 5 && memcmp(data, "HTTP/", 5) == 0)
		buf_reset(&d->headers);
	if (buf_append(&d->headers, data, size * n) != 0)
		return 0;
	/* With an answer, the rest of a request is not waited for. */
	return last && d->stalled &&
		strstr(buf_str(&d->headers), " 100") == NULL
	    ? 0
	    : size * n;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct visit *d = arg;

	d->last_ms = clock_mono_ms();
	d->parts++;
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

unsigned
visit_header_count(struct visit *d, const char *name)
{
	const char *p = buf_str(&d->headers);
	size_t len = strlen(name);
	unsigned n = 0;

	for (; p != NULL && *p != '\0'; p = strchr(p, '\n')) {
		p += *p == '\n';
		n += strncasecmp(p, name, len) == 0 && p[len] == ':';
	}
	return n;
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

/* What is being sent. */
struct sending {
	const struct visit_request *r;
	size_t at;
};

static size_t
on_send(char *to, size_t size, size_t n, void *arg)
{
	struct sending *s = arg;
	size_t len = s->r->len - s->at;

	if (len == 0)
		return s->r->promised > s->r->len ? CURL_READFUNC_PAUSE : 0;
	if (len > size * n)
		len = size * n;
	memcpy(to, s->r->body + s->at, len);
	s->at += len;
	return len;
}

static void
set_body(struct visit *d, struct sending *s)
{
	const struct visit_request *r = s->r;
	CURL *c = d->curl;

	if (r->body == NULL) {
		curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(c, CURLOPT_POST, 1L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, NULL);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, on_send);
	curl_easy_setopt(c, CURLOPT_READDATA, s);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)(r->promised > 0 ? r->promised : r->len));
	d->stalled = r->promised > r->len;
}

/* The request's own headers; NULL for none. */
static struct curl_slist *
make_headers(const struct visit_request *r)
{
	struct curl_slist *list = NULL, *more;

	if (r->body != NULL) {
		list =
		    curl_slist_append(NULL, "Content-Type: application/json");
		more = curl_slist_append(list, "Expect:");
		list = more != NULL ? more : list;
	}
	if (r->header != NULL) {
		more = curl_slist_append(list, r->header);
		list = more != NULL ? more : list;
	}
	return list;
}

void
visit_send(struct visit *d, const struct visit_request *r)
{
	struct sending sending = { r, 0 };
	struct curl_slist *list = make_headers(r);
	struct buf url;

	buf_init(&url, 8192);
	if (r->url != NULL)
		buf_puts(&url, r->url);
	else
		buf_printf(&url, "%s%s", d->base, r->path);
	buf_reset(&d->headers);
	buf_wipe(&d->body);
	d->status = 0;
	d->parts = 0;
	d->stalled = false;
	d->first_ms = d->last_ms = 0;
	d->curl_error[0] = '\0';
	curl_easy_setopt(d->curl, CURLOPT_URL, buf_str(&url));
	curl_easy_setopt(d->curl, CURLOPT_TIMEOUT,
	    r->seconds > 0 ? r->seconds : (long)VISIT_TIMEOUT);
	curl_easy_setopt(d->curl, CURLOPT_ACCEPT_ENCODING, r->coding);
	curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, list);
	set_body(d, &sending);
	d->curl_code = curl_easy_perform(d->curl);
	d->end_ms = clock_mono_ms();
	if (d->headers.len > 0)
		curl_easy_getinfo(d->curl, CURLINFO_RESPONSE_CODE, &d->status);
	if (d->curl_code != CURLE_OK && d->curl_error[0] == '\0')
		snprintf(d->curl_error, sizeof(d->curl_error), "%s",
		    curl_easy_strerror((CURLcode)d->curl_code));
	curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(list);
	buf_free(&url);
}

void
visit_ask(struct visit *d, const char *path, const char *body)
{
	const struct visit_request r = { .path = path,
		.body = body,
		.len = body != NULL ? strlen(body) : 0 };

	visit_send(d, &r);
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

const char *
visit_got(struct visit *d, char *out, size_t size)
{
	char text[FIELD_MAX], code[64];
	const char *to = visit_header(d, "Location");

	if (d->status == 0 || (d->curl_code != CURLE_OK && !d->stalled))
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
visit_expect(struct visit *d, const char *id, long status, const char *what,
    const char *cure)
{
	char got[FIELD_MAX + 128];

	if (d->status == status && (d->curl_code == CURLE_OK || d->stalled))
		finding_good(&d->found, id, "%s", what);
	else
		finding_bad(&d->found, FINDING_FAIL, id, what, cure, "%s",
		    visit_got(d, got, sizeof(got)));
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
	curl_easy_setopt(c, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
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
