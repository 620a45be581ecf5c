/* SPDX-License-Identifier: MIT */
/*
 * From the text of the configuration to struct config, remembering the line of
 * everything. Private to the room.
 */
#ifndef CONFAB_CONFIG_FILE_H
#define CONFAB_CONFIG_FILE_H

struct config_reader;

/* Parses a text (libconfuse) into r->config, defaults included. Returns 0, or
 * -1 with the reader's error set. */
int config_file_parse(struct config_reader *r, const char *text);

#endif
