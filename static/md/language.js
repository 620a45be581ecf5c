/* SPDX-License-Identifier: MIT */
/**
 * Which language a text is in, where its script or its commonest words tell:
 * for voices that read aloud, hyphens, and the right shapes of shared letters.
 */

/** Letters looked at, and how many a verdict needs. */
const FRONT = 600;
const FEW = 4;

/** @type {[string, RegExp][]} scripts of one language, or of one far above all others */
const SCRIPTS = [
  ['ko', /\p{Script=Hangul}/gu], ['he', /\p{Script=Hebrew}/gu], ['el', /\p{Script=Greek}/gu], ['th', /\p{Script=Thai}/gu],
  ['hi', /\p{Script=Devanagari}/gu], ['bn', /\p{Script=Bengali}/gu], ['ta', /\p{Script=Tamil}/gu], ['te', /\p{Script=Telugu}/gu],
  ['gu', /\p{Script=Gujarati}/gu], ['pa', /\p{Script=Gurmukhi}/gu], ['kn', /\p{Script=Kannada}/gu], ['ml', /\p{Script=Malayalam}/gu],
  ['si', /\p{Script=Sinhala}/gu], ['ka', /\p{Script=Georgian}/gu], ['hy', /\p{Script=Armenian}/gu], ['am', /\p{Script=Ethiopic}/gu],
  ['km', /\p{Script=Khmer}/gu], ['lo', /\p{Script=Lao}/gu], ['my', /\p{Script=Myanmar}/gu],
  ['ru', /\p{Script=Cyrillic}/gu], ['ar', /\p{Script=Arabic}/gu], ['zh', /\p{Script=Han}/gu],
];

/** Letters that only some languages of a script have. @type {Record<string, [string, RegExp][]>} */
const SIGNS = {
  ru: [['uk', /[іїєґ]/i], ['be', /ў/i], ['sr', /[ђћџљњј]/i]],
  ar: [['ur', /[ٹڈڑںے]/], ['fa', /[پچژگکی]/]],
  zh: [
    ['zh-Hans', /[们这个为国时会来说对没过还发现学经应长问间点开实]/], ['zh-Hant', /[們這個為國時會來說對沒過還發現學經應長問間點開實]/],
  ],
};

/** Words that nearly every sentence of a language has some of. */
const WORDS = new Map(Object.entries({
  en: 'the and of to is that with for this are was be you not have it from which can will your',
  de: 'der die das und ist nicht mit von ein eine zu den auf für wird sind auch sich dem als oder kann',
  fr: 'le la les des est et une dans pour pas que qui sur avec du sont vous cette il au ce plus peut',
  es: 'el los las del que en una por con para es se un como más pero su son este esta puede',
  pt: 'o os as do da que em uma por com para não é se um como mais mas dos são pode você',
  it: 'il lo gli che di è una per con non sono della del nel come più anche questo questa può',
  nl: 'de het een van en is niet met voor dat zijn op te aan ook worden als bij deze naar kan',
  sv: 'och att det som en är på för med av inte till den har om ett kan eller du från',
  pl: 'i w na z się do nie jest to że jak od po dla są który oraz może przez lub',
  tr: 've bir bu için ile da de olarak daha olan çok gibi veya en her ne kadar sonra',
  id: 'yang dan di untuk dengan ini dari pada adalah dalam tidak itu atau akan juga dapat kamu',
  vi: 'và là của có được trong cho các một không này để với người những khi bạn',
}).map(([lang, words]) => [lang, new Set(words.split(' '))]));

/** What is no prose. */
const NOT_PROSE = /`[^`]{0,400}`|https?:\/\/\S{1,400}|\$[^$\n]{1,200}\$|\]\([^()\s]{0,400}\)/g;

/**
 * @param {string} text
 * @returns {string} as `lang` has it; '' where nothing tells
 */
export function languageOf(text) {
  const front = text.slice(0, FRONT).replace(NOT_PROSE, ' ');
  const letters = front.match(/\p{L}/gu)?.length ?? 0;
  if (letters < FEW) return '';
  const kana = front.match(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0;
  for (const [lang, script] of /[^\p{Script=Latin}\P{L}]/u.test(front) ? SCRIPTS : []) {
    const count = (front.match(script)?.length ?? 0) + (lang === 'zh' ? kana : 0);
    if (count < letters / 3) continue;
    if (lang === 'zh' && kana > count / 10) return 'ja';
    return SIGNS[lang]?.find(([, sign]) => sign.test(front))?.[0] ?? lang;
  }
  return byWords(front);
}

/** @param {string} text @returns {string} */
function byWords(text) {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  let best = '';
  let most = 0;
  let second = 0;
  for (const [lang, known] of WORDS) {
    const found = words.filter((word) => known.has(word));
    // One word again and again is a name.
    const hits = new Set(found).size > 1 ? found.length : 0;
    if (hits > most) {
      second = most;
      most = hits;
      best = lang;
    } else if (hits > second) {
      second = hits;
    }
  }
  return most >= 2 && most >= words.length / 8 && most >= second * 1.5 ? best : '';
}

/** @param {HTMLElement} node @param {string} lang  '' where it is not known */
export function setLanguage(node, lang) {
  if (node.lang === lang) return;
  if (lang) node.lang = lang;
  else node.removeAttribute('lang');
}
