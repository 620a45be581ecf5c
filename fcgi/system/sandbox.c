/* SPDX-License-Identifier: MIT */
/* Least privilege, as far as it is the same on every system. */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <openssl/x509.h>

#include "confab/base/log.h"
#include "confab/system/sandbox.h"

#include "sandbox_os.h"

/* What the system's libraries read: resolver, certificates, time zones, name
 * services; and what tells a process about itself. */
static const char *const system_paths[] = {
	"/etc",
	"/lib",
	"/lib64",
	"/usr/lib",
	"/usr/lib64",
	"/usr/local/lib",
	"/usr/local/share",
	"/usr/share",
	"/gnu/store",
	"/nix/store",
	"/run/NetworkManager",
	"/run/nscd",
	"/run/resolvconf",
	"/run/systemd/journal",
	"/run/systemd/resolve",
	"/var/lib/ca-certificates",
	"/dev/random",
	"/dev/urandom",
	"/proc",
	"/sys/devices/system/cpu",
	"/sys/fs/cgroup",
};

static int
fail(char err[CONFIG_ERROR_MAX], const char *what, const char *name)
{
	snprintf(err, CONFIG_ERROR_MAX, "cannot become %s \"%.200s\": %s", what,
	    name, errno != 0 ? strerror(errno) : "there is none");
	return -1;
}

int
sandbox_drop_user(const struct config *c, char err[CONFIG_ERROR_MAX])
{
	const struct passwd *pw;
	const struct group *gr;
	uid_t uid;
	gid_t gid;

	if (geteuid() != 0 || c->user == NULL)
		return 0;
	errno = 0;
	pw = getpwnam(c->user);
	if (pw == NULL)
		return fail(err, "user", c->user);
	uid = pw->pw_uid;
	gid = pw->pw_gid;
	if (c->group != NULL) {
		errno = 0;
		gr = getgrnam(c->group);
		if (gr == NULL)
			return fail(err, "group", c->group);
		gid = gr->gr_gid;
	}
	errno = 0;
	if (initgroups(c->user, gid) != 0 || setgid(gid) != 0 ||
	    setuid(uid) != 0)
		return fail(err, "user", c->user);
	/* It must be for good. */
	if (uid != 0 && (setuid(0) == 0 || geteuid() == 0)) {
		errno = EPERM;
		return fail(err, "user", c->user);
	}
	return 0;
}

void
sandbox_undumpable(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	sandbox_os_undumpable();
}

static void
add(struct sandbox_paths *p, const char *path, bool write)
{
	if (path == NULL || path[0] == '\0' || p->n == SANDBOX_PATHS_MAX)
		return;
	p->list[p->n++] = (struct sandbox_path){ path, write };
}

/* The folder of a file: what has its name may be replaced by another file. */
static void
add_folder(struct sandbox_paths *p, char **owned, size_t *n_owned,
    const char *file, bool write)
{
	char *folder, *slash;

	if (file == NULL || *n_owned == SANDBOX_PATHS_MAX)
		return;
	/* What the name leads to, since that is what will be replaced. */
	folder = realpath(file, NULL);
	if (folder == NULL && file[0] == '/')
		folder = strdup(file);
	slash = folder != NULL ? strrchr(folder, '/') : NULL;
	if (slash == NULL) {
		free(folder);
		return;
	}
	slash[slash == folder ? 1 : 0] = '\0';
	owned[(*n_owned)++] = folder;
	add(p, folder, write);
}

/* All that the configuration in force names, for now and for a reload. */
static void
restrict_files(const struct config *c)
{
	char *owned[SANDBOX_PATHS_MAX];
	struct sandbox_paths p = { .n = 0 };
	size_t n_owned = 0;

	for (size_t i = 0; i < sizeof(system_paths) / sizeof(system_paths[0]);
	     i++)
		add(&p, system_paths[i], false);
	add(&p, "/dev/null", true);
	add(&p, c->runtime_dir, true);
	add(&p, getenv("CREDENTIALS_DIRECTORY"), false);
	add_folder(&p, owned, &n_owned, c->path, false);
	add_folder(&p, owned, &n_owned, c->users_file, true);
	add_folder(&p, owned, &n_owned, c->secret_file, false);
	add_folder(&p, owned, &n_owned, c->tokens_file, false);
	add_folder(&p, owned, &n_owned, c->passkeys_file, true);
	if (c->listen != NULL && strncmp(c->listen, "unix:", 5) == 0)
		add_folder(&p, owned, &n_owned, c->listen + 5, true);
	for (size_t i = 0; i < c->n_providers; i++) {
		add_folder(&p, owned, &n_owned, c->providers[i].api_key_file,
		    false);
		add_folder(&p, owned, &n_owned, c->providers[i].ca_file, false);
	}
	for (size_t i = 0; i < c->n_tool_servers; i++) {
		add_folder(&p, owned, &n_owned, c->tool_servers[i].token_file,
		    false);
		add_folder(&p, owned, &n_owned, c->tool_servers[i].ca_file,
		    false);
	}
	add_folder(&p, owned, &n_owned, c->state.password_file, false);
	add_folder(&p, owned, &n_owned, c->state.users_password_file, false);
	add_folder(&p, owned, &n_owned, c->state.ca_file, false);
	add_folder(&p, owned, &n_owned, c->state.sentinel.password_file, false);
	/* Often a link to wherever the network's manager keeps it. */
	for (size_t i = 0; i < c->password.lists.n; i++)
		add_folder(&p, owned, &n_owned, c->password.lists.words[i],
		    false);
	add_folder(&p, owned, &n_owned, "/etc/resolv.conf", false);
	add(&p, X509_get_default_cert_area(), false);
	add_folder(&p, owned, &n_owned, getenv("SSL_CERT_FILE"), false);
	add(&p, getenv("SSL_CERT_DIR"), false);
	if (sandbox_os_files(&p) != 0)
		log_msg(LOG_LEVEL_NOTICE, "files are not restricted: %s",
		    errno == ENOSYS || errno == EOPNOTSUPP
			? "this system has no Landlock"
			: strerror(errno));
	for (size_t i = 0; i < n_owned; i++)
		free(owned[i]);
}

void
sandbox_enter(const struct config *c)
{
	sandbox_undumpable();
	if (sandbox_os_no_new_privileges() != 0) {
		log_msg(LOG_LEVEL_NOTICE, "new privileges are not refused: %s",
		    strerror(errno));
		return;
	}
	restrict_files(c);
	if (sandbox_os_calls() != 0)
		log_msg(LOG_LEVEL_NOTICE, "system calls are not restricted: %s",
		    errno == ENOSYS || errno == EINVAL
			? "this system has no filter for them"
			: strerror(errno));
}
