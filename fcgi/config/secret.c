/* SPDX-License-Identifier: MIT */
/*
 * Secrets come from files that nobody else can read, or from systemd.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "confab/base/files.h"
#include "confab/config/config.h"

static const char credential[] = "credential:";

/*
 * The file of a name. systemd's folder of credentials is private to the
 * service, and its files are mode 0400 or 0440 of a user of its choice, so
 * they are taken as they are. Returns the mask of bits that must be off.
 */
static int
secret_path(const char *name, char *path, size_t size, mode_t *mask,
    char err[CONFIG_ERROR_MAX])
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	const char *id = name + sizeof(credential) - 1;
	int n;

	*mask = 077;
	if (strncmp(name, credential, sizeof(credential) - 1) != 0) {
		n = snprintf(path, size, "%s", name);
	} else {
		*mask = 007;
		if (dir == NULL || dir[0] != '/') {
			snprintf(err, CONFIG_ERROR_MAX,
			    "%.400s: systemd has passed no credentials", name);
			return -1;
		}
		if (*id == '\0' || *id == '.' || strchr(id, '/') != NULL) {
			snprintf(err, CONFIG_ERROR_MAX,
			    "%.400s: is no name of a credential", name);
			return -1;
		}
		n = snprintf(path, size, "%s/%s", dir, id);
	}
	if (n < 0 || (size_t)n >= size) {
		snprintf(err, CONFIG_ERROR_MAX, "%.400s: the name is too long",
		    name);
		return -1;
	}
	return 0;
}

uid_t
config_worker(const struct config *c)
{
	const struct passwd *pw;

	if (geteuid() != 0 || c->user == NULL)
		return geteuid();
	pw = getpwnam(c->user);
	return pw != NULL ? pw->pw_uid : 0;
}

/* `what` of it is wrong, if anything is. */
static int
complain(const char *name, const char *what, char err[CONFIG_ERROR_MAX])
{
	if (what == NULL)
		return 0;
	snprintf(err, CONFIG_ERROR_MAX, "%.400s: %s", name, what);
	return -1;
}

static int
check_stat(const char *name, const struct stat *st, mode_t mask, size_t max,
    char err[CONFIG_ERROR_MAX])
{
	const char *what = NULL;

	if (!S_ISREG(st->st_mode))
		what = "is not a regular file";
	else if ((st->st_mode & mask) != 0)
		what = "others can read or write it; its mode must be 0600 or "
		       "0400";
	else if (st->st_size < 0 || (uint64_t)st->st_size > max + 2)
		what = "is too large for a secret";
	return complain(name, what, err);
}

/* systemd's folder of credentials is its own matter. */
static int
check_owner(const char *name, const char *path, const struct stat *st,
    mode_t mask, uid_t worker, char err[CONFIG_ERROR_MAX])
{
	const char *what = NULL;

	if (mask == 077 && file_is_strangers(path, st, worker))
		what = "must be owned by root, by the user who runs this or "
		       "by the owner of its folder, and so must a link to it";
	return complain(name, what, err);
}

/* Reads at most size bytes. Returns how many, or -1. */
static ssize_t
read_whole(int fd, char *out, size_t size)
{
	size_t have = 0;
	ssize_t n;

	while (have < size) {
		n = read(fd, out + have, size - have);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

static char *
read_secret(int fd, const char *name, size_t max, size_t *len,
    char err[CONFIG_ERROR_MAX])
{
	/* Room for "\r\n" and for one byte that shows there is more. */
	size_t size = max + 3;
	char *text = malloc(size + 1);
	ssize_t n = -1;

	if (text != NULL)
		n = read_whole(fd, text, size);
	if (n < 0) {
		snprintf(err, CONFIG_ERROR_MAX, "%.400s: %s", name,
		    strerror(text == NULL ? ENOMEM : errno));
		goto fail;
	}
	if (n > 0 && text[n - 1] == '\n')
		n--;
	if (n > 0 && text[n - 1] == '\r')
		n--;
	if (n == 0 || (size_t)n > max) {
		snprintf(err, CONFIG_ERROR_MAX, "%.400s: is %s", name,
		    n == 0 ? "empty" : "too large for a secret");
		goto fail;
	}
	text[n] = '\0';
	*len = (size_t)n;
	return text;
fail:
	if (text != NULL)
		OPENSSL_cleanse(text, size);
	free(text);
	return NULL;
}

char *
config_secret(const char *name, uid_t worker, size_t max, size_t *len,
    char err[CONFIG_ERROR_MAX])
{
	char path[4096], *text = NULL;
	struct stat st;
	mode_t mask;
	int fd;

	if (secret_path(name, path, sizeof(path), &mask, err) != 0)
		return NULL;
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &st) == -1)
		(void)file_error(err, path, "cannot be opened");
	else if (check_stat(name, &st, mask, max, err) == 0 &&
	    check_owner(name, path, &st, mask, worker, err) == 0)
		text = read_secret(fd, name, max, len, err);
	if (fd != -1)
		close(fd);
	return text;
}
