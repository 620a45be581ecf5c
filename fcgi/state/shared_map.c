/* SPDX-License-Identifier: MIT */
/* Mapping and locking a file that processes share. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared_map.h"

int
shared_map_init(struct shared_map *m, const char *path, size_t size)
{
	memset(m, 0, sizeof(*m));
	m->fd = -1;
	m->size = size;
	m->path = strdup(path);
	if (m->path == NULL)
		return -1;
	if (pthread_mutex_init(&m->lock, NULL) != 0) {
		free(m->path);
		return -1;
	}
	return 0;
}

/* Opens the file by its name, if it is one that can be trusted. */
static int
open_file(const char *path, char err[CONFIG_ERROR_MAX])
{
	struct stat st;
	int fd = open(path,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd < 0) {
		snprintf(err, CONFIG_ERROR_MAX, "%.400s: cannot be opened: %s",
		    path, strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 022) != 0) {
		snprintf(err, CONFIG_ERROR_MAX,
		    "%.400s: must be a regular file of user %lu that nobody "
		    "else can write",
		    path, (unsigned long)geteuid());
		close(fd);
		return -1;
	}
	return fd;
}

/* Gives the file its size, with its blocks: a hole could end in SIGBUS. */
static int
size_file(struct shared_map *m)
{
	int rc;

	if (ftruncate(m->fd, (off_t)m->size) != 0)
		return -1;
	rc = posix_fallocate(m->fd, 0, (off_t)m->size);
	if (rc != 0 && rc != EOPNOTSUPP && rc != EINVAL) {
		errno = rc;
		return -1;
	}
	return 0;
}

static void
unmap(struct shared_map *m)
{
	if (m->data != NULL)
		munmap(m->data, m->size);
	m->data = NULL;
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
}

static int
lock_file(int fd)
{
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

static int
say(char err[CONFIG_ERROR_MAX], const struct shared_map *m)
{
	snprintf(err, CONFIG_ERROR_MAX, "%.400s: cannot be used: %s", m->path,
	    strerror(errno));
	return -1;
}

/* Is it the file that has the name now? Another may have been put there. */
static bool
is_named(const struct shared_map *m, const struct stat *held)
{
	struct stat named;

	return held->st_nlink > 0 && lstat(m->path, &named) == 0 &&
	    named.st_dev == held->st_dev && named.st_ino == held->st_ino;
}

/* Opens and locks the file that has the name now. */
static int
acquire(struct shared_map *m, struct stat *st, char err[CONFIG_ERROR_MAX])
{
	for (;;) {
		if (m->fd < 0 && (m->fd = open_file(m->path, err)) < 0)
			return -1;
		if (lock_file(m->fd) != 0 || fstat(m->fd, st) != 0)
			return say(err, m);
		if (is_named(m, st))
			return 0;
		unmap(m);
	}
}

int
shared_map_lock(struct shared_map *m, bool *fresh, char err[CONFIG_ERROR_MAX])
{
	struct stat st;

	pthread_mutex_lock(&m->lock);
	if (acquire(m, &st, err) != 0)
		goto fail;
	*fresh = st.st_size != (off_t)m->size;
	if (*fresh && size_file(m) != 0) {
		say(err, m);
		goto fail;
	}
	if (m->data != NULL)
		return 0;
	m->data =
	    mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, 0);
	if (m->data != MAP_FAILED)
		return 0;
	m->data = NULL;
	say(err, m);
fail:
	unmap(m);
	pthread_mutex_unlock(&m->lock);
	return -1;
}

void
shared_map_unlock(struct shared_map *m)
{
	(void)flock(m->fd, LOCK_UN);
	pthread_mutex_unlock(&m->lock);
}

void
shared_map_release(struct shared_map *m)
{
	/* Of a shared mapping the pages themselves stay in the file. */
	(void)madvise(m->data, m->size, MADV_DONTNEED);
}

void
shared_map_free(struct shared_map *m)
{
	unmap(m);
	pthread_mutex_destroy(&m->lock);
	free(m->path);
}
