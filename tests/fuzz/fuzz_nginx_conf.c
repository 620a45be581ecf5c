/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as what "nginx -T" wrote, which doctor reads as root.
 * Aborts when the tree is not one, or when a limit does not hold.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include "ctl/nginx_conf.h"
#include "fuzz.h"

static void
check_node(const struct nginx_conf *c, const struct nginx_node *n)
{
	unsigned depth = 0;

	check(n->n <= NGINX_WORDS);
	check(nginx_word(n, n->n)[0] == '\0');
	for (const struct nginx_node *up = n; up != c->root; up = up->up) {
		check(up->up != NULL);
		check(++depth <= NGINX_DEPTH * 2);
	}
	for (size_t i = 0; i < n->n; i++) {
		check(nginx_size(nginx_word(n, i)) >= -1);
		check(nginx_time(nginx_word(n, i)) >= -1);
	}
	if (n->up != NULL) {
		check(nginx_here(n->up, nginx_word(n, 0), NULL) != NULL);
		check(nginx_inherited(n, nginx_word(n, 0)) != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nginx_conf *c = nginx_conf_read((const char *)data, size);
	size_t nodes = 0;

	if (c == NULL)
		return 0;
	check(c->n_files >= 1 && c->n_files <= NGINX_FILES);
	for (const struct nginx_node *n = c->root; n != NULL;
	     n = nginx_next(n)) {
		check_node(c, n);
		check(++nodes <= NGINX_NODES + 1);
	}
	nginx_conf_free(c);
	return 0;
}
