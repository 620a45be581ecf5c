// SPDX-License-Identifier: MIT
// Text in any encoding: what it is read as, and what is no text at all.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { decodeAs, decodeText, ENCODINGS } from '../../static/files/encoding.js';
import { encode } from './files-helpers.js';

const skip = !existsSync(new URL('../../static/vendor/fflate/fflate.js', import.meta.url));
const { readDocument } = skip ? { readDocument: /** @type {any} */ (null) } : await import('../../static/files/read.js');

const GERMAN = 'Sehr geehrte Damen und Herren,\nfür die Übergabe der Schlüssel am Mühlweg bräuchten wir größere Umschläge.';
const CASES = [
  ['windows-1252', [GERMAN, 'Müller', 'Le café où nous étions allés était fermé à midi.', 'niño', 'Überraschung', 'It’s “done” – really…',
    'Preis: 12 € je Stück', 'Ça va\nà bientôt', 'name;straße;ort\nJörg;Am Bühl 3;Köln\n', '25 °C ± 1', '© 2024 Example', 'ÜBERSICHT', 'garçon naïve',
    'Smørrebrød på tæppet', 'A opção não está disponível']],
  ['shift_jis', ['これは試験です。文字化けしませんか。', '東京都千代田区', 'ファイルを開く', 'お名前を入力してください', '日本語',
    'ID,名前,住所\n1,山田太郎,大阪府\n']],
  ['gb18030', ['这是一个测试文件，用来检查编码。', '中文', '姓名,电话,地址\n王小明,123,北京市海淀区\n', '你好，世界！', '我们今天去学校。', '数据库连接失败']],
  ['big5', ['這是一個測試檔案，用來檢查編碼。', '中文', '姓名,電話,地址\n王小明,123,臺北市\n', '你好，世界！', '我們今天去學校。', '資料庫連線失敗']],
  ['euc-kr', ['이것은 시험용 파일입니다.', '안녕하세요', '이름,전화,주소\n김철수,123,서울시\n', '한국어', '오늘은 학교에 갑니다.']],
  ['koi8-r', ['Это проверка кодировки текста.', 'Привет, мир!', 'Москва', 'имя;адрес\nИван;Тверская улица\n', 'ВНИМАНИЕ: ошибка']],
  ['windows-1251', ['Это проверка кодировки текста.', 'Привет, мир!', 'Москва', 'имя;адрес\nИван;Тверская улица\n', 'ВНИМАНИЕ: ошибка',
    'Слава Україні – це речення українською', '«Ёлка» — 5 шт.']],
];

for (const [encoding, texts] of /** @type {[string, string[]][]} */ (CASES)) {
  for (const text of texts) {
    test(`${encoding}: ${JSON.stringify(text)}`, () => {
      const decoded = decodeText(encode(text, encoding));
      // Two characters of Chinese are the same bytes in nothing else, but little to go by: only the text counts.
      assert.equal(decoded?.text, text, `read as ${decoded?.encoding}`);
    });
  }
}

// Subtitles, tables of shops and banks, names of files, words of programs: what other systems were told to misread.
const SEEN = /** @type {Record<string, string[]>} */ (JSON.parse(readFileSync(new URL('data/encodings.json', import.meta.url), 'utf8')));

for (const [encoding, texts] of Object.entries(SEEN)) {
  test(`${encoding}: ${texts.length} short texts as people have them`, () => {
    for (const text of texts) {
      const decoded = decodeText(encode(text, encoding));
      assert.equal(decoded?.text, text, `read as ${decoded?.encoding}`);
    }
  });
}

test('UTF-8 is what decodes as it to its last byte, wherever the first other letter is', () => {
  const late = new TextEncoder().encode(`${'a\n'.repeat(40000)}grün`);
  assert.deepEqual(decodeText(late), { text: `${'a\n'.repeat(40000)}grün`, encoding: 'utf-8', sure: true });
  const latin = new Uint8Array([...new TextEncoder().encode('plain line\n'.repeat(20000)), ...encode('Grüße aus Köln\n', 'windows-1252')]);
  const decoded = decodeText(latin);
  assert.equal(decoded?.encoding, 'windows-1252');
  assert.ok(decoded?.text.endsWith('Grüße aus Köln\n'));
  assert.equal(decodeText(new TextEncoder().encode('\ufeffmarked'))?.text, 'marked');
});

test('UTF-16 is known by its mark, and by its shape without one', () => {
  for (const encoding of ['utf-16le', 'utf-16be']) {
    for (const text of ['Hello there\n', 'Grüße\n', '你好，世界。\n今天\n', 'Привет мир']) {
      const bytes = encode(text, encoding);
      const mark = encoding === 'utf-16le' ? [0xff, 0xfe] : [0xfe, 0xff];
      assert.deepEqual(decodeText(new Uint8Array([...mark, ...bytes])), { text, encoding, sure: true });
      assert.deepEqual(decodeText(bytes), { text, encoding, sure: true });
    }
  }
});

test('UTF-16 without a mark, and without a blank that would show it, is known by its letters', () => {
  for (const encoding of ['utf-16le', 'utf-16be']) {
    for (const text of ['这是一个测试文件', '中文', 'これは試験です', 'Привет', 'שלום', 'مرحبا', 'Καλημέρα', '안녕하세요']) {
      assert.deepEqual([decodeText(encode(text, encoding))?.text, decodeText(encode(text, encoding))?.encoding], [text, encoding], text);
    }
  }
});

test('zero bytes that fill a file up are no part of it; within a text they make it none', () => {
  const utf8 = (/** @type {string} */ text) => new TextEncoder().encode(text);
  assert.deepEqual(decodeText(utf8('words\n\0\0\0')), { text: 'words\n', encoding: 'utf-8', sure: true });
  for (const encoding of ['utf-16le', 'utf-16be']) {
    assert.equal(decodeText(encode('Hello\0', encoding))?.text, 'Hello');
    assert.equal(decodeText(encode('\ufeffHello\0\0', encoding))?.text, 'Hello');
    assert.equal(decodeText(encode('x\0y and some more\n', encoding)), null);
  }
  assert.equal(decodeText(utf8('words\0words\n')), null);
  assert.equal(decodeText(new Uint8Array(64))?.text, '');
});

test('UTF-8 that was cut off, or has a line of something else in it, is read as UTF-8, and said to be a guess', () => {
  const utf8 = (/** @type {string} */ text) => new TextEncoder().encode(text);
  const cut = utf8('Привет мир\n'.repeat(100)).subarray(0, 101);
  assert.deepEqual([decodeText(cut)?.encoding, decodeText(cut)?.sure], ['utf-8', false]);
  const mixed = decodeText(new Uint8Array([...utf8('Grüße aus Köln\n'.repeat(20)), ...encode('Müller\n', 'windows-1252'), ...utf8('schön\n')]));
  assert.deepEqual([mixed?.encoding, mixed?.sure], ['utf-8', false]);
  assert.ok(mixed?.text.startsWith('Grüße aus Köln\n') && mixed.text.endsWith('M\ufffdller\nschön\n'));
});

test('Japanese in seven bits, and GB18030 with a mark, are what they say', () => {
  const seven = decodeText(new TextEncoder().encode('\x1b$B$3$l$O;n83$G$9\x1b(B\n'));
  assert.deepEqual(seven, { text: 'これは試験です\n', encoding: 'iso-2022-jp', sure: true });
  assert.deepEqual(decodeText(new Uint8Array([0x84, 0x31, 0x95, 0x33, ...encode('中文', 'gb18030')])), { text: '中文', encoding: 'gb18030', sure: true });
});

/** What a page, a mail and an RTF file say of their encoding, what they are in, and what is read. @type {[string, string, string][]} */
const SAID = [
  ['utf-8', 'windows-1252', 'Grüße aus Köln'], ['iso-8859-1', 'utf-8', 'Grüße aus Köln'], ['windows-1251', 'utf-8', 'Grüße aus Köln'],
  ['us-ascii', 'windows-1252', 'Grüße aus Köln'], ['nonsense', 'windows-1252', 'Grüße aus Köln'], ['utf-8', 'gb18030', '姓名，电话，地址'],
  ['gb2312', 'gb18030', '姓名，电话，地址'], ['koi8-r', 'koi8-r', 'Привет, мир'],
];

for (const [said, is, text] of SAID) {
  test(`${is} that says it is ${said}`, { skip }, () => {
    const page = encode(`<!doctype html><meta charset="${said}"><p>${text}</p>`, is);
    assert.equal(readDocument(page).text.trim(), text, 'a page');
    const head = `From: a@x.example\nTo: b@x.example\nSubject: S\nMIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\nContent-Type: `;
    for (const [type, body] of [['text/plain', text], ['text/html', `<p>${text}</p>`]]) {
      const mail = readDocument(encode(`${head}${type}; charset=${said}\n\n${body}\n`, is));
      assert.equal(mail.text.trim().split('\n').at(-1), text, `a mail, ${type}`);
    }
  });
}

test('RTF: the code page that it names, bytes as they are, and UTF-8 that no code page says', { skip }, () => {
  const rtf = (/** @type {string} */ page, /** @type {string} */ text, /** @type {string} */ is) => readDocument(encode(`{\\rtf1\\ansi\\ansicpg${page} ${text}}`, is)).text.trim();
  assert.equal(rtf('1252', 'Grüße', 'windows-1252'), 'Grüße');
  assert.equal(rtf('1251', 'Привет', 'windows-1251'), 'Привет');
  assert.equal(rtf('1252', 'Grüße, 你好 😀 {\\b fett}!', 'utf-8'), 'Grüße, 你好 😀 fett!');
  assert.equal(rtf('99999', "Gr\\'fc\\'dfe", 'utf-8'), 'Grüße');
});

test('what is no text is not taken for one', () => {
  for (const bytes of [
    [0, 1, 2, 3], [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0], [1, 0, 2, 0, 3, 0, 4, 0],
    Array.from({ length: 600 }, (_, i) => (i * 7919) % 256), [0x61, 0, 0, 0x62, 0, 0, 0x63, 0],
    Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 1 : 0x41)),
  ]) {
    assert.equal(decodeText(new Uint8Array(bytes)), null, String(bytes.slice(0, 8)));
  }
});

test('a log with a stray control character, and an empty file, are text', () => {
  assert.equal(decodeText(new TextEncoder().encode(`${'line of a log\n'.repeat(30)}\x01\x1b[31mred\x1b[0m`))?.encoding, 'utf-8');
  assert.equal(decodeText(new Uint8Array())?.text, '');
});

test('every encoding that can be chosen is one that TextDecoder has', () => {
  for (const encoding of ENCODINGS) assert.equal(typeof decodeAs(new Uint8Array([0x41, 0xe4]), encoding), 'string', encoding);
  assert.equal(decodeAs(encode('żółw', 'windows-1250'), 'windows-1250'), 'żółw');
});
