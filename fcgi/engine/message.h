/* SPDX-License-Identifier: MIT */
/*
 * What hosts tell each other, as text: words with a space between them. The
 * first says what it is; one of a kind that is not known here is another
 * version's, and is passed over. Pure.
 *
 *	s SESSION USER EXPIRES		a session has ended
 *	u USER TIME EXPIRES		so have all of a user's until TIME
 *	t USER DAY TOKENS		used on all hosts: of a day,
 *	m USER MONTH TOKENS		of a month,
 *	c USER DAY COST			and what it cost
 *	d USER MONTH COST
 *	r USER MINUTE REQUESTS
 *	o USER STREAMS			open on all hosts
 *	p KIND ID FAILURES LENGTH KEEP	a penalty: a, u or k, and times in ms
 *	f KIND ID FAILURES LENGTH	it became less
 *
 * The first two without EXPIRES are members of the set of what has ended.
 */
#ifndef CONFAB_ENGINE_MESSAGE_H
#define CONFAB_ENGINE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/engine/streams.h"
#include "confab/state/shared_facts.h"

#define MESSAGE_MAX 160 /* bytes, with a NUL */

/* The letters of the sums, in the order of enum shared_sum. */
#define MESSAGE_SUMS "tmcdr"

enum message_kind { MESSAGE_FACT, MESSAGE_RAISE, MESSAGE_LOWER, MESSAGE_OPEN };

struct message {
	enum message_kind kind;
	struct shared_fact fact;
	/* The rest of penalties; of open streams `id` and `count`. */
	enum shared_penalty penalty;
	unsigned char id[SHARED_ID_LEN];
	uint64_t failures, length, keep;
	uint64_t count;
};

/* Writes an end as a member of the set. */
void message_member(const struct shared_fact *f, char out[MESSAGE_MAX]);

/* Reads text[0..len). False for what is none that is known here. */
bool message_read(const char *text, size_t len, struct message *out);

/*
 * Reads what the engine says of a stream: none, here, lost, over, other, or
 * "at HOST". What is none of these is ENGINE_UNKNOWN, as is a name that no host
 * can have.
 */
void message_place(const char *text, struct engine_place *out);

#endif
