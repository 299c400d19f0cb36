import type { Socket } from 'node:net';
import koffi from 'koffi';

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const UCRED_BYTES = 12;

const library = koffi.load('libc.so.6');
const getsockopt = library.func(
  'int getsockopt(int sockfd, int level, int optname, _Out_ void *optval, _Inout_ uint32_t *optlen)',
);

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
}

/** Who is at the other end of a unix socket, by the kernel's word; undefined when the kernel does not tell. */
export function peerCredentials(socket: Socket): PeerCredentials | undefined {
  const descriptor = descriptorOf(socket);
  if (descriptor === undefined) return undefined;
  const ucred = Buffer.alloc(UCRED_BYTES);
  const length = [UCRED_BYTES];
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, ucred, length) !== 0) return undefined;
  return { pid: ucred.readInt32LE(0), uid: ucred.readUInt32LE(4) };
}

/** Node shows a socket's descriptor only on its inner handle. */
function descriptorOf(socket: Socket): number | undefined {
  const handle = (socket as unknown as { _handle?: { fd?: number } | null })._handle;
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
}
