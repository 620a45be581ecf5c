/* SPDX-License-Identifier: MIT */
/** Small makers of elements. Text only ever enters the page as text nodes. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {Document} doc
 * @param {K} name
 * @param {string} [className]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(doc, name, className = '', ...children) {
  const node = doc.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/**
 * @param {Document} doc
 * @param {string} label
 * @param {string} className
 * @param {() => void} action
 * @returns {HTMLButtonElement}
 */
export function button(doc, label, className, action) {
  const node = element(doc, 'button', className, element(doc, 'span', 'md-button-text', label));
  node.type = 'button';
  // Where the window is narrow, the label is not seen.
  node.title = label;
  node.addEventListener('click', action);
  return node;
}
