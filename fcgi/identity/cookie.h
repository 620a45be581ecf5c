/* SPDX-License-Identifier: MIT */
/*
 * Finding one cookie in a Cookie header (RFC 6265, section 5.4). Pure.
 *
 * Other applications on the host may set what they like, so malformed pairs
 * of other names are passed over. A value of ours that is not made of
 * cookie-octets, or a name that occurs twice, is refused: we never send
 * either, and choosing one of two would let whoever planted it choose.
 */
#ifndef CONFAB_IDENTITY_COOKIE_H
#define CONFAB_IDENTITY_COOKIE_H

#include <stddef.h>

#define COOKIE_HEADER_MAX 32768 /* nginx passes 4 lines of 8 KiB */
#define COOKIE_NAME_MAX 64

/*
 * Looks for `name` in header[0..len). Returns 1 with the value's place inside
 * the header, 0 when there is none, -1 when the header is too long, or the
 * cookie occurs twice or is malformed.
 */
int cookie_find(const char *header, size_t len, const char *name,
    const char **value, size_t *value_len);

#endif
