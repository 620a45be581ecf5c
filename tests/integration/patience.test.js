/* SPDX-License-Identifier: MIT */
/**
 * How long a provider may think, be silent and go on: said for all, for a
 * provider, for a model, and the nearest word counts. Who has more time began
 * first and is still there when those who have less were ended.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, newGate, order, useSite } from '../harness/suite.js';
import { errorOf, isDone, textOf } from '../harness/sse.js';

const SHORT = '600ms';
const LONG = '10min';

for (const limit of ['first_event', 'silence', 'total']) {
  /** Those who do not answer within it. @type {Record<string, string>} */
  const ended = { m: 'all', brief: 'its provider', hasty: 'itself',
    'hasty-alone': 'itself, in a provider that says nothing' };
  const waiting = { patient: 'its provider', thinker: 'itself',
    alone: 'itself, in a provider that says nothing' };
  const suite = useSite({ models: ['m'], config: {
    timeouts: { first_event: LONG, silence: LONG, total: LONG,
      heartbeat: '100ms', [limit]: SHORT },
    limits: { requests_per_minute: 0 },
  } }, async (site) => {
    const common = { kind: 'openai', base_url: site.upstream.url('plain'),
      api_key_file: `${site.dir}/key` };
    site.writeConfig({
      'provider "patient"': { ...common, [limit]: LONG, 'model "patient"': {},
        'model "hasty"': { [limit]: SHORT } },
      'provider "brief"': { ...common, [limit]: SHORT, 'model "brief"': {},
        'model "thinker"': { [limit]: LONG } },
      'provider "silent"': { ...common, 'model "alone"': { [limit]: LONG },
        'model "hasty-alone"': { [limit]: SHORT } },
    });
    await site.reload();
  });

  test(`${limit}: the nearest word counts`, async () => {
    const { site } = suite;
    const client = await site.signedIn();
    const gate = newGate();
    const held = [{ gate }, { text: 'at last' }, ...END];
    const content = order(limit === 'first_event' ? { bare: true, steps: held }
      : { steps: [{ text: 'Well, ' }, ...held] });
    site.upstream.forget();
    let over = 0;
    const readings = Object.keys(waiting).map(async (model) => {
      const reading = await client.chat(model, content);
      await reading.ended;
      over += 1;
      return reading;
    });
    await site.upstream.until(() =>
      site.upstream.calls.length === readings.length);
    for (const [model, who] of Object.entries(ended)) {
      const answer = await client.ask(model, content);
      assert.match(await answer.text(), RegExp(`"${limit}_timeout"`), who);
    }
    assert.equal(over, 0, 'who has time is waited for');
    site.upstream.open(gate);
    for (const reading of await Promise.all(readings)) {
      assert.equal(errorOf(reading.arrivals), undefined);
      assert.match(textOf(reading.arrivals), /at last$/);
      assert.ok(isDone(reading.arrivals));
    }
  });
}
