// SPDX-License-Identifier: MIT
// An attached image, as large as the window lets it be; of another file, what the model gets.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { attachmentDialog } from './dialog-attachment.js';

/** @type {import('./dialogs.js').DialogMaker} */
export function pictureDialog(ctx, close) {
  const picture = ctx.picture();
  if (picture !== null && picture.kind !== 'image') return attachmentDialog(ctx, close);
  return {
    title: 'picture.title',
    wide: true,
    update(_state, body) {
      const { size } = ctx.i18n;
      render(picture?.kind === 'image' ? html`<figure class="picture">
        <img src=${picture.data} alt=${picture.name} width=${picture.width ?? nothing} height=${picture.height ?? nothing}>
        <figcaption><span dir="auto">${picture.name}</span> <span class="attachment-size">${size(picture.size)}</span></figcaption>
      </figure>` : nothing, body);
    },
    dispose: () => ctx.showPicture(null),
  };
}
