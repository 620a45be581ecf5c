/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as the passkeys file, and each line of it as one. Aborts
 * when a passkey that was taken reads differently once it was written, or an
 * error has no place.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/signature.h"
#include "fuzz.h"
#include "identity/passkeys_line.h"

static void
check_line(const char *line, size_t len)
{
	struct passkey k, again;
	struct buf out;

	if (passkeys_line_parse(line, len, &k) != NULL)
		return;
	check(users_name_valid(k.user, strlen(k.user)));
	check(passkeys_label_valid(k.label, strlen(k.label)));
	check(k.id_len > 0 && k.id_len <= sizeof(k.id));
	check(k.created >= 0 && k.used >= 0 && k.site[0] != '\0');
	buf_init(&out, 1 << 16);
	passkeys_line_write(&k, &out);
	check(out.len > 0 && out.data[out.len - 1] == '\n');
	check(memchr(out.data, '\n', out.len - 1) == NULL);
	check(passkeys_line_parse(out.data, out.len - 1, &again) == NULL);
	check(memcmp(&k, &again, sizeof(k)) == 0);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = text + size, *stop;
	char err[CONFIG_ERROR_MAX] = "";

	if (passkeys_check("f", text, size, err) != 0)
		check(strncmp(err, "f:", 2) == 0);
	for (const char *s = text; s < end; s = stop + 1) {
		stop = memchr(s, '\n', (size_t)(end - s));
		if (stop == NULL)
			stop = end;
		check_line(s, (size_t)(stop - s));
	}
	return 0;
}
