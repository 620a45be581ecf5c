/* SPDX-License-Identifier: MIT */
/* What authenticators write, item after item. */
#include "config.h"

#include <string.h>

#ifdef HAVE_LIBCBOR
#include <cbor.h>
#endif

#include "webauthn_cbor.h"

#ifdef HAVE_LIBCBOR
/* What the decoder calls lengths; libcbor 0.11 changed it. */
#if CBOR_MAJOR_VERSION == 0 && CBOR_MINOR_VERSION < 11
typedef size_t cbor_length;
#else
typedef uint64_t cbor_length;
#endif

static void
take_number(void *arg, uint64_t magnitude, bool negative)
{
	struct webauthn_cbor_item *item = arg;

	/* -1 - n: what does not fit is nothing that we would look for. */
	if (magnitude > INT64_MAX)
		return;
	item->kind = WEBAUTHN_CBOR_INT;
	item->value = negative ? -1 - (int64_t)magnitude : (int64_t)magnitude;
}

static void
take_uint8(void *arg, uint8_t n)
{
	take_number(arg, n, false);
}

static void
take_uint16(void *arg, uint16_t n)
{
	take_number(arg, n, false);
}

static void
take_uint32(void *arg, uint32_t n)
{
	take_number(arg, n, false);
}

static void
take_uint64(void *arg, uint64_t n)
{
	take_number(arg, n, false);
}

static void
take_negint8(void *arg, uint8_t n)
{
	take_number(arg, n, true);
}

static void
take_negint16(void *arg, uint16_t n)
{
	take_number(arg, n, true);
}

static void
take_negint32(void *arg, uint32_t n)
{
	take_number(arg, n, true);
}

static void
take_negint64(void *arg, uint64_t n)
{
	take_number(arg, n, true);
}

static void
take(void *arg, enum webauthn_cbor_kind kind, cbor_data data, cbor_length len)
{
	struct webauthn_cbor_item *item = arg;

	if (len > SIZE_MAX)
		return;
	item->kind = kind;
	item->data = data;
	item->len = (size_t)len;
}

static void
take_bytes(void *arg, cbor_data data, cbor_length len)
{
	take(arg, WEBAUTHN_CBOR_BYTES, data, len);
}

static void
take_text(void *arg, cbor_data data, cbor_length len)
{
	take(arg, WEBAUTHN_CBOR_TEXT, data, len);
}

static void
take_array(void *arg, cbor_length len)
{
	take(arg, WEBAUTHN_CBOR_ARRAY, NULL, len);
}

static void
take_map(void *arg, cbor_length len)
{
	take(arg, WEBAUTHN_CBOR_MAP, NULL, len);
}

static void
take_other(void *arg)
{
	take(arg, WEBAUTHN_CBOR_OTHER, NULL, 0);
}

static void
take_bool(void *arg, bool b)
{
	(void)b;
	take_other(arg);
}

static void
take_float(void *arg, float f)
{
	(void)f;
	take_other(arg);
}

static void
take_double(void *arg, double f)
{
	(void)f;
	take_other(arg);
}

bool
webauthn_cbor_available(void)
{
	return true;
}

bool
webauthn_cbor_next(struct webauthn_cbor *in, struct webauthn_cbor_item *out)
{
	/* Tags and the heads of strings, arrays and maps without a length say
	 * nothing, and so make no item. */
	struct cbor_callbacks calls = cbor_empty_callbacks;
	struct cbor_decoder_result r;

	calls.uint8 = take_uint8;
	calls.uint16 = take_uint16;
	calls.uint32 = take_uint32;
	calls.uint64 = take_uint64;
	calls.negint8 = take_negint8;
	calls.negint16 = take_negint16;
	calls.negint32 = take_negint32;
	calls.negint64 = take_negint64;
	calls.byte_string = take_bytes;
	calls.string = take_text;
	calls.array_start = take_array;
	calls.map_start = take_map;
	calls.null = take_other;
	calls.undefined = take_other;
	calls.boolean = take_bool;
	calls.float2 = take_float;
	calls.float4 = take_float;
	calls.float8 = take_double;
	memset(out, 0, sizeof(*out));
	r = cbor_stream_decode(in->data, in->len, &calls, out);
	if (r.status != CBOR_DECODER_FINISHED ||
	    out->kind == WEBAUTHN_CBOR_NONE || r.read == 0 || r.read > in->len)
		return false;
	in->data += r.read;
	in->len -= r.read;
	return true;
}
#else
bool
webauthn_cbor_available(void)
{
	return false;
}

bool
webauthn_cbor_next(struct webauthn_cbor *in, struct webauthn_cbor_item *out)
{
	(void)in;
	memset(out, 0, sizeof(*out));
	return false;
}
#endif

bool
webauthn_cbor_skip(struct webauthn_cbor *in)
{
	size_t left[WEBAUTHN_CBOR_DEPTH] = { 1 };
	struct webauthn_cbor_item item;
	size_t depth = 0;

	for (;;) {
		while (left[depth] == 0) {
			if (depth-- == 0)
				return true;
		}
		left[depth]--;
		if (!webauthn_cbor_next(in, &item))
			return false;
		if (item.kind != WEBAUTHN_CBOR_ARRAY &&
		    item.kind != WEBAUTHN_CBOR_MAP)
			continue;
		/* Each item is a byte at least. */
		if (item.len > in->len || ++depth == WEBAUTHN_CBOR_DEPTH)
			return false;
		left[depth] =
		    item.kind == WEBAUTHN_CBOR_MAP ? 2 * item.len : item.len;
	}
}
