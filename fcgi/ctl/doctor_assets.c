/* SPDX-License-Identifier: MIT */
/* All that the page names, fetched as browsers do. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "confab/base/crypto.h"

#include "doctor.h"

#define ASSETS_MAX 600
#define NAME_MAX_BYTES 512
#define SHORT 1024 /* bytes below which nothing need be compressed */

/* What was seen of all of them. */
struct assets {
	struct visit *d;
	unsigned n;
	unsigned packed, packable; /* scripts and sheets */
	bool bad;
	char version[64]; /* the folder of this version, with its slash */
};

static const char what[] = "all that the page names arrives";

static void
fail(struct assets *a, const char *cure, const char *name, const char *coding,
    const char *why)
{
	if (!a->bad)
		finding_bad(&a->d->found, FINDING_FAIL, "assets", what, cure,
		    "%s%s%s: %s", name, coding != NULL ? ", asked for as " : "",
		    coding != NULL ? coding : "", why);
	a->bad = true;
}

static const char *
type_of(const char *name)
{
	static const char *const types[][2] = { { ".js", "javascript" },
		{ ".mjs", "javascript" }, { ".css", "text/css" },
		{ ".svg", "image/svg+xml" }, { ".png", "image/png" },
		{ ".webmanifest", "json" }, { ".woff2", "font/woff2" } };
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(dot, types[i][0]) == 0)
			return types[i][1];
	return "";
}

static bool
is_text(const char *name)
{
	const char *type = type_of(name);

	return strcmp(type, "javascript") == 0 || strcmp(type, "text/css") == 0;
}

static bool
unpacks_brotli(void)
{
	return (curl_version_info(CURLVERSION_NOW)->features &
		   CURL_VERSION_BROTLI) != 0;
}

/* One file under one coding (NULL: none). Its digest, for comparison. */
static bool
fetch(struct assets *a, const char *name, const char *coding,
    unsigned char digest[CRYPTO_SHA256_LEN])
{
	const struct visit_request r = { .path = name, .coding = coding };
	char got[FIELD_MAX + 64];
	struct visit *d = a->d;

	visit_send(d, &r);
	if (d->status != 200 || d->curl_code != CURLE_OK) {
		fail(a,
		    d->status == 403
			? "nginx's user may not read it: the folders above "
			  "need x, the file r, for all (umask 022 at the "
			  "installation; with SELinux, \"restorecon -R\")"
			: d->status == 429 || d->status == 503
			? "a limit_req or limit_conn is too low for a first "
			  "visit: confab-limits.conf has burst=400"
			: "is the installation whole, and of one version? "
			  "Install again; a content network may have kept an "
			  "old page",
		    name, coding, visit_got(d, got, sizeof(got)));
		return false;
	}
	if (!visit_header_has(d, "Content-Type", type_of(name))) {
		const char *type = visit_header(d, "Content-Type");

		snprintf(got, sizeof(got), "its type is \"%.*s\"",
		    (int)strcspn(type, "\r\n"), type);
		fail(a,
		    "browsers refuse that: another location answers for "
		    "it, or the shipped types { } are overridden",
		    name, coding, got);
		return false;
	}
	return crypto_sha256(digest, buf_str(&d->body), d->body.len) == 0;
}

/* What must be said of one that was compressed. */
static void
look_at_coding(struct assets *a, const char *name, const char *coding)
{
	struct visit *d = a->d;

	if (!is_text(name) || d->body.len < SHORT)
		return;
	if (strcmp(coding, "gzip") == 0) {
		a->packable++;
		a->packed += visit_header_has(d, "Content-Encoding", "gzip");
	}
	if (visit_header_count(d, "Content-Encoding") > 0 &&
	    !visit_header_has(d, "Vary", "Accept-Encoding"))
		fail(a,
		    "gzip_vary on, and no proxy that drops Vary: a cache would "
		    "give it to who cannot unpack it",
		    name, coding, "compressed without Vary: Accept-Encoding");
}

static void
look_at(struct assets *a, const char *name)
{
	unsigned char plain[CRYPTO_SHA256_LEN], other[CRYPTO_SHA256_LEN];
	static const char *const codings[] = { "gzip", "br" };
	size_t i;

	a->n++;
	if (!fetch(a, name, NULL, plain))
		return;
	if (name[0] == 'v' && strchr(name, '/') != NULL &&
	    !visit_header_has(a->d, "Cache-Control", "immutable"))
		fail(a,
		    "an expires or add_header of a block inside takes the "
		    "place of the shipped one",
		    name, NULL, "browsers are not told to keep it");
	for (i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
		if (i == 1 && !unpacks_brotli())
			continue;
		if (!fetch(a, name, codings[i], other))
			return;
		if (!crypto_equal(plain, other, sizeof(plain)))
			fail(a,
			    "the file beside it (.gz, .br) is of another "
			    "version: install again",
			    name, codings[i], "it is not the same file");
		look_at_coding(a, name, codings[i]);
	}
}

/* Is it of this site, as all of the page's own are? */
static bool
is_own(struct assets *a, const char *name)
{
	if (strstr(name, "://") == NULL && name[0] != '/')
		return true;
	fail(a,
	    "something on the way changes the page: it is to leave it alone",
	    name, NULL,
	    strncmp(name, "http:", 5) == 0
		? "mixed content, which browsers refuse"
		: "it is not of this site, and the page's policy refuses it");
	return false;
}

/* The values of one attribute in the page. */
static void
walk(struct assets *a, const char *page, const char *attribute)
{
	char name[NAME_MAX_BYTES];
	const char *p = page;

	while ((p = strstr(p, attribute)) != NULL && a->n < ASSETS_MAX &&
	    !a->bad) {
		size_t len = strcspn(p += strlen(attribute), "\"");

		if (len == 0 || len >= sizeof(name) ||
		    strncmp(p, "data:", 5) == 0 || *p == '#')
			continue;
		memcpy(name, p, len);
		name[len] = '\0';
		if (name[0] == 'v' && a->version[0] == '\0')
			snprintf(a->version, sizeof(a->version), "%.*s",
			    (int)strcspn(name, "/") + 1, name);
		if (is_own(a, name))
			look_at(a, name);
	}
}

/* Frames have an origin and a policy of their own. */
static void
check_frames(struct assets *a)
{
	static const char *const frames[] = { "md/mermaid-frame.html",
		"sandbox/frame.html" };
	static const char whole[] = "the frames are shut off from the page";
	char path[128], got[FIELD_MAX + 64];
	struct visit *d = a->d;
	size_t i;

	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", a->version, frames[i]);
		visit_ask(d, path, NULL);
		if (d->status == 200 &&
		    visit_header_count(d, "Content-Security-Policy") == 1 &&
		    visit_header_has(d, "Content-Security-Policy",
			"sandbox allow-scripts;") &&
		    visit_header_has(d, "X-Frame-Options", "SAMEORIGIN"))
			continue;
		finding_bad(&d->found, FINDING_FAIL, "frames", whole,
		    "the shipped location for it must answer, with its own "
		    "headers alone",
		    "%s: %s", path,
		    d->status == 200 ? "its headers are others"
				     : visit_got(d, got, sizeof(got)));
		return;
	}
	finding_good(&d->found, "frames", "%s", whole);
}

/* A file that is not there is a 404, and no page of the site's. */
static void
check_missing(struct assets *a)
{
	char path[128];

	snprintf(path, sizeof(path), "%sno-such-file.js", a->version);
	visit_ask(a->d, path, NULL);
	(void)visit_expect(a->d, "missing", 404, "a missing file is 404",
	    "a try_files or error_page of the server block answers for it: "
	    "browsers would take a page for a script");
}

/* The page's folder bears its version, "v1.2.3-HASH/". */
static void
check_version(struct assets *a)
{
	static const char same[] = "page and program are of one version";
	static const char own[] = "v" VERSION "-";

	if (!a->d->here || a->version[0] == '\0')
		return;
	if (strncmp(a->version, own, sizeof(own) - 1) == 0)
		finding_good(&a->d->found, "version", "%s", same);
	else
		finding_bad(&a->d->found, FINDING_WARN, "version", same,
		    "is nginx's alias another installation's folder, or the "
		    "page in a cache on the way? After an upgrade of several "
		    "hosts, not all of them have it yet",
		    "the page is of %.*s, and confabctl of " VERSION,
		    (int)strcspn(a->version + 1, "-/"), a->version + 1);
}

void
doctor_assets(struct visit *d)
{
	struct assets a = { .d = d };
	char *page = strdup(buf_str(&d->body));

	if (page == NULL)
		return;
	walk(&a, page, " src=\"");
	walk(&a, page, " href=\"");
	free(page);
	if (a.n == 0)
		fail(&a, "install again", "the page", NULL, "it names nothing");
	if (!a.bad)
		finding_good(&d->found, "assets",
		    "all %u files that the page names arrive", a.n);
	if (a.packable > 0 && a.packed == 0)
		finding_bad(&d->found, FINDING_WARN, "compression",
		    "scripts and sheets are compressed",
		    "gzip_static on (the shipped files say so); a proxy before "
		    "this nginx must pass Accept-Encoding on",
		    "none of %u is", a.packable);
	check_version(&a);
	if (a.version[0] == '\0')
		return;
	check_frames(&a);
	check_missing(&a);
}
