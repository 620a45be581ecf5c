/* SPDX-License-Identifier: MIT */
/*
 * A gateway of plain strings: what requests, routes and responses are tested
 * with.
 */
#ifndef CONFAB_FAKE_GATEWAY_H
#define CONFAB_FAKE_GATEWAY_H

#include "confab/base/buf.h"
#include "confab/gateway/gateway.h"

struct fake_gateway {
	struct gateway gateway;	   /* first */
	const char *const *params; /* name, value, ..., NULL */
	const char *body;
	size_t len; /* of body */
	size_t at;
	size_t once;		 /* bytes of one read; 0: all */
	bool slow;		 /* each read has to wait */
	int fail_after;		 /* errno once `at` is len; 0: an end */
	struct buf head, answer; /* what was answered */
	unsigned answered;	 /* times */
	unsigned handed_over;	 /* times */
};

/* Starts one without a body; everything else is the test's to set. */
void fake_gateway_init(struct fake_gateway *g, const char *const *params);
void fake_gateway_free(struct fake_gateway *g);

#endif
