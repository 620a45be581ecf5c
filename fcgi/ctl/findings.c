/* SPDX-License-Identifier: MIT */
/* Telling people and programs what doctor has found. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "findings.h"

void
findings_begin(struct findings *f, bool json, bool quiet)
{
	memset(f, 0, sizeof(*f));
	f->json = json;
	f->quiet = quiet;
	buf_init(&f->list, FINDINGS_MAX);
}

/* One object of the list; cause and cure may be NULL. */
static void
put(struct findings *f, const char *level, const char *id, const char *what,
    const char *cause, const char *cure)
{
	const char *const members[][2] = { { "level", level }, { "id", id },
		{ "what", what }, { "cause", cause }, { "cure", cure } };
	size_t i;

	if (f->list.len > 0)
		buf_putc(&f->list, ',');
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (members[i][1] == NULL)
			continue;
		buf_printf(&f->list, "%s\"%s\":", i == 0 ? "{" : ",",
		    members[i][0]);
		buf_json(&f->list, members[i][1], strlen(members[i][1]));
	}
	buf_putc(&f->list, '}');
}

void
finding_good(struct findings *f, const char *id, const char *fmt, ...)
{
	char what[FINDING_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (f->json) {
		put(f, "ok", id, what, NULL, NULL);
	} else if (!f->quiet) {
		ctl_plain(what);
		printf("ok    %s\n", what);
	}
	(void)fflush(stdout);
}

void
finding_bad(struct findings *f, enum finding_level level, const char *id,
    const char *what, const char *cure, const char *cause, ...)
{
	char why[FINDING_MAX];
	bool warn = level == FINDING_WARN;
	va_list ap;

	va_start(ap, cause);
	(void)vsnprintf(why, sizeof(why), cause, ap);
	va_end(ap);
	if (warn)
		f->warnings++;
	else
		f->failures++;
	if (f->json) {
		put(f, warn ? "warn" : "fail", id, what, why, cure);
	} else {
		ctl_plain(why);
		printf("%s  %s: %s\n      cure: %s\n", warn ? "warn" : "FAIL",
		    what, why, cure);
	}
	(void)fflush(stdout);
}

void
findings_end(struct findings *f, const char *url)
{
	struct buf name;

	if (f->json) {
		buf_init(&name, FINDINGS_MAX);
		buf_json(&name, url, strlen(url));
		printf("{\"url\":%s,\"failed\":%u,\"warned\":%u,"
		       "\"findings\":[%s]}\n",
		    buf_str(&name), f->failures, f->warnings,
		    buf_str(&f->list));
		buf_free(&name);
	} else if (!f->quiet || f->failures + f->warnings > 0) {
		printf("%u failed, %u warnings\n", f->failures, f->warnings);
	}
	buf_free(&f->list);
}
