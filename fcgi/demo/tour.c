/* SPDX-License-Identifier: MIT */
/*
 * Room of the tour's guide: from keywords to the parts of an answer.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "tour.h"
#include "tour_text.h"

#define KEYWORD_MAX 16 /* bytes; longer words are none */
#define SENTENCES_A_PARAGRAPH 5
#define PARAGRAPHS_A_PART 4 /* of a long answer, each with a heading */
#define HEADING_WORDS 3	    /* "## Part 2" */

#define BIT(topic) (1u << (topic))
/* These say how, not what: alone they bring their own part. */
#define MANNERS                                                  \
	(BIT(TOUR_SLOW) | BIT(TOUR_FAST) | BIT(TOUR_REASONING) | \
	    BIT(TOUR_CUT) | BIT(TOUR_ERROR))

static const struct {
	const char *word;
	enum tour_topic topic;
} keywords[] = {
	{ "privacy", TOUR_PRIVACY },
	{ "private", TOUR_PRIVACY },
	{ "text", TOUR_WORDS },
	{ "heading", TOUR_WORDS },
	{ "headings", TOUR_WORDS },
	{ "emphasis", TOUR_WORDS },
	{ "quote", TOUR_WORDS },
	{ "footnote", TOUR_WORDS },
	{ "list", TOUR_LISTS },
	{ "lists", TOUR_LISTS },
	{ "tasks", TOUR_LISTS },
	{ "table", TOUR_TABLE },
	{ "tables", TOUR_TABLE },
	{ "code", TOUR_CODE },
	{ "program", TOUR_CODE },
	{ "math", TOUR_MATH },
	{ "maths", TOUR_MATH },
	{ "formula", TOUR_MATH },
	{ "formulas", TOUR_MATH },
	{ "latex", TOUR_MATH },
	{ "diagram", TOUR_DIAGRAM },
	{ "diagrams", TOUR_DIAGRAM },
	{ "mermaid", TOUR_DIAGRAM },
	{ "link", TOUR_LINKS },
	{ "links", TOUR_LINKS },
	{ "image", TOUR_LINKS },
	{ "picture", TOUR_LINKS },
	{ "language", TOUR_LANGUAGES },
	{ "languages", TOUR_LANGUAGES },
	{ "rtl", TOUR_LANGUAGES },
	{ "cjk", TOUR_LANGUAGES },
	{ "emoji", TOUR_LANGUAGES },
	{ "html", TOUR_HTML },
	{ "help", TOUR_HELP },
	{ "tool", TOUR_TOOLS },
	{ "tools", TOUR_TOOLS },
	{ "long", TOUR_LONG },
	{ "slow", TOUR_SLOW },
	{ "slowly", TOUR_SLOW },
	{ "fast", TOUR_FAST },
	{ "reasoning", TOUR_REASONING },
	{ "thinking", TOUR_REASONING },
	{ "cut", TOUR_CUT },
	{ "error", TOUR_ERROR },
};

/* What a message asks for. */
struct wish {
	unsigned topics; /* BIT(topic) each */
	size_t words;	 /* the first number in it, or 0 */
};

/* The words of a long answer, counted as white space divides them. */
struct essay {
	struct buf *out;
	size_t left;
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

/* The number that s[0..len) is, at most TOUR_WORDS_MAX; 0 for no number. */
static size_t
number(const char *s, size_t len)
{
	size_t value = 0, i;

	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return 0;
		value = value * 10 + (size_t)(s[i] - '0');
		if (value > TOUR_WORDS_MAX)
			value = TOUR_WORDS_MAX;
	}
	return value;
}

static void
take_word(struct wish *w, const char *s, size_t len)
{
	char word[KEYWORD_MAX + 1];
	size_t i;

	if (w->words == 0)
		w->words = number(s, len);
	if (len > KEYWORD_MAX)
		return;
	for (i = 0; i < len; i++)
		word[i] = lower(s[i]);
	word[len] = '\0';
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (strcmp(keywords[i].word, word) == 0)
			w->topics |= BIT(keywords[i].topic);
	}
}

static struct wish
read_wish(const char *text, size_t n)
{
	struct wish w = { 0, 0 };
	size_t i = 0, start;

	if (n > TOUR_READ_MAX)
		n = TOUR_READ_MAX;
	while (i < n) {
		start = i;
		while (i < n && is_alnum(text[i]))
			i++;
		if (i > start)
			take_word(&w, text + start, i - start);
		else
			i++;
	}
	return w;
}

static void
add_part(struct buf *out, const char *text)
{
	if (out->len > 0)
		(void)buf_puts(out, "\n\n");
	(void)buf_puts(out, text);
}

/* Adds the words of a sentence, as many as are left. */
static void
add_sentence(struct essay *e, const char *sentence, bool first)
{
	const char *s = sentence;

	while (e->left > 0 && *s != '\0') {
		size_t len = strcspn(s, " ");

		if (s != sentence || !first)
			(void)buf_putc(e->out, ' ');
		(void)buf_append(e->out, s, len);
		s += len;
		s += *s == ' ';
		e->left--;
	}
	/* Where the count ends within a sentence, so does the sentence. */
	if (*s != '\0') {
		if (e->out->len > 0 && strchr(",:;", s[-2]) != NULL)
			e->out->len--;
		(void)buf_putc(e->out, '.');
	}
}

static void
add_essay(struct buf *out, size_t words)
{
	struct essay e = { out, words };
	size_t paragraph, i;

	for (paragraph = 0; e.left > 0 && buf_ok(out); paragraph++) {
		if (paragraph > 0 && paragraph % PARAGRAPHS_A_PART == 0 &&
		    e.left > 2 * HEADING_WORDS) {
			(void)buf_printf(out, "\n\n## Part %zu",
			    paragraph / PARAGRAPHS_A_PART + 1);
			e.left -= HEADING_WORDS;
		}
		if (out->len > 0)
			(void)buf_puts(out, "\n\n");
		/* Steps that share no divisor with the table's size. */
		for (i = 0; i < SENTENCES_A_PARAGRAPH && e.left > 0; i++)
			add_sentence(&e,
			    tour_sentences
				[(paragraph * (SENTENCES_A_PARAGRAPH + 2) + i) %
				    tour_n_sentences],
			    i == 0);
	}
}

/* The topics that a message without a keyword gets. */
static unsigned
whole_tour(void)
{
	return BIT(TOUR_LONG) - 1; /* all before it */
}

static enum pace_speed
choose_pace(unsigned topics, bool whole)
{
	if (topics & BIT(TOUR_SLOW))
		return PACE_SLOW;
	if (topics & BIT(TOUR_FAST))
		return PACE_FAST;
	return whole || (topics & BIT(TOUR_LONG)) ? PACE_BRISK : PACE_HUMAN;
}

int
tour_answer(const char *text, size_t n, struct tour_answer *out)
{
	struct wish w = read_wish(text, n);
	bool whole = w.topics == 0;
	unsigned topics = whole ? whole_tour() : w.topics, t;

	buf_init(&out->reasoning, TOUR_TEXT_MAX);
	buf_init(&out->text, TOUR_TEXT_MAX);
	out->pace = choose_pace(topics, whole);
	out->end = TOUR_END_STOP;
	out->tools = (topics & BIT(TOUR_TOOLS)) != 0;
	if (topics & BIT(TOUR_REASONING))
		(void)buf_puts(&out->reasoning, tour_reasoning);
	/* With something to show, how it is shown needs no explanation; but
	 * an end that looks like an accident is announced. */
	if (topics & ~MANNERS)
		topics &= ~MANNERS | BIT(TOUR_CUT) | BIT(TOUR_ERROR);
	for (t = 0; t < TOUR_TOPICS; t++) {
		if ((topics & BIT(t)) == 0)
			continue;
		if (tour_text[t] != NULL)
			add_part(&out->text, tour_text[t]);
		else
			add_essay(&out->text,
			    w.words > 0 ? w.words : TOUR_WORDS_DEFAULT);
	}
	if (topics & BIT(TOUR_CUT))
		out->end = TOUR_END_LENGTH;
	if (topics & BIT(TOUR_ERROR))
		out->end = TOUR_END_ERROR;
	return buf_ok(&out->text) && buf_ok(&out->reasoning) ? 0 : -1;
}

const char *
tour_finish(enum tour_end end)
{
	switch (end) {
	case TOUR_END_LENGTH:
		return "\"length\"";
	case TOUR_END_CALL:
		return TOUR_FINISH_CALL;
	default:
		return "\"stop\"";
	}
}

void
tour_answer_free(struct tour_answer *a)
{
	buf_free(&a->reasoning);
	buf_free(&a->text);
}
