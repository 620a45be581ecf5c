/* SPDX-License-Identifier: MIT */
/*
 * A visit to a running site, as a browser makes it: cookies are kept, answers
 * are looked at, and of each thing it is said on standard output whether it is
 * as it should be. For confabctl's doctor.
 */
#ifndef CONFAB_CTL_VISIT_H
#define CONFAB_CTL_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "confab/base/buf.h"

#define FIELD_MAX 1024 /* bytes of a text that is taken out of an answer */

/* One site under examination. */
struct visit {
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

/*
 * Begins a visit to the mount point at `url`. Returns 0, or -1 when that is no
 * http or https URL; d->curl is NULL when there is no memory. To be ended with
 * visit_end() unless -1.
 */
int visit_begin(struct visit *d, const char *url, const char *ca_file,
    bool insecure);
void visit_end(struct visit *d);

/* Says how one thing is, and counts what is bad. */
void visit_report(struct visit *d, bool good, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Asks for a path under the mount point; with `body` it is a POST of JSON. */
void visit_ask(struct visit *d, const char *path, const char *body);

/* Reports whether the last answer has this status; a hint where it has not. */
bool visit_expect(struct visit *d, long status, const char *what,
    const char *hint);

/* The value of a header of the last answer, up to the end of all; "": none. */
const char *visit_header(struct visit *d, const char *name);

/* Does the header's line have this word in it? */
bool visit_header_has(struct visit *d, const char *name, const char *word);

/* The first string of a name in the last answer's JSON, as it stands there.
 * False when there is none, or it does not fit. */
bool visit_field(const struct visit *d, const char *name, char *out,
    size_t size);

#endif
