// SPDX-License-Identifier: MIT
// Makes documents that unpack to as much as is wanted.

import { zip } from './files-helpers.js';

/** Characters that need two bytes, so that a text takes twice the room of its letters. */
const WORD = '井 x';

const OFFICE = '_rels/.rels';
/** @param {string} target */
const start = (target) => `<R><Relationship Id="a" Type="http://x/officeDocument" Target="${target}"/></R>`;

/** What is before, again and again, and behind; how often what is read is unpacked. @type {Record<string, {files: Record<string, string>, part: string, piece: string, ends: [string, string], times?: number}>} */
const FORMS = {
  docx: {
    files: { '[Content_Types].xml': '<Types><Override ContentType="wordprocessingml.document.main+xml"/></Types>', [OFFICE]: start('d.xml') },
    part: 'd.xml', ends: ['<w:document xmlns:w="http://x/wordprocessingml/2006/main"><w:body>', '</w:body></w:document>'],
    piece: `<w:p><w:r><w:rPr><w:b w:val="1"/><w:color w:val="00FF00"/></w:rPr><w:t>${WORD}</w:t></w:r></w:p>`,
  },
  xlsx: {
    files: {
      '[Content_Types].xml': '<Types><Override ContentType="spreadsheetml.sheet.main+xml"/></Types>', [OFFICE]: start('w.xml'),
      'w.xml': '<workbook xmlns:r="x/relationships"><sheets><sheet name="A" sheetId="1" r:id="s"/></sheets></workbook>',
      '_rels/w.xml.rels': '<R><Relationship Id="s" Type="x/worksheet" Target="s.xml"/></R>',
    },
    part: 's.xml', ends: ['<worksheet><sheetData>', '</sheetData></worksheet>'],
    piece: `<row spans="1:2" x="a long attribute"><c t="inlineStr"><is><t>${WORD}</t></is></c><c><v>1</v></c></row>`,
  },
  odt: {
    files: { mimetype: 'application/vnd.oasis.opendocument.text' }, part: 'content.xml', times: 2,
    ends: ['<o:d xmlns:o="urn:x:office:1.0" xmlns:text="t"><o:body><o:text>', '</o:text></o:body></o:d>'],
    piece: `<text:p text:style-name="A_20_long_20_name_20_of_20_a_20_style">${WORD}</text:p>`,
  },
  epub: {
    files: {
      mimetype: 'application/epub+zip',
      'META-INF/container.xml': '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
      'b.opf': '<package><manifest><item id="one" href="1.xhtml"/></manifest><spine><itemref idref="one"/></spine></package>',
    },
    part: '1.xhtml', ends: ['<html><body>', '</body></html>'],
    piece: `<p class="a-long-name-of-a-class">${WORD}</p>`,
  },
};

/**
 * @param {string} kind
 * @param {number} fill  bytes that it unpacks to
 */
export function made(kind, fill) {
  const { files, part, piece, ends, times = 1 } = /** @type {typeof FORMS[string]} */ (FORMS[kind]);
  return zip({ ...files, [part]: ends[0] + piece.repeat(Math.floor(fill / times / Buffer.byteLength(piece))) + ends[1] });
}
