/* SPDX-License-Identifier: MIT */
/*
 * Which addresses are of the public network: both sides of each range's ends, and
 * the ways in which one is hidden in another. Ranges, networks, spellings.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/address.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
test_public(void **state)
{
	static const char *const public[] = { "1.1.1.1", "8.8.8.8",
		"9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
		"126.255.255.255", "128.0.0.1", "169.253.255.255",
		"169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
		"192.167.255.255", "192.169.0.0", "198.17.255.255",
		"198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8",
		"64:ff9b::808:808", "2001:4860:4860::8888",
		"2a00:1450:4001:82b::200e", "2606:4700::1111", "2001:200::1",
		"3ffe:ffff::1",
		/* nearly a tunnel's mark */
		"2a00:1450::100:5efe:a00:1", "2a00:1450::1:5efe:a00:1",
		"2a00:1450::5ffe:a00:1", "2a00:1450::5eff:a00:1" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(public); i++)
		if (!address_is_public(public[i]))
			fail_msg("%s", public[i]);
}

static void
test_not_public(void **state)
{
	static const char *const closed[] = { "0.0.0.0", "0.1.2.3", "10.0.0.1",
		"10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
		"127.255.255.255", "169.254.169.254", "172.16.0.1",
		"172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
		"192.168.0.1", "192.168.255.255", "198.18.0.1",
		"198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1",
		"239.255.255.250", "240.0.0.1", "255.255.255.255",
		/* hidden in IPv6 */
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe",
		"64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe",
		"64:ff9b:1::808:808", "2002:7f00:1::", "2002:a00:1::1",
		"2002:808:808::1", "::127.0.0.1", "::8.8.8.8",
		"2a00:1450::5efe:a00:1", "2a00:1450::200:5efe:a00:1",
		"2001:0:53aa:64c::1",
		/* of IPv6 itself */
		"::", "::1", "fe80::1", "febf::1", "fec0::1", "fc00::1",
		"fdff::1", "ff02::1", "100::1", "2001::1", "2001:2::1",
		"2001:10::1", "2001:db8::1", "3fff::1", "4000::1", "5f00::1",
		/* none at all */
		"", "x", "localhost", "1.2.3", "1.2.3.4.5", "0x7f.1",
		"2130706433", "1.1.1.1/32", " 1.1.1.1", "fe80::1%lo" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(closed); i++)
		if (address_is_public(closed[i]))
			fail_msg("%s", closed[i]);
}

static void
test_ranges(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int family;
		unsigned bits;
	} rows[] = {
		{ "10.0.0.0/8", true, 4, 8 },
		{ "0.0.0.0/0", true, 4, 0 },
		{ "128.0.0.0/1", true, 4, 1 },
		{ "1.2.3.4", true, 4, 32 },
		{ "1.2.3.4/32", true, 4, 32 },
		{ "1.2.3.4/30", true, 4, 30 },
		{ "0000:0000:0000:0000:0000:ffff:255.255.255.255/32", true, 4,
		    32 },
		{ "::", true, 6, 128 },
		{ "::/0", true, 6, 0 },
		{ "::1/128", true, 6, 128 },
		{ "2001:db8::/33", true, 6, 33 },
		/* more bits than the network has */
		{ "10.0.0.1/8", false, 0, 0 },
		{ "128.0.0.0/0", false, 0, 0 },
		{ "1.2.3.4/29", false, 0, 0 },
		{ "1.2.3.5/31", false, 0, 0 },
		{ "2001:db8:8000::/32", false, 0, 0 },
		/* no number of bits */
		{ "1.2.3.4/33", false, 0, 0 },
		{ "::/129", false, 0, 0 },
		{ "1.2.3.4/", false, 0, 0 },
		{ "1.2.3.4/032", false, 0, 0 },
		{ "0.0.0.0/00", false, 0, 0 },
		{ "::/1000", false, 0, 0 },
		{ "0.0.0.0/ 8", false, 0, 0 },
		{ "0.0.0.0/8x", false, 0, 0 },
		{ "0.0.0.0/-1", false, 0, 0 },
		/* no address */
		{ "", false, 0, 0 },
		{ "/8", false, 0, 0 },
		{ "example.org/8", false, 0, 0 },
		{ "0000:0000:0000:0000:0000:ffff:255.255.255.2550", false, 0,
		    0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct address_range r;

		if (address_range_read(rows[i].text, &r) != rows[i].ok)
			fail_msg("%s", rows[i].text);
		if (rows[i].ok) {
			assert_int_equal(r.family, rows[i].family);
			assert_int_equal(r.bits, rows[i].bits);
		}
	}
}

static void
test_in_range(void **state)
{
	static const struct {
		const char *range, *address;
		bool in;
	} rows[] = {
		{ "172.16.0.0/12", "172.16.0.0", true },
		{ "172.16.0.0/12", "172.31.255.255", true },
		{ "172.16.0.0/12", "::ffff:172.31.255.255", true },
		{ "172.16.0.0/12", "172.32.0.0", false },
		{ "172.16.0.0/12", "172.15.255.255", false },
		{ "1.2.3.4", "1.2.3.4", true },
		{ "1.2.3.4", "1.2.3.5", false },
		{ "0.0.0.0/0", "255.255.255.255", true },
		{ "0.0.0.0/0", "::", false },
		{ "0.0.0.0/0", "unix:", false },
		{ "::/0", "ffff::", true },
		{ "::/0", "0.0.0.0", false },
		{ "::/0", "unix:", false },
		{ "2001:db8::/33", "2001:DB8:7fff:ffff::", true },
		{ "2001:db8::/33", "2001:db8:8000::", false },
		{ "::1", "::1", true },
		{ "::1", "::", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct address_range r;

		assert_true(address_range_read(rows[i].range, &r));
		assert_false(address_range_has(&r, NULL));
		if (address_range_has(&r, rows[i].address) != rows[i].in)
			fail_msg("%s in %s", rows[i].address, rows[i].range);
	}
}

static void
test_networks_and_spellings(void **state)
{
	static const struct {
		const char *address, *network, *prefix, *text;
		size_t len;
	} rows[] = {
		{ "192.0.2.77", "\4\300\0\2\115", "192.0.2.0/24", "192.0.2.77",
		    5 },
		{ "::FFFF:192.0.2.77", "\4\300\0\2\115", "192.0.2.0/24",
		    "192.0.2.77", 5 },
		{ "2001:DB8:0:1::2:3", "\6\40\1\15\270\0\0\0\1",
		    "2001:db8::/48", "2001:db8:0:1::2:3", 9 },
		{ "2001:db8:ffff:ffff::", "\6\40\1\15\270\377\377\377\377",
		    "2001:db8:ffff::/48", "2001:db8:ffff:ffff::", 9 },
		{ "unix:", "", "", "-", 0 },
		{ NULL, "", "", "-", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		static const unsigned char zeros[ADDRESS_PREFIX_LEN];
		unsigned char network[ADDRESS_NETWORK_MAX];
		unsigned char prefix[ADDRESS_PREFIX_LEN];
		char shown[ADDRESS_PREFIX_TEXT_MAX], text[ADDRESS_TEXT_MAX];

		assert_int_equal(address_network(rows[i].address, network),
		    rows[i].len);
		assert_memory_equal(network, rows[i].network, rows[i].len);
		assert_int_equal(address_prefix(rows[i].address, prefix),
		    rows[i].len > 0);
		if (rows[i].len == 0)
			assert_memory_equal(prefix, zeros, sizeof(zeros));
		assert_string_equal(address_prefix_text(prefix, shown),
		    rows[i].prefix);
		assert_string_equal(address_text(rows[i].address, text),
		    rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_not_public),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_in_range),
		cmocka_unit_test(test_networks_and_spellings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
