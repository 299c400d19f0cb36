import iconv from 'iconv-lite';

/** How text becomes bytes: the encoding's name for iconv-lite and the mark that a file begins with. */
export interface TextEncoding {
  readonly name: string;
  readonly mark: Uint8Array;
}

const none = new Uint8Array();
const utf8Mark = new Uint8Array([0xef, 0xbb, 0xbf]);
const littleMark = new Uint8Array([0xff, 0xfe]);
const bigMark = new Uint8Array([0xfe, 0xff]);

/**
 * The members of `File.TextFileEncoding`, `File.FileEncoding` and `File.CSVEncoding`. The system's default is UTF-8 on
 * Linux; `ANSI` is the western code page 1252, which texts of Windows mean by it most of the time.
 */
const fileEncodings: Readonly<Record<string, TextEncoding>> = {
  DefaultEncoding: { name: 'utf8', mark: none },
  SystemDefault: { name: 'utf8', mark: none },
  UTF8: { name: 'utf8', mark: utf8Mark },
  UTF8NoBOM: { name: 'utf8', mark: none },
  Unicode: { name: 'utf16le', mark: littleMark },
  UnicodeNoBOM: { name: 'utf16le', mark: none },
  BigEndianUnicode: { name: 'utf16be', mark: bigMark },
  ANSI: { name: 'windows-1252', mark: none },
  ASCII: { name: 'ascii', mark: none },
};

export function fileEncoding(member: string): TextEncoding {
  const encoding = fileEncodings[member];
  if (encoding === undefined) throw new TypeError(`No encoding is known as ${member}.`);
  return encoding;
}

/** A byte order mark wins over the encoding that was asked for, as in .NET's StreamReader. */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const marked = markedEncoding(buffer);
  if (marked !== undefined) return iconv.decode(buffer.subarray(marked.length), marked.name, { stripBOM: false });
  return iconv.decode(buffer, encoding.name, { stripBOM: false });
}

export function encodeText(text: string, encoding: TextEncoding, withMark = true): Uint8Array {
  const body = iconv.encode(text, encoding.name, { addBOM: false });
  return withMark && encoding.mark.length > 0 ? Buffer.concat([encoding.mark, body]) : body;
}

function markedEncoding(bytes: Buffer): { name: string; length: number } | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { name: 'utf8', length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { name: 'utf16le', length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { name: 'utf16be', length: 2 };
  return undefined;
}
