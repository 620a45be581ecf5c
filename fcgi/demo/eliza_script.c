/* SPDX-License-Identifier: MIT */
/*
 * Room of the DOCTOR script: keywords, ranks and rules of the appendix of the
 * 1966 paper, in its order, as data for eliza.c.
 *
 * Three liberties, none of which changes which rule fires: replies are in
 * sentence case with punctuation, slips of the print ("APOLIGIZE") are mended,
 * and a last group, marked as ours, teaches a few words of today's writing.
 */
#include "config.h"

#include "eliza_script.h"

/* A table is laid out to be read as one. */
/* clang-format off */

#define RULES(...)                                                             \
	(const struct eliza_rule[])                                            \
	{                                                                      \
		__VA_ARGS__, { NULL, NULL }                                    \
	}
#define REPLIES(...)                                                           \
	(const char *const[])                                                  \
	{                                                                      \
		__VA_ARGS__, NULL                                              \
	}

static const struct eliza_key keys[] = {
	{ .word = "sorry", .rules = RULES(
		{ "0", REPLIES(
			"Please don't apologize.",
			"Apologies are not necessary.",
			"What feelings do you have when you apologize?",
			"I've told you that apologies are not required.") }) },

	{ .word = "dont", .becomes = "don't" },
	{ .word = "cant", .becomes = "can't" },
	{ .word = "wont", .becomes = "won't" },

	{ .word = "remember", .rank = 5, .rules = RULES(
		{ "0 you remember 0", REPLIES(
			"Do you often think of 4?",
			"Does thinking of 4 bring anything else to mind?",
			"What else do you remember?",
			"Why do you remember 4 just now?",
			"What in the present situation reminds you of 4?",
			"What is the connection between me and 4?") },
		{ "0 do I remember 0", REPLIES(
			"Did you think I would forget 5?",
			"Why do you think I should recall 5 now?",
			"What about 5?",
			"=what",
			"You mentioned 5.") },
		{ "0", REPLIES("NEWKEY") }) },

	{ .word = "if", .rank = 3, .rules = RULES(
		{ "0 if 0", REPLIES(
			"Do you think it's likely that 3?",
			"Do you wish that 3?",
			"What do you think about 3?",
			"Really, 2 3?") }) },

	{ .word = "dreamt", .rank = 4, .rules = RULES(
		{ "0 you dreamt 0", REPLIES(
			"Really, 4?",
			"Have you ever fantasized 4 while you were awake?",
			"Have you dreamt 4 before?",
			"=dream",
			"NEWKEY") }) },
	{ .word = "dreamed", .becomes = "dreamt", .rank = 4,
	  .link = "dreamt" },
	{ .word = "dream", .rank = 3, .rules = RULES(
		{ "0", REPLIES(
			"What does that dream suggest to you?",
			"Do you dream often?",
			"What persons appear in your dreams?",
			"Don't you believe that dream has something to do "
			"with your problem?",
			"NEWKEY") }) },
	{ .word = "dreams", .becomes = "dream", .rank = 3, .link = "dream" },

	{ .word = "how", .link = "what" },
	{ .word = "when", .link = "what" },
	{ .word = "alike", .rank = 10, .link = "dit" },
	{ .word = "same", .rank = 10, .link = "dit" },
	{ .word = "certainly", .link = "yes" },

	{ .word = "feel", .tags = "belief" },
	{ .word = "think", .tags = "belief" },
	{ .word = "believe", .tags = "belief" },
	{ .word = "wish", .tags = "belief" },

	{ .word = ":none", .rules = RULES(
		{ "0", REPLIES(
			"I am not sure I understand you fully.",
			"Please go on.",
			"What does that suggest to you?",
			"Do you feel strongly about discussing such "
			"things?") }) },

	{ .word = "perhaps", .rules = RULES(
		{ "0", REPLIES(
			"You don't seem quite certain.",
			"Why the uncertain tone?",
			"Can't you be more positive?",
			"You aren't sure?",
			"Don't you know?") }) },
	{ .word = "maybe", .link = "perhaps" },

	{ .word = "name", .rank = 15, .rules = RULES(
		{ "0", REPLIES(
			"I am not interested in names.",
			"I've told you before, I don't care about names. "
			"Please continue.") }) },

	{ .word = "deutsch", .link = "xfremd" },
	{ .word = "francais", .link = "xfremd" },
	{ .word = "italiano", .link = "xfremd" },
	{ .word = "espanol", .link = "xfremd" },
	{ .word = "xfremd", .rules = RULES(
		{ "0", REPLIES("I am sorry, I speak only English.") }) },

	{ .word = "hello", .rules = RULES(
		{ "0", REPLIES(
			"How do you do. Please state your problem.") }) },

	{ .word = "computer", .rank = 50, .rules = RULES(
		{ "0", REPLIES(
			"Do computers worry you?",
			"Why do you mention computers?",
			"What do you think machines have to do with your "
			"problem?",
			"Don't you think computers can help people?",
			"What about machines worries you?",
			"What do you think about machines?") }) },
	{ .word = "machine", .rank = 50, .link = "computer" },
	{ .word = "machines", .rank = 50, .link = "computer" },
	{ .word = "computers", .rank = 50, .link = "computer" },

	{ .word = "am", .becomes = "are", .rules = RULES(
		{ "0 are you 0", REPLIES(
			"Do you believe you are 4?",
			"Would you want to be 4?",
			"You wish I would tell you you are 4.",
			"What would it mean if you were 4?",
			"=what") },
		{ "0", REPLIES(
			"Why do you say 'am'?",
			"I don't understand that.") }) },

	{ .word = "are", .rules = RULES(
		{ "0 are I 0", REPLIES(
			"Why are you interested in whether I am 4 or not?",
			"Would you prefer if I weren't 4?",
			"Perhaps I am 4 in your fantasies.",
			"Do you sometimes think I am 4?",
			"=what") },
		{ "0 are 0", REPLIES(
			"Did you think they might not be 3?",
			"Would you like it if they were not 3?",
			"What if they were not 3?",
			"Possibly they are 3.") }) },

	{ .word = "your", .becomes = "my", .rules = RULES(
		{ "0 my 0", REPLIES(
			"Why are you concerned over my 3?",
			"What about your own 3?",
			"Are you worried about someone else's 3?",
			"Really, my 3?") }) },

	{ .word = "was", .rank = 2, .rules = RULES(
		{ "0 was you 0", REPLIES(
			"What if you were 4?",
			"Do you think you were 4?",
			"Were you 4?",
			"What would it mean if you were 4?",
			"What does '4' suggest to you?",
			"=what") },
		{ "0 you was 0", REPLIES(
			"Were you really?",
			"Why do you tell me you were 4 now?",
			"Perhaps I already knew you were 4.") },
		{ "0 was I 0", REPLIES(
			"Would you like to believe I was 4?",
			"What suggests that I was 4?",
			"What do you think?",
			"Perhaps I was 4.",
			"What if I had been 4?") },
		{ "0", REPLIES("NEWKEY") }) },
	{ .word = "were", .becomes = "was", .link = "was" },
	{ .word = "me", .becomes = "you" },

	{ .word = "you're", .becomes = "I'm", .rules = RULES(
		{ "0 I'm 0", REPLIES("PRE I are 3 =you") }) },
	{ .word = "i'm", .becomes = "you're", .rules = RULES(
		{ "0 you're 0", REPLIES("PRE you are 3 =i") }) },
	{ .word = "myself", .becomes = "yourself" },
	{ .word = "yourself", .becomes = "myself" },

	{ .word = "mother", .tags = "noun|family" },
	{ .word = "mom", .becomes = "mother", .tags = "family" },
	{ .word = "dad", .becomes = "father", .tags = "family" },
	{ .word = "father", .tags = "noun|family" },
	{ .word = "sister", .tags = "family" },
	{ .word = "brother", .tags = "family" },
	{ .word = "wife", .tags = "family" },
	{ .word = "children", .tags = "family" },

	{ .word = "i", .becomes = "you", .rules = RULES(
		{ "0 you *want|need 0", REPLIES(
			"What would it mean to you if you got 4?",
			"Why do you want 4?",
			"Suppose you got 4 soon.",
			"What if you never got 4?",
			"What would getting 4 mean to you?",
			"What does wanting 4 have to do with this "
			"discussion?") },
		{ "0 you are 0 *sad|unhappy|depressed|sick 0", REPLIES(
			"I am sorry to hear you are 5.",
			"Do you think coming here will help you not to be 5?",
			"I'm sure it's not pleasant to be 5.",
			"Can you explain what made you 5?") },
		{ "0 you are 0 *happy|elated|glad|better 0", REPLIES(
			"How have I helped you to be 5?",
			"Has your treatment made you 5?",
			"What makes you 5 just now?",
			"Can you explain why you are suddenly 5?") },
		{ "0 you was 0", REPLIES("=was") },
		{ "0 you /belief you 0", REPLIES(
			"Do you really think so?",
			"But you are not sure you 5.",
			"Do you really doubt you 5?") },
		{ "0 you 0 /belief 0 I 0", REPLIES("=you") },
		{ "0 you are 0", REPLIES(
			"Is it because you are 4 that you came to me?",
			"How long have you been 4?",
			"Do you believe it normal to be 4?",
			"Do you enjoy being 4?") },
		{ "0 you *can't|cannot 0", REPLIES(
			"How do you know you can't 4?",
			"Have you tried?",
			"Perhaps you could 4 now.",
			"Do you really want to be able to 4?") },
		{ "0 you don't 0", REPLIES(
			"Don't you really 4?",
			"Why don't you 4?",
			"Do you wish to be able to 4?",
			"Does that trouble you?") },
		{ "0 you feel 0", REPLIES(
			"Tell me more about such feelings.",
			"Do you often feel 4?",
			"Do you enjoy feeling 4?",
			"Of what does feeling 4 remind you?") },
		{ "0 you 0 I 0", REPLIES(
			"Perhaps in your fantasy we 3 each other.",
			"Do you wish to 3 me?",
			"You seem to need to 3 me.",
			"Do you 3 anyone else?") },
		{ "0", REPLIES(
			"You say 1?",
			"Can you elaborate on that?",
			"Do you say 1 for some special reason?",
			"That's quite interesting.") }) },

	{ .word = "you", .becomes = "I", .rules = RULES(
		{ "0 I remind you of 0", REPLIES("=dit") },
		{ "0 I are 0", REPLIES(
			"What makes you think I am 4?",
			"Does it please you to believe I am 4?",
			"Do you sometimes wish you were 4?",
			"Perhaps you would like to be 4.") },
		{ "0 I 0 you", REPLIES(
			"Why do you think I 3 you?",
			"You like to think I 3 you, don't you?",
			"What makes you think I 3 you?",
			"Really, I 3 you?",
			"Do you wish to believe I 3 you?",
			"Suppose I did 3 you. What would that mean?",
			"Does someone else believe I 3 you?") },
		{ "0 I 0", REPLIES(
			"We were discussing you, not me.",
			"Oh, I 3.",
			"You're not really talking about me, are you?",
			"What are your feelings now?") }) },

	{ .word = "yes", .rules = RULES(
		{ "0", REPLIES(
			"You seem quite positive.",
			"You are sure?",
			"I see.",
			"I understand.") }) },
	{ .word = "no", .rules = RULES(
		{ "0", REPLIES(
			"Are you saying 'no' just to be negative?",
			"You are being a bit negative.",
			"Why not?",
			"Why 'no'?") }) },

	{ .word = "my", .becomes = "your", .rank = 2, .rules = RULES(
		{ "0 your 0 /family 0", REPLIES(
			"Tell me more about your family.",
			"Who else in your family 5?",
			"Your 4?",
			"What else comes to mind when you think of your "
			"4?") },
		{ "0 your 0", REPLIES(
			"Your 3?",
			"Why do you say your 3?",
			"Does that suggest anything else which belongs to "
			"you?",
			"Is it important to you that 2 3?") }) },

	{ .word = "can", .rules = RULES(
		{ "0 can I 0", REPLIES(
			"You believe I can 4, don't you?",
			"=what",
			"You want me to be able to 4.",
			"Perhaps you would like to be able to 4 yourself.") },
		{ "0 can you 0", REPLIES(
			"Whether or not you can 4 depends on you more than "
			"on me.",
			"Do you want to be able to 4?",
			"Perhaps you don't want to 4.",
			"=what") }) },

	{ .word = "what", .rules = RULES(
		{ "0", REPLIES(
			"Why do you ask?",
			"Does that question interest you?",
			"What is it you really want to know?",
			"Are such questions much on your mind?",
			"What answer would please you most?",
			"What do you think?",
			"What comes to your mind when you ask that?",
			"Have you asked such questions before?",
			"Have you asked anyone else?") }) },

	{ .word = "because", .rules = RULES(
		{ "0", REPLIES(
			"Is that the real reason?",
			"Don't any other reasons come to mind?",
			"Does that reason seem to explain anything else?",
			"What other reasons might there be?") }) },

	{ .word = "why", .link = "what", .rules = RULES(
		{ "0 why don't I 0", REPLIES(
			"Do you believe I don't 5?",
			"Perhaps I will 5 in good time.",
			"Should you 5 yourself?",
			"You want me to 5?",
			"=what") },
		{ "0 why can't you 0", REPLIES(
			"Do you think you should be able to 5?",
			"Do you want to be able to 5?",
			"Do you believe this will help you to 5?",
			"Have you any idea why you can't 5?",
			"=what") }) },

	{ .word = "everyone", .rank = 2, .rules = RULES(
		{ "0 *everyone|everybody|nobody|noone 0", REPLIES(
			"Really, 2?",
			"Surely not 2.",
			"Can you think of anyone in particular?",
			"Who, for example?",
			"You are thinking of a very special person.",
			"Who, may I ask?",
			"Someone special perhaps?",
			"You have a particular person in mind, don't you?",
			"Who do you think you're talking about?") }) },
	{ .word = "everybody", .rank = 2, .link = "everyone" },
	{ .word = "nobody", .rank = 2, .link = "everyone" },
	{ .word = "noone", .rank = 2, .link = "everyone" },

	{ .word = "always", .rank = 1, .rules = RULES(
		{ "0", REPLIES(
			"Can you think of a specific example?",
			"When?",
			"What incident are you thinking of?",
			"Really, always?") }) },

	{ .word = "like", .rank = 10, .rules = RULES(
		{ "0 *am|is|are|was 0 like 0", REPLIES("=dit") },
		{ "0", REPLIES("NEWKEY") }) },

	{ .word = "dit", .rules = RULES(
		{ "0", REPLIES(
			"In what way?",
			"What resemblance do you see?",
			"What does that similarity suggest to you?",
			"What other connections do you see?",
			"What do you suppose that resemblance means?",
			"What is the connection, do you suppose?",
			"Could there really be some connection?",
			"How?") }) },

	/* Ours, not the paper's. */
	{ .word = "hi", .link = "hello" },
	{ .word = "hey", .link = "hello" },
	{ .word = "im", .becomes = "you're", .link = "i'm" },
	{ .word = "youre", .becomes = "I'm", .link = "you're" },
	{ .word = "mum", .becomes = "mother", .tags = "family" },
	{ .word = "husband", .tags = "family" },
	{ .word = "son", .tags = "family" },
	{ .word = "daughter", .tags = "family" },
	{ .word = "parents", .tags = "family" },
};
/* clang-format on */

_Static_assert(sizeof(keys) / sizeof(keys[0]) <= ELIZA_KEYS_MAX,
    "a keyword's place must fit into the keystack and the state");

const struct eliza_script eliza_doctor = {
	.opening = "How do you do. Please tell me your problem.",
	.keys = keys,
	.n_keys = sizeof(keys) / sizeof(keys[0]),
	.memory_key = "my",
	.memory = {
	    { "0 your 0", "Let's discuss further why your 3." },
	    { "0 your 0", "Earlier you said your 3." },
	    { "0 your 0", "But your 3." },
	    { "0 your 0", "Does that have anything to do with the fact that "
			  "your 3?" },
	},
	.foreign_key = "xfremd",
	.no_match = { "Please continue.", "Hmm.", "Go on, please.", "I see." },
};
