/* SPDX-License-Identifier: MIT */
/*
 * The catalogue: names, order, what lists add, and its JSON.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/base/json.h"
#include "confab/upstream/catalog.h"

#include "provider/kind.h"

static char one[] = "one", two[] = "two", demo[] = "demo";
static char gpt[] = "gpt", up[] = "gpt-upstream", same[] = "same";
static char other[] = "other", name[] = "G\xc3\xa9\"", listed_name[] = "Listed";

static struct config_model models_one[] = {
	{ .id = gpt,
	    .upstream = up,
	    .name = name,
	    .context_length = 1000,
	    .input = INPUT_TEXT | INPUT_IMAGE | INPUT_AUDIO | INPUT_FILE },
	{ .id = same, .input = INPUT_TEXT }
};
static struct config_model models_two[] = {
	{ .id = same, .input = INPUT_TEXT, .max_output_tokens = 5 }
};
static struct config_provider providers[] = { { .name = one,
						  .kind =
						      &provider_openai.config,
						  .models = models_one,
						  .n_models = 2 },
	{ .name = two,
	    .kind = &provider_openai.config,
	    .models = models_two,
	    .n_models = 1 },
	{ .name = demo, .kind = &provider_demo.config } };
static struct config config = { .providers = providers, .n_providers = 3 };

static bool
everything(const void *arg, const struct catalog_entry *e)
{
	(void)arg;
	return e != NULL;
}

/* The catalogue lists so many, first these, which '|' separates. */
static void
assert_listed(const struct catalog *k, size_t n, const char *ids)
{
	static const char member[] = "{\"id\":\"";
	struct buf json;
	const char *p;
	size_t seen = 0, len;

	buf_init(&json, 16 * 1024 * 1024);
	assert_int_equal(catalog_json(k, everything, NULL, &json), 0);
	for (p = buf_str(&json); (p = strstr(p, member)) != NULL; seen++) {
		p += strlen(member);
		len = strcspn(ids, "|");
		if (len > 0) {
			assert_memory_equal(p, ids, len);
			assert_int_equal(p[len], '"');
		}
		ids += len + (ids[len] == '|');
	}
	assert_int_equal(seen, n);
	buf_free(&json);
}

static void
test_names(void **state)
{
	struct catalog *k = catalog_new(&config, NULL, 0);
	const struct catalog_entry *e;

	(void)state;
	assert_non_null(k);
	assert_listed(k, 5, "gpt|same|two/same|eliza|tour");
	assert_string_equal(catalog_find(k, "two/same")->model.id, "same");
	e = catalog_find(k, "same");
	assert_ptr_equal(e->provider, &providers[0]);
	assert_ptr_equal(catalog_find(k, "one/same"), e);
	assert_ptr_equal(catalog_find(k, "two/same")->provider, &providers[1]);
	assert_ptr_equal(catalog_find(k, "demo/tour"), catalog_find(k, "tour"));
	assert_null(catalog_find(k, "two/gpt"));
	assert_null(catalog_find(k, "gpt-upstream"));
	assert_null(catalog_find(k, ""));
	assert_null(catalog_find(k, "/"));
	assert_ptr_equal(catalog_ref(k), k);
	catalog_unref(k);
	assert_non_null(catalog_find(k, "gpt"));
	catalog_unref(k);
	catalog_unref(NULL);
}

static void
test_lists(void **state)
{
	struct config_model from_one[] = {
		/* Known by its upstream name: fills in what is open. */
		{ .id = up,
		    .name = listed_name,
		    .context_length = 7,
		    .max_output_tokens = 8 },
		{ .id = other,
		    .name = listed_name,
		    .context_length = 9,
		    .input = INPUT_TEXT },
		{ .id = other, .context_length = 10 }
	};
	struct config_model from_two[] = { { .id = other }, { .id = gpt } };
	const struct catalog_list lists[] = { { &providers[1], from_two, 2 },
		{ &providers[0], from_one, 3 } };
	struct catalog *k = catalog_new(&config, lists, 2);
	const struct catalog_entry *e;

	(void)state;
	assert_non_null(k);
	e = catalog_find(k, "gpt");
	assert_int_equal(e->model.context_length, 1000);
	assert_int_equal(e->model.max_output_tokens, 8);
	assert_string_equal(e->model.name, name);
	e = catalog_find(k, "other");
	assert_ptr_equal(e->provider, &providers[0]);
	assert_int_equal(e->model.context_length, 9);
	assert_string_equal(catalog_find(k, "one/other")->model.name, "Listed");
	assert_ptr_equal(catalog_find(k, "two/other")->provider, &providers[1]);
	assert_ptr_equal(catalog_find(k, "two/gpt")->provider, &providers[1]);
	assert_null(catalog_find(k, "gpt-upstream"));
	catalog_unref(k);
}

/* No list can make it larger than the limit. */
static void
test_long_list(void **state)
{
	size_t n = CATALOG_LISTED_MAX + 10, i;
	struct config_model *models = calloc(n, sizeof(*models));
	char(*ids)[8] = calloc(n, sizeof(*ids));
	struct catalog_list list = { &providers[0], models, n };
	struct catalog *k;

	(void)state;
	assert_non_null(models);
	assert_non_null(ids);
	for (i = 0; i < n; i++) {
		ids[i][0] = 'a';
		ids[i][1] = (char)('a' + i / 1000);
		ids[i][2] = (char)('a' + i / 100 % 10);
		ids[i][3] = (char)('a' + i / 10 % 10);
		ids[i][4] = (char)('a' + i % 10);
		models[i].id = ids[i];
	}
	k = catalog_new(&config, &list, 1);
	assert_non_null(k);
	assert_listed(k, 5 + CATALOG_LISTED_MAX, "gpt");
	for (i = 0; i < CATALOG_LISTED_MAX; i++)
		assert_string_equal(catalog_find(k, ids[i])->id, ids[i]);
	assert_null(catalog_find(k, ids[n - 1]));
	catalog_unref(k);
	free(models);
	free(ids);
}

static void
test_json(void **state)
{
	struct config c = config;
	struct catalog *k;
	struct buf b;

	(void)state;
	c.default_model = same;
	k = catalog_new(&c, NULL, 0);
	assert_non_null(k);
	buf_init(&b, 10000);
	assert_int_equal(catalog_json(k, everything, NULL, &b), 0);
	assert_int_equal(json_check(b.data, b.len, 8, NULL), JSON_OK);
	assert_non_null(strstr(b.data,
	    "{\"object\":\"list\",\"data\":[{\"id\":"
	    "\"same\",\"object\":\"model\",\"created\":0,\"owned_by\":\"one\","
	    "\"provider\":\"one\",\"name\":\"same\",\"input\":[\"text\"]},"
	    "{\"id\":\"gpt\",\"object\":\"model\",\"created\":0,\"owned_by\":"
	    "\"one\",\"provider\":\"one\",\"name\":\"G\xc3\xa9\\\"\","
	    "\"context_length\":1000,\"input\":[\"text\",\"image\","
	    "\"audio\",\"file\"]},{\"id\":\"two/same\""));
	assert_null(strstr(b.data, up));
	buf_free(&b);
	buf_init(&b, 20);
	assert_int_equal(catalog_json(k, everything, NULL, &b), -1);
	buf_free(&b);
	catalog_unref(k);
	c.n_providers = 0;
	c.default_model = NULL;
	k = catalog_new(&c, NULL, 0);
	buf_init(&b, 100);
	assert_int_equal(catalog_json(k, everything, NULL, &b), 0);
	assert_string_equal(b.data, "{\"object\":\"list\",\"data\":[]}");
	buf_free(&b);
	catalog_unref(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_names),
		cmocka_unit_test(test_lists), cmocka_unit_test(test_long_list),
		cmocka_unit_test(test_json) };

	return cmocka_run_group_tests_name("catalog", tests, NULL, NULL);
}
