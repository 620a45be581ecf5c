/* SPDX-License-Identifier: MIT */
/**
 * A recording as a WAVE file of 16 kHz, one channel, 16 bit: what models that
 * hear take, whatever the browser has recorded.
 */

import { withHead } from '../core/sound.js';

const RATE = 16000;

/**
 * @param {File} file
 * @returns {Promise<File>}
 * @throws {DOMException} EncodingError: it is no sound that this browser knows
 */
export async function wavOf(file) {
  // A context of that rate has what it decodes in it, too.
  const context = new OfflineAudioContext(1, 1, RATE);
  const sound = await context.decodeAudioData(await file.arrayBuffer());
  const samples = new DataView(new ArrayBuffer(sound.length * 2));
  const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i));
  for (let i = 0; i < sound.length; i += 1) {
    const mean = channels.reduce((sum, channel) => sum + /** @type {number} */ (channel[i]), 0) / channels.length;
    samples.setInt16(i * 2, Math.round(Math.max(-1, Math.min(1, mean)) * 0x7fff), true);
  }
  const bytes = withHead(new Uint8Array(samples.buffer), RATE);
  return new File([bytes], file.name.replace(/\.\w+$/, '.wav'), { type: 'audio/wav' });
}
