/* SPDX-License-Identifier: MIT */
/*
 * Going to addresses that are somebody else's word. What is checked is the
 * address of the very socket that is then connected, for each connection: a name
 * that leads elsewhere the second time, a number in an odd spelling and a redirect
 * are all seen there.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confab/base/address.h"
#include "confab/upstream/web.h"

#include "private.h"
#include "transfer_setup.h"

static bool
is_allowed(const struct config_list *networks, const char *address,
    unsigned port)
{
	struct address_range r;
	size_t i;

	for (i = 0; i < networks->n; i++)
		if (address_range_read(networks->words[i], &r) &&
		    address_range_has(&r, address))
			return true;
	return (port == 80 || port == 443) && address_is_public(address);
}

/* The address and its port as text; false: it is of no family of the network's.
 * Nothing is asked of the system for it. */
static bool
text_of(const struct curl_sockaddr *to, char address[INET6_ADDRSTRLEN],
    unsigned *port)
{
	const struct sockaddr_in *v4 = (const void *)&to->addr;
	const struct sockaddr_in6 *v6 = (const void *)&to->addr;
	bool is4 = to->family == AF_INET;

	if (!is4 && to->family != AF_INET6)
		return false;
	*port = ntohs(is4 ? v4->sin_port : v6->sin6_port);
	return inet_ntop(to->family,
		   is4 ? (const void *)&v4->sin_addr
		       : (const void *)&v6->sin6_addr,
		   address, INET6_ADDRSTRLEN) != NULL;
}

/* libcurl's CURLOPT_OPENSOCKETFUNCTION. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	char address[INET6_ADDRSTRLEN];
	struct transfer *t = arg;
	unsigned port;

	if (purpose == CURLSOCKTYPE_IPCXN && text_of(to, address, &port) &&
	    is_allowed(t->networks, address, port))
		return socket(to->family, to->socktype | SOCK_CLOEXEC,
		    to->protocol);
	t->refused = true;
	return CURL_SOCKET_BAD;
}

int
upstream_setup_web(struct transfer *t)
{
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(e, CURLOPT_PIPEWAIT, 0L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	return curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket) ==
		CURLE_OK
	    ? 0
	    : -1;
}

/* ---- Addresses --------------------------------------------------------------*/

static bool
has_part(CURLU *u, CURLUPart part)
{
	char *value = NULL;
	bool has = curl_url_get(u, part, &value, 0) == CURLUE_OK;

	curl_free(value);
	return has;
}

static bool
is_web(CURLU *u)
{
	char *scheme = NULL;
	bool is;

	if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		return false;
	is = strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
	curl_free(scheme);
	return is && !has_part(u, CURLUPART_USER) &&
	    !has_part(u, CURLUPART_PASSWORD);
}

/* The address as text of the caller's own, or NULL. */
static char *
finish(CURLU *u)
{
	char *url = NULL, *copy = NULL;

	if (is_web(u) &&
	    curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_URL, &url, 0) == CURLUE_OK &&
	    strlen(url) <= UPSTREAM_WEB_URL_MAX)
		copy = strdup(url);
	curl_free(url);
	return copy;
}

char *
upstream_web_url(const char *base, const char *text)
{
	CURLU *u = curl_url();
	char *url = NULL;

	if (u == NULL)
		return NULL;
	if (strlen(text) <= UPSTREAM_WEB_URL_MAX &&
	    (base == NULL ||
		curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK) &&
	    curl_url_set(u, CURLUPART_URL, text, CURLU_URLENCODE) == CURLUE_OK)
		url = finish(u);
	curl_url_cleanup(u);
	return url;
}

char *
upstream_web_query(const char *url, const char *query)
{
	CURLU *u = curl_url();
	char *whole = NULL;

	if (u == NULL)
		return NULL;
	if (curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_set(u, CURLUPART_QUERY, query,
		CURLU_APPENDQUERY | CURLU_URLENCODE) == CURLUE_OK)
		whole = finish(u);
	curl_url_cleanup(u);
	return whole;
}
