/* SPDX-License-Identifier: MIT */
/*
 * hiredis's own contexts check no name (hiredis 1.2), so the session is made
 * here, by OpenSSL, and hiredis is given it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include <hiredis/hiredis.h>

#include "tls.h"

#ifdef HAVE_HIREDIS_SSL

#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct tls {
	SSL_CTX *context;
};

struct tls *
tls_new(const char *ca_file, char cause[CONN_CAUSE_MAX])
{
	struct tls *t = calloc(1, sizeof(*t));
	int rc;

	snprintf(cause, CONN_CAUSE_MAX, "out of memory");
	if (t == NULL)
		return NULL;
	t->context = SSL_CTX_new(TLS_client_method());
	if (t->context == NULL) {
		tls_free(t);
		return NULL;
	}
	SSL_CTX_set_min_proto_version(t->context, TLS1_2_VERSION);
	SSL_CTX_set_verify(t->context, SSL_VERIFY_PEER, NULL);
	rc = ca_file != NULL
	    ? SSL_CTX_load_verify_locations(t->context, ca_file, NULL)
	    : SSL_CTX_set_default_verify_paths(t->context);
	if (rc == 1)
		return t;
	ERR_clear_error();
	snprintf(cause, CONN_CAUSE_MAX, "%s has no certificates",
	    ca_file != NULL ? "ca_file" : "this system");
	tls_free(t);
	return NULL;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->context);
	free(t);
}

/* The peer must be who was dialled. Returns 0 or -1. */
static int
expect(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1)
		return 0;
	ERR_clear_error();
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_VERIFY_PARAM_set1_host(param, host, 0) != 1 ||
	    SSL_set_tlsext_host_name(ssl, host) != 1)
		return -1;
	return 0;
}

int
tls_begin(const struct tls *t, struct redisContext *redis, const char *host,
    char cause[CONN_CAUSE_MAX])
{
	SSL *ssl = SSL_new(t->context);
	long verified;

	if (ssl == NULL || expect(ssl, host) != 0) {
		snprintf(cause, CONN_CAUSE_MAX, "TLS: out of memory");
		SSL_free(ssl);
		return -1;
	}
	/* From then on it is freed with the connection. */
	if (redisInitiateSSL(redis, ssl) == REDIS_OK)
		return 0;
	verified = SSL_get_verify_result(ssl);
	snprintf(cause, CONN_CAUSE_MAX, "TLS: %s",
	    verified != X509_V_OK ? X509_verify_cert_error_string(verified)
				  : redis->errstr);
	ERR_clear_error();
	SSL_free(ssl);
	return -1;
}

#else

struct tls *
tls_new(const char *ca_file, char cause[CONN_CAUSE_MAX])
{
	(void)ca_file;
	snprintf(cause, CONN_CAUSE_MAX, "hiredis has no TLS");
	return NULL;
}

void
tls_free(struct tls *t)
{
	(void)t;
}

int
tls_begin(const struct tls *t, struct redisContext *redis, const char *host,
    char cause[CONN_CAUSE_MAX])
{
	(void)t;
	(void)redis;
	(void)host;
	snprintf(cause, CONN_CAUSE_MAX, "hiredis has no TLS");
	return -1;
}

#endif
