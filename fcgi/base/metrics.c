/* SPDX-License-Identifier: MIT */
/*
 * Counters, as Prometheus text (exposition format 0.0.4).
 */
#include "config.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/log.h"
#include "confab/base/metrics.h"
#include "confab/base/utf8.h"

#define NAME_MAX_LEN 64	 /* of a provider's name in a label */
#define STATUS_CLASSES 6 /* 0 = no answer, then 1xx ... 5xx */

static const char *const causes[METRICS_CAUSE_COUNT] = { "done", "stopped",
	"client_gone", "upstream", "timeout", "limit", "shutdown", "internal" };
static const char *const outcomes[METRICS_LOGIN_COUNT] = { "ok", "bad",
	"refused", "throttled", "busy" };
/* Upper bounds of the histogram of the time to the first event, ms. */
static const uint64_t bounds[] = { 50, 100, 250, 500, 1000, 2500, 5000, 10000,
	30000, 60000, 120000 };

#define N_BOUNDS (sizeof(bounds) / sizeof(bounds[0]))

static char worker[METRICS_WORKER_MAX + 1]; /* "": there is only one */

struct provider_counts {
	char name[NAME_MAX_LEN];
	uint64_t status[STATUS_CLASSES];
};

static atomic_ullong started, resumed, retries, prompt, completion;
static atomic_ullong ended[METRICS_CAUSE_COUNT], logins[METRICS_LOGIN_COUNT];
static atomic_ullong first[N_BOUNDS + 1], first_ms;
static atomic_ullong requests[STATUS_CLASSES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct provider_counts providers[METRICS_PROVIDERS_MAX + 1];
static size_t n_providers;

/* Calls of a server by cause, those with a failure of the tool's last. */
static struct server_counts {
	char name[NAME_MAX_LEN];
	uint64_t calls[METRICS_CAUSE_COUNT + 1];
} servers[METRICS_SERVERS_MAX];
static size_t n_servers;

const char *
metrics_cause_str(enum metrics_cause c)
{
	return c < METRICS_CAUSE_COUNT ? causes[c] : "unknown";
}

static void
count(atomic_ullong *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void
metrics_stream_started(void)
{
	count(&started, 1);
}

void
metrics_stream_ended(enum metrics_cause c)
{
	count(&ended[c], 1);
}

void
metrics_stream_resumed(void)
{
	count(&resumed, 1);
}

void
metrics_first_event(uint64_t ms)
{
	size_t i = 0;

	while (i < N_BOUNDS && ms > bounds[i])
		i++;
	count(&first[i], 1);
	count(&first_ms, ms);
}

void
metrics_tokens(uint64_t prompt_tokens, uint64_t completion_tokens)
{
	count(&prompt, prompt_tokens);
	count(&completion, completion_tokens);
}

static size_t
class_of(int status)
{
	return status >= 100 && status < 600 ? (size_t)status / 100 : 0;
}

/* The entry of a provider; the last one stands for all there is no room for.
 * Lock held. */
static struct provider_counts *
entry(const char *name)
{
	char cut[NAME_MAX_LEN];
	size_t i, n = strlen(name);

	if (n >= sizeof(cut)) {
		n = utf8_valid_prefix(name, sizeof(cut) - 1);
		memcpy(cut, name, n);
		cut[n] = '\0';
		name = cut;
	}
	for (i = 0; i < n_providers; i++)
		if (strcmp(providers[i].name, name) == 0)
			return &providers[i];
	if (n_providers == METRICS_PROVIDERS_MAX)
		name = "other";
	if (n_providers > METRICS_PROVIDERS_MAX)
		return &providers[METRICS_PROVIDERS_MAX];
	i = n_providers++;
	(void)snprintf(providers[i].name, sizeof(providers[i].name), "%s",
	    name);
	return &providers[i];
}

void
metrics_upstream_status(const char *provider, int status)
{
	pthread_mutex_lock(&lock);
	entry(provider)->status[class_of(status)]++;
	pthread_mutex_unlock(&lock);
}

void
metrics_tool_call(const char *server, enum metrics_cause c, bool is_error)
{
	size_t i = 0;

	if (is_error && c == METRICS_CAUSE_DONE)
		c = METRICS_CAUSE_COUNT;
	pthread_mutex_lock(&lock);
	while (i < n_servers && strcmp(servers[i].name, server) != 0)
		i++;
	if (i == n_servers && n_servers < METRICS_SERVERS_MAX)
		(void)snprintf(servers[n_servers++].name, NAME_MAX_LEN, "%s",
		    server);
	if (i < n_servers)
		servers[i].calls[c]++;
	pthread_mutex_unlock(&lock);
}

void
metrics_upstream_retry(void)
{
	count(&retries, 1);
}

void
metrics_login(enum metrics_login o)
{
	count(&logins[o], 1);
}

void
metrics_request(int status)
{
	count(&requests[class_of(status)], 1);
}

/* ---- Writing ---------------------------------------------------------------*/

static void
head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP confab_%s %s\n# TYPE confab_%s %s\n", name,
	    help, name, type);
}

static void
single(struct buf *out, const char *name, const char *type, const char *help,
    uint64_t value)
{
	head(out, name, type, help);
	buf_printf(out, "confab_%s %" PRIu64 "\n", name, value);
}

static uint64_t
read_count(atomic_ullong *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void
write_streams(struct buf *out, const struct metrics_gauges *g)
{
	size_t i;

	single(out, "streams_open", "gauge", "Answers under way.", g->streams);
	single(out, "ring_bytes", "gauge", "Memory held in rings of events.",
	    g->ring_bytes);
	single(out, "relay_queue_length", "gauge",
	    "Requests handed to the relay and not yet taken.", g->queued);
	single(out, "streams_started_total", "counter", "Answers begun.",
	    read_count(&started));
	single(out, "streams_resumed_total", "counter",
	    "Clients attached to an answer that was under way.",
	    read_count(&resumed));
	head(out, "streams_ended_total", "counter", "Answers ended, by cause.");
	for (i = 0; i < METRICS_CAUSE_COUNT; i++)
		buf_printf(out,
		    "confab_streams_ended_total{cause=\"%s\"} %" PRIu64 "\n",
		    causes[i], read_count(&ended[i]));
	head(out, "tokens_total", "counter", "Tokens, by kind.");
	buf_printf(out,
	    "confab_tokens_total{kind=\"prompt\"} %" PRIu64
	    "\nconfab_tokens_total{kind=\"completion\"} %" PRIu64 "\n",
	    read_count(&prompt), read_count(&completion));
}

static void
write_first(struct buf *out)
{
	static const char name[] = "first_event_seconds";
	uint64_t total = 0;
	size_t i;

	head(out, name, "histogram",
	    "Time from a request to the first event of its answer.");
	for (i = 0; i < N_BOUNDS; i++) {
		total += read_count(&first[i]);
		buf_printf(out, "confab_%s_bucket{le=\"%g\"} %" PRIu64 "\n",
		    name, (double)bounds[i] / 1000, total);
	}
	total += read_count(&first[N_BOUNDS]);
	buf_printf(out,
	    "confab_%s_bucket{le=\"+Inf\"} %" PRIu64
	    "\nconfab_%s_sum %.3f\nconfab_%s_count %" PRIu64 "\n",
	    name, total, name, (double)read_count(&first_ms) / 1000, name,
	    total);
}

/* A label's value: backslash, quote and newline escaped. */
static void
label(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\\' || *s == '"')
			buf_putc(out, '\\');
		buf_putc(out, *s == '\n' ? ' ' : *s);
	}
}

static const char *
class_name(size_t i)
{
	static const char *const names[STATUS_CLASSES] = { "none", "1xx", "2xx",
		"3xx", "4xx", "5xx" };

	return names[i];
}

static void
write_upstream(struct buf *out)
{
	size_t i, k;

	head(out, "upstream_responses_total", "counter",
	    "Answers of providers by status; none: no answer at all.");
	pthread_mutex_lock(&lock);
	for (i = 0; i < n_providers; i++)
		for (k = 0; k < STATUS_CLASSES; k++) {
			if (providers[i].status[k] == 0)
				continue;
			buf_puts(out,
			    "confab_upstream_responses_total{provider=\"");
			label(out, providers[i].name);
			buf_printf(out, "\",status=\"%s\"} %" PRIu64 "\n",
			    class_name(k), providers[i].status[k]);
		}
	pthread_mutex_unlock(&lock);
	single(out, "upstream_retries_total", "counter",
	    "Calls that were made again.", read_count(&retries));
}

static void
write_tools(struct buf *out)
{
	size_t i, k;

	head(out, "tool_calls_total", "counter",
	    "Calls of tools by cause of their end; tool_error: the tool says "
	    "that it failed.");
	pthread_mutex_lock(&lock);
	for (i = 0; i < n_servers; i++)
		for (k = 0; k <= METRICS_CAUSE_COUNT; k++) {
			if (servers[i].calls[k] == 0)
				continue;
			buf_puts(out, "confab_tool_calls_total{server=\"");
			label(out, servers[i].name);
			buf_printf(out, "\",cause=\"%s\"} %" PRIu64 "\n",
			    k < METRICS_CAUSE_COUNT ? causes[k] : "tool_error",
			    servers[i].calls[k]);
		}
	pthread_mutex_unlock(&lock);
}

static void
write_requests(struct buf *out)
{
	size_t i;

	head(out, "logins_total", "counter", "Logins, by outcome.");
	for (i = 0; i < METRICS_LOGIN_COUNT; i++)
		buf_printf(out,
		    "confab_logins_total{outcome=\"%s\"} %" PRIu64 "\n",
		    outcomes[i], read_count(&logins[i]));
	head(out, "responses_total", "counter", "Responses, by status.");
	for (i = 1; i < STATUS_CLASSES; i++)
		buf_printf(out,
		    "confab_responses_total{status=\"%s\"} %" PRIu64 "\n",
		    class_name(i), read_count(&requests[i]));
}

int
metrics_name_worker(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > METRICS_WORKER_MAX ||
	    strspn(name,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_.-") != len)
		return -1;
	memcpy(worker, name, len + 1);
	return 0;
}

/* Appends what has been written, with the worker's name in each figure's
 * labels. */
static void
put_named(struct buf *out, const char *p)
{
	while (*p != '\0') {
		size_t line = strcspn(p, "\n"), name = strcspn(p, "{ \n");
		bool labels = p[name] == '{';

		line += p[line] == '\n';
		if (*p == '#') {
			buf_append(out, p, line);
		} else {
			buf_append(out, p, name);
			buf_printf(out, "{worker=\"%s\"%s", worker,
			    labels ? "," : "}");
			name += labels;
			buf_append(out, p + name, line - name);
		}
		p += line;
	}
}

static void
write_all(struct buf *out, const struct metrics_gauges *g)
{
	write_streams(out, g);
	write_first(out);
	write_upstream(out);
	write_tools(out);
	write_requests(out);
	single(out, "log_dropped_total", "counter",
	    "Log lines dropped because nobody read the log.", log_dropped());
	single(out, "resident_memory_bytes", "gauge", "Resident memory.",
	    g->resident);
	single(out, "open_descriptors", "gauge", "Open file descriptors.",
	    g->descriptors);
}

int
metrics_write(struct buf *out, const struct metrics_gauges *g)
{
	struct buf plain;
	bool good;

	if (worker[0] == '\0') {
		write_all(out, g);
		return buf_ok(out) ? 0 : -1;
	}
	buf_init(&plain, out->max);
	write_all(&plain, g);
	good = buf_ok(&plain);
	if (good)
		put_named(out, buf_str(&plain));
	buf_free(&plain);
	return good && buf_ok(out) ? 0 : -1;
}
