/* SPDX-License-Identifier: MIT */
/*
 * What the worker is told on its command line.
 */
#ifndef CONFAB_MAIN_OPTIONS_H
#define CONFAB_MAIN_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *config;
	const char *listen;
	const char *socket_group;
	long socket_mode; /* -1: the configuration's */
	bool check;
	bool master;
	const char *instance;
	char *const *argv; /* all of it */
};

/* Reads them, or says what is wrong and exits. Names the worker for metrics. */
void options_read(struct options *o, int argc, char *argv[]);

#endif
