/* SPDX-License-Identifier: MIT */
/*
 * Thoughts that a server leaves in the text, between the marks of many models,
 * cut anywhere; and texts that only look like that.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "provider/kind.h"

#define ANALYSIS "<|channel|>analysis<|message|>"
#define FINAL "<|channel|>final<|message|>"
#define NEXT "<|start|>assistant"

static const struct {
	const char *text, *thought, *content;
} cases[] = { { "<think>Hm.</think>\n\nYes.", "Hm.", "Yes." },
	{ "\n<THINK>Hm.</Think>Yes.", "Hm.", "Yes." },
	{ "<think>a [/THINK] b</think>Yes.", "a [/THINK] b", "Yes." },
	{ "[THINK]Hm [x].[/THINK]Yes.", "Hm [x].", "Yes." },
	{ "<seed:think>Hm.</seed:think>Yes.", "Hm.", "Yes." },
	{ "\u25c1think\u25b7Hm.\u25c1/think\u25b7Yes.", "Hm.", "Yes." },
	{ "<|channel>thought\nHm.<channel|>Yes.", "Hm.", "Yes." },
	{ "<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Yes."
	  "<|END_RESPONSE|>",
	    "Hm.", "Yes." },
	/* Channels. */
	{ ANALYSIS "Hm.<|end|>" NEXT FINAL "Yes.", "Hm.", "Yes." },
	{ ANALYSIS "Hm.<|end|>" NEXT FINAL "Yes.<|return|>", "Hm.", "Yes." },
	{ NEXT ANALYSIS "Hm.<|end|>" NEXT FINAL "Yes.<|end|>", "Hm.", "Yes." },
	{ ANALYSIS "Hm.<|end|>" NEXT ANALYSIS " And so.<|end|>" NEXT FINAL
		   "Yes.",
	    "Hm. And so.", "Yes." },
	{ ANALYSIS "Hm.<|end|>" NEXT
		   "<|channel|>commentary<|message|> I look.<|end|>" NEXT FINAL
		   "Yes.",
	    "Hm. I look.", "Yes." },
	{ ANALYSIS "Hm." FINAL "Yes.", "Hm.", "Yes." },
	{ ANALYSIS "Hm." NEXT FINAL "Yes.", "Hm.", "Yes." },
	{ FINAL "Yes.", "", "Yes." },
	{ NEXT FINAL "Yes.<|return|>", "", "Yes." },
	{ ANALYSIS "Hm.<|end|>Yes.", "Hm.", "Yes." },
	{ ANALYSIS "Is 1 <|x 2 <| 3?<|end|>" FINAL "No <|.", "Is 1 <|x 2 <| 3?",
	    "No <|." },
	/* Only at the end is a mark that of the end. */
	{ FINAL "A text ends with <|return|> or <|end|>, they say. <|retur", "",
	    "A text ends with <|return|> or <|end|>, they say. <|retur" },
	/* Texts. */
	{ "Yes.<|return|>", "", "Yes.<|return|>" },
	{ "The mark <think> begins a thought</think>.", "",
	    "The mark <think> begins a thought</think>." },
	{ "<thin", "", "<thin" },
	{ "<thinner>x</think>", "", "<thinner>x</think>" },
	{ "[think]ing aloud", "", "[think]ing aloud" },
	{ "[1, 2]", "", "[1, 2]" }, { "[THINK", "", "[THINK" },
	{ "\u25c1 back", "", "\u25c1 back" },
	{ "<|channel|>other<|message|>x<|end|>", "",
	    "<|channel|>other<|message|>x<|end|>" },
	{ "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}",
	    "",
	    "<|channel|>commentary to=functions.f <|constrain|>json<|message|>"
	    "{}" },
	{ "<|channel>thoughtful", "", "<|channel>thoughtful" },
	{ "  <p>x</p>", "", "  <p>x</p>" },
	{ "<think>x</think><|START_RESPONSE|>y", "x", "<|START_RESPONSE|>y" } };

#define CASES (sizeof(cases) / sizeof(cases[0]))

struct out {
	struct buf thought, content;
};

static void
begin(struct out *o, struct provider_think *t, enum config_think mode)
{
	buf_init(&o->thought, 4096);
	buf_init(&o->content, 4096);
	memset(t, 0, sizeof(*t));
	provider_think_start(t, mode, "some-model");
}

static void
feed(struct out *o, struct provider_think *t, const char *s, size_t len)
{
	assert_int_equal(provider_think_feed(t, s, len, &o->thought,
			     &o->content),
	    0);
}

static void
end(struct out *o, struct provider_think *t, const char *thought,
    const char *content)
{
	provider_think_end(t, &o->thought, &o->content);
	provider_think_free(t);
	assert_string_equal(buf_str(&o->thought), thought);
	assert_string_equal(buf_str(&o->content), content);
	buf_free(&o->thought);
	buf_free(&o->content);
}

static void
test_anywhere(void **state)
{
	struct provider_think t;
	struct out o;
	size_t i, k, len;

	(void)state;
	for (i = 0; i < CASES; i++) {
		len = strlen(cases[i].text);
		for (k = 0; k <= len; k++) {
			begin(&o, &t, THINK_AUTO);
			feed(&o, &t, cases[i].text, k);
			feed(&o, &t, cases[i].text + k, len - k);
			end(&o, &t, cases[i].thought, cases[i].content);
		}
		begin(&o, &t, THINK_AUTO);
		for (k = 0; k < len; k++)
			feed(&o, &t, cases[i].text + k, 1);
		end(&o, &t, cases[i].thought, cases[i].content);
	}
}

static void
test_no(void **state)
{
	struct provider_think t;
	struct out o;
	size_t i;

	(void)state;
	for (i = 0; i < CASES; i++) {
		begin(&o, &t, THINK_NO);
		feed(&o, &t, cases[i].text, strlen(cases[i].text));
		end(&o, &t, "", cases[i].text);
	}
}

/* What passes untouched is what would come out untouched. */
static void
test_skips(void **state)
{
	struct provider_think t;
	struct out o;
	size_t i;

	(void)state;
	for (i = 0; i < CASES; i++) {
		/* JSON has no line ends within a text. */
		if (strchr(cases[i].text, '\n') != NULL)
			continue;
		begin(&o, &t, THINK_AUTO);
		if (provider_think_skips(&t, cases[i].text,
			strlen(cases[i].text), false))
			assert_string_equal(cases[i].text, cases[i].content);
		provider_think_free(&t);
	}
	begin(&o, &t, THINK_AUTO);
	assert_true(provider_think_skips(&t, "Yes", 3, false));
	provider_think_free(&t);
	begin(&o, &t, THINK_AUTO);
	assert_false(provider_think_skips(&t, "\\u25C1think", 11, false));
	assert_false(provider_think_skips(&t, " \\n\\u003cthink", 14, false));
	provider_think_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anywhere),
		cmocka_unit_test(test_no),
		cmocka_unit_test(test_skips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
