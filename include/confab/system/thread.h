/* SPDX-License-Identifier: MIT */
/* Threads beside the main one. */
#ifndef CONFAB_SYSTEM_THREAD_H
#define CONFAB_SYSTEM_THREAD_H

#include <pthread.h>

/*
 * Starts a thread that gets no signals: they are the main thread's alone, and cut
 * the reads of others short. Those of a fault show where it is. `attr` may be
 * NULL. Returns 0 or an error number, as pthread_create() does.
 */
int thread_start(pthread_t *thread, const pthread_attr_t *attr,
    void *(*run)(void *arg), void *arg);

#endif
