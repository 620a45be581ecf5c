/* SPDX-License-Identifier: MIT */
/*
 * For the tests of the relay: a loop without a thread, a source that the test
 * plays itself, and clients at the other end of socket pairs.
 */
#ifndef CONFAB_TEST_RELAY_HELP_H
#define CONFAB_TEST_RELAY_HELP_H

#include <stdbool.h>

#include "confab/base/buf.h"
#include "confab/relay/job.h"

#include "relay/relay_loop.h"
#include "relay/stream.h"
#include "relay/stream_open.h"
#include "relay/stream_state.h"
#include "relay/stream_table.h"

#define RELAY_KEY "a-key"

/* The source of the call that was made last. */
struct relay_fake {
	const struct upstream_handler *handler;
	void *arg;
	unsigned calls, pauses, resumes, cancels;
};

extern struct relay_fake fake;
extern struct relay relay;
extern struct relay_loop *relay_loop;
extern struct settings *relay_settings;

/* The first and last step of a group, and of each test in it. */
int relay_group_begin(void **state);
int relay_group_end(void **state);
int relay_test_begin(void **state);
int relay_test_end(void **state);

/* A test that begins and ends so; at its end no stream may be left. */
#define relay_test(name) \
	cmocka_unit_test_setup_teardown(name, relay_test_begin, relay_test_end)

/* A chat of "ann" with that key ("": none), streamed or not; returns the
 * client's end of its connection, of FastCGI when `fcgi`, else bare bytes. */
int relay_ask(const char *key, bool streamed, bool fcgi);

/* One more client for the stream of RELAY_KEY, after an event. */
int relay_again(uint64_t last_id);

/* The stream of RELAY_KEY, or NULL. */
struct stream *relay_named(void);

/* The source gives one chunk of so many bytes, and says that it was all. */
void relay_chunk(size_t len);

/* It ends: well (code NULL), or so. */
void relay_source_ends(const char *code, bool unprocessed);

/* Lets the loop do what is ready, or work until `done` says so. */
void relay_turn(void);
void relay_turn_until(bool (*done)(void));

/* All that a client can read now; appended. True at the connection's end. */
bool relay_read(int fd, struct buf *out);

#endif
