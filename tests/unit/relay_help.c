/* SPDX-License-Identifier: MIT */
/*
 * For the tests of the relay.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/provider/chat_request.h"

#include "config_help.h"
#include "relay/claim.h"
#include "relay/client.h"
#include "relay/stream_users.h"
#include "relay_help.h"

#define TURNS_MAX 100000

struct relay_fake fake;
struct relay relay;
struct relay_loop *relay_loop;
struct settings *relay_settings;

/* ---- The source ------------------------------------------------------------ */

static void
fake_pause(void *self)
{
	((struct relay_fake *)self)->pauses++;
}

static void
fake_resume(void *self)
{
	((struct relay_fake *)self)->resumes++;
}

static void
fake_cancel(void *self)
{
	((struct relay_fake *)self)->cancels++;
}

static const struct source_ops fake_ops = { NULL, fake_pause, fake_resume,
	fake_cancel };

static int
fake_start(struct source *s, struct upstream_pool *pool,
    const struct upstream_call *call, const struct upstream_handler *handler,
    void *arg, struct api_error *err)
{
	(void)pool;
	(void)call;
	(void)err;
	fake.handler = handler;
	fake.arg = arg;
	fake.calls++;
	s->self = &fake;
	s->ops = &fake_ops;
	return 0;
}

void
relay_chunk(size_t len)
{
	char *json = malloc(len);

	assert_non_null(json);
	memset(json, 'x', len);
	assert_int_equal(fake.handler->chunk(fake.arg, json, len, true), 0);
	fake.handler->flush(fake.arg);
	free(json);
}

void
relay_source_ends(const char *code, bool unprocessed)
{
	struct api_error err;

	if (code != NULL)
		(void)api_error_set(&err, 502, code, "It failed.");
	fake.handler->end(fake.arg, code != NULL ? &err : NULL, unprocessed);
}

/* ---- Jobs ------------------------------------------------------------------- */

static struct relay_job
job_of(const char *key, int *fd, bool fcgi)
{
	struct relay_job job;
	int pair[2];

	memset(&job, 0, sizeof(job));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(pair[1], F_SETFL, O_NONBLOCK), 0);
	*fd = pair[0];
	job.client.fd = pair[1];
	job.client.request_id = fcgi ? 1 : 0;
	job.settings = settings_ref(relay_settings);
	job.quota = config_quota_of(relay_settings->config, 0);
	strcpy(job.user, "ann");
	strcpy(job.key, key);
	return job;
}

int
relay_ask(const char *key, bool streamed, bool fcgi)
{
	char body[200];
	struct api_error err;
	struct relay_job job;
	int fd, n;

	job = job_of(key, &fd, fcgi);
	n = snprintf(body, sizeof(body),
	    "{\"model\":\"tour\",\"stream\":%s,\"messages\":"
	    "[{\"role\":\"user\",\"content\":\"x\"}]}",
	    streamed ? "true" : "false");
	job.chat = chat_request_parse(body, (size_t)n,
	    &relay_settings->config->limits, &err);
	assert_non_null(job.chat);
	job.catalog = settings_catalog(relay_settings);
	job.entry = catalog_find(job.catalog, "tour");
	assert_non_null(job.entry);
	stream_open(relay_loop, &job);
	relay_job_free(&job);
	return fd;
}

int
relay_again(uint64_t last_id)
{
	struct relay_job job;
	int fd;

	job = job_of(RELAY_KEY, &fd, false);
	stream_attach(relay_named(), &job, last_id);
	relay_job_free(&job);
	return fd;
}

struct stream *
relay_named(void)
{
	return stream_find(relay_loop, "ann", RELAY_KEY);
}

/* ---- The loop ---------------------------------------------------------------- */

void
relay_turn(void)
{
	(void)uv_run(&relay_loop->base.uv, UV_RUN_NOWAIT);
}

void
relay_turn_until(bool (*done)(void))
{
	unsigned i;

	for (i = 0; i < TURNS_MAX && !done(); i++)
		(void)uv_run(&relay_loop->base.uv, UV_RUN_ONCE);
	assert_true(done());
}

bool
relay_read(int fd, struct buf *out)
{
	char part[4096];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_append(out, part, (size_t)n);
	return n == 0 || errno != EAGAIN;
}

int
relay_group_begin(void **state)
{
	static const char text[] =
	    "auth = remote_user\nruntime_dir = \"run\"\n" DEMO
	    "limits { ring_per_stream = 8k ring_total = 1M "
	    "ring_per_user = 1M }\ntimeouts { grace = 1min }\n";
	char err[CONFIG_ERROR_MAX];

	if (config_group_begin(state) != 0)
		return -1;
	write_file("c.conf", text, strlen(text), 0600);
	relay_settings = settings_load(config_path, err);
	if (relay_settings == NULL) {
		print_message("%s\n", err);
		return -1;
	}
	return 0;
}

int
relay_group_end(void **state)
{
	settings_unref(relay_settings);
	return temp_folder_remove(state);
}

int
relay_test_begin(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	memset(&relay, 0, sizeof(relay));
	relay.users = stream_users_new();
	relay_loop = calloc(1, sizeof(*relay_loop));
	if (relay.users == NULL || relay_loop == NULL ||
	    uv_loop_init(&relay_loop->base.uv) != 0)
		return -1;
	relay_loop->relay = &relay;
	relay_loop->start_source = fake_start;
	claim_trim_init(relay_loop);
	return 0;
}

static void
close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

int
relay_test_end(void **state)
{
	(void)state;
	while (relay_loop->streams != NULL)
		stream_discard(relay_loop->streams);
	relay_turn();
	uv_walk(&relay_loop->base.uv, close_handle, NULL);
	(void)uv_run(&relay_loop->base.uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&relay_loop->base.uv), 0);
	assert_int_equal(atomic_load(&relay.streams), 0);
	assert_int_equal(atomic_load(&relay.ring_bytes), 0);
	stream_users_free(relay.users);
	free(relay_loop);
	return 0;
}
