/* SPDX-License-Identifier: MIT */
/*
 * In the place of shared_layout.c: the same tables with a bucket or two each, so
 * that thousands of inputs a second find full buckets, and each damaged cell is
 * one of few.
 */
#include "config.h"

#include <string.h>

#include "state/shared_layout.h"

const struct shared_layout shared_tables[SHARED_TABLES] = {
	[SHARED_VOID] = { 1, 1, false, true },
	[SHARED_PENALTIES_USER] = { 16, 8, true, false },
	[SHARED_PENALTIES_ADDRESS] = { 16, 8, true, false },
	[SHARED_KNOWN] = { 8, 8, false, false },
	[SHARED_REVOKED] = { 32, 16, false, true },
	[SHARED_BEFORE] = { 16, 8, false, true },
	[SHARED_REQUESTS] = { 8, 8, true, false },
	[SHARED_SUMS] = { 32, 16, false, false },
	[SHARED_SLOTS_CGI] = { 4, 1, true, false },
	[SHARED_SLOTS_HASH] = { 2, 1, true, false },
	[SHARED_PENALTIES_KNOWN] = { 8, 8, true, false },
	[SHARED_COMMON_USER] = { 2, 1, true, false },
	[SHARED_COMMON_ADDRESS] = { 2, 1, true, false },
	[SHARED_COMMON_KNOWN] = { 1, 1, true, false },
	[SHARED_CODES] = { 8, 8, false, false },
	[SHARED_SESSIONS] = { 16, 16, false, false },
	[SHARED_NETWORKS] = { 16, 16, false, false },
	[SHARED_CHANGES] = { 1, 1, false, false },
	[SHARED_TOKEN_USES] = { 8, 8, false, false },
	[SHARED_CHALLENGES] = { 8, 8, false, false },
	[SHARED_USAGE] = { 16, 16, false, false },
	[SHARED_NAMES] = { 32, 16, false, false },
};

void
shared_boot_id(char out[SHARED_BOOT_LEN])
{
	memset(out, 'b', SHARED_BOOT_LEN - 1);
	out[SHARED_BOOT_LEN - 1] = '\0';
}
