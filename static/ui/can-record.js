// SPDX-License-Identifier: MIT
// Whether there is a way to the microphone: known before anybody is asked for it.

/**
 * Whether this browser can record at all, and the site lets it.
 * @returns {boolean}
 */
export function canRecord() {
  /** Chromium alone tells what the server's headers allow. @type {{allowsFeature: (name: string) => boolean} | undefined} */
  const policy = /** @type {any} */ (document).featurePolicy;
  return typeof MediaRecorder === 'function' && navigator.mediaDevices !== undefined
    && policy?.allowsFeature('microphone') !== false;
}
