/* SPDX-License-Identifier: MIT */
/*
 * For the tests of the shared state: its file, and a few of its facts.
 */
#ifndef CONFAB_TEST_SHARED_HELP_H
#define CONFAB_TEST_SHARED_HELP_H

#include <stdint.h>

#include "confab/state/shared_state.h"
#include "temp_folder.h"

#define DAY_MS (24ULL * 3600 * 1000)

extern char shared_path[TEMP_PATH_MAX]; /* the file */

/* Three failures are free; the penalties double from 1 s to 10 s. */
extern const struct shared_penalty_rule shared_rule;

/* The first step of a group of tests; the last is temp_folder_remove(). */
int shared_group_begin(void **state);

/* Opens the state, or fails the test. */
struct shared_state *open_state(void);

/* The same without what others left. */
struct shared_state *fresh(void);

/* A time after the making of the file, in ms. */
uint64_t wall(void);

/* A session id that `n` names. */
void make_id(unsigned char id[SHARED_SESSION_LEN], unsigned n);

/* One failed login of a user. Returns the penalty, in ms. */
uint64_t fail_once(struct shared_state *st, const char *who, uint64_t now);

/* What is left of a user's penalty, in ms. */
uint64_t left(struct shared_state *st, const char *who, uint64_t now);

#endif
