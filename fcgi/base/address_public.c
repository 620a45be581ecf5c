/* SPDX-License-Identifier: MIT */
/* Whether an address is one of the public network. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "confab/base/address.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* IANA's registries of special purposes, and what is not unicast. */
static const char *const special4[] = {
	"0.0.0.0/8",	   /* this network */
	"10.0.0.0/8",	   /* private */
	"100.64.0.0/10",   /* behind a provider's translator */
	"127.0.0.0/8",	   /* this host */
	"169.254.0.0/16",  /* this link, and clouds' services */
	"172.16.0.0/12",   /* private */
	"192.0.0.0/24",	   /* protocols */
	"192.0.2.0/24",	   /* documentation */
	"192.31.196.0/24", /* AS112 */
	"192.52.193.0/24", /* AMT */
	"192.88.99.0/24",  /* 6to4 relays */
	"192.168.0.0/16",  /* private */
	"192.175.48.0/24", /* AS112 */
	"198.18.0.0/15",   /* benchmarks */
	"198.51.100.0/24", /* documentation */
	"203.0.113.0/24",  /* documentation */
	"224.0.0.0/4",	   /* multicast */
	"240.0.0.0/4"	   /* reserved, broadcast */
};
/* The same within 2000::/3; nothing without is public. */
static const char *const special6[] = {
	"2001::/23",	     /* protocols: Teredo, ORCHID, benchmarks */
	"2001:db8::/32",     /* documentation */
	"2002::/16",	     /* 6to4 */
	"2620:4f:8000::/48", /* AS112 */
	"3fff::/20"	     /* documentation */
};

static bool
is_in(const char *network, const char *text)
{
	struct address_range r;

	return address_range_read(network, &r) && address_range_has(&r, text);
}

static bool
is_in_any(const char *const *networks, size_t n, const char *text)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_in(networks[i], text))
			return true;
	return false;
}

/* ISATAP (RFC 5214): an IPv4 address behind a mark in the interface's part. */
static bool
is_tunnel(const unsigned char bytes[16])
{
	return (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e &&
	    bytes[11] == 0xfe;
}

bool
address_is_public(const char *text)
{
	unsigned char bytes[16];
	char inner[INET_ADDRSTRLEN];

	if (is_in("0.0.0.0/0", text)) /* mapped ones are there, too */
		return !is_in_any(special4, COUNT(special4), text);
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	if (is_in("64:ff9b::/96", text))
		return inet_ntop(AF_INET, bytes + 12, inner, sizeof(inner)) !=
		    NULL &&
		    !is_in_any(special4, COUNT(special4), inner);
	return is_in("2000::/3", text) && !is_tunnel(bytes) &&
	    !is_in_any(special6, COUNT(special6), text);
}
