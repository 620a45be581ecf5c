/* SPDX-License-Identifier: MIT */
/*
 * Large bodies that come slowly: who has a place.
 */
#include "config.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "confab/gateway/uploads.h"

/* Nobody's lives longer than the request whose user it names. */
struct upload {
	const char *user; /* NULL: free */
};

static struct upload places[UPLOADS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct upload *
upload_begin(const char *user, bool *own)
{
	struct upload *u, *free_one = NULL;
	unsigned n = 0;

	pthread_mutex_lock(&lock);
	for (u = places; u < places + UPLOADS_MAX; u++) {
		if (u->user == NULL)
			free_one = u;
		else if (strcmp(u->user, user) == 0)
			n++;
	}
	*own = n >= UPLOADS_PER_USER;
	if (*own)
		free_one = NULL;
	if (free_one != NULL)
		free_one->user = user;
	pthread_mutex_unlock(&lock);
	return free_one;
}

void
upload_end(struct upload *u)
{
	pthread_mutex_lock(&lock);
	u->user = NULL;
	pthread_mutex_unlock(&lock);
}
