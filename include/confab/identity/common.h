/* SPDX-License-Identifier: MIT */
/*
 * Passwords that everybody chooses, which are the first that are guessed (NIST SP
 * 800-63B, section 5.1.1.2: lists of what is commonly used, dictionary words,
 * repetitive or sequential characters, words of the context). Pure.
 *
 * The list is not one of texts but of what people make of them: a common word,
 * in any case and with the usual signs in the place of letters, and a few digits
 * or signs before or behind it; one of few characters again and again; keys that
 * lie side by side; a date. What rules would ask for, capitals, digits and signs,
 * is in most of these and saves none.
 */
#ifndef CONFAB_IDENTITY_COMMON_H
#define CONFAB_IDENTITY_COMMON_H

#include <stdbool.h>
#include <stddef.h>

/* Is password[0..len) such a one? `name` is the user's, which is common here. */
bool password_common(const char *password, size_t len, const char *name);

#endif
