/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as a list of passwords, and any password that is looked up in
 * it. Aborts when it is found where no line has it, or not found where one does.
 *
 * The input is a byte of length, so many bytes of a password, and the list.
 */
#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "confab/identity/common.h"
#include "confab/identity/common_file.h"
#include "fuzz.h"

/* Is it a line of the list? Of one without zeros, which end a line's text. */
static bool
is_line(const char *list, size_t size, const char *password, size_t len)
{
	const char *end = list + size, *stop;

	for (; list < end; list = stop + 1) {
		size_t n;

		stop = memchr(list, '\n', (size_t)(end - list));
		if (stop == NULL)
			stop = end;
		n = (size_t)(stop - list);
		if (n + (stop < end) >= COMMON_FILE_LINE)
			continue;
		while (n > 0 && list[n - 1] == '\r')
			n--;
		if (n == len && n > 0 &&
		    (n < 9 || memcmp(list, "#!comment", 9) != 0) &&
		    strncasecmp(list, password, n) == 0)
			return true;
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[32];
	char password[256];
	struct config_password p = { .lists = { .words = { path }, .n = 1 } };
	const char *list;
	size_t len;
	bool found;

	if (fd == -1) {
		fd = memfd_create("list", MFD_CLOEXEC);
		check(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (size == 0)
		return 0;
	len = data[0] < size ? data[0] : size - 1;
	memcpy(password, data + 1, len);
	password[len] = '\0';
	list = (const char *)data + 1 + len;
	size -= 1 + len;
	check(ftruncate(fd, 0) == 0);
	check(pwrite(fd, list, size, 0) == (ssize_t)size);
	found = common_file_has(&p, password, len);
	if (memchr(list, '\0', size) == NULL && strlen(password) == len)
		check(found == is_line(list, size, password, len));
	(void)password_common(password, len, len > 0 ? password + 1 : "");
	return 0;
}
