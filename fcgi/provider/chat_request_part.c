/* SPDX-License-Identifier: MIT */
/*
 * The parts of a message's content: text, and what is attached to it.
 */
#include "config.h"

#include <string.h>

#include "confab/base/json.h"

#include "chat_request_part.h"

/* Base64 (RFC 4648, section 4) with its padding. */
static bool
is_base64(const char *s, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	bool table[256] = { false };
	size_t i, pad = 0;

	if (len == 0 || len % 4 != 0)
		return false;
	for (i = 0; i < sizeof(digits) - 1; i++)
		table[(unsigned char)digits[i]] = true;
	while (pad < 2 && s[len - 1 - pad] == '=')
		pad++;
	for (i = 0; i < len - pad; i++) {
		if (!table[(unsigned char)s[i]])
			return false;
	}
	return true;
}

static bool
starts(const char *s, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len > n && memcmp(s, with, n) == 0;
}

static const char *
image_fault(const char *url, size_t len)
{
	static const char *const types[] = { "data:image/png;base64,",
		"data:image/jpeg;base64,", "data:image/jpg;base64,",
		"data:image/gif;base64,", "data:image/webp;base64," };
	size_t i, n;

	if (starts(url, len, "https://") || starts(url, len, "http://"))
		return NULL;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		n = strlen(types[i]);
		if (starts(url, len, types[i]))
			return is_base64(url + n, len - n)
			    ? NULL
			    : "is not valid base64";
	}
	return "must be an https: URL or a data: URL of a PNG, JPEG, GIF or "
	       "WebP image in base64";
}

/* What is fetched from elsewhere, or comes along in base64. */
static const char *
url_fault(const char *url, size_t len)
{
	const char *comma;

	if (starts(url, len, "https://") || starts(url, len, "http://"))
		return NULL;
	comma = memchr(url, ',', len);
	if (!starts(url, len, "data:") || comma == NULL ||
	    memmem(url, (size_t)(comma - url), ";base64", 7) == NULL)
		return "must be an https: URL or a data: URL in base64";
	return is_base64(comma + 1, (size_t)(url + len - comma - 1))
	    ? NULL
	    : "is not valid base64";
}

static void
note_url(struct chat_request *r, const char *url, size_t len)
{
	if (starts(url, len, "http://"))
		r->has_http = true;
}

static const char *
check_text(struct chat_request *r, struct json_object *part,
    const char **member)
{
	(void)r;
	*member = ".text";
	return json_str(part, "text", NULL) != NULL ? NULL : "must be a string";
}

static const char *
check_refusal(struct chat_request *r, struct json_object *part,
    const char **member)
{
	(void)r;
	*member = ".refusal";
	return json_str(part, "refusal", NULL) != NULL ? NULL
						       : "must be a string";
}

static const char *
check_image(struct chat_request *r, struct json_object *part,
    const char **member)
{
	const char *url;
	size_t len;

	*member = ".image_url.url";
	url = json_str(json_get(part, "image_url"), "url", &len);
	if (url == NULL)
		return "must be a string";
	r->has_image = true;
	note_url(r, url, len);
	return image_fault(url, len);
}

static const char *
check_audio(struct chat_request *r, struct json_object *part,
    const char **member)
{
	struct json_object *audio = json_get(part, "input_audio");
	const char *data;
	size_t len;

	(void)r;
	*member = ".input_audio.data";
	data = json_str(audio, "data", &len);
	if (data == NULL)
		return "must be a string";
	if (!is_base64(data, len) && url_fault(data, len) != NULL)
		return "is not valid base64";
	*member = ".input_audio.format";
	return json_str(audio, "format", NULL) != NULL ? NULL
						       : "must be a string";
}

static const char *
check_file(struct chat_request *r, struct json_object *part,
    const char **member)
{
	struct json_object *file = json_get(part, "file");
	const char *data;
	size_t len;

	*member = ".file";
	if (json_str(file, "file_id", NULL) != NULL)
		return NULL;
	*member = ".file.file_data";
	data = json_str(file, "file_data", &len);
	if (data == NULL)
		data = json_str(file, "file_url", &len);
	if (data == NULL)
		return "must be a string";
	note_url(r, data, len);
	return is_base64(data, len) ? NULL : url_fault(data, len);
}

static const char *
check_video(struct chat_request *r, struct json_object *part,
    const char **member)
{
	const char *url;
	size_t len;

	*member = ".video_url.url";
	url = json_str(json_get(part, "video_url"), "url", &len);
	if (url == NULL)
		return "must be a string";
	note_url(r, url, len);
	return url_fault(url, len);
}

/* A thought on its way back: its provider will judge it. */
static const char *
check_thought(struct chat_request *r, struct json_object *part,
    const char **member)
{
	(void)r;
	(void)part;
	(void)member;
	return NULL;
}

/* Which parts there are, and in which messages. */
static const struct {
	const char *type;
	const char *roles; /* NULL: all */
	const char *(
	    *check)(struct chat_request *, struct json_object *, const char **);
} parts[] = { { "text", NULL, check_text },
	{ "image_url", "user tool", check_image },
	{ "input_audio", "user", check_audio },
	{ "file", "user tool", check_file },
	{ "video_url", "user tool", check_video },
	{ "refusal", "assistant", check_refusal },
	{ "thinking", "assistant", check_thought },
	{ "redacted_thinking", "assistant", check_thought } };

const char *
chat_part_fault(struct chat_request *r, const char *role,
    struct json_object *part, const char **member)
{
	const char *type = json_str(part, "type", NULL);
	size_t i;

	*member = "";
	if (type == NULL)
		return "must be an object with a type";
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(parts[i].type, type) != 0)
			continue;
		if (parts[i].roles != NULL &&
		    strstr(parts[i].roles, role) == NULL) {
			*member = ".type";
			return "may not be of this type in a message of this "
			       "role";
		}
		return parts[i].check(r, part, member);
	}
	*member = ".type";
	return "must be text, image_url, input_audio, file or video_url";
}
