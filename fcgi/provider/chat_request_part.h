/* SPDX-License-Identifier: MIT */
/*
 * Between chat_request.c and the file of a message's parts.
 */
#ifndef CONFAB_PROVIDER_CHAT_REQUEST_PART_H
#define CONFAB_PROVIDER_CHAT_REQUEST_PART_H

#include "confab/provider/chat_request.h"

/*
 * What is wrong with a part, as the end of a sentence about its member `member`
 * (".text"; "": the part itself); NULL: nothing. Notes in `r` what the request
 * has.
 */
const char *chat_part_fault(struct chat_request *r, const char *role,
    struct json_object *part, const char **member);

#endif
