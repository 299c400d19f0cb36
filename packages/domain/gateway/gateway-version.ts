/** One sentence when a gateway is of another release than the server (S35); null when they are alike or nobody can tell. */
export function versionAdvice(version: string, serverVersion: string): string | null {
  const [own, server] = [numbersOf(version), numbersOf(serverVersion)];
  if (own === null || server === null) return null;
  const place = own.findIndex((number, index) => number !== server[index]);
  if (place === -1) return null;
  const isOlder = (own[place] ?? 0) < (server[place] ?? 0);
  return isOlder
    ? `Its version ${version} is older than the server’s ${serverVersion}: upgrade the gateway.`
    : `Its version ${version} is newer than the server’s ${serverVersion}: upgrade the server.`;
}

function numbersOf(version: string): readonly number[] | null {
  const found = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})/.exec(version);
  return found === null ? null : found.slice(1).map(Number);
}
