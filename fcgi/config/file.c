/* SPDX-License-Identifier: MIT */
/*
 * The syntax of the configuration: libconfuse, told our tables. It takes every
 * value as a string and calls back for each, where the line is still known;
 * what a value may be is option.c's business.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <confuse.h>

#include "confab/config/option.h"

#include "file.h"
#include "reader.h"

/*
 * An option put behind the file's last line: libconfuse takes the end of the
 * file for the end of every open section and comment, and this does not.
 */
#define END_NAME "end_of_file_"
#define END_LINE "\n" END_NAME " = yes\n"

#define VALUE_SHOWN_MAX 60

/* libconfuse's lexer is one per process, and its callbacks have no argument. */
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;
static struct config_reader *current;

static const struct config_section *
section_of(const cfg_t *sec)
{
	size_t i;

	/* Two sections may have one name: their options tell which it is. */
	for (i = 1; i < CONFIG_SECTIONS; i++) {
		const struct config_section *s = &config_sections[i];

		if (strcmp(s->name, sec->name) == 0 &&
		    strcmp(s->options[0].name, sec->opts[0].name) == 0)
			return s;
	}
	return CONFIG_TOP;
}

/* Where the parser stands; END_LINE counts as the last line of the file. */
static unsigned
line_of(const cfg_t *sec)
{
	unsigned line = sec->line > 0 ? (unsigned)sec->line : 1;

	return line < current->lines ? line : current->lines;
}

static unsigned
count_lines(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n' || text[1] == '\0';
	return n > 0 ? n : 1;
}

/* Says what a value should have been; a header may hold a secret. */
static int
bad_value(struct config_reader *r, const cfg_t *sec,
    const struct config_option *o, const char *value)
{
	char allowed[160], dots[] = "...";

	config_option_allowed(o, allowed, sizeof(allowed));
	if (strcmp(o->name, "headers") == 0 || !config_is_text(value))
		return config_fail(r, line_of(sec), "%s must be %s", o->name,
		    allowed);
	if (strlen(value) <= VALUE_SHOWN_MAX)
		dots[0] = '\0';
	return config_fail(r, line_of(sec), "%s must be %s, not \"%.*s%s\"",
	    o->name, allowed, VALUE_SHOWN_MAX, value, dots);
}

/* Called by libconfuse for each value, at its line. */
static int
on_value(cfg_t *sec, cfg_opt_t *opt)
{
	struct config_reader *r = current;
	const struct config_option *o;
	const char *value;
	unsigned n = cfg_opt_size(opt), before;

	o = config_option_find(section_of(sec), opt->name);
	if (o == NULL || n == 0)
		return 0; /* END_NAME, or an empty list */
	value = cfg_opt_getnstr(opt, n - 1);
	if (value != NULL && strcmp(value, END_NAME) == 0)
		return config_fail(r, line_of(sec),
		    "something is missing at the end");
	if (value == NULL || !config_option_valid(o, value))
		return bad_value(r, sec, o, value != NULL ? value : "");
	if (n > CONFIG_LIST_MAX)
		return config_fail(r, line_of(sec),
		    "%s has more than %d values", o->name, CONFIG_LIST_MAX);
	before = config_line(r, opt, NULL);
	if (before != 0 && (opt->flags & CFGF_LIST) == 0)
		return config_fail(r, line_of(sec),
		    "%s is set twice, first on line %u", o->name, before);
	return before != 0 ? 0 : config_remember(r, opt, NULL, line_of(sec));
}

/* An option that libconfuse does not know. */
static void
unknown(struct config_reader *r, const cfg_t *sec, const char *name)
{
	const struct config_section *s = section_of(sec);
	const char *near = config_option_nearest(s, name);
	const char *in = s == CONFIG_TOP ? "" : " in section ";

	if (strcmp(name, END_NAME) == 0)
		config_fail(r, line_of(sec), "section %s is not closed by }",
		    s->name);
	else if (near != NULL)
		config_fail(r, line_of(sec),
		    "there is no option \"%.40s\"%s%s; did you mean \"%s\"?",
		    name, in, s->name, near);
	else
		config_fail(r, line_of(sec), "there is no option \"%.40s\"%s%s",
		    name, in, s->name);
}

/* What libconfuse itself has to say. */
static void on_error(cfg_t *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

static void
on_error(cfg_t *sec, const char *fmt, va_list ap)
{
	static const char no_option[] = "no such option '";
	char text[256];
	size_t n = sizeof(no_option) - 1;

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	if (strncmp(text, no_option, n) == 0) {
		text[strcspn(text + n, "'") + n] = '\0';
		unknown(current, sec, text + n);
	} else if (strcmp(text, "premature end of file") == 0) {
		config_fail(current, line_of(sec), "a string is not closed");
	} else if (strstr(text, END_NAME) != NULL) {
		config_fail(current, line_of(sec),
		    "something is missing at the end");
	} else {
		config_fail(current, line_of(sec), "%s", text);
	}
}

static cfg_opt_t
option(const struct config_option *o)
{
	cfg_opt_t text = CFG_STR(NULL, NULL, CFGF_NODEFAULT);
	cfg_opt_t list = CFG_STR_LIST(NULL, NULL, CFGF_NODEFAULT);
	bool many = o->type == OPTION_INPUT || o->type == OPTION_LIST;
	cfg_opt_t opt = many ? list : text;

	opt.name = o->name;
	opt.validcb = on_value;
	return opt;
}

/* A section's options in libconfuse's form; `more` further places follow. */
static cfg_opt_t *
options_of(const struct config_section *s, size_t more)
{
	cfg_opt_t *opts = calloc(s->n + more + 1, sizeof(*opts));
	size_t i;

	for (i = 0; opts != NULL && i < s->n; i++)
		opts[i] = option(&s->options[i]);
	return opts;
}

/* The whole grammar; libconfuse copies it. */
static cfg_t *
grammar(void)
{
	cfg_opt_t *opts[CONFIG_SECTIONS];
	size_t n[CONFIG_SECTIONS]; /* options so far */
	const struct config_section *s;
	cfg_t *cfg = NULL;
	size_t i, in;
	bool good = true;

	for (i = 0; i < CONFIG_SECTIONS; i++) {
		opts[i] = options_of(&config_sections[i], CONFIG_SECTIONS);
		n[i] = config_sections[i].n;
		good = good && opts[i] != NULL;
	}
	/* A section's own come before it is put into another. */
	for (i = CONFIG_SECTIONS - 1; good && i > 0; i--) {
		cfg_opt_t sec = CFG_SEC(NULL, NULL, CFGF_NONE);

		s = &config_sections[i];
		sec.name = s->name;
		sec.subopts = opts[i];
		if (s->titled)
			sec.flags =
			    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES;
		in = s->in != NULL ? (size_t)(s->in - CONFIG_TOP) : 0;
		opts[in][n[in]++] = sec;
	}
	if (good) {
		cfg_opt_t end = CFG_STR(END_NAME, NULL, CFGF_NODEFAULT);

		opts[0][n[0]] = end;
		cfg = cfg_init(opts[0], CFGF_NONE);
	}
	for (i = 0; i < CONFIG_SECTIONS; i++)
		free(opts[i]);
	return cfg;
}

/* What the grammar has and libconfuse has not, memory was short for. */
static int
no_memory(struct config_reader *r)
{
	r->err[0] = '\0';
	r->no_memory = true;
	return config_fail(r, 0, "out of memory");
}

/* Stores one option, or its default. */
static int
fill_option(struct config_reader *r, cfg_t *sec, const struct config_option *o,
    void *base)
{
	const char *values[CONFIG_LIST_MAX];
	cfg_opt_t *opt = cfg_getopt(sec, o->name);
	unsigned i, n;

	if (opt == NULL)
		return no_memory(r);
	n = cfg_opt_size(opt);
	for (i = 0; i < n && i < CONFIG_LIST_MAX; i++)
		values[i] = cfg_opt_getnstr(opt, i);
	if (n > 0 &&
	    config_remember(r, base, o->name, config_line(r, opt, NULL)) != 0)
		return -1;
	if (n == 0 && o->def != NULL)
		values[n++] = o->def;
	if (config_option_set(o, base, values, n, r->dir) != 0)
		return config_fail(r, 0, "out of memory");
	return 0;
}

static int
fill_section(struct config_reader *r, cfg_t *sec,
    const struct config_section *s, void *base)
{
	size_t i;

	if (sec == NULL)
		return no_memory(r);
	for (i = 0; i < s->n; i++) {
		if (fill_option(r, sec, &s->options[i], base) != 0)
			return -1;
	}
	return config_remember(r, base, NULL, line_of(sec));
}

/* The title of a section becomes `*name`. */
static int
fill_title(struct config_reader *r, cfg_t *sec, bool (*valid)(const char *),
    const char *allowed, char **name)
{
	const char *title = cfg_title(sec);

	if (title == NULL || !valid(title))
		return config_fail(r, line_of(sec),
		    "the title of a %s must be %s", sec->name, allowed);
	*name = strdup(title);
	return *name != NULL ? 0 : config_fail(r, 0, "out of memory");
}

static int
fill_models(struct config_reader *r, cfg_t *sec, struct config_provider *p)
{
	unsigned i, n = cfg_size(sec, "model");

	if (n > CONFIG_MODELS_MAX)
		return config_fail(r, line_of(sec),
		    "provider %s has more than %d models", p->name,
		    CONFIG_MODELS_MAX);
	p->models = calloc(n > 0 ? n : 1, sizeof(*p->models));
	if (p->models == NULL)
		return config_fail(r, 0, "out of memory");
	for (i = 0; i < n; i++) {
		cfg_t *m = cfg_getnsec(sec, "model", i);

		p->n_models = i + 1;
		if (fill_title(r, m, config_is_model_id,
			"1 to 256 bytes of text", &p->models[i].id) != 0 ||
		    fill_section(r, m, CONFIG_MODEL, &p->models[i]) != 0)
			return -1;
	}
	return 0;
}

static int
fill_providers(struct config_reader *r, cfg_t *cfg)
{
	struct config *c = r->config;
	unsigned i, n = cfg_size(cfg, "provider");

	if (n > CONFIG_PROVIDERS_MAX)
		return config_fail(r, line_of(cfg),
		    "there are more than %d providers", CONFIG_PROVIDERS_MAX);
	c->providers = calloc(n > 0 ? n : 1, sizeof(*c->providers));
	if (c->providers == NULL)
		return config_fail(r, 0, "out of memory");
	for (i = 0; i < n; i++) {
		cfg_t *sec = cfg_getnsec(cfg, "provider", i);
		struct config_provider *p = &c->providers[i];

		c->n_providers = i + 1;
		if (fill_title(r, sec, config_is_word,
			"up to 64 letters, "
			"digits, dots, dashes and underscores",
			&p->name) != 0 ||
		    fill_section(r, sec, CONFIG_PROVIDER, p) != 0 ||
		    fill_models(r, sec, p) != 0)
			return -1;
	}
	return 0;
}

static int
fill_tool_servers(struct config_reader *r, cfg_t *cfg)
{
	struct config *c = r->config;
	unsigned i, n = cfg_size(cfg, "tool_server");

	if (n > CONFIG_TOOL_SERVERS_MAX)
		return config_fail(r, line_of(cfg),
		    "there are more than %d tool servers",
		    CONFIG_TOOL_SERVERS_MAX);
	c->tool_servers = calloc(n > 0 ? n : 1, sizeof(*c->tool_servers));
	if (c->tool_servers == NULL)
		return config_fail(r, 0, "out of memory");
	for (i = 0; i < n; i++) {
		cfg_t *sec = cfg_getnsec(cfg, "tool_server", i);
		struct config_tool_server *t = &c->tool_servers[i];

		c->n_tool_servers = i + 1;
		if (fill_title(r, sec, config_is_tool_server,
			"up to 24 letters, digits, dashes and single "
			"underscores, the last of which is none",
			&t->name) != 0 ||
		    fill_section(r, sec, CONFIG_TOOL_SERVER, t) != 0 ||
		    fill_section(r, cfg_getsec(sec, CONFIG_TOOL_LIMITS->name),
			CONFIG_TOOL_LIMITS, &t->limits) != 0)
			return -1;
	}
	return 0;
}

static int
fill_groups(struct config_reader *r, cfg_t *cfg)
{
	struct config *c = r->config;
	unsigned i, n = cfg_size(cfg, CONFIG_GROUP->name);

	if (n > CONFIG_GROUPS_MAX)
		return config_fail(r, line_of(cfg),
		    "there are more than %d groups", CONFIG_GROUPS_MAX);
	c->group_limits = calloc(n > 0 ? n : 1, sizeof(*c->group_limits));
	if (c->group_limits == NULL)
		return config_fail(r, 0, "out of memory");
	for (i = 0; i < n; i++) {
		cfg_t *sec = cfg_getnsec(cfg, CONFIG_GROUP->name, i);
		struct config_group *g = &c->group_limits[i];

		c->n_group_limits = i + 1;
		if (fill_title(r, sec, config_is_group,
			"1 to 64 bytes of text without commas, semicolons and "
			"bars",
			&g->name) != 0 ||
		    fill_section(r, sec, CONFIG_GROUP, g) != 0)
			return -1;
	}
	return 0;
}

static int
fill_welcomes(struct config_reader *r, cfg_t *cfg)
{
	struct config *c = r->config;
	unsigned i, n = cfg_size(cfg, CONFIG_WELCOME->name);

	if (n > CONFIG_WELCOMES_MAX)
		return config_fail(r, line_of(cfg),
		    "there are more than %d sections welcome",
		    CONFIG_WELCOMES_MAX);
	c->welcomes = calloc(n > 0 ? n : 1, sizeof(*c->welcomes));
	if (c->welcomes == NULL)
		return config_fail(r, 0, "out of memory");
	for (i = 0; i < n; i++) {
		cfg_t *sec = cfg_getnsec(cfg, CONFIG_WELCOME->name, i);
		struct config_welcome *w = &c->welcomes[i];

		c->n_welcomes = i + 1;
		if (fill_title(r, sec, config_is_language,
			"the tag of a language, such as \"de\" or "
			"\"zh-Hans\"",
			&w->language) != 0 ||
		    fill_section(r, sec, CONFIG_WELCOME, w) != 0)
			return -1;
	}
	return 0;
}

static int
fill(struct config_reader *r, cfg_t *cfg)
{
	cfg_t *at[CONFIG_SECTIONS];
	size_t i;

	for (i = 0; i < CONFIG_SECTIONS; i++) {
		const struct config_section *s = &config_sections[i];
		char *base = (char *)r->config + s->offset;

		if (!config_section_single(s))
			continue;
		if (s == CONFIG_TOP)
			at[i] = cfg;
		else
			at[i] =
			    cfg_getsec(s->in != NULL ? at[s->in - CONFIG_TOP]
						     : cfg,
				s->name);
		if (fill_section(r, at[i], s, base) != 0)
			return -1;
	}
	if (fill_providers(r, cfg) != 0 || fill_tool_servers(r, cfg) != 0)
		return -1;
	return fill_groups(r, cfg) != 0 ? -1 : fill_welcomes(r, cfg);
}

/* Parses with the lexer to ourselves. */
static int
parse(struct config_reader *r, cfg_t *cfg, const char *text)
{
	int rc;

	cfg_set_error_function(cfg, on_error);
	rc = cfg_parse_buf(cfg, text);
	/* It does not say something about every mistake. */
	if (rc != CFG_SUCCESS)
		return config_fail(r, line_of(cfg), "syntax error");
	if (cfg_size(cfg, END_NAME) == 0)
		return config_fail(r, line_of(cfg),
		    "a comment or a string is not closed");
	return fill(r, cfg);
}

int
config_file_parse(struct config_reader *r, const char *text)
{
	char *whole = NULL;
	cfg_t *cfg;
	int rc = -1;

	if (asprintf(&whole, "%s%s", text, END_LINE) == -1)
		return config_fail(r, 0, "out of memory");
	r->lines = count_lines(text);
	pthread_mutex_lock(&reading);
	current = r;
	cfg = grammar();
	if (cfg == NULL)
		config_fail(r, 0, "out of memory");
	else
		rc = parse(r, cfg, whole);
	/* Where memory was short, it may have left what it cannot free. */
	if (cfg != NULL && !r->no_memory)
		cfg_free(cfg);
	current = NULL;
	pthread_mutex_unlock(&reading);
	free(whole);
	return rc;
}
