/* SPDX-License-Identifier: MIT */
/*
 * A client's address, as the web server's REMOTE_ADDR has it. Pure.
 */
#ifndef CONFAB_BASE_ADDRESS_H
#define CONFAB_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#define ADDRESS_TEXT_MAX 46
#define ADDRESS_NETWORK_MAX 9
#define ADDRESS_PREFIX_LEN 7
#define ADDRESS_PREFIX_TEXT_MAX 24 /* "xxxx:xxxx:xxxx::/48" */

/*
 * The network that is penalised for an address: an IPv4 address itself, also
 * one mapped into IPv6, or the first 64 bits of an IPv6 address, which one
 * subscriber has all of. Returns its length, or 0 for what is no address
 * (a unix socket's client).
 */
size_t address_network(const char *text,
    unsigned char out[ADDRESS_NETWORK_MAX]);

/* Addresses with the same first bits. */
struct address_range {
	int family; /* 4 or 6 */
	unsigned bits;
	unsigned char bytes[16];
};

/* Reads an address, or a network as ADDRESS/BITS whose other bits are zero:
 * one that has more was meant to be another. */
bool address_range_read(const char *text, struct address_range *out);

/* Is the address, in any spelling, in it? */
bool address_range_has(const struct address_range *r, const char *address);

/*
 * True for an address that anybody may have on the public network: none of a
 * private, local, special or documentation range of either family (RFC 6890 and
 * IANA's registries), also where one is mapped into IPv6 or put into the
 * translators' well-known prefix (RFC 6052); none of 6to4 and other tunnels,
 * which would reach what is behind them.
 */
bool address_is_public(const char *text);

/*
 * The network that a person is told of: the first 24 bits of an IPv4 address,
 * the first 48 of an IPv6 address, which a provider gives to one subscriber or
 * to few. False, with zeros, for what is no address.
 */
bool address_prefix(const char *text, unsigned char out[ADDRESS_PREFIX_LEN]);

/* A prefix as text, "192.0.2.0/24"; "" for zeros. Returns `out`. */
const char *address_prefix_text(const unsigned char prefix[ADDRESS_PREFIX_LEN],
    char out[ADDRESS_PREFIX_TEXT_MAX]);

/* The address in its one spelling, or "-". Returns `out`. */
const char *address_text(const char *text, char out[ADDRESS_TEXT_MAX]);

#endif
