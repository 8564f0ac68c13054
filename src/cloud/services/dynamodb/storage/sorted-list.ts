/** Entries in order, in pieces of some hundreds: found by halving, put in and taken out by moving one piece's pointers. */
export interface SortedList<E> {
  readonly size: number;
  /** Puts an entry in; what compares equal is replaced. */
  insert(entry: E): void;
  /** Takes out the entry that compares equal. */
  remove(entry: E): void;
  /**
   * Walks over the entries that lie in a range, in order or against it.
   * @param place - Below zero before the range, zero in it, above zero behind it; it must agree with the order
   */
  walk(place: (entry: E) => number, forward: boolean): Cursor<E>;
}

/** Gives one entry after the other; undefined at the end. Good until the list changes. */
export interface Cursor<E> {
  next(): E | undefined;
}

const PIECE = 512;

/** @param initial - In order already */
export const createSortedList = <E>(
  compare: (left: E, right: E) => number,
  initial: readonly E[] = [],
): SortedList<E> => {
  const pieces: E[][] = [];
  for (let at = 0; at < initial.length; at += PIECE / 2)
    pieces.push(initial.slice(at, at + PIECE / 2));
  let size = initial.length;

  /** The first piece whose last entry is not before the place; the last piece when none is. */
  const pieceFor = (isBefore: (entry: E) => boolean): number => {
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const piece = pieces[middle] as E[];
      if (isBefore(piece[piece.length - 1] as E)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const indexIn = (piece: readonly E[], isBefore: (entry: E) => boolean): number => {
    let low = 0;
    let high = piece.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(piece[middle] as E)) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get size() {
      return size;
    },
    insert: (entry) => {
      const isBefore = (other: E) => compare(other, entry) < 0;
      const at = pieceFor(isBefore);
      const piece = pieces[at];
      if (piece === undefined) {
        pieces.push([entry]);
        size += 1;
        return;
      }
      const index = indexIn(piece, isBefore);
      const found = piece[index];
      if (found !== undefined && compare(found, entry) === 0) {
        piece[index] = entry;
        return;
      }
      piece.splice(index, 0, entry);
      size += 1;
      if (piece.length > PIECE) pieces.splice(at + 1, 0, piece.splice(PIECE / 2));
    },
    remove: (entry) => {
      const isBefore = (other: E) => compare(other, entry) < 0;
      const at = pieceFor(isBefore);
      const piece = pieces[at];
      if (piece === undefined) return;
      const index = indexIn(piece, isBefore);
      const found = piece[index];
      if (found === undefined || compare(found, entry) !== 0) return;
      piece.splice(index, 1);
      size -= 1;
      if (piece.length === 0) pieces.splice(at, 1);
    },
    walk: (place, forward) => {
      const isBefore = forward ? (entry: E) => place(entry) < 0 : (entry: E) => place(entry) <= 0;
      let at = pieceFor(isBefore);
      let index = pieces[at] === undefined ? 0 : indexIn(pieces[at] as E[], isBefore);
      if (!forward) index -= 1;
      const step = (): E | undefined => {
        for (;;) {
          const piece = pieces[at];
          if (piece === undefined) return undefined;
          const entry = piece[index];
          if (entry !== undefined) {
            index += forward ? 1 : -1;
            return entry;
          }
          at += forward ? 1 : -1;
          index = forward ? 0 : (pieces[at]?.length ?? 0) - 1;
        }
      };
      return {
        next: () => {
          const entry = step();
          return entry !== undefined && place(entry) === 0 ? entry : undefined;
        },
      };
    },
  };
};
