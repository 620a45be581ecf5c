/* SPDX-License-Identifier: MIT */
/**
 * Inside the frame that draws diagrams: an origin of its own, no network. It
 * takes a diagram's source by message and gives back an SVG document, which
 * the page shows as an image only.
 */

/**
 * Mermaid itself; by a computed address, which no type checker follows into 3 MB of code. Null where it is not there: a
 * distribution may package it apart.
 */
const mermaid = await import(new URL('../vendor/mermaid/mermaid.mjs', import.meta.url).href)
  .then((loaded) => loaded.default, () => null);

/** Characters and edges that are drawn; the page has limits of its own. */
const MAX_SOURCE = 20_000;
const MAX_EDGES = 500;

/**
 * Letters and elements of a drawing that the page gets as it is. To load more of
 * them holds the page's own thread up (500 boxes: 200 ms), so what is larger is
 * painted here, and the page gets a picture of it.
 */
const MAX_LETTERS = 150_000;
const MAX_ELEMENTS = 800;

/** Letters of a drawing that is painted. */
const MAX_PAINTED = 4_000_000;

/** Dots of a painted drawing: along a side, and in all. */
const MAX_SIDE = 8_000;
const MAX_DOTS = 8_000_000;

/**
 * @typedef {object} Look
 * @property {boolean} dark
 * @property {string} text
 * @property {string} background
 * @property {string} line
 * @property {string} node
 * @property {string} border
 * @property {string} font
 */

/** Settings that a diagram's own text cannot change. */
const FIXED = [
  'secure', 'securityLevel', 'startOnLoad', 'suppressErrorRendering', 'maxTextSize', 'maxEdges', 'htmlLabels',
  'layout', 'fontFamily', 'altFontFamily', 'theme', 'themeVariables', 'themeCSS', 'dompurifyConfig', 'legacyMathML', 'forceLegacyMathML',
];

/** Colours of slices, sections and branches, for light and dark ground. */
const PALETTES = {
  light: ['#8fc4bd', '#e8b48a', '#a9b8e0', '#d9c878', '#d3a3c4', '#a5cf96', '#e3a09a', '#b9b2a4'],
  dark: ['#2f6f68', '#8a5a32', '#44588f', '#786a23', '#7a4569', '#45703a', '#8a4741', '#5c574c'],
};

/**
 * @param {Look} look
 * @returns {Record<string, string>}
 */
function palette(look) {
  /** @type {Record<string, string>} */
  const out = {};
  const colours = look.dark ? PALETTES.dark : PALETTES.light;
  for (let i = 0; i < 12; i++) {
    const colour = colours[i % colours.length] ?? look.node;
    out[`pie${i + 1}`] = colour;
    out[`cScale${i}`] = colour;
    out[`cScaleLabel${i}`] = look.text;
    if (i < 8) {
      out[`git${i}`] = colour;
      out[`gitBranchLabel${i}`] = look.text;
      out[`fillType${i}`] = colour;
    }
  }
  return out;
}

/**
 * @param {Look} look
 */
function configure(look) {
  mermaid.initialize({
    startOnLoad: false,
    secure: FIXED,
    securityLevel: 'strict',
    suppressErrorRendering: true,
    htmlLabels: false,
    // The other, ELK, is not among the vendored parts.
    layout: 'dagre',
    flowchart: { htmlLabels: false },
    maxTextSize: MAX_SOURCE,
    maxEdges: MAX_EDGES,
    fontFamily: look.font,
    theme: 'base',
    themeVariables: {
      darkMode: look.dark,
      background: look.background,
      mainBkg: look.node,
      primaryColor: look.node,
      primaryTextColor: look.text,
      primaryBorderColor: look.border,
      secondaryColor: look.background,
      tertiaryColor: look.background,
      lineColor: look.line,
      textColor: look.text,
      titleColor: look.text,
      noteBkgColor: look.node,
      noteTextColor: look.text,
      edgeLabelBackground: look.background,
      fontFamily: look.font,
      pieStrokeColor: look.background,
      pieOuterStrokeColor: look.background,
      pieOpacity: '1',
      dropShadow: 'none',
      ...palette(look),
    },
  });
}

/**
 * Makes what was drawn a document of its own, with a size in pixels.
 *
 * @param {string} svg
 * @returns {{svg: string, elements: number, width: number, height: number, title: string}}
 */
function standAlone(svg) {
  const holder = document.createElement('div');
  document.body.append(holder);
  holder.innerHTML = svg;
  const node = holder.querySelector('svg');
  if (!node) throw new Error('nothing was drawn');
  const box = node.viewBox.baseVal;
  const width = Math.ceil(box?.width || node.getBoundingClientRect().width);
  const height = Math.ceil(box?.height || node.getBoundingClientRect().height);
  node.setAttribute('width', String(width));
  node.setAttribute('height', String(height));
  node.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  node.style.removeProperty('max-width');
  const title = node.querySelector(':scope > title')?.textContent ?? '';
  const text = new XMLSerializer().serializeToString(node);
  const elements = node.getElementsByTagName('*').length;
  holder.remove();
  return { svg: text, elements, width, height, title };
}

/**
 * @param {string} svg
 * @param {number} width
 * @param {number} height
 * @returns {Promise<Blob>}  a PNG, with two dots a pixel where there is room for them
 */
async function paint(svg, width, height) {
  const scale = Math.min(2, MAX_SIDE / Math.max(width, height), Math.sqrt(MAX_DOTS / (width * height)));
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((picture) => (picture ? resolve(picture) : reject(new Error('too large'))));
  });
}

/** One diagram after another: the program keeps state of its own. */
let queue = Promise.resolve();

/**
 * @param {unknown} id
 * @param {string} source
 * @param {Look} look
 */
async function draw(id, source, look) {
  try {
    if (source.length > MAX_SOURCE) throw new Error('too long');
    configure(look);
    const { svg } = await mermaid.render(`diagram-${Number(id) || 0}`, source);
    const { elements, ...drawing } = standAlone(svg);
    if (drawing.svg.length <= MAX_LETTERS && elements <= MAX_ELEMENTS) {
      window.parent.postMessage({ id, ...drawing }, '*');
      return;
    }
    if (drawing.svg.length > MAX_PAINTED) throw new Error('too large');
    const picture = await paint(drawing.svg, drawing.width, drawing.height);
    window.parent.postMessage({ id, ...drawing, svg: '', picture }, '*');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    window.parent.postMessage({ id, error: message.slice(0, 500) }, '*');
  } finally {
    document.body.replaceChildren();
  }
}

window.addEventListener('message', (event) => {
  if (event.source !== window.parent) return;
  const { id, source, look } = event.data ?? {};
  if (typeof source !== 'string' || typeof look !== 'object') return;
  queue = queue.then(() => draw(id, source, look));
});

window.parent.postMessage({ ready: mermaid !== null }, '*');
