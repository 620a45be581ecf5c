/* SPDX-License-Identifier: MIT */
/*
 * Everything that a reload replaces, as one counted snapshot: configuration,
 * catalogue, users, keys. A request takes a reference once and sees one
 * consistent state to its end; a bad file leaves the old snapshot in force.
 */
#ifndef CONFAB_IDENTITY_SETTINGS_H
#define CONFAB_IDENTITY_SETTINGS_H

#include "confab/config/config.h"
#include "confab/upstream/catalog.h"

struct credentials; /* credentials.h: the users file */
struct keyring;	    /* keyring.h: the secret file */

struct settings {
	struct config *config;
	struct credentials *credentials;
	struct keyring *keyring;
	/* private: reference count and the catalogue's lock */
	struct settings_state *state;
};

/*
 * Reads the configuration and the files it names. Returns a snapshot with one
 * reference, or NULL with one line in `err`.
 */
struct settings *settings_load(const char *path, char err[CONFIG_ERROR_MAX]);

struct settings *settings_ref(struct settings *s);
void settings_unref(struct settings *s);

/* Puts `s` in force; takes over the caller's reference. */
void settings_publish(struct settings *s);

/* A reference to the snapshot in force, which the caller drops. */
struct settings *settings_current(void);

/*
 * The catalogue of a snapshot as a reference that the caller drops. It changes
 * during a snapshot's life, when a provider's list arrives.
 */
struct catalog *settings_catalog(struct settings *s);
void settings_set_catalog(struct settings *s, struct catalog *k);

#endif
