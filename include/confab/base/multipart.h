/* SPDX-License-Identifier: MIT */
/*
 * Forms with files: multipart/form-data as RFC 7578 has it, on the delimiters of
 * RFC 2046, section 5.1.1. Reading copies nothing. Pure.
 */
#ifndef CONFAB_BASE_MULTIPART_H
#define CONFAB_BASE_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

#define MULTIPART_BOUNDARY_MAX 70 /* bytes, by RFC 2046 */
#define MULTIPART_PARTS_MAX 64	  /* of one form */
#define MULTIPART_HEAD_MAX 4096	  /* bytes of a part's header lines */

/* Bytes of the form. */
struct multipart_text {
	const char *s; /* NULL: there is none */
	size_t len;
};

/*
 * One part. Name and file name are as they stood between their quotes, escapes
 * included, without control characters: they may stand in quotes again.
 */
struct multipart_part {
	struct multipart_text name;
	struct multipart_text file; /* no file: NULL */
	struct multipart_text type; /* its Content-Type, or NULL */
	struct multipart_text data;
};

/* True when a Content-Type is that of a form with files. */
bool multipart_is_form(const char *content_type);

/*
 * The boundary that a Content-Type names, into `out`. Returns false where there
 * is none, or one that may not be one.
 */
bool multipart_boundary(const char *content_type,
    char out[MULTIPART_BOUNDARY_MAX + 1]);

enum multipart_result {
	MULTIPART_OK,
	MULTIPART_STOPPED, /* the callback said so */
	MULTIPART_SYNTAX,  /* a part without a name, a line that is no header */
	MULTIPART_CUT,	   /* it ends before its last delimiter */
	MULTIPART_PARTS,   /* more than MULTIPART_PARTS_MAX */
	MULTIPART_HEAD	   /* a part's header is longer than its limit */
};

/* A sentence for people about a result, to follow "The form". */
const char *multipart_result_str(enum multipart_result r);

/* Takes one part, valid during the call. Nonzero stops the reading. */
typedef int (*multipart_part_fn)(void *arg, const struct multipart_part *p);

/* Reads a whole form in time proportional to its length. */
enum multipart_result multipart_read(const char *boundary, const char *body,
    size_t len, multipart_part_fn part, void *arg);

/*
 * A boundary that is in none of the parts of a form that had these bytes: their
 * digest, which nobody can put into them. Not the one that they had, because a
 * reader that is less strict finds it where this one finds text. Returns 0, or
 * -1 when out of memory.
 */
int multipart_new_boundary(const char *body, size_t len,
    char out[MULTIPART_BOUNDARY_MAX + 1]);

/* Appends a part, and the end of a form whose parts all have been. Failures
 * stick to `out`. */
void multipart_put(struct buf *out, const char *boundary,
    const struct multipart_part *p);
void multipart_end(struct buf *out, const char *boundary);

#endif
