/* SPDX-License-Identifier: MIT */
/*
 * Speech to text.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/multipart.h"
#include "confab/base/utf8.h"
#include "confab/provider/transcription.h"

#include "kind.h"

#define NAME_MAX_LEN 64 /* bytes of a member's name */

/* Members that say what the text is to be like. */
static const char *const safe[] = { "file", "language", "prompt", "temperature",
	"response_format", "timestamp_granularities",
	"timestamp_granularities[]", "include[]", "include",
	"chunking_strategy", "known_speaker_names[]",
	"known_speaker_references[]", NULL };

/* A request while its form is read. */
struct reading {
	const struct config_provider *p;
	struct provider_request *out;
	char
	    boundary[MULTIPART_BOUNDARY_MAX + 1]; /* of the form that is made */
	enum transcription_format format;
	bool file;
	struct api_error *err;
};

const char *
provider_transcription_type(enum transcription_format f)
{
	return f == TRANSCRIPTION_JSON ? "application/json"
				       : "text/plain; charset=utf-8";
}

static bool
is(const struct multipart_text *t, const char *word)
{
	return t->len == strlen(word) && memcmp(t->s, word, t->len) == 0;
}

static int
take_format(struct reading *r, const struct multipart_text *v)
{
	static const char *const json[] = { "json", "verbose_json",
		"diarized_json" };
	static const char *const text[] = { "text", "srt", "vtt" };
	size_t i;

	for (i = 0; i < sizeof(json) / sizeof(json[0]); i++) {
		if (is(v, json[i]))
			return 0;
		if (is(v, text[i])) {
			r->format = TRANSCRIPTION_TEXT;
			return 0;
		}
	}
	return provider_refuse(r->err, "response_format",
	    "must be json, verbose_json, diarized_json, text, srt or vtt");
}

/* Members that are not passed on as they are. 1: it is none of these. */
static int
take_special(struct reading *r, const struct multipart_part *part)
{
	if (is(&part->name, "model"))
		return 0; /* the configuration names it */
	if (is(&part->name, "stream")) {
		if (is(&part->data, "false") || is(&part->data, "0"))
			return 0;
		return provider_refuse(r->err, "stream",
		    "must be false: a transcription comes as a whole");
	}
	if (is(&part->name, "response_format") &&
	    take_format(r, &part->data) == -1)
		return -1;
	if (!is(&part->name, "file"))
		return 1;
	if (r->file)
		return provider_refuse(r->err, "file", "must be there once");
	if (part->file.s == NULL || part->data.len == 0)
		return provider_refuse(r->err, "file",
		    "must be a file that is not empty");
	r->file = true;
	return 1;
}

static int
take_part(void *arg, const struct multipart_part *part)
{
	struct reading *r = arg;
	char name[NAME_MAX_LEN + 1];
	int rc;

	rc = take_special(r, part);
	if (rc != 1)
		return rc;
	if (part->name.len > NAME_MAX_LEN)
		return provider_refuse(r->err, "",
		    "a member's name is too long");
	memcpy(name, part->name.s, part->name.len);
	name[part->name.len] = '\0';
	if (provider_allows(r->p, safe, name, r->out))
		multipart_put(&r->out->body, r->boundary, part);
	return 0;
}

/* Reads the form into r->out. Returns 0 or -1 with err. */
static int
read_form(struct reading *r, const char *content_type, const char *body,
    size_t len)
{
	char boundary[MULTIPART_BOUNDARY_MAX + 1];
	enum multipart_result result;

	if (!multipart_boundary(content_type, boundary))
		return api_error_set(r->err, 400, "invalid_request",
		    "The form's Content-Type names no boundary.");
	result = multipart_read(boundary, body, len, take_part, r);
	if (result == MULTIPART_STOPPED)
		return -1;
	if (result != MULTIPART_OK)
		return api_error_set(r->err, 400, "invalid_request",
		    "The form %s", multipart_result_str(result));
	return r->file
	    ? 0
	    : provider_refuse(r->err, "file", "must be there: the sound");
}

static void
put_model(struct reading *r, const char *model)
{
	const struct multipart_part part = { .name = { "model", 5 },
		.data = { model, strlen(model) } };

	multipart_put(&r->out->body, r->boundary, &part);
	multipart_end(&r->out->body, r->boundary);
}

int
provider_transcription_request(const struct config_provider *p,
    const char *model, const char *content_type, const char *body, size_t len,
    struct provider_request *out, enum transcription_format *format,
    struct api_error *err)
{
	struct reading r = { .p = p, .out = out, .err = err };

	memset(out, 0, sizeof(*out));
	memset(err, 0, sizeof(*err));
	buf_init(&out->body, PROVIDER_BODY_MAX);
	buf_init(&out->ignored, PROVIDER_IGNORED_MAX);
	if (multipart_new_boundary(body, len, r.boundary) == 0 &&
	    read_form(&r, content_type, body, len) == 0) {
		put_model(&r, model);
		*format = r.format;
		if (buf_ok(&out->body) &&
		    provider_request_to(p, p->transcription_path,
			provider_transcription_type(r.format), out) == 0 &&
		    provider_add_header(out,
			"Content-Type: multipart/form-data; boundary=%s",
			r.boundary) == 0)
			return 0;
	}
	provider_request_free(out);
	if (err->status == 0)
		(void)provider_no_memory(err);
	return -1;
}

/* ---- The answer ---- */

/* Text as it came; an error object is none, though it is text, too. */
static int
read_text(const char *body, size_t len, struct buf *out,
    struct provider_usage *usage, struct api_error *err)
{
	if (!utf8_valid(body, len)) {
		(void)provider_invalid(err, "a text that is not UTF-8");
		return -1;
	}
	provider_usage_estimate(usage, 0, len);
	if (buf_append(out, body, len) == 0)
		return 0;
	(void)provider_no_memory(err);
	return -1;
}

static int
read_json(struct json_object *root, struct buf *out,
    struct provider_usage *usage, struct api_error *err)
{
	struct json_object *text = json_get(root, "text");
	struct json_object *told = json_get(root, "usage");

	if (!json_object_is_type(text, json_type_string)) {
		(void)provider_invalid(err, "an answer without a text");
		return -1;
	}
	if (json_object_is_type(told, json_type_object))
		provider_usage_read(usage, told);
	if (!provider_usage_known(usage))
		provider_usage_estimate(usage, 0,
		    (uint64_t)json_object_get_string_len(text));
	if (json_write(out, root) == 0)
		return 0;
	(void)provider_no_memory(err);
	return -1;
}

int
provider_transcription_read(const struct config_provider *p,
    enum transcription_format format, const char *body, size_t len,
    struct buf *out, struct provider_usage *usage, struct api_error *err)
{
	struct json_object *root = NULL, *error;
	enum json_result parsed;
	int rc = -1;

	memset(err, 0, sizeof(*err));
	memset(usage, 0, sizeof(*usage));
	parsed = json_parse_loose(body, len, JSON_DEPTH_DEFAULT, &root);
	error = parsed == JSON_OK ? provider_error_find(root) : NULL;
	if (error != NULL)
		(void)provider_error_fill(p, error, err);
	else if (parsed == JSON_NO_MEMORY)
		(void)provider_no_memory(err);
	else if (format == TRANSCRIPTION_TEXT)
		rc = read_text(body, len, out, usage, err);
	else if (parsed != JSON_OK)
		(void)provider_invalid(err, "an answer that is no JSON");
	else
		rc = read_json(root, out, usage, err);
	json_object_put(root);
	return rc;
}
