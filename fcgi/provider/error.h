/* SPDX-License-Identifier: MIT */
/*
 * Between error_read.c, which reads what a provider's error says, and error.c,
 * which decides what is told of it.
 */
#ifndef CONFAB_PROVIDER_ERROR_H
#define CONFAB_PROVIDER_ERROR_H

#include "kind.h"

#define PROVIDER_SAID_MAX 96 /* bytes of a type, code or reason */

/* An error's members, as far as they were there. */
struct provider_said {
	struct buf message; /* as it was, for provider_scrub() */
	char type[PROVIDER_SAID_MAX], code[PROVIDER_SAID_MAX];
	char reason[PROVIDER_SAID_MAX];
	char param[API_ERROR_PARAM_MAX];
	int status;	      /* that a code stands for; 0: none */
	unsigned retry_after; /* s; 0: it names no time */
};

/* Reads an error in any form. The caller ends it with provider_said_free(). */
void provider_said_read(struct provider_said *said, struct json_object *error);
void provider_said_free(struct provider_said *said);

#endif
