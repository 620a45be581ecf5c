/* SPDX-License-Identifier: MIT */
/* A client's address: its one spelling, and the network it stands for. */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"

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
