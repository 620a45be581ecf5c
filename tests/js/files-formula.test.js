// SPDX-License-Identifier: MIT
// Formulas, code and lists of documents: as each program writes them, what a model reads of them.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { zip } from './files-helpers.js';

const skip = !existsSync(new URL('../../static/vendor/fflate/fflate.js', import.meta.url));
const { readDocument } = skip ? { readDocument: /** @type {any} */ (null) } : await import('../../static/files/read.js');
const textOf = (/** @type {string | Uint8Array} */ file) => readDocument(typeof file === 'string' ? new TextEncoder().encode(file) : file).text;
const page = (/** @type {string} */ body) => textOf(`<!DOCTYPE html><html><body>${body}</body></html>`).trim();
const math = (/** @type {string} */ inner, around = '') => page(`<p><math${around}>${inner}</math></p>`);

const RELS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006';
const STYLES = `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:style w:styleId="H"><w:name w:val="HTML Preformatted"/></w:style><w:style w:styleId="S"><w:name w:val="Mine"/><w:basedOn w:val="H"/></w:style></w:styles>`;

/** @param {string} body */
const docx = (body) => textOf(zip({
  '[Content_Types].xml': '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
  '_rels/.rels': `<Relationships xmlns="${RELS}"><Relationship Id="r1" Type="${OFFICE}/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
  'word/_rels/document.xml.rels': `<Relationships xmlns="${RELS}"><Relationship Id="r2" Type="${OFFICE}/relationships/styles" Target="styles.xml"/></Relationships>`,
  'word/styles.xml': STYLES,
  'word/document.xml': `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:m="${OFFICE}/math"><w:body>${body}</w:body></w:document>`,
})).trim();
const run = (/** @type {string} */ text) => `<m:r><w:rPr><w:i/></w:rPr><m:t>${text}</m:t></m:r>`;
const omml = (/** @type {string} */ inner) => docx(`<w:p><w:r><w:t>So </w:t></w:r><m:oMath>${inner}</m:oMath><w:r><w:t>.</w:t></w:r></w:p>`).replace(/^So (.*)\.$/s, '$1');

/** @param {string} body @param {Record<string, string>} [parts] @param {string} [styles] */
const odt = (body, parts = {}, styles = '') => textOf(zip({
  mimetype: 'application/vnd.oasis.opendocument.text', ...parts,
  'content.xml': `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:text>${body}</office:text></office:body></office:document-content>`,
})).trim();

for (const [inner, tex] of /** @type {[string, string][]} */ ([
  ['<mi>x</mi>', 'x'], ['<mi>sin</mi><mi>x</mi>', '\\sin x'], ['<mi>speed</mi>', '\\mathrm{speed}'], ['<mi>𝑥</mi><mo>=</mo><mi mathvariant="normal">ℎ</mi>', 'x=h'],
  ['<mfrac><mn>1</mn><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></mfrac>', '\\frac{1}{a+b}'],
  ['<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>', '\\sqrt{x+1}'], ['<mroot><mi>x</mi><mn>3</mn></mroot>', '\\sqrt[3]{x}'],
  ['<msup><mi>e</mi><mrow><mi>i</mi><mi>π</mi></mrow></msup>', 'e^{i\\pi}'], ['<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>', 'x_{i}^{2}'],
  ['<msup><mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow><mn>2</mn></msup>', '{(a)}^{2}'],
  ['<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi>', '\\sum_{i=1}^{n}i'],
  ['<munder><mo>lim</mo><mrow><mi>x</mi><mo>→</mo><mn>0</mn></mrow></munder>', '\\lim_{x\\to0}'],
  ['<mover><mi>x</mi><mo>^</mo></mover><mover accent="true"><mi>v</mi><mo>→</mo></mover><mover><mi>a</mi><mo>¯</mo></mover>', '\\hat{x}\\vec{v}\\bar{a}'],
  ['<mover><mo>=</mo><mtext>def</mtext></mover>', '\\overset{\\text{def}}{=}'],
  ['<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd><mtd><mn>4</mn></mtd></mtr></mtable>', '\\begin{matrix} 1 & 2 \\\\ 3 & 4 \\end{matrix}'],
  ['<mfenced open="[" close=")"><mi>a</mi><mi>b</mi></mfenced>', '\\left[ a,b \\right)'],
  ['<mn>50</mn><mo>%</mo><mo>≤</mo><mo>{</mo><mi>x</mi>', '50\\%\\le\\{x'],
  ['<semantics><mrow><mi>a</mi></mrow><annotation encoding="application/x-tex">\\alpha</annotation></semantics>', '\\alpha'],
  ['<semantics><mi>a</mi><annotation encoding="StarMath 5.0">a over b</annotation></semantics>', 'a'],
  ['<mi>a</mi><mphantom><mi>unseen</mi></mphantom><unheard><mi>b</mi></unheard>', 'ab'],
])) {
  test(`MathML: ${tex}`, { skip }, () => {
    assert.equal(math(inner), `$${tex}$`);
    assert.equal(math(inner, ' display="block"'), `$$${tex}$$`);
    const part = `<?xml version="1.0"?><math xmlns="http://www.w3.org/1998/Math/MathML">${inner}</math>`;
    assert.equal(odt('<text:p>So <draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>.</text:p>', { 'Object 1/content.xml': part }), `So $${tex}$.`);
  });
}

test('a formula that a page shows twice is told once; one without an end does not swallow the page', { skip }, () => {
  assert.equal(page('<p>So <span class="katex"><span class="katex-mathml"><math><semantics><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></semantics></math></span><span class="katex-html" aria-hidden="true"><span>x2</span></span></span>.</p>'), 'So $x^2$.');
  assert.equal(page('<p>So <span><span><math alttext="{\\displaystyle y}"><semantics><mi>y</mi><annotation encoding="application/x-tex">{\\displaystyle y}</annotation></semantics></math></span><img src="y.svg" class="mwe-math-fallback-image-inline" alt="{\\displaystyle y}"></span>.</p>').replaceAll('$$', '$'), 'So $y$.');
  assert.equal(page('<p>So <math><mi>x<mo>=</p><p>and on</p>').replace(/\$[^$]*\$/, '?'), 'So ?\n\nand on');
  assert.equal(page('<p>a <math></math> b</p>'), 'a b');
  const deep = page(`<p>${'<math>'}${'<mrow><mfrac>'.repeat(3000)}<mi>x</mi>`);
  assert.ok(deep.length < 200000, String(deep.length));
  assert.ok(math('<mi>y</mi>'.repeat(200000)).length < 70000);
});

for (const [inner, tex] of /** @type {[string, string][]} */ ([
  [`<m:f><m:num>${run('a')}</m:num><m:den>${run('b+1')}</m:den></m:f>`, '\\frac{a}{b+1}'],
  [`<m:f><m:fPr><m:type m:val="lin"/></m:fPr><m:num>${run('a')}</m:num><m:den>${run('b')}</m:den></m:f>`, '{a}/{b}'],
  [`<m:sSup><m:e>${run('x')}</m:e><m:sup>${run('2')}</m:sup></m:sSup>`, 'x^{2}'], [`<m:sSubSup><m:e>${run('x')}</m:e><m:sub>${run('i')}</m:sub><m:sup>${run('2')}</m:sup></m:sSubSup>`, 'x_{i}^{2}'],
  [`<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/><m:e>${run('π')}</m:e></m:rad>`, '\\sqrt{\\pi}'],
  [`<m:rad><m:deg>${run('3')}</m:deg><m:e>${run('x')}</m:e></m:rad>`, '\\sqrt[3]{x}'],
  [`<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>${run('i=1')}</m:sub><m:sup>${run('n')}</m:sup><m:e>${run('i')}</m:e></m:nary>`, '\\sum_{i=1}^{n} i'],
  [`<m:nary><m:sub>${run('0')}</m:sub><m:sup>${run('1')}</m:sup><m:e>${run('x')}</m:e></m:nary>`, '\\int_{0}^{1} x'],
  [`<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e>${run('a')}</m:e></m:d>`, '\\left[ a \\right]'],
  [`<m:d><m:e><m:m><m:mr><m:e>${run('1')}</m:e><m:e>${run('0')}</m:e></m:mr><m:mr><m:e>${run('0')}</m:e><m:e>${run('1')}</m:e></m:mr></m:m></m:e></m:d>`, '\\left( \\begin{matrix} 1 & 0 \\\\ 0 & 1 \\end{matrix} \\right)'],
  [`<m:func><m:fName>${run('cos')}</m:fName><m:e>${run('x')}</m:e></m:func>`, '\\cos x'],
  [`<m:acc><m:e>${run('x')}</m:e></m:acc>${run('=')}<m:acc><m:accPr><m:chr m:val="⃗"/></m:accPr><m:e>${run('v')}</m:e></m:acc>`, '\\hat{x}=\\vec{v}'],
  [`<m:bar><m:barPr><m:pos m:val="top"/></m:barPr><m:e>${run('z')}</m:e></m:bar>`, '\\overline{z}'],
  [`<m:limLow><m:e>${run('lim')}</m:e><m:lim>${run('x→0')}</m:lim></m:limLow>`, '\\lim_{x\\to 0}'],
])) test(`Office: ${tex}`, { skip }, () => assert.equal(omml(inner), `$${tex}$`));

test('a formula of Office that stands alone', { skip }, () => {
  assert.equal(docx(`<w:p><m:oMathPara><m:oMath>${run('E=m')}<m:sSup><m:e>${run('c')}</m:e><m:sup>${run('2')}</m:sup></m:sSup></m:oMath></m:oMathPara></w:p>`), '$$E=mc^{2}$$');
});

test('paragraphs in a style of code are one block, with their blanks', { skip }, () => {
  const line = (/** @type {string} */ style, /** @type {string} */ text) => `<w:p><w:pPr><w:pStyle w:val="${style}"/></w:pPr><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
  const said = 'Before\n\n```\nif x:\n    y()\n```\n';
  assert.equal(docx(`${line('', 'Before')}${line('H', 'if x:')}${line('S', '    y()')}${line('', 'After')}`), `${said}\nAfter`);
  const styles = '<style:style style:name="P1" style:parent-style-name="Preformatted_20_Text"/>';
  assert.equal(odt('<text:p>Before</text:p><text:p text:style-name="P1">if x:</text:p><text:p text:style-name="Preformatted_20_Text"><text:s text:c="4"/>y()</text:p><text:p>After</text:p>', {}, styles), `${said}\nAfter`);
  assert.equal(docx(`<w:tbl><w:tr><w:tc>${line('H', 'a')}${line('H', ' b')}</w:tc><w:tc>${line('', 'c')}</w:tc></w:tr></w:tbl>`), '| a<br>b | c |\n| --- | --- |');
  assert.equal(textOf('{\\rtf1{\\stylesheet{\\s1 Preformatted Text;}}\\pard\\s1 if x:\\par\\pard\\s1 \\~\\~y()\\par\\pard After\\par}').trim(), '```\nif x:\n\u00a0\u00a0y()\n```\n\nAfter');
});

for (const [name, rtf, text] of /** @type {[string, string, string][]} */ ([
  ['with a sign and a tab behind a line that hangs out', '{\\pard \\li360 \\fi-360 1.\\tx360\\tab one\\par}{\\pard \\li360 \\fi-360 2.\\tx360\\tab two\\par}{\\pard \\li720 \\fi-360 \\endash \\tx360\\tab deep\\par}', '1. one\n2. two\n   - deep'],
  ['with whole items where a marker should be', '{\\listtext\\pard\\fi-431\\li720{\\tab one}{\\par}\n}{\\listtext\\pard\\fi-431\\li1440{\\tab deep}{\\par}\n}', '- one\n  - deep'],
  ['with markers that are blank, and how they count', '{\\listtext\\pard\\fi-431\\li720  \t}\\pard{\\fi-431\\li720{\\*\\pn\\pnlvlbody\\pndec{\\pntxtb }{\\pntxta .}}\\ls3\\ilvl0{one}\\par\n}{\\listtext\\pard\\fi-431\\li720  \t}\\pard{{\\*\\pn\\pnlvlbody\\pndec}\\ls3\\ilvl0{two}\\par\n}', '1. one\n2. two'],
  ['with a list alone', '\\pard\\ls2\\ilvl0 one\\par\\pard\\ls2\\ilvl1 deep\\par\\pard\\ls0 After\\par', '- one\n  - deep\n\nAfter'],
  ['that are none: a line that hangs out, and a word and a tab', '{\\pard\\li720\\fi-360 Name:\\tab Zoë\\par}{\\pard 1.\\tab plain\\par}{\\pard\\fi-360 short}', 'Name:\tZoë\n\n1.\tplain\n\nshort'],
])) test(`RTF: items ${name}`, { skip }, () => assert.equal(textOf(`{\\rtf1\\ansi ${rtf.replace('ë', "\\'eb")}}`).trim(), text));
