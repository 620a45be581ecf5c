/* SPDX-License-Identifier: MIT */
/*
 * What confabctl's doctor has found: each thing that was looked at, whether it
 * is as it should be, and where it is not, the cause and the cure. For people a
 * line as it comes, or for programs one JSON object at the end.
 */
#ifndef CONFAB_CTL_FINDINGS_H
#define CONFAB_CTL_FINDINGS_H

#include <stdbool.h>

#include "confab/base/buf.h"

#define FINDINGS_MAX (1024 * 1024) /* bytes of the JSON form */
#define FINDING_MAX 1024	   /* bytes of one cause */

enum finding_level {
	FINDING_WARN, /* it works, but not as well or as safely as it should */
	FINDING_FAIL
};

struct findings {
	bool json;
	bool quiet; /* of what is in order, nothing is said */
	unsigned failures, warnings;
	struct buf list; /* of JSON objects, with commas between */
};

void findings_begin(struct findings *f, bool json, bool quiet);

/* It is as it should be. `id` is one word, the same in every release. */
void finding_good(struct findings *f, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* It is not: `what` should be so, the cause follows; `cure` is what to do. */
void finding_bad(struct findings *f, enum finding_level level, const char *id,
    const char *what, const char *cure, const char *cause, ...)
    __attribute__((format(printf, 6, 7)));

/* Says how many there were; as JSON, all of them. Frees what is held. */
void findings_end(struct findings *f, const char *url);

#endif
