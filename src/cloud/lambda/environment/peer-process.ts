import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { endianness } from 'node:os';
import type { Socket } from 'node:net';

/**
 * Whose the other end of a connection is: a process of the environment, another one, or nobody knows, where the system
 * does not tell.
 */
export type Peer =
  | { readonly kind: 'own' }
  | { readonly kind: 'foreign'; readonly process?: PeerProcess }
  | { readonly kind: 'unknown' };

/** A process of this machine. */
export interface PeerProcess {
  readonly pid: number;
  /** Id of the process that leads its session. */
  readonly session: number;
}

/** @param leader - Process that leads the environment's session; undefined while there is none. */
export type IdentifyPeer = (socket: Socket, leader: number | undefined) => Peer;

/**
 * Tells by `/proc` whether a loopback connection comes from the environment that a process leads. Once a connection, so it
 * costs nothing to runtimes that keep theirs. Only Linux has `/proc`.
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 * @see https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
 */
export const identifyPeer: IdentifyPeer = (socket, leader) => {
  if (process.platform !== 'linux') return { kind: 'unknown' };
  const { localPort, localAddress = '', remotePort, remoteAddress = '' } = socket;
  if (localPort === undefined || remotePort === undefined) return { kind: 'unknown' };
  const here = endpoint(localAddress, localPort);
  const there = endpoint(remoteAddress, remotePort);
  const inode = inodeOf(there, here);
  if (leader !== undefined && inode !== undefined && heldInTree(leader, inode))
    return { kind: 'own' };
  // A kernel that does not show us our own end (gVisor, a restricted /proc) shows us nobody's.
  const own = inodeOf(here, there);
  if (own === undefined || !holds(process.pid, own)) return { kind: 'unknown' };
  const all = processes();
  const holder = inode === undefined ? undefined : all.find((one) => holds(one.pid, inode));
  if (holder !== undefined && leader !== undefined && holder.session === leader)
    return { kind: 'own' };
  return holder === undefined ? { kind: 'foreign' } : { kind: 'foreign', process: holder };
};

/** `0100007F:1F90`, as the kernel prints the words of an address in memory. */
const endpoint = (address: string, port: number): string => {
  const bytes = address
    .replace(/^::ffff:/, '')
    .split('.')
    .map(Number);
  if (endianness() === 'LE') bytes.reverse();
  return `${bytes.map(hex(2)).join('')}:${hex(4)(port)}`;
};

const hex = (digits: number) => (value: number) =>
  value.toString(16).toUpperCase().padStart(digits, '0');

/** How the kernel prints what comes before an IPv4 address in one of IPv6. */
const MAPPED = `${'0'.repeat(16)}${endianness() === 'LE' ? 'FFFF0000' : '0000FFFF'}`;

/** The socket of a connection by its two ends. A client may speak IPv4 through a socket of IPv6. */
const inodeOf = (from: string, to: string): string | undefined => {
  for (const [table, prefix] of [
    ['tcp', ''],
    ['tcp6', MAPPED],
  ] as const) {
    const row = ` ${prefix}${from} ${prefix}${to} `;
    const text = readText(`/proc/self/net/${table}`);
    const at = text.indexOf(row);
    // State, queues, timer, retransmissions, user, timeout, inode.
    const inode =
      at < 0
        ? '0'
        : text
            .slice(at + row.length, at + row.length + 120)
            .trim()
            .split(/\s+/)[6];
    if (inode !== undefined && inode !== '0') return inode;
  }
  return undefined;
};

const holds = (pid: number, inode: string): boolean => {
  const name = `socket:[${inode}]`;
  return list(`/proc/${pid}/fd`).some((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`) === name;
    } catch {
      // Closed in the meantime.
      return false;
    }
  });
};

/** The leader and what it has started: as a rule the first that is asked. */
const heldInTree = (leader: number, inode: string): boolean => {
  const tree = [leader];
  for (const pid of tree) {
    if (holds(pid, inode)) return true;
    for (const thread of list(`/proc/${pid}/task`))
      for (const child of readText(`/proc/${pid}/task/${thread}/children`).split(' '))
        if (child !== '') tree.push(Number(child));
  }
  return false;
};

/** All processes, with the session that each belongs to: nobody can enter one, and who loses his parent stays in his. */
const processes = (): readonly PeerProcess[] =>
  list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const stat = readText(`/proc/${name}/stat`);
      // The name, in brackets, may hold anything; then state, parent, group, session.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return { pid: Number(name), session: Number(fields[3] ?? 0) };
    });

const list = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    // Gone, or another user's.
    return [];
  }
};

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
};
