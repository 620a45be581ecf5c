/* SPDX-License-Identifier: MIT */
/*
 * How a transfer is put to libcurl, and how libcurl's failures are told.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/x509.h>

#include "private.h"
#include "transfer_setup.h"

/*
 * A stream's tokens are small and come one by one: a small buffer costs no
 * time and saves memory in every one of thousands of streams.
 */
#define RECEIVE_BUFFER 1024L
#define SEND_BUFFER 16384L /* libcurl's least, and a TLS record's most */
/* HTTP/2 loses or stalls paused data before this libcurl. */
#define HTTP2_SINCE 0x080400
#define HEADERS_MAX (64 * 1024) /* bytes of a response's headers */
#define WANTED_MAX 1024		/* bytes of a header's value that is kept */
#define CONNECTION_AGE 60L	/* seconds an idle connection is trusted */
#define AUTHORITIES_AGE 3600L	/* seconds until their file is read again */

void
transfer_free_headers(struct curl_slist *headers)
{
	struct curl_slist *h;

	for (h = headers; h != NULL; h = h->next)
		OPENSSL_cleanse(h->data, strlen(h->data));
	curl_slist_free_all(headers);
}

static int
make_headers(struct transfer *t, const struct provider_request *req)
{
	struct curl_slist *list = NULL, *more;
	size_t i;

	for (i = 0; i < req->n_headers; i++) {
		more = curl_slist_append(list, req->headers[i]);
		if (more == NULL)
			goto fail;
		list = more;
	}
	/* Not to wait a second for "100 Continue" with a large body. */
	more = curl_slist_append(list, "Expect:");
	if (more == NULL)
		goto fail;
	t->headers = more;
	return 0;

fail:
	transfer_free_headers(list);
	return -1;
}

/* The value of header line `line` when its name is `name`; else NULL. */
static const char *
header_value(const char *line, size_t len, const char *name, size_t *n)
{
	size_t skip = strlen(name);

	if (len <= skip || strncasecmp(line, name, skip) != 0 ||
	    line[skip] != ':')
		return NULL;
	skip++;
	while (skip < len && (line[skip] == ' ' || line[skip] == '\t'))
		skip++;
	while (len > skip && strchr(" \t\r\n", line[len - 1]) != NULL)
		len--;
	*n = len - skip;
	return line + skip;
}

static bool
equals(const char *v, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(v, word, n) == 0;
}

/* libcurl's header callback. */
static size_t
on_header(char *line, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * count, n;
	const char *v;

	t->header_bytes += len;
	if (t->header_bytes > HEADERS_MAX)
		return 0;
	if (len > 5 && strncmp(line, "HTTP/", 5) == 0) {
		/* A new response: the one before was interim. */
		t->encoded = false;
		t->no_reuse = false;
		/* Others are on the connection, and few are needed. */
		t->http2 = line[5] == '2';
		if (t->http2)
			curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 0L);
	}
	v = header_value(line, len, "Content-Encoding", &n);
	if (v != NULL && !equals(v, n, "identity"))
		t->encoded = true;
	v = header_value(line, len, "Connection", &n);
	if (v != NULL && equals(v, n, "close"))
		t->no_reuse = true;
	v = header_value(line, len, "Retry-After", &n);
	if (v != NULL && n < 64) {
		free(t->retry_after);
		t->retry_after = strndup(v, n);
	}
	v = t->want != NULL ? header_value(line, len, t->want, &n) : NULL;
	if (v != NULL && n <= WANTED_MAX) {
		free(t->wanted);
		t->wanted = strndup(v, n);
	}
	if (line[0] == '\r' && t->on_head != NULL && transfer_status(t) >= 200)
		t->on_head(t);
	return len;
}

#if UPSTREAM_CAN_REUSE
/*
 * libcurl's pre-request callback, called before each sending. The second one
 * is libcurl repeating the request on its own after a reused connection died
 * unanswered; the provider may have begun, and been paid for, the first.
 */
static int
on_request(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct transfer *t = arg;
	long connects = 0;

	(void)ip;
	(void)local_ip;
	(void)port;
	if (t->sent)
		return CURL_PREREQFUNC_ABORT;
	curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
	t->spoilt = connects == 0 && upstream_idle_is_spoilt(t, local_port);
	if (t->spoilt)
		return CURL_PREREQFUNC_ABORT;
	t->sent = true;
	return CURL_PREREQFUNC_OK;
}
#endif

/* The file of authorities that libcurl was built with; NULL: none is known. */
static const char *
own_authorities(void)
{
#if LIBCURL_VERSION_NUM >= 0x074600
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);

	return v->age >= CURLVERSION_SEVENTH ? v->cainfo : NULL;
#else
	return NULL;
#endif
}

const char *
upstream_authorities(void)
{
	const char *own = own_authorities();
	static const char *const files[] = {
		"/etc/ssl/certs/ca-certificates.crt",	  /* Debian, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt",	  /* Fedora, RHEL */
		"/etc/ssl/ca-bundle.pem",		  /* openSUSE */
		"/etc/ssl/cert.pem",			  /* Alpine, BSD */
		"/usr/local/share/certs/ca-root-nss.crt", /* FreeBSD */
	};
	size_t i;

	if (own != NULL && access(own, R_OK) == 0)
		return NULL;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (access(files[i], R_OK) == 0)
			return files[i];
	return NULL;
}

/*
 * Says whose certificates are trusted: the provider's file, or else libcurl's
 * own. Not its directory as well, which Debian's has: with one it does not share
 * what it has read, so that each connection would take 30 ms and 900 KiB.
 */
static int
setup_authorities(CURL *e, const struct transfer_peer *peer)
{
	if (peer->ca_file != NULL || own_authorities() != NULL)
		curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
#if LIBCURL_VERSION_NUM >= 0x075700
	curl_easy_setopt(e, CURLOPT_CA_CACHE_TIMEOUT, AUTHORITIES_AGE);
#endif
	if (peer->ca_file == NULL)
		return 0;
	return curl_easy_setopt(e, CURLOPT_CAINFO, peer->ca_file) == CURLE_OK
	    ? 0
	    : -1;
}

/* Says how connections are used. Returns -1 when memory is short for what
 * keeps the call on its way: a default would be no proxy that was set, or one
 * that was not. */
static int
setup_connection(struct transfer *t, const struct transfer_peer *peer,
    unsigned connect_ms)
{
	CURL *e = t->easy;
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
	bool http2;

	http2 = v->version_num >= HTTP2_SINCE &&
	    (v->features & CURL_VERSION_HTTP2) != 0 &&
	    strncasecmp(peer->url, "https:", 6) == 0;
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
	    http2 ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
#if UPSTREAM_CAN_REUSE
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_request);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(e, CURLOPT_FRESH_CONNECT,
	    http2 || t->expected_reuse ? 0L : 1L);
#else
	curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
#endif
	/* Until transfer_keep(). */
	curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
	/* Wait for a connection that is being made and may take many. */
	curl_easy_setopt(e, CURLOPT_PIPEWAIT, http2 ? 1L : 0L);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, CONNECTION_AGE);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* A cancelled name resolution must not be waited for. */
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
#endif
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(e, CURLOPT_PROTOCOLS,
	    (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (setup_authorities(e, peer) == -1)
		return -1;
	/* "" also keeps the environment's proxies out. */
	return curl_easy_setopt(e, CURLOPT_PROXY,
		   peer->proxy != NULL ? peer->proxy : "") == CURLE_OK
	    ? 0
	    : -1;
}

int
transfer_setup(struct transfer *t, CURLSH *share,
    const struct transfer_peer *peer, const struct provider_request *req,
    unsigned connect_ms)
{
	CURL *e;

	if (make_headers(t, req) == -1)
		return -1;
	e = curl_easy_init();
	if (e == NULL)
		goto fail;
	t->easy = e;
	if (setup_connection(t, peer, connect_ms) == -1)
		goto fail;
	if (t->networks == NULL)
		curl_easy_setopt(e, CURLOPT_SHARE, share);
	else if (upstream_setup_web(t) == -1)
		goto fail;
	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
	curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, SEND_BUFFER);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)t->total_ms);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, t->on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	/* A proxy's own are not the server's. */
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "confab/" VERSION);
	if (curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers) != CURLE_OK ||
	    curl_easy_setopt(e, CURLOPT_URL, req->url) != CURLE_OK)
		goto fail;
	if (req->body.len > 0) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)req->body.len);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, req->body.data);
	}
	if (t->method != NULL &&
	    curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, t->method) != CURLE_OK)
		goto fail;
	return 0;

fail:
	if (t->easy != NULL)
		curl_easy_cleanup(t->easy);
	t->easy = NULL;
	transfer_free_headers(t->headers);
	t->headers = NULL;
	return -1;
}

void
transfer_drop_request(struct transfer *t)
{
	curl_off_t sent = 0;

	if (t->headers == NULL)
		return;
	curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	if ((size_t)sent < t->body.len)
		return;
	buf_wipe(&t->body);
	/* libcurl looked at them when it put the request together. */
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, NULL);
	transfer_free_headers(t->headers);
	t->headers = NULL;
	/* To be told the size anew has libcurl free what it sends from, which
	 * it would keep to the end of the transfer. */
	curl_easy_setopt(t->easy, CURLOPT_UPLOAD_BUFFERSIZE, SEND_BUFFER);
}

bool
transfer_is_sending(const struct transfer *t)
{
	curl_off_t sent = 0;

	if (t->headers == NULL)
		return false; /* sent whole */
	curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	return (size_t)sent < t->body.len;
}

bool
transfer_is_counted_out(const struct transfer *t, size_t len)
{
	curl_off_t all = -1;

	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &all);
	return all >= 0 && (size_t)all <= len;
}

long
transfer_status(const struct transfer *t)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

const char *
transfer_content_type(const struct transfer *t)
{
	char *type = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
	return type;
}

static bool
invalid(struct api_error *err)
{
	(void)api_error_set(err, 502, "upstream_invalid",
	    "The provider sent something that is no valid answer.");
	return false;
}

/* For the log: the step that failed, and the system's or libcurl's word for
 * it. A name that is not known and a port that is closed have different
 * cures. */
static void
tell_cause(const struct transfer *t, int result, struct api_error *err)
{
	long number = 0;
	const char *why = curl_easy_strerror((CURLcode)result);

	switch (result) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		(void)snprintf(err->said, sizeof(err->said), "DNS: %s", why);
		return;
	case CURLE_PEER_FAILED_VERIFICATION:
		curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &number);
		(void)snprintf(err->said, sizeof(err->said), "TLS: %s",
		    number != X509_V_OK ? X509_verify_cert_error_string(number)
					: why);
		return;
	case CURLE_OPERATION_TIMEDOUT:
		(void)snprintf(err->said, sizeof(err->said),
		    t->sent ? "no answer in time"
			    : "no connection in time: name server, packet "
			      "filter or TLS");
		return;
	default:
		break;
	}
	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
	(void)snprintf(err->said, sizeof(err->said), "%s%s%s", why,
	    number != 0 ? ": " : "", number != 0 ? strerror((int)number) : "");
}

/* What the client is told, and whether the request was certainly not
 * processed. */
static bool
judge(const struct transfer *t, int result, struct api_error *err)
{
	switch (result) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		(void)api_error_set(err, 502, "upstream_unreachable",
		    "The provider cannot be reached.");
		return true;
	case CURLE_OPERATION_TIMEDOUT:
		(void)api_error_set(err, 502, "connect_timeout",
		    "The provider did not accept the connection in time.");
		return !t->sent;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		(void)api_error_set(err, 502, "upstream_tls",
		    "The provider's TLS certificate or protocol was refused.");
		return true;
	case CURLE_OUT_OF_MEMORY:
		/* libcurl says so of a header that passes its limit, too. */
		if (t->sent && t->failure == CURLE_OK)
			return invalid(err);
		(void)api_error_no_memory(err);
		return false;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
		return invalid(err);
	default:
		if (t->header_bytes > HEADERS_MAX)
			return invalid(err);
		(void)api_error_set(err, 502, "upstream_closed",
		    "The provider closed the connection before the end.");
		return false;
	}
}

bool
transfer_error(const struct transfer *t, int result, struct api_error *err)
{
	bool unprocessed = judge(t, result, err);

	tell_cause(t, result, err);
	return unprocessed;
}
