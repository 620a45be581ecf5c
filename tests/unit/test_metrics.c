/* SPDX-License-Identifier: MIT */
/*
 * Tests of the counters, read by a strict parser of the text format 0.0.4.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/base/metrics.h"
#include "confab/base/utf8.h"

#define SAMPLES_MAX 4000
#define NAME_MAX_LEN 100
#define LABELS_MAX 400
#define THREADS 4
#define ROUNDS 10000

static struct sample {
	char name[NAME_MAX_LEN];
	char labels[LABELS_MAX]; /* as they are written */
	double value;
} samples[SAMPLES_MAX];
static size_t n_samples;
static struct buf text;

/* One name: [a-zA-Z_:][a-zA-Z0-9_:]*; returns what follows it. */
static const char *
parse_name(const char *p, char out[NAME_MAX_LEN])
{
	size_t n = 0;

	assert_true(isalpha((unsigned char)*p) || *p == '_');
	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	assert_true(n < NAME_MAX_LEN);
	memcpy(out, p, n);
	out[n] = '\0';
	return p + n;
}

/* name="value",... up to the brace, values with \\, \" and \n alone. */
static const char *
parse_labels(const char *p, char out[LABELS_MAX])
{
	const char *from = p;
	char name[NAME_MAX_LEN];

	for (;;) {
		p = parse_name(p, name);
		assert_int_equal(p[0], '=');
		assert_int_equal(p[1], '"');
		for (p += 2; *p != '"'; p++) {
			assert_true((unsigned char)*p >= 0x20);
			if (*p == '\\') {
				p++;
				assert_non_null(strchr("\\\"n", *p));
			}
		}
		p++;
		if (*p != ',')
			break;
		p++;
	}
	assert_int_equal(*p, '}');
	assert_true((size_t)(p - from) < LABELS_MAX);
	memcpy(out, from, (size_t)(p - from));
	out[p - from] = '\0';
	return p + 1;
}

static void
parse_sample(const char *line, const char *family, const char *type)
{
	struct sample *s = &samples[n_samples++];
	const char *p = parse_name(line, s->name), *suffix;
	char *end;
	size_t i;

	assert_true(n_samples < SAMPLES_MAX);
	assert_int_equal(strncmp(s->name, family, strlen(family)), 0);
	suffix = s->name + strlen(family);
	if (strcmp(type, "histogram") == 0)
		assert_true(strcmp(suffix, "_bucket") == 0 ||
		    strcmp(suffix, "_sum") == 0 ||
		    strcmp(suffix, "_count") == 0);
	else
		assert_string_equal(suffix, "");
	if (strcmp(type, "counter") == 0)
		assert_string_equal(family + strlen(family) - 6, "_total");
	s->labels[0] = '\0';
	if (*p == '{')
		p = parse_labels(p + 1, s->labels);
	assert_int_equal(*p, ' ');
	s->value = strtod(p + 1, &end);
	assert_ptr_not_equal(end, p + 1);
	assert_int_equal(*end, '\0');
	assert_true(isfinite(s->value) && s->value >= 0);
	for (i = 0; i + 1 < n_samples; i++)
		assert_false(strcmp(samples[i].name, s->name) == 0 &&
		    strcmp(samples[i].labels, s->labels) == 0);
}

/* HELP and TYPE, once each and in this order, then the family's samples. */
static void
parse(void)
{
	char family[NAME_MAX_LEN] = "", name[NAME_MAX_LEN], type[32] = "";
	char *line, *end, *at;
	bool helped = false;

	n_samples = 0;
	assert_true(utf8_valid(text.data, text.len));
	assert_int_equal(text.data[text.len - 1], '\n');
	for (line = text.data; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		if (strncmp(line, "# HELP ", 7) == 0) {
			at = strchr(line + 7, ' ');
			assert_non_null(at);
			assert_true(strlen(at) > 2);
			(void)parse_name(line + 7, family);
			assert_null(strstr(end + 1, line));
			helped = true;
			type[0] = '\0';
		} else if (strncmp(line, "# TYPE ", 7) == 0) {
			assert_true(helped);
			at = line + 7;
			at += parse_name(at, name) - at;
			assert_string_equal(name, family);
			assert_int_equal(*at, ' ');
			assert_true(strlen(at + 1) < sizeof(type));
			(void)snprintf(type, sizeof(type), "%s", at + 1);
			assert_true(strcmp(type, "counter") == 0 ||
			    strcmp(type, "gauge") == 0 ||
			    strcmp(type, "histogram") == 0);
			helped = false;
		} else {
			assert_true(type[0] != '\0');
			parse_sample(line, family, type);
		}
	}
}

static void
take(void)
{
	const struct metrics_gauges g = { 7, 8192, 3, 200000, 12 };

	buf_free(&text);
	buf_init(&text, 1 << 20);
	assert_int_equal(metrics_write(&text, &g), 0);
	parse();
}

/* The value of a sample; -1 when there is none. */
static double
value(const char *name, const char *labels)
{
	size_t i;

	for (i = 0; i < n_samples; i++)
		if (strcmp(samples[i].name, name) == 0 &&
		    strcmp(samples[i].labels, labels) == 0)
			return samples[i].value;
	return -1;
}

static void
expect(const char *name, const char *labels, double want)
{
	if (fabs(value(name, labels) - want) > 1e-9)
		fail_msg("%s{%s}: %g, wanted %g", name, labels,
		    value(name, labels), want);
}

static void
test_at_rest(void **state)
{
	(void)state;
	take();
	expect("confab_streams_open", "", 7);
	expect("confab_ring_bytes", "", 8192);
	expect("confab_relay_queue_length", "", 3);
	expect("confab_streams_started_total", "", 0);
	expect("confab_streams_ended_total", "cause=\"done\"", 0);
	expect("confab_logins_total", "outcome=\"throttled\"", 0);
	expect("confab_first_event_seconds_count", "", 0);
	expect("confab_resident_memory_bytes", "", 200000);
	expect("confab_open_descriptors", "", 12);
}

static void
test_counts(void **state)
{
	int i;

	(void)state;
	metrics_stream_started();
	metrics_stream_started();
	metrics_stream_resumed();
	for (i = 0; i < METRICS_CAUSE_COUNT; i++)
		metrics_stream_ended((enum metrics_cause)i);
	metrics_stream_ended(METRICS_CAUSE_STOPPED);
	for (i = 0; i < METRICS_LOGIN_COUNT; i++)
		metrics_login((enum metrics_login)i);
	metrics_tokens(10, 20);
	metrics_tokens(1, 2);
	metrics_upstream_retry();
	metrics_request(200);
	metrics_request(204);
	metrics_request(429);
	metrics_request(503);
	take();
	expect("confab_streams_started_total", "", 2);
	expect("confab_streams_resumed_total", "", 1);
	expect("confab_streams_ended_total", "cause=\"stopped\"", 2);
	expect("confab_streams_ended_total", "cause=\"internal\"", 1);
	expect("confab_logins_total", "outcome=\"ok\"", 1);
	expect("confab_tokens_total", "kind=\"prompt\"", 11);
	expect("confab_tokens_total", "kind=\"completion\"", 22);
	expect("confab_upstream_retries_total", "", 1);
	expect("confab_responses_total", "status=\"2xx\"", 2);
	expect("confab_responses_total", "status=\"4xx\"", 1);
	expect("confab_responses_total", "status=\"5xx\"", 1);
}

/* Buckets add up, and each value is in the first that is not below it. */
static void
test_histogram(void **state)
{
	double before = 0;
	size_t i;

	(void)state;
	metrics_first_event(50);
	metrics_first_event(51);
	metrics_first_event(2500);
	metrics_first_event(500000);
	take();
	expect("confab_first_event_seconds_bucket", "le=\"0.05\"", 1);
	expect("confab_first_event_seconds_bucket", "le=\"0.1\"", 2);
	expect("confab_first_event_seconds_bucket", "le=\"2.5\"", 3);
	expect("confab_first_event_seconds_bucket", "le=\"120\"", 3);
	expect("confab_first_event_seconds_bucket", "le=\"+Inf\"", 4);
	expect("confab_first_event_seconds_count", "", 4);
	expect("confab_first_event_seconds_sum", "", 502.601);
	for (i = 0; i < n_samples; i++) {
		if (strcmp(samples[i].name,
			"confab_first_event_seconds_bucket") != 0)
			continue;
		assert_true(samples[i].value >= before);
		before = samples[i].value;
	}
}

static void
test_provider_names(void **state)
{
	char name[200], wanted[250];
	int i;

	(void)state;
	metrics_upstream_status("a\"b\\c\nd", 200);
	metrics_upstream_status("plain", 0);
	metrics_upstream_status("plain", 200);
	metrics_upstream_status("plain", 204);
	metrics_upstream_status("plain", 99999);
	metrics_upstream_status("edges", 99);
	metrics_upstream_status("edges", 100);
	metrics_upstream_status("edges", 599);
	metrics_upstream_status("edges", 600);
	take();
	expect("confab_upstream_responses_total",
	    "provider=\"a\\\"b\\\\c d\",status=\"2xx\"", 1);
	expect("confab_upstream_responses_total",
	    "provider=\"edges\",status=\"none\"", 2);
	expect("confab_upstream_responses_total",
	    "provider=\"edges\",status=\"1xx\"", 1);
	expect("confab_upstream_responses_total",
	    "provider=\"edges\",status=\"5xx\"", 1);
	expect("confab_upstream_responses_total",
	    "provider=\"plain\",status=\"2xx\"", 2);
	expect("confab_upstream_responses_total",
	    "provider=\"plain\",status=\"none\"", 2);
	/* A long name is cut, at a whole character. */
	for (i = 0; i < 99; i++)
		memcpy(name + 2 * i, "\xc3\xa9", 2);
	name[198] = '\0';
	metrics_upstream_status(name, 500);
	/* One of 63 bytes is whole, and one of 64 is then the same. */
	memset(name, 'x', 64);
	name[63] = '\0';
	metrics_upstream_status(name, 500);
	(void)snprintf(wanted, sizeof(wanted), "provider=\"%s\",status=\"5xx\"",
	    name);
	name[63] = 'x';
	name[64] = '\0';
	metrics_upstream_status(name, 500);
	take();
	expect("confab_upstream_responses_total", wanted, 2);
	/* The table is bounded: what does not fit is counted as one. Five
	 * names are in it. */
	for (i = 0; i < 3 * METRICS_PROVIDERS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "p%d", i);
		metrics_upstream_status(name, 200);
	}
	take();
	expect("confab_upstream_responses_total",
	    "provider=\"other\",status=\"2xx\"", 2 * METRICS_PROVIDERS_MAX + 5);
	expect("confab_upstream_responses_total",
	    "provider=\"p0\",status=\"2xx\"", 1);
	(void)snprintf(wanted, sizeof(wanted),
	    "provider=\"p%d\",status=\"2xx\"", METRICS_PROVIDERS_MAX - 6);
	expect("confab_upstream_responses_total", wanted, 1);
	(void)snprintf(wanted, sizeof(wanted),
	    "provider=\"p%d\",status=\"2xx\"", METRICS_PROVIDERS_MAX - 5);
	expect("confab_upstream_responses_total", wanted, -1);
}

/* A call that ended well and says that it failed is one of its own. */
static void
test_tool_calls(void **state)
{
	static const char total[] = "confab_tool_calls_total";
	char name[32], wanted[100];
	int i;

	(void)state;
	metrics_tool_call("desk", METRICS_CAUSE_DONE, false);
	metrics_tool_call("desk", METRICS_CAUSE_DONE, false);
	metrics_tool_call("desk", METRICS_CAUSE_DONE, true);
	metrics_tool_call("desk", METRICS_CAUSE_TIMEOUT, true);
	take();
	expect(total, "server=\"desk\",cause=\"done\"", 2);
	expect(total, "server=\"desk\",cause=\"tool_error\"", 1);
	expect(total, "server=\"desk\",cause=\"timeout\"", 1);
	expect(total, "server=\"desk\",cause=\"internal\"", -1);
	/* Who comes when the table is full is not counted. */
	for (i = 1; i <= METRICS_SERVERS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "s%d", i);
		metrics_tool_call(name, METRICS_CAUSE_LIMIT, false);
	}
	take();
	(void)snprintf(wanted, sizeof(wanted), "server=\"s%d\",cause=\"limit\"",
	    METRICS_SERVERS_MAX - 1);
	expect(total, wanted, 1);
	(void)snprintf(wanted, sizeof(wanted), "server=\"s%d\",cause=\"limit\"",
	    METRICS_SERVERS_MAX);
	expect(total, wanted, -1);
}

static void
test_causes(void **state)
{
	(void)state;
	assert_string_equal(metrics_cause_str(METRICS_CAUSE_DONE), "done");
	assert_string_equal(metrics_cause_str(METRICS_CAUSE_INTERNAL),
	    "internal");
	assert_string_equal(metrics_cause_str(METRICS_CAUSE_COUNT), "unknown");
}

static void
test_full(void **state)
{
	const struct metrics_gauges g = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_int_equal(metrics_write(&b, &g), -1);
	buf_free(&b);
}

static void *
churn(void *arg)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		metrics_stream_started();
		metrics_upstream_status("churn", 200);
	}
	return arg;
}

static void
test_threads(void **state)
{
	pthread_t threads[THREADS];
	double before;
	int i;

	(void)state;
	take();
	before = value("confab_streams_started_total", "");
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, churn, NULL),
		    0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	take();
	expect("confab_streams_started_total", "", before + THREADS * ROUNDS);
}

static int
teardown(void **state)
{
	(void)state;
	buf_free(&text);
	return 0;
}

/* The last one: a name stays. */
static void
test_named(void **state)
{
	static const char *const bad[] = { "", "a b", "a\"b", "a\nb",
		"\xc3\xbc", "123456789012345678901234567890123" };
	const struct metrics_gauges g = { 7, 8192, 3, 200000, 12 };
	struct buf small;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(metrics_name_worker(bad[i]), -1);
	take();
	expect("confab_streams_open", "", 7);
	assert_int_equal(metrics_name_worker(
			     "12345678901234567890123456789012"),
	    0);
	assert_int_equal(metrics_name_worker("host-1_2.a"), 0);
	take();
	expect("confab_streams_open", "worker=\"host-1_2.a\"", 7);
	assert_true(value("confab_first_event_seconds_bucket",
			"worker=\"host-1_2.a\",le=\"+Inf\"") >= 0);
	for (i = 0; i < n_samples; i++)
		assert_ptr_equal(strstr(samples[i].labels,
				     "worker=\"host-1_2.a"),
		    samples[i].labels);
	buf_init(&small, 500);
	assert_int_equal(metrics_write(&small, &g), -1);
	buf_free(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_at_rest),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_histogram),
		cmocka_unit_test(test_provider_names),
		cmocka_unit_test(test_tool_calls),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_named),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
