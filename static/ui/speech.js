// SPDX-License-Identifier: MIT
// Reading aloud by the browser's own voices: one message at a time, sentence by sentence.

import { pieces, speakable } from './speakable.js';

/**
 * @param {() => void} onChange called when reading begins or ends
 */
export function createSpeech(onChange) {
  const engine = 'speechSynthesis' in window ? window.speechSynthesis : null;
  /** @type {string | null} */
  let reading = null;

  function end() {
    if (reading === null) return;
    reading = null;
    engine?.cancel();
    onChange();
  }

  return {
    /** Whether this browser can read aloud at all. */
    available: engine !== null && 'SpeechSynthesisUtterance' in window,
    /** The id of the message that is read now. */
    get reading() { return reading; },
    end,
    /**
     * Begins reading, or ends it when this very message is being read.
     * @param {string} id
     * @param {string} text Markdown
     * @param {string} language
     */
    toggle(id, text, language) {
      const again = reading === id;
      end();
      if (again || !engine) return;
      const parts = pieces(speakable(text));
      if (parts.length === 0) return;
      reading = id;
      parts.forEach((part, i) => {
        const utterance = new SpeechSynthesisUtterance(part);
        utterance.lang = language;
        const over = () => {
          if (reading === id && i === parts.length - 1) end();
        };
        utterance.onend = over;
        utterance.onerror = () => {
          if (reading === id) end();
        };
        engine.speak(utterance);
      });
      onChange();
    },
  };
}

/** @typedef {ReturnType<typeof createSpeech>} Speech */
