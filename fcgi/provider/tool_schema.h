/* SPDX-License-Identifier: MIT */
/*
 * Schemas of tools' arguments in the form that providers take: an object with
 * properties, no alternatives around them, and lists that say what is in them.
 * One that they do not take costs the whole request, with all other tools in
 * it. Pure.
 */
#ifndef CONFAB_PROVIDER_TOOL_SCHEMA_H
#define CONFAB_PROVIDER_TOOL_SCHEMA_H

#include <json-c/json.h>

/*
 * Brings the parameters of a tool's "function" into that form, in place; nothing
 * else, and none that is to be followed to the letter ("strict"). What is
 * loosened is left to the tool's own check: what alternatives have is offered
 * beside each other.
 */
void provider_tool_schema(struct json_object *function);

#endif
