/* SPDX-License-Identifier: MIT */
/* Passwords that everybody chooses. */
#include "config.h"

#include <string.h>

#include "confab/identity/common.h"

#define PLAIN_MAX 64 /* longer ones are looked at for repetition alone */
#define ROOM 5	     /* characters besides a word that save none */
#define RUN 4	     /* keys side by side */

/* Words at the top of all lists, in their order. At least four letters: ROOM
 * more make nine. */
static const char *const words[] = { "abcd", "access", "admin", "administrator",
	"alexander", "alexandra", "amanda", "andrea", "andrew", "angel",
	"angels", "anthony", "apple", "arsenal", "ashley", "asshole", "autumn",
	"azerty", "babygirl", "banana", "barbara", "barcelona", "baseball",
	"basketball", "batman", "blink", "bonjour", "brandon", "buster",
	"butterfly", "changeit", "changeme", "charlie", "cheese", "chelsea",
	"chicken", "chocolate", "chris", "computer", "confab", "cookie",
	"daniel", "david", "default", "diamond", "doctor", "dolphin", "donald",
	"dragon", "elizabeth", "eminem", "fluffy", "flower", "football",
	"forever", "freedom", "friend", "friends", "fuckyou", "george",
	"ginger", "guest", "hallo", "hannah", "harley", "hello", "hockey",
	"horse", "hottie", "hunter", "iloveyou", "internet", "jasmine",
	"jennifer", "jessica", "jesus", "jordan", "joshua", "justin", "killer",
	"kitty", "lakers", "letmein", "liverpool", "login", "london", "love",
	"lovely", "loveme", "maggie", "manager", "martin", "master", "matrix",
	"matthew", "melissa", "merlin", "michael", "michelle", "minecraft",
	"money", "monkey", "mother", "mustang", "naruto", "nicole", "ninja",
	"passw", "passwd", "password", "passwort", "patrick", "pepper",
	"pokemon", "princess", "purple", "qazwsx", "querty", "qwerty", "qwertz",
	"rachel", "ranger", "robert", "root", "samantha", "samsung", "schalke",
	"secret", "server", "shadow", "shannon", "slipknot", "snoopy", "soccer",
	"spiderman", "spring", "starwars", "steven", "summer", "sunshine",
	"superman", "sweety", "system", "taylor", "temp", "test", "tester",
	"testing", "thomas", "tigger", "tinkerbell", "trustno", "user",
	"victoria", "welcome", "whatever", "william", "winter", "yankees" };

/* Rows of keys, as they lie and as people go over them. */
static const char *const rows[] = { "1234567890", "qwertyuiop", "qwertzuiop",
	"azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm",
	"abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
	"qazwsxedcrfvtgbyhnujm", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p",
	"147258369", "159357" };

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c & 0x80) != 0;
}

/* The letter that a sign stands for. */
static char
meant(char c)
{
	static const char signs[] = "0134578@$!|+", letters[] = "oleastbasilt";
	const char *p = c != '\0' ? strchr(signs, c) : NULL;

	return p != NULL ? letters[p - signs] : c;
}

/* The same few characters again and again. */
static bool
repeats(const char *s, size_t len)
{
	for (size_t unit = 1; unit <= 4 && 2 * unit <= len; unit++) {
		size_t i = unit;

		while (i < len && lower(s[i]) == lower(s[i - unit]))
			i++;
		if (i == len)
			return true;
	}
	return false;
}

/* How many of s[0..len) lie side by side in a row, in either direction. */
static size_t
along(const char *s, size_t len, const char *row)
{
	size_t best = 0, n = strlen(row);

	for (size_t at = 0; at < n; at++)
		for (int step = -1; step <= 1; step += 2) {
			size_t i = 0, p = at;

			while (i < len && p < n && s[i] == row[p]) {
				i++;
				p = (size_t)((long)p + step);
			}
			if (i > best)
				best = i;
		}
	return best;
}

/* Nothing but runs of keys, and a few characters between. */
static bool
is_walk(const char *s, size_t len)
{
	size_t i = 0, rest = 0;

	while (i < len) {
		size_t best = 0;

		for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
			size_t n = along(s + i, len - i, rows[r]);

			if (n > best)
				best = n;
		}
		if (best < RUN)
			rest++;
		i += best >= RUN ? best : 1;
	}
	return rest <= 2;
}

/* Digits that can be a date, in some order. */
static bool
is_date(const char *s, size_t len)
{
	int y, m, d;

	if (len != 8 || strspn(s, "0123456789") != 8)
		return false;
	for (int year_first = 0; year_first < 2; year_first++) {
		const char *year = s + (year_first ? 0 : 4);
		const char *day = s + (year_first ? 4 : 0);

		y = (year[0] - '0') * 1000 + (year[1] - '0') * 100;
		m = (day[0] - '0') * 10 + day[1] - '0';
		d = (day[2] - '0') * 10 + day[3] - '0';
		if ((y == 1900 || y == 2000) && m > 0 && d > 0 && m <= 31 &&
		    d <= 31 && (m <= 12 || d <= 12))
			return true;
	}
	return false;
}

/* Is the word in s[0..len), with at most ROOM other characters around it? */
static bool
is_around(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	if (n < 4 || n > len || len - n > ROOM)
		return false;
	for (size_t at = 0; at + n <= len; at++) {
		size_t i = 0;

		while (i < n &&
		    (s[at + i] == word[i] || meant(s[at + i]) == word[i]))
			i++;
		if (i < n)
			continue;
		/* "horse" is not what makes "seahorses" weak. */
		for (i = 0; i < len; i++)
			if ((i < at || i >= at + n) && is_letter(s[i]))
				break;
		if (i == len)
			return true;
	}
	return false;
}

/* Once or twice. */
static bool
is_of(const char *s, size_t len, const char *word)
{
	return is_around(s, len, word) ||
	    (len % 2 == 0 && memcmp(s, s + len / 2, len / 2) == 0 &&
		is_around(s, len / 2, word));
}

bool
password_common(const char *password, size_t len, const char *name)
{
	char s[PLAIN_MAX + 1] = "", own[PLAIN_MAX + 1] = "";

	if (repeats(password, len))
		return true;
	if (len > PLAIN_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		s[i] = lower(password[i]);
	for (size_t i = 0; i < PLAIN_MAX && name[i] != '\0'; i++)
		own[i] = lower(name[i]);
	if (is_walk(s, len) || is_date(s, len) || is_of(s, len, own))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_of(s, len, words[i]))
			return true;
	return false;
}
