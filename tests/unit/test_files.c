/* SPDX-License-Identifier: MIT */
/* Replacing a file: whole or not at all, with no writer's change lost. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/files.h"
#include "temp_folder.h"

#define WRITERS 4
#define TIMES 50

static char path[TEMP_PATH_MAX], link_path[TEMP_PATH_MAX];
static char new_path[TEMP_PATH_MAX];

static int
append(const char *to, const char *what)
{
	char err[FILES_ERROR_MAX];
	struct files_edit e;
	struct buf text;
	int rc;

	if (file_edit_begin(&e, to, 65536, 0640, err) != 0)
		return -1;
	buf_init(&text, 65536);
	buf_puts(&text, buf_str(&e.text));
	buf_puts(&text, what);
	rc = file_edit_commit(&e, &text, err);
	buf_free(&text);
	file_edit_end(&e);
	return rc;
}

static size_t
content(char *out, size_t size)
{
	char err[FILES_ERROR_MAX];
	struct buf text;
	size_t len;

	buf_init(&text, 65536);
	assert_int_equal(file_read(path, &text, err), 0);
	snprintf(out, size, "%s", buf_str(&text));
	len = text.len;
	buf_free(&text);
	return len;
}

static void
test_many_writers(void **state)
{
	char text[TIMES * WRITERS + 1];

	(void)state;
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0) {
			for (int j = 0; j < TIMES; j++)
				if (append(path, "x") != 0)
					_exit(1);
			_exit(0);
		}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	assert_int_equal(content(text, sizeof(text)), WRITERS * TIMES);
}

static void
test_mode_and_link(void **state)
{
	struct files_stamp a, b;
	char text[64];
	struct stat st;

	(void)state;
	unlink(path);
	assert_int_equal(append(path, "one"), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640 & ~022);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(symlink(path, link_path), 0);
	a = file_stamp(link_path);
	assert_int_equal(append(link_path, "two"), 0);
	b = file_stamp(link_path);
	assert_false(file_stamp_same(&a, &b));
	assert_true(file_stamp_same(&b, &b));
	/* The link stays one, and what it leads to has changed. */
	assert_int_equal(lstat(link_path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	content(text, sizeof(text));
	assert_string_equal(text, "onetwo");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
test_a_dead_writers_file(void **state)
{
	char text[64];

	(void)state;
	unlink(path);
	close(open(new_path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(append(path, "a"), 0);
	assert_int_equal(append(path, "b"), 0);
	content(text, sizeof(text));
	assert_string_equal(text, "ab");
	assert_int_equal(access(new_path, F_OK), -1);
}

static void
test_refusals(void **state)
{
	char err[FILES_ERROR_MAX], big[70000];
	struct files_edit e;
	struct buf text;

	(void)state;
	unlink(path);
	assert_int_equal(file_edit_begin(&e, path, 100, 0, err), -1);
	assert_non_null(strstr(err, path));
	assert_int_equal(file_edit_begin(&e, temp_folder, 100, 0, err), -1);
	assert_int_equal(append(path, "kept"), 0);
	/* Too large to be written: as it was. */
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_int_equal(append(path, big), -1);
	assert_int_equal(content(big, sizeof(big)), 4);
	/* Too large to be read, and one that everybody can write. */
	buf_init(&text, 3);
	assert_int_equal(file_read(path, &text, err), -1);
	buf_free(&text);
	assert_int_equal(chmod(path, 0602), 0);
	assert_int_equal(append(path, "x"), -1);
	buf_init(&text, 100);
	assert_int_equal(file_read(path, &text, err), -1);
	buf_free(&text);
}

static int
make_folder(void **state)
{
	umask(022);
	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(path, "file");
	temp_path(new_path, "file.new");
	temp_path(link_path, "link");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_writers),
		cmocka_unit_test(test_mode_and_link),
		cmocka_unit_test(test_a_dead_writers_file),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, make_folder, temp_folder_remove);
}
