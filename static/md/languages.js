/* SPDX-License-Identifier: MIT */
/**
 * The languages that code blocks can be coloured in: their names, aliases,
 * file extensions, and which others they embed. Pure.
 */

/**
 * One a line: file of the highlighter, shown name, extension to save as,
 * aliases, embedded languages.
 */
const TABLE = `
ada|Ada|adb||
apache|Apache config|conf|apacheconf,htaccess|
applescript|AppleScript|applescript|osascript|
arduino|Arduino|ino|ino|
armasm|ARM assembly|s|arm|
asciidoc|AsciiDoc|adoc|adoc|xml
awk|Awk|awk|gawk|
bash|Bash|sh|sh,zsh,ksh,shellscript|
basic|BASIC|bas|bas|
brainfuck|Brainfuck|bf|bf|
c|C|c|h|
capnproto|Cap’n Proto|capnp|capnp|
clojure|Clojure|clj|clj,edn,cljs,cljc|
cmake|CMake|cmake|cmakelists|
coffeescript|CoffeeScript|coffee|coffee,cson|javascript
coq|Coq|v|rocq|
cpp|C++|cpp|cc,c++,h++,hpp,hh,hxx,cxx|
crystal|Crystal|cr|cr|
csharp|C#|cs|cs,c#|
css|CSS|css||
d|D|d|dlang|
dart|Dart|dart||
delphi|Delphi|pas|dpr,pas,pascal,objectpascal|
diff|Diff|diff|patch|
django|Django|html|jinja,jinja2|xml
dns|DNS zone|zone|bind,zone|
dockerfile|Dockerfile|dockerfile|docker,containerfile|bash
dos|Batch file|bat|bat,batch,cmd|
dts|Device tree|dts|devicetree|
ebnf|EBNF|ebnf||
elixir|Elixir|ex|ex,exs|
elm|Elm|elm||
erb|ERB|erb||xml,ruby
erlang|Erlang|erl|erl|
excel|Excel formula|txt|xlsx,xls|
flix|Flix|flix||
fortran|Fortran|f90|f90,f95|
freedesktop|Desktop entry, systemd unit|ini|desktop,systemd|
fsharp|F#|fs|fs,f#|
gcode|G-code|nc|nc|
gherkin|Gherkin|feature|feature,cucumber|
glsl|GLSL|glsl|hlsl,wgsl,shader|
go|Go|go|golang|
gradle|Gradle|gradle||
graphql|GraphQL|graphql|gql|
groovy|Groovy|groovy||
haml|HAML|haml||ruby
handlebars|Handlebars|hbs|hbs,mustache|xml
haskell|Haskell|hs|hs|
haxe|Haxe|hx|hx|
http|HTTP|http|https|
hy|Hy|hy|hylang|
ini|INI, TOML|ini|toml,conf,cfg,dotenv,env,editorconfig|
java|Java|java|jsp|
javascript|JavaScript|js|js,jsx,mjs,cjs,ecmascript,node|xml,css,graphql
json|JSON|json|jsonc,json5,jsonl,ndjson,geojson|
julia|Julia|jl|jl|
kotlin|Kotlin|kt|kt,kts|
latex|LaTeX|tex|tex,bibtex|
ldif|LDIF|ldif||
less|Less|less||
lisp|Lisp|lisp|commonlisp,common-lisp,elisp,emacs-lisp,el|
livescript|LiveScript|ls|ls|javascript
llvm|LLVM IR|ll|ll|
lua|Lua|lua|luau|
makefile|Makefile|mk|mk,mak,make,gnumake|
markdown|Markdown|md|md,mkd,mdx|xml
mathematica|Mathematica|m|mma,wl,wolfram|
matlab|MATLAB|m|octave|
mermaid|Mermaid|mmd||
mipsasm|MIPS assembly|s|mips|
moonscript|MoonScript|moon|moon|
nginx|nginx config|conf|nginxconf|
nim|Nim|nim||
nix|Nix|nix|nixos|markdown
nsis|NSIS|nsi||
objectivec|Objective-C|m|mm,objc,obj-c,objective-c|
ocaml|OCaml|ml|ml,mli|
openscad|OpenSCAD|scad|scad|
perl|Perl|pl|pl,pm|
pf|Packet filter|conf|pf.conf|
pgsql|PostgreSQL|sql|postgres,postgresql,plpgsql|
php|PHP|php|php3,php7,php8|
php-template|PHP template|php|phtml|xml,php
plaintext|Text|txt|text,txt,plain,none,output,log,ascii|
powershell|PowerShell|ps1|pwsh,ps,ps1|
processing|Processing|pde|pde|
prolog|Prolog|pl||
properties|Properties|properties||
protobuf|Protocol Buffers|proto|proto|
puppet|Puppet|pp|pp|
python|Python|py|py,python3,py3,ipython|
python-repl|Python session|txt|pycon|python
q|Q|q|k,kdb|
qml|QML|qml||xml
r|R|r|rlang|
reasonml|ReasonML|re|re|
routeros|RouterOS|rsc|mikrotik|
ruby|Ruby|rb|rb,gemspec,irb|
rust|Rust|rs|rs|
sas|SAS|sas||
scala|Scala|scala||
scheme|Scheme|scm|scm,racket,rkt|
scilab|Scilab|sci|sci|
scss|SCSS|scss|sass|
shell|Shell session|sh|console,shellsession,sh-session,terminal|bash
smalltalk|Smalltalk|st|st|
sml|Standard ML|sml||
sql|SQL|sql|mysql,sqlite,tsql,mariadb,plsql|
stan|Stan|stan||
stata|Stata|do|do,ado|
stylus|Stylus|styl|styl|
swift|Swift|swift||
tap|TAP|tap||yaml
tcl|Tcl|tcl|tk|
thrift|Thrift|thrift||
twig|Twig|twig||xml
typescript|TypeScript|ts|ts,tsx,mts,cts|xml,css,graphql
vala|Vala|vala||
vbnet|Visual Basic .NET|vb|vb|
vbscript|VBScript|vbs|vbs|
verilog|Verilog|v|v,sv,svh,systemverilog|
vhdl|VHDL|vhd|vhd|
vim|Vim script|vim|viml,vimscript|
wasm|WebAssembly text|wat|wat,wast|
wren|Wren|wren||
x86asm|x86 assembly|asm|asm,nasm,assembly|
xml|XML|xml|rss,atom,xsd,xsl,plist,svg|css,javascript
xquery|XQuery|xq|xpath,xq|xml
yaml|YAML|yml|yml|
html|HTML|html|xhtml,vue,svelte,htm|css,javascript
`;

/**
 * @typedef {object} Language
 * @property {string} id          the highlighter's name for it
 * @property {string} name        what the reader sees
 * @property {string} extension   without the dot
 * @property {string[]} embeds    languages that must be there as well
 */

/** Languages that are coloured by another one's rules. */
const COLOURED_AS = new Map([['html', 'xml']]);

/** Languages that are known by name only. */
const NOT_COLOURED = new Set(['plaintext', 'mermaid']);

/** @type {Map<string, Language> | undefined} */
let byName;

/** @returns {Map<string, Language>} */
function table() {
  if (byName) return byName;
  byName = new Map();
  for (const line of TABLE.trim().split('\n')) {
    const [id = '', name = '', extension = 'txt', aliases = '', embeds = ''] = line.split('|');
    const language = {
      id: COLOURED_AS.get(id) ?? id, name, extension, embeds: embeds ? embeds.split(',') : [],
    };
    for (const key of [id, ...aliases.split(',')]) if (key && !byName.has(key)) byName.set(key, language);
  }
  return byName;
}

/**
 * The language that the info string of a code fence names.
 *
 * @param {string} info  all that stands behind the fence
 * @returns {Language | null} null when it is not known
 */
export function findLanguage(info) {
  const word = languageWord(info).toLowerCase();
  return table().get(word) ?? table().get(word.replace(/^language-/, '')) ?? null;
}

/**
 * The first word of an info string, without attributes.
 *
 * @param {string} info
 * @returns {string}
 */
export function languageWord(info) {
  return /^[^\s{,:]+/.exec(info.trim())?.[0] ?? '';
}

/**
 * @param {Language | null} language
 * @returns {boolean}
 */
export function canColour(language) {
  return language !== null && !NOT_COLOURED.has(language.id);
}

/**
 * The file name to save a code block under: the one that its info string
 * gives, made harmless, or one by its language.
 *
 * @param {string} info
 * @param {Language | null} language
 * @returns {string}
 */
export function fileName(info, language) {
  const given = /(?:title|file|filename|name)=["']?([^"'\s}]+)/.exec(info)?.[1] ??
    /^[^\s:]+:([^\s]+\.\w+)$/.exec(info.trim())?.[1];
  const base = given?.split(/[\\/]/).pop()?.replace(/[^\p{L}\p{N}._-]/gu, '').replace(/^\.+/, '');
  if (base && base.length <= 80) return base;
  if (language?.id === 'dockerfile') return 'Dockerfile';
  if (language?.id === 'makefile') return 'Makefile';
  return `code.${language?.extension ?? 'txt'}`;
}
