/* SPDX-License-Identifier: MIT */
/*
 * The same program as plain CGI. Short requests need no thread and no loop;
 * a chat starts one loop, which ends with its one stream, when the client
 * leaves or on SIGTERM, which is how web servers say so.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "confab/api/route.h"
#include "confab/base/clock.h"
#include "confab/base/log.h"
#include "confab/gateway/gateway.h"
#include "confab/identity/throttle.h"
#include "confab/identity/usage.h"
#include "confab/system/sandbox.h"

#include "main_cgi.h"

#define REFUSED_READ 5000 /* ms for the body of a refused request */
/* Of a stream: itself, its loop, that one's helper, a resolver. */
#define CGI_TASKS 4

/*
 * The configuration file: suEXEC and its like pass no environment, and an
 * account on a shared host cannot write to /etc, so it is looked for beside
 * the program, too.
 */
static const char *
find_config(char path[PATH_MAX])
{
	static const char *const names[] = { "confab.conf",
		"../etc/confab.conf" };
	const char *named = getenv("CONFAB_CONFIG");
	char folder[PATH_MAX], *slash;
	ssize_t n;
	size_t i;

	if (named != NULL && named[0] != '\0')
		return named;
	n = readlink("/proc/self/exe", folder, sizeof(folder) - 1);
	if (n <= 0)
		return CONFAB_CONFIG_FILE;
	folder[n] = '\0';
	slash = strrchr(folder, '/');
	if (slash == NULL)
		return CONFAB_CONFIG_FILE;
	slash[1] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = snprintf(path, PATH_MAX, "%s%s", folder, names[i]);
		if (n > 0 && n < PATH_MAX && access(path, F_OK) == 0)
			return path;
	}
	return CONFAB_CONFIG_FILE;
}

/* A gateway_serve_fn whose argument is the error to answer with. */
static void
serve_error(void *arg, struct gateway *g)
{
	struct response r;

	response_init(&r);
	response_error(&r, arg);
	response_send(&r, g);
	response_free(&r);
}

static void
refuse(struct api_error *err)
{
	gateway_cgi_serve(REFUSED_READ, serve_error, err);
}

/* The cause is in the web server's log, and is not the client's to know. */
static int
fail(const char *cause)
{
	struct api_error err;

	log_msg(LOG_LEVEL_ERROR, "%s", cause);
	(void)api_error_set(&err, 500, "internal_error",
	    "The server is not set up correctly; its log says why.");
	refuse(&err);
	return EXIT_FAILURE;
}

static void
count_use(void *arg, const struct relay_use *use)
{
	const struct identity *id = arg;

	usage_note(id->state, use->user, use->model, use->token, use->prompt,
	    use->completion, use->cost);
}

static void
ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
}

/* For route.c, when a request needs the relay after all. */
static struct relay *
start_relay(struct route_service *service)
{
	const struct relay_hooks hooks = { count_use, service->identity, NULL,
		NULL, false };
	sigset_t set;

	ending_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	return relay_start(1, &hooks);
}

/* Until the stream has ended or is to end; then the loop's own end, for which
 * the client's last bytes may take their time. */
static void
end_relay(struct relay *r, unsigned ms)
{
	const struct timespec look = { 0, CGI_LOOK * 1000000L };
	sigset_t set;

	ending_signals(&set);
	while (relay_queued(r) > 0 || relay_streams(r) > 0) {
		if (sigtimedwait(&set, NULL, &look) > 0) {
			ms = 0;
			break;
		}
	}
	relay_stop(r, ms);
	curl_global_cleanup();
}

static void
serve(struct settings *s, struct identity *id)
{
	const struct config_timeouts *t = &s->config->timeouts;
	struct route_service service;

	memset(&service, 0, sizeof(service));
	service.identity = id;
	service.cgi = true;
	service.start_relay = start_relay;
	/* A web server sees that its client has left when it writes. */
	if (s->config->timeouts.heartbeat > CGI_HEARTBEAT)
		s->config->timeouts.heartbeat = CGI_HEARTBEAT;
	settings_publish(settings_ref(s));
	gateway_cgi_serve(t->request, route_serve, &service);
	if (service.relay != NULL)
		end_relay(service.relay, t->total);
	settings_publish(NULL);
}

/*
 * An account may have so many tasks, of which a stream takes several; whoever
 * comes then would not even be started. So no more are let in than fit, with one
 * left to say that to the next.
 */
static void
fit_account(struct config_limits *l)
{
#ifdef RLIMIT_NPROC
	struct rlimit tasks;
	rlim_t fit;

	if (getrlimit(RLIMIT_NPROC, &tasks) != 0 ||
	    tasks.rlim_cur == RLIM_INFINITY)
		return;
	fit = tasks.rlim_cur > CGI_TASKS ? (tasks.rlim_cur - 1) / CGI_TASKS : 1;
	if (fit < l->cgi_processes)
		l->cgi_processes = (unsigned)fit;
#else
	(void)l;
#endif
}

int
main_cgi(void)
{
	char err[CONFIG_ERROR_MAX], path[PATH_MAX];
	struct api_error full;
	struct identity id;
	struct settings *s;

	(void)signal(SIGPIPE, SIG_IGN);
	/* For one stream, libuv need not keep four. */
	(void)setenv("UV_THREADPOOL_SIZE", "1", 1);
	s = settings_load(find_config(path), err);
	if (s == NULL)
		return fail(err);
	fit_account(&s->config->limits);
	/* What a system lacks is told by the worker once, not once a request. */
	log_configure(s->config->log_target, LOG_LEVEL_WARN);
	if (sandbox_drop_user(s->config, err) == -1 ||
	    identity_open(&id, s->config, true, err) == -1) {
		settings_unref(s);
		return fail(err);
	}
	sandbox_enter(s->config);
	log_configure(s->config->log_target, s->config->log_level);
	if (throttle_cgi_enter(&id, &s->config->limits, &full) == -1) {
		refuse(&full);
	} else {
		serve(s, &id);
		throttle_cgi_leave(&id);
	}
	identity_close(&id);
	settings_unref(s);
	return EXIT_SUCCESS;
}
