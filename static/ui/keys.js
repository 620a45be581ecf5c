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

/** @typedef {Exclude<keyof Shortcuts, 'jump' | 'enabled'>} Task */

/** With Ctrl or ⌘ and Shift, by the place of the key. @type {Readonly<Record<string, Task>>} */
const SHIFTED = { KeyO: 'newChat', KeyL: 'toggleList', KeyF: 'search', KeyC: 'copyLast', Period: 'quote' };
/** With Ctrl or ⌘, by what the key writes. @type {Readonly<Record<string, Task>>} */
const MODIFIED = { '/': 'help', ',': 'settings', End: 'latest' };
/** Alone, where nothing is written. @type {Readonly<Record<string, Task>>} */
const PLAIN = { '?': 'help', '/': 'compose' };
/** With Alt: by how many turns it jumps. @type {Readonly<Record<string, -1 | 1>>} */
const JUMPS = { ArrowUp: -1, ArrowDown: 1 };

/**
 * @param {KeyboardEvent} event
 * @param {Shortcuts} does
 * @returns {(() => boolean | void) | null}
 */
function shortcutOf(event, does) {
  const mod = isModifier(event);
  if (event.key === 'Escape' && !mod) return document.querySelector(OPEN) ? null : does.stop;
  if (event.altKey) return mod || event.ctrlKey || event.metaKey || event.shiftKey ? null : jumpOf(event, does);
  /** @type {Task | undefined} */
  let name;
  if (mod && event.shiftKey) name = SHIFTED[event.code];
  else if (mod) name = event.key === 'End' && isTyping(event.target) ? undefined : MODIFIED[event.key];
  else if (!event.ctrlKey && !event.metaKey && !isTyping(event.target)) name = PLAIN[event.key];
  return name === undefined ? null : does[name];
}

/**
 * In a list of choices, and on Apple's systems in a text, these keys have a meaning of their own.
 * @param {KeyboardEvent} event
 * @param {Shortcuts} does
 */
function jumpOf(event, does) {
  const by = JUMPS[event.key];
  const isTaken = event.target instanceof Element && event.target.closest('select') !== null;
  return by === undefined || isTaken || (isMac && isTyping(event.target)) ? null : () => does.jump(by);
}
