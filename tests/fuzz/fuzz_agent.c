/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as what a browser calls itself, and any as the family that
 * was kept of one. Aborts when a family has no name that was found by one.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "identity/agent.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const char *browser, *system;
	uint8_t family;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	family = agent_family(text);
	browser = agent_browser(family);
	system = agent_system(family);
	/* What is named so is found again by its name. */
	if (browser != NULL && strcmp(browser, "curl") == 0)
		check(strstr(text, "curl/") != NULL);
	if (system != NULL && strcmp(system, "Windows") == 0)
		check(strstr(text, "Windows") != NULL);
	if (strstr(text, "Firefox/") != NULL && size < 512)
		check(browser != NULL);
	free(text);
	/* The file may have any byte in its place. */
	for (size_t i = 0; i < size; i++) {
		browser = agent_browser(data[i]);
		system = agent_system(data[i]);
		check(browser == NULL || browser[0] != '\0');
		check(system == NULL || system[0] != '\0');
	}
	return 0;
}
