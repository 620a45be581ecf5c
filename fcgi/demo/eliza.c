/* SPDX-License-Identifier: MIT */
/*
 * Room of ELIZA's reasoning: keywords, decomposition, reassembly, memory.
 *
 * What the paper leaves open is done as the author's own program, found later,
 * does it: BUT is a delimiter too; the "certain counting mechanism" goes
 * through 1 to 4, once a message, and a memory is recalled at 4; the memory's
 * wording is chosen by SLIP's HASH of the sentence's last word.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "eliza.h"
#include "eliza_match.h"
#include "eliza_script.h"
#include "eliza_words.h"

#define STACK_MAX 16 /* keywords of a message that are tried */
#define LINKS_MAX 16 /* "=KEY" followed in one answer: a script may err */
#define RECALL_AT 4  /* of the counter, which goes from 1 to this */

/* The words of the clause that is worked on; the bytes are elsewhere. */
struct clause {
	struct eliza_word words[ELIZA_WORDS_MAX];
	size_t n;
};

/* Keywords still to be tried, the best first. */
struct keystack {
	unsigned char keys[STACK_MAX];
	size_t n;
};

/* A sentence worth coming back to: where it was said, and how to put it. */
struct memory {
	size_t turn;
	unsigned rule;
};

/* What one continuous dialogue would remember between two messages. */
struct dialogue {
	const struct eliza_script *script;
	const struct eliza_turn *turns;
	unsigned counter;
	unsigned char next_reply[ELIZA_KEYS_MAX][ELIZA_RULES_MAX];
	struct memory memories[ELIZA_MEMORIES_MAX]; /* a ring */
	size_t first_memory;
	size_t n_memories;
	/* The message at hand. */
	struct eliza_sentence sentence;
	struct clause clause;
	struct keystack stack;
	struct eliza_parts parts;
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool
decompose(struct dialogue *d, const char *pattern)
{
	return eliza_match(d->script, pattern, d->clause.words, d->clause.n,
	    &d->parts);
}

static const struct eliza_key *
key_named(const struct eliza_script *script, const char *name)
{
	return eliza_find_key(script, name, strlen(name));
}

static void
push_key(struct dialogue *d, const struct eliza_key *k, bool front)
{
	struct keystack *st = &d->stack;
	unsigned char id = (unsigned char)(k - d->script->keys);

	/* Full: the last one gives way to a better one. */
	if (st->n == STACK_MAX && !front)
		return;
	if (st->n == STACK_MAX)
		st->n--;
	if (front) {
		memmove(st->keys + 1, st->keys, st->n);
		st->keys[0] = id;
	} else
		st->keys[st->n] = id;
	st->n++;
}

static const struct eliza_key *
pop_key(struct dialogue *d)
{
	struct keystack *st = &d->stack;
	const struct eliza_key *k;

	if (st->n == 0)
		return NULL;
	k = &d->script->keys[st->keys[0]];
	memmove(st->keys, st->keys + 1, --st->n);
	return k;
}

static bool
ends_clause(const struct eliza_word *w)
{
	return w->len == 0 ||
	    (w->len == 3 && lower(w->s[0]) == 'b' && lower(w->s[1]) == 'u' &&
		lower(w->s[2]) == 't');
}

/*
 * Reads message `turn`: the clause is the first one that holds a keyword (or
 * the last), its words substituted, and the keywords are on the stack.
 */
static void
hear(struct dialogue *d, size_t turn)
{
	struct clause *c = &d->clause;
	unsigned best = 0;
	size_t i;

	eliza_read(&d->sentence, d->turns[turn].text, d->turns[turn].len);
	d->stack.n = 0;
	c->n = 0;
	for (i = 0; i < d->sentence.n; i++) {
		struct eliza_word *w = &d->sentence.words[i];
		const struct eliza_key *k =
		    eliza_find_key(d->script, w->s, w->len);

		if (ends_clause(w)) {
			if (d->stack.n > 0)
				break;
			c->n = 0;
			continue;
		}
		if (k != NULL && (k->rules != NULL || k->link != NULL)) {
			push_key(d, k, k->rank > best);
			if (k->rank > best)
				best = k->rank;
		}
		c->words[c->n] = *w;
		if (k != NULL && k->becomes != NULL) {
			c->words[c->n].s = k->becomes;
			c->words[c->n].len = strlen(k->becomes);
			c->words[c->n].opens = false;
		}
		c->n++;
	}
}

/* Keeps the clause for later when `k` is the script's key for that. */
static void
memorize(struct dialogue *d, const struct eliza_key *k, size_t turn)
{
	struct memory *m;
	unsigned rule;

	if (strcmp(k->word, d->script->memory_key) != 0 || d->clause.n == 0)
		return;
	rule = eliza_hash(&d->clause.words[d->clause.n - 1], 2);
	if (!decompose(d, d->script->memory[rule].pattern))
		return;
	if (d->n_memories == ELIZA_MEMORIES_MAX) {
		d->first_memory = (d->first_memory + 1) % ELIZA_MEMORIES_MAX;
		d->n_memories--;
	}
	m = &d->memories[(d->first_memory + d->n_memories) %
	    ELIZA_MEMORIES_MAX];
	m->turn = turn;
	m->rule = rule;
	d->n_memories++;
}

/*
 * Recalls the oldest memory. Only its place was kept: hearing that message
 * again gives the same clause, as it depends on nothing else.
 */
static const char *
recall(struct dialogue *d)
{
	struct memory m = d->memories[d->first_memory];

	d->first_memory = (d->first_memory + 1) % ELIZA_MEMORIES_MAX;
	d->n_memories--;
	hear(d, m.turn);
	if (!decompose(d, d->script->memory[m.rule].pattern))
		return d->script->no_match[0]; /* cannot be: it did before */
	return d->script->memory[m.rule].reply;
}

/* The next reply of the first rule of `k` that fits, or NULL. */
static const char *
choose(struct dialogue *d, const struct eliza_key *k)
{
	unsigned char *next;
	const char *reply;
	size_t i;

	for (i = 0; k->rules != NULL && k->rules[i].pattern != NULL &&
	     i < ELIZA_RULES_MAX;
	     i++) {
		if (!decompose(d, k->rules[i].pattern))
			continue;
		next = &d->next_reply[k - d->script->keys][i];
		reply = k->rules[i].replies[*next];
		*next = k->rules[i].replies[*next + 1] == NULL
		    ? 0
		    : (unsigned char)(*next + 1);
		return reply;
	}
	return NULL;
}

/* Makes the clause what "PRE text =KEY" says; returns where KEY begins. */
static const char *
rewrite(struct dialogue *d, const char *text)
{
	struct clause made = { .n = 0 };

	while (*text != '\0' && *text != '=') {
		size_t len = strcspn(text, " ");
		size_t part = (size_t)(*text - '0');
		size_t i;

		if (*text < '1' || part > d->parts.n) {
			if (made.n < ELIZA_WORDS_MAX) {
				made.words[made.n].s = text;
				made.words[made.n].len = len;
				made.words[made.n++].opens = false;
			}
		} else if (*text <= '9') {
			for (i = d->parts.begin[part - 1];
			     i < d->parts.begin[part] &&
			     made.n < ELIZA_WORDS_MAX;
			     i++)
				made.words[made.n++] = d->clause.words[i];
		}
		text += len;
		text += *text == ' ';
	}
	d->clause = made;
	return *text == '=' ? text + 1 : text;
}

/*
 * Tries the keywords in their order until one gives a reply; NULL when none
 * does, so that the script's last resort is due.
 */
static const char *
transform(struct dialogue *d, size_t turn)
{
	const struct eliza_key *k;
	const char *reply, *link;
	unsigned links = 0;

	while ((k = pop_key(d)) != NULL) {
		memorize(d, k, turn);
		reply = choose(d, k);
		if (reply == NULL && k->link == NULL)
			return d->script->no_match[d->counter - 1];
		if (reply == NULL)
			link = k->link;
		else if (strcmp(reply, "NEWKEY") == 0)
			continue;
		else if (reply[0] == '=')
			link = reply + 1;
		else if (strncmp(reply, "PRE ", 4) == 0)
			link = rewrite(d, reply + 4);
		else
			return reply;
		k = key_named(d->script, link);
		if (k == NULL || ++links > LINKS_MAX)
			return d->script->no_match[d->counter - 1];
		push_key(d, k, true);
	}
	return NULL;
}

/* The reply to message `turn`, to be filled in from clause and parts. */
static const char *
react(struct dialogue *d, size_t turn)
{
	const struct eliza_key *k;
	const char *reply = NULL;

	d->counter = d->counter % RECALL_AT + 1;
	hear(d, turn);
	if (d->stack.n > 0)
		reply = transform(d, turn);
	else if (d->counter == RECALL_AT && d->n_memories > 0)
		return recall(d);
	if (reply != NULL)
		return reply;
	k = d->sentence.foreign ? key_named(d->script, d->script->foreign_key)
				: key_named(d->script, ":none");
	reply = k != NULL ? choose(d, k) : NULL;
	return reply != NULL ? reply : d->script->no_match[d->counter - 1];
}

/* Appends a word as it looks within a sentence. */
static void
put_word(struct buf *out, const struct eliza_word *w, bool shouting)
{
	size_t i;
	bool small = shouting;

	/* "I" and its contractions; a name at the start is not known as one. */
	if (w->len > 0 && lower(w->s[0]) == 'i' &&
	    (w->len == 1 || w->s[1] == '\'')) {
		(void)buf_putc(out, 'I');
		for (i = 1; i < w->len; i++)
			(void)buf_putc(out, lower(w->s[i]));
		return;
	}
	for (i = 0; i < w->len; i++) {
		bool first = i == 0 && w->opens &&
		    (w->len == 1 || lower(w->s[1]) == w->s[1]);

		(void)buf_putc(out, small || first ? lower(w->s[i]) : w->s[i]);
	}
}

/* Appends part `part` of the clause, with a space before it if `space`. */
static void
put_part(struct dialogue *d, struct buf *out, size_t part, bool *space)
{
	size_t i;

	if (part > d->parts.n)
		return;
	for (i = d->parts.begin[part - 1]; i < d->parts.begin[part]; i++) {
		if (*space)
			(void)buf_putc(out, ' ');
		put_word(out, &d->clause.words[i], d->sentence.shouting);
		*space = true;
	}
	if (d->parts.begin[part - 1] < d->parts.begin[part])
		*space = false;
}

static int
speak(struct dialogue *d, const char *reply, enum eliza_style style,
    struct buf *out)
{
	size_t start = out->len, i;
	bool space = false;

	for (; *reply != '\0'; reply++) {
		if (*reply >= '1' && *reply <= '9')
			put_part(d, out, (size_t)(*reply - '0'), &space);
		else if (*reply == ' ')
			space = true;
		else {
			/* An empty part must not leave "your ?" behind. */
			if (space && strchr(".,?!", *reply) == NULL)
				(void)buf_putc(out, ' ');
			space = false;
			if (style == ELIZA_TELETYPE && reply[1] == '\0' &&
			    strchr(".?", *reply) != NULL)
				break;
			(void)buf_putc(out, *reply);
		}
	}
	if (!buf_ok(out))
		return -1;
	for (i = start; i < out->len && style == ELIZA_TELETYPE; i++)
		out->data[i] = upper(out->data[i]);
	return 0;
}

int
eliza_answer(const struct eliza_turn *turns, size_t count,
    enum eliza_style style, struct buf *out)
{
	struct dialogue d = { .script = &eliza_doctor, .turns = turns };
	const char *reply = d.script->opening;
	size_t i, skipped;

	/* The counter counts the skipped ones too: it is a matter of number. */
	skipped = count > ELIZA_TURNS_MAX ? count - ELIZA_TURNS_MAX : 0;
	d.counter = (unsigned)(skipped % RECALL_AT) + 1;
	for (i = skipped; i < count; i++)
		reply = react(&d, i);
	return speak(&d, reply, style, out);
}
