/* SPDX-License-Identifier: MIT */
/*
 * What is the same for every provider: putting a request together, and handing
 * over to the file of its kind.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "kind.h"

static const struct provider_kind *
kind_of(const struct config_provider *p)
{
	return (const struct provider_kind *)p->kind;
}

enum provider_source
provider_source(const struct config_provider *p)
{
	return kind_of(p)->source;
}

void
provider_request_free(struct provider_request *r)
{
	size_t i;

	for (i = 0; i < r->n_headers; i++) {
		OPENSSL_cleanse(r->headers[i], strlen(r->headers[i]));
		free(r->headers[i]);
	}
	r->n_headers = 0;
	free(r->url);
	r->url = NULL;
	buf_free(&r->ignored);
	buf_wipe(&r->body);
}

int
provider_add_header(struct provider_request *r, const char *fmt, ...)
{
	char *line = NULL;
	va_list ap;
	int n;

	if (r->n_headers == PROVIDER_HEADERS_MAX)
		return -1;
	va_start(ap, fmt);
	n = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (n == -1)
		return -1;
	r->headers[r->n_headers++] = line;
	return 0;
}

static int
add_headers(struct provider_request *r, const struct config_provider *p,
    const char *accept)
{
	size_t i;

	const struct provider_kind *kind = kind_of(p);

	if (provider_add_header(r, "Accept: %s", accept) != 0)
		return -1;
	if (p->api_key != NULL &&
	    provider_add_header(r, "%s: %s%s", p->key_header, p->key_prefix,
		p->api_key) != 0)
		return -1;
	if (kind->headers != NULL && kind->headers(p, r) != 0)
		return -1;
	for (i = 0; i < p->headers.n; i++) {
		if (provider_add_header(r, "%s", p->headers.words[i]) != 0)
			return -1;
	}
	return 0;
}

/* base_url PATH ?query&more; more NULL: none. */
static int
set_url(struct provider_request *r, const struct config_provider *p,
    const char *path, const char *more)
{
	bool query = p->query != NULL && p->query[0] != '\0';

	if (asprintf(&r->url, "%s%s%s%s%s%s", p->base_url, path,
		query || more != NULL ? "?" : "", query ? p->query : "",
		query && more != NULL ? "&" : "",
		more != NULL ? more : "") == -1) {
		r->url = NULL;
		return -1;
	}
	return 0;
}

int
provider_request_to(const struct config_provider *p, const char *path,
    const char *accept, struct provider_request *out)
{
	return set_url(out, p, path, NULL) == 0 ? add_headers(out, p, accept)
						: -1;
}

int
provider_chat_request(const struct config_provider *p,
    const struct config_model *model, const struct chat_request *req,
    struct provider_request *out, struct api_error *err)
{
	const struct provider_kind *kind = kind_of(p);

	memset(out, 0, sizeof(*out));
	memset(err, 0, sizeof(*err));
	buf_init(&out->body, PROVIDER_BODY_MAX);
	buf_init(&out->ignored, PROVIDER_IGNORED_MAX);
	if (kind->config.local)
		return 0;
	if (req->has_http && !p->http_files)
		return provider_refuse(err, "messages",
		    "may not have http: addresses here");
	if (kind->body(p, model, req, out, err) == 0 && buf_ok(&out->body) &&
	    (!req->web_search ||
		provider_put_search(provider_search_of(p, model), out) == 0) &&
	    provider_request_to(p, p->chat_path,
		req->stream ? "text/event-stream" : "application/json",
		out) == 0 &&
	    provider_add_header(out, "Content-Type: application/json") == 0)
		return 0;
	provider_request_free(out);
	if (err->status == 0)
		(void)provider_no_memory(err);
	return -1;
}

struct provider_reader *
provider_reader_new(const struct config_provider *p, const char *model_id,
    bool want_usage)
{
	size_t state = kind_of(p)->state_size;
	struct provider_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->p = p;
	r->want_usage = want_usage;
	r->model_id = strdup(model_id);
	r->state = state > 0 ? calloc(1, state) : NULL;
	if (r->model_id == NULL || (state > 0 && r->state == NULL)) {
		free(r->model_id);
		free(r->state);
		free(r);
		return NULL;
	}
	provider_think_start(&r->think, r->think_mode, model_id);
	return r;
}

void
provider_reader_asked(struct provider_reader *r, const struct config_model *m,
    uint64_t asked, unsigned answers)
{
	r->answers = answers;
	r->asked = asked;
	r->think_mode = m->think;
	provider_think_start(&r->think, m->think,
	    m->upstream != NULL ? m->upstream : m->id);
}

void
provider_reader_free(struct provider_reader *r)
{
	const struct provider_kind *kind;

	if (r == NULL)
		return;
	kind = kind_of(r->p);
	if (kind->release != NULL)
		kind->release(r->state);
	free(r->state);
	json_object_put(r->usage_json);
	free(r->model_id);
	free(r->id);
	free(r->head);
	provider_template_free(&r->like);
	provider_think_free(&r->think);
	free(r);
}

/* An event with halves of characters: of its texts made whole. */
static enum provider_result
read_joined(struct provider_reader *r, const struct sse_event *ev,
    provider_emit_fn emit, void *arg, struct api_error *err)
{
	enum provider_result result;
	struct sse_event whole = *ev;
	struct buf text;

	buf_init(&text, PROVIDER_CHUNK_MAX);
	if (json_check(ev->data, ev->data_len, JSON_DEPTH_DEFAULT, NULL) ==
	    JSON_OK) {
		if (provider_halves_join(&r->halves, ev->data, ev->data_len,
			&text) != 0) {
			buf_free(&text);
			return provider_no_memory(err);
		}
		whole.data = buf_str(&text);
		whole.data_len = text.len;
	}
	result = kind_of(r->p)->read(r, &whole, emit, arg, err);
	buf_free(&text);
	return result;
}

/* An event without the mark that some gateways put before one that has it. */
static struct sse_event
unmarked(const struct sse_event *ev)
{
	static const char mark[] = "data:";
	struct sse_event bare = *ev;
	size_t n = sizeof(mark) - 1;

	while (bare.data_len >= n && memcmp(bare.data, mark, n) == 0) {
		bare.data += n;
		bare.data_len -= n;
		while (bare.data_len > 0 && *bare.data == ' ') {
			bare.data++;
			bare.data_len--;
		}
	}
	return bare;
}

/* True for an event that only shows that somebody is there. */
static bool
is_life(const struct sse_event *ev)
{
	static const char *const names[] = { "ping", "keepalive", "keep-alive",
		"heartbeat" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ev->name_len == strlen(names[i]) &&
		    strncasecmp(ev->name, names[i], ev->name_len) == 0)
			return true;
	}
	return false;
}

enum provider_result
provider_read(struct provider_reader *r, const struct sse_event *ev,
    provider_emit_fn emit, void *arg, struct api_error *err)
{
	enum provider_result result;
	struct sse_event bare;
	bool error = ev->name_len == 5 && memcmp(ev->name, "error", 5) == 0;

	err->status = 0;
	if (ev->data_len > 0 && ev->data[0] == 'd') {
		bare = unmarked(ev);
		ev = &bare;
	}
	if (!error && r->halves.n == 0 &&
	    provider_template_read(r, ev->data, ev->data_len, emit, arg, err,
		&result))
		return result;
	if (ev->data_len > 0 && ev->data[0] != '{' && is_life(ev))
		return PROVIDER_MORE;
	if (provider_halves_apply(&r->halves, ev->data, ev->data_len))
		return read_joined(r, ev, emit, arg, err);
	return kind_of(r->p)->read(r, ev, emit, arg, err);
}

enum provider_result
provider_read_end(struct provider_reader *r, provider_emit_fn emit, void *arg,
    struct api_error *err)
{
	err->status = 0;
	if (r->finished && !r->p->require_done)
		return provider_finish(r, emit, arg, err);
	api_error_set(err, 502, "upstream_closed",
	    "The provider ended the answer before it was complete.");
	return PROVIDER_FAILED;
}

/* The length of a body without the end of a stream behind it, and without the
 * mark before it; *s moves to the start. */
static size_t
bare(const char **s, size_t len)
{
	static const char done[] = "data: [DONE]";
	const char *body = *s;
	size_t n = sizeof(done) - 1, at;

	if (len >= 3 && memcmp(body, "\xef\xbb\xbf", 3) == 0) {
		body += 3;
		len -= 3;
	}
	*s = body;
	for (;;) {
		while (len > 0 && memchr(" \t\r\n", body[len - 1], 4) != NULL)
			len--;
		if (len >= n && memcmp(body + len - n, done, n) == 0)
			at = len - n;
		else if (len >= n - 1 &&
		    memcmp(body + len - n + 1, "data:[DONE]", n - 1) == 0)
			at = len - n + 1;
		else
			return len;
		len = at;
	}
}

/* True when the first line is JSON of its own. */
static bool
is_lines(const char *body, size_t len)
{
	const char *eol = memchr(body, '\n', len);

	return eol != NULL &&
	    json_check(body, (size_t)(eol - body), JSON_DEPTH_DEFAULT, NULL) ==
	    JSON_OK;
}

int
provider_read_whole(struct provider_reader *r, const char *body, size_t len,
    struct buf *out, struct api_error *err)
{
	struct json_object *root, *error;
	enum json_result parsed;
	int rc = -1;

	memset(err, 0, sizeof(*err));
	len = bare(&body, len);
	parsed = json_parse_loose(body, len, JSON_DEPTH_DEFAULT, &root);
	if (parsed == JSON_NO_MEMORY) {
		(void)provider_no_memory(err);
		return -1;
	}
	if (parsed != JSON_OK && !is_lines(body, len)) {
		(void)provider_invalid(err, "an answer that is no JSON");
		return -1;
	}
	if (parsed != JSON_OK)
		root = NULL;
	error = provider_error_find(root);
	if (error != NULL)
		(void)provider_error_fill(r->p, error, err);
	else if (root == NULL || json_object_is_type(root, json_type_array))
		rc = provider_read_pieces(r, body, len, root, out, err);
	else
		rc = kind_of(r->p)->answer(r, root, out, err);
	if (rc != 0 && err->status == 0) {
		if (buf_ok(out))
			(void)provider_invalid(err,
			    "an answer of another form");
		else
			(void)provider_no_memory(err);
	}
	json_object_put(root);
	return rc;
}

/* Appends s for use in a query (RFC 3986, section 2.3: unreserved stay). */
static void
put_escaped(struct buf *out, const char *s)
{
	static const char plain[] = "-._~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (; *s != '\0'; s++) {
		if (strchr(plain, *s) != NULL)
			buf_putc(out, *s);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

int
provider_list_request(const struct config_provider *p, const char *after,
    struct provider_request *out)
{
	const struct provider_kind *kind = kind_of(p);
	struct buf more;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	buf_init(&out->body, 0);
	if (kind->config.local)
		return -1;
	buf_init(&more, 8192);
	if (kind->list_query != NULL)
		buf_puts(&more, kind->list_query);
	if (after != NULL && after[0] != '\0') {
		buf_printf(&more, "%s%s=", more.len > 0 ? "&" : "",
		    kind->list_cursor);
		put_escaped(&more, after);
	}
	if (buf_ok(&more) &&
	    set_url(out, p, p->models_path,
		more.len > 0 ? buf_str(&more) : NULL) == 0)
		rc = add_headers(out, p, "application/json");
	buf_free(&more);
	if (rc != 0)
		provider_request_free(out);
	return rc;
}
