/* SPDX-License-Identifier: MIT */
/*
 * What the engine does in one step, as scripts that it runs (EVAL). They are
 * sent whole each time, for an engine that was restarted knows none. Pure.
 */
#ifndef CONFAB_ENGINE_SCRIPT_H
#define CONFAB_ENGINE_SCRIPT_H

/*
 * KEYS the set of ends; ARGV when it can be forgotten (ms), the member, the
 * channel, for how long that is (ms). Told to the others when it is new.
 */
extern const char script_end[];

/* KEYS a user's sum; ARGV the host, what was used there, the channel, what it is
 * told as up to the number, for how long it is kept (ms). Answers what was used
 * on all hosts. */
extern const char script_sum[];

/*
 * KEYS failures of the user, of the user at the address, of the address, and
 * whether the user is known there; ARGV begin, add, good or undo, the channel,
 * the names of the first three, free failures of users and addresses, the
 * first penalty, the longest, how long they are remembered (ms), 1 where there
 * is an address, how many are added. Answers the penalty (ms).
 */
extern const char script_login[];

/*
 * KEYS the stream; ARGV find, claim, hold, over or drop, this host's name, its
 * incarnation, the request's digest, for how long it is kept (ms), what keys of
 * hosts that live begin with. Answers where the stream is, as
 * message_place() reads it.
 */
extern const char script_stream[];

/*
 * KEYS a user's open streams, by process; ARGV this process, how many it has, the
 * channel, what the sum is told as up to the number, for how long it is kept (ms),
 * what keys of processes that live begin with. Answers the sum of those that live,
 * which is told to the others where more than this one have some.
 */
extern const char script_open[];

/* KEYS the users; ARGV the digest of the text that was changed, "" for none, the
 * new text and its digest. Answers 1, or 0: somebody else has changed it. */
extern const char script_users[];

/* KEYS the second factor; ARGV the code's step. Answers 1 when it is good. */
extern const char script_code[];

#endif
