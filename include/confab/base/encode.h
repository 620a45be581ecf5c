/* SPDX-License-Identifier: MIT */
/*
 * Base64url and base32 without padding (RFC 4648, sections 5 and 6), base64 with
 * it (section 4), and hexadecimal. Pure.
 * Reading is strict: each value has exactly one spelling.
 */
#ifndef CONFAB_BASE_ENCODE_H
#define CONFAB_BASE_ENCODE_H

#include <stddef.h>

/* Characters that n bytes become. */
#define ENCODE_BASE64URL_LEN(n) (((n)*4 + 2) / 3)
#define ENCODE_BASE64_LEN(n) (((n) + 2) / 3 * 4)
#define ENCODE_BASE32_LEN(n) (((n)*8 + 4) / 5)

/*
 * Writes data[0..len) as text with a NUL, for which `out` has room. Returns
 * the number of characters.
 */
size_t encode_base64url(char *out, const unsigned char *data, size_t len);
size_t encode_base64(char *out, const unsigned char *data, size_t len);
size_t encode_base32(char *out, const unsigned char *data, size_t len);
size_t encode_hex(char *out, const unsigned char *data, size_t len);

/*
 * Reads text[0..len) into at most `size` bytes. Returns their number, or -1
 * for a character outside the alphabet, an impossible length, unused bits that
 * are not zero, or too little room. Hexadecimal is taken in lower case only,
 * base32 in upper case.
 */
int decode_base64url(unsigned char *out, size_t size, const char *text,
    size_t len);
int decode_base32(unsigned char *out, size_t size, const char *text,
    size_t len);
int decode_hex(unsigned char *out, size_t size, const char *text, size_t len);

#endif
