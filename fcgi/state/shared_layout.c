/* SPDX-License-Identifier: MIT */
/* The tables of the shared state: how large, where, and for how long. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "confab/state/shared_facts.h"
#include "confab/state/shared_usage.h"

#include "shared_layout.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* A change here counts FORMAT of shared_format.c up. */
const struct shared_layout shared_tables[SHARED_TABLES] = {
	[SHARED_VOID] = { 1, 1, false, true },
	[SHARED_PENALTIES_USER] = { 4096, 8, true, false },
	[SHARED_PENALTIES_ADDRESS] = { 8192, 8, true, false },
	[SHARED_KNOWN] = { 2048, 8, false, false },
	[SHARED_REVOKED] = { 16384, 16, false, true },
	[SHARED_BEFORE] = { 2048, 8, false, true },
	[SHARED_REQUESTS] = { 2048, 8, true, false },
	[SHARED_SUMS] = { SHARED_USAGE_BUDGETS * SHARED_SUM_KINDS, 16, false,
	    false },
	[SHARED_SLOTS_CGI] = { 256, 1, true, false },
	[SHARED_SLOTS_HASH] = { 64, 1, true, false },
	[SHARED_PENALTIES_KNOWN] = { 2048, 8, true, false },
	[SHARED_COMMON_USER] = { 4096 / 8, 1, true, false },
	[SHARED_COMMON_ADDRESS] = { 8192 / 8, 1, true, false },
	[SHARED_COMMON_KNOWN] = { 2048 / 8, 1, true, false },
	[SHARED_CODES] = { 2048, 8, false, false },
	[SHARED_SESSIONS] = { 16384, 16, false, false },
	[SHARED_NETWORKS] = { 16384, 16, false, false },
	[SHARED_CHANGES] = { 1, 1, false, false },
	[SHARED_TOKEN_USES] = { 4096, 8, false, false },
	[SHARED_CHALLENGES] = { 2048, 8, false, false },
	[SHARED_USAGE] = { SHARED_USAGE_ROWS, 16, false, false },
	[SHARED_NAMES] = { 8192, 16, false, false },
};

void
shared_boot_id(char out[SHARED_BOOT_LEN])
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);

	memset(out, 0, SHARED_BOOT_LEN);
	if (fd < 0)
		return;
	if (read(fd, out, SHARED_BOOT_LEN - 1) < 0)
		memset(out, 0, SHARED_BOOT_LEN);
	close(fd);
}
