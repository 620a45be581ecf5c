/* SPDX-License-Identifier: MIT */
/* Slots shared by processes, with the dead ones' taken back. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confab/state/shared_slots.h"
#include "confab/state/shared_state.h"

#include "shared_file.h"

#define START_FIELD 22 /* of /proc/PID/stat, proc(5) */
#define STAT_MAX 1024

/* A slot's cell: key = the user's, or { 1, 0 }; v = process id, its start,
 * the hash of a name or 0. */

static enum shared_table
table_of(enum shared_slot kind)
{
	return kind == SHARED_SLOT_CGI ? SHARED_SLOTS_CGI : SHARED_SLOTS_HASH;
}

/*
 * When the process started, in the kernel's ticks since boot; 0 where there is
 * no such /proc, or no such process.
 */
static uint64_t
start_of(pid_t pid)
{
	char path[64], text[STAT_MAX + 1];
	ssize_t n;
	char *p;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, STAT_MAX);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	/* The second field is a name in parentheses that may hold anything. */
	p = strrchr(text, ')');
	for (int field = 2; p != NULL && field < START_FIELD; field++)
		p = strchr(p + 1, ' ');
	return p != NULL ? strtoull(p, NULL, 10) : 0;
}

static bool
is_alive(const struct shared_cell *c)
{
	pid_t pid = (pid_t)c->v[0];

	if (pid <= 0 || (kill(pid, 0) != 0 && errno == ESRCH))
		return false;
	return c->v[1] == 0 || start_of(pid) == c->v[1];
}

/* A slot that is free or whose process is dead; -1 when there is none. */
static int
free_slot(struct shared_file *f, enum shared_table t, size_t max, size_t *index)
{
	struct shared_cell c;

	for (size_t i = 0; i < max; i++) {
		shared_file_cell(f, t, i, &c, index);
		if (c.key[0] == 0)
			return (int)i;
	}
	for (size_t i = 0; i < max; i++) {
		shared_file_cell(f, t, i, &c, index);
		if (!is_alive(&c))
			return (int)i;
	}
	return -1;
}

int
shared_slots_take(struct shared_state *st, enum shared_slot kind, unsigned max)
{
	struct shared_file *f = shared_state_file(st);
	enum shared_table t = table_of(kind);
	struct shared_cell c;
	size_t index;
	int slot;

	if (max > shared_file_cells(t))
		max = (unsigned)shared_file_cells(t);
	memset(&c, 0, sizeof(c));
	c.key[0] = 1;
	c.v[0] = (uint64_t)getpid();
	c.v[1] = start_of(getpid());
	if (shared_file_begin(f) != 0)
		return -1;
	slot = free_slot(f, t, max, &index);
	if (slot >= 0)
		shared_file_stage(f, index, &c);
	shared_file_end(f);
	return slot;
}

int
shared_slots_user(struct shared_state *st, enum shared_slot kind, int slot,
    const char *user, unsigned max)
{
	struct shared_file *f = shared_state_file(st);
	enum shared_table t = table_of(kind);
	struct shared_cell c;
	uint64_t key[2];
	unsigned others = 0;
	size_t index;

	if (shared_file_begin(f) != 0)
		return -1;
	shared_file_key(f, t, user, strlen(user), key);
	for (size_t i = 0; i < shared_file_cells(t); i++) {
		shared_file_cell(f, t, i, &c, &index);
		if ((int)i != slot && c.key[0] == key[0] &&
		    c.key[1] == key[1] && is_alive(&c))
			others++;
	}
	if (others < max) {
		shared_file_cell(f, t, (size_t)slot, &c, &index);
		c.key[0] = key[0];
		c.key[1] = key[1];
		c.v[0] = (uint64_t)getpid();
		c.v[1] = start_of(getpid());
		shared_file_stage(f, index, &c);
	}
	shared_file_end(f);
	return others < max ? 0 : -1;
}

/* What a slot's name is in its cell: 0 for "", so that it is not found. */
static uint64_t
name_hash(struct shared_file *f, enum shared_table t, const char *name)
{
	uint64_t key[2] = { 0, 0 };

	if (name[0] != '\0')
		shared_file_key(f, t, name, strlen(name), key);
	return key[0];
}

int
shared_slots_name(struct shared_state *st, enum shared_slot kind, int slot,
    const char *name)
{
	struct shared_file *f = shared_state_file(st);
	enum shared_table t = table_of(kind);
	struct shared_cell c;
	size_t index;

	if (shared_file_begin(f) != 0)
		return -1;
	shared_file_cell(f, t, (size_t)slot, &c, &index);
	c.v[2] = name_hash(f, t, name);
	shared_file_stage(f, index, &c);
	shared_file_end(f);
	return 0;
}

pid_t
shared_slots_find(struct shared_state *st, enum shared_slot kind,
    const char *user, const char *name)
{
	struct shared_file *f = shared_state_file(st);
	enum shared_table t = table_of(kind);
	struct shared_cell c;
	uint64_t key[2], wanted;
	pid_t found = 0;
	size_t index;

	if (shared_file_begin(f) != 0)
		return 0;
	shared_file_key(f, t, user, strlen(user), key);
	wanted = name_hash(f, t, name);
	for (size_t i = 0; i < shared_file_cells(t) && wanted != 0; i++) {
		shared_file_cell(f, t, i, &c, &index);
		if (c.key[0] == key[0] && c.key[1] == key[1] &&
		    c.v[2] == wanted && is_alive(&c)) {
			found = (pid_t)c.v[0];
			break;
		}
	}
	shared_file_end(f);
	return found;
}

void
shared_slots_give(struct shared_state *st, enum shared_slot kind, int slot)
{
	static const struct shared_cell empty;
	struct shared_file *f = shared_state_file(st);
	struct shared_cell c;
	size_t index;

	if (shared_file_begin(f) != 0)
		return;
	shared_file_cell(f, table_of(kind), (size_t)slot, &c, &index);
	shared_file_stage(f, index, &empty);
	shared_file_end(f);
}
