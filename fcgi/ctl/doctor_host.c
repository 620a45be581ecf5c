/* SPDX-License-Identifier: MIT */
/*
 * What only somebody on the host can see: the files with the worker's eyes,
 * what the worker calls, and how nginx is configured. Both are asked of a
 * program: of confabctl itself, because a check becomes the worker's user for
 * good; and of nginx, which alone knows its files.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confab/base/files.h"

#include "doctor.h"
#include "nginx_conf.h"

#define OUTPUT_MAX (16 * 1024 * 1024) /* bytes of a program's output */

/*
 * Runs a program and reads what it says on standard output, and with `both` on
 * standard error. Returns its exit status; -1 when it could not be run.
 */
static int
run(char *const argv[], bool both, struct buf *out)
{
	char part[8192];
	int ends[2], status = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, STDIN_FILENO);
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)dup2(both ? ends[1] : null, STDERR_FILENO);
		(void)execvp(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	while (pid > 0 &&
	    ((n = read(ends[0], part, sizeof(part))) > 0 ||
		(n == -1 && errno == EINTR)))
		if (n > 0)
			(void)buf_append(out, part, (size_t)n);
	close(ends[0]);
	if (pid <= 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == 127)
		return -1;
	return WEXITSTATUS(status);
}

/* One line of a check's output. */
static void
tell_line(struct findings *f, char *line)
{
	static const char own[] = "confabctl: ", warning[] = "warning: ";
	static const char files[] = "the worker's files are in order";

	if (strncmp(line, own, sizeof(own) - 1) == 0) {
		line += sizeof(own) - 1;
		if (strncmp(line, warning, sizeof(warning) - 1) == 0)
			finding_bad(f, FINDING_WARN, "files", files,
			    "confab.conf(5) has what is meant", "%s",
			    line + sizeof(warning) - 1);
		else if (strstr(line, " cannot be used") == NULL)
			finding_bad(f, FINDING_FAIL, "files", files,
			    "mend it; \"confabctl check\" says when it is good",
			    "%s", line);
	} else if (strncmp(line, "provider ", 9) == 0) {
		if (strstr(line, ": lists ") != NULL &&
		    strstr(line, ", none that chat") == NULL)
			finding_good(f, "provider", "%s", line);
		else
			finding_bad(f, FINDING_FAIL, "provider",
			    "each provider lists its models",
			    "base_url, key and network; without a list, name "
			    "its models in confab.conf",
			    "%s", line);
	} else if (strncmp(line, "tool_server ", 12) == 0) {
		if (strstr(line, ", MCP ") != NULL)
			finding_good(f, "tool-server", "%s", line);
		else
			finding_bad(f, FINDING_FAIL, "tool-server",
			    "each tool server can be used",
			    "its url, token and network in confab.conf", "%s",
			    line);
	} else if (strstr(line, ": ok") != NULL)
		finding_good(f, "files", "%s", files);
}

static void
check_files(struct ctl *ctl, struct findings *f)
{
	char own[] = "/proc/self/exe", found[] = "confabctl",
	     option[] = "--config", check[] = "check", online[] = "--online";
	char *path = strdup(ctl->config_path);
	char *const argv[] = { access(own, X_OK) == 0 ? own : found, option,
		path, check, online, NULL };
	char *line, *rest = NULL;
	struct buf out;

	buf_init(&out, OUTPUT_MAX);
	if (path != NULL && run(argv, true, &out) >= 0 && out.len > 0)
		for (line = strtok_r(out.data, "\n", &rest); line != NULL;
		     line = strtok_r(NULL, "\n", &rest))
			tell_line(f, line);
	buf_free(&out);
	free(path);
}

/* What nginx says when it does not take its own files. */
static void
tell_refused(struct findings *f)
{
	char nginx[] = "nginx", test[] = "-t", quiet[] = "-q";
	char *const argv[] = { nginx, test, quiet, NULL };
	struct buf out;

	buf_init(&out, OUTPUT_MAX);
	(void)run(argv, true, &out);
	finding_bad(f, FINDING_FAIL, "nginx-test", "nginx takes its files",
	    "mend it before nginx is started anew: it would not start", "%.*s",
	    (int)strcspn(buf_str(&out), "\n"), buf_str(&out));
	buf_free(&out);
}

/* Gets what `nginx -T` writes. False: there is nothing to look at. */
static bool
dump_nginx(struct findings *f, const char *file, struct buf *out)
{
	char nginx[] = "nginx", dump[] = "-T", quiet[] = "-q";
	char *const argv[] = { nginx, dump, quiet, NULL };
	char err[FILES_ERROR_MAX];
	int rc;

	if (file != NULL) {
		if (file_read(file, out, err) == 0)
			return true;
		finding_bad(f, FINDING_FAIL, "nginx-test",
		    "nginx's configuration can be read",
		    "--nginx names a file that has what \"nginx -T\" wrote",
		    "%s", err);
		return false;
	}
	if (geteuid() != 0)
		return false;
	rc = run(argv, false, out);
	if (rc > 0)
		tell_refused(f);
	return rc == 0;
}

void
doctor_host(struct ctl *ctl, struct visit *d, const char *nginx_file)
{
	struct nginx_conf *n;
	struct buf out;

	/* One that is wrong is to be said, too. */
	if (d->here)
		check_files(ctl, &d->found);
	buf_init(&out, OUTPUT_MAX);
	if (dump_nginx(&d->found, nginx_file, &out)) {
		n = nginx_conf_read(buf_str(&out), out.len);
		if (n != NULL)
			doctor_nginx(&d->found, n, ctl->config,
			    nginx_file != NULL);
		else
			finding_bad(&d->found, FINDING_FAIL, "nginx-test",
			    "nginx's configuration can be read",
			    "it is to be what \"nginx -T\" writes",
			    "it is not, or has too many directives");
		nginx_conf_free(n);
	}
	buf_free(&out);
}
