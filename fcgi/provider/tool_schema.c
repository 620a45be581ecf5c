/* SPDX-License-Identifier: MIT */
/* Schemas of tools' arguments in the form that providers take. */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "confab/base/json.h"

#include "tool_schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
is_list(struct json_object *v)
{
	return json_object_is_type(v, json_type_array);
}

static bool
is_object(struct json_object *v)
{
	return json_object_is_type(v, json_type_object);
}

/* ---- Within ----------------------------------------------------------------*/

/* True when a schema's type is that, or may be. */
static bool
may_be(struct json_object *schema, const char *name)
{
	struct json_object *one, *type = json_get(schema, "type");
	size_t i, n = is_list(type) ? json_object_array_length(type) : 1;

	for (i = 0; i < n; i++) {
		one = is_list(type) ? json_object_array_get_idx(type, i) : type;
		if (json_object_is_type(one, json_type_string) &&
		    strcmp(json_object_get_string(one), name) == 0)
			return true;
	}
	return false;
}

/* Takes out a member that is there, and is not of its type. */
static void
want_type(struct json_object *schema, const char *name, enum json_type type)
{
	struct json_object *v;

	if (json_object_object_get_ex(schema, name, &v) &&
	    !json_object_is_type(v, type))
		json_object_object_del(schema, name);
}

static void mend(struct json_object *schema);

static void
mend_all(struct json_object *schemas)
{
	size_t i;

	if (is_list(schemas))
		for (i = 0; i < json_object_array_length(schemas); i++)
			mend(json_object_array_get_idx(schemas, i));
	if (!is_object(schemas))
		return;
	json_object_object_foreach(schemas, key, one)
	{
		(void)key;
		mend(one);
	}
}

/* A schema, and what is in it: no deeper than its text was read. */
static void
mend(struct json_object *schema)
{
	static const char *const many[] = { "properties", "$defs",
		"definitions", "anyOf", "oneOf", "allOf" };
	struct json_object *items = json_get(schema, "items");
	size_t i;

	if (!is_object(schema))
		return;
	want_type(schema, "properties", json_type_object);
	want_type(schema, "required", json_type_array);
	if (items == NULL && may_be(schema, "array"))
		json_object_object_add(schema, "items",
		    json_object_new_object());
	if (is_list(items))
		mend_all(items);
	else
		mend(items);
	mend(json_get(schema, "additionalProperties"));
	for (i = 0; i < COUNT(many); i++)
		mend_all(json_get(schema, many[i]));
}

/* ---- The whole -------------------------------------------------------------*/

/* What "#/$defs/NAME" stands for, or NULL. */
static struct json_object *
defined(struct json_object *root, const char *ref)
{
	static const char *const places[] = { "$defs", "definitions" };
	size_t i, n;

	for (i = 0; i < COUNT(places); i++) {
		n = strlen(places[i]);
		if (strncmp(ref, "#/", 2) == 0 &&
		    strncmp(ref + 2, places[i], n) == 0 && ref[2 + n] == '/')
			return json_get(json_get(root, places[i]), ref + 3 + n);
	}
	return NULL;
}

/* Adds what one of several schemas has to the whole; `all`: it must hold. */
static void
add_properties(struct json_object *root, struct json_object *from, bool all)
{
	const char *ref = json_str(from, "$ref", NULL);
	struct json_object *to = json_get(root, "properties");
	struct json_object *must = json_get(root, "required"), *more;
	size_t i;

	if (ref != NULL)
		from = defined(root, ref);
	more = json_get(from, "properties");
	if (is_object(more)) {
		json_object_object_foreach(more, key, one)
		{
			if (json_get(to, key) == NULL)
				json_object_object_add(to, key,
				    json_object_get(one));
		}
	}
	more = json_get(from, "required");
	if (!all || !is_list(more))
		return;
	if (must == NULL) {
		must = json_object_new_array();
		json_object_object_add(root, "required", must);
	}
	for (i = 0; i < json_object_array_length(more); i++)
		json_object_array_add(must,
		    json_object_get(json_object_array_get_idx(more, i)));
}

/* Puts what stands around the properties into them. */
static void
flatten(struct json_object *root)
{
	static const char *const choices[] = { "allOf", "anyOf", "oneOf" };
	struct json_object *list;
	size_t i, k;

	if (json_str(root, "$ref", NULL) != NULL) {
		add_properties(root, root, true);
		json_object_object_del(root, "$ref");
	}
	for (i = 0; i < COUNT(choices); i++) {
		list = json_get(root, choices[i]);
		for (k = 0; is_list(list) && k < json_object_array_length(list);
		     k++)
			add_properties(root, json_object_array_get_idx(list, k),
			    i == 0);
		json_object_object_del(root, choices[i]);
	}
	json_object_object_del(root, "enum");
	json_object_object_del(root, "not");
}

void
provider_tool_schema(struct json_object *function)
{
	struct json_object *root = json_get(function, "parameters");

	if (!is_object(root) ||
	    json_object_get_boolean(json_get(function, "strict")))
		return;
	mend(root);
	json_object_object_add(root, "type", json_object_new_string("object"));
	if (json_get(root, "properties") == NULL)
		json_object_object_add(root, "properties",
		    json_object_new_object());
	flatten(root);
}
