/* SPDX-License-Identifier: MIT */
/*
 * Every option of the configuration, with its default and range. Its meaning
 * is in confab.conf(5).
 */
#include "config.h"

#include "confab/config/option.h"

#ifndef CONFAB_SOCKET
#define CONFAB_SOCKET "/run/confab/fcgi.sock"
#endif

/* Without liboath there is no code to ask for. */
#ifdef HAVE_LIBOATH
#define SECOND_FACTOR_DEFAULT "optional"
#else
#define SECOND_FACTOR_DEFAULT "off"
#endif

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A table is laid out to be read as one. */
/* clang-format off */

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define SECOND UINT64_C(1000)
#define MOST_MONEY UINT64_C(1000000000000000) /* millionths */
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Then the check and a text that says what it takes. */
#define STRING(s, f, d, ...) \
	{ #f, OPTION_STRING, offsetof(s, f), d, 0, 0, NULL, __VA_ARGS__ }
#define PATH(s, f, d) \
	{ #f, OPTION_PATH, offsetof(s, f), d, 0, 0, NULL, config_is_text, \
	    "a file name" }
#define BOOL(s, f, d) \
	{ #f, OPTION_BOOL, offsetof(s, f), d, 0, 0, NULL, NULL, NULL }
#define NUMBER(type, s, f, d, min, max) \
	{ #f, OPTION_##type, offsetof(s, f), d, min, max, NULL, NULL, NULL }
#define CHOICE(s, f, d, words) \
	{ #f, OPTION_CHOICE, offsetof(s, f), d, 0, COUNT(words) - 1, words, \
	    NULL, NULL }
#define LIST(type, s, f, d, words, check, text) \
	{ #f, OPTION_##type, offsetof(s, f), d, 0, 1, words, check, text }

/* 0: as is said one level further out. */
#define PATIENCE(s, f) \
	{ #f, OPTION_MS, offsetof(s, patience.f), "0", 0, 7 * DAY, NULL, \
	    NULL, NULL }

#define TEXT config_is_text, "UTF-8 text without control characters"
#define WORD config_is_word, \
	"up to 64 letters, digits, dots, dashes and underscores"
#define MODEL_ID config_is_model_id, "the id of a model"
#define GROUPS(s, f) \
	LIST(LIST, s, f, NULL, NULL, config_is_group, \
	    "the name of a group: 1 to 64 bytes of text without commas, " \
	    "semicolons and bars")
#define URL_PATH config_is_url_path, "a URL path that begins with a slash"

/* Indexed by the enums of config.h and log.h. */
static const char *const auths[] = { "password", "remote_user" };
static const char *const factors[] = { "off", "optional", "required" };
static const char *const cases[] = { "fold", "exact" };
static const char *const separators[] = { "comma", "semicolon", "bar" };
static const char *const targets[] = { "stderr", "syslog" };
static const char *const levels[] = { "error", "warn", "notice", "info",
	"debug" };
static const char *const inputs[] = { "text", "image", "audio", "file" };
static const char *const thinks[] = { "auto", "no", "open" };

static const struct config_option top[] = {
	NUMBER(UINT, struct config, workers, "8", 1, 256),
	NUMBER(UINT, struct config, relay_threads, "1", 1, 16),
	STRING(struct config, listen, "unix:" CONFAB_SOCKET, config_is_listen,
	    "unix:/PATH, HOST:PORT or [IPV6]:PORT"),
	NUMBER(MODE, struct config, socket_mode, "0660", 0, 0777),
	STRING(struct config, socket_group, NULL, WORD),
	STRING(struct config, user, NULL, WORD),
	STRING(struct config, group, NULL, WORD),
	PATH(struct config, runtime_dir, "/run/confab"),
	PATH(struct config, users_file, "users"),
	PATH(struct config, secret_file, "secret"),
	PATH(struct config, tokens_file, NULL),
	NUMBER(UINT, struct config, own_tokens, "0", 0, 100),
	NUMBER(SECONDS, struct config, own_tokens_lifetime, "365d", DAY,
	    3650 * DAY),
	PATH(struct config, passkeys_file, NULL),
	CHOICE(struct config, log_target, "stderr", targets),
	CHOICE(struct config, log_level, "info", levels),
	CHOICE(struct config, auth, "password", auths),
	CHOICE(struct config, remote_user_case, "fold", cases),
	CHOICE(struct config, remote_groups_separator, "comma", separators),
	CHOICE(struct config, second_factor, SECOND_FACTOR_DEFAULT, factors),
	STRING(struct config, default_model, NULL, MODEL_ID),
	STRING(struct config, transcription, NULL, MODEL_ID),
	GROUPS(struct config, transcription_groups),
	BOOL(struct config, model_titles, "no")
};

#define L struct config_limits
static const struct config_option limits[] = {
	NUMBER(SIZE, L, body, "16M", KIB, 512 * MIB),
	NUMBER(COUNT, L, json_depth, "64", 8, 512),
	NUMBER(COUNT, L, messages, "2000", 1, 100000),
	NUMBER(UINT, L, streams, "10000", 1, 1000000),
	NUMBER(UINT, L, streams_per_user, "256", 1, 1000000),
	NUMBER(UINT, L, requests_per_minute, "600", 0, 1000000),
	NUMBER(UINT64, L, tokens_per_day, "0", 0, UINT64_C(1000000000000)),
	NUMBER(UINT64, L, tokens_per_month, "0", 0, UINT64_C(1000000000000)),
	NUMBER(MONEY, L, cost_per_day, "0", 0, MOST_MONEY),
	NUMBER(MONEY, L, cost_per_month, "0", 0, MOST_MONEY),
	NUMBER(SIZE, L, event, "1M", KIB, 64 * MIB),
	NUMBER(SIZE, L, picture, "20M", KIB, 256 * MIB),
	NUMBER(SIZE, L, answer, "64M", KIB, GIB),
	NUMBER(SIZE, L, ring_per_stream, "1M", 4 * KIB, GIB),
	NUMBER(SIZE, L, ring_per_user, "64M", 4 * KIB, 64 * GIB),
	NUMBER(SIZE, L, ring_total, "256M", 4 * KIB, 1024 * GIB),
	NUMBER(SIZE, L, pending_per_user, "128M", 64 * KIB, 64 * GIB),
	NUMBER(SIZE, L, pending_total, "512M", 64 * KIB, 1024 * GIB),
	NUMBER(UINT, L, cgi_processes, "15", 1, 1000)
};

#define T struct config_timeouts
static const struct config_option timeouts[] = {
	NUMBER(MS, T, request, "30s", 100, HOUR),
	NUMBER(MS, T, connect, "10s", 100, 10 * MINUTE),
	NUMBER(MS, T, first_event, "10min", 100, 6 * HOUR),
	NUMBER(MS, T, silence, "5min", 100, 6 * HOUR),
	NUMBER(MS, T, total, "1h", 100, 7 * DAY),
	NUMBER(MS, T, heartbeat, "15s", 100, 10 * MINUTE),
	NUMBER(MS, T, grace, "30s", 0, HOUR),
	NUMBER(MS, T, drain, "30s", 0, HOUR),
	NUMBER(MS, T, retire, "2h", 0, 7 * DAY),
	NUMBER(MS, T, models, "10min", SECOND, 7 * DAY)
};

#define S struct config_session
static const struct config_option session[] = {
	NUMBER(SECONDS, S, idle, "7d", SECOND, 3650 * DAY),
	NUMBER(SECONDS, S, absolute, "30d", SECOND, 3650 * DAY),
	STRING(S, cookie_name, "__Host-confab", config_is_header_name,
	    "the name of a cookie")
};

#define P struct config_password
static const struct config_option password[] = {
	NUMBER(UINT, P, memory_kib, "65536", 8, 1048576),
	NUMBER(UINT, P, passes, "3", 1, 16),
	NUMBER(UINT, P, lanes, "4", 1, 16),
	NUMBER(UINT, P, slots, "0", 0, 256),
	NUMBER(UINT, P, queue, "2", 0, 10000),
	LIST(LIST, P, lists, CONFIG_PASSWORD_LIST, NULL, config_is_file,
	    "the absolute name of a file")
};

#define H struct config_throttle
static const struct config_option throttle[] = {
	NUMBER(UINT, H, user_failures, "5", 1, 1000000),
	NUMBER(UINT, H, address_failures, "20", 1, 1000000),
	NUMBER(SECONDS, H, delay, "1s", SECOND, HOUR),
	NUMBER(SECONDS, H, delay_max, "15min", SECOND, 7 * DAY),
	NUMBER(SECONDS, H, forget, "1h", SECOND, 365 * DAY)
};

/* Those without a default here get one that goes with the kind. */
#define V struct config_provider
static const struct config_option provider[] = {
	{ "kind", OPTION_STRING, offsetof(V, kind_name), "openai", 0, 0, NULL,
	    WORD },
	STRING(V, base_url, NULL, config_is_base_url,
	    "an http or https URL without user name, query and fragment"),
	PATH(V, api_key_file, NULL),
	STRING(V, key_header, NULL, config_is_header_name,
	    "the name of a header"),
	STRING(V, key_prefix, NULL, config_is_printable,
	    "printable ASCII characters"),
	STRING(V, chat_path, NULL, URL_PATH),
	STRING(V, models_path, NULL, URL_PATH),
	STRING(V, transcription_path, NULL, URL_PATH),
	STRING(V, query, NULL, config_is_query,
	    "NAME=VALUE pairs joined by &, without a question mark"),
	STRING(V, token_limit_field, NULL, WORD),
	STRING(V, anthropic_version, "2023-06-01", WORD),
	PATH(V, ca_file, NULL),
	STRING(V, proxy, NULL, config_is_proxy,
	    "an http, https or socks URL without user name and path"),
	LIST(LIST, V, headers, NULL, NULL, config_is_header,
	    "\"Name: value\" in printable ASCII, of a header that is not made "
	    "here"),
	BOOL(V, include_usage, "yes"),
	BOOL(V, require_done, "no"),
	BOOL(V, http_files, "no"),
	BOOL(V, cache, "no"),
	LIST(LIST, V, allow, NULL, NULL, config_is_word,
	    "the name of a member of a request"),
	STRING(V, web_search, NULL, config_is_object, "a JSON object"),
	BOOL(V, list_models, NULL),
	LIST(LIST, V, only, NULL, NULL, config_is_model_id,
	    "the id of a model, with * for any characters"),
	LIST(LIST, V, hide, NULL, NULL, config_is_model_id,
	    "the id of a model, with * for any characters"),
	GROUPS(V, groups),
	PATIENCE(V, first_event),
	PATIENCE(V, silence),
	PATIENCE(V, total)
};

#define M struct config_model
static const struct config_option model[] = {
	STRING(M, name, NULL, TEXT),
	STRING(M, upstream, NULL, MODEL_ID),
	STRING(M, fallback, NULL, MODEL_ID),
	NUMBER(UINT, M, context_length, "0", 0, 100000000),
	NUMBER(UINT, M, max_output_tokens, "0", 0, 100000000),
	{ "input", OPTION_INPUT, offsetof(M, input), "text", 0,
	    COUNT(inputs) - 1, inputs, NULL, NULL },
	NUMBER(MONEY, M, price_prompt, "0", 0, MOST_MONEY),
	NUMBER(MONEY, M, price_completion, "0", 0, MOST_MONEY),
	CHOICE(M, think, "auto", thinks),
	STRING(M, web_search, NULL, config_is_object, "a JSON object"),
	GROUPS(M, groups),
	PATIENCE(M, first_event),
	PATIENCE(M, silence),
	PATIENCE(M, total)
};

#define TS struct config_tool_server
static const char *const consents[] = { "ask", "always", "never" };
static const char *const tool_kinds[] = { "mcp", "searxng" };

static const struct config_option tool_server[] = {
	STRING(TS, url, NULL, config_is_base_url,
	    "an http or https URL without user name, query and fragment"),
	PATH(TS, token_file, NULL),
	STRING(TS, token_header, "Authorization", config_is_header_name,
	    "the name of a header"),
	STRING(TS, token_prefix, NULL, config_is_printable,
	    "printable ASCII characters"),
	LIST(LIST, TS, headers, NULL, NULL, config_is_header,
	    "\"Name: value\" in printable ASCII, of a header that is not made "
	    "here"),
	PATH(TS, ca_file, NULL),
	STRING(TS, proxy, NULL, config_is_proxy,
	    "an http, https or socks URL without user name and path"),
	LIST(LIST, TS, allow, NULL, NULL, config_is_model_id,
	    "the name of a tool, with * for any characters"),
	LIST(LIST, TS, deny, NULL, NULL, config_is_model_id,
	    "the name of a tool, with * for any characters"),
	LIST(LIST, TS, users, NULL, NULL, config_is_model_id,
	    "the name of a user"),
	GROUPS(TS, groups),
	CHOICE(TS, kind, "mcp", tool_kinds),
	BOOL(TS, fetch, "no"),
	LIST(LIST, TS, fetch_networks, NULL, NULL, config_is_network,
	    "an address, or a network as ADDRESS/BITS"),
	BOOL(TS, prompts, "yes"),
	BOOL(TS, resources, "yes"),
	BOOL(TS, apps, "no"),
	LIST(LIST, TS, app_domains, NULL, NULL, config_is_app_domain,
	    "https://HOST or wss://HOST with or without a port, where HOST may "
	    "begin with *."),
	BOOL(TS, trust_annotations, "no"),
	CHOICE(TS, consent, "ask", consents)
};

#define TL struct config_tool_limits
static const struct config_option tool_limits[] = {
	NUMBER(UINT, TL, calls_per_user, "8", 1, 1000),
	NUMBER(SIZE, TL, result, "8M", KIB, 256 * MIB),
	NUMBER(SIZE, TL, list, "4M", KIB, 64 * MIB),
	NUMBER(UINT, TL, tools, "256", 1, 10000),
	NUMBER(MS, TL, first_event, "5min", 100, 6 * HOUR),
	NUMBER(MS, TL, silence, "5min", 100, 6 * HOUR),
	NUMBER(MS, TL, total, "10min", 100, 7 * DAY),
	NUMBER(MS, TL, input, "10min", 100, DAY),
	NUMBER(MS, TL, age, "10min", SECOND, 7 * DAY)
};

#define ST struct config_state
static const char *const losses[] = { "go_on", "refuse" };
static const char *const users[] = { "file", "valkey" };

static const struct config_option state[] = {
	STRING(ST, valkey, NULL, config_is_engine,
	    "unix:/PATH, HOST:PORT, [IPV6]:PORT or tls:// before these two"),
	PATH(ST, ca_file, NULL),
	STRING(ST, user, NULL, WORD),
	PATH(ST, password_file, NULL),
	STRING(ST, prefix, "confab:", config_is_prefix,
	    "up to 64 letters, digits, dots, dashes, underscores and colons"),
	CHOICE(ST, on_loss, "go_on", losses),
	STRING(ST, host, NULL, config_is_host_name,
	    "up to 64 letters, digits, dots, dashes and underscores"),
	CHOICE(ST, users, "file", users),
	STRING(ST, users_user, NULL, WORD),
	PATH(ST, users_password_file, NULL)
};

#define SN struct config_sentinel
static const struct config_option sentinel[] = {
	LIST(LIST, SN, servers, NULL, NULL, config_is_sentinel,
	    "HOST:PORT, [IPV6]:PORT or tls:// before these"),
	STRING(SN, master, NULL, WORD),
	STRING(SN, user, NULL, WORD),
	PATH(SN, password_file, NULL)
};

/* What is not there is as `limits` says. */
#define QUOTA(type, f, min, max) \
	{ #f, OPTION_##type, offsetof(struct config_group, quota.f), NULL, \
	    min, max, NULL, NULL, NULL }
static const struct config_option group[] = {
	QUOTA(UINT, streams_per_user, 1, 1000000),
	QUOTA(UINT, requests_per_minute, 0, 1000000),
	QUOTA(UINT64, tokens_per_day, 0, UINT64_C(1000000000000)),
	QUOTA(UINT64, tokens_per_month, 0, UINT64_C(1000000000000)),
	QUOTA(MONEY, cost_per_day, 0, MOST_MONEY),
	QUOTA(MONEY, cost_per_month, 0, MOST_MONEY)
};

#define W struct config_welcome
static const struct config_option welcome[] = {
	STRING(W, text, NULL, config_is_welcome,
	    "1 to 600 bytes of text without control characters"),
	LIST(LIST, W, suggestions, NULL, NULL, config_is_suggestion,
	    "\"TEXT\" or \"TITLE | TEXT\", 400 bytes in all")
};

const struct config_section config_sections[CONFIG_SECTIONS] = {
	{ "", top, COUNT(top), 0, false, NULL },
	{ "limits", limits, COUNT(limits), offsetof(struct config, limits),
	    false, NULL },
	{ "timeouts", timeouts, COUNT(timeouts),
	    offsetof(struct config, timeouts), false, NULL },
	{ "session", session, COUNT(session),
	    offsetof(struct config, session), false, NULL },
	{ "password", password, COUNT(password),
	    offsetof(struct config, password), false, NULL },
	{ "throttle", throttle, COUNT(throttle),
	    offsetof(struct config, throttle), false, NULL },
	{ "provider", provider, COUNT(provider), 0, true, NULL },
	{ "model", model, COUNT(model), 0, true, CONFIG_PROVIDER },
	{ "tool_server", tool_server, COUNT(tool_server), 0, true, NULL },
	{ "limits", tool_limits, COUNT(tool_limits),
	    offsetof(TS, limits), false, CONFIG_TOOL_SERVER },
	{ "state", state, COUNT(state), offsetof(struct config, state), false,
	    NULL },
	{ "sentinel", sentinel, COUNT(sentinel),
	    offsetof(struct config, state.sentinel), false, CONFIG_STATE },
	{ "group_limits", group, COUNT(group), 0, true, NULL },
	{ "welcome", welcome, COUNT(welcome), 0, true, NULL }
};
