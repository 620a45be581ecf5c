/* SPDX-License-Identifier: MIT */
/*
 * confabctl doctor: asks the running site end to end, as a browser would, and
 * says of each thing that can be wrong between them whether it is, with cause
 * and cure.
 */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "doctor.h"

#define BODY_DEFAULT \
	(16 * 1024 * 1024) /* limits { body } where nothing says
					 * otherwise */

static const char usage[] =
    "doctor URL [--user NAME] [--model ID] [--nginx FILE]\n"
    "       [--ca-file FILE | --insecure] [--json | --quiet]";

struct options {
	const char *user, *model, *nginx, *ca_file;
	bool insecure, json, quiet;
};

/* An option that was given without its value is a mistake. */
static bool
take(struct ctl *ctl, const char *name, const char **value)
{
	return !ctl_option(ctl, name, value) || *value != NULL;
}

static bool
parse(struct ctl *ctl, struct options *o)
{
	bool good = take(ctl, "--user", &o->user) &&
	    take(ctl, "--model", &o->model) &&
	    take(ctl, "--nginx", &o->nginx) &&
	    take(ctl, "--ca-file", &o->ca_file);

	o->insecure = ctl_option(ctl, "--insecure", NULL);
	o->json = ctl_option(ctl, "--json", NULL);
	o->quiet = ctl_option(ctl, "--quiet", NULL);
	return good && ctl_arguments(ctl, 1, 1) &&
	    (o->ca_file == NULL || !o->insecure) && !(o->json && o->quiet);
}

int
ctl_doctor(struct ctl *ctl)
{
	struct options o = { 0 };
	size_t body_max = BODY_DEFAULT;
	struct visit d;
	int code;

	if (!parse(ctl, &o) ||
	    visit_begin(&d, ctl->argv[0], o.ca_file, o.insecure) != 0)
		return ctl_usage(usage);
	if (d.curl == NULL) {
		visit_end(&d);
		return ctl_fail(CTL_FAILED, "out of memory");
	}
	findings_begin(&d.found, o.json, o.quiet);
	/* Where it cannot be read, this is another host, or another's eyes. */
	d.here = access(ctl->config_path, R_OK) == 0;
	if (d.here && ctl_config(ctl) == CTL_OK)
		body_max = ctl->config->limits.body;
	doctor_host(ctl, &d, o.nginx);
	if (doctor_page(&d)) {
		doctor_worker(&d, body_max);
		if (o.user != NULL)
			doctor_sitting(&d, o.user, o.model, body_max);
	}
	code = d.found.failures == 0 ? CTL_OK : CTL_FAILED;
	findings_end(&d.found, d.base);
	visit_end(&d);
	return code;
}
