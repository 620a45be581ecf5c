/* SPDX-License-Identifier: MIT */
/*
 * Asking older generations for a stream, and answering newer ones.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confab/base/log.h"
#include "confab/relay/job.h"

#include "job_refuse.h"
#include "kin.h"
#include "relay_loop.h"

/* The form of a question. Another one gets another mark, and who does not know
 * a mark has no such stream. */
#define MARK "confab stream 1"
/* One with an answer behind it, to a call that may wait there. */
#define MARK_ANSWER "confab answer 1"
#define ANSWER_HEAD offsetof(struct tool_answer, text)
#define TAKEN 'Y'
#define UNKNOWN 'N'
#define AT_ONCE 64 /* questions that are read in one turn */

struct question {
	char mark[16];
	uint32_t op;
	int32_t request_id;
	uint64_t last_event_id;
	unsigned char digest[RELAY_DIGEST_LEN];
	char user[RELAY_USER_MAX + 1];
	char key[RELAY_KEY_MAX + 1];
	char extra_headers[sizeof(((struct relay_job *)NULL)->extra_headers)];
};

/* A question that waits for its answer. */
struct kin_ask {
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned handles; /* not yet closed */
	struct relay_loop *loop;
	struct kin_ask *next, **at;
	struct relay_job job;
	unsigned elder;
	int fd;
};

union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(2 * sizeof(int))];
};

/* ---- The one that asks ----------------------------------------------------- */

static void
write_question(struct question *q, const struct relay_job *job, bool answers)
{
	memset(q, 0, sizeof(*q));
	memcpy(q->mark, answers ? MARK_ANSWER : MARK, sizeof(q->mark));
	q->op = (uint32_t)job->op;
	q->request_id = job->client.request_id;
	q->last_event_id = job->last_event_id;
	memcpy(q->digest, job->digest, sizeof(q->digest));
	memcpy(q->user, job->user, sizeof(q->user));
	memcpy(q->key, job->key, sizeof(q->key));
	memcpy(q->extra_headers, job->extra_headers, sizeof(q->extra_headers));
}

/* Sends the connection with its question, and what a person said (NULL: nobody
 * said anything). Returns 0 or an error. */
static int
send_question(int to, const struct relay_job *job, struct tool_answer *said,
    int answer)
{
	const int fds[2] = { job->client.fd, answer };
	const size_t len = said != NULL ? ANSWER_HEAD + said->len : 0;
	struct question q;
	struct iovec iov[2] = { { &q, sizeof(q) }, { said, len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	union control control;
	struct cmsghdr *c;
	ssize_t n;

	write_question(&q, job, said != NULL);
	memset(&control, 0, sizeof(control));
	msg.msg_control = control.bytes;
	msg.msg_controllen = sizeof(control.bytes);
	c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	n = sendmsg(to, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	return n == (ssize_t)(sizeof(q) + len) ? 0 : n == -1 ? errno : EMSGSIZE;
}

static void
on_closed(uv_handle_t *handle)
{
	struct kin_ask *a = handle->data;

	if (--a->handles == 0)
		free(a);
}

/* Takes the job out of a question, which is over. */
static void
end_ask(struct kin_ask *a, struct relay_job *job)
{
	*job = a->job;
	*a->at = a->next;
	if (a->next != NULL)
		a->next->at = a->at;
	a->loop->n_asks--;
	uv_close((uv_handle_t *)&a->poll, on_closed);
	uv_close((uv_handle_t *)&a->timer, on_closed);
	close(a->fd);
}

/* The connection is the older generation's. */
static void
let_go(struct relay_job *job)
{
	close(job->client.fd);
	relay_job_free(job);
}

static void
on_answer(uv_poll_t *poll, int status, int events)
{
	struct kin_ask *a = poll->data;
	struct relay_loop *l = a->loop;
	struct relay_job job;
	char answer = UNKNOWN;

	(void)status;
	(void)events;
	if (recv(a->fd, &answer, 1, MSG_DONTWAIT) == -1 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	end_ask(a, &job);
	if (answer == TAKEN)
		let_go(&job);
	else if (!kin_ask(l, &job))
		relay_loop_do(l, &job);
}

/* Waits no longer. Returns whether the connection had been taken. */
static bool
give_up(struct kin_ask *a)
{
	struct relay_job job;
	char answer = UNKNOWN;

	/* From here on it cannot be taken; it may have been before. */
	(void)shutdown(a->fd, SHUT_RD);
	(void)recv(a->fd, &answer, 1, MSG_DONTWAIT);
	end_ask(a, &job);
	if (answer == TAKEN)
		let_go(&job);
	else
		job_refuse(&job);
	return answer == TAKEN;
}

static void
on_silence(uv_timer_t *timer)
{
	struct kin_ask *a = timer->data;
	struct relay *r = a->loop->relay;
	unsigned elder = a->elder;

	if (!give_up(a) && !atomic_exchange(&r->elder_gone[elder], true))
		log_msg(LOG_LEVEL_WARN,
		    "an older generation does not answer, and is not asked "
		    "again");
}

/* Waits for the answer on `fd`, which is taken over. True when it does; else
 * the job is still the caller's. */
static bool
wait_for(struct relay_loop *l, struct relay_job *job, unsigned elder, int fd)
{
	struct kin_ask *a = calloc(1, sizeof(*a));

	if (a == NULL || uv_poll_init(&l->base.uv, &a->poll, fd) != 0) {
		free(a);
		close(fd);
		return false;
	}
	uv_timer_init(&l->base.uv, &a->timer);
	a->handles = 2;
	a->poll.data = a;
	a->timer.data = a;
	a->loop = l;
	a->fd = fd;
	a->elder = elder;
	a->job = *job;
	a->at = &l->asks;
	a->next = l->asks;
	if (a->next != NULL)
		a->next->at = &a->next;
	l->asks = a;
	l->n_asks++;
	uv_poll_start(&a->poll, UV_READABLE, on_answer);
	uv_timer_start(&a->timer, on_silence, KIN_WAIT, 0);
	return true;
}

/* Returns 0 when it was asked and the job is taken over, or an error. */
static int
ask_one(struct relay_loop *l, struct relay_job *job, unsigned elder)
{
	struct tool_answer *said;
	int pair[2], error;

	if (l->n_asks >= KIN_ASKS_MAX)
		return EAGAIN;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return errno;
	said = job->tool != NULL ? tool_call_answer(job->tool) : NULL;
	error = send_question(l->relay->kin.elders[elder], job, said, pair[1]);
	free(said);
	close(pair[1]);
	if (error != 0) {
		close(pair[0]);
		return error;
	}
	/* What cannot wait is not taken twice: our end is closed by then. */
	return wait_for(l, job, elder, pair[0]) ? 0 : ENOMEM;
}

bool
kin_ask(struct relay_loop *l, struct relay_job *job)
{
	struct relay *r = l->relay;
	unsigned elder;
	int error;

	while (!job->guest && job->elders < r->kin.n_elders) {
		elder = job->elders++;
		if (atomic_load(&r->elder_gone[elder]))
			continue;
		error = ask_one(l, job, elder);
		if (error == EPIPE || error == ECONNRESET ||
		    error == ENOTCONN) {
			atomic_store(&r->elder_gone[elder], true);
			continue;
		}
		if (error != 0)
			job_refuse(job);
		memset(job, 0, sizeof(*job));
		job->client.fd = -1;
		return true;
	}
	return false;
}

void
kin_end(struct relay_loop *l)
{
	while (l->asks != NULL)
		(void)give_up(l->asks);
}

/* ---- The one that is asked -------------------------------------------------- */

/* True for a question with an answer behind it, which is `len` bytes. */
static bool
is_answer(const struct question *q, const struct tool_answer *said, size_t len)
{
	return memcmp(q->mark, MARK_ANSWER, sizeof(MARK_ANSWER)) == 0 &&
	    q->op == RELAY_CHAT && said != NULL && len >= ANSWER_HEAD &&
	    said->len == len - ANSWER_HEAD;
}

/* The same for one about a key alone. */
static bool
is_plain(const struct question *q, size_t len)
{
	return memcmp(q->mark, MARK, sizeof(MARK)) == 0 &&
	    q->op <= RELAY_STOP && q->key[0] != '\0' && len == 0;
}

/* Takes over `said` where it is an answer. False when what came is no
 * question. */
static bool
read_question(const struct question *q, struct tool_answer **said, size_t len,
    struct relay_job *job)
{
	bool answers;

	if (len < sizeof(*q))
		return false;
	len -= sizeof(*q);
	answers = is_answer(q, *said, len);
	if ((!answers && !is_plain(q, len)) ||
	    memchr(q->user, '\0', sizeof(q->user)) == NULL ||
	    memchr(q->key, '\0', sizeof(q->key)) == NULL ||
	    memchr(q->extra_headers, '\0', sizeof(q->extra_headers)) == NULL)
		return false;
	job->op = (enum relay_op)q->op;
	job->client.request_id = q->request_id;
	job->last_event_id = q->last_event_id;
	memcpy(job->digest, q->digest, sizeof(job->digest));
	memcpy(job->user, q->user, sizeof(job->user));
	memcpy(job->key, q->key, sizeof(job->key));
	memcpy(job->extra_headers, q->extra_headers, sizeof(q->extra_headers));
	if (answers) {
		job->answer = *said;
		*said = NULL;
	}
	return true;
}

/* The two descriptors that came along; any others are closed. */
static bool
take_descriptors(struct msghdr *msg, int fds[2])
{
	struct cmsghdr *c;
	size_t n = 0, i;
	int fd;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(fd); i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (n < 2)
				fds[n++] = fd;
			else
				close(fd);
		}
	}
	if (n == 1)
		close(fds[0]);
	return n == 2;
}

/* One question; false when there is none now. An empty one looks like the end,
 * but brings its descriptors along. `said` is where an answer comes to. */
static bool
hear(struct relay_loop *l, int from, struct tool_answer **said)
{
	struct question q;
	struct iovec iov[2] = { { &q, sizeof(q) }, { *said, sizeof(**said) } };
	union control control;
	struct msghdr msg = { .msg_iov = iov,
		.msg_iovlen = *said != NULL ? 2 : 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct relay_job job;
	int fds[2];
	ssize_t n;

	n = recvmsg(from, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n == -1)
		return false;
	if (!take_descriptors(&msg, fds))
		return n > 0;
	memset(&job, 0, sizeof(job));
	job.guest = true;
	job.heir = fds[1];
	job.client.fd = fds[0];
	job.settings = settings_current();
	if (read_question(&q, said, (size_t)n, &job))
		relay_submit(l->relay, &job);
	else
		kin_pass(&job);
	return true;
}

static void
on_question(uv_poll_t *poll, int status, int events)
{
	struct relay_loop *l = poll->data;
	struct tool_answer *said = NULL;
	bool heard = status == 0;

	(void)events;
	for (int i = 0; heard && i < AT_ONCE; i++) {
		if (said == NULL)
			said = malloc(sizeof(*said));
		heard = hear(l, l->relay->kin.heirs, &said);
	}
	free(said);
	/* An error here would come again at once, for ever. */
	if (status != 0)
		uv_poll_stop(poll);
}

int
kin_listen(struct relay_loop *l, int fd)
{
	if (uv_poll_init(&l->base.uv, &l->heirs, fd) != 0)
		return -1;
	l->heirs.data = l;
	return uv_poll_start(&l->heirs, UV_READABLE, on_question) == 0 ? 0 : -1;
}

/* Says one byte to who has asked. */
static bool
say(struct relay_job *job, char answer)
{
	bool said =
	    send(job->heir, &answer, 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1;

	close(job->heir);
	job->guest = false;
	return said;
}

bool
kin_take(struct relay_job *job)
{
	return !job->guest || say(job, TAKEN);
}

void
kin_pass(struct relay_job *job)
{
	(void)say(job, UNKNOWN);
	close(job->client.fd);
	job->client.fd = -1;
	relay_job_free(job);
}
