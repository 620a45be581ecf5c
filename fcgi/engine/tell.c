/* SPDX-License-Identifier: MIT */
/* What the link says to the engine. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/base/encode.h"

#include "message.h"
#include "script.h"
#include "tell.h"

#define FACTS 32 /* taken from the file at a time */
#define HEX_LEN (2 * SHARED_ID_LEN + 1)
#define PROCESS_MAX (CONFIG_HOST_NAME_MAX + 20)

enum about {
	ABOUT_NOTHING,
	ABOUT_EPOCH,
	ABOUT_SUM,
	ABOUT_QUESTION,
	ABOUT_STREAM,
	ABOUT_OPEN
};

/* What an answer is waited for. */
struct told {
	enum about about;
	struct question *question;
	struct shared_fact fact;
	unsigned char user[SHARED_ID_LEN]; /* ABOUT_OPEN */
};

int
tell_init(struct link *l)
{
	l->told = calloc(TELL_MAX, sizeof(*l->told));
	l->scan = shared_scan_new();
	if (l->told == NULL || l->scan == NULL) {
		tell_free(l);
		return -1;
	}
	tell_key(l, l->channel, "changes", "");
	return 0;
}

void
tell_free(struct link *l)
{
	free(l->told);
	shared_scan_free(l->scan);
	l->told = NULL;
	l->scan = NULL;
}

void
tell_key(const struct link *l, char out[CONN_KEY_MAX], const char *kind,
    const char *name)
{
	snprintf(out, CONN_KEY_MAX, "%s%s%s", l->engine->prefix, kind, name);
}

/* Says it, and remembers what an answer will be about. */
static void
put(struct link *l, int argc, const char **argv, const struct told *t)
{
	if (conn_put(l->out, argc, argv) != 0) {
		if (t->question != NULL)
			engine_lost(l->engine, t->question);
		return;
	}
	/* From when on an answer is waited for. */
	if (l->n == 0)
		l->answered = clock_mono_ms();
	l->told[(l->first + l->n++) % TELL_MAX] = *t;
}

static void
key_of(const struct link *l, char out[CONN_KEY_MAX], const char *kind,
    const unsigned char id[SHARED_ID_LEN])
{
	char hex[HEX_LEN];

	encode_hex(hex, id, SHARED_ID_LEN);
	tell_key(l, out, kind, hex);
}

static void
put_end(struct link *l, const struct shared_fact *f)
{
	const struct told t = { .about = ABOUT_NOTHING };
	char key[CONN_KEY_MAX], member[MESSAGE_MAX], expires[24], left[24];
	uint64_t now = (uint64_t)clock_wall_ms();
	const char *argv[] = { "EVAL", script_end, "1", key, expires, member,
		l->channel, left };

	tell_key(l, key, "ended", "");
	message_member(f, member);
	snprintf(expires, sizeof(expires), "%" PRIu64, f->expires);
	snprintf(left, sizeof(left), "%" PRIu64,
	    f->expires > now ? f->expires - now : 1);
	put(l, 8, argv, &t);
}

static void
put_sum(struct link *l, const struct shared_fact *f)
{
	static const char *const names[SHARED_SUM_KINDS] = { "tokens:",
		"tokens-month:", "cost:", "cost-month:", "requests:" };
	const struct told t = { .about = ABOUT_SUM, .fact = *f };
	uint64_t now = (uint64_t)clock_wall_ms();
	char key[CONN_KEY_MAX], name[HEX_LEN + 24], host[24], count[24];
	char user[HEX_LEN], words[HEX_LEN + 24], keep[24];
	const char *argv[] = { "EVAL", script_sum, "1", key, host, count,
		l->channel, words, keep };

	encode_hex(user, f->user, SHARED_ID_LEN);
	snprintf(name, sizeof(name), "%" PRIu64 ":%s", f->time, user);
	tell_key(l, key, names[f->sum], name);
	snprintf(words, sizeof(words), "%c %s %" PRIu64, MESSAGE_SUMS[f->sum],
	    user, f->time);
	snprintf(host, sizeof(host), "%016" PRIx64,
	    shared_facts_host(l->engine->state));
	snprintf(count, sizeof(count), "%" PRIu64, f->count);
	snprintf(keep, sizeof(keep), "%" PRIu64,
	    f->expires > now ? f->expires - now : 1);
	put(l, 9, argv, &t);
}

/* Goes through the file, as far as there is room for what it has. */
static void
put_facts(struct link *l)
{
	struct shared_fact f[FACTS];
	size_t n;

	while (l->all && l->n + FACTS <= TELL_MAX) {
		n = shared_scan_next(l->scan, l->engine->state,
		    (uint64_t)clock_wall_ms(), f, FACTS);
		if (n == 0)
			l->all = false;
		for (size_t i = 0; i < n; i++) {
			if (f[i].kind == SHARED_FACT_SUM)
				put_sum(l, &f[i]);
			else
				put_end(l, &f[i]);
		}
		atomic_fetch_add(&l->engine->told, n);
	}
}

static void
put_login(struct link *l, struct question *q)
{
	static const char *const ops[] = { "begin", "add", "good", "undo" };
	const struct told t = { .about = ABOUT_QUESTION, .question = q };
	const struct engine_try *a = &q->about;
	char key[4][CONN_KEY_MAX], id[3][HEX_LEN], n[6][24];
	const char *argv[] = { "EVAL", script_login, "4", key[0], key[1],
		key[2], key[3], ops[q->op], l->channel, id[0], id[1], id[2],
		n[0], n[1], n[2], n[3], n[4], a->has_address ? "1" : "0",
		n[5] };

	key_of(l, key[0], "failed:u:", a->user);
	key_of(l, key[1], "failed:k:", a->pair);
	key_of(l, key[2], "failed:a:", a->address);
	key_of(l, key[3], "known:", a->pair);
	encode_hex(id[0], a->user, SHARED_ID_LEN);
	encode_hex(id[1], a->pair, SHARED_ID_LEN);
	encode_hex(id[2], a->address, SHARED_ID_LEN);
	snprintf(n[0], sizeof(n[0]), "%u", a->by_user.free);
	snprintf(n[1], sizeof(n[1]), "%u", a->by_address.free);
	snprintf(n[2], sizeof(n[2]), "%" PRIu64, a->by_user.delay);
	snprintf(n[3], sizeof(n[3]), "%" PRIu64, a->by_user.delay_max);
	snprintf(n[4], sizeof(n[4]), "%" PRIu64, a->by_user.forget);
	snprintf(n[5], sizeof(n[5]), "%u",
	    q->op == QUESTION_ADD ? q->count : 1);
	put(l, (int)(sizeof(argv) / sizeof(argv[0])), argv, &t);
}

static void
put_code(struct link *l, struct question *q)
{
	const struct told t = { .about = ABOUT_QUESTION, .question = q };
	char key[CONN_KEY_MAX], step[24];
	const char *argv[] = { "EVAL", script_code, "1", key, step };

	key_of(l, key, "code:", q->id);
	snprintf(step, sizeof(step), "%" PRIu64, q->step);
	put(l, 5, argv, &t);
}

static void
put_stream(struct link *l, struct question *q)
{
	static const char *const ops[] = { [QUESTION_FIND] = "find",
		[QUESTION_CLAIM] = "claim",
		[QUESTION_HOLD] = "hold",
		[QUESTION_OVER] = "over",
		[QUESTION_DROP] = "drop" };
	const struct told t = { .about = ABOUT_STREAM, .question = q };
	const struct engine *e = l->engine;
	char key[CONN_KEY_MAX], digest[HEX_LEN], keep[24], live[CONN_KEY_MAX];
	const char *argv[] = { "EVAL", script_stream, "1", key, ops[q->op],
		e->host, e->incarnation, digest, keep, live };

	key_of(l, key, "stream:", q->id);
	encode_hex(digest, q->digest, sizeof(q->digest));
	snprintf(keep, sizeof(keep), "%d",
	    q->op == QUESTION_OVER ? ENGINE_KEY_KEEP : ENGINE_STREAM_KEEP);
	tell_key(l, live, "live:", "");
	put(l, (int)(sizeof(argv) / sizeof(argv[0])), argv, &t);
}

/* What keys of this process have for a name; of a host without one, too. */
static void
name_process(const struct engine *e, char out[PROCESS_MAX])
{
	snprintf(out, PROCESS_MAX, "%s:%s", e->host != NULL ? e->host : "",
	    e->incarnation);
}

static void
put_open(struct link *l, const unsigned char id[SHARED_ID_LEN], unsigned here)
{
	struct told t = { .about = ABOUT_OPEN };
	char key[CONN_KEY_MAX], live[CONN_KEY_MAX], name[PROCESS_MAX];
	char count[24], words[HEX_LEN + 2], keep[24], user[HEX_LEN];
	const char *argv[] = { "EVAL", script_open, "1", key, name, count,
		l->channel, words, keep, live };

	memcpy(t.user, id, sizeof(t.user));
	key_of(l, key, "open:", id);
	name_process(l->engine, name);
	snprintf(count, sizeof(count), "%u", here);
	encode_hex(user, id, SHARED_ID_LEN);
	snprintf(words, sizeof(words), "o %s", user);
	snprintf(keep, sizeof(keep), "%d", ENGINE_STREAM_KEEP);
	tell_key(l, live, "live:", "");
	put(l, (int)(sizeof(argv) / sizeof(argv[0])), argv, &t);
}

static void
put_opens(struct link *l)
{
	unsigned char id[SHARED_ID_LEN];
	unsigned here;

	while (l->n < TELL_MAX && engine_take_open(l->engine, id, &here))
		put_open(l, id, here);
}

/* That this process is there, or not any more. */
static void
put_life(struct link *l, bool lives)
{
	const struct told t = { .about = ABOUT_NOTHING };
	const struct engine *e = l->engine;
	char key[CONN_KEY_MAX], name[PROCESS_MAX], keep[24];
	const char *set[] = { "SET", key, "1", "PX", keep };
	const char *del[] = { "DEL", key };

	if (l->n == TELL_MAX)
		return;
	name_process(e, name);
	tell_key(l, key, "live:", name);
	snprintf(keep, sizeof(keep), "%d", ENGINE_ALIVE);
	if (lives)
		put(l, 5, set, &t);
	else
		put(l, 2, del, &t);
}

static void
put_questions(struct link *l)
{
	struct question *q;

	while (l->n < TELL_MAX && (q = engine_next(l->engine)) != NULL) {
		if (q->op >= QUESTION_FIND)
			put_stream(l, q);
		else if (q->op == QUESTION_CODE)
			put_code(l, q);
		else
			put_login(l, q);
	}
}

/* Failures of while it was away. */
static void
put_unsent(struct link *l)
{
	struct unsent u;

	while (l->n < TELL_MAX && engine_take_unsent(l->engine, &u)) {
		struct question *q = calloc(1, sizeof(*q));

		if (q == NULL)
			return;
		q->op = QUESTION_ADD;
		q->about = u.about;
		q->count = u.count;
		put_login(l, q);
	}
}

int
tell_begin(struct link *l)
{
	l->version = shared_facts_version(l->engine->state);
	shared_scan_start(l->scan, true);
	l->all = true;
	atomic_store(&l->engine->changed, false);
	put_life(l, true);
	put_unsent(l);
	engine_untell_opens(l->engine);
	return l->version != 0 ? 0 : -1;
}

void
tell_new(struct link *l)
{
	put_questions(l);
	if (atomic_exchange(&l->engine->changed, false)) {
		l->version = shared_facts_version(l->engine->state);
		shared_scan_start(l->scan, false);
		l->all = true;
	}
	put_opens(l);
	put_facts(l);
}

void
tell_last(struct link *l)
{
	put_questions(l);
	put_life(l, false);
}

/* A stream's question that is waited for, or NULL. */
static struct question *
waiting(const struct link *l, size_t i)
{
	const struct told *t = &l->told[(l->first + i) % TELL_MAX];

	return t->about == ABOUT_STREAM && t->question->found != NULL
	    ? t->question
	    : NULL;
}

uint64_t
tell_late(struct link *l, uint64_t now, uint64_t most)
{
	const struct engine_place unknown = { .where = ENGINE_UNKNOWN };
	struct question *q;

	for (size_t i = 0; i < l->n; i++) {
		q = waiting(l, i);
		if (q == NULL)
			continue;
		/* They were asked one after the other. */
		if (now < q->asked + ENGINE_WAIT) {
			now = q->asked + ENGINE_WAIT - now;
			return now < most ? now : most;
		}
		atomic_store(&l->engine->late, true);
		atomic_fetch_add(&l->engine->unanswered, 1);
		engine_found(l->engine, q, &unknown);
	}
	return most;
}

void
tell_beat(struct link *l, bool prune)
{
	const struct told nothing = { .about = ABOUT_NOTHING };
	const struct told epoch = { .about = ABOUT_EPOCH };
	char key[CONN_KEY_MAX], ended[CONN_KEY_MAX], now[24];
	const char *get[] = { "GET", key };
	const char *keep[] = { "EXPIRE", key, "86400" };
	const char *remove[] = { "ZREMRANGEBYSCORE", ended, "-inf", now };

	if (l->n + 4 > TELL_MAX)
		return;
	put_life(l, true);
	/* Other processes of the host change the file, too. */
	if (shared_facts_version(l->engine->state) != l->version)
		atomic_store(&l->engine->changed, true);
	tell_key(l, key, "epoch", "");
	put(l, 2, get, &epoch);
	if (!prune)
		return;
	tell_key(l, ended, "ended", "");
	snprintf(now, sizeof(now), "%" PRId64, clock_wall_ms());
	put(l, 3, keep, &nothing);
	put(l, 4, remove, &nothing);
}

static void
take_sum(struct link *l, const struct shared_fact *asked, const char *text)
{
	struct shared_fact f = *asked;

	f.count = strtoull(text, NULL, 10);
	shared_facts_take(l->engine->state, &f, (uint64_t)clock_wall_ms());
}

/* The number of an answer, which a script gives as one or as text. */
static uint64_t
number_of(const struct conn_reply *r)
{
	return r->text[0] != '\0' ? strtoull(r->text, NULL, 10) : r->number;
}

int
tell_answer(struct link *l, const struct conn_reply *r)
{
	struct engine_place place;
	struct told t;

	if (l->n == 0)
		return 0;
	t = l->told[l->first];
	l->first = (l->first + 1) % TELL_MAX;
	l->n--;
	if (r->error) {
		snprintf(l->cause, sizeof(l->cause), "%.*s",
		    (int)sizeof(l->cause) - 1, r->text);
		if (t.question != NULL)
			engine_lost(l->engine, t.question);
		return -1;
	}
	switch (t.about) {
	case ABOUT_EPOCH:
		if (strcmp(r->text, l->epoch) == 0)
			break;
		snprintf(l->cause, sizeof(l->cause), "it was emptied");
		return -1;
	case ABOUT_SUM:
		take_sum(l, &t.fact, r->text);
		break;
	case ABOUT_OPEN:
		engine_open_total(l->engine, t.user, number_of(r));
		break;
	case ABOUT_QUESTION:
		engine_answered(l->engine, t.question, number_of(r));
		break;
	case ABOUT_STREAM:
		message_place(r->text, &place);
		engine_found(l->engine, t.question, &place);
		engine_answered(l->engine, t.question, 0);
		break;
	case ABOUT_NOTHING:
		break;
	}
	return 0;
}

void
tell_drop(struct link *l)
{
	for (; l->n > 0; l->n--) {
		struct told *t = &l->told[l->first];

		if (t->question != NULL)
			engine_lost(l->engine, t->question);
		l->first = (l->first + 1) % TELL_MAX;
	}
}
