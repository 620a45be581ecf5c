/* SPDX-License-Identifier: MIT */
/**
 * The page to compare with: it asks the same worker, appends each token as a
 * text node, keeps at its end, and can do nothing else.
 */

const PAGE = `<!doctype html><meta charset="utf-8"><title>bare</title>
<style>
  body { margin: 0; display: grid; grid-template-rows: 1fr auto; height: 100vh; font: 16px/1.6 sans-serif }
  #log { overflow: auto; min-height: 0 } #log > div { max-width: 46rem; margin: 0 auto }
  textarea { font: inherit; height: 3rem }
</style><div id="log"><div id="text"></div></div><textarea></textarea>
<script>
  const log = document.getElementById('log'), text = document.getElementById('text');
  let place = text;
  async function ask(model) {
    const response = await fetch('api/chat/completions', { method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
      body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Go.' }] }) });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split('\\n');
      rest = lines.pop();
      for (const line of lines) if (line.startsWith('data: {')) put(JSON.parse(line.slice(6)).choices[0]?.delta.content);
      log.scrollTop = log.scrollHeight;
    }
    document.body.dataset.over = '';
  }
  function put(words) {
    if (!words) return;
    if (words === '\\n\\n') text.append(place = document.createElement('p'));
    else place.append(words);
  }
  function fill(texts) {
    text.replaceChildren(...texts.map((words) => Object.assign(document.createElement('p'), { textContent: words })));
    log.scrollTop = log.scrollHeight;
  }
</script>`;

/**
 * Opens it on the site's own origin, with the cookies of who is signed in.
 *
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} address  of the site
 */
export async function openBare(context, address) {
  const page = await context.newPage();
  const url = new URL('bare', address).href;
  await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await page.goto(url);
  return page;
}
