import { existsSync } from 'node:fs';
import { type ActionCall, type ActionDefinition, binaryOf } from '@deskhand/robin';
import { binary, file, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readBinary, readChoice, readPath, readText } from '../declare/read-argument.ts';
import { ifFileExists } from './copy-files.ts';
import { fileErrors } from './errors.ts';
import { withBytes } from './read-bytes.ts';
import { writeBytes } from './write-bytes.ts';

const readErrors = [fileErrors.DirectoryNotFoundError, fileErrors.FileNotFoundError, fileErrors.FailedToReadFileError];
const writeErrors = [fileErrors.InvalidDirectoryOfFileError, fileErrors.FailedToConvertFileError];

const reading = <T>(call: ActionCall, use: (bytes: Uint8Array) => T): T | Promise<T> =>
  withBytes(readPath(call, 'File'), fileErrors.FailedToReadFileError, use, call.context.signal);

const toBase64: ActionDefinition = {
  id: 'File.ConvertToBase64',
  title: 'Convert file to Base64',
  summary: "A file's bytes as Base64 text.",
  linux: 'core',
  errors: readErrors,
  selectors: {
    '': {
      arguments: { File: file() },
      outputs: { Base64Text: output('text', 'Base64Text') },
      run: (call) => reading(call, (bytes) => ({ outputs: { Base64Text: Buffer.from(bytes).toString('base64') } })),
    },
  },
};

const toBinary: ActionDefinition = {
  id: 'File.ConvertToBinary',
  title: 'Convert file to binary data',
  summary: "A file's bytes.",
  linux: 'core',
  errors: readErrors,
  selectors: {
    '': {
      arguments: { File: file() },
      outputs: { BinaryData: output('binary', 'BinaryData') },
      run: (call) => reading(call, (bytes) => ({ outputs: { BinaryData: binaryOf(bytes) } })),
    },
  },
};

const fromBase64: ActionDefinition = {
  id: 'File.ConvertFromBase64',
  title: 'Convert Base64 to file',
  summary: 'Writes the bytes that a Base64 text stands for.',
  linux: 'core',
  errors: writeErrors,
  selectors: {
    '': {
      arguments: { Base64Text: text(), File: file(), IfFileExists: ifFileExists },
      outputs: {},
      run: (call) => writing(call, bytesOfBase64(readText(call, 'Base64Text'))),
    },
  },
};

const fromBinary: ActionDefinition = {
  id: 'File.ConvertFromBinary',
  title: 'Convert binary data to file',
  summary: 'Writes bytes to a file.',
  linux: 'core',
  errors: writeErrors,
  selectors: {
    '': {
      arguments: { BinaryData: binary(), File: file(), IfFileExists: ifFileExists },
      outputs: {},
      run: (call) => writing(call, readBinary(call, 'BinaryData').bytes),
    },
  },
};

function writing(call: ActionCall, bytes: Uint8Array) {
  const path = readPath(call, 'File');
  if (readChoice(call, 'IfFileExists') === 'DoNothing' && existsSync(path)) return {};
  const { signal } = call.context;
  return writeBytes(path, bytes, { append: false, error: fileErrors.FailedToConvertFileError, signal });
}

function bytesOfBase64(written: string): Uint8Array {
  const compact = written.replaceAll(/\s/g, '');
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(compact) && compact.length % 4 === 0) return Buffer.from(compact, 'base64');
  throw failure(fileErrors.FailedToConvertFileError, 'The text is not Base64.');
}

export const contentActions = [toBase64, fromBase64, toBinary, fromBinary];
