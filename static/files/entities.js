// SPDX-License-Identifier: MIT
// Character references of XML and HTML. Pure.

/** The names that documents use; others stay as they are written. @type {Readonly<Record<string, string>>} */
const NAMED = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', shy: '\u00ad', copy: '©', reg: '®', trade: '™',
  euro: '€', pound: '£', yen: '¥', cent: '¢', sect: '§', para: '¶', middot: '·', bull: '•', hellip: '…', deg: '°',
  plusmn: '±', times: '×', divide: '÷', micro: 'µ', frac12: '½', frac14: '¼', frac34: '¾', sup1: '¹', sup2: '²', sup3: '³',
  laquo: '«', raquo: '»', lsaquo: '‹', rsaquo: '›', lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”', bdquo: '„',
  ndash: '–', mdash: '—', minus: '−', larr: '←', rarr: '→', uarr: '↑', darr: '↓', harr: '↔', rArr: '⇒', hArr: '⇔',
  ne: '≠', le: '≤', ge: '≥', asymp: '≈', infin: '∞', sum: '∑', radic: '√', int: '∫', part: '∂', prod: '∏',
  iexcl: '¡', iquest: '¿', szlig: 'ß', aelig: 'æ', AElig: 'Æ', oelig: 'œ', OElig: 'Œ', oslash: 'ø', Oslash: 'Ø',
  aring: 'å', Aring: 'Å', ccedil: 'ç', Ccedil: 'Ç', ntilde: 'ñ', Ntilde: 'Ñ', eth: 'ð', thorn: 'þ', ordf: 'ª', ordm: 'º',
  zwj: '\u200d', zwnj: '\u200c', lrm: '\u200e', rlm: '\u200f', ensp: '\u2002', emsp: '\u2003', thinsp: '\u2009',
  alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ε', lambda: 'λ', mu: 'μ', pi: 'π', sigma: 'σ', omega: 'ω',
  dagger: '†', Dagger: '‡', permil: '‰', prime: '′', Prime: '″', check: '✓', star: '☆', lang: '⟨', rang: '⟩',
};

const ACCENTS = /** @type {const} */ ({ grave: '\u0300', acute: '\u0301', circ: '\u0302', tilde: '\u0303', uml: '\u0308', caron: '\u030c' });

/**
 * A text with its references replaced.
 * @param {string} text
 * @returns {string}
 */
export function unescapeText(text) {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,9}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return named(name) ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  });
}

/** @param {string} name */
function named(name) {
  if (Object.hasOwn(NAMED, name)) return NAMED[name];
  const accent = /^([A-Za-z])(grave|acute|circ|tilde|uml|caron)$/.exec(name);
  if (accent === null) return undefined;
  return (accent[1] + ACCENTS[/** @type {keyof typeof ACCENTS} */ (accent[2])]).normalize('NFC');
}
