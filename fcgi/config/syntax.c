/* SPDX-License-Identifier: MIT */
/*
 * What the strings of the configuration may be: addresses, URLs, headers,
 * names. Pure.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "confab/base/address.h"
#include "confab/base/json.h"
#include "confab/base/utf8.h"
#include "confab/config/option.h"

#define URL_MAX 2048
#define HEADER_MAX 4096
#define MODEL_ID_MAX 256
#define WORD_MAX 64
#define OBJECT_DEPTH 32 /* levels of JSON in an option */

/* RFC 9110, section 5.6.2. */
static const char tchars[] =
    "!#$%&'*+-.^_`|~0123456789"
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* RFC 3986: what a path or query may consist of, '%' included. */
static const char url_chars[] =
    "-._~:/@!$&'()*+,;=%?0123456789"
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static bool
all_of(const char *s, const char *set)
{
	return s[strspn(s, set)] == '\0';
}

bool
config_is_text(const char *s)
{
	const char *p;

	for (p = s; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	}
	return utf8_valid(s, strlen(s));
}

bool
config_is_file(const char *s)
{
	return s[0] == '/' && s[1] != '\0' && config_is_text(s);
}

bool
config_is_printable(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s < 0x20 || *s > 0x7e)
			return false;
	}
	return true;
}

bool
config_is_object(const char *s)
{
	struct json_object *root = NULL;
	bool is;

	if (json_parse(s, strlen(s), OBJECT_DEPTH, &root) != JSON_OK)
		return false;
	is = json_object_is_type(root, json_type_object);
	json_object_put(root);
	return is;
}

bool
config_is_word(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= WORD_MAX &&
	    all_of(s,
		"0123456789_-.abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

bool
config_is_model_id(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= MODEL_ID_MAX && config_is_text(s);
}

bool
config_is_network(const char *s)
{
	struct address_range r;

	return address_range_read(s, &r);
}

bool
config_is_group(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= CONFIG_GROUP_NAME_MAX && s[0] != ' ' &&
	    s[n - 1] != ' ' && strpbrk(s, ",;|") == NULL && config_is_text(s);
}

bool
config_is_tool_server(const char *s)
{
	size_t n = strlen(s);

	/* What follows "__" is the tool's own name. */
	return n > 0 && n <= CONFIG_TOOL_SERVER_NAME_MAX &&
	    strstr(s, "__") == NULL && s[n - 1] != '_' &&
	    all_of(s,
		"0123456789_-abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

/* A port with nothing behind it. */
static bool
is_port(const char *s)
{
	uint64_t port;

	return config_value_number(s, &port) && port > 0 && port < 65536;
}

/* A host name, an IPv4 address or an IPv6 address in brackets; what follows is
 * at the pointer returned, NULL when there is no host. */
static const char *
skip_host(const char *s)
{
	size_t n;

	if (*s == '[') {
		n = strspn(s + 1, "0123456789abcdefABCDEF:.");
		return n > 1 && s[n + 1] == ']' ? s + n + 2 : NULL;
	}
	n = strspn(s,
	    "-._0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return n > 0 && n < 256 ? s + n : NULL;
}

bool
config_is_app_domain(const char *s)
{
	const char *p;

	if (strncmp(s, "https://", 8) == 0)
		s += 8;
	else if (strncmp(s, "wss://", 6) == 0)
		s += 6;
	else
		return false;
	if (strncmp(s, "*.", 2) == 0)
		s += 2;
	p = *s != '[' && *s != '.' ? skip_host(s) : NULL;
	return p != NULL && (*p == '\0' || (*p == ':' && is_port(p + 1)));
}

bool
config_is_listen(const char *s)
{
	const char *p;
	size_t n;

	if (strncmp(s, "unix:", 5) == 0) {
		n = strlen(s + 5);
		return s[5] == '/' && config_is_text(s) &&
		    n < sizeof(((struct sockaddr_un *)0)->sun_path);
	}
	p = skip_host(s);
	return p != NULL && *p == ':' && is_port(p + 1);
}

bool
config_is_sentinel(const char *s)
{
	const char *p;

	if (strncmp(s, CONFIG_TLS, strlen(CONFIG_TLS)) == 0)
		s += strlen(CONFIG_TLS);
	p = skip_host(s);
	return p != NULL && *p == ':' && is_port(p + 1);
}

bool
config_is_engine(const char *s)
{
	return config_is_listen(s) || config_is_sentinel(s);
}

bool
config_is_prefix(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= WORD_MAX &&
	    all_of(s,
		"0123456789_-.:abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

bool
config_is_host_name(const char *s)
{
	return strlen(s) <= CONFIG_HOST_NAME_MAX && config_is_word(s);
}

/* Host, port and path after the scheme; no user information. */
static bool
is_authority(const char *s, bool path)
{
	const char *p = skip_host(s);
	char port[6];
	size_t n;

	if (p == NULL)
		return false;
	if (*p == ':') {
		n = strspn(p + 1, "0123456789");
		if (n == 0 || n >= sizeof(port))
			return false;
		memcpy(port, p + 1, n);
		port[n] = '\0';
		if (!is_port(port))
			return false;
		p += 1 + n;
	}
	if (*p == '\0' || strcmp(p, "/") == 0)
		return true;
	return path && *p == '/' && strchr(p, '?') == NULL &&
	    all_of(p, url_chars);
}

static const char *
after_scheme(const char *s, const char *const *schemes, size_t n)
{
	size_t i;

	if (strlen(s) > URL_MAX)
		return NULL;
	for (i = 0; i < n; i++) {
		if (strncasecmp(s, schemes[i], strlen(schemes[i])) == 0)
			return s + strlen(schemes[i]);
	}
	return NULL;
}

bool
config_is_base_url(const char *s)
{
	static const char *const schemes[] = { "https://", "http://" };
	const char *rest = after_scheme(s, schemes, 2);

	return rest != NULL && is_authority(rest, true);
}

bool
config_is_proxy(const char *s)
{
	static const char *const schemes[] = { "http://", "https://",
		"socks5://", "socks5h://", "socks4://", "socks4a://" };
	const char *rest = after_scheme(s, schemes, 6);

	return rest != NULL && is_authority(rest, false);
}

bool
config_is_url_path(const char *s)
{
	return *s == '/' && strlen(s) <= URL_MAX && strchr(s, '?') == NULL &&
	    all_of(s, url_chars);
}

bool
config_is_query(const char *s)
{
	return *s != '\0' && *s != '?' && strlen(s) <= URL_MAX &&
	    all_of(s, url_chars);
}

bool
config_is_header_name(const char *s)
{
	return *s != '\0' && strlen(s) <= WORD_MAX && all_of(s, tchars);
}

/* Headers that the relay or libcurl makes: a second would be smuggling. */
static bool
is_reserved(const char *name, size_t len)
{
	static const char *const names[] = { "Host", "Content-Length",
		"Transfer-Encoding", "Connection", "Content-Type", "Expect",
		"Accept-Encoding", "Upgrade", "TE", "Trailer" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == len &&
		    strncasecmp(name, names[i], len) == 0)
			return true;
	}
	return false;
}

bool
config_is_header(const char *s)
{
	size_t n = strspn(s, tchars);

	return n > 0 && n <= WORD_MAX && s[n] == ':' && !is_reserved(s, n) &&
	    strlen(s) <= HEADER_MAX && config_is_printable(s + n);
}

void
config_url_host(const char *url, char *host, size_t size)
{
	const char *p = strstr(url, "://"), *end;

	host[0] = '\0';
	if (p == NULL)
		return;
	p += 3;
	end = skip_host(p);
	if (end == NULL)
		return;
	snprintf(host, size, "%.*s", (int)(end - p), p);
}

bool
config_url_is_loopback(const char *url)
{
	char host[256];

	config_url_host(url, host, sizeof(host));
	return strcasecmp(host, "localhost") == 0 ||
	    strcmp(host, "[::1]") == 0 ||
	    (strncmp(host, "127.", 4) == 0 && all_of(host, "0123456789."));
}
