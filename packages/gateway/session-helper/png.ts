import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOUR_RGB = 2;
const BITS_PER_CHANNEL = 8;
const FILTER_UP = 2;
/** Screens are mostly flat areas: the fastest level already shrinks them a hundredfold. */
const COMPRESSION_LEVEL = 1;

/** Rows of red, green and blue bytes as a PNG file. */
export function encodePng(width: number, height: number, rgb: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = BITS_PER_CHANNEL;
  header[9] = COLOUR_RGB;
  const data = deflateSync(filterRows(width * 3, height, rgb), { level: COMPRESSION_LEVEL });
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** Each byte becomes its difference to the one above, which turns vertical repetition into zeros. */
function filterRows(rowBytes: number, height: number, rgb: Buffer): Buffer {
  const rows = Buffer.allocUnsafe((rowBytes + 1) * height);
  for (let row = 0, to = 0; row < height; row++) {
    rows[to++] = FILTER_UP;
    for (let from = row * rowBytes; from < (row + 1) * rowBytes; from++) {
      rows[to++] = ((rgb[from] ?? 0) - (row === 0 ? 0 : (rgb[from - rowBytes] ?? 0))) & 0xff;
    }
  }
  return rows;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
