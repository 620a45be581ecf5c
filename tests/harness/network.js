/* SPDX-License-Identifier: MIT */
/**
 * A network of a test's own: places, each a network namespace, on two bridges
 * that are in one more. At "front" they meet those who ask, and this process; at
 * "back" each other. A wire that is cut loses what is sent and tells nobody, as a
 * switch without power does: no connection ends by it.
 *
 * Addresses are of 198.18.0.0/15, which is for measurements and used nowhere else.
 * A process has one network at a time; what a killed one has left is taken away by
 * the next that looks.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const NETWORKS = 250;
const OURS = /^confab-(\d+)-/;
/* The last byte of an address: the place's number, and where it is. */
const FIRST = { front: 0, back: 128 };
const OUTSIDE = 126; /* this process */

/** @typedef {'front' | 'back'} Wire */

/**
 * @param {string | null} space where; null: here
 * @param {string[]} lines of ip(8) @returns {string} what it complains of
 */
function ip(space, ...lines) {
  const run = spawnSync('ip', [...(space ? ['-n', space] : []), '-batch', '-'],
    { input: `${lines.join('\n')}\n`, encoding: 'utf8' });
  return run.error?.message ?? (run.status === 0 ? '' : run.stderr.trim() || 'ip failed');
}

/** @param {Parameters<typeof ip>} args */
function must(...args) {
  const said = ip(...args);
  if (said) throw new Error(said);
}

/** @param {string} name */
const spaceOf = (name) => `confab-${process.pid}-${name}`;

function sweep() {
  for (const name of existsSync('/run/netns') ? readdirSync('/run/netns') : []) {
    const owner = OURS.exec(name)?.[1];
    if (owner && !existsSync(`/proc/${owner}`)) ip(null, `netns del ${name}`);
  }
}

export class Network {
  number = 0;
  #leave = () => this.close();

  /** @param {Record<string, Wire[]>} places and where each is */
  constructor(places) {
    this.places = places;
    sweep();
    process.on('exit', this.#leave);
    must(null, `netns add ${spaceOf('wires')}`,
      ...Object.keys(places).map((name) => `netns add ${spaceOf(name)}`));
    const wires = /** @type {Wire[]} */ (['front', 'back']);
    must(spaceOf('wires'), ...wires.flatMap((wire) =>
      [`link add ${wire} type bridge`, `link set dev ${wire} up`]));
    this.#outside();
    for (const [name, at] of Object.entries(places)) {
      must(spaceOf(name), 'link set dev lo up');
      for (const wire of at) this.#lay(name, wire);
    }
  }

  /** Why there can be no network here, or "". */
  static problem() {
    if (process.getuid?.() !== 0) return 'network namespaces want root';
    if (spawnSync('nsenter', ['--version']).error) return 'there is no nsenter';
    const name = spaceOf('try');
    const said = ip(null, `netns add ${name}`) || ip(name, 'link add front type bridge');
    ip(null, `netns del ${name}`);
    return said && `no network namespaces here: ${said.split('\n')[0]}`;
  }

  /** This process's own wires; whoever has the name of the first has the number. */
  #outside() {
    for (let i = 0; ; i += 1) {
      if (i === NETWORKS) throw new Error('all networks are taken');
      this.number = (process.pid + i) % NETWORKS;
      if (!ip(null, `link add ${this.#own('front')} type veth peer name own netns ${
        spaceOf('wires')}`)) break;
    }
    must(null, `link add ${this.#own('back')} type veth peer name own-back netns ${spaceOf('wires')}`);
    must(spaceOf('wires'), 'link set dev own master front up',
      'link set dev own-back master back up');
    for (const wire of /** @type {Wire[]} */ (['front', 'back'])) {
      must(null, `addr add ${this.outside(wire)}/25 dev ${this.#own(wire)}`,
        `link set dev ${this.#own(wire)} up`);
    }
  }

  /** @param {Wire} wire */
  #own(wire) {
    return `confab${this.number}${wire}`;
  }

  /** @param {string} name @param {Wire} wire */
  #lay(name, wire) {
    must(spaceOf('wires'),
      `link add ${name}-${wire} type veth peer name ${wire} netns ${spaceOf(name)}`,
      `link set dev ${name}-${wire} master ${wire} up`);
    must(spaceOf(name), `addr add ${this.address(name, wire)}/25 dev ${wire}`,
      `link set dev ${wire} up`);
  }

  /** @param {string} name @param {Wire} [wire] */
  address(name, wire = 'front') {
    return `198.18.${this.number}.${
      FIRST[wire] + 1 + Object.keys(this.places).indexOf(name)}`;
  }

  /** Of this process. @param {Wire} [wire] */
  outside(wire = 'front') {
    return `198.18.${this.number}.${FIRST[wire] + OUTSIDE}`;
  }

  /** What is put before a command to have it run there. @param {string} name */
  inside(name) {
    return ['nsenter', `--net=/run/netns/${spaceOf(name)}`, '--'];
  }

  /** @param {string} name @param {Wire[]} [wires] of those that it has */
  cut(name, wires = this.places[name]) {
    must(spaceOf('wires'), ...wires.map((wire) => `link set dev ${name}-${wire} down`));
  }

  /** @param {string} name @param {Wire[]} [wires] */
  mend(name, wires = this.places[name]) {
    must(spaceOf('wires'), ...wires.map((wire) => `link set dev ${name}-${wire} up`));
  }

  close() {
    process.off('exit', this.#leave);
    for (const name of ['wires', ...Object.keys(this.places)]) ip(null, `netns del ${spaceOf(name)}`);
  }
}
