import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Guides by their address below /docs, as Markdown. */
export type DocTexts = ReadonlyMap<string, string>;

const PAGES_MAX = 200;
/** What people who use Deskhand read; decisions are for those who build it. */
const isForReaders = (path: string): boolean => path.endsWith('.md') && !path.startsWith('decisions/');

export function readDocTexts(folder: string): DocTexts {
  if (!existsSync(folder)) return new Map();
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split('\\').join('/'))
    .filter(isForReaders)
    .slice(0, PAGES_MAX);
  return new Map(paths.map((path) => [`/docs/${path.slice(0, -3)}`, readFileSync(join(folder, path), 'utf8')]));
}

/** A whole page without any script, so that help is there when the portal is not. */
export function docPage(markdown: string, address: string, known: ReadonlySet<string>): string {
  const title = /^# (.+)$/m.exec(markdown)?.[1] ?? 'Deskhand';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Deskhand</title>
<style>${STYLE}</style>
</head>
<body>
<nav><a href="/">Portal</a> · ${guides.map(([path, name]) => `<a href="${path}">${name}</a>`).join(' · ')}</nav>
<main>
${blocks(markdown.split('\n'), { address, known })}
</main>
</body>
</html>
`;
}

const guides = [
  ['/docs/gateway/install', 'Install'],
  ['/docs/gateway/use', 'Use'],
  ['/docs/gateway/troubleshoot', 'Troubleshoot'],
  ['/docs/errors', 'Errors'],
] as const;

const STYLE = `body{font:16px/1.55 system-ui,sans-serif;margin:0;color:#242424;background:#fff}
nav,main{max-width:60rem;margin:0 auto;padding:1rem 1.5rem}main{padding-bottom:4rem}
h1,h2,h3{line-height:1.25;scroll-margin-top:1rem}h2{margin-top:2.2rem}code,pre{font:.9em/1.5 ui-monospace,monospace;background:#f3f2f1}
code{padding:.1em .3em;border-radius:3px;overflow-wrap:anywhere}pre{padding:.8rem 1rem;overflow-x:auto}pre code{padding:0}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{text-align:left;vertical-align:top;padding:.4rem .7rem;border-bottom:1px solid #d1d1d1}
a{color:#0f548c}:target{background:#fff4ce}
@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#1f1f1f}code,pre{background:#333}a{color:#6cb8f6}th,td{border-color:#525252}:target{background:#4a3f10}}`;

interface Place {
  readonly address: string;
  readonly known: ReadonlySet<string>;
}

/** The Markdown that these guides use, and no more: text that looks like HTML is shown as text. */
function blocks(lines: readonly string[], place: Place): string {
  const out: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const heading = /^(#{1,4}) (.+)$/.exec(line);
    const end = endOfBlock(lines, at);
    const block = lines.slice(at, end);
    if (heading) out.push(headingOf(heading[1]?.length ?? 1, heading[2] ?? '', place));
    else if (line.startsWith('```')) out.push(`<pre><code>${escaped(block.slice(1, -1).join('\n'))}</code></pre>`);
    else if (line.startsWith('|')) out.push(tableOf(block, place));
    else if (isItem(line)) out.push(listOf(block, place));
    else if (line.trim() !== '') out.push(`<p>${inline(block.join(' '), place)}</p>`);
    at = end;
  }
  return out.join('\n');
}

const isItem = (line: string): boolean => /^(?:[-*]|\d+\.) /.test(line);

function endOfBlock(lines: readonly string[], at: number): number {
  const line = lines[at] ?? '';
  const rest = lines.slice(at + 1);
  const upTo = (isOver: (line: string) => boolean): number => {
    const found = rest.findIndex(isOver);
    return found < 0 ? lines.length : at + 1 + found;
  };
  if (line.startsWith('```')) return Math.min(lines.length, upTo((one) => one.startsWith('```')) + 1);
  if (line.startsWith('|')) return upTo((one) => !one.startsWith('|'));
  if (isItem(line)) return upTo((one) => one.trim() === '' || /^#|^```/.test(one));
  if (/^#{1,4} /.test(line) || line.trim() === '') return at + 1;
  return upTo((one) => one.trim() === '' || /^#|^```|^\|/.test(one) || isItem(one));
}

function headingOf(level: number, text: string, place: Place): string {
  return `<h${level} id="${anchorOf(text)}">${inline(text, place)}</h${level}>`;
}

/** As code forges make them, so that a link to a heading leads there in either place. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- ]/gu, '')
    .replaceAll(' ', '-');

function tableOf(lines: readonly string[], place: Place): string {
  const cells = (line: string): readonly string[] =>
    line.slice(1, line.trimEnd().endsWith('|') ? line.trimEnd().length - 1 : undefined).split(/(?<!\\)\|/);
  const [head = '', , ...rows] = lines;
  const row = (tag: string) => (line: string) =>
    `<tr>${cells(line)
      .map((cell) => `<${tag}>${inline(cell.trim(), place)}</${tag}>`)
      .join('')}</tr>`;
  return `<table><thead>${row('th')(head)}</thead><tbody>${rows.map(row('td')).join('\n')}</tbody></table>`;
}

function listOf(lines: readonly string[], place: Place): string {
  const tag = /^\d/.test(lines[0] ?? '') ? 'ol' : 'ul';
  const items: string[] = [];
  for (const line of lines) {
    if (isItem(line)) items.push(line.replace(/^\S+ /, ''));
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  return `<${tag}>${items.map((item) => `<li>${inline(item, place)}</li>`).join('\n')}</${tag}>`;
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|!?\[([^\]]*)\]\(([^)\s]+)\)|<a id="([a-z0-9-]+)"><\/a>/g;

function inline(text: string, place: Place): string {
  let html = '';
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, code, strong, label, target, anchor] = match;
    html += escaped(text.slice(from, match.index));
    from = match.index + all.length;
    if (code !== undefined) html += `<code>${escaped(code)}</code>`;
    else if (strong !== undefined) html += `<strong>${escaped(strong)}</strong>`;
    else if (anchor !== undefined) html += `<a id="${anchor}"></a>`;
    else html += linkOf(label ?? '', target ?? '', place, all.startsWith('!'));
  }
  return html + escaped(text.slice(from));
}

/** To another guide, or within this one; whatever lies outside the guides is not served, and stays text. */
function linkOf(label: string, target: string, { address, known }: Place, isPicture: boolean): string {
  const [path = '', anchor] = target.split('#');
  const page = path === '' ? address : posix.join(posix.dirname(address), path.replace(/\.md$/, ''));
  if (isPicture || /^[a-z]+:/i.test(target) || !known.has(page)) return escaped(label);
  return `<a href="${escaped(anchor === undefined ? page : `${page}#${anchor}`)}">${inlineLabel(label)}</a>`;
}

const inlineLabel = (label: string): string => escaped(label.replaceAll('`', ''));

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);
