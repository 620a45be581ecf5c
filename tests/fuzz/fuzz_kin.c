/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any messages from a newer generation of the worker, which may have
 * been taken over, with any number of descriptors. Aborts when a descriptor that
 * came along is left open, or when who asks gets more than one answer.
 *
 * The input is a list of messages: a byte that says how many descriptors come
 * along and how long it is, one that says where it differs from a good question,
 * and up to fifteen bytes that are put there. Every other one has an answer to a
 * call behind it.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit/relay_help.h"
#include "fuzz.h"
#include "relay/kin.h"
#include "relay_fuzz.h"

#define MESSAGES_MAX 16
#define FDS_MAX 4
#define CHANGE_MAX 15

/* As kin.c has it: the mark, what is asked, the user, the key, headers. */
#define MARK 16
#define OP MARK
#define USER (OP + 4 + 4 + 8 + RELAY_DIGEST_LEN)
#define KEY (USER + RELAY_USER_MAX + 1)
#define HEADERS (KEY + RELAY_KEY_MAX + 1)
#define WHOLE                                                                \
	((HEADERS + sizeof(((struct relay_job *)NULL)->extra_headers) + 7) & \
	    ~(size_t)7)

#define ANSWER offsetof(struct tool_answer, text)
#define SAID "{\"1\":{\"action\":\"accept\"}}"

static int ends[MESSAGES_MAX * FDS_MAX]; /* our ends of what came along */
static size_t n_ends;

static void
begin(int heirs)
{
	relay_fuzz_begin();
	relay.kin.heirs = heirs;
	check(kin_listen(relay_loop, heirs) == 0);
}

/* Puts a good answer behind a question. Returns how long both are. */
static size_t
put_answer(char *text)
{
	const uint32_t numbers[2] = { 1, sizeof(SAID) - 1 };

	memcpy(text, "confab answer 1", MARK);
	memcpy(text + WHOLE + offsetof(struct tool_answer, stream), numbers,
	    sizeof(numbers));
	memcpy(text + WHOLE + ANSWER, SAID, sizeof(SAID) - 1);
	return WHOLE + ANSWER + sizeof(SAID) - 1;
}

/* Sends one message. Returns how much of the input it was. */
static size_t
tell(int to, bool answers, const uint8_t *data, size_t size)
{
	char text[WHOLE + ANSWER + sizeof(SAID) + CHANGE_MAX] =
	    "confab stream 1";
	size_t n_fds = data[0] % (FDS_MAX + 1), at, n, len, whole;
	int fds[FDS_MAX], pair[2];
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(fds))];
	} control;
	struct iovec iov = { text, 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	strcpy(text + USER, "ann");
	strcpy(text + KEY, RELAY_KEY);
	text[OP] = (char)(data[0] / 8 % 4);
	len = whole = answers ? put_answer(text) : WHOLE;
	at = data[1] * 4U % whole;
	n = size - 2 < data[0] / 32U * 2 ? size - 2 : data[0] / 32U * 2;
	memcpy(text + at, data + 2, n);
	if (data[1] >= 0xf8)
		len = (data[1] & 7U) * (whole + CHANGE_MAX) / 7;
	iov.iov_len = len;
	for (size_t i = 0; i < n_fds; i++) {
		check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
		fds[i] = pair[1];
		ends[n_ends++] = pair[0];
	}
	if (n_fds > 0) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.head), fds, n_fds * sizeof(int));
	}
	check(sendmsg(to, &msg, MSG_NOSIGNAL) == (ssize_t)len);
	for (size_t i = 0; i < n_fds; i++)
		close(fds[i]);
	return 2 + n;
}

/* Everything that came along is closed by now. */
static void
look_at_ends(void)
{
	char text[4096];
	ssize_t n;

	for (size_t i = 0; i < n_ends; i++) {
		while (
		    (n = recv(ends[i], text, sizeof(text), MSG_DONTWAIT)) > 0)
			;
		check(n == 0);
		close(ends[i]);
	}
	n_ends = 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int pair[2], owner;

	check(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	begin(pair[1]);
	owner = relay_ask(RELAY_KEY, true, true);
	relay_chunk(3);
	for (int i = 0; i < MESSAGES_MAX && size >= 2; i++) {
		size_t n = tell(pair[0], i % 2 == 1, data, size);

		data += n;
		size -= n;
		relay_turn();
	}
	relay_turn();
	relay_turn();
	relay_fuzz_end();
	close(owner);
	look_at_ends();
	close(pair[0]);
	close(pair[1]);
	return 0;
}
