import { expect, test } from 'vitest';
import { statusRows } from './status-page.ts';

test('the rows of the status page are read without its heading', () => {
  const page = '# Status\n\n| feature | state | note |\n|---|---|---|\n| Windows | unverified | nobody ran it |\n';
  expect(statusRows(page)).toEqual([{ feature: 'Windows', state: 'unverified', note: 'nobody ran it' }]);
});
