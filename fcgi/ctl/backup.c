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
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confab/base/buf.h"
#include "confab/base/encode.h"
#include "confab/base/files.h"
#include "confab/base/json.h"

#include "ctl.h"

#define FILE_MAX (64 * 1024 * 1024)    /* bytes of one file */
#define BACKUP_MAX (256 * 1024 * 1024) /* and of the backup */
#define BACKUP_FILES 200	       /* in it */
#define FORMAT 1

static const char backup_usage[] = "backup FILE";
static const char restore_usage[] = "restore FILE [--force]";

/* ---- Putting it together --------------------------------------------------- */

struct pack {
	struct buf out;
	uid_t worker; /* whose files root takes, too */
	const char *paths[BACKUP_FILES];
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

	buf_init(&text, FILE_MAX);
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
	if (p->n == BACKUP_FILES) {
		p->code =
		    ctl_fail(CTL_FAILED, "more than %d files", BACKUP_FILES);
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
	buf_init(&p.out, BACKUP_MAX);
	buf_printf(&p.out,
	    "{\"confab_backup\":%d,\"version\":\"%s\",\"config\":", FORMAT,
	    PACKAGE_VERSION);
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

/* ---- Taking it apart ------------------------------------------------------- */

/* A file of a backup. */
struct piece {
	const char *path, *owner, *group;
	mode_t mode;
	struct buf text;
};

struct parcel {
	struct json_object *root;
	const char *config;
	struct piece pieces[BACKUP_FILES];
	size_t n;
};

static void
parcel_free(struct parcel *p)
{
	for (size_t i = 0; i < p->n; i++)
		buf_wipe(&p->pieces[i].text);
	json_object_put(p->root);
}

/* An absolute path that leads nowhere else. */
static bool
is_plain(const char *path)
{
	return path != NULL && path[0] == '/' && strlen(path) < PATH_MAX &&
	    strstr(path, "/../") == NULL && strstr(path, "//") == NULL &&
	    path[strlen(path) - 1] != '/' && strstr(path, "/./") == NULL;
}

static bool
decode(const char *coded, size_t len, struct buf *out)
{
	unsigned char *plain = malloc(len + 1);
	int n;
	bool good;

	if (plain == NULL)
		return false;
	n = decode_base64url(plain, len, coded, len);
	good = n >= 0 && buf_append(out, plain, (size_t)n) == 0;
	explicit_bzero(plain, len);
	free(plain);
	return good;
}

static bool
take_piece(struct parcel *p, struct json_object *o)
{
	struct piece *one = &p->pieces[p->n];
	const char *coded;
	size_t len = 0;

	one->path = json_str(o, "path", NULL);
	one->owner = json_str(o, "owner", NULL);
	one->group = json_str(o, "group", NULL);
	one->mode =
	    (mode_t)json_object_get_int(json_get(o, "mode")) & 0777 & ~022U;
	coded = json_str(o, "content", &len);
	if (!is_plain(one->path) || one->owner == NULL || one->group == NULL ||
	    coded == NULL)
		return false;
	buf_init(&one->text, FILE_MAX);
	p->n++;
	return decode(coded, len, &one->text);
}

/* A word of a configuration: what is in quotes, a sign, or anything else. */
struct word {
	const char *s;
	size_t len;
	bool quoted;
};

static const char *
skip_comments(const char *s)
{
	for (;;) {
		s += strspn(s, " \t\r\n");
		if (*s == '#' || strncmp(s, "//", 2) == 0)
			s += strcspn(s, "\n");
		else if (strncmp(s, "/*", 2) == 0)
			s = strstr(s, "*/") != NULL ? strstr(s, "*/") + 2
						    : s + strlen(s);
		else
			return s;
	}
}

/* Reads the word at s. Returns what is behind it, or NULL at the end. */
static const char *
next_word(const char *s, struct word *out)
{
	static const char signs[] = "={}(),;+";

	s = skip_comments(s);
	if (*s == '\0')
		return NULL;
	out->quoted = *s == '"' || *s == '\'';
	out->s = s + out->quoted;
	if (out->quoted) {
		char quote = *s++;

		while (*s != '\0' && *s != quote)
			s += s[0] == '\\' && s[1] != '\0' ? 2 : 1;
	} else if (strchr(signs, *s) != NULL)
		s++;
	else
		s += strcspn(s, " \t\r\n\"'#={}(),;+");
	out->len = (size_t)(s - out->s);
	return s + (out->quoted && *s != '\0');
}

static bool
ends_with(const struct word *w, const char *end)
{
	size_t n = strlen(end);

	return !w->quoted && w->len > n &&
	    memcmp(w->s + w->len - n, end, n) == 0;
}

/* Does an option of a file have this value? Not a comment, nor a text. */
static bool
names(const char *text, const char *value)
{
	struct word w, option = { NULL, 0, false };
	bool assigned = false;

	while ((text = next_word(text, &w)) != NULL) {
		if (assigned && ends_with(&option, "_file") &&
		    w.len == strlen(value) && memcmp(w.s, value, w.len) == 0)
			return true;
		assigned = !w.quoted && w.len == 1 && *w.s == '=';
		if (!assigned)
			option = w;
	}
	return false;
}

/*
 * Is it a file that the backup's own configuration names, or one that needs no
 * naming? A backup from elsewhere is not to write what it likes.
 */
static bool
is_named(const struct parcel *p, const struct piece *one)
{
	const char *text = buf_str(&p->pieces[0].text);
	size_t folder = (size_t)(strrchr(p->config, '/') + 1 - p->config);
	const char *own = one->path + folder;
	bool below = strncmp(one->path, p->config, folder) == 0;

	if (names(text, one->path))
		return true;
	return below &&
	    (strcmp(own, "users") == 0 || strcmp(own, "secret") == 0 ||
		names(text, own));
}

/* Reads and checks the whole of it before anything is done. */
static int
parcel_read(const char *path, struct parcel *p)
{
	char err[FILES_ERROR_MAX];
	struct json_object *list;
	struct buf text;
	size_t i, n;
	bool good;

	buf_init(&text, BACKUP_MAX);
	if (file_read(path, &text, err) != 0) {
		buf_wipe(&text);
		return ctl_fail(CTL_MISSING, "%s", err);
	}
	good = json_parse(buf_str(&text), text.len, JSON_DEPTH_DEFAULT,
		   &p->root) == JSON_OK &&
	    json_object_get_int(json_get(p->root, "confab_backup")) == FORMAT;
	buf_wipe(&text);
	list = json_get(p->root, "files");
	p->config = json_str(p->root, "config", NULL);
	good = good && is_plain(p->config) &&
	    json_object_is_type(list, json_type_array);
	n = good ? json_object_array_length(list) : 0;
	good = good && n > 0 && n <= BACKUP_FILES;
	for (i = 0; good && i < n; i++)
		good = take_piece(p, json_object_array_get_idx(list, i));
	good = good && strcmp(p->pieces[0].path, p->config) == 0;
	if (!good)
		return ctl_fail(CTL_FAILED,
		    "%s: is no backup of confab's, or of a newer version",
		    path);
	for (i = 1; i < p->n; i++)
		if (!is_named(p, &p->pieces[i]))
			return ctl_fail(CTL_FAILED,
			    "%s: has %s, which its configuration does not "
			    "name: nothing is restored",
			    path, p->pieces[i].path);
	return CTL_OK;
}

/* Puts one file into its place, in one step. */
static int
put_back(const struct piece *one)
{
	char err[FILES_ERROR_MAX];
	const struct passwd *pw = getpwnam(one->owner);
	const struct group *gr = getgrnam(one->group);
	struct files_edit e;
	int rc;

	if (file_edit_begin(&e, one->path, FILE_MAX, one->mode, err) != 0)
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
	code = parcel_read(ctl->argv[0], p);
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
