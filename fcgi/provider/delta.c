/* SPDX-License-Identifier: MIT */
/*
 * Chunks of our own, for the kinds whose events are no chunks.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kind.h"

int
provider_delta_begin(const struct provider_writer *w, const char *id)
{
	struct buf head;

	buf_init(&head, 4096);
	buf_puts(&head, "{\"id\":");
	buf_json(&head, id, strlen(id));
	buf_printf(&head,
	    ",\"object\":\"chat.completion.chunk\",\"created\":%" PRId64
	    ",\"model\":",
	    w->r->created);
	buf_json(&head, w->r->model_id, strlen(w->r->model_id));
	buf_puts(&head, ",\"choices\":[");
	if (!buf_ok(&head)) {
		buf_free(&head);
		return -1;
	}
	free(w->r->head);
	w->r->head = buf_steal(&head, NULL);
	return 0;
}

/* Emits a chunk whose choice has these members, which are freed. */
static enum provider_result
put_choice(const struct provider_writer *w, struct buf *members, bool content)
{
	enum provider_result result = PROVIDER_MORE;
	struct buf text;

	if (content)
		provider_end_doubt(w->r, 0);
	/* What a provider begins in the middle begins with a role, too. */
	if (w->r->head == NULL &&
	    (result = provider_delta_role(w)) != PROVIDER_MORE) {
		buf_free(members);
		return result;
	}
	buf_init(&text, PROVIDER_CHUNK_MAX);
	buf_puts(&text, w->r->head);
	buf_puts(&text, "{\"index\":0,");
	buf_append(&text, buf_str(members), members->len);
	buf_puts(&text, "}]}");
	if (!buf_ok(&text) || !buf_ok(members))
		result = provider_no_memory(w->err);
	else if (w->emit(w->arg, text.data, text.len, content) != 0)
		result = provider_not_passed(w->err);
	buf_free(&text);
	buf_free(members);
	return result;
}

enum provider_result
provider_delta_role(const struct provider_writer *w)
{
	struct buf members;

	if (w->r->head == NULL && provider_delta_begin(w, "msg") != 0)
		return provider_no_memory(w->err);
	buf_init(&members, 128);
	buf_puts(&members,
	    "\"delta\":{\"role\":\"assistant\","
	    "\"content\":\"\"},\"finish_reason\":null");
	return put_choice(w, &members, false);
}

enum provider_result
provider_delta_text(const struct provider_writer *w, const char *name,
    const char *s, size_t len)
{
	struct buf members;

	if (s == NULL || len == 0)
		return PROVIDER_MORE;
	w->r->text_bytes += len;
	buf_init(&members, PROVIDER_CHUNK_MAX);
	buf_printf(&members, "\"delta\":{\"%s\":", name);
	buf_json(&members, s, len);
	buf_puts(&members, "},\"finish_reason\":null");
	return put_choice(w, &members, true);
}

enum provider_result
provider_delta_item(const struct provider_writer *w, const char *name,
    const struct buf *item)
{
	struct buf members;

	buf_init(&members, PROVIDER_CHUNK_MAX);
	buf_printf(&members, "\"delta\":{\"%s\":[", name);
	buf_append(&members, buf_str(item), item->len);
	buf_puts(&members, "]},\"finish_reason\":null");
	if (!buf_ok(item))
		members.failed = true;
	return put_choice(w, &members, true);
}

enum provider_result
provider_delta_value(const struct provider_writer *w, const char *name,
    struct json_object *v)
{
	enum provider_result result;
	struct buf item;

	buf_init(&item, PROVIDER_CHUNK_MAX);
	json_write(&item, v);
	result = provider_delta_item(w, name, &item);
	buf_free(&item);
	return result;
}

enum provider_result
provider_delta_picture(const struct provider_writer *w, const char *format,
    const char *data, size_t len)
{
	enum provider_result result;
	struct buf url, image;

	if (data == NULL || len == 0)
		return PROVIDER_MORE;
	buf_init(&url, PROVIDER_CHUNK_MAX);
	buf_init(&image, PROVIDER_CHUNK_MAX);
	buf_printf(&url, "data:image/%.16s;base64,", format);
	buf_append(&url, data, len);
	buf_puts(&image, "{\"type\":\"image_url\",\"image_url\":{\"url\":");
	buf_json(&image, buf_str(&url), url.len);
	buf_puts(&image, "}}");
	if (!buf_ok(&url))
		image.failed = true;
	result = provider_delta_item(w, "images", &image);
	buf_free(&url);
	buf_free(&image);
	return result;
}

/* A member's text, or an empty one. */
static void
put_string(struct buf *out, struct json_object *obj, const char *name)
{
	const char *s;
	size_t len;

	s = json_str(obj, name, &len);
	buf_json(out, s != NULL ? s : "", s != NULL ? len : 0);
}

enum provider_result
provider_delta_call(const struct provider_writer *w, unsigned index,
    struct json_object *call, const char *id)
{
	struct buf members;

	buf_init(&members, PROVIDER_CHUNK_MAX);
	buf_printf(&members,
	    "\"delta\":{\"tool_calls\":[{\"index\":%u,\"id\":", index);
	put_string(&members, call, id);
	buf_puts(&members, ",\"type\":\"function\",\"function\":{\"name\":");
	put_string(&members, call, "name");
	buf_puts(&members, ",\"arguments\":\"\"}}]},\"finish_reason\":null");
	return put_choice(w, &members, true);
}

enum provider_result
provider_delta_arguments(const struct provider_writer *w, unsigned index,
    struct json_object *from, const char *name)
{
	struct buf members;

	buf_init(&members, PROVIDER_CHUNK_MAX);
	buf_printf(&members,
	    "\"delta\":{\"tool_calls\":[{\"index\":%u,"
	    "\"function\":{\"arguments\":",
	    index);
	put_string(&members, from, name);
	buf_puts(&members, "}}]},\"finish_reason\":null");
	return put_choice(w, &members, true);
}

enum provider_result
provider_delta_end(const struct provider_writer *w, enum provider_end end,
    const char *word)
{
	struct buf members;

	provider_end_seen(w->r, 0);
	buf_init(&members, PROVIDER_CHUNK_MAX);
	buf_puts(&members, "\"delta\":{},\"finish_reason\":");
	buf_json(&members, word, strlen(word));
	if (end == PROVIDER_END_INTERRUPTED) {
		buf_puts(&members, ",\"native_finish_reason\":");
		buf_json(&members, word, strlen(word));
	}
	return put_choice(w, &members, false);
}
