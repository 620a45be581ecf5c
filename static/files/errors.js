// SPDX-License-Identifier: MIT
// Why a file could not be read, in words that the catalogues know.

/**
 * broken     not what it says it is, cut off, or against its own format
 * password   it is encrypted
 * bomb       it unpacks to more than is ever taken
 * large      there is more in it than is ever taken
 * empty      there is nothing in it that a model could read
 * old        an office format that is not read: of before 2007, of Apple, binary workbooks
 * archive    a container of other files
 * picture    one that this browser cannot show
 * sound      one that the model cannot hear, or a film
 * silent     sound in which nothing was understood
 * kind       nothing that is known here
 *
 * @typedef {'broken' | 'password' | 'bomb' | 'large' | 'empty' | 'old' | 'archive' | 'picture' | 'sound' | 'silent' | 'kind'} FileReason
 */

/** A file that was refused; its reason names an entry of the catalogues, `file.REASON`. */
export class FileError extends Error {
  /**
   * @param {FileReason} reason
   * @param {string} [detail]  for the curious; never shown alone
   */
  constructor(reason, detail = '') {
    super(detail === '' ? reason : `${reason}: ${detail}`);
    this.name = 'FileError';
    this.reason = reason;
  }
}
