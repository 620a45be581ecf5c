/* SPDX-License-Identifier: MIT */
/*
 * What the system says of this process. Any thread, at any time.
 */
#ifndef CONFAB_SYSTEM_PROCESS_H
#define CONFAB_SYSTEM_PROCESS_H

#include <stdint.h>

/* Bytes of memory that are resident; 0 where the system does not tell. */
uint64_t process_resident(void);

/* Open descriptors; 0 where the system does not tell. */
uint64_t process_descriptors(void);

#endif
