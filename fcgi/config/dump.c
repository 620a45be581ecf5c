/* SPDX-License-Identifier: MIT */
/*
 * Writing a configuration as a file that reads back to the same.
 */
#include "config.h"

#include "confab/base/buf.h"
#include "confab/config/option.h"

/* One "name = value" line for each option that has a value. */
static void
dump_options(const struct config_section *s, const void *base,
    const char *indent, struct buf *out)
{
	size_t i, before, value;

	for (i = 0; i < s->n; i++) {
		before = out->len;
		buf_printf(out, "%s%s = ", indent, s->options[i].name);
		value = out->len;
		config_option_write(&s->options[i], base, out);
		if (out->len == value)
			out->len = before; /* not set */
		else
			buf_putc(out, '\n');
	}
}

/* A title is quoted as a string value is. */
static void
dump_title(const char *name, const char *title, const char *indent,
    struct buf *out)
{
	static const struct config_option text = { .type = OPTION_STRING };

	buf_printf(out, "%s%s ", indent, name);
	config_option_write(&text, &title, out);
	buf_puts(out, " {\n");
}

static void
dump_provider(const struct config_provider *p, struct buf *out)
{
	size_t i;

	buf_putc(out, '\n');
	dump_title(CONFIG_PROVIDER->name, p->name, "", out);
	dump_options(CONFIG_PROVIDER, p, "\t", out);
	if (p->api_key != NULL)
		buf_puts(out, "\t# the key: (hidden)\n");
	for (i = 0; i < p->n_models; i++) {
		dump_title(CONFIG_MODEL->name, p->models[i].id, "\t", out);
		dump_options(CONFIG_MODEL, &p->models[i], "\t\t", out);
		buf_puts(out, "\t}\n");
	}
	buf_puts(out, "}\n");
}

static void
dump_tool_server(const struct config_tool_server *t, struct buf *out)
{
	buf_putc(out, '\n');
	dump_title(CONFIG_TOOL_SERVER->name, t->name, "", out);
	dump_options(CONFIG_TOOL_SERVER, t, "\t", out);
	if (t->token != NULL)
		buf_puts(out, "\t# the token: (hidden)\n");
	buf_printf(out, "\t%s {\n", CONFIG_TOOL_LIMITS->name);
	dump_options(CONFIG_TOOL_LIMITS, &t->limits, "\t\t", out);
	buf_puts(out, "\t}\n}\n");
}

static void
dump_group(const struct config_group *g, struct buf *out)
{
	buf_putc(out, '\n');
	dump_title(CONFIG_GROUP->name, g->name, "", out);
	dump_options(CONFIG_GROUP, g, "\t", out);
	buf_puts(out, "}\n");
}

static void
dump_welcome(const struct config_welcome *w, struct buf *out)
{
	buf_putc(out, '\n');
	dump_title(CONFIG_WELCOME->name, w->language, "", out);
	dump_options(CONFIG_WELCOME, w, "\t", out);
	buf_puts(out, "}\n");
}

/* The sections inside a section that is there once. */
static void
dump_within(const struct config *c, const struct config_section *in,
    struct buf *out)
{
	for (size_t i = 0; i < CONFIG_SECTIONS; i++) {
		const struct config_section *s = &config_sections[i];

		if (s->in != in)
			continue;
		buf_printf(out, "\t%s {\n", s->name);
		dump_options(s, (const char *)c + s->offset, "\t\t", out);
		buf_puts(out, "\t}\n");
	}
}

int
config_dump(const struct config *c, struct buf *out)
{
	size_t i;

	buf_puts(out, "# as it is in force\n");
	for (i = 0; i < CONFIG_SECTIONS; i++) {
		const struct config_section *s = &config_sections[i];
		const char *base = (const char *)c + s->offset;

		if (s->titled || s->in != NULL)
			continue;
		if (s == CONFIG_TOP) {
			dump_options(s, base, "", out);
			continue;
		}
		buf_printf(out, "\n%s {\n", s->name);
		dump_options(s, base, "\t", out);
		dump_within(c, s, out);
		buf_puts(out, "}\n");
	}
	for (i = 0; i < c->n_providers; i++)
		dump_provider(&c->providers[i], out);
	for (i = 0; i < c->n_tool_servers; i++)
		dump_tool_server(&c->tool_servers[i], out);
	for (i = 0; i < c->n_group_limits; i++)
		dump_group(&c->group_limits[i], out);
	for (i = 0; i < c->n_welcomes; i++)
		dump_welcome(&c->welcomes[i], out);
	return buf_ok(out) ? 0 : -1;
}
