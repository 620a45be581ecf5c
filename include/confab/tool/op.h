/* SPDX-License-Identifier: MIT */
/*
 * What can be asked of a server of tools for somebody.
 */
#ifndef CONFAB_TOOL_OP_H
#define CONFAB_TOOL_OP_H

enum tool_op {
	TOOL_OP_CALL,	  /* a tool: tools/call */
	TOOL_OP_PROMPT,	  /* a prompt, filled in: prompts/get */
	TOOL_OP_RESOURCE, /* what is at an address: resources/read */
	TOOL_OP_COMPLETE  /* what an argument may be: completion/complete */
};

#endif
