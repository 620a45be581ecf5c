/* SPDX-License-Identifier: MIT */
/**
 * Changes that can be taken back: what a parser does on trial is written down
 * here, and undone in reverse when the text goes on in another way. Pure.
 *
 * @typedef {{place: number, trials: number}} Mark
 */
export class Journal {
  constructor() {
    /** @type {any[]} object, key and former value of each change */
    this.log = [];
    /** Trials under way; outside of them nothing is written down. */
    this.trials = 0;
  }

  /** @returns {Mark} a place to go back to */
  begin() {
    return { place: this.log.length, trials: this.trials++ };
  }

  /** @param {Mark} mark  of the trial that fails, with all that began in it */
  undo({ place, trials }) {
    const { log } = this;
    while (log.length > place) {
      const value = log.pop();
      const key = log.pop();
      const object = log.pop();
      if (value === Journal) delete object[key];
      else object[key] = value;
    }
    this.trials = trials;
  }

  /** The last trial has succeeded. @returns {any[]} the objects whose changes became final with it */
  keep() {
    this.trials--;
    return this.trials ? [] : this.log.splice(0).filter((_, i) => i % 3 === 0);
  }

  /**
   * @template {object} T
   * @template {keyof T & (string | number)} K
   * @param {T} object
   * @param {K} key
   * @param {T[K]} value
   */
  set(object, key, value) {
    if (this.trials) this.log.push(object, key, Object.hasOwn(object, key) ? object[key] : Journal);
    object[key] = value;
  }

  /**
   * @template T
   * @param {T[]} list
   * @param {T} entry
   */
  push(list, entry) {
    if (this.trials) this.log.push(list, 'length', list.length);
    list.push(entry);
  }

  /** @template T @param {T[]} list */
  pop(list) {
    const last = list.length - 1;
    if (last < 0) return;
    if (this.trials) this.log.push(list, last, list[last], list, 'length', list.length);
    list.length = last;
  }
}
