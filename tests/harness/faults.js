/* SPDX-License-Identifier: MIT */
/** Faults of the machine that a worker is made to see: see preload.c. */

import { spawnSync } from 'node:child_process';
import {
  closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceDir } from './paths.js';

export class Faults {
  dir = mkdtempSync(join(tmpdir(), 'confab-faults-'));
  #file = join(this.dir, 'faults');
  #object = join(this.dir, 'preload.so');
  #fd = openSync(this.#file, 'w+');

  constructor() {
    writeSync(this.#fd, Buffer.alloc(4096));
    const built = spawnSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O1',
      '-o', this.#object, join(sourceDir, 'tests/harness/preload.c'), '-ldl'],
    { encoding: 'utf8' });
    this.problem = built.error?.message ?? built.stderr;
    this.works = built.status === 0;
  }

  /** The environment of a worker that is to see them. */
  get env() {
    return { LD_PRELOAD: this.#object, FAULT_FILE: this.#file };
  }

  /** @param {number} count the allocation to fail, from now; 0: none */
  failAllocation(count) {
    this.#write(count, 0);
  }

  /** Allocations still to go until the failure; 0: it has been. */
  get left() {
    const bytes = Buffer.alloc(8);
    readSync(this.#fd, bytes, 0, 8, 0);
    return Number(bytes.readBigInt64LE());
  }

  /** @param {number} seconds by which the wall clock is moved */
  moveClock(seconds) {
    this.#write(seconds, 8);
  }

  close() {
    closeSync(this.#fd);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** @param {number} value @param {number} at */
  #write(value, at) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    writeSync(this.#fd, bytes, 0, 8, at);
  }
}
