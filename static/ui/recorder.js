// SPDX-License-Identifier: MIT
// The microphone: asked for when a recording begins, let go of when it ends. What was recorded is in memory only.

/** What browsers can record, the smallest first; Safari has the last alone. */
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];
const EXTENSIONS = new Map([['audio/webm', 'webm'], ['audio/ogg', 'ogg'], ['audio/mp4', 'm4a']]);
/** Ms between two pieces of a recording, and bits of sound a second: speech needs no more. */
const PIECE_MS = 500;
const BITS_PER_SECOND = 32_000;
/** The longest recording (ms). */
export const MAX_RECORDING_MS = 3_600_000;
/** Of a server's limit for a request, what its form takes besides the sound. */
const FORM_BYTES = 4096;

/**
 * @typedef {object} Recorder
 * @property {() => number} level     how loud it is now, 0 to 1
 * @property {() => number} length    ms that were recorded
 * @property {() => void} pause
 * @property {() => void} resume
 * @property {() => Promise<File>} finish   the recording; the microphone is off then
 * @property {() => void} drop        lets go of all
 */

/**
 * How loud a piece of sound is: by its loudest sample, in decibels of 60 below full.
 * @param {Uint8Array} samples  around 128
 * @returns {number}
 */
function loudness(samples) {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample - 128) / 128);
  return peak === 0 ? 0 : Math.max(0, 1 + (20 * Math.log10(peak)) / 60);
}

/**
 * Asks for the microphone and records.
 * @param {{maxBytes: number, full: () => void}} how  `full` is called when a limit is reached; it has paused then
 * @returns {Promise<Recorder>}
 * @throws {DOMException} NotAllowedError, NotFoundError, ...
 */
export async function record({ maxBytes, full }) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND, ...(type === undefined ? {} : { mimeType: type }) });
  const sound = new AudioContext();
  const ears = new AnalyserNode(sound, { fftSize: 1024 });
  sound.createMediaStreamSource(stream).connect(ears);
  const samples = new Uint8Array(ears.fftSize);
  /** @type {Blob[]} */
  const pieces = [];
  let bytes = 0;
  let before = 0;
  let since = performance.now();
  const length = () => before + (recorder.state === 'recording' ? performance.now() - since : 0);

  function pause() {
    if (recorder.state !== 'recording') return;
    before = length();
    recorder.pause();
  }

  function release() {
    for (const track of stream.getTracks()) track.stop();
    if (sound.state !== 'closed') void sound.close();
  }

  recorder.addEventListener('dataavailable', ({ data }) => {
    pieces.push(data);
    bytes += data.size;
    if (recorder.state !== 'recording' || (bytes < maxBytes - FORM_BYTES && length() < MAX_RECORDING_MS)) return;
    pause();
    full();
  });
  recorder.start(PIECE_MS);

  return {
    level() {
      if (recorder.state !== 'recording') return 0;
      ears.getByteTimeDomainData(samples);
      return loudness(samples);
    },
    length,
    pause,
    resume() {
      since = performance.now();
      recorder.resume();
    },
    finish: () => new Promise((resolve) => {
      recorder.addEventListener('stop', () => {
        release();
        const [plain = ''] = recorder.mimeType.split(';');
        resolve(new File(pieces, `recording.${EXTENSIONS.get(plain) ?? 'webm'}`, { type: plain }));
      }, { once: true });
      recorder.stop();
    }),
    drop() {
      if (recorder.state !== 'inactive') recorder.stop();
      release();
      pieces.length = 0;
    },
  };
}
