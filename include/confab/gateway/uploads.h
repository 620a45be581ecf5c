/* SPDX-License-Identifier: MIT */
/*
 * Large bodies that come slowly. A web server passes them on as they come, and
 * whoever reads one waits for somebody's connection: how many do that at a
 * time is limited, for all and for each user.
 */
#ifndef CONFAB_GATEWAY_UPLOADS_H
#define CONFAB_GATEWAY_UPLOADS_H

#include <stdbool.h>

#define UPLOADS_MAX 256 /* slow bodies at a time, and threads more than usual */
#define UPLOADS_PER_USER 128

struct upload; /* a place; the table's own */

/* Takes a place for a user's body until upload_end(). NULL when there is none,
 * with `own` telling whether it is the user's limit that is reached. */
struct upload *upload_begin(const char *user, bool *own);
void upload_end(struct upload *u);

#endif
