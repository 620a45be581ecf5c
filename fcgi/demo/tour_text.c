/* SPDX-License-Identifier: MIT */
/*
 * Room of the tour's words. A first visitor reads them, so they are written
 * for people; what a test relies on is only that each part has its feature.
 */
#include "config.h"

#include "tour_text.h"

/* The words are laid out to be read. */
/* clang-format off */

#define WELCOME \
"# Welcome to confab\n" \
"\n" \
"You have found the **tour**. No model is thinking here: people wrote these " \
"words in advance, and your message only chooses which of them you see. " \
"Everything around them is real, though. They travel the same way as a " \
"model's answer and appear as they arrive, so feel free to press **Stop**, " \
"to scroll up while the text goes on, or to ask for it again.\n" \
"\n" \
"If you would rather have a conversation, choose **eliza** from the list of " \
"models. She is the program of 1966 that started all this, and she listens " \
"to what you say."

#define PRIVACY \
"## Where your words go\n" \
"\n" \
"* **Your conversations live in this tab's memory and nowhere else.** Reload " \
"the page or close the tab, and they are gone. What you want to keep, you " \
"can export.\n" \
"* **The server passes messages on and forgets them.** None is written to a " \
"disk, a database or a log. Only while an answer is on its way does the " \
"server hold it in memory, so that you miss nothing when your connection " \
"drops for a moment.\n" \
"* **The page asks nobody else.** No fonts, no counters, no pictures from " \
"other sites.\n" \
"* **The model you choose does read what you send.** With a model of some " \
"provider, your message goes to that provider, under the key of this " \
"site's administrator. The tour and eliza are part of the server itself."

#define WORDS \
"## Words\n" \
"\n" \
"Text can be *stressed*, **strong**, ***both at once***, ~~taken back~~ or " \
"`set like code`. A line may end early,\\\n" \
"as this one did. And what needs a second thought gets a footnote.[^1]\n" \
"\n" \
"> Machines are made to behave in wondrous ways, often sufficient to dazzle " \
"even the most experienced observer.\n" \
">\n" \
"> > A quotation may hold another one.\n" \
"\n" \
"### A smaller heading\n" \
"\n" \
"#### And a smaller one still\n" \
"\n" \
"---\n" \
"\n" \
"[^1]: Footnotes are gathered at the end. The quotation above is how Joseph " \
"Weizenbaum began his paper on ELIZA."

#define LISTS \
"## Lists\n" \
"\n" \
"A cup of tea, in order:\n" \
"\n" \
"1. Boil fresh water.\n" \
"2. Warm the pot.\n" \
"3. Add the tea:\n" \
"   * a spoonful for each cup,\n" \
"   * and, some insist, one for the pot.\n" \
"4. Wait four minutes. This is the hard part.\n" \
"\n" \
"And the same as a list of tasks:\n" \
"\n" \
"- [x] find the kettle\n" \
"- [x] argue about milk first or last\n" \
"- [ ] drink the tea while it is hot"

#define TABLE \
"## A table\n" \
"\n" \
"Columns can be aligned, and a wide table scrolls on its own, so it never " \
"pushes the page out of shape on a phone.\n" \
"\n" \
"| Moon | Planet | Diameter (km) | Found | By |\n" \
"|:-----|:------:|--------------:|:-----:|:---|\n" \
"| Ganymede | Jupiter | 5,268 | 1610 | Galileo Galilei |\n" \
"| Titan | Saturn | 5,150 | 1655 | Christiaan Huygens |\n" \
"| Callisto | Jupiter | 4,821 | 1610 | Galileo Galilei |\n" \
"| Io | Jupiter | 3,643 | 1610 | Galileo Galilei |\n" \
"| **The Moon** | **Earth** | **3,475** | – | *everybody* |\n" \
"| Triton | Neptune | 2,707 | 1846 | William Lassell |"

#define CODE \
"## Code\n" \
"\n" \
"Every block names its language, is coloured accordingly and can be copied " \
"with one click. The same greeting in C,\n" \
"\n" \
"```c\n" \
"#include <stdio.h>\n" \
"\n" \
"int\n" \
"main(void)\n" \
"{\n" \
"\tputs(\"Hello, world\"); /* nothing more to it */\n" \
"\treturn 0;\n" \
"}\n" \
"```\n" \
"\n" \
"in Python,\n" \
"\n" \
"```python\n" \
"def greet(name: str = \"world\") -> str:\n" \
"    \"\"\"Return a friendly greeting.\"\"\"\n" \
"    return f\"Hello, {name}\"\n" \
"\n" \
"\n" \
"print(greet())\n" \
"```\n" \
"\n" \
"and in JavaScript:\n" \
"\n" \
"```js\n" \
"const greet = (name = 'world') => `Hello, ${name}`;\n" \
"console.log(greet()); // 'Hello, world'\n" \
"```\n" \
"\n" \
"An administrator may prefer these:\n" \
"\n" \
"```sh\n" \
"# Who may log in, and is the configuration sound?\n" \
"confabctl user list && confabctl check\n" \
"```\n" \
"\n" \
"```nginx\n" \
"location /chat/ {\n" \
"    fastcgi_buffering off;  # words should appear as they are spoken\n" \
"}\n" \
"```\n" \
"\n" \
"```diff\n" \
"-workers = 8\n" \
"+workers = 16\n" \
"```\n" \
"\n" \
"A very long line stays one line, and the block scrolls or wraps as you like:\n" \
"\n" \
"```json\n" \
"{\"model\":\"tour\",\"stream\":true,\"messages\":[{\"role\":\"system\"," \
"\"content\":\"You are a patient guide.\"},{\"role\":\"user\",\"content\":" \
"\"Show me how a line that is much longer than the window looks, please.\"" \
"}],\"temperature\":0.7,\"max_tokens\":256}\n" \
"```"

#define MATH \
"## Formulas\n" \
"\n" \
"Euler's identity \\( e^{i\\pi} + 1 = 0 \\) fits into a line; the Gaussian " \
"integral wants one of its own:\n" \
"\n" \
"\\[\n" \
"\\int_{-\\infty}^{\\infty} e^{-x^2} \\, dx = \\sqrt{\\pi}\n" \
"\\]\n" \
"\n" \
"So does a small matrix, between double dollar signs:\n" \
"\n" \
"$$\n" \
"R(\\theta) = \\begin{pmatrix}\n" \
"\\cos\\theta & -\\sin\\theta \\\\\n" \
"\\sin\\theta & \\cos\\theta\n" \
"\\end{pmatrix}\n" \
"$$\n" \
"\n" \
"A single pair works too, $a^2 + b^2 = c^2$, while prices are left alone: " \
"tea is $5 and the cake $10."

#define DIAGRAM \
"## A diagram\n" \
"\n" \
"This is how a message travels. It is drawn from a few lines of text " \
"(Mermaid), in your browser.\n" \
"\n" \
"```mermaid\n" \
"sequenceDiagram\n" \
"    participant Y as You\n" \
"    participant N as nginx\n" \
"    participant C as confab\n" \
"    participant M as Model\n" \
"    Y->>N: your message (TLS)\n" \
"    N->>C: FastCGI\n" \
"    C->>M: with the site's key\n" \
"    loop every word\n" \
"        M-->>C: word\n" \
"        C-->>Y: at once\n" \
"    end\n" \
"    Note over C: forgotten\n" \
"```"

#define LINKS \
"## Links and pictures\n" \
"\n" \
"A link such as [the home of nginx](https://nginx.org/) shows where it goes " \
"before you follow it, and a bare address becomes a link by itself:\n" \
"https://www.rfc-editor.org/rfc/rfc9110.html\n" \
"\n" \
"A picture from elsewhere would tell its server that you have read this, so " \
"it is never loaded by itself:\n" \
"\n" \
"![A lighthouse at dusk](https://example.org/lighthouse.jpg)"

#define LANGUAGES \
"## Languages\n" \
"\n" \
"Every paragraph finds its own direction.\n" \
"\n" \
"مرحبًا! هذه الفقرة تُقرأ من اليمين إلى اليسار، وفيها كلمة English في وسطها.\n" \
"\n" \
"שלום! גם הפסקה הזאת נקראת מימין לשמאל.\n" \
"\n" \
"你好！这段文字不需要空格，也能在正确的位置换行。\n" \
"\n" \
"こんにちは。この文には漢字とひらがなとカタカナがあります。\n" \
"\n" \
"안녕하세요. 이 문장은 한글로 쓰여 있습니다.\n" \
"\n" \
"नमस्ते! यह वाक्य हिन्दी में है।\n" \
"\n" \
"Καλημέρα! Zażółć gęślą jaźń. Съешь ещё этих мягких булок. Ça va ?\n" \
"\n" \
"And one that everybody reads: 🫖 ☕ 👩🏽‍💻 👨‍👩‍👧 🏳️‍🌈 🇺🇳"

#define HTML \
"## HTML stays text\n" \
"\n" \
"A model may write anything, so nothing that it writes can become part of " \
"the page. These tags are shown, not obeyed:\n" \
"\n" \
"<b>not bold</b> <img src=\"x\" onerror=\"alert('never')\">\n" \
"\n" \
"<script>alert('never either')</script>\n" \
"\n" \
"And [this link](javascript:alert%281%29) leads nowhere."

#define HELP \
"## What else you can ask for\n" \
"\n" \
"Put any of these words into your message. They combine: try `slow table` or " \
"`reasoning math`.\n" \
"\n" \
"| Word | What comes |\n" \
"|:-----|:-----------|\n" \
"| `text`, `lists`, `table`, `code`, `math`, `diagram`, `links`, " \
"`languages`, `html` | that part of the tour |\n" \
"| `privacy` | where your words go |\n" \
"| `tools` | a program for a tool of the page, if you allow it |\n" \
"| `long` or `long 2000` | an answer of that many words |\n" \
"| `reasoning` | thoughts first, then the answer |\n" \
"| `slow`, `fast` | another pace |\n" \
"| `cut` | an answer that reaches the length limit |\n" \
"| `error` | an answer that breaks off |\n" \
"| `help` | this list |\n" \
"\n" \
"Anything else shows the whole tour."

#define SLOW \
"## Slowly\n" \
"\n" \
"Some models take their time. The wait before the first word was counted in " \
"front of you, and now the words come one by one. There is no need to watch: " \
"write your next message meanwhile, start another conversation, or press " \
"**Stop**, which works at any moment."

#define FAST \
"## Fast\n" \
"\n" \
"A few hundred words a second: quicker than anyone can read, and the page " \
"should still be calm. Try it with something to draw, `fast code`, or with " \
"something to carry, `fast long 20000`."

#define REASONING \
"## Thoughts\n" \
"\n" \
"Above this answer is a folded part with what the model thought before it " \
"spoke, and for how long. Open it if you are curious. Those words are shown " \
"to you but belong to no conversation: they are not sent back to the model " \
"with your next message."

#define CUT \
"## The end of the paper\n" \
"\n" \
"Every model has a greatest length for one answer. When it gets there, it " \
"stops wherever it happens to be, and the page should tell you so and offer " \
"to go on. You are about to see that, because this sentence is going to be"

#define ERROR \
"## A mishap\n" \
"\n" \
"Networks fail, and so do providers. What has arrived by then should stay on " \
"your screen, clearly marked as incomplete, together with the reason and a " \
"way to try again. We cannot promise that it never happens, but we can show " \
"you what it looks like, right in the middle of a"

#define TOOLS \
"## Tools\n" \
"\n" \
"A model can do more than talk: it can ask for a **tool**, and the page " \
"carries that out once you allow it. No tool is on in this chat, and none is " \
"until you choose it.\n" \
"\n" \
"Press the wrench below the field where you write, switch on " \
"`run_javascript`, and ask for `tools` again. You will be shown a small " \
"program before it runs. It runs in your browser, shut off from this page, " \
"from your files and from the network."

const char *const tour_call =
"## A tool\n"
"\n"
"I would like to draw a sunflower. I cannot draw, but the page can run a "
"program. This is the one that I wrote; it waits until you have looked at it. "
"Allow it, change it, or tell me why not.";

const char *const tour_program =
"// Each seed turns on by the golden angle, so none hides another.\n"
"const turn = Math.PI * (3 - Math.sqrt(5));\n"
"canvas.width = 480;\n"
"canvas.height = 480;\n"
"const pen = canvas.getContext('2d');\n"
"for (let i = 0; i < 900; i += 1) {\n"
"  const far = 7.6 * Math.sqrt(i);\n"
"  pen.fillStyle = `hsl(${30 + i / 15} 80% 50%)`;\n"
"  pen.beginPath();\n"
"  pen.arc(240 + far * Math.cos(i * turn), 240 + far * Math.sin(i * turn),\n"
"    2 + far / 70, 0, 7);\n"
"  pen.fill();\n"
"}\n"
"console.log('900 seeds');\n"
"turn * 180 / Math.PI\n";

const char *const tour_back =
"## Back from the tool\n"
"\n"
"This is what I was told:\n"
"\n";

const char *const tour_after =
"\n\n"
"That was a whole round: I asked, you decided, your browser worked, and I was "
"given the result as text. What was drawn is yours alone to see: open the "
"line above that names the tool. A real model would now go on with what it "
"has learned, or ask for another tool.";

const char *const tour_text[TOUR_TOPICS] = {
	[TOUR_WELCOME] = WELCOME,
	[TOUR_PRIVACY] = PRIVACY,
	[TOUR_WORDS] = WORDS,
	[TOUR_LISTS] = LISTS,
	[TOUR_TABLE] = TABLE,
	[TOUR_CODE] = CODE,
	[TOUR_MATH] = MATH,
	[TOUR_DIAGRAM] = DIAGRAM,
	[TOUR_LINKS] = LINKS,
	[TOUR_LANGUAGES] = LANGUAGES,
	[TOUR_HTML] = HTML,
	[TOUR_HELP] = HELP,
	[TOUR_TOOLS] = TOOLS,
	[TOUR_SLOW] = SLOW,
	[TOUR_FAST] = FAST,
	[TOUR_REASONING] = REASONING,
	[TOUR_CUT] = CUT,
	[TOUR_ERROR] = ERROR,
};

const char *const tour_reasoning =
"The visitor asks for reasoning. I am a tour and have no thoughts of my own, "
"but I can show what they would look like.\n"
"\n"
"Let me go through it step by step:\n"
"\n"
"1. What was asked for? A part of the tour, with thoughts before it.\n"
"2. Where should the thoughts go? Out of the way. They are long, often "
"clumsy, and most readers want the answer.\n"
"3. What should remain in sight? That something is going on, and for how "
"long it has been.\n"
"\n"
"Good. Then I begin with the answer now.";

const char *const tour_sentences[] = {
"A long answer is a test of patience, for the reader and for the page alike.",
"Each word arrives in a small event of its own and is shown within a frame.",
"Paragraphs that are finished are left in peace; only the last one is drawn "
"again while it grows.",
"If you scroll up to read the beginning, nobody pulls you back to the end.",
"The server keeps a numbered window of what it has sent, so a connection "
"that drops for a moment resumes with the very next word.",
"A slow reader costs the server that window and nothing more, and other "
"readers never notice.",
"You may press the stop button now, or now, or in the middle of this "
"sentence.",
"What has been written by then stays, and can be copied like any other "
"answer.",
"The kettle, meanwhile, has had ample time to boil.",
"Somewhere between here and the end there is a heading, so that you know "
"how far you have come.",
"None of this is kept anywhere: when the tab closes, the words are gone, as "
"words spoken aloud always were.",
"It has been said that brevity is the soul of wit, which makes this part of "
"the tour rather witless.",
"On a telephone the lines are shorter and the scrolling is longer, but the "
"words are the same.",
"Reading at an ordinary pace, a person takes in about four words a second, "
"and a model writes about ten times as many.",
"Good typography helps: a line of some seventy letters, a little air between "
"the lines, and no surprises.",
"If you can read this without a stutter, the page does what it should.",
};
/* clang-format on */

const size_t tour_n_sentences =
    sizeof(tour_sentences) / sizeof(tour_sentences[0]);
