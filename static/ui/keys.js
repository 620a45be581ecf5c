// SPDX-License-Identifier: MIT
// Keyboard shortcuts of the whole page; what belongs to one field is in that field's view.

/** Whether Command takes the place of Ctrl here. */
export const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/**
 * Ctrl, or Command on Apple's systems, and not the other.
 * @param {Pick<KeyboardEvent, 'ctrlKey' | 'metaKey'>} event
 */
export function isModifier(event) {
  return isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}

/**
 * @param {(key: string) => string} t
 * @returns {string}
 */
export function modName(t) {
  return isMac ? '⌘' : t('key.ctrl');
}

/**
 * @param {(key: string) => string} t
 * @returns {string}
 */
export function modEnterName(t) {
  return `${modName(t)}+${t('key.enter')}`;
}

/**
 * @typedef {object} Shortcuts
 * @property {() => boolean} stop  false when there was nothing to stop
 * @property {() => void} newChat
 * @property {() => void} toggleList
 * @property {() => void} search
 * @property {() => void} compose
 * @property {() => void} copyLast
 * @property {() => void} settings
 * @property {() => void} help
 * @property {() => void} latest
 * @property {() => boolean} quote  false when nothing is selected
 * @property {(step: -1 | 1) => void} jump  to the message before or after
 * @property {() => boolean} enabled
 */

/**
 * @param {EventTarget | null} target
 */
function isTyping(target) {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** What Esc closes by itself; an open list of choices is told apart only by newer browsers. */
const OPEN = ['dialog[open]', '[popover]:popover-open', '.edit-form:focus-within', '.chat-item form',
  ...(globalThis.CSS?.supports('selector(:open)') ? ['select:open'] : [])].join(', ');

/**
 * Esc closes what is open before it stops an answer: dialogs and menus take
 * it themselves, so it is looked at only when nothing of the kind is open.
 * @param {Shortcuts} does
 * @returns {() => void} takes the shortcuts away again
 */
export function installShortcuts(does) {
  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.defaultPrevented || event.isComposing || !does.enabled()) return;
    const run = shortcutOf(event, does);
    if (!run) return;
    if (run() !== false) event.preventDefault();
  }
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

/**
 * @param {KeyboardEvent} event
 * @param {Shortcuts} does
 * @returns {(() => boolean | void) | null}
 */
function shortcutOf(event, does) {
  const mod = isModifier(event);
  if (event.key === 'Escape' && !mod) {
    return document.querySelector(OPEN) ? null : does.stop;
  }
  if (mod && event.shiftKey && !event.altKey) {
    switch (event.code) {
      case 'KeyO': return does.newChat;
      case 'KeyL': return does.toggleList;
      case 'KeyF': return does.search;
      case 'KeyC': return does.copyLast;
      case 'Period': return does.quote;
      default: return null;
    }
  }
  if (mod && !event.altKey) {
    switch (event.key) {
      case '/': return does.help;
      case ',': return does.settings;
      case 'End': return isTyping(event.target) ? null : does.latest;
      default: return null;
    }
  }
  if (event.altKey && !mod && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    // In a list of choices, and on Apple's systems in a text, these have a meaning of their own.
    const taken = event.target instanceof Element && event.target.closest('select') !== null;
    if (taken || (isMac && isTyping(event.target))) return null;
    if (event.key === 'ArrowUp') return () => does.jump(-1);
    if (event.key === 'ArrowDown') return () => does.jump(1);
  }
  if (mod || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return null;
  if (event.key === '?') return does.help;
  if (event.key === '/') return does.compose;
  return null;
}
