/* SPDX-License-Identifier: MIT */
/* confabctl user totp: a second factor, given or taken by the administrator. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_QRENCODE
#include <qrencode.h>
#endif

#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/identity/credentials.h"
#include "confab/identity/totp.h"

#include "ctl.h"

#define ISSUER "confab"
#define QUIET 4 /* light modules around a QR code */

static const char usage[] = "user totp NAME [--reset]";

#ifdef HAVE_QRENCODE
static bool
is_dark(const QRcode *code, int x, int y)
{
	return x >= 0 && y >= 0 && x < code->width && y < code->width &&
	    (code->data[y * code->width + x] & 1) != 0;
}

/* Two rows of modules a line. On a terminal, black on white whatever its
 * colours are: readers want it so. */
static void
draw(const QRcode *code)
{
	static const char *const blocks[] = { " ", "\u2580", "\u2584",
		"\u2588" };
	bool colours = isatty(STDOUT_FILENO) != 0;

	for (int y = -QUIET; y < code->width + QUIET; y += 2) {
		if (colours)
			fputs("\033[30;107m", stdout);
		for (int x = -QUIET; x < code->width + QUIET; x++)
			fputs(blocks[(is_dark(code, x, y) ? 1 : 0) +
				  (is_dark(code, x, y + 1) ? 2 : 0)],
			    stdout);
		puts(colours ? "\033[0m" : "");
	}
}

static void
show_code(const char *uri)
{
	QRcode *code = QRcode_encodeString(uri, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

	if (code == NULL)
		return;
	draw(code);
	crypto_wipe(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
}
#else
static void
show_code(const char *uri)
{
	(void)uri;
	fputs("confabctl: no QR code: built without libqrencode\n", stderr);
}
#endif

/* Everything that the person needs, here and nowhere else. */
static void
show_secret(const char *name, const struct users_factor *f)
{
	char text[TOTP_SECRET_TEXT + 1], uri[TOTP_URI_MAX];

	totp_uri(f->secret, ISSUER, name, uri);
	totp_secret_text(f->secret, text);
	show_code(uri);
	printf("secret\t%s\nuri\t%s\n", text, uri);
	crypto_wipe(uri, sizeof(uri));
	crypto_wipe(text, sizeof(text));
}

/* On a terminal: has the app got it? Where nobody can be asked, that is left
 * to whoever reads the output. */
static int
confirm(const struct users_factor *f)
{
	struct totp_typed typed;
	char line[64];
	size_t len = 0;
	bool good;

	if (!isatty(STDIN_FILENO)) {
		fputs("confabctl: not confirmed: no code was asked for\n",
		    stderr);
		return CTL_OK;
	}
	fflush(stdout);
	if (ctl_password("Code that the app shows now", false, line,
		sizeof(line), &len) != 0)
		return CTL_FAILED;
	totp_read(line, len, &typed);
	good = typed.kind == TOTP_CODE &&
	    totp_match(f->secret, sizeof(f->secret), typed.text,
		clock_wall()) != 0;
	crypto_wipe(&typed, sizeof(typed));
	crypto_wipe(line, sizeof(line));
	return good ? CTL_OK
		    : ctl_fail(CTL_FAILED,
			  "that is not the code of now; nothing was changed "
			  "(do the clocks agree?)");
}

static int
store(struct credentials *c, const struct users_entry *u,
    const struct users_factor *f)
{
	char err[CONFIG_ERROR_MAX];

	if (credentials_store_factor(c, u, f, err) != CREDENTIALS_STORED)
		return ctl_fail(CTL_FAILED, "%s", err);
	ctl_audit(AUDIT_FACTOR, u->name, f != NULL ? "set up" : "removed");
	return CTL_OK;
}

static int
give(struct ctl *ctl, struct credentials *c, const struct users_entry *u)
{
	char recovery[USERS_RECOVERY_MAX][TOTP_RECOVERY_SHOWN + 1];
	struct users_factor f = { .set = true };
	int code;

	if (!totp_available())
		return ctl_fail(CTL_FAILED,
		    "this program was built without liboath and can make no "
		    "second factor");
	if (ctl->config->second_factor == SECOND_FACTOR_OFF)
		return ctl_fail(CTL_CONFIG,
		    "%s: second_factor = off: no code would be asked for",
		    ctl->config_path);
	if (u->factor.set)
		return ctl_fail(CTL_EXISTS,
		    "\"%s\" has a second factor already; --reset takes it away",
		    u->name);
	if (totp_new_secret(f.secret) != 0 ||
	    totp_new_recovery(&f, recovery) != 0)
		return ctl_fail(CTL_FAILED, "no random bytes");
	show_secret(u->name, &f);
	code = confirm(&f);
	if (code == CTL_OK)
		code = store(c, u, &f);
	for (unsigned i = 0; code == CTL_OK && i < f.n_recovery; i++)
		printf("recovery\t%s\n", recovery[i]);
	crypto_wipe(&f, sizeof(f));
	crypto_wipe(recovery, sizeof(recovery));
	return code;
}

int
ctl_user_totp(struct ctl *ctl)
{
	bool reset = ctl_option(ctl, "--reset", NULL);
	char err[CONFIG_ERROR_MAX];
	struct credentials *c;
	struct users_entry u;
	int code;

	if (!ctl_arguments(ctl, 1, 1))
		return ctl_usage(usage);
	if ((code = ctl_config(ctl)) != CTL_OK)
		return code;
	c = credentials_open(ctl->config, false, err);
	if (c == NULL)
		return ctl_fail(CTL_FAILED, "%s", err);
	if (!credentials_find(c, ctl->argv[0], &u))
		code = ctl_fail(CTL_MISSING, "there is no user \"%s\"",
		    ctl->argv[0]);
	else if (!reset)
		code = give(ctl, c, &u);
	else if (!u.factor.set)
		code = ctl_fail(CTL_MISSING, "\"%s\" has no second factor",
		    u.name);
	else
		code = store(c, &u, NULL);
	credentials_free(c);
	crypto_wipe(&u, sizeof(u));
	return code;
}
