/* SPDX-License-Identifier: MIT */
/**
 * Character references (`&amp;`, `&#8364;`) to characters, without a parser of
 * HTML: the 252 names of HTML 4 and those of HTML 5 that prose really uses.
 * A name that is not known stays as it was written.
 */

/** Names of U+00A0 to U+00FF, in order. */
const LATIN1 = 'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg ' +
  'macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 ' +
  'frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml ' +
  'Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil ' +
  'egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ' +
  'ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';

/** `name` and code point in hexadecimal, alternately. */
const OTHERS = 'quot 22 amp 26 lt 3c gt 3e apos 27 OElig 152 oelig 153 Scaron 160 scaron 161 ' +
  'Yuml 178 fnof 192 circ 2c6 tilde 2dc Alpha 391 Beta 392 Gamma 393 Delta 394 Epsilon 395 ' +
  'Zeta 396 Eta 397 Theta 398 Iota 399 Kappa 39a Lambda 39b Mu 39c Nu 39d Xi 39e Omicron 39f ' +
  'Pi 3a0 Rho 3a1 Sigma 3a3 Tau 3a4 Upsilon 3a5 Phi 3a6 Chi 3a7 Psi 3a8 Omega 3a9 alpha 3b1 ' +
  'beta 3b2 gamma 3b3 delta 3b4 epsilon 3b5 zeta 3b6 eta 3b7 theta 3b8 iota 3b9 kappa 3ba ' +
  'lambda 3bb mu 3bc nu 3bd xi 3be omicron 3bf pi 3c0 rho 3c1 sigmaf 3c2 sigma 3c3 tau 3c4 ' +
  'upsilon 3c5 phi 3c6 chi 3c7 psi 3c8 omega 3c9 thetasym 3d1 upsih 3d2 piv 3d6 ensp 2002 ' +
  'emsp 2003 thinsp 2009 zwnj 200c zwj 200d lrm 200e rlm 200f ndash 2013 mdash 2014 lsquo 2018 ' +
  'rsquo 2019 sbquo 201a ldquo 201c rdquo 201d bdquo 201e dagger 2020 Dagger 2021 bull 2022 ' +
  'hellip 2026 permil 2030 prime 2032 Prime 2033 lsaquo 2039 rsaquo 203a oline 203e frasl 2044 ' +
  'euro 20ac image 2111 weierp 2118 real 211c trade 2122 alefsym 2135 larr 2190 uarr 2191 ' +
  'rarr 2192 darr 2193 harr 2194 crarr 21b5 lArr 21d0 uArr 21d1 rArr 21d2 dArr 21d3 hArr 21d4 ' +
  'forall 2200 part 2202 exist 2203 empty 2205 nabla 2207 isin 2208 notin 2209 ni 220b prod 220f ' +
  'sum 2211 minus 2212 lowast 2217 radic 221a prop 221d infin 221e ang 2220 and 2227 or 2228 ' +
  'cap 2229 cup 222a int 222b there4 2234 sim 223c cong 2245 asymp 2248 ne 2260 equiv 2261 ' +
  'le 2264 ge 2265 sub 2282 sup 2283 nsub 2284 sube 2286 supe 2287 oplus 2295 otimes 2297 ' +
  'perp 22a5 sdot 22c5 lceil 2308 rceil 2309 lfloor 230a rfloor 230b lang 27e8 rang 27e9 ' +
  'loz 25ca spades 2660 clubs 2663 hearts 2665 diams 2666 ' +
  'Dcaron 10e dcaron 10f HilbertSpace 210b DifferentialD 2146 ClockwiseContourIntegral 2232 ' +
  'check 2713 cross 2717 star 2606 starf 2605 phone 260e female 2640 male 2642 sung 266a ' +
  'flat 266d natural 266e sharp 266f hyphen 2010 dash 2010 horbar 2015 numsp 2007 puncsp 2008 ' +
  'hairsp 200a lbrace 7b rbrace 7d lcub 7b rcub 7d lbrack 5b rbrack 5d lsqb 5b rsqb 5d lpar 28 ' +
  'rpar 29 verbar 7c vert 7c bsol 5c sol 2f colon 3a semi 3b comma 2c period 2e excl 21 quest 3f ' +
  'num 23 dollar 24 percnt 25 ast 2a plus 2b equals 3d commat 40 lowbar 5f grave 60 Hat 5e ' +
  'Tab 9 NewLine a rightarrow 2192 leftarrow 2190 Rightarrow 21d2 leq 2264 geq 2265 approx 2248 ' +
  'caron 2c7 breve 2d8 dot 2d9 ring 2da ogon 2db Ccaron 10c ccaron 10d Zcaron 17d zcaron 17e ' +
  'Lstrok 141 lstrok 142 inodot 131 ell 2113 hbar 210f deg b0 square 25a1 blk14 2591';

/** @type {Map<string, string> | undefined} */
let names;

/** @returns {Map<string, string>} */
function table() {
  if (names) return names;
  names = new Map();
  LATIN1.split(' ').forEach((name, i) => names?.set(name, String.fromCodePoint(0xa0 + i)));
  const list = OTHERS.split(' ');
  for (let i = 0; i + 1 < list.length; i += 2) {
    names.set(/** @type {string} */ (list[i]),
      String.fromCodePoint(Number.parseInt(/** @type {string} */ (list[i + 1]), 16)));
  }
  names.set('ngE', '\u2267\u0338');
  return names;
}

/**
 * @param {number} code
 * @returns {string}
 */
function fromCode(code) {
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  return String.fromCodePoint(code);
}

/**
 * Replaces character references by the characters they stand for (CommonMark
 * 0.31, "Entity and numeric character references"), each once: what a
 * reference yields is never read as part of another.
 *
 * @param {string} text
 * @returns {string}
 */
export function decodeEntities(text) {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));/g,
    (all, dec, hex, name) => {
      if (dec !== undefined) return fromCode(Number.parseInt(dec, 10));
      if (hex !== undefined) return fromCode(Number.parseInt(hex, 16));
      return table().get(name) ?? all;
    });
}
