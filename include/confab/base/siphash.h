/* SPDX-License-Identifier: MIT */
/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a fast keyed hash, so that
 * nobody without the key can aim at a bucket or make a sum. Pure.
 */
#ifndef CONFAB_BASE_SIPHASH_H
#define CONFAB_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY_LEN 16

uint64_t siphash(const unsigned char key[SIPHASH_KEY_LEN], const void *data,
    size_t len);

#endif
