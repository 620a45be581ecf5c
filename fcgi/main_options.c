/* SPDX-License-Identifier: MIT */
/*
 * The worker's command line.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "confab/base/metrics.h"

#include "main_options.h"

static void
usage(FILE *out)
{
	fprintf(out,
	    "usage: confab.fcgi [options]\n"
	    "\n"
	    "The worker of confab: serves FastCGI on the socket that systemd "
	    "or spawn-fcgi\n"
	    "passes, else on --listen, else on the configuration's.\n"
	    "\n"
	    "  -c, --config FILE         configuration (%s)\n"
	    "  -l, --listen ADDRESS      unix:PATH or HOST:PORT\n"
	    "      --socket-mode MODE    of a unix socket, octal (0660)\n"
	    "      --socket-group GROUP  of a unix socket\n"
	    "      --instance NAME       of this worker among several, for "
	    "metrics\n"
	    "      --master              stay beside the worker and replace "
	    "it on SIGUSR2\n"
	    "                            or \"confabctl upgrade\"\n"
	    "  -t, --check               check the configuration and its "
	    "files, and end\n"
	    "  -V, --version             print the version\n"
	    "  -h, --help                print this\n"
	    "\n"
	    "See confab.fcgi(8) and confab.conf(5).\n",
	    CONFAB_CONFIG_FILE);
}

static long
parse_mode(const char *text)
{
	char *end;
	long mode;

	errno = 0;
	mode = strtol(text, &end, 8);
	if (errno != 0 || *text == '\0' || *end != '\0' || mode < 0 ||
	    mode > 0777) {
		fprintf(stderr,
		    "confab.fcgi: --socket-mode %s: must be an "
		    "octal number, at most 0777\n",
		    text);
		exit(EX_USAGE);
	}
	return mode;
}

static void
name_worker(const char *name)
{
	if (metrics_name_worker(name) == 0)
		return;
	fprintf(stderr,
	    "confab.fcgi: --instance %s: must be of letters, digits, \"_\", "
	    "\"-\" and \".\", at most %d\n",
	    name, METRICS_WORKER_MAX);
	exit(EX_USAGE);
}

void
options_read(struct options *o, int argc, char *argv[])
{
	enum { MODE = 256, GROUP, INSTANCE, MASTER };
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "listen", required_argument, NULL, 'l' },
		{ "socket-mode", required_argument, NULL, MODE },
		{ "socket-group", required_argument, NULL, GROUP },
		{ "instance", required_argument, NULL, INSTANCE },
		{ "master", no_argument, NULL, MASTER },
		{ "check", no_argument, NULL, 't' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	memset(o, 0, sizeof(*o));
	o->argv = argv;
	o->config = CONFAB_CONFIG_FILE;
	o->socket_mode = -1;
	while ((c = getopt_long(argc, argv, "c:l:tVh", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'l':
			o->listen = optarg;
			break;
		case MODE:
			o->socket_mode = parse_mode(optarg);
			break;
		case GROUP:
			o->socket_group = optarg;
			break;
		case INSTANCE:
			name_worker(optarg);
			o->instance = optarg;
			break;
		case MASTER:
			o->master = true;
			break;
		case 't':
			o->check = true;
			break;
		case 'V':
			printf("confab.fcgi %s\n", VERSION);
			exit(0);
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(EX_USAGE);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "confab.fcgi: %s: not an option\n",
		    argv[optind]);
		exit(EX_USAGE);
	}
}
