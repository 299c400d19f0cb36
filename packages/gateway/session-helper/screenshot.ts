import { openDisplay, type XDisplay } from './x-display.ts';
import { encodePng } from './png.ts';

const GET_IMAGE = 73;
const Z_PIXMAP = 2;
const ALL_PLANES = 0xffffffff;
const REPLY_HEAD_BYTES = 32;

/** The whole screen of the environment's display as PNG. */
export async function takeScreenshot(environment: NodeJS.ProcessEnv): Promise<Buffer> {
  const display = await openDisplay(environment);
  try {
    if (display.bitsPerPixel !== 32)
      throw new Error(`A screen with ${display.bitsPerPixel} bits a pixel cannot be photographed.`);
    const body = Buffer.alloc(16);
    body.writeUInt32LE(display.root, 0);
    body.writeUInt16LE(display.width, 8);
    body.writeUInt16LE(display.height, 10);
    body.writeUInt32LE(ALL_PLANES, 12);
    const reply = await display.ask(GET_IMAGE, Z_PIXMAP, body);
    return encodePng(display.width, display.height, toRgb(reply.subarray(REPLY_HEAD_BYTES), display));
  } finally {
    display.close();
  }
}

/** Screens of today hold blue, green, red in that order; the masks of the visual say where another one holds them. */
function toRgb(pixels: Buffer, { width, height, redMask, greenMask, blueMask }: XDisplay): Buffer {
  const [red, green, blue] = [redMask, greenMask, blueMask].map((mask) => Math.max(0, 31 - Math.clz32(mask)) >> 3) as [
    number,
    number,
    number,
  ];
  const rgb = Buffer.allocUnsafe(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = pixels[from + red] ?? 0;
    rgb[to + 1] = pixels[from + green] ?? 0;
    rgb[to + 2] = pixels[from + blue] ?? 0;
  }
  return rgb;
}
