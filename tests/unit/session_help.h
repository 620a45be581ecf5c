/* SPDX-License-Identifier: MIT */
/*
 * For the tests of sessions: the users alice and bob, a secret, a shared state,
 * and one browser.
 */
#ifndef CONFAB_TEST_SESSION_HELP_H
#define CONFAB_TEST_SESSION_HELP_H

#include <stdint.h>

#include "confab/config/config.h"
#include "confab/identity/identity.h"
#include "confab/identity/login.h"
#include "confab/identity/session.h"
#include "confab/identity/settings.h"
#include "temp_folder.h"

#define PASSWORD "correct horse" /* of both */
#define IDLE 1000		 /* s */
#define ABSOLUTE 5000

extern char users_path[TEMP_PATH_MAX], secret_path[TEMP_PATH_MAX];
extern char tokens_path[TEMP_PATH_MAX], state_path[TEMP_PATH_MAX];

extern struct config config;
extern struct settings settings;
extern struct identity identity;
extern char cookie_header[SESSION_COOKIE_MAX]; /* what the browser keeps */
extern struct session_input in;		       /* of the next request */
extern struct session_info session;	       /* what it was given */
extern struct api_error api_err;

/* The first and the last step of a group, and of each test in it. */
int session_group_begin(void **state);
int session_test_begin(void **state);
int session_test_end(void **state);

/* A test that begins and ends so. */
#define session_test(name)                                        \
	cmocka_unit_test_setup_teardown(name, session_test_begin, \
	    session_test_end)

/* Writes the users file: both with this password, hashed anew; `options` are
 * alice's. */
void put_users(const char *password, const char *options);

/* Appends an option to alice's line, and leaves the hash as it is. */
void set_option(const char *option);

/* Puts the cookie that `s` was given into the next request. */
void keep_cookie(const struct session_info *s);

/* What somebody says who they are; without a code it is NULL. */
struct login_proof proof_of(const char *name, const char *password,
    const char *code);

/* As login_password(); keeps the cookie when it is given. */
int login(const char *name, const char *password);
int login_with(const char *name, const char *password, const char *code);

/* As session_authenticate(). */
int check(void);

/* Fails the test when the next request is anybody's. */
void expect_signed_out(void);

/* Makes an access token; `header` is how a script sends it. */
void make_token(const char *user, int64_t expires, char *header, size_t size);

#endif
