/* SPDX-License-Identifier: MIT */
/* Reading, following and replacing the small files of the administrator. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/base/files.h"

#define LOCK_POLL_NS 10000000L /* 10 ms between tries for the lock */
#define READ_PART 8192
#define FOLDER_SHOWN 160 /* bytes of a folder's name in an error */

/* The nearest folder above `path` that this process can see. */
static void
seen_folder(const char *path, char *out, size_t size, struct stat *st)
{
	snprintf(out, size, "%s", path);
	do {
		char *slash = strrchr(out, '/');

		if (slash == NULL)
			snprintf(out, size, ".");
		else
			slash[slash == out ? 1 : 0] = '\0';
	} while (stat(out, st) != 0 && strcmp(out, "/") != 0 &&
	    strcmp(out, ".") != 0);
}

/* Whose the file, or the folder that is in the way, is. */
static void
tell_access(const char *path, char *out, size_t size)
{
	char folder[FOLDER_SHOWN] = "it";
	struct stat st;

	if (stat(path, &st) != 0)
		seen_folder(path, folder, sizeof(folder), &st);
	snprintf(out, size, " (this is uid %lu; %s is uid %lu's, mode %04o)",
	    (unsigned long)geteuid(), folder, (unsigned long)st.st_uid,
	    (unsigned)st.st_mode & 07777);
}

/* Whether more than the file itself is missing. */
static void
tell_missing(const char *path, char *out, size_t size)
{
	char folder[FOLDER_SHOWN];
	struct stat st;

	seen_folder(path, folder, sizeof(folder), &st);
	if (strncmp(path, folder, strlen(folder)) == 0 &&
	    strchr(path + strlen(folder) + 1, '/') != NULL)
		snprintf(out, size, " (of its folders, there is only %s)",
		    folder);
}

int
file_error(char err[FILES_ERROR_MAX], const char *path, const char *what)
{
	int reason = errno;
	char more[FOLDER_SHOWN + 64] = "";

	if (reason == EACCES)
		tell_access(path, more, sizeof(more));
	else if (reason == ENOENT)
		tell_missing(path, more, sizeof(more));
	snprintf(err, FILES_ERROR_MAX, "%.200s: %s: %s%s", path, what,
	    strerror(reason), more);
	return -1;
}

struct files_stamp
file_stamp(const char *path)
{
	struct files_stamp s;
	struct stat st;

	memset(&s, 0, sizeof(s));
	if (stat(path, &st) != 0)
		return s;
	s.device = st.st_dev;
	s.inode = st.st_ino;
	s.size = st.st_size;
	s.modified = st.st_mtim;
	s.changed = st.st_ctim;
	return s;
}

bool
file_stamp_same(const struct files_stamp *a, const struct files_stamp *b)
{
	return a->device == b->device && a->inode == b->inode &&
	    a->size == b->size && a->modified.tv_sec == b->modified.tv_sec &&
	    a->modified.tv_nsec == b->modified.tv_nsec &&
	    a->changed.tv_sec == b->changed.tv_sec &&
	    a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Does the folder of `path`, which is cut there, belong to this user? */
static bool
has_folder(char *path, uid_t uid)
{
	char *slash = strrchr(path, '/');
	struct stat above;

	if (slash == NULL)
		return stat(".", &above) == 0 && above.st_uid == uid;
	slash[slash == path ? 1 : 0] = '\0';
	return stat(path, &above) == 0 && above.st_uid == uid;
}

/*
 * Who may write into the folder may put a file of their own there, or a link:
 * to a file of theirs in a folder of theirs, or to an older one of ours. One of
 * a stranger is not what root, we or whoever has the folder meant.
 */
bool
file_is_strangers(const char *path, const struct stat *st, uid_t trusted)
{
	char folder[PATH_MAX];
	struct stat named;

	if (lstat(path, &named) != 0)
		return true;
	if (S_ISLNK(named.st_mode)) {
		snprintf(folder, sizeof(folder), "%s", path);
		if (named.st_uid != 0 && named.st_uid != geteuid() &&
		    named.st_uid != trusted &&
		    !has_folder(folder, named.st_uid))
			return true;
	}
	if (st->st_uid == 0 || st->st_uid == geteuid() || st->st_uid == trusted)
		return false;
	return realpath(path, folder) == NULL ||
	    !has_folder(folder, st->st_uid);
}

/* Reads all of an open file. */
static int
read_all(int fd, const char *path, uid_t trusted, struct buf *out,
    char err[FILES_ERROR_MAX])
{
	char part[READ_PART];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return file_error(err, path, "cannot be read");
	if (!S_ISREG(st.st_mode)) {
		snprintf(err, FILES_ERROR_MAX, "%s: is not a regular file",
		    path);
		return -1;
	}
	if ((st.st_mode & S_IWOTH) != 0) {
		snprintf(err, FILES_ERROR_MAX,
		    "%s: everybody can write it; mode 0640 is meant", path);
		return -1;
	}
	if (file_is_strangers(path, &st, trusted)) {
		snprintf(err, FILES_ERROR_MAX,
		    "%s: must be owned by root, by the user who runs this or "
		    "by the owner of its folder, and so must a link to it",
		    path);
		return -1;
	}
	do {
		n = read(fd, part, sizeof(part));
		if (n < 0 && errno != EINTR)
			return file_error(err, path, "cannot be read");
		if (n > 0 && !buf_fits(out, (size_t)n)) {
			snprintf(err, FILES_ERROR_MAX,
			    "%s: larger than %zu bytes", path, out->max);
			return -1;
		}
		if (n > 0 && buf_append(out, part, (size_t)n) != 0) {
			snprintf(err, FILES_ERROR_MAX, "%s: out of memory",
			    path);
			return -1;
		}
	} while (n != 0);
	return 0;
}

int
file_read(const char *path, struct buf *out, char err[FILES_ERROR_MAX])
{
	return file_read_of(path, geteuid(), out, err);
}

int
file_read_of(const char *path, uid_t trusted, struct buf *out,
    char err[FILES_ERROR_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int rc;

	if (fd < 0)
		return file_error(err, path, "cannot be opened");
	rc = read_all(fd, path, trusted, out, err);
	close(fd);
	return rc;
}

/* Takes the lock within the time. */
static int
lock(int fd)
{
	uint64_t until = clock_mono_ms() + FILES_LOCK_WAIT;
	const struct timespec pause = { 0, LOCK_POLL_NS };

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EINTR && errno != EWOULDBLOCK)
			return -1;
		if (clock_mono_ms() >= until) {
			errno = ETIMEDOUT;
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return 0;
}

/*
 * Opens and locks the file that has the name once the lock is held: another
 * writer may have put a new one in its place while this one waited.
 */
static int
open_locked(const char *path, mode_t mode, char err[FILES_ERROR_MAX])
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

	if (mode != 0)
		flags |= O_CREAT;
	for (;;) {
		struct stat held, named;
		int fd = open(path, flags, mode);

		if (fd < 0)
			return file_error(err, path, "cannot be opened");
		if (lock(fd) != 0) {
			file_error(err, path, "cannot be locked");
			close(fd);
			return -1;
		}
		if (fstat(fd, &held) == 0 && stat(path, &named) == 0 &&
		    held.st_dev == named.st_dev && held.st_ino == named.st_ino)
			return fd;
		close(fd);
	}
}

int
file_edit_begin(struct files_edit *e, const char *path, size_t max, mode_t mode,
    char err[FILES_ERROR_MAX])
{
	e->path = NULL;
	buf_init(&e->text, max);
	e->fd = open_locked(path, mode, err);
	if (e->fd < 0)
		return -1;
	e->path = realpath(path, NULL);
	if (e->path == NULL) {
		file_error(err, path, "cannot be found");
		file_edit_end(e);
		return -1;
	}
	if (read_all(e->fd, path, geteuid(), &e->text, err) != 0) {
		file_edit_end(e);
		return -1;
	}
	return 0;
}

static int
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/*
 * Gives the new file the old one's owner and mode. A group that cannot be
 * kept gets no access instead of another group's.
 */
static int
keep_access(int fd, int old_fd)
{
	struct stat old;
	mode_t mode;

	if (fstat(old_fd, &old) != 0)
		return -1;
	mode = old.st_mode & 0777;
	if (fchown(fd, old.st_uid, old.st_gid) != 0 &&
	    fchown(fd, (uid_t)-1, old.st_gid) != 0)
		mode &= (mode_t)~070;
	return fchmod(fd, mode);
}

/* The folder's entry must be on disk too, or a crash brings the old back. */
static void
sync_folder(const char *path)
{
	char *folder = strdup(path);
	char *slash = folder != NULL ? strrchr(folder, '/') : NULL;
	int fd;

	if (slash != NULL) {
		slash[slash == folder ? 1 : 0] = '\0';
		fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			fsync(fd);
			close(fd);
		}
	}
	free(folder);
}

int
file_edit_commit(struct files_edit *e, const struct buf *text,
    char err[FILES_ERROR_MAX])
{
	char name[PATH_MAX];
	int fd;

	if (!buf_ok(text)) {
		snprintf(err, FILES_ERROR_MAX,
		    "%s: out of memory, or more than %zu bytes", e->path,
		    text->max);
		return -1;
	}
	if (snprintf(name, sizeof(name), "%s.new", e->path) >=
	    (int)sizeof(name)) {
		errno = ENAMETOOLONG;
		return file_error(err, e->path, "cannot be replaced");
	}
	/* The lock is ours, so a file of that name is a dead writer's. */
	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0)
		return file_error(err, name, "cannot be made");
	if (write_all(fd, buf_str(text), text->len) != 0 ||
	    keep_access(fd, e->fd) != 0 || fsync(fd) != 0 ||
	    rename(name, e->path) != 0) {
		file_error(err, name, "cannot be written");
		unlink(name);
		close(fd);
		return -1;
	}
	close(fd);
	sync_folder(e->path);
	return 0;
}

void
file_edit_end(struct files_edit *e)
{
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
	free(e->path);
	e->path = NULL;
	buf_wipe(&e->text);
}
