/* SPDX-License-Identifier: MIT */
/*
 * What doctor looks at, a part a file. Each part says what it finds to
 * d->found.
 */
#ifndef CONFAB_CTL_DOCTOR_H
#define CONFAB_CTL_DOCTOR_H

#include "ctl.h"
#include "visit.h"

struct nginx_conf;

/* The page: address, TLS, clock, headers, redirects. False when nothing
 * answers: the rest need not be tried. */
bool doctor_page(struct visit *d);

/* All that the page names, as browsers fetch it. The page is the last answer. */
void doctor_assets(struct visit *d);

/* The worker, by who is not signed in. `body_max`: bytes of the largest chat
 * that it takes. */
void doctor_worker(struct visit *d, size_t body_max);

/* A whole sitting of a user: login, models, an answer, tools, logout. `model`
 * may be NULL: the first. */
void doctor_sitting(struct visit *d, const char *user, const char *model,
    size_t body_max);

/* This host: the files as the worker sees them, providers, tool servers; and
 * nginx's configuration, from `nginx -T` or from a file that has what that
 * writes (NULL: none). Without a configuration that can be read, and without
 * nginx, nothing is said. */
void doctor_host(struct ctl *ctl, struct visit *d, const char *nginx_file);

/* What nginx's configuration says of confab. `config` may be NULL. `wanted`:
 * that it has confab in it was said by who asks. */
void doctor_nginx(struct findings *f, const struct nginx_conf *n,
    const struct config *config, bool wanted);

#endif
