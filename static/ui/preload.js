// SPDX-License-Identifier: MIT
// The modules of the conversation, asked for together and not one after the other.

/** What the shell and Markdown import, and what that imports: asked for together, not one after the other. */
const SHELL_MODULES = [
  './anchor.js', './attach-fit.js', './attach-view.js', './attach-waiting.js', './attach.js', './chat-list.js',
  './composer.js', './context-meter.js', './deletion.js', './dialogs.js', './edit-form.js', './fit.js',
  './focus.js', './follow.js', './found.js', './greeting.js', './idle.js', './keys.js', './leave.js',
  './markdown.js', './menu.js', './message-answer.js', './message-foot.js', './message-question.js',
  './message-tools.js', './message.js', './model-plan.js', './models.js', './part-media.js', './part-raw.js',
  './part-reasoning.js', './part-sources.js', './part-text.js', './part-tool.js', './parts.js', './paste.js',
  './place.js', './popup.js', './prompt-list.js', './quote.js', './scroll.js', './send-key.js', './services.js',
  './shell.js', './sidebar.js', './speech.js', './thread-drawing.js', './thread-messages.js', './thread-plan.js',
  './thread.js', './topbar.js', './turn-menu.js', './turn-tools.js', '../core/citations.js', '../core/sound.js',
  '../md/addresses.js', '../md/backlog.js', '../md/block-parser.js', '../md/block-pieces.js',
  '../md/block-rules.js', '../md/boxes.js', '../md/characters.js', '../md/code-maker.js', '../md/code.js',
  '../md/context.js', '../md/copy.js', '../md/definitions.js', '../md/diagram-source.js', '../md/diagram.js',
  '../md/direction.js', '../md/dom.js', '../md/emphasis.js', '../md/entities.js', '../md/equations.js',
  '../md/ext-diagrams.js', '../md/ext-footnotes.js', '../md/ext-math.js', '../md/ext-tags.js',
  '../md/extensions.js', '../md/highlight.js', '../md/html-blocks.js', '../md/inline-parser.js', '../md/inline.js',
  '../md/journal.js', '../md/language.js', '../md/languages.js', '../md/leaf.js', '../md/limits.js',
  '../md/line.js', '../md/links.js', '../md/math-rule.js', '../md/math.js', '../md/normalise.js',
  '../md/overflow.js', '../md/pieces.js', '../md/plain.js', '../md/render.js', '../md/schedule.js',
  '../md/stream.js', '../md/strings.js', '../md/table-rule.js', '../md/table.js', '../md/views.js',
  '../vendor/lit-html/directive-helpers.js', '../vendor/lit-html/directive.js',
  '../vendor/lit-html/directives/repeat.js',
];

/** Asks for the modules of the shell ahead. */
export function preloadShell() {
  for (const path of SHELL_MODULES) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = new URL(path, import.meta.url).href;
    document.head.append(link);
  }
}
