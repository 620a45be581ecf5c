/* SPDX-License-Identifier: MIT */
/*
 * For the tests of the configuration: a file that is good, or bad for a reason.
 */
#ifndef CONFAB_TEST_CONFIG_HELP_H
#define CONFAB_TEST_CONFIG_HELP_H

#include "confab/config/config.h"
#include "confab/provider/provider.h"
#include "temp_folder.h"

#define DEMO "provider \"demo\" { kind = demo }\n"

extern char config_path[TEMP_PATH_MAX], config_error[CONFIG_ERROR_MAX];

/* The first step of a group of tests; the last is temp_folder_remove(). */
int config_group_begin(void **state);

/* Writes a file beside the configuration. */
void write_file(const char *name, const char *text, size_t len, mode_t mode);

/* Reads a text that must be accepted. */
struct config *good(const char *text);

/* Reads one that must be refused: the error must be PATH:LINE: (0: PATH:) and
 * have each of the words, which '|' separates. */
void bad(const char *text, unsigned line, const char *words);

#endif
