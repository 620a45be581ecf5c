/* SPDX-License-Identifier: MIT */
/*
 * A client's address, as the web server's REMOTE_ADDR has it. Pure.
 */
#ifndef CONFAB_IDENTITY_ADDRESS_H
#define CONFAB_IDENTITY_ADDRESS_H

#include <stddef.h>

#define ADDRESS_TEXT_MAX 46
#define ADDRESS_NETWORK_MAX 9

/*
 * The network that is penalised for an address: an IPv4 address itself, also
 * one mapped into IPv6, or the first 64 bits of an IPv6 address, which one
 * subscriber has all of. Returns its length, or 0 for what is no address
 * (a unix socket's client).
 */
size_t address_network(const char *text,
    unsigned char out[ADDRESS_NETWORK_MAX]);

/* The address in its one spelling, or "-". Returns `out`. */
const char *address_text(const char *text, char out[ADDRESS_TEXT_MAX]);

#endif
