/* SPDX-License-Identifier: MIT */
/*
 * The built-in provider as a kind: it has two models and asks nobody. What they
 * say is the demo room's.
 */
#include "config.h"

#include "kind.h"

static char eliza[] = "eliza", eliza_name[] = "ELIZA (1966)";
static char tour[] = "tour", tour_name[] = "Tour of this page";

static const struct config_model models[] = {
	{ .id = eliza, .name = eliza_name, .input = INPUT_TEXT },
	{ .id = tour, .name = tour_name, .input = INPUT_TEXT }
};

const struct provider_kind provider_demo = { .config = { .name = "demo",
						 .local = true,
						 .key_header = "Authorization",
						 .chat_path = "/",
						 .models_path = "/",
						 .models = models,
						 .n_models = sizeof(models) /
						     sizeof(models[0]) },
	.source = PROVIDER_SOURCE_DEMO };
