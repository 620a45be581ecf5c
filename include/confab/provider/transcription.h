/* SPDX-License-Identifier: MIT */
/*
 * Speech to text, in OpenAI's form: a form with a sound file goes to the provider
 * that the configuration names, and what it says comes back. Pure.
 */
#ifndef CONFAB_PROVIDER_TRANSCRIPTION_H
#define CONFAB_PROVIDER_TRANSCRIPTION_H

#include "confab/provider/provider.h"

/* What a transcription is asked for as: `response_format`. */
enum transcription_format {
	TRANSCRIPTION_JSON, /* json, verbose_json, diarized_json */
	TRANSCRIPTION_TEXT  /* text, srt, vtt */
};

/* The Content-Type of an answer. */
const char *provider_transcription_type(enum transcription_format f);

/*
 * Reads a form (its Content-Type, its bytes) and puts it in the provider's
 * words: to `model` whatever model it names, without the members that the
 * provider's `allow` does not let pass, whose names are in out->ignored. Returns
 * 0, or -1 with err: 400 or 415.
 */
int provider_transcription_request(const struct config_provider *p,
    const char *model, const char *content_type, const char *body, size_t len,
    struct provider_request *out, enum transcription_format *format,
    struct api_error *err);

/*
 * Reads the whole body of an answer with status 200: appends what the client
 * gets to `out` and fills what was counted, or estimated from the text. Returns
 * 0, or -1 with err: 502, or the error that it carries.
 */
int provider_transcription_read(const struct config_provider *p,
    enum transcription_format format, const char *body, size_t len,
    struct buf *out, struct provider_usage *usage, struct api_error *err);

#endif
