/* SPDX-License-Identifier: MIT */
/*
 * The master's life: signals, what its workers say, what confabctl asks.
 *
 * It waits in ppoll(), and signals arrive only there; all is done between two waits.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/base/log.h"
#include "confab/gateway/listen.h"
#include "confab/master/master.h"
#include "confab/system/sd_notify.h"

#include "child.h"
#include "control.h"
#include "exec.h"
#include "signals.h"
#include "state.h"

#define SECOND_MS 1000
#define ALL CONTROL_GENERATIONS

struct master {
	struct state s;
	char *const *argv;
	struct control_clients clients;
	uint64_t watchdog; /* ms between two signs of life; 0: none */
	uint64_t pinged;
	uint64_t again_at; /* when one is started anew; 0: it is not */
	unsigned delay;
	bool ever; /* one has served */
	bool stopping;
	bool renew;	/* become the new program */
	bool once_more; /* asked for while one was starting */
	bool draining;	/* no new streams, until an upgrade */
	bool drained;	/* who serves has none */
	int code;
};

/* ---- Answers to confabctl --------------------------------------------------- */

static void say(struct master *m, bool good, unsigned number, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* Tells how an upgrade went, in the log, to systemd and to who has asked. */
static void
say(struct master *m, bool good, unsigned number, const char *fmt, ...)
{
	char text[MASTER_WORD_MAX - 16], line[MASTER_WORD_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_msg(good ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR, "master: %s", text);
	(void)snprintf(line, sizeof(line), "STATUS=%s", text);
	sd_notify_send(line);
	(void)snprintf(line, sizeof(line), "%s %s\n", good ? "ok" : "failed",
	    text);
	control_answer(&m->clients, number, line);
}

/* ---- Generations ------------------------------------------------------------- */

static bool
start_one(struct master *m)
{
	struct child *c = child_start(&m->s, m->argv);

	if (c == NULL) {
		say(m, false, ALL, "a new worker cannot be started: %s",
		    strerror(errno));
		return false;
	}
	log_msg(LOG_LEVEL_NOTICE, "master: generation=%u pid=%ld starts",
	    c->number, (long)c->pid);
	return true;
}

static void
start_later(struct master *m)
{
	m->again_at = clock_mono_ms() + m->delay;
	m->delay = m->delay == 0	      ? MASTER_DELAY
	    : 2 * m->delay < MASTER_DELAY_MAX ? 2 * m->delay
					      : MASTER_DELAY_MAX;
}

/* Starts the next generation. One that is starting may have begun with what was
 * there before: then there is one more after it. */
static void
upgrade(struct master *m)
{
	if (m->stopping)
		say(m, false, ALL, "the service is being stopped");
	else if (child_find(&m->s, CHILD_STARTING) != NULL)
		m->once_more = true;
	else if (child_count(&m->s, CHILD_RETIRED) >= GENERATION_ELDERS_MAX - 1)
		say(m, false, ALL,
		    "%u older generations still have streams; they end with "
		    "these, or by timeouts { retire }",
		    child_count(&m->s, CHILD_RETIRED));
	else
		(void)start_one(m);
}

/* No new streams: who serves is told, and says when it has none any more. */
static void
drain(struct master *m)
{
	const struct child *c = child_find(&m->s, CHILD_SERVING);

	m->draining = true;
	if (c != NULL)
		(void)kill(c->pid, SIGUSR1);
}

/* It is as it was. */
static void
end_drain(struct master *m, const char *why)
{
	m->draining = m->drained = false;
	control_answer_drain(&m->clients, why);
}

static bool
again(struct master *m)
{
	if (!m->once_more)
		return false;
	m->once_more = false;
	upgrade(m);
	return true;
}

/* A new generation serves. */
static void
promote(struct master *m, struct child *c)
{
	struct child *old = child_find(&m->s, CHILD_SERVING);

	c->phase = CHILD_SERVING;
	c->since = clock_mono_ms();
	if (old != NULL) {
		old->phase = CHILD_RETIRED;
		(void)kill(old->pid, SIGUSR2);
	}
	if (!m->ever || old == NULL)
		sd_notify_send("READY=1");
	/* Not when one was started again: its program may be half installed. */
	m->renew = old != NULL;
	m->ever = true;
	m->again_at = 0;
	if (m->draining)
		drain(m);
	say(m, true, c->number,
	    "generation=%u pid=%ld serves, %u before it have streams",
	    c->number, (long)c->pid, child_count(&m->s, CHILD_RETIRED));
	(void)again(m);
}

static void
hear(struct master *m, struct child *c)
{
	char word[MASTER_WORD_MAX];

	while (child_hear(c, word, sizeof(word))) {
		if (strcmp(word, "READY=1") == 0 && c->phase == CHILD_STARTING)
			promote(m, c);
		else if (c->phase == CHILD_SERVING &&
		    (strcmp(word, "READY=1") == 0 ||
			strncmp(word, "RELOADING=1\n", 12) == 0))
			sd_notify_send(word);
		else if (c->phase == CHILD_SERVING &&
		    strcmp(word, "DRAINED=1") == 0)
			m->drained = true;
	}
}

static void
ended(struct master *m, struct child *c, int status)
{
	enum child_phase phase = c->phase;
	bool calm = clock_mono_ms() - c->since >= MASTER_CALM;
	unsigned number = c->number;
	char how[64], why[sizeof(c->why)];

	hear(m, c);
	phase = c->phase;
	child_describe(status, how, sizeof(how));
	memcpy(why, c->why, sizeof(why));
	child_forget(c);
	m->code = WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
	if (phase == CHILD_RETIRED || m->stopping) {
		log_msg(LOG_LEVEL_NOTICE, "master: generation=%u %s", number,
		    how);
		return;
	}
	say(m, false, number, "generation=%u %s%s%s%s", number, how,
	    why[0] != '\0' ? ": " : "", why,
	    child_find(&m->s, CHILD_SERVING) != NULL
		? "; the one before it goes on serving"
		: "");
	if (again(m) || child_find(&m->s, CHILD_SERVING) != NULL ||
	    child_find(&m->s, CHILD_STARTING) != NULL)
		return;
	if (!m->ever) {
		/* It never was in order: whoever has started us is told. */
		m->stopping = true;
		return;
	}
	if (calm)
		m->delay = 0;
	start_later(m);
}

static void
reap(struct master *m)
{
	struct child *c;
	int status;

	for (c = m->s.children; c < m->s.children + STATE_CHILDREN_MAX; c++)
		if (c->phase != CHILD_NONE &&
		    waitpid(c->pid, &status, WNOHANG) == c->pid)
			ended(m, c, status);
}

/* ---- What is due ------------------------------------------------------------- */

static void
stop(struct master *m)
{
	struct child *c;

	if (!m->stopping) {
		m->stopping = true;
		sd_notify_send("STOPPING=1");
		log_msg(LOG_LEVEL_NOTICE, "master: stopping");
		control_answer(&m->clients, CONTROL_ALL,
		    "failed the service is being stopped\n");
		listen_forget();
		close(m->s.listen);
		control_remove(m->s.control, m->s.control_path);
		m->s.control = -1;
	}
	for (c = m->s.children; c < m->s.children + STATE_CHILDREN_MAX; c++)
		if (c->phase != CHILD_NONE)
			(void)kill(c->pid, SIGTERM);
}

static void
look_after(struct master *m, struct child *c, uint64_t now)
{
	const char *what = NULL;

	if (c->phase == CHILD_STARTING && now - c->since >= MASTER_START)
		what = "does not begin to serve";
	else if (c->phase != CHILD_STARTING && m->watchdog > 0 &&
	    now - c->heard >= 2 * m->watchdog && now > c->heard)
		what = "gives no sign of life";
	if (what == NULL)
		return;
	log_msg(LOG_LEVEL_ERROR, "master: generation=%u pid=%ld %s: killed",
	    c->number, (long)c->pid, what);
	(void)snprintf(c->why, sizeof(c->why), "%s", what);
	(void)kill(c->pid, SIGKILL);
	c->since = c->heard = now;
}

/* Nothing is open any more. A service whose socket is another's, systemd's, goes
 * on refusing: it would be started again. */
static void
look_drained(struct master *m)
{
	if (!m->draining || !m->drained ||
	    child_count(&m->s, CHILD_RETIRED) > 0)
		return;
	m->drained = false;
	log_msg(LOG_LEVEL_NOTICE, "master: drained");
	control_answer_drain(&m->clients,
	    m->s.own
		? "ok drained; the service ends\n"
		: "ok drained; the service refuses new streams until it is "
		  "stopped, or upgraded\n");
	if (m->s.own)
		stop(m);
}

static void
do_due(struct master *m)
{
	uint64_t now = clock_mono_ms();
	struct child *c;

	for (c = m->s.children; c < m->s.children + STATE_CHILDREN_MAX; c++)
		if (c->phase != CHILD_NONE && !m->stopping)
			look_after(m, c, now);
	control_due(&m->clients, now);
	look_drained(m);
	if (m->watchdog > 0 && now - m->pinged >= m->watchdog) {
		m->pinged = now;
		sd_notify_send("WATCHDOG=1");
	}
	if (m->again_at != 0 && now >= m->again_at && !m->stopping) {
		m->again_at = 0;
		if (!start_one(m))
			start_later(m);
	}
}

static void
read_client(struct master *m, struct control_client *c)
{
	switch (control_read(c)) {
	case CONTROL_UPGRADE:
		end_drain(m, "failed an upgrade has begun\n");
		c->want = m->s.last + 1;
		upgrade(m);
		break;
	case CONTROL_DRAIN:
		c->want = CONTROL_ALL;
		log_msg(LOG_LEVEL_NOTICE, "master: draining");
		drain(m);
		break;
	default:
		break;
	}
}

/* ---- Waiting ------------------------------------------------------------------ */

#define POLLS (STATE_CHILDREN_MAX + MASTER_CLIENTS_MAX + 1)

static void
watch(struct pollfd *p, int fd, bool wanted)
{
	p->fd = wanted ? fd : -1;
	p->events = POLLIN;
	p->revents = 0;
}

static void
wait_once(struct master *m, const sigset_t *within)
{
	const struct timespec tick = { 0, SECOND_MS / 4 * 1000000L };
	struct pollfd polls[POLLS], *p = polls;
	int i;

	for (i = 0; i < STATE_CHILDREN_MAX; i++)
		watch(p++, m->s.children[i].told,
		    m->s.children[i].phase != CHILD_NONE &&
			!m->s.children[i].mute);
	for (i = 0; i < MASTER_CLIENTS_MAX; i++)
		watch(p++, m->clients.at[i].fd, m->clients.at[i].fd != -1);
	watch(p, m->s.control, m->s.control != -1);
	if (ppoll(polls, POLLS, &tick, within) <= 0)
		return;
	for (i = 0, p = polls; i < STATE_CHILDREN_MAX; i++, p++) {
		if (p->revents & POLLIN)
			hear(m, &m->s.children[i]);
		/* It ends. Watched on, ppoll() would never wait again, and no
		 * signal arrive. */
		if (p->revents & (POLLHUP | POLLERR))
			m->s.children[i].mute = true;
	}
	for (i = 0; i < MASTER_CLIENTS_MAX; i++, p++)
		if (p->revents != 0)
			read_client(m, &m->clients.at[i]);
	if (p->revents & POLLIN)
		control_accept(&m->clients, m->s.control, clock_mono_ms());
}

static void
take_signals(struct master *m)
{
	const struct signals got = signals_take();
	const struct child *c;

	if (got.child)
		reap(m);
	if (got.stop)
		stop(m);
	if (got.reload) {
		c = child_find(&m->s, CHILD_SERVING);
		if (c != NULL)
			(void)kill(c->pid, SIGHUP);
	}
	if (got.upgrade) {
		end_drain(m, "failed an upgrade has begun\n");
		upgrade(m);
	}
}

/* ---- Its life ------------------------------------------------------------ */

/* Its new program has just shown that it runs: the master becomes it, too. */
static void
renew(struct master *m)
{
	m->renew = false;
	control_close(&m->clients);
	state_exec(&m->s, m->argv);
	log_msg(LOG_LEVEL_WARN, "master: cannot become the new program: %s",
	    strerror(errno));
}

static int
take_over(struct master *m, char *const argv[])
{
	m->argv = argv;
	if (state_inherit(&m->s) == -1)
		return -1;
	log_configure(m->s.syslog ? LOG_TO_SYSLOG : LOG_TO_STDERR,
	    LOG_LEVEL_NOTICE);
	if (m->s.socket[0] != '\0')
		listen_adopt(m->s.socket);
	control_init(&m->clients);
	for (int i = 0; i < STATE_CHILDREN_MAX; i++)
		m->s.children[i].heard = m->s.children[i].since =
		    clock_mono_ms();
	m->watchdog = sd_notify_watchdog_ms();
	m->ever = child_find(&m->s, CHILD_SERVING) != NULL;
	return 0;
}

int
master_run(char *const argv[])
{
	static struct master m;
	sigset_t within;

	if (take_over(&m, argv) == -1) {
		log_msg(LOG_LEVEL_ERROR,
		    "master: " MASTER_ENV " is not what a master leaves");
		return EX_SOFTWARE;
	}
	signals_prepare(&within);
	if (!m.ever && !start_one(&m))
		return EX_OSERR;
	while (
	    !m.stopping || child_count(&m.s, CHILD_NONE) < STATE_CHILDREN_MAX) {
		take_signals(&m);
		do_due(&m);
		if (m.renew && !m.stopping &&
		    child_find(&m.s, CHILD_STARTING) == NULL)
			renew(&m);
		if (m.stopping &&
		    child_count(&m.s, CHILD_NONE) == STATE_CHILDREN_MAX)
			break;
		wait_once(&m, &within);
	}
	listen_forget();
	control_remove(m.s.control, m.s.control_path);
	return m.code;
}
