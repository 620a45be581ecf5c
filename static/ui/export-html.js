// SPDX-License-Identifier: MIT
// A conversation as one HTML file; loaded when somebody wants one.

import { htmlOf } from '../core/export-html.js';
import { fileName } from '../core/exporting.js';
import { richText } from '../md/copy.js';
import { renderMarkdown } from '../md/render.js';

/**
 * @param {import('./i18n.js').I18n} i18n
 * @param {import('../core/types.js').Conversation} conversation
 * @returns {import('../core/types.js').ExportFile}
 */
export function htmlFile(i18n, conversation) {
  const { code, dir } = i18n.language;
  const clock = new Intl.DateTimeFormat(code, { dateStyle: 'medium', timeStyle: 'short' });
  return {
    name: `${fileName(conversation.title || 'conversation')}.html`,
    type: 'text/html',
    text: htmlOf(conversation, {
      lang: code,
      dir,
      t: i18n.t,
      time: (ms) => clock.format(ms),
      render(markdown) {
        const host = document.createElement('div');
        host.append(renderMarkdown(markdown, { t: i18n.t, headingOffset: 1 }));
        return richText(host);
      },
    }),
  };
}
