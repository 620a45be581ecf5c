// SPDX-License-Identifier: MIT
// Text in any encoding: what it is read as, and what is no text at all.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { decodeAs, decodeText, ENCODINGS } from '../../static/files/encoding.js';
import { encode } from './files-helpers.js';

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
