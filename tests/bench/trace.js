/* SPDX-License-Identifier: MIT */
/**
 * What the tasks of a page's main thread cost, from the browser's own trace:
 * processor time, which other people's work on the machine does not lengthen.
 */

/** A frame at 20 a second: a longer task is felt. */
export const LONG_MS = 50;

/**
 * @typedef {object} Tasks
 * @property {number} longest   processor time of the longest task, ms
 * @property {number} over      tasks above LONG_MS of processor time
 * @property {Record<string, number>} parts  what was in the longest, ms by name
 */

/**
 * @param {import('playwright-core').Page} page
 * @returns {Promise<() => Promise<Tasks>>} begins; the result ends it
 */
export async function traceTasks(page) {
  const session = await page.context().newCDPSession(page);
  /** @type {any[]} */
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => { for (const event of value) events.push(event); });
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
      excludedCategories: ['*'],
    },
  });
  return async () => {
    const complete = new Promise((resolve) => { session.once('Tracing.tracingComplete', resolve); });
    await session.send('Tracing.end');
    await complete;
    await session.detach();
    return summary(events);
  };
}

/**
 * @param {any[]} events
 * @returns {Tasks}
 */
function summary(events) {
  /** @type {Map<string, number>} */
  const layouts = new Map();
  const place = (event) => `${event.pid}/${event.tid}`;
  for (const event of events) {
    if (event.name === 'UpdateLayoutTree') layouts.set(place(event), (layouts.get(place(event)) ?? 0) + 1);
  }
  // The main thread of the page is the one that lays out.
  const [main] = [...layouts].sort((a, b) => b[1] - a[1])[0] ?? [''];
  const mine = events.filter((event) => event.ph === 'X' && event.tdur > 0 && place(event) === main);
  const tasks = mine.filter((event) => event.name === 'RunTask');
  const longest = tasks.reduce((most, task) => (task.tdur > most.tdur ? task : most), { tdur: 0, ts: 0, dur: 0 });
  /** @type {Record<string, number>} */
  const parts = {};
  for (const event of mine) {
    if (event === longest || event.ts < longest.ts || event.ts + event.dur > longest.ts + longest.dur) continue;
    parts[event.name] = (parts[event.name] ?? 0) + event.tdur / 1000;
  }
  return {
    longest: longest.tdur / 1000,
    over: tasks.filter((task) => task.tdur > LONG_MS * 1000).length,
    parts,
  };
}
