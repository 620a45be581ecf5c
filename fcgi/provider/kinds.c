/* SPDX-License-Identifier: MIT */
/*
 * The kinds of providers that there are.
 */
#include "config.h"

#include "kind.h"

const struct config_kind *const provider_kinds[] = { &provider_openai.config,
	&provider_responses.config, &provider_anthropic.config,
	&provider_demo.config, NULL };
