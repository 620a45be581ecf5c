/* SPDX-License-Identifier: MIT */
/**
 * Every limit of the Markdown room, by name: what a model may make the page do.
 * Beyond a limit the text is shown plain, never dropped.
 */

/** Characters of one message that are parsed; what follows is shown plain. */
export const MAX_TEXT = 1_000_000;

/** Characters of a line; a longer one is the text of a paragraph or of code, whatever is in it. */
export const MAX_LINE = 16_384;

/** Nested block quotes and lists; deeper text stays inside the last level. */
export const MAX_DEPTH = 24;

/** Nested emphasis, links and so on; deeper text is shown plain. */
export const MAX_INLINE_DEPTH = 40;

/** Nodes that one message may make, reckoned by its marks; what follows is shown plain. */
export const MAX_NODES = 40_000;

/** Blocks of a text, or items of a list, that are laid out together. */
export const BOX_SIZE = 40;

/** Cells of a table that are laid out together. */
export const TABLE_CELLS = 600;

/** Characters of plain text that are laid out together. */
export const PLAIN_PART = 4_000;

/**
 * A paragraph longer than this goes on in another, cut where a sentence ends,
 * or at the second length where a word does.
 */
export const MAX_PARAGRAPH = 6_000;
export const MAX_SENTENCE = 8_000;

/** Columns of a table; a wider one is shown plain. */
export const MAX_COLUMNS = 64;

/** Characters of one formula, also of one whose end is looked for; and formulas of one message. */
export const MAX_MATH = 4_000;
export const MAX_FORMULAS = 2_000;

/** Of one that is set: characters, and cells of what stands in rows and columns. */
export const MAX_MATH_SET = 3_000;
export const MAX_MATH_CELLS = 500;

/** Definitions, and equations with a label, of one message. */
export const MAX_MACROS = 100;
export const MAX_EQUATIONS = 500;

/** KaTeX: macro expansions, and the largest user-given size in em. */
export const MATH_MAX_EXPAND = 400;
export const MATH_MAX_SIZE = 20;

/** Nested elements of one formula. */
export const MATH_MAX_DEPTH = 160;

/** Characters of one code block that are coloured; the rest stays plain. */
export const MAX_HIGHLIGHT = 400_000;

/** Characters coloured in one go without a point to go on from. */
export const MAX_HIGHLIGHT_CHUNK = 12_000;

/** Milliseconds: what took longer to colour is not tried as part of a longer piece. */
export const MAX_HIGHLIGHT_MS = 12;

/** A line longer than this is not coloured (minified code). */
export const MAX_HIGHLIGHT_LINE = 2_000;

/** Characters of a line of code that are laid out together; what follows stands below. */
export const MAX_CODE_LINE = 8_192;

/** Milliseconds that one slice of colouring may take. */
export const SLICE_MS = 8;

/** Characters of a diagram's source, and of the drawing it becomes; bytes of the picture of a large one. */
export const MAX_DIAGRAM = 20_000;
export const MAX_DIAGRAM_SVG = 150_000;
export const MAX_DIAGRAM_PICTURE = 32_000_000;

/** Milliseconds a diagram may take before its source is shown instead. */
export const DIAGRAM_TIMEOUT_MS = 15_000;

/** Pixels: the tallest a diagram's frame may grow. */
export const MAX_DIAGRAM_HEIGHT = 4_000;

/** Characters of a URL that becomes a link, and of an inline image. */
export const MAX_URL = 4_096;
export const MAX_DATA_IMAGE = 2_000_000;

/** Footnotes of one message. */
export const MAX_FOOTNOTES = 500;

/** Characters of a text that are read and shown before the page has its turn. */
export const SLICE_TEXT = 8_192;

/** A text up to this long is shown at once; of a longer one the end is plain at first. */
export const SHOWN_AT_ONCE = 131_072;
