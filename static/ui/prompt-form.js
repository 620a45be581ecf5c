// SPDX-License-Identifier: MIT
// A prompt of a server of tools: what it is, what goes into it, and the way of its words to the composer, where they can still be changed.

import { html, render } from '../vendor/lit-html/lit-html.js';
import { attachParts, createAsker, createFields, errorNote, infoOf } from './offered.js';

/**
 * @param {import('./context.js').Context} ctx
 * @param {() => void} close
 * @param {import('../core/types.js').ServerPrompt} prompt
 * @returns {import('./dialogs.js').DialogContent}
 */
export function serverPromptDialog(ctx, close, prompt) {
  /** @type {HTMLElement | null} */
  let place = null;
  /** @type {import('../core/types.js').ApiErrorInfo | null} */
  let error = null;
  let busy = false;
  let gone = false;
  const fields = createFields(ctx, { server: prompt.server, prompt: prompt.name }, prompt.places, draw);
  const asker = createAsker(ctx, draw);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    busy = true;
    error = null;
    draw();
    try {
      const [words, ...parts] = await ctx.actions.getPrompt(prompt, Object.fromEntries(Object.entries(fields.values).filter(([, value]) => value !== '')),
        asker.of(prompt.server));
      if (gone) return;
      close();
      attachParts(ctx, parts);
      ctx.suggest(words?.kind === 'text' ? words.text : '');
    } catch (thrown) {
      error = infoOf(thrown);
    }
    busy = false;
    draw();
  }

  function draw() {
    if (place === null || gone) return;
    const { t } = ctx.i18n;
    render(asker.asks() ? html`${asker.element}` : html`<form class="login-form" @submit=${submit}>
      <p><b dir="auto">${prompt.name}</b> <span class="hint" dir="auto">${prompt.text}</span></p>
      <p class="fine">${t('prompts.ofServer', { server: prompt.server })}</p>
      ${fields.view()}${errorNote(ctx, error)}
      <div class="dialog-actions"><button type="button" class="button" @click=${close}>${t('do.cancel')}</button>
        <button class="button button-primary" aria-disabled=${String(busy)}>${t('prompts.use')}</button></div></form>`, place);
  }

  return {
    title: 'prompts.fill',
    small: true,
    update(_state, body) {
      place = body;
      draw();
    },
    dispose() {
      gone = true;
      asker.stop();
      fields.stop();
    },
  };
}
