/* SPDX-License-Identifier: MIT */
/* Replacing a file: whole or not at all, with no writer's change lost. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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
#include "open_fds.h"

#define WRITERS 4
#define TIMES 50
#define STRANGER 12345 /* nobody's uid */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

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
	assert_non_null(strstr(err, "cannot be opened"));
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

/* What is exactly as large as may be read is read; what is no file is not. */
static void
test_what_is_read(void **state)
{
	char err[FILES_ERROR_MAX];
	struct buf text;

	(void)state;
	unlink(path);
	assert_int_equal(append(path, "four"), 0);
	buf_init(&text, 4);
	assert_int_equal(file_read(path, &text, err), 0);
	assert_string_equal(buf_str(&text), "four");
	buf_reset(&text);
	text.max = 3;
	assert_int_equal(file_read(path, &text, err), -1);
	assert_non_null(strstr(err, "larger than 3 bytes"));
	assert_int_equal(file_read(temp_folder, &text, err), -1);
	assert_non_null(strstr(err, "is not a regular file"));
	unlink(path);
	assert_int_equal(file_read(path, &text, err), -1);
	assert_non_null(strstr(err, "cannot be opened"));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(file_read(path, &text, err), -1);
	unlink(path);
	buf_free(&text);
}

/* Each way in which a replacement fails is told, and leaves nothing behind. */
static void
test_not_replaced(void **state)
{
	char err[FILES_ERROR_MAX], longest[PATH_MAX - 3];
	struct files_edit e;
	struct buf text;

	(void)state;
	buf_init(&text, 8);
	buf_puts(&text, "new");
	unlink(path);
	assert_int_equal(append(path, "old"), 0);
	assert_int_equal(file_edit_begin(&e, path, 3, 0, err), 0);
	assert_int_equal(mkdir(new_path, 0700), 0);
	assert_int_equal(file_edit_commit(&e, &text, err), -1);
	assert_non_null(strstr(err, "cannot be made"));
	assert_int_equal(rmdir(new_path), 0);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(file_edit_commit(&e, &text, err), -1);
	assert_non_null(strstr(err, "cannot be written"));
	assert_int_equal(access(new_path, F_OK), -1);
	assert_int_equal(rmdir(path), 0);
	buf_puts(&text, "too much");
	assert_int_equal(file_edit_commit(&e, &text, err), -1);
	assert_non_null(strstr(err, "more than 8 bytes"));
	file_edit_end(&e);
	/* ".new" and its NUL are one too many for a path. */
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	e.path = longest;
	buf_reset(&text);
	assert_int_equal(file_edit_commit(&e, &text, err), -1);
	assert_non_null(strstr(err, "cannot be replaced"));
	buf_free(&text);
	assert_int_equal(append(path, "12345678"), 0);
	assert_int_equal(file_edit_begin(&e, path, 7, 0, err), -1);
}

static void
test_stamps(void **state)
{
	const struct files_stamp a = { 1, 2, 3, { 4, 5 }, { 6, 7 } };
	const struct files_stamp none = { 0 };
	struct files_stamp other[] = { a, a, a, a, a, a, a };

	(void)state;
	other[0].device++;
	other[1].inode++;
	other[2].size++;
	other[3].modified.tv_sec++;
	other[4].modified.tv_nsec++;
	other[5].changed.tv_sec++;
	other[6].changed.tv_nsec++;
	assert_true(file_stamp_same(&a, &a));
	for (size_t i = 0; i < COUNT(other); i++)
		assert_false(file_stamp_same(&a, &other[i]));
	unlink(path);
	other[0] = file_stamp(path);
	assert_true(file_stamp_same(&other[0], &none));
}

static void
check_error(int reason, const char *of, const char *more)
{
	char err[FILES_ERROR_MAX], want[2 * FILES_ERROR_MAX];

	snprintf(want, sizeof(want), "%s: bad: %s%s", of, strerror(reason),
	    more);
	errno = reason;
	assert_int_equal(file_error(err, of, "bad"), -1);
	assert_string_equal(err, want);
}

/* A line says what an administrator would look for next. */
static void
test_errors(void **state)
{
	char deep[2 * TEMP_PATH_MAX], more[3 * TEMP_PATH_MAX];

	(void)state;
	check_error(EIO, path, "");
	unlink(path);
	check_error(ENOENT, path, "");
	check_error(ENOENT, "no-such-file", "");
	check_error(ENOENT, "./no-such-file", "");
	check_error(ENOENT, "/no-such-file", "");
	check_error(ENOENT, "/no-such-folder/x",
	    " (of its folders, there is only /)");
	snprintf(deep, sizeof(deep), "%s/no/such", temp_folder);
	snprintf(more, sizeof(more), " (of its folders, there is only %s)",
	    temp_folder);
	check_error(ENOENT, deep, more);
	assert_int_equal(chmod(temp_folder, 0710), 0);
	snprintf(more, sizeof(more),
	    " (this is uid %lu; %s is uid %lu's, mode 0710)",
	    (unsigned long)geteuid(), temp_folder, (unsigned long)geteuid());
	check_error(EACCES, deep, more);
	assert_int_equal(append(path, "x"), 0);
	snprintf(more, sizeof(more),
	    " (this is uid %lu; it is uid %lu's, mode 0640)",
	    (unsigned long)geteuid(), (unsigned long)geteuid());
	check_error(EACCES, path, more);
}

static bool
strange(const char *name, uid_t trusted)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return file_is_strangers(name, &st, trusted);
}

/* Of a stranger is what neither we, the trusted nor the folder's owner have:
 * the file, and the link that leads to it. */
static void
test_strangers(void **state)
{
	char err[FILES_ERROR_MAX];
	struct stat st;
	struct buf text;

	(void)state;
	if (geteuid() != 0)
		skip();
	unlink(path);
	unlink(link_path);
	assert_int_equal(append(path, "x"), 0);
	assert_int_equal(symlink(path, link_path), 0);
	assert_false(strange(path, 0));
	assert_false(strange(link_path, 0));
	assert_int_equal(lchown(link_path, STRANGER, 0), 0);
	assert_true(strange(link_path, 0));
	assert_false(strange(link_path, STRANGER));
	assert_int_equal(chdir(temp_folder), 0);
	assert_true(strange("link", 0));
	assert_int_equal(chown(temp_folder, STRANGER, 0), 0);
	assert_false(strange("link", 0));
	assert_int_equal(chdir("/"), 0);
	assert_false(strange(link_path, 0));
	/* Who has the folder keeps the file, too. */
	assert_int_equal(chown(path, STRANGER, STRANGER), 0);
	assert_false(strange(path, 0));
	assert_int_equal(append(path, "y"), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_uid == STRANGER && st.st_gid == STRANGER);
	assert_int_equal(chown(temp_folder, 0, 0), 0);
	assert_true(strange(path, 0));
	assert_false(strange(path, STRANGER));
	buf_init(&text, 8);
	assert_int_equal(file_read(path, &text, err), -1);
	assert_non_null(strstr(err, "must be owned"));
	assert_int_equal(file_read_of(path, STRANGER, &text, err), 0);
	buf_free(&text);
	assert_int_equal(chown(path, 0, 0), 0);
	unlink(link_path);
	assert_true(file_is_strangers(link_path, &st, STRANGER));
}

/* A process without standard input has 0 for a file. */
static void
test_descriptor_zero(void **state)
{
	int input = dup(STDIN_FILENO);
	char text[64];

	(void)state;
	unlink(path);
	close(STDIN_FILENO);
	assert_int_equal(append(path, "zero"), 0);
	content(text, sizeof(text));
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
	if (input >= 0) {
		assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
		close(input);
	}
	assert_string_equal(text, "zero");
}

static int fds_before;

static int
before(void **state)
{
	(void)state;
	fds_before = open_fds();
	return 0;
}

/* Whatever happened, no descriptor was left open. */
static int
after(void **state)
{
	(void)state;
	return open_fds() == fds_before ? 0 : -1;
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
#define CLOSED(t) cmocka_unit_test_setup_teardown(t, before, after)
	const struct CMUnitTest tests[] = {
		CLOSED(test_many_writers),
		CLOSED(test_mode_and_link),
		CLOSED(test_a_dead_writers_file),
		CLOSED(test_refusals),
		CLOSED(test_what_is_read),
		CLOSED(test_not_replaced),
		CLOSED(test_stamps),
		CLOSED(test_errors),
		CLOSED(test_strangers),
		CLOSED(test_descriptor_zero),
	};

	return cmocka_run_group_tests(tests, make_folder, temp_folder_remove);
}
