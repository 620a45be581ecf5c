/* SPDX-License-Identifier: MIT */
/*
 * Which of the listed models are for conversation, and wanted.
 */
#include "config.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "kind.h"

static bool
contains(const char *s, const char *what)
{
	size_t n = strlen(what);

	for (; *s != '\0'; s++) {
		if (strncasecmp(s, what, n) == 0)
			return true;
	}
	return false;
}

static bool
contains_any(const char *s, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (contains(s, *words))
			return true;
	}
	return false;
}

static bool
matches(const struct config_list *patterns, const char *id)
{
	size_t i;

	for (i = 0; i < patterns->n; i++) {
		if (fnmatch(patterns->words[i], id, 0) == 0)
			return true;
	}
	return false;
}

/* Names of what is no model for conversation. */
static bool
is_other_by_name(const char *id)
{
	static const char *const words[] = { "embed", "whisper", "tts-", "-tts",
		"dall-e", "gpt-image", "moderation", "transcribe", "babbage-",
		"davinci-", "sora-", "imagen", "veo-", "rerank",
		"stable-diffusion", "sdxl", "flux", "realtime", "bge-",
		"gte-large", "text-to-", "speech", "-ocr", "clip-", "aqa",
		"gpt-3.5-turbo-instruct", NULL };

	return contains_any(id, words);
}

/* What a type or a task is called when it is conversation. */
static bool
is_chat_word(const char *s)
{
	static const char *const words[] = { "chat", "text generation",
		"text-generation", "text2text", "llm", "vlm", "language",
		"completion", "conversation", "image-text-to-text", "model",
		"multimodal", NULL };

	return contains_any(s, words);
}

/* A flag, or the first of several that is there. -1: it says nothing. */
static int
flag(struct json_object *obj, const char *const *names)
{
	for (; *names != NULL; names++) {
		struct json_object *v = json_get(obj, *names);

		if (json_object_is_type(v, json_type_boolean))
			return json_object_get_boolean(v);
		if (json_object_is_type(v, json_type_string))
			return strcasecmp(json_object_get_string(v), "true") ==
			    0;
	}
	return -1;
}

static bool
has_any(struct json_object *list, const char *const *words)
{
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		struct json_object *v = json_object_array_get_idx(list, i);

		if (json_object_is_type(v, json_type_string) &&
		    contains_any(json_object_get_string(v), words))
			return true;
	}
	return false;
}

/* True when a list is there, and has none of the words. */
static bool
lacks(struct json_object *list, const char *const *words)
{
	return json_object_is_type(list, json_type_array) &&
	    json_object_array_length(list) > 0 && !has_any(list, words);
}

/* What a list says of a model: true when it is for something else. */
static bool
is_other_by_word(struct json_object *item)
{
	static const char *const flags[] = { "completion_chat",
		"chat_completion", "chatCompletion", "chat", NULL };
	static const char *const own[] = { "supports_chat", NULL };
	static const char *const able[] = { "completion", "chat", "generate",
		"tool", "vision", "thinking", NULL };
	static const char *const methods[] = { "generateContent",
		"generateMessage", "createMessage", NULL };
	static const char *const text[] = { "text", NULL };
	struct json_object *can = json_get(item, "capabilities");
	struct json_object *task = json_get(item, "task");
	const char *s = json_str(item, "type", NULL);

	if (s != NULL && !is_chat_word(s))
		return true;
	s = json_object_is_type(task, json_type_object)
	    ? json_str(task, "name", NULL)
	    : json_str(item, "task", NULL);
	if (s == NULL)
		s = json_str(item, "pipeline_tag", NULL);
	if (s != NULL && !is_chat_word(s))
		return true;
	if (flag(can, flags) == 0 || flag(item, own) == 0)
		return true;
	return lacks(can, able) ||
	    lacks(json_get(item, "supportedGenerationMethods"), methods) ||
	    lacks(json_get(json_get(item, "architecture"), "output_modalities"),
		text) ||
	    lacks(json_get(item, "output_modalities"), text) ||
	    lacks(json_get(item, "supported_output_modalities"), text);
}

bool
provider_list_offers(const struct config_provider *p, struct json_object *item,
    const char *id)
{
	if (matches(&p->hide, id))
		return false;
	if (p->only.n > 0)
		return matches(&p->only, id);
	return !is_other_by_name(id) &&
	    (item == NULL || !is_other_by_word(item));
}
