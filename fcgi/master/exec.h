/* SPDX-License-Identifier: MIT */
/*
 * From one program of the master to the next: the state goes along in the
 * environment, and its descriptors stay open.
 */
#ifndef CONFAB_MASTER_EXEC_H
#define CONFAB_MASTER_EXEC_H

#include "state.h"

/* Execs what argv names. Nothing that is no program is given to a shell, as
 * execvp(3) would do. Returns only on failure, with errno. */
void exec_program(char *const argv[]);

/* Execs the program with a state. Returns only on failure, with errno. */
void state_exec(const struct state *s, char *const argv[]);

/* Takes what was left for this process, its descriptors closed at the next exec.
 * Returns 0, or -1 when it is no state. */
int state_inherit(struct state *s);

#endif
