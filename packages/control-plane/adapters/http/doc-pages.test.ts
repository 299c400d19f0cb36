import { fileURLToPath } from 'node:url';
import { checkNames } from '@deskhand/protocol/doctor.ts';
import { errorTable, type ErrorCode } from '@deskhand/protocol/errors.ts';
import {
  gatewayHelp,
  healthHelp,
  helpOfCheck,
  helpOfError,
  journalHelp,
  spreadHelp,
  strategyHelp,
} from '@deskhand/protocol/help-links.ts';
import { describe, expect, test } from 'vitest';
import { docPage, readDocTexts } from './doc-pages.ts';
import { docFiles } from './portal-files.ts';

const page = (markdown: string, known: readonly string[] = []): string =>
  docPage(markdown, '/docs/gateway/use', new Set(known));

test.each([
  ['a heading gets its place', '## Online', '<h2 id="online">Online</h2>'],
  ['a list, with its lines joined', '- one\n  and more\n- two', '<ul><li>one and more</li>\n<li>two</li></ul>'],
  ['steps', '1. one\n2. two', '<ol><li>one</li>\n<li>two</li></ol>'],
  [
    'a table',
    '| A | B |\n|---|---|\n| `x` | y |',
    '<th>A</th><th>B</th></tr></thead><tbody><tr><td><code>x</code></td>',
  ],
  ['a command', '```\ndeskhand doctor\n```', '<pre><code>deskhand doctor</code></pre>'],
  ['a written place', 'a<a id="there"></a>b', '<p>a<a id="there"></a>b</p>'],
])('%s', (_what, markdown, html) => expect(page(markdown)).toContain(html));

test('a link leads to the page of the server, and one out of the guides is only text', () => {
  const known = ['/docs/errors', '/docs/gateway/use'];
  expect(page('[a](../errors.md#not-found) [b](#online)', known)).toContain(
    '<a href="/docs/errors#not-found">a</a> <a href="/docs/gateway/use#online">b</a>',
  );
  expect(page('[c](../../README.md) [d](javascript:alert(1)) ![e](../pictures/p.png)', known)).not.toMatch(
    /README|javascript|pictures/,
  );
});

test('text that looks like HTML is shown as text', () => {
  const html = page('# <b>x</b>\n\n<script>alert(1)</script> `<i>` **<u>** [<s>](errors.md)', ['/docs/gateway/errors']);
  expect(html).not.toMatch(/<script|<b>|<i>|<u>|<s>/);
});

describe('every help link that people are shown', () => {
  const files = docFiles(readDocTexts(fileURLToPath(new URL('../../../../docs', import.meta.url))));
  const links = [
    ...Object.values(healthHelp),
    journalHelp,
    ...Object.values(gatewayHelp),
    spreadHelp,
    ...Object.values(strategyHelp),
    ...(Object.keys(errorTable) as ErrorCode[]).map(helpOfError),
    ...checkNames.map(helpOfCheck),
  ];
  test.each(links)('%s leads to a served page that has the place', (link) => {
    const [address = '', place] = link.split('#');
    const html = files.get(address)?.plain.toString() ?? '';
    expect(html).toContain('<main>');
    if (place !== undefined) expect(html).toContain(`id="${place}"`);
  });
});
