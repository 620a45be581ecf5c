/* SPDX-License-Identifier: MIT */
/*
 * confabctl backup and restore: what a site cannot be made again without. That
 * is the configuration and the files that it names: users, passkeys, keys,
 * access tokens, providers' and tool servers' secrets. One JSON object in one
 * file, which is as secret as what is in it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confab/base/buf.h"
#include "confab/base/encode.h"
#include "confab/base/files.h"

#include "ctl.h"
#include "parcel.h"

static const char backup_usage[] = "backup FILE";
static const char restore_usage[] = "restore FILE [--force]";

/* ---- Putting it together --------------------------------------------------- */

struct pack {
	struct buf out;
	uid_t worker; /* whose files root takes, too */
	const char *paths[PARCEL_FILES];
	size_t n;
	int code;
};

static const char *
name_of_user(uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	return pw != NULL ? pw->pw_name : "";
}

static const char *
name_of_group(gid_t gid)
{
	const struct group *gr = getgrgid(gid);

	return gr != NULL ? gr->gr_name : "";
}

static void
put_string(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "\"%s\":", name);
	buf_json(out, value, strlen(value));
	buf_putc(out, ',');
}

/* Appends a file's object. */
static int
put(struct pack *p, const char *path)
{
	char err[FILES_ERROR_MAX];
	struct buf text;
	struct stat st;
	char *coded = NULL;
	int code = CTL_FAILED;

	buf_init_secret(&text, PARCEL_FILE_MAX);
	if (file_read_of(path, p->worker, &text, err) != 0) {
		(void)ctl_fail(CTL_FAILED, "%s", err);
		goto out;
	}
	if (stat(path, &st) != 0)
		goto out;
	coded = malloc(ENCODE_BASE64URL_LEN(text.len) + 4);
	if (coded == NULL)
		goto out;
	encode_base64url(coded, (const unsigned char *)buf_str(&text),
	    text.len);
	buf_puts(&p->out, p->n > 1 ? ",\n{" : "\n{");
	put_string(&p->out, "path", path);
	put_string(&p->out, "owner", name_of_user(st.st_uid));
	put_string(&p->out, "group", name_of_group(st.st_gid));
	buf_printf(&p->out, "\"mode\":%u,\"content\":\"%s\"}",
	    (unsigned)st.st_mode & 0777, coded);
	code = CTL_OK;
out:
	if (coded != NULL)
		explicit_bzero(coded, ENCODE_BASE64URL_LEN(text.len));
	free(coded);
	buf_wipe(&text);
	return code;
}

/* A file that is named; once, and if it is there or has to be. */
static void
add(struct pack *p, const char *path, bool needed)
{
	size_t i;

	if (path == NULL || strncmp(path, "credential:", 11) == 0 ||
	    (!needed && access(path, F_OK) != 0))
		return;
	for (i = 0; i < p->n; i++)
		if (strcmp(p->paths[i], path) == 0)
			return;
	if (p->n == PARCEL_FILES) {
		p->code =
		    ctl_fail(CTL_FAILED, "more than %d files", PARCEL_FILES);
		return;
	}
	p->paths[p->n++] = path;
	if (put(p, path) != CTL_OK)
		p->code = CTL_FAILED;
}

static void
add_all(struct pack *p, const struct config *c)
{
	size_t i;

	add(p, c->path, true);
	add(p, c->users_file,
	    c->auth == AUTH_PASSWORD && c->state.users == USERS_FILE);
	add(p, c->secret_file, c->auth == AUTH_PASSWORD);
	add(p, c->tokens_file, false);
	add(p, c->passkeys_file, false);
	add(p, c->state.password_file, true);
	add(p, c->state.users_password_file, true);
	add(p, c->state.ca_file, true);
	add(p, c->state.sentinel.password_file, true);
	for (i = 0; i < c->n_providers; i++) {
		add(p, c->providers[i].api_key_file, true);
		add(p, c->providers[i].ca_file, true);
	}
	for (i = 0; i < c->n_tool_servers; i++) {
		add(p, c->tool_servers[i].token_file, true);
		add(p, c->tool_servers[i].ca_file, true);
	}
}

/* Writes all to a new file that nobody else can read. */
static int
write_new(const char *path, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t at = 0;
	ssize_t n = 0;

	if (fd == -1)
		return ctl_fail(errno == EEXIST ? CTL_EXISTS : CTL_FAILED,
		    "%s: %s", path, strerror(errno));
	while (at < text->len &&
	    (n = write(fd, text->data + at, text->len - at)) > 0)
		at += (size_t)n;
	if (n < 0 || fsync(fd) != 0 || close(fd) != 0) {
		(void)ctl_fail(CTL_FAILED, "%s: %s", path, strerror(errno));
		(void)unlink(path);
		return CTL_FAILED;
	}
	return CTL_OK;
}

int
ctl_backup(struct ctl *ctl)
{
	struct pack p = { .code = CTL_OK };
	int code;

	if (!ctl_arguments(ctl, 1, 1))
		return ctl_usage(backup_usage);
	if ((code = ctl_config(ctl)) != CTL_OK)
		return code;
	p.worker = config_worker(ctl->config);
	buf_init(&p.out, PARCEL_MAX);
	buf_printf(&p.out,
	    "{\"confab_backup\":%d,\"version\":\"%s\",\"config\":",
	    PARCEL_FORMAT, PACKAGE_VERSION);
	buf_json(&p.out, ctl->config->path, strlen(ctl->config->path));
	buf_puts(&p.out, ",\"files\":[");
	add_all(&p, ctl->config);
	buf_puts(&p.out, "\n]}\n");
	code = p.code;
	if (code == CTL_OK && !buf_ok(&p.out))
		code = ctl_fail(CTL_FAILED, "it would be too large");
	if (code == CTL_OK)
		code = write_new(ctl->argv[0], &p.out);
	buf_wipe(&p.out);
	if (code == CTL_OK)
		for (size_t i = 0; i < p.n; i++)
			printf("%s\n", p.paths[i]);
	return code;
}

/* ---- Putting it back ------------------------------------------------------- */

/* Puts one file into its place, in one step. */
static int
put_back(const struct parcel_piece *one)
{
	char err[FILES_ERROR_MAX];
	const struct passwd *pw = getpwnam(one->owner);
	const struct group *gr = getgrnam(one->group);
	struct files_edit e;
	int rc;

	if (file_edit_begin(&e, one->path, PARCEL_FILE_MAX, one->mode, err) !=
	    0)
		return ctl_fail(CTL_FAILED, "%s", err);
	rc = file_edit_commit(&e, &one->text, err);
	file_edit_end(&e);
	if (rc != 0)
		return ctl_fail(CTL_FAILED, "%s", err);
	if (chmod(one->path, one->mode) != 0)
		return ctl_fail(CTL_FAILED, "%s: %s", one->path,
		    strerror(errno));
	printf("%s\n", one->path);
	if (geteuid() != 0)
		return CTL_OK;
	if (pw == NULL || gr == NULL)
		return ctl_fail(CTL_FAILED,
		    "%s: there is no user \"%s\", or no group \"%s\", whose it "
		    "was",
		    one->path, one->owner, one->group);
	if (chown(one->path, pw->pw_uid, gr->gr_gid) != 0)
		return ctl_fail(CTL_FAILED, "%s: %s", one->path,
		    strerror(errno));
	return CTL_OK;
}

/* What is there already is not replaced unasked. */
static int
look_for_others(const struct parcel *p)
{
	int code = CTL_OK;

	for (size_t i = 0; i < p->n; i++)
		if (access(p->pieces[i].path, F_OK) == 0)
			code = ctl_fail(CTL_EXISTS,
			    "%s: exists; --force replaces it",
			    p->pieces[i].path);
	return code;
}

/* Reads it. Returns an exit code, with what is wrong said. */
static int
take_apart(const char *path, struct parcel *p)
{
	char err[FILES_ERROR_MAX];
	const struct parcel_piece *odd = NULL;
	struct buf text;
	bool good;

	buf_init(&text, PARCEL_MAX);
	if (file_read(path, &text, err) != 0) {
		buf_wipe(&text);
		return ctl_fail(CTL_MISSING, "%s", err);
	}
	good = parcel_read(p, buf_str(&text), text.len, &odd);
	buf_wipe(&text);
	if (good)
		return CTL_OK;
	if (odd == NULL)
		return ctl_fail(CTL_FAILED,
		    "%s: is no backup of confab's, or of a newer version",
		    path);
	return ctl_fail(CTL_FAILED,
	    "%s: has %s, which its configuration does not name: nothing is "
	    "restored",
	    path, odd->path);
}

int
ctl_restore(struct ctl *ctl)
{
	struct parcel *p;
	bool force = ctl_option(ctl, "--force", NULL);
	int code;

	if (!ctl_arguments(ctl, 1, 1))
		return ctl_usage(restore_usage);
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return ctl_fail(CTL_FAILED, "out of memory");
	code = take_apart(ctl->argv[0], p);
	if (code == CTL_OK && !force)
		code = look_for_others(p);
	/* The configuration last: until then, nobody goes by it. */
	for (size_t i = p->n; code == CTL_OK && i > 0; i--)
		code = put_back(&p->pieces[i - 1]);
	if (code == CTL_OK)
		ctl_audit(AUDIT_USER, NULL, "restored");
	parcel_free(p);
	free(p);
	return code;
}
