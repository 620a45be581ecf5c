/* SPDX-License-Identifier: MIT */
/* Letting a model search the web, with each kind of provider. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/json.h"
#include "confab/config/option.h"
#include "confab/provider/chat_request.h"
#include "provider/kind.h"

static char base[] = "https://api.example", chat[] = "/chat", name[] = "m",
	    limit[] = "max_tokens", version[] = "2023-06-01";
static char tools[] = "{\"tools\":[{\"type\":\"web_search\"}]}";
static char options[] = "{\"web_search_options\":{\"n\":1}}", none[] = "{ }";

#define ASK(more)                                                        \
	"{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":" \
	"\"hi\"}]" more "}"
#define FUNCTION                                                           \
	",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"," \
	"\"parameters\":{\"type\":\"object\"}}}]"

/* Parses and builds; 0, or -1 with err. */
static int
build(const struct config_provider *p, const struct config_model *m,
    const char *text, struct provider_request *out, struct api_error *err)
{
	static const struct config_limits limits = { .json_depth = 32,
		.messages = 8 };
	struct chat_request *r =
	    chat_request_parse(text, strlen(text), &limits, err);
	int rc;

	assert_non_null(r);
	rc = provider_chat_request(p, m, r, out, err);
	chat_request_free(r);
	return rc;
}

/* The body that is sent, parsed; the caller puts it. */
static struct json_object *
sent(const struct config_provider *p, const struct config_model *m,
    const char *ask, const char *ignored)
{
	struct provider_request out;
	struct json_object *root = NULL;
	struct api_error err;

	assert_int_equal(build(p, m, ask, &out, &err), 0);
	assert_int_equal(json_parse(buf_str(&out.body), out.body.len, 64,
			     &root),
	    JSON_OK);
	assert_string_equal(buf_str(&out.ignored), ignored);
	assert_null(json_get(root, "web_search"));
	provider_request_free(&out);
	return root;
}

static const struct config_kind *const kinds[] = { &provider_openai.config,
	&provider_responses.config, &provider_anthropic.config };

static struct config_provider
provider_of(size_t i)
{
	struct config_provider p = { .kind = kinds[i],
		.base_url = base,
		.chat_path = chat,
		.token_limit_field = limit,
		.anthropic_version = version };

	return p;
}

static void
test_members_are_added(void **state)
{
	struct config_model m = { .id = name, .input = INPUT_TEXT };
	struct json_object *root, *list;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct config_provider p = provider_of(i);

		p.web_search = tools;
		root = sent(&p, &m, ASK(",\"web_search\":true" FUNCTION), "");
		list = json_get(root, "tools");
		assert_int_equal(json_object_array_length(list), 2);
		assert_string_equal(json_str(json_object_array_get_idx(list, 1),
					"type", NULL),
		    "web_search");
		json_object_put(root);
		root = sent(&p, &m, ASK(",\"web_search\":true"), "");
		assert_int_equal(json_object_array_length(
				     json_get(root, "tools")),
		    1);
		json_object_put(root);
		m.web_search = options;
		root = sent(&p, &m, ASK(",\"web_search\":true"), "");
		assert_null(json_get(root, "tools"));
		assert_non_null(json_get(root, "web_search_options"));
		json_object_put(root);
		m.web_search = NULL;
	}
}

static void
test_not_without_being_asked_for(void **state)
{
	struct config_model m = { .id = name, .input = INPUT_TEXT };
	struct json_object *root;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct config_provider p = provider_of(i);

		p.web_search = tools;
		root = sent(&p, &m, ASK(""), "");
		assert_null(json_get(root, "tools"));
		json_object_put(root);
		root = sent(&p, &m, ASK(",\"web_search\":false"), "");
		assert_null(json_get(root, "tools"));
		json_object_put(root);
		/* Another's member of that name is as any other. */
		root = sent(&p, &m, ASK(",\"web_search\":{}"), "web_search");
		assert_null(json_get(root, "tools"));
		json_object_put(root);
	}
}

static void
test_a_model_that_cannot_is_told_of(void **state)
{
	struct config_model m = { .id = name, .input = INPUT_TEXT };
	struct config_provider p = provider_of(0);

	(void)state;
	assert_null(provider_search_of(&p, &m));
	json_object_put(
	    sent(&p, &m, ASK(",\"web_search\":true"), "web_search"));
	p.web_search = tools;
	m.web_search = none;
	assert_null(provider_search_of(&p, &m));
	json_object_put(
	    sent(&p, &m, ASK(",\"web_search\":true"), "web_search"));
	m.web_search = options;
	assert_ptr_equal(provider_search_of(&p, &m), options);
}

static void
test_only_an_object_is_taken(void **state)
{
	(void)state;
	assert_true(config_is_object("{}"));
	assert_true(config_is_object(tools));
	assert_false(config_is_object(""));
	assert_false(config_is_object("[]"));
	assert_false(config_is_object("{\"a\":1"));
	assert_false(config_is_object("{'a':1}"));
	assert_false(config_is_object("{\"a\":1,\"a\":NaN}"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(
						       test_members_are_added),
		cmocka_unit_test(test_not_without_being_asked_for),
		cmocka_unit_test(test_a_model_that_cannot_is_told_of),
		cmocka_unit_test(test_only_an_object_is_taken) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
