/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <signal.h>

#include "confab/system/thread.h"

int
thread_start(pthread_t *thread, const pthread_attr_t *attr,
    void *(*run)(void *arg), void *arg)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, attr, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}
