/* SPDX-License-Identifier: MIT */
/*
 * The family of a browser, by its User-Agent header: enough for a person to
 * know a session of theirs by, and nothing that would tell one browser from
 * the next. Pure.
 */
#ifndef CONFAB_IDENTITY_AGENT_H
#define CONFAB_IDENTITY_AGENT_H

#include <stdint.h>

/* The family of a header, which may be NULL: seven bits. */
uint8_t agent_family(const char *user_agent);

/* Its browser and system as people know them; NULL: another one. */
const char *agent_browser(uint8_t family);
const char *agent_system(uint8_t family);

#endif
