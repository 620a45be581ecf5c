/* SPDX-License-Identifier: MIT */
/*
 * Names that another system gives, which may tell fewer of them apart than
 * bytes do. Pure.
 */
#ifndef CONFAB_IDENTITY_NAME_H
#define CONFAB_IDENTITY_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_FOLDED_MAX 128 /* bytes; folding may lengthen a name */

/*
 * False for a name with what nobody sees (direction marks, zero width), with
 * two spaces together, or with what has more than one spelling: decomposed
 * letters and compatibility forms. A directory may take such a name for
 * another one, and we would not.
 */
bool name_is_plain(const char *name, size_t len);

/*
 * The name without case (simple case folding, one code point for one). Returns
 * 0, or -1 for one that is not UTF-8 or too long.
 */
int name_fold(const char *name, char out[NAME_FOLDED_MAX + 1]);

/*
 * True for a name whose letters are of more than one of the Latin, Greek and
 * Cyrillic scripts, which have letters that look the same.
 */
bool name_is_mixed(const char *name, size_t len);

#endif
