/* SPDX-License-Identifier: MIT */
/*
 * Events of OpenAI's streams, as string literals.
 */
#ifndef CONFAB_TEST_OPENAI_EVENTS_H
#define CONFAB_TEST_OPENAI_EVENTS_H

#define RUN(run, text, usage) \
	run_stream(&(run), &openai_provider, text, strlen(text), usage)

#define HEAD                                                   \
	"{\"id\":\"c1\",\"object\":\"chat.completion.chunk\"," \
	"\"created\":17,\"model\":\"gpt-4o\",\"system_fingerprint\":\"f\","
#define CHOICE(delta, finish)                        \
	"\"choices\":[{\"index\":0,\"delta\":" delta \
	",\"logprobs\":null,\"finish_reason\":" finish "}]"
#define DATA(json) "data: " json "\n\n"
#define DONE "data: [DONE]\n\n"
#define TEXT(s) DATA(HEAD CHOICE("{\"content\":\"" s "\"}", "null") "}")
#define STOP DATA(HEAD CHOICE("{}", "\"stop\"") "}")

#endif
