import { renameSync, writeFileSync } from 'node:fs';
import { screenEndWords, watchedScreen } from '@deskhand/protocol/watched-screen.ts';
import { argument, type Command, flag } from '../../command.ts';
import { findRun } from './find-run.ts';

export const screen: Command = {
  name: 'runs screen',
  summary: 'Save what the screen of a run shows now; the audit log says that you looked.',
  arguments: [
    { syntax: '<run>', description: 'id, beginning of the id, or request number' },
    { syntax: '<file>', description: 'where the picture goes, as PNG' },
  ],
  options: [{ syntax: '--follow', description: 'write each new picture over the one before, until the run ends' }],
  examples: ['deskhand runs screen 4812 now.png', 'deskhand runs screen 4812 now.png --follow'],
  exitCodes: [0, 2, 4, 5, 6, 7, 130],
  run: async (call) => {
    const api = await call.api();
    const [run, file] = [await findRun(api, argument(call, 0)), argument(call, 1)];
    let pictures = 0;
    for await (const event of watchedScreen(api, run.id, call.signal)) {
      if (event.type === 'ended') {
        call.output.hint(screenEndWords[event.because]);
        break;
      }
      save(file, event.png);
      pictures += 1;
      call.output.one({ file, at: event.at }, (saved) => `${saved.file}: the screen at ${saved.at}`);
      if (!flag(call, 'follow')) break;
    }
    return pictures > 0 ? 0 : 2;
  },
};

/** Whoever shows the file never finds half a picture in it. */
function save(file: string, png: string): void {
  writeFileSync(`${file}.part`, Buffer.from(png, 'base64'), { mode: 0o600 });
  renameSync(`${file}.part`, file);
}
