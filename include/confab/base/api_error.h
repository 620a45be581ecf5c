/* SPDX-License-Identifier: MIT */
/*
 * An error as the HTTP interface tells it: OpenAI's error object with a true
 * HTTP status, {"error":{"message","type","code","param"}}.
 */
#ifndef CONFAB_BASE_API_ERROR_H
#define CONFAB_BASE_API_ERROR_H

#include <stddef.h>

struct buf;

#define API_ERROR_MESSAGE_MAX 512
#define API_ERROR_CODE_MAX 64
#define API_ERROR_PARAM_MAX 128
#define API_ERROR_SAID_MAX 256

struct api_error {
	int status;		       /* HTTP status, 400..599; 0 = no error */
	unsigned retry_after;	       /* seconds for Retry-After; 0 = none */
	char code[API_ERROR_CODE_MAX]; /* stable, for programs */
	char param[API_ERROR_PARAM_MAX];     /* the field at fault, or "" */
	char message[API_ERROR_MESSAGE_MAX]; /* for people, UTF-8 */
	char said[API_ERROR_SAID_MAX]; /* a provider's own words, for the log
					* alone */
};

/*
 * Fills `e`; a message that is too long is cut at a character. The type that
 * goes with a status is derived when the object is written. Returns -1 always,
 * so that a function may `return api_error_set(...)`.
 */
int api_error_set(struct api_error *e, int status, const char *code,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* As api_error_set(), where memory is short: 503 internal_error. */
int api_error_no_memory(struct api_error *e);

/* Appends the JSON object. Returns 0 or -1 as buf_append() does. */
int api_error_json(struct buf *out, const struct api_error *e);

#endif
