/* SPDX-License-Identifier: MIT */
/* The frame of a tool server's apps. */
#include "config.h"

#include <string.h>

#include "confab/tool/app.h"

#include "name.h"

const struct config_tool_server *
tool_app_server(const struct config *c, const char *name, const char *user,
    config_group_set groups)
{
	const struct config_tool_server *s;
	size_t i;

	for (i = 0; i < c->n_tool_servers; i++) {
		s = &c->tool_servers[i];
		if (s->apps && strcmp(s->name, name) == 0 &&
		    tool_server_is_for(s, user, groups))
			return s;
	}
	return NULL;
}

/*
 * An app's own scripts and styles stand in it. What it declares that it needs is
 * a second policy, which the page writes before it: of both, the narrower
 * counts.
 */
int
tool_app_policy(const struct config_tool_server *c, struct buf *out)
{
	size_t i;

	buf_puts(out,
	    "sandbox allow-scripts allow-forms; "
	    "default-src 'unsafe-inline' data: blob:");
	for (i = 0; i < c->app_domains.n; i++)
		buf_printf(out, " %s", c->app_domains.words[i]);
	return buf_puts(out,
	    "; worker-src blob:; frame-src 'none'; object-src 'none'; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'");
}

const char *
tool_app_frame(void)
{
	return "<!doctype html>\n"
	       "<html lang=\"en\">\n"
	       "<head>\n"
	       "<meta charset=\"utf-8\">\n"
	       "<title>App</title>\n"
	       "<script>\n"
	       /* No policy knows of it, and it needs none to reach out. */
	       "delete self.RTCPeerConnection;\n"
	       "delete self.webkitRTCPeerConnection;\n"
	       "onmessage = ({ source, data }) => {\n"
	       "  if (source !== parent || typeof data?.markup !== 'string') "
	       "return;\n"
	       "  onmessage = null;\n"
	       "  document.open();\n"
	       "  document.write(data.markup);\n"
	       "  document.close();\n"
	       "};\n"
	       "parent.postMessage('ready', '*');\n"
	       "</script>\n"
	       "</head>\n"
	       "<body></body>\n"
	       "</html>\n";
}
