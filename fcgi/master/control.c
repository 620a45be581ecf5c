/* SPDX-License-Identifier: MIT */
/*
 * The master's socket for confabctl.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confab/system/unix_socket.h"

#include "control.h"

#define UPGRADE "upgrade\n"
#define DRAIN "drain\n"

int
control_open(const char *path)
{
	struct sockaddr_un sa;
	mode_t old;
	int fd, rc;

	if (unix_socket_address(&sa, path) == -1 ||
	    unix_socket_clear(&sa) == -1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	old = umask(0177);
	rc = bind(fd, (const struct sockaddr *)&sa, sizeof(sa));
	umask(old);
	if (rc == 0 && listen(fd, MASTER_CLIENTS_MAX) == 0)
		return fd;
	rc = errno;
	close(fd);
	errno = rc;
	return -1;
}

void
control_remove(int fd, const char *path)
{
	struct sockaddr_un sa;

	if (fd == -1)
		return;
	close(fd);
	/* A name that is live now is another master's. */
	if (unix_socket_address(&sa, path) == 0 && unix_socket_is_dead(&sa))
		(void)unlink(path);
}

void
control_init(struct control_clients *c)
{
	for (int i = 0; i < MASTER_CLIENTS_MAX; i++)
		c->at[i].fd = -1;
}

static void
answer(struct control_client *client, const char *line)
{
	(void)send(client->fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
	close(client->fd);
	client->fd = -1;
}

void
control_accept(struct control_clients *c, int fd, uint64_t now)
{
	struct control_client new = { accept4(fd, NULL, NULL,
					  SOCK_CLOEXEC | SOCK_NONBLOCK),
		0, now + MASTER_CLIENT_WAIT };

	for (int i = 0; new.fd != -1 && i < MASTER_CLIENTS_MAX; i++)
		if (c->at[i].fd == -1) {
			c->at[i] = new;
			return;
		}
	if (new.fd != -1)
		answer(&new, "failed others are asking, too\n");
}

enum control_word
control_read(struct control_client *client)
{
	char word[MASTER_WORD_MAX];
	ssize_t n = recv(client->fd, word, sizeof(word), 0);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return CONTROL_NONE;
	/* So short a word comes in one piece. */
	if (client->want == 0 && n == sizeof(UPGRADE) - 1 &&
	    memcmp(word, UPGRADE, (size_t)n) == 0)
		return CONTROL_UPGRADE;
	if (client->want == 0 && n == sizeof(DRAIN) - 1 &&
	    memcmp(word, DRAIN, (size_t)n) == 0)
		return CONTROL_DRAIN;
	close(client->fd);
	client->fd = -1;
	return CONTROL_GONE;
}

void
control_answer(struct control_clients *c, uint32_t number, const char *line)
{
	for (int i = 0; i < MASTER_CLIENTS_MAX; i++)
		if (c->at[i].fd != -1 && c->at[i].want > 0 &&
		    c->at[i].want <= number)
			answer(&c->at[i], line);
}

void
control_answer_drain(struct control_clients *c, const char *line)
{
	for (int i = 0; i < MASTER_CLIENTS_MAX; i++)
		if (c->at[i].fd != -1 && c->at[i].want == CONTROL_ALL)
			answer(&c->at[i], line);
}

void
control_due(struct control_clients *c, uint64_t now)
{
	for (int i = 0; i < MASTER_CLIENTS_MAX; i++)
		if (c->at[i].fd != -1 && c->at[i].want == 0 &&
		    now >= c->at[i].until) {
			close(c->at[i].fd);
			c->at[i].fd = -1;
		}
}

void
control_close(struct control_clients *c)
{
	for (int i = 0; i < MASTER_CLIENTS_MAX; i++)
		if (c->at[i].fd != -1)
			close(c->at[i].fd);
	control_init(c);
}
