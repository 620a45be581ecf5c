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
 * @property {() => boolean} resume  false when the microphone is gone, which `lost` tells again
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
 * How loud a microphone is.
 * @param {MediaStream} stream
 */
function createEars(stream) {
  const sound = new AudioContext();
  const ears = new AnalyserNode(sound, { fftSize: 1024 });
  sound.createMediaStreamSource(stream).connect(ears);
  const samples = new Uint8Array(ears.fftSize);
  return {
    level() {
      ears.getByteTimeDomainData(samples);
      return loudness(samples);
    },
    close() {
      if (sound.state !== 'closed') void sound.close();
    },
  };
}

/** @param {MediaStream} stream */
function createRecorder(stream) {
  const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
  return new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND, ...(type === undefined ? {} : { mimeType: type }) });
}

/** @param {MediaStream} stream @param {ReturnType<typeof createEars>} ears */
function release(stream, ears) {
  for (const track of stream.getTracks()) track.stop();
  ears.close();
}

/** A clock that stands while nothing is recorded. */
function createClock() {
  let before = 0;
  /** @type {number | null} */
  let since = null;
  const read = () => before + (since === null ? 0 : performance.now() - since);
  return {
    read,
    go() {
      since ??= performance.now();
    },
    stand() {
      before = read();
      since = null;
    },
  };
}

/**
 * Asks for the microphone and records.
 * @param {{maxBytes: number, full: () => void, lost: () => void}} how  `full` is called when a limit is reached; it has
 *   paused then. `lost`: the microphone is gone, unplugged or taken; what was recorded can be finished
 * @returns {Promise<Recorder>}
 * @throws {DOMException} NotAllowedError, NotFoundError, ...
 */
export async function record({ maxBytes, full, lost }) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = createRecorder(stream);
  const ears = createEars(stream);
  const clock = createClock();
  /** @type {Blob[]} */
  const pieces = [];
  let bytes = 0;
  /** Whether its end was asked for. */
  let ending = false;

  function pause() {
    if (recorder.state !== 'recording') return;
    clock.stand();
    recorder.pause();
  }

  recorder.addEventListener('dataavailable', ({ data }) => {
    pieces.push(data);
    bytes += data.size;
    if (recorder.state !== 'recording' || (bytes < maxBytes - FORM_BYTES && clock.read() < MAX_RECORDING_MS)) return;
    pause();
    full();
  });
  const stopped = new Promise((resolve) => {
    recorder.addEventListener('stop', () => {
      clock.stand();
      release(stream, ears);
      resolve(null);
      if (!ending) lost();
    }, { once: true });
  });

  function stop() {
    ending = true;
    if (recorder.state !== 'inactive') recorder.stop();
  }

  recorder.start(PIECE_MS);
  clock.go();
  return {
    level: () => (recorder.state === 'recording' ? ears.level() : 0),
    length: clock.read,
    pause,
    resume() {
      if (recorder.state === 'inactive') {
        lost();
        return false;
      }
      clock.go();
      recorder.resume();
      return true;
    },
    async finish() {
      stop();
      await stopped;
      return fileOf(pieces, recorder.mimeType);
    },
    drop() {
      stop();
      release(stream, ears);
      pieces.length = 0;
    },
  };
}

/** @param {readonly Blob[]} pieces @param {string} type */
function fileOf(pieces, type) {
  const [plain = ''] = type.split(';');
  return new File([...pieces], `recording.${EXTENSIONS.get(plain) ?? 'webm'}`, { type: plain });
}
