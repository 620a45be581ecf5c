/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as what another host says, and as what the engine says of a
 * stream. Aborts when an end that was read is not written as it was told, or
 * a host has a name that none can have.
 */
#include "config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/message.h"
#include "fuzz.h"

/* What was read, written as a member of the set and read again with its end
 * behind it, is the same. */
static void
check_end(const struct shared_fact *f)
{
	char member[MESSAGE_MAX], text[MESSAGE_MAX + 24];
	struct message again;

	message_member(f, member);
	snprintf(text, sizeof(text), "%s %" PRIu64, member, f->expires);
	check(message_read(text, strlen(text), &again));
	check(again.kind == MESSAGE_FACT && again.fact.kind == f->kind);
	check(memcmp(again.fact.user, f->user, SHARED_ID_LEN) == 0);
	if (f->kind == SHARED_FACT_SESSION)
		check(
		    memcmp(again.fact.session, f->session, SHARED_ID_LEN) == 0);
	else
		check(again.fact.time == f->time);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct engine_place place;
	struct message m;
	char *text;

	if (message_read((const char *)data, size, &m) &&
	    m.kind == MESSAGE_FACT && m.fact.kind != SHARED_FACT_SUM)
		check_end(&m.fact);
	text = malloc(size + 1);
	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	message_place(text, &place);
	if (place.where == ENGINE_THERE)
		for (const char *s = place.host; *s != '\0'; s++)
			check(strchr("/: \t\r\n@?#", *s) == NULL);
	free(text);
	return 0;
}
