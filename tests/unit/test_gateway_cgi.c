/* SPDX-License-Identifier: MIT */
/*
 * Tests of plain CGI: environment, standard input and output are the test's.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/gateway/gateway.h"
#include "confab/gateway/request.h"

#define MAX 1000

static int saved[2] = { -1, -1 };
static int to_input = -1, from_output = -1;

/* Puts a pipe on standard input and on standard output. */
static void
connect_pipes(void)
{
	int in[2], out[2];

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	saved[0] = dup(STDIN_FILENO);
	saved[1] = dup(STDOUT_FILENO);
	(void)dup2(in[0], STDIN_FILENO);
	(void)dup2(out[1], STDOUT_FILENO);
	close(in[0]);
	close(out[1]);
	to_input = in[1];
	from_output = out[0];
}

static void
restore(void)
{
	(void)dup2(saved[0], STDIN_FILENO);
	(void)dup2(saved[1], STDOUT_FILENO);
	close(saved[0]);
	close(saved[1]);
	if (to_input != -1)
		close(to_input);
	close(from_output);
	to_input = -1;
}

struct seen {
	int status;
	char body[MAX + 1];
	size_t answer; /* bytes; SIZE_MAX: hand over */
	struct gateway_client rc;
	unsigned served;
};

static void
serve(void *arg, struct gateway *g)
{
	struct seen *s = arg;
	struct request r;
	struct api_error err;
	char *answer;

	s->served++;
	err.status = 0;
	request_init(&r, g);
	(void)request_read(&r, &(struct request_body){ MAX, 1000, NULL, NULL },
	    &err);
	s->status = err.status;
	memcpy(s->body, buf_str(&r.body), r.body.len + 1);
	if (s->answer == SIZE_MAX) {
		s->rc = g->ops->hand_over(g);
	} else {
		answer = calloc(1, s->answer + 1);
		g->ops->respond(g, "H\n\n", 3, answer, s->answer);
		free(answer);
	}
	request_free(&r);
}

static void
environment(const char *length)
{
	(void)setenv("GATEWAY_INTERFACE", "CGI/1.1", 1);
	(void)setenv("REQUEST_METHOD", "POST", 1);
	(void)setenv("PATH_INFO", "/api/x", 1);
	if (length != NULL)
		(void)setenv("CONTENT_LENGTH", length, 1);
	else
		(void)unsetenv("CONTENT_LENGTH");
}

static void
test_is_cgi(void **state)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd;

	(void)state;
	(void)unsetenv("GATEWAY_INTERFACE");
	(void)unsetenv("REQUEST_METHOD");
	/* libfcgi takes each of these for CGI. */
	connect_pipes();
	assert_false(gateway_is_cgi());
	fd = open("/dev/null", O_RDONLY);
	(void)dup2(fd, STDIN_FILENO);
	close(fd);
	assert_false(gateway_is_cgi());
	close(STDIN_FILENO);
	assert_false(gateway_is_cgi());
	environment(NULL);
	assert_true(gateway_is_cgi());
	(void)unsetenv("REQUEST_METHOD");
	assert_false(gateway_is_cgi());
	environment(NULL);
	(void)setenv("GATEWAY_INTERFACE", "", 1);
	assert_false(gateway_is_cgi());
	/* FastCGI's socket, whatever the environment says. */
	environment(NULL);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa,
			     sizeof(sa.sun_family)),
	    0);
	assert_int_equal(listen(fd, 1), 0);
	(void)dup2(fd, STDIN_FILENO);
	assert_false(gateway_is_cgi());
	if (fd != STDIN_FILENO)
		close(fd);
	restore();
}

static void
check(const char *length, const char *sent, bool end, int status,
    const char *body)
{
	struct seen s;
	char out[8];

	memset(&s, 0, sizeof(s));
	environment(length);
	connect_pipes();
	assert_int_equal(write(to_input, sent, strlen(sent)), strlen(sent));
	if (end) {
		close(to_input);
		to_input = -1;
	}
	gateway_cgi_serve(300, serve, &s);
	assert_int_equal(read(from_output, out, sizeof(out)), 3);
	assert_memory_equal(out, "H\n\n", 3);
	/* The response ends with it, not with the process. */
	assert_int_equal(read(from_output, out, sizeof(out)), 0);
	restore();
	assert_int_equal(s.served, 1);
	assert_int_equal(s.status, status);
	if (status == 0)
		assert_string_equal(s.body, body);
}

static void
test_body(void **state)
{
	(void)state;
	check("5", "hello", true, 0, "hello");
	check("5", "hello", false, 0, "hello");
	check("0", "", false, 0, "");
	/* Without a length there is no body (RFC 3875, 4.1.2). */
	check(NULL, "hello", false, 0, "");
	check("", "hello", false, 0, "");
	/* What follows the body is not read. */
	check("5", "hello and more", false, 0, "hello");
	check("6", "hello", true, 400, "");
	check("6", "hello", false, 408, "");
	check("x", "hello", false, 400, "");
	check("-1", "hello", false, 400, "");
	check("5000", "hello", true, 413, "");
}

static void *
count_bytes(void *arg)
{
	static size_t total;
	char part[4096];
	ssize_t n;

	(void)arg;
	total = 0;
	while ((n = read(from_output, part, sizeof(part))) > 0)
		total += (size_t)n;
	return &total;
}

static void
test_large_answer(void **state)
{
	pthread_t reader;
	struct seen s;
	void *total;

	(void)state;
	memset(&s, 0, sizeof(s));
	s.answer = 3000000;
	environment(NULL);
	connect_pipes();
	assert_int_equal(pthread_create(&reader, NULL, count_bytes, NULL), 0);
	gateway_cgi_serve(300, serve, &s);
	pthread_join(reader, &total);
	restore();
	assert_int_equal(*(size_t *)total, s.answer + 3);
}

static void
test_reader_gone(void **state)
{
	struct seen s;

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	memset(&s, 0, sizeof(s));
	s.answer = 3000000;
	environment(NULL);
	connect_pipes();
	close(from_output);
	gateway_cgi_serve(300, serve, &s);
	from_output = dup(STDIN_FILENO);
	restore();
	assert_int_equal(s.served, 1);
}

static void
test_hand_over(void **state)
{
	struct seen s;
	char out[8];

	(void)state;
	memset(&s, 0, sizeof(s));
	s.answer = SIZE_MAX;
	environment(NULL);
	connect_pipes();
	gateway_cgi_serve(300, serve, &s);
	assert_int_equal(s.rc.request_id, 0);
	assert_true(s.rc.fd > STDERR_FILENO);
	assert_int_equal(fcntl(s.rc.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	/* What anybody prints is no part of the response. */
	assert_int_equal(write(STDOUT_FILENO, "stray", 5), 5);
	assert_int_equal(write(s.rc.fd, "mine", 4), 4);
	close(s.rc.fd);
	assert_int_equal(read(from_output, out, sizeof(out)), 4);
	assert_memory_equal(out, "mine", 4);
	assert_int_equal(read(from_output, out, sizeof(out)), 0);
	restore();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_cgi),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_large_answer),
		cmocka_unit_test(test_reader_gone),
		cmocka_unit_test(test_hand_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
