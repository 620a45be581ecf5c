/* SPDX-License-Identifier: MIT */
/*
 * Reading the configuration file: its bytes, then its options, then what they
 * say together.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confab/base/buf.h"
#include "confab/base/utf8.h"

#include "check.h"
#include "file.h"
#include "reader.h"

#define CONFIG_FILE_MAX (1024 * 1024) /* bytes of the file */
#define READ_PART 8192

static int
read_fd(struct config_reader *r, int fd, struct buf *text)
{
	char part[READ_PART];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == -1)
		return config_fail(r, 0, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return config_fail(r, 0, "is not a regular file");
	if ((st.st_mode & S_IWOTH) != 0)
		return config_fail(r, 0, "everybody can write it");
	do {
		n = read(fd, part, sizeof(part));
		if (n == -1 && errno != EINTR)
			return config_fail(r, 0, "%s", strerror(errno));
		if (n > 0 && !buf_fits(text, (size_t)n))
			return config_fail(r, 0, "is larger than %d bytes",
			    CONFIG_FILE_MAX);
		if (n > 0 && buf_append(text, part, (size_t)n) == -1)
			return config_fail(r, 0, "out of memory");
	} while (n != 0);
	return 0;
}

/* The line of the byte at `at`. */
static unsigned
line_at(const struct buf *text, size_t at)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < at; i++)
		line += text->data[i] == '\n';
	return line;
}

static int
read_text(struct config_reader *r, struct buf *text)
{
	size_t good;
	int fd, rc;

	fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1)
		return config_fail(r, 0, "%s", strerror(errno));
	rc = read_fd(r, fd, text);
	close(fd);
	if (rc != 0)
		return -1;
	good = utf8_valid_prefix(buf_str(text), text->len);
	if (good < text->len)
		return config_fail(r, line_at(text, good), "is not UTF-8");
	good = strlen(buf_str(text));
	if (good < text->len)
		return config_fail(r, line_at(text, good), "has a NUL byte");
	return 0;
}

/* The folder of the file, for the names that are relative to it. */
static char *
folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	if (slash == path)
		return strdup("/");
	return strndup(path, (size_t)(slash - path));
}

static int
read_into(struct config_reader *r)
{
	struct buf text;
	int rc;

	r->dir = folder(r->path);
	r->config->path = strdup(r->path);
	if (r->dir == NULL || r->config->path == NULL)
		return config_fail(r, 0, "out of memory");
	buf_init(&text, CONFIG_FILE_MAX);
	rc = read_text(r, &text);
	if (rc == 0)
		rc = config_file_parse(r, buf_str(&text));
	buf_free(&text);
	return rc == 0 ? config_check(r) : -1;
}

struct config *
config_read(const char *path, const struct config_kind *const *kinds,
    char err[CONFIG_ERROR_MAX])
{
	struct config_reader r = { .path = path, .kinds = kinds, .err = err };
	int rc;

	err[0] = '\0';
	r.config = calloc(1, sizeof(*r.config));
	if (r.config == NULL) {
		config_fail(&r, 0, "out of memory");
		return NULL;
	}
	rc = read_into(&r);
	free(r.dir);
	free(r.places);
	if (rc == 0)
		return r.config;
	config_free(r.config);
	return NULL;
}
