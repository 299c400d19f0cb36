import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const isSource = (name) => !/\.(test|contract)\.tsx?$|\.md$/.test(name) && name !== 'node_modules' && name !== 'dist';

function* filesBelow(path) {
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!isSource(entry.name)) continue;
    const inside = join(path, entry.name);
    if (entry.isDirectory()) yield* filesBelow(inside);
    else if (entry.isFile()) yield inside;
  }
}

const digest = (lines) => createHash('sha256').update(lines.join('\n')).digest('hex');

/** Names, sizes and times: tells in a few milliseconds that nothing was touched. */
const outlook = (root, files) =>
  digest(files.map((file) => [relative(root, file), statSync(file).size, statSync(file).mtimeMs].join(' ')));

/** What the files say: decides whether a touched file really changed, as after a checkout. */
const content = (root, files) =>
  digest(
    files.map((file) => `${relative(root, file)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`),
  );

/**
 * Compares source files with those of the last build, whose fingerprints stand in a stamp file. Answers undefined when
 * nothing changed, else a function that writes the new fingerprints down once the build is made.
 */
export function changedSince(stamp, root, folders, { built }) {
  const files = folders.flatMap((folder) => [...filesBelow(join(root, folder))]);
  const last = built ? readStamp(stamp) : {};
  const seen = outlook(root, files);
  if (last.outlook === seen) return undefined;
  const said = content(root, files);
  const record = () => {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, JSON.stringify({ outlook: seen, content: said }));
  };
  if (last.content !== said) return record;
  try {
    record();
  } catch {
    // A clone that this account may not write compares contents each time, which is slower and equally right.
  }
  return undefined;
}

function readStamp(stamp) {
  try {
    return JSON.parse(readFileSync(stamp, 'utf8'));
  } catch {
    return {};
  }
}
