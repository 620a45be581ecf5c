/* SPDX-License-Identifier: MIT */
/**
 * Which tests belong to a file: of its room, those that include or import it
 * or the room; of the site, by the room's name. The quickest come first.
 */

/** Integration tests of a room of the back end, by the beginnings of names. */
const INTEGRATION = {
  api: ['bad_requests', 'streaming', 'models', 'login'],
  base: ['bad_requests', 'streaming'],
  config: ['control', 'process'],
  ctl: ['control', 'identity-control'],
  demo: ['demo', 'streaming'],
  engine: ['hosts'],
  gateway: ['smuggling', 'listen', 'client_faults', 'bad_requests', 'cgi'],
  identity: ['login', 'identity'],
  master: ['upgrade', 'process'],
  provider: ['upstream', 'clients', 'models', 'splits', 'wires'],
  relay: ['streaming', 'resume', 'client', 'upstream_midstream', 'faults'],
  state: ['login', 'identity'],
  system: ['process'],
  tool: ['tool'],
  upstream: ['upstream', 'connections', 'models', 'blocking'],
};

/** Browser tests of a room of the page. */
const BROWSER = {
  core: ['ui-conversation', 'chat'],
  css: ['ui'],
  files: ['files', 'ui-attach'],
  md: ['md'],
  net: ['chat', 'ui-conversation'],
  ui: ['ui', 'chat'],
};

/**
 * @param {string} file @param {(path: string) => string} read
 * @param {(dir: string) => string[]} list
 */
export function testsOf(file, read, list) {
  const [top, room] = file.split('/');
  const inC = top === 'fcgi';
  const name = file.split('/').at(-1)?.replace(/\.\w+$/, '') ?? '';
  /** @param {string} dir @param {RegExp} pattern @param {RegExp} mentions */
  const that = (dir, pattern, mentions) => list(dir)
    .filter((one) => pattern.test(one) && mentions.test(read(`${dir}/${one}`)))
    .sort((a, b) => Number(b.includes(name)) - Number(a.includes(name)));
  /** @param {string} dir @param {string[]} [begins] */
  const named = (dir, begins = []) => begins.flatMap((begin) => list(dir)
    .filter((one) => one.startsWith(begin) && one.endsWith('.test.js')));
  return {
    unit: inC ? that('tests/unit', /^test_.*\.c$/,
      new RegExp(`"(confab/)?${room}/|_help\\.h"`))
      .map((one) => `tests/unit/${one.slice(0, -2)}`) : [],
    js: inC ? [] : that('tests/js', /\.test\.js$/,
      new RegExp(`static/(${room}/|app\\.js)`)),
    integration: inC
      ? named('tests/integration', INTEGRATION[/** @type {keyof typeof INTEGRATION} */ (room)] ?? ['process', 'streaming']) : [],
    browser: inC ? []
      : named('tests/browser', BROWSER[/** @type {keyof typeof BROWSER} */ (room)] ?? ['ui']),
  };
}
