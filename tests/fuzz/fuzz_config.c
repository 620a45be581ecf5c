/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as a configuration. Aborts when what was read does not
 * survive being written and read again, or when an error says nothing.
 */
#include "config.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confab/base/buf.h"
#include "confab/config/config.h"
#include "confab/provider/provider.h"
#include "fuzz.h"

/* Reads a text by way of a file that is in memory only. */
static struct config *
read_text(const void *text, size_t len)
{
	char path[64], err[CONFIG_ERROR_MAX];
	struct config *c;
	int fd;

	fd = memfd_create("config", MFD_CLOEXEC);
	if (fd == -1 || write(fd, text, len) != (ssize_t)len ||
	    fchmod(fd, 0600) == -1)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	c = config_read(path, provider_kinds, err);
	if ((c == NULL) != (err[0] != '\0'))
		abort();
	if (c == NULL && strchr(err, '\n') != NULL)
		abort();
	close(fd);
	return c;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf one, two;
	struct config *c = read_text(data, size);

	if (c == NULL)
		return 0;
	buf_init(&one, 1 << 24);
	buf_init(&two, 1 << 24);
	if (config_dump(c, &one) != 0)
		abort();
	config_free(c);
	c = read_text(one.data, one.len);
	if (c == NULL)
		abort();
	if (config_dump(c, &two) != 0 || one.len != two.len ||
	    memcmp(one.data, two.data, one.len) != 0)
		abort();
	config_free(c);
	buf_free(&one);
	buf_free(&two);
	return 0;
}
