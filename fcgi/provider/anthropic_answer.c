/* SPDX-License-Identifier: MIT */
/*
 * Anthropic's Messages API: a whole answer, and what a stream of one has of the
 * same form.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "anthropic.h"

static const char format[] = "\"format\":\"anthropic-claude-v1\"";

void
anthropic_escape(struct buf *out, struct json_object *obj, const char *name)
{
	struct buf text;
	const char *s;
	size_t len;

	s = json_str(obj, name, &len);
	if (s == NULL)
		return;
	buf_init(&text, PROVIDER_CHUNK_MAX);
	if (buf_json(&text, s, len) == 0)
		buf_append(out, text.data + 1, text.len - 2);
	else
		out->failed = true;
	buf_free(&text);
}

void
anthropic_detail(struct buf *out, const struct buf *thought,
    const struct buf *signature, int64_t index)
{
	buf_puts(out, "{\"type\":\"reasoning.text\",\"text\":\"");
	buf_append(out, buf_str(thought), thought->len);
	buf_puts(out, "\",\"signature\":");
	buf_json(out, buf_str(signature), signature->len);
	buf_printf(out, ",%s,\"index\":%" PRId64 "}", format, index);
}

void
anthropic_redacted(struct buf *out, struct json_object *block, int64_t index)
{
	buf_puts(out, "{\"type\":\"reasoning.encrypted\",\"data\":\"");
	anthropic_escape(out, block, "data");
	buf_printf(out, "\",%s,\"index\":%" PRId64 "}", format, index);
}

void
anthropic_citation(struct buf *out, struct json_object *citation)
{
	if (json_str(citation, "url", NULL) == NULL) {
		buf_puts(out, "{\"type\":\"file_citation\",\"file_citation\":");
		json_write(out, citation);
		buf_putc(out, '}');
		return;
	}
	buf_puts(out,
	    "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"");
	anthropic_escape(out, citation, "url");
	buf_puts(out, "\",\"title\":\"");
	anthropic_escape(out, citation, "title");
	buf_puts(out, "\",\"content\":\"");
	anthropic_escape(out, citation, "cited_text");
	buf_puts(out, "\"}}");
}

static void
put_json_string(struct buf *out, struct json_object *obj, const char *name)
{
	buf_putc(out, '"');
	anthropic_escape(out, obj, name);
	buf_putc(out, '"');
}

/* ---- The whole answer ---- */

/* What the blocks of an answer become: texts, and the items of lists. */
struct message {
	struct buf text, reasoning, calls, details, annotations, others;
	unsigned n_calls;
	int64_t index; /* of the block */
};

static void
comma(struct buf *list)
{
	if (list->len > 0)
		buf_putc(list, ',');
}

static void
take_call(struct message *m, struct json_object *block)
{
	struct json_object *input = json_get(block, "input");
	struct buf arguments;

	buf_init(&arguments, m->calls.max);
	if (json_object_is_type(input, json_type_string))
		buf_append(&arguments, json_object_get_string(input),
		    (size_t)json_object_get_string_len(input));
	else if (input != NULL)
		json_write(&arguments, input);
	else
		buf_puts(&arguments, "{}");
	buf_puts(&m->calls, m->n_calls++ > 0 ? ",{\"id\":" : "{\"id\":");
	put_json_string(&m->calls, block, "id");
	buf_puts(&m->calls, ",\"type\":\"function\",\"function\":{\"name\":");
	put_json_string(&m->calls, block, "name");
	buf_puts(&m->calls, ",\"arguments\":");
	buf_json(&m->calls, buf_str(&arguments), arguments.len);
	buf_puts(&m->calls, "}}");
	if (!buf_ok(&arguments))
		m->calls.failed = true;
	buf_free(&arguments);
}

static void
take_text(struct message *m, struct json_object *block)
{
	struct json_object *list = json_get(block, "citations");
	const char *s;
	size_t len, i;

	s = json_str(block, "text", &len);
	if (s != NULL)
		buf_append(&m->text, s, len);
	if (!json_object_is_type(list, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(list); i++) {
		comma(&m->annotations);
		anthropic_citation(&m->annotations,
		    json_object_array_get_idx(list, i));
	}
}

static void
take_thought(struct message *m, struct json_object *block)
{
	struct buf thought, signature;
	const char *s;
	size_t len;

	s = json_str(block, "thinking", &len);
	if (s != NULL)
		buf_append(&m->reasoning, s, len);
	s = json_str(block, "signature", &len);
	if (s == NULL || len == 0)
		return;
	buf_init(&thought, m->details.max);
	buf_init(&signature, m->details.max);
	anthropic_escape(&thought, block, "thinking");
	buf_append(&signature, s, len);
	comma(&m->details);
	anthropic_detail(&m->details, &thought, &signature, m->index);
	if (!buf_ok(&thought) || !buf_ok(&signature))
		m->details.failed = true;
	buf_free(&thought);
	buf_free(&signature);
}

static void
take_block(struct message *m, struct json_object *block)
{
	const char *type = json_str(block, "type", NULL);

	if (type == NULL)
		return;
	if (strcmp(type, "tool_use") == 0) {
		take_call(m, block);
	} else if (strcmp(type, "text") == 0) {
		take_text(m, block);
	} else if (strcmp(type, "thinking") == 0) {
		take_thought(m, block);
	} else if (strcmp(type, "redacted_thinking") == 0) {
		comma(&m->details);
		anthropic_redacted(&m->details, block, m->index);
	} else {
		comma(&m->others);
		json_write(&m->others, block);
	}
}

static void
put_list(struct buf *out, const char *name, const struct buf *items)
{
	if (items->len == 0)
		return;
	buf_printf(out, ",\"%s\":[", name);
	buf_append(out, items->data, items->len);
	buf_putc(out, ']');
}

static void
put_end(struct buf *out, struct json_object *root)
{
	const char *word;
	enum provider_end end =
	    provider_end_of(json_str(root, "stop_reason", NULL), &word);

	buf_puts(out, "},\"finish_reason\":");
	if (end == PROVIDER_END_NONE)
		buf_puts(out, "null");
	else
		buf_json(out, word, strlen(word));
	if (end == PROVIDER_END_INTERRUPTED) {
		buf_puts(out, ",\"native_finish_reason\":");
		buf_json(out, word, strlen(word));
	}
}

static void
put_answer(const struct message *m, struct provider_reader *r,
    struct json_object *root, struct buf *out)
{
	struct json_object *usage;

	provider_usage_read(&r->usage, json_get(root, "usage"));
	r->text_bytes = m->text.len + m->reasoning.len + m->calls.len;
	usage = provider_usage_json(provider_reader_usage(r));
	buf_puts(out, "{\"id\":");
	put_json_string(out, root, "id");
	buf_puts(out,
	    ",\"object\":\"chat.completion\",\"created\":0,\"model\":");
	buf_json(out, r->model_id, strlen(r->model_id));
	buf_puts(out,
	    ",\"choices\":[{\"index\":0,\"message\":{\"role\":"
	    "\"assistant\",\"content\":");
	if (m->text.len > 0 || m->n_calls == 0)
		buf_json(out, buf_str(&m->text), m->text.len);
	else
		buf_puts(out, "null");
	if (m->reasoning.len > 0) {
		buf_puts(out, ",\"reasoning_content\":");
		buf_json(out, m->reasoning.data, m->reasoning.len);
	}
	put_list(out, "tool_calls", &m->calls);
	put_list(out, "reasoning_details", &m->details);
	put_list(out, "annotations", &m->annotations);
	put_list(out, "content_parts", &m->others);
	put_end(out, root);
	buf_puts(out, "}],\"usage\":");
	if (usage != NULL)
		json_write(out, usage);
	else
		out->failed = true;
	buf_putc(out, '}');
	json_object_put(usage);
}

int
anthropic_answer(struct provider_reader *r, struct json_object *root,
    struct buf *out, struct api_error *err)
{
	struct json_object *content = json_get(root, "content");
	struct message m = { .n_calls = 0 };
	struct buf *const bufs[] = { &m.text, &m.reasoning, &m.calls,
		&m.details, &m.annotations, &m.others };
	const char *word;
	size_t i;

	bool list = json_object_is_type(content, json_type_array);

	if (!list && !json_object_is_type(content, json_type_string))
		return -1;
	if (provider_end_of(json_str(root, "stop_reason", NULL), &word) ==
	    PROVIDER_END_ERROR) {
		(void)provider_error_fill(r->p, root, err);
		return -1;
	}
	for (i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_init(bufs[i], out->max);
	if (!list)
		buf_append(&m.text, json_object_get_string(content),
		    (size_t)json_object_get_string_len(content));
	for (i = 0; list && i < json_object_array_length(content); i++) {
		m.index = (int64_t)i;
		take_block(&m, json_object_array_get_idx(content, i));
	}
	put_answer(&m, r, root, out);
	for (i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++) {
		if (!buf_ok(bufs[i]))
			out->failed = true;
		buf_free(bufs[i]);
	}
	return buf_ok(out) ? 0 : -1;
}
