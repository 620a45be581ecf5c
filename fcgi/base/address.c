/* SPDX-License-Identifier: MIT */
/* A client's address: its one spelling, and the network it stands for. */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "confab/base/address.h"

/* Reads an address. Returns AF_INET, AF_INET6, or -1. */
static int
parse(const char *text, unsigned char out[16])
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0xff, 0xff };

	if (text == NULL)
		return -1;
	if (inet_pton(AF_INET, text, out) == 1)
		return AF_INET;
	if (inet_pton(AF_INET6, text, out) != 1)
		return -1;
	if (memcmp(out, mapped, sizeof(mapped)) == 0) {
		memmove(out, out + sizeof(mapped), 4);
		return AF_INET;
	}
	return AF_INET6;
}

size_t
address_network(const char *text, unsigned char out[ADDRESS_NETWORK_MAX])
{
	unsigned char bytes[16];
	int family = parse(text, bytes);
	size_t len = family == AF_INET ? 4 : 8;

	if (family == -1)
		return 0;
	out[0] = family == AF_INET ? 4 : 6;
	memcpy(out + 1, bytes, len);
	return 1 + len;
}

/* Are all bits from `from` on zero? */
static bool
rest_is_zero(const unsigned char *bytes, size_t len, unsigned from)
{
	for (unsigned i = from; i < 8 * len; i++)
		if ((bytes[i / 8] & 0x80 >> i % 8) != 0)
			return false;
	return true;
}

bool
address_range_read(const char *text, struct address_range *out)
{
	const char *slash = strchr(text, '/');
	size_t n = slash != NULL ? (size_t)(slash - text) : strlen(text);
	char address[ADDRESS_TEXT_MAX];
	unsigned bits;
	int family;

	memset(out, 0, sizeof(*out));
	if (n >= sizeof(address))
		return false;
	memcpy(address, text, n);
	address[n] = '\0';
	family = parse(address, out->bytes);
	if (family == -1)
		return false;
	out->family = family == AF_INET ? 4 : 6;
	bits = family == AF_INET ? 32 : 128;
	out->bits = bits;
	if (slash == NULL)
		return true;
	n = strlen(slash + 1);
	if (n == 0 || n > 3 || strspn(slash + 1, "0123456789") != n ||
	    (n > 1 && slash[1] == '0'))
		return false;
	out->bits = (unsigned)atoi(slash + 1);
	return out->bits <= bits &&
	    rest_is_zero(out->bytes, bits / 8, out->bits);
}

bool
address_range_has(const struct address_range *r, const char *address)
{
	unsigned char bytes[16] = { 0 };
	int family = parse(address, bytes);

	if (family != (r->family == 4 ? AF_INET : AF_INET6))
		return false;
	for (unsigned i = 0; i < r->bits; i++)
		if (((bytes[i / 8] ^ r->bytes[i / 8]) & 0x80 >> i % 8) != 0)
			return false;
	return true;
}

bool
address_prefix(const char *text, unsigned char out[ADDRESS_PREFIX_LEN])
{
	unsigned char bytes[16];
	int family = parse(text, bytes);

	memset(out, 0, ADDRESS_PREFIX_LEN);
	if (family == -1)
		return false;
	out[0] = family == AF_INET ? 4 : 6;
	memcpy(out + 1, bytes, family == AF_INET ? 3 : 6);
	return true;
}

const char *
address_prefix_text(const unsigned char prefix[ADDRESS_PREFIX_LEN],
    char out[ADDRESS_PREFIX_TEXT_MAX])
{
	unsigned char bytes[16] = { 0 };
	char text[ADDRESS_TEXT_MAX];

	out[0] = '\0';
	memcpy(bytes, prefix + 1, ADDRESS_PREFIX_LEN - 1);
	if (prefix[0] == 4 &&
	    inet_ntop(AF_INET, bytes, text, sizeof(text)) != NULL)
		(void)snprintf(out, ADDRESS_PREFIX_TEXT_MAX, "%.18s/24", text);
	else if (prefix[0] == 6 &&
	    inet_ntop(AF_INET6, bytes, text, sizeof(text)) != NULL)
		(void)snprintf(out, ADDRESS_PREFIX_TEXT_MAX, "%.19s/48", text);
	return out;
}

const char *
address_text(const char *text, char out[ADDRESS_TEXT_MAX])
{
	unsigned char bytes[16];
	int family = parse(text, bytes);

	if (family == -1 ||
	    inet_ntop(family, bytes, out, ADDRESS_TEXT_MAX) == NULL)
		memcpy(out, "-", 2);
	return out;
}
