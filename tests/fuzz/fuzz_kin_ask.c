/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: older generations of the worker that answer as they like: late, twice,
 * with anything, not at all, or by going away. Aborts when two answer one
 * client, when none does, or when a descriptor is left open.
 *
 * The input is a list of steps: what is done, and to which of those that wait.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../unit/relay_help.h"
#include "fuzz.h"
#include "relay/kin.h"
#include "relay_fuzz.h"

#define ASKS_MAX 24
#define ELDERS 2
#define STEPS_MAX 60

/* One client's question, and what the elder that has it last has of it. */
struct asked {
	int ours;   /* the client's end */
	int client; /* what came to an elder; -1: nothing, or it is closed */
	int answer;
	bool taken; /* an elder has said so, while it could */
};

static struct asked asks[ASKS_MAX];
static size_t n_asks;
static int elders[ELDERS]; /* their ends; -1: gone */
static uint64_t ahead;	   /* ms that the clock has been put on */

/* The loop's clock is this one: silence costs no time here. */
int
clock_gettime(clockid_t id, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, id, t);

	t->tv_sec += (time_t)(ahead / 1000);
	return rc;
}

static void
begin(void)
{
	int pair[2];

	relay_fuzz_begin();
	relay.kin.heirs = -1;
	relay.kin.n_elders = ELDERS;
	for (unsigned i = 0; i < ELDERS; i++) {
		check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0,
			  pair) == 0);
		relay.kin.elders[i] = pair[1];
		elders[i] = pair[0];
	}
}

/* A client asks for a stream that is not here. */
static void
ask(unsigned kind)
{
	struct asked *a = &asks[n_asks];
	struct relay_job job;
	int pair[2];

	if (n_asks == ASKS_MAX)
		return;
	n_asks++;
	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	a->ours = pair[0];
	a->client = a->answer = -1;
	a->taken = false;
	memset(&job, 0, sizeof(job));
	job.op = kind % 2 == 0 ? RELAY_RESUME : RELAY_STOP;
	job.client.fd = pair[1];
	job.client.request_id = kind / 2 % 2;
	job.settings = settings_ref(relay_settings);
	strcpy(job.user, "ann");
	/* Which one it is, an elder can tell by the key. */
	job.key[0] = (char)('A' + n_asks - 1);
	relay_loop_do(relay_loop, &job);
}

/* Forgets what an elder has of a client. */
static void
drop(struct asked *a)
{
	if (a->client != -1)
		close(a->client);
	if (a->answer != -1)
		close(a->answer);
	a->client = a->answer = -1;
}

/* An elder reads a question. The key is at its place in kin.c. */
static void
hear(unsigned elder)
{
	static const size_t key =
	    16 + 4 + 4 + 8 + RELAY_DIGEST_LEN + RELAY_USER_MAX + 1;
	char text[2048];
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control;
	struct iovec iov = { text, sizeof(text) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	int fds[2];
	struct asked *a;
	ssize_t n;

	if (elders[elder] == -1)
		return;
	n = recvmsg(elders[elder], &msg, MSG_DONTWAIT);
	if (n <= 0)
		return;
	check((size_t)n > key && text[key] >= 'A' &&
	    (size_t)(text[key] - 'A') < n_asks);
	check(CMSG_FIRSTHDR(&msg) != NULL);
	memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fds));
	a = &asks[text[key] - 'A'];
	drop(a);
	a->client = fds[0];
	a->answer = fds[1];
}

static void
answer(struct asked *a, char what)
{
	bool first = a->answer != -1;

	if (!first ||
	    send(a->answer, &what, 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
		return;
	/* What is said after another word, or by none who still has it, is
	 * nothing. */
	if (what == 'Y' &&
	    send(a->client, "elder", 5, MSG_DONTWAIT | MSG_NOSIGNAL) == 5)
		a->taken = true;
	close(a->answer);
	a->answer = -1;
}

static void
step(unsigned what, unsigned which)
{
	static const char words[] = { 'Y', 'N', 'y', 0, (char)0xff };
	struct asked *a = n_asks > 0 ? &asks[which % n_asks] : NULL;

	switch (what % 8) {
	case 0:
	case 1:
		ask(which);
		break;
	case 2:
		hear(which % ELDERS);
		break;
	case 3:
		if (a != NULL)
			answer(a, words[what / 8 % sizeof(words)]);
		break;
	case 4:
		if (a != NULL)
			drop(a);
		break;
	case 5:
		if (elders[which % ELDERS] != -1)
			close(elders[which % ELDERS]);
		elders[which % ELDERS] = -1;
		break;
	case 6:
		ahead += which % 2 * 3000;
		break;
	default:
		break;
	}
	if (what < 0xc0)
		relay_turn();
}

/* What a client has got, and from whom. Everything is closed by now. */
static void
look(struct asked *a)
{
	struct buf text;
	bool ours;

	drop(a);
	buf_init(&text, 1 << 16);
	check(relay_read(a->ours, &text));
	/* A record of FastCGI has zeros in its head. */
	ours = memmem(buf_str(&text), text.len, "Status: ", 8) != NULL;
	check(ours != a->taken);
	buf_free(&text);
	close(a->ours);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	n_asks = 0;
	begin();
	for (size_t i = 0; i + 1 < size && i < 2 * STEPS_MAX; i += 2)
		step(data[i], data[i + 1]);
	kin_end(relay_loop);
	relay_turn();
	for (unsigned i = 0; i < ELDERS; i++) {
		/* What nobody has read is closed with its socket. */
		if (elders[i] != -1)
			close(elders[i]);
		close(relay.kin.elders[i]);
	}
	for (size_t i = 0; i < n_asks; i++)
		look(&asks[i]);
	relay_fuzz_end();
	return 0;
}
