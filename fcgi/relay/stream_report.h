/* SPDX-License-Identifier: MIT */
/*
 * What is told of a stream when it has ended.
 */
#ifndef CONFAB_RELAY_STREAM_REPORT_H
#define CONFAB_RELAY_STREAM_REPORT_H

struct api_error;
struct stream;

/* Counts and logs, once, a stream that ends now: of s->cause, with `err` or
 * NULL. */
void stream_report(struct stream *s, const struct api_error *err);

#endif
