/**
 * Starts the program beside it, `NAME.code.cjs` for `NAME.cjs`, from compiled code where that was kept for this version of
 * the program and of Node. Most of a short program's start would otherwise be compilation.
 */
const { readFileSync, writeSync } = require('node:fs');
const { Script, constants } = require('node:vm');

// By its content: V8 itself compares no more than the length of the text.
const VERSION = '@version';
const base = __filename.replace(/\.cjs$/, '');
const path = `${base}.code.cjs`;
const kept = `${base}-${VERSION}-${process.version}.cache`;

function readKept() {
  try {
    return readFileSync(kept);
  } catch {
    return undefined;
  }
}

const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`;
const script = new Script(text, {
  filename: path,
  cachedData: readKept(),
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
// Asked by whoever owns the folder, which has opened the file as descriptor 3. What has run by then is compiled.
if (process.argv.at(-1) === '--keep-compiled') {
  process.argv.pop();
  process.once('exit', () => writeSync(3, script.createCachedData()));
}
script.runInThisContext()(exports, require, module, path, __dirname);
