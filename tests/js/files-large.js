// SPDX-License-Identifier: MIT
// Makes documents that unpack to as much as is wanted.

import { zip } from './files-helpers.js';

/** Characters that need two bytes, so that a text takes twice the room of its letters. */
const WORD = '井 x';

const OFFICE = '_rels/.rels';
/** @param {string} target */
const start = (target) => `<R><Relationship Id="a" Type="http://x/officeDocument" Target="${target}"/></R>`;

/** What is before, again and again, and behind. @type {Record<string, {files: Record<string, string>, part: string, piece: string, ends: [string, string]}>} */
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
    files: { mimetype: 'application/vnd.oasis.opendocument.text' }, part: 'content.xml',
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
  const { files, part, piece, ends } = /** @type {typeof FORMS[string]} */ (FORMS[kind]);
  return zip({ ...files, [part]: ends[0] + piece.repeat(Math.floor(fill / Buffer.byteLength(piece))) + ends[1] });
}

/** What is no container: before, again and again, and behind. @type {Record<string, [string, string, string]>} */
const PLAIN = {
  'text': ['', `${WORD}\n`, ''],
  'a page of paragraphs': ['<!doctype html><html><body>', `<p class="a-long-name-of-a-class-and-more-attributes-so-that-it-is-long">${WORD}</p>\n`, '</body></html>'],
  'a page of one text': ['<!doctype html><html><body><p>', WORD, '</body></html>'],
  'a page with a picture in it': [`<!doctype html><html><body><p>${WORD}<img src="data:image/png;base64,`, 'A'.repeat(4096), '"></body></html>'],
  'a page of cells': ['<!doctype html><html><body><table>', `<tr><td>${WORD}<td>b`, '</table></body></html>'],
  'a mail with a file': ['From: a@b.c\nTo: d@e.f\nSubject: x\nDate: now\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b\n'
    + 'Content-Type: application/pdf; name=x.pdf\nContent-Transfer-Encoding: base64\n\n', `${'A'.repeat(76)}\n`, '--b--\n'],
  'a mail of words in base64': ['From: a@b.c\nTo: d@e.f\nSubject: x\nDate: now\nContent-Type: text/plain; charset=utf-8\n'
    + 'Content-Transfer-Encoding: base64\n\n', `${Buffer.from(`${WORD.repeat(11)}  `).toString('base64')}\n`, ''],
  'a mail of a page': ['From: a@b.c\nTo: d@e.f\nSubject: x\nDate: now\nContent-Type: text/html; charset=utf-8\n'
    + 'Content-Transfer-Encoding: quoted-printable\n\n', '=E4=BA=95 x<b>=\n', ''],
  'a mail in a mail': ['From: a@b.c\nTo: d@e.f\nSubject: x\nDate: now\nContent-Type: message/rfc822\n\nFrom: a\nTo: b\nSubject: c\nDate: d\n\n', 'abc\n', ''],
  'a notebook': ['{"nbformat":4,"metadata":{},"cells":[', `{"cell_type":"markdown","source":["${WORD}","y"]},`, '{"cell_type":"markdown","source":"x"}]}'],
  'a notebook with a picture': [`{"nbformat":4,"metadata":{},"cells":[{"cell_type":"code","source":"${WORD}","outputs":[{"output_type":"display_data","data":{"image/png":"`,
    'A'.repeat(4096), '"}}]}]}'],
  'RTF': ['{\\rtf1\\ansi ', '{\\b\\f0\\fs20\\cf1 abc\\u8364?\\par}\n', '}'],
  'RTF with a picture': ['{\\rtf1\\ansi abc{\\pict\\pngblip ', '00ff00ff00ff\n', '}}'],
  'RTF in an old code page': ['{\\rtf1\\ansi ', "\\'e4", '}'],
};

export const plainKinds = Object.keys(PLAIN);

/**
 * @param {string} kind
 * @param {number} fill  bytes
 */
export function madePlain(kind, fill) {
  const [before, piece, behind] = /** @type {[string, string, string]} */ (PLAIN[kind]);
  const one = Buffer.from(piece);
  return Buffer.concat([Buffer.from(before), Buffer.alloc(Math.floor(fill / one.length) * one.length, one), Buffer.from(behind)]);
}
