import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { encodePng } from './png.ts';

test('a picture comes back pixel for pixel when its rows are unfiltered', () => {
  const [width, height] = [3, 2];
  const rgb = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 250, 5, 0, 1, 254, 1, 9, 9, 9]);
  const png = encodePng(width, height, rgb);
  const dataBytes = png.readUInt32BE(33);
  const rows = inflateSync(png.subarray(41, 41 + dataBytes));
  const back: number[] = [];
  for (let row = 0; row < height; row++) {
    expect(rows[row * 10]).toBe(2);
    for (let at = 0; at < 9; at++)
      back.push(((rows[row * 10 + 1 + at] ?? 0) + (row === 0 ? 0 : (back[at] ?? 0))) & 0xff);
  }
  expect(Buffer.from(back)).toEqual(rgb);
  expect([
    png.toString('latin1', 12, 16),
    png.readUInt32BE(16),
    png.readUInt32BE(20),
    png.toString('latin1', png.length - 8, png.length - 4),
  ]).toEqual(['IHDR', 3, 2, 'IEND']);
});
