/* SPDX-License-Identifier: MIT */
/*
 * A visit to a running site, as a browser makes it: cookies are kept, answers
 * are looked at. For confabctl's doctor.
 */
#ifndef CONFAB_CTL_VISIT_H
#define CONFAB_CTL_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "confab/base/buf.h"

#include "findings.h"

#define FIELD_MAX 1024 /* bytes of a text that is taken out of an answer */

/* One site under examination. */
struct visit {
	struct findings found;
	bool here; /* the site's configuration is this host's */
	CURL *curl;
	char *base;	    /* the mount point, with its slash; owned */
	struct buf headers; /* of the last answer */
	struct buf body;
	char curl_error[CURL_ERROR_SIZE];
	int curl_code;
	long status;	   /* of the last answer; 0: there was none */
	uint64_t first_ms; /* when bytes of the body came first, */
	uint64_t last_ms;  /* and last, */
	uint64_t end_ms;   /* and when it was over */
	unsigned parts;	   /* in which the body came */
	bool stalled;	   /* the request is not sent to its end */
};

/* What is asked for. */
struct visit_request {
	const char *path;   /* below the mount point, */
	const char *url;    /* or a whole address */
	const char *body;   /* NULL: GET; else POST of JSON */
	size_t len;	    /* of the body */
	size_t promised;    /* its length as told, of which no more than `len`
			     * is sent; 0: `len` */
	const char *coding; /* Accept-Encoding; NULL: none */
	const char *header; /* one more, "Name: value"; NULL: none */
	long seconds;	    /* for all of it; 0: VISIT_TIMEOUT */
};

#define VISIT_TIMEOUT 600 /* s of one request: a model may think */

/*
 * Begins a visit to the mount point at `url`. Returns 0, or -1 when that is no
 * http or https URL; d->curl is NULL when there is no memory. To be ended with
 * visit_end() unless -1.
 */
int visit_begin(struct visit *d, const char *url, const char *ca_file,
    bool insecure);
void visit_end(struct visit *d);

/* Makes one request. Compressed answers are unpacked. */
void visit_send(struct visit *d, const struct visit_request *r);

/* Asks for a path under the mount point; with `body` it is a POST of JSON. */
void visit_ask(struct visit *d, const char *path, const char *body);

/* What came, for people: its status, message, or why nothing did. */
const char *visit_got(struct visit *d, char *out, size_t size);

/* Finds whether the last answer has this status; `what` should be so. */
bool visit_expect(struct visit *d, const char *id, long status,
    const char *what, const char *cure);

/* The value of a header of the last answer, up to the end of all; "": none. */
const char *visit_header(struct visit *d, const char *name);

/* How often the last answer has that header. */
unsigned visit_header_count(struct visit *d, const char *name);

/* Does the header's line have this word in it? */
bool visit_header_has(struct visit *d, const char *name, const char *word);

/* The first string of a name in the last answer's JSON, as it stands there.
 * False when there is none, or it does not fit. */
bool visit_field(const struct visit *d, const char *name, char *out,
    size_t size);

#endif
