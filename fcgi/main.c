/* SPDX-License-Identifier: MIT */
/*
 * confab.fcgi: wiring, signals.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "confab/api/route.h"
#include "confab/base/buf.h"
#include "confab/base/clock.h"
#include "confab/base/log.h"
#include "confab/config/option.h"
#include "confab/gateway/gateway.h"
#include "confab/gateway/listen.h"
#include "confab/gateway/pool.h"
#include "confab/identity/usage.h"
#include "confab/master/master.h"
#include "confab/system/generation.h"
#include "confab/system/sandbox.h"
#include "confab/system/sd_notify.h"
#include "confab/system/trim.h"

#include "main_cgi.h"
#include "main_options.h"
#include "main_watch.h"

/* This process among the generations of the worker. */
static struct generation kin;

#define FIXED_MAX 256 /* bytes of the names that a reload cannot change */
#define ARENAS 2      /* of malloc: many threads, few of them busy */
/* Bytes of a block that malloc maps by itself and gives back to the system when
 * it is freed: a long request leaves no hole in the heap. */
#define MAPPED (128 * 1024)

/* What a new generation cannot begin for is told by its master, too. */
static void
complain(const char *err)
{
	char status[CONFIG_ERROR_MAX + 8];

	log_msg(LOG_LEVEL_ERROR, "%s", err);
	(void)snprintf(status, sizeof(status), "STATUS=%s", err);
	if (kin.number > 0)
		sd_notify_send(status);
}

static struct settings *
load(const char *path)
{
	char err[CONFIG_ERROR_MAX];
	struct settings *s;

	s = settings_load(path, err);
	if (s == NULL)
		complain(err);
	else
		log_configure(s->config->log_target, s->config->log_level);
	return s;
}

/* Puts an option's value in the place of the configuration's. */
static int
override(char **setting, const char *value)
{
	char *copy;

	if (value == NULL)
		return 0;
	copy = strdup(value);
	if (copy == NULL)
		return -1;
	free(*setting);
	*setting = copy;
	return 0;
}

/* Workers of one configuration are told apart by other hosts, too. */
static int
name_worker(const struct options *o, struct config *c)
{
	char name[CONFIG_HOST_NAME_MAX + 1];
	int n;

	if (c->state.host == NULL || o->instance == NULL)
		return 0;
	n = snprintf(name, sizeof(name), "%s-%s", c->state.host, o->instance);
	if (n >= (int)sizeof(name) || !config_is_host_name(name)) {
		log_msg(LOG_LEVEL_ERROR, "state: host: %s is no name of a host",
		    name);
		return -1;
	}
	return override(&c->state.host, name);
}

/* What the command line says has precedence, for all who look later, too. */
static int
apply_options(const struct options *o, struct config *c)
{
	if (override(&c->listen, o->listen) == -1 ||
	    override(&c->socket_group, o->socket_group) == -1) {
		log_msg(LOG_LEVEL_ERROR, "out of memory");
		return -1;
	}
	if (o->socket_mode != -1)
		c->socket_mode = (unsigned)o->socket_mode;
	return name_worker(o, c);
}

/* The socket to serve: asked for, passed, or configured; `own` when it is
 * nobody else's. */
static int
open_socket(const struct options *o, const struct config *c, bool *own)
{
	char err[CONFIG_ERROR_MAX];
	int fd;

	*own = kin.own;
	if (kin.number > 0)
		return listen_use(kin.listen);
	*own = false;
	if (o->listen == NULL && (fd = listen_passed()) != -1)
		return fd;
	*own = true;
	fd = listen_open(c->listen, c->socket_mode, c->socket_group, err);
	if (fd == -1)
		complain(err);
	return fd;
}

/* What the file now says of what cannot change any more is said, and not
 * done. */
static int
keep_fixed(const struct options *o, struct config *c)
{
	struct settings *old = settings_current();
	struct buf changed;
	int rc = -1;

	buf_init(&changed, FIXED_MAX);
	if (apply_options(o, c) == 0)
		rc = config_keep_fixed(c, old->config, &changed);
	if (rc == 0 && changed.len > 0)
		log_msg(LOG_LEVEL_WARN,
		    "reload: %s: fixed at the start; a restart takes it over",
		    buf_str(&changed));
	buf_free(&changed);
	settings_unref(old);
	return rc;
}

/* What a reload takes. */
struct anew {
	const struct options *options;
	struct route_service *service;
};

static void
reload(void *arg)
{
	const struct anew *anew = arg;
	const struct options *o = anew->options;
	struct route_service *service = anew->service;
	struct settings *s;

	sd_notify_reloading();
	s = load(o->config);
	if (s != NULL && keep_fixed(o, s->config) != 0) {
		settings_unref(s);
		s = NULL;
	}
	if (s == NULL) {
		log_msg(LOG_LEVEL_ERROR,
		    "reload failed: the old settings stay in force");
	} else {
		relay_reload(service->relay, s);
		identity_reload(service->identity, s->config);
		settings_publish(s);
		log_msg(LOG_LEVEL_NOTICE, "reloaded");
	}
	sd_notify_send("READY=1");
}

static void
count_use(void *arg, const struct relay_use *use)
{
	const struct identity *id = arg;

	usage_note(id->state, use->user, use->model, use->token, use->prompt,
	    use->completion, use->cost);
}

static unsigned
request_timeout(void)
{
	struct settings *s = settings_current();
	unsigned ms = s->config->timeouts.request;

	settings_unref(s);
	return ms;
}

/* Serves, from the first thread to the last. Takes over the settings and the
 * socket. */
static int
serve(const struct options *o, struct settings *s, struct identity *id, int fd,
    bool own, const sigset_t *set)
{
	const struct relay_hooks hooks = { count_use, id,
		kin.number > 0 ? &kin : NULL, id->engine,
		o->instance == NULL && id->engine == NULL };
	struct pool_work work = { route_serve, NULL, request_timeout };
	struct route_service service;
	struct anew anew = { o, &service };
	struct watch watch = { .kin = &kin,
		.reload = reload,
		.arg = &anew,
		.draining = &service.draining,
		.own = own };
	struct pool *pool;
	unsigned drain;

	memset(&service, 0, sizeof(service));
	service.identity = id;
	service.relay = relay_start(s->config->relay_threads, &hooks);
	if (service.relay == NULL) {
		log_msg(LOG_LEVEL_ERROR, "relay: %s", strerror(errno));
		settings_unref(s);
		return EX_OSERR;
	}
	tool_servers_want_offers(relay_tools(service.relay));
	relay_reload(service.relay, s);
	settings_publish(settings_ref(s));
	work.arg = &service;
	watch_await_lists(service.relay, &kin);
	pool = pool_start(fd, own, s->config->workers, &work);
	if (pool == NULL) {
		log_msg(LOG_LEVEL_ERROR, "threads: %s", strerror(errno));
		settings_unref(s);
		relay_stop(service.relay, 0);
		return EX_OSERR;
	}
	log_msg(LOG_LEVEL_NOTICE, "started version=%s workers=%u", VERSION,
	    s->config->workers);
	settings_unref(s);
	trim_memory();
	sd_notify_send("READY=1");
	watch.relay = service.relay;
	watch.pool = pool;
	watch.watchdog = sd_notify_watchdog_ms();
	watch_signals(&watch, set);

	sd_notify_send("STOPPING=1");
	atomic_store(&service.draining, true);
	s = settings_current();
	/* Whose time to retire is over has had its time. */
	drain = watch.retire_at != 0 && clock_mono_ms() >= watch.retire_at
	    ? 0
	    : s->config->timeouts.drain;
	settings_unref(s);
	log_msg(LOG_LEVEL_NOTICE, "stopping streams=%u drain_ms=%u",
	    relay_streams(service.relay), drain);
	listen_forget();
	pool_stop(pool);
	relay_stop(service.relay, drain);
	settings_publish(NULL);
	log_msg(LOG_LEVEL_NOTICE, "stopped");
	return 0;
}

/* Signals wait from the start, so that none is lost or fatal before its time;
 * only the main thread takes them. */
static void
hold_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGUSR1);
	if (kin.number > 0)
		sigaddset(set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* What must be true of the process before threads start. */
static int
prepare(const struct config *c, struct identity *id)
{
	char err[CONFIG_ERROR_MAX];

	if (sandbox_drop_user(c, err) == -1 ||
	    identity_open(id, c, false, err) == -1) {
		log_msg(LOG_LEVEL_ERROR, "%s", err);
		return EX_OSERR;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    gateway_fcgi_init() == -1) {
		log_msg(LOG_LEVEL_ERROR, "libraries: cannot be initialised");
		return EX_SOFTWARE;
	}
	/* libfcgi has set handlers of its own. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGUSR1, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	sandbox_enter(c);
	if (log_start() == -1)
		log_msg(LOG_LEVEL_WARN, "log: no thread: %s", strerror(errno));
	return 0;
}

/* Behind the sandbox, for it is a thread. */
static int
link_hosts(struct config *c, struct identity *id)
{
	char err[CONFIG_ERROR_MAX];

	if (identity_link(id, c, err) == 0)
		return 0;
	log_msg(LOG_LEVEL_ERROR, "%s", err);
	return EX_OSERR;
}

/* Becomes the master of the workers. Takes over the settings; the exit code. */
static int
become_master(const struct options *o, struct settings *s)
{
	struct master_start start = { .listen = -1, .control = "" };
	char control[PATH_MAX], err[CONFIG_ERROR_MAX];
	struct config *c = s->config;

	if (apply_options(o, c) == -1 ||
	    (start.listen = open_socket(o, c, &start.own)) == -1) {
		settings_unref(s);
		return EX_UNAVAILABLE;
	}
	if (sandbox_drop_user(c, err) == -1) {
		log_msg(LOG_LEVEL_ERROR, "%s", err);
	} else {
		start.syslog = c->log_target == LOG_TO_SYSLOG;
		start.socket = listen_made();
		if ((mkdir(c->runtime_dir, 0700) == 0 || errno == EEXIST) &&
		    generation_control(c->runtime_dir, o->instance, control,
			sizeof(control)))
			start.control = control;
		master_become(&start, o->argv);
		log_msg(LOG_LEVEL_ERROR, "master: %s: %s", o->argv[0],
		    strerror(errno));
	}
	listen_forget();
	close(start.listen);
	settings_unref(s);
	return EX_OSERR;
}

/* From the settings to the end of serving. Takes over the settings. */
static int
run(const struct options *o, struct settings *s, const sigset_t *set)
{
	int fd = -1, rc = EX_UNAVAILABLE;
	struct identity id;
	bool own = false;

	if (apply_options(o, s->config) == -1 ||
	    (fd = open_socket(o, s->config, &own)) == -1)
		goto fail;
	rc = prepare(s->config, &id);
	if (rc != 0)
		goto fail;
	rc = link_hosts(s->config, &id);
	if (rc != 0) {
		identity_close(&id);
		goto fail;
	}
	rc = serve(o, s, &id, fd, own, set);
	generation_close(&kin);
	identity_close(&id);
	log_stop();
	curl_global_cleanup();
	return rc;

fail:
	if (fd != -1) {
		listen_forget();
		close(fd);
	}
	settings_unref(s);
	return rc;
}

int
main(int argc, char *argv[])
{
	struct options o;
	struct settings *s;
	sigset_t set;

	/* Before the arguments are looked at: a CGI program may get some of
	 * them from the query string (RFC 3875, section 4.4). */
	if (gateway_is_cgi())
		return main_cgi();
	options_read(&o, argc, argv);
	if (generation_inherit(&kin))
		sd_notify_to(kin.master);
	else if (o.master && master_is_one())
		return master_run(argv);
	hold_signals(&set);
#ifdef M_ARENA_MAX /* glibc's; musl gives back by itself */
	(void)mallopt(M_ARENA_MAX, ARENAS);
	(void)mallopt(M_MMAP_THRESHOLD, MAPPED);
#endif
	s = load(o.config);
	if (s == NULL)
		return EX_CONFIG;
	if (o.check) {
		printf("%s: the configuration is good\n", o.config);
		settings_unref(s);
		return 0;
	}
	if (o.master && kin.number == 0)
		return become_master(&o, s);
	return run(&o, s, &set);
}
