import { StringDecoder } from 'node:string_decoder';

/** Cuts a stream into lines and gives up, instead of holding more, when one is longer than the limit. */
export function createLineReader(options: {
  readonly lineBytesMax: number;
  readonly line: (line: string) => void;
  readonly tooLong: () => void;
}): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (chunk) => {
    const parts = decoder.write(chunk).split('\n');
    rest += parts[0] ?? '';
    for (const part of parts.slice(1)) {
      options.line(rest);
      rest = part;
    }
    if (rest.length > options.lineBytesMax) {
      rest = '';
      options.tooLong();
    }
  };
}
