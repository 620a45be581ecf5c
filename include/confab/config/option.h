/* SPDX-License-Identifier: MIT */
/*
 * The options of the configuration as tables: name, type, range, default and
 * place in struct config. Everything that reads, checks, writes or documents
 * an option goes by them. Private to config*.c and its tests.
 */
#ifndef CONFAB_CONFIG_OPTION_H
#define CONFAB_CONFIG_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/config/config.h"

enum option_type {
	OPTION_STRING,
	OPTION_PATH, /* relative to the file's folder */
	OPTION_BOOL,
	OPTION_UINT,
	OPTION_UINT64,
	OPTION_MONEY,	/* 12.50, kept in millionths */
	OPTION_COUNT,	/* a number, kept as a size_t */
	OPTION_SIZE,	/* bytes: 64k, 16M, 1G */
	OPTION_MS,	/* a time, kept in milliseconds */
	OPTION_SECONDS, /* a time, kept in seconds */
	OPTION_MODE,	/* octal */
	OPTION_CHOICE,	/* one of words; the enum is its index */
	OPTION_INPUT,	/* list: set of enum model_input */
	OPTION_LIST	/* list of words: struct config_list */
};

struct config_option {
	const char *name;
	enum option_type type;
	size_t offset;	   /* in the section's struct */
	const char *def;   /* as in the file; NULL: none */
	uint64_t min, max; /* of numbers, sizes (bytes), times (ms); of
				 * words, the last index */
	const char *const *words;
	bool (*valid)(const char *); /* of strings; NULL: any text */
	const char *allowed;	     /* says what `valid` takes */
};

struct config_section {
	const char *name; /* "" = the top of the file */
	const struct config_option *options;
	size_t n;
	size_t offset; /* of its struct in struct config */
	bool titled;   /* repeated, each with a title of its own */
	const struct config_section *in; /* NULL: the top of the file */
};

/* It is there once, in struct config itself. */
static inline bool
config_section_single(const struct config_section *s)
{
	return !s->titled && (s->in == NULL || !s->in->titled);
}

#define CONFIG_SECTIONS 14

/*
 * All sections: the top, limits, timeouts, session, password, throttle, then
 * the titled "provider" and, inside it, "model"; the titled "tool_server" and,
 * inside it, a "limits" of its own; then "state" and, inside it, "sentinel";
 * then the titled "group_limits" and "welcome".
 */
extern const struct config_section config_sections[CONFIG_SECTIONS];

#define CONFIG_TOP (&config_sections[0])
#define CONFIG_PROVIDER (&config_sections[6])
#define CONFIG_MODEL (&config_sections[7])
#define CONFIG_TOOL_SERVER (&config_sections[8])
#define CONFIG_TOOL_LIMITS (&config_sections[9])
#define CONFIG_STATE (&config_sections[10])
#define CONFIG_SENTINEL (&config_sections[11])
#define CONFIG_GROUP (&config_sections[12])
#define CONFIG_WELCOME (&config_sections[13])

/* The option of that name, or NULL. */
const struct config_option *config_option_find(const struct config_section *s,
    const char *name);

/* The option or section whose name is nearest to a mistyped one, or NULL. */
const char *config_option_nearest(const struct config_section *s,
    const char *name);

/* True when the text is a value that the option takes (one item of a list). */
bool config_option_valid(const struct config_option *o, const char *value);

/* Writes what the option takes, such as "a number from 1 to 256". */
void config_option_allowed(const struct config_option *o, char *out,
    size_t size);

/*
 * Stores valid values, `n` > 1 only for lists, into the section's struct at
 * `base`; `dir` is the folder of relative names. Returns 0, or -1 when out of
 * memory.
 */
int config_option_set(const struct config_option *o, void *base,
    const char *const *values, size_t n, const char *dir);

struct buf;

/* Appends the option's value as a file would have it; nothing when unset. */
int config_option_write(const struct config_option *o, const void *base,
    struct buf *out);

/* Frees what config_option_set() allocated in a section's struct. */
void config_section_free(const struct config_section *s, void *base);

/* value.c: strict readers of single values. */
bool config_value_number(const char *s, uint64_t *out);
bool config_value_size(const char *s, uint64_t *bytes);
bool config_value_money(const char *s, uint64_t *millionths);
bool config_value_time(const char *s, uint64_t *ms);
bool config_value_mode(const char *s, uint64_t *mode);
bool config_value_bool(const char *s, bool *out);

/* value.c: writers, the shortest text that reads back to the same. */
void config_value_put_size(char *out, size_t size, uint64_t bytes);
void config_value_put_money(char *out, size_t size, uint64_t millionths);
void config_value_put_time(char *out, size_t size, uint64_t ms);

/* syntax.c: what strings may be. */
bool config_is_file(const char *s); /* an absolute name */
bool config_is_text(const char *s); /* UTF-8 without control characters */
bool config_is_listen(const char *s);
bool config_is_engine(const char *s);	 /* the same, or tls:// */
bool config_is_sentinel(const char *s);	 /* the same, without unix: */
bool config_is_prefix(const char *s);	 /* of keys */
bool config_is_host_name(const char *s); /* among hosts */
bool config_is_base_url(const char *s);
bool config_is_proxy(const char *s);
bool config_is_url_path(const char *s);
bool config_is_query(const char *s);
bool config_is_header(const char *s);
bool config_is_header_name(const char *s);
bool config_is_printable(const char *s); /* printable ASCII */
bool config_is_object(const char *s);	 /* JSON of an object */
bool config_is_word(const char *s);	 /* letters, digits, '_', '-', '.' */
bool config_is_model_id(const char *s);
bool config_is_group(const char *s);	   /* text without a separator */
bool config_is_network(const char *s);	   /* ADDRESS or ADDRESS/BITS */
bool config_is_app_domain(const char *s);  /* a source of a content policy */
bool config_is_tool_server(const char *s); /* a name that "__" may follow */

/* welcome.c: what is said in the empty conversation. */
bool config_is_language(const char *s); /* such as "de" or "zh-Hans" */
bool config_is_welcome(const char *s);
bool config_is_suggestion(const char *s);

/* True when the host of a base URL is this machine itself. */
bool config_url_is_loopback(const char *url);

/* The host of a URL that config_is_base_url() takes. */
void config_url_host(const char *url, char *host, size_t size);

#endif
