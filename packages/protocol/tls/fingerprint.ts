/** SHA-256 of a certificate as people compare it: hexadecimal, without colons, lower case. */
export const normalFingerprint = (text: string): string =>
  text
    .replace(/^sha256[:/]?/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase();
