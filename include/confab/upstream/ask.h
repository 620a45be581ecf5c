/* SPDX-License-Identifier: MIT */
/*
 * Asking the providers for their models once, for a program that has no loop of
 * its own.
 */
#ifndef CONFAB_UPSTREAM_ASK_H
#define CONFAB_UPSTREAM_ASK_H

struct buf;
struct config;

/*
 * Asks each provider whose models are those that it lists, for its first page,
 * and waits at most `ms` for all of them. Appends a line for each to `out`:
 * "provider NAME: lists N models", or why it does not. Returns how many do
 * not; -1 when it could not ask.
 */
int upstream_ask_lists(const struct config *c, unsigned ms, struct buf *out);

#endif
