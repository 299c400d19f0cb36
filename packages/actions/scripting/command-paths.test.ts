import { expect, test } from 'vitest';
import { pathResolver } from '../context/resolve-path.ts';
import { withLocalPaths } from './command-paths.ts';

const resolvePath = pathResolver('/work', { 'C:\\Data': '/srv/my data', 'D:\\': '/mnt/d' });

test.each([
  ['"node" "/opt/app\\bin\\run.mjs" --fast', '"node" "/opt/app/bin/run.mjs" --fast'],
  ['sort "C:\\Data\\in.csv" > D:\\out.csv', 'sort "/srv/my data/in.csv" > /mnt/d/out.csv'],
  ['cat C:\\Data\\in.csv', 'cat "/srv/my data/in.csv"'],
  ['type E:\\else.txt', 'type E:\\else.txt'],
  ["grep '/a\\.b' /var/log/my\\ log", "grep '/a\\.b' /var/log/my\\ log"],
  ['printf "one\\n" | tr a-z A-Z', 'printf "one\\n" | tr a-z A-Z'],
])('%s → %s', (written, command) => {
  expect(withLocalPaths(written, resolvePath)).toBe(command);
});
