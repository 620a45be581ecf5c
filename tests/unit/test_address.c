/* SPDX-License-Identifier: MIT */
/*
 * Which addresses are of the public network: both sides of each range's ends, and
 * the ways in which one is hidden in another.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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
		"3ffe:ffff::1" };
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_not_public),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
