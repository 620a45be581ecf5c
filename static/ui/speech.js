// SPDX-License-Identifier: MIT
// Reading aloud by the browser's own voices: one message at a time, sentence by sentence.

/** Longer pieces make some engines stop silently (characters). */
const PIECE = 220;

/**
 * Markdown as it would be read: no fences, marks or addresses.
 * @param {string} text
 * @returns {string}
 */
function speakable(text) {
  return text
    .replace(/^(```|~~~)[^\n]*\n[\s\S]*?(^\1[^\n]*$|$(?![\s\S]))/gm, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|>|[-*+]|\d+[.)])\s+/gm, '')
    .replace(/(\*\*|__|~~|`|\*|\$\$?)/g, '')
    .replace(/^\s*\|?[-:| ]+\|?\s*$/gm, '')
    .replace(/\|/g, ', ')
    .trim();
}

/**
 * Cut at sentence ends, none longer than the engines bear.
 * @param {string} text
 * @returns {string[]}
 */
export function pieces(text) {
  const found = [];
  for (const sentence of text.match(/[^.!?。！？؟\n]+[.!?。！？؟]*\s*/g) ?? []) {
    for (let at = 0; at < sentence.length; at += PIECE) {
      const piece = sentence.slice(at, at + PIECE).trim();
      if (piece) found.push(piece);
    }
  }
  return found;
}

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
