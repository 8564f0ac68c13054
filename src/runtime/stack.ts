import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * Maps stacks to the sources by the maps that lie beside the chunks. Loaded by the first error alone: reading maps at
 * the start costs 20 ms.
 */

interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

interface Segment {
  readonly column: number;
  readonly source: number;
  readonly line: number;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 VLQ. https://tc39.es/ecma426/#sec-base64-vlq */
const readFields = (text: string): readonly number[] => {
  const fields: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    value += (digit & 31) * 2 ** shift;
    shift += 5;
    if (digit & 32) continue;
    fields.push(value % 2 === 1 ? -Math.floor(value / 2) : value / 2);
    value = 0;
    shift = 0;
  }
  return fields;
};

/** The segments of one generated line; earlier lines are run through for the sums that they leave. */
const segmentsOf = (mappings: string, wanted: number): readonly Segment[] => {
  let source = 0;
  let line = 0;
  const lines = mappings.split(';');
  for (const [index, text] of lines.entries()) {
    let column = 0;
    const segments: Segment[] = [];
    for (const part of text === '' ? [] : text.split(',')) {
      const [columnStep = 0, sourceStep, lineStep] = readFields(part);
      column += columnStep;
      if (sourceStep === undefined || lineStep === undefined) continue;
      source += sourceStep;
      line += lineStep;
      segments.push({ column, source, line });
    }
    if (index === wanted) return segments;
  }
  return [];
};

const maps = new Map<string, Promise<SourceMap | undefined>>();
const loadMap = (file: string): Promise<SourceMap | undefined> => {
  let map = maps.get(file);
  if (map === undefined) {
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    map = readFile(`${path}.map`, 'utf8').then(
      (text) => JSON.parse(text) as SourceMap,
      () => undefined,
    );
    maps.set(file, map);
  }
  return map;
};

const FRAME = /^(\s+at (?:.*? \()?)((?:file:\/\/)?\/.*?):(\d+):(\d+)(\)?)$/;

const mapLine = async (text: string): Promise<string> => {
  const match = FRAME.exec(text);
  if (match === null) return text;
  const [, before = '', file = '', line = '0', column = '0', after = ''] = match;
  const map = await loadMap(file);
  const segment =
    map === undefined
      ? undefined
      : segmentsOf(map.mappings, Number(line) - 1).findLast(
          (candidate) => candidate.column < Number(column),
        );
  const source =
    map === undefined || segment === undefined ? undefined : map.sources[segment.source];
  return source === undefined || segment === undefined
    ? text
    : `${before}${source}:${segment.line + 1}${after}`;
};

const done = new WeakSet<Error>();

/** Replaces an error's stack by the mapped one, its causes included. Never fails. */
export const mapStack = async (error: Error): Promise<void> => {
  if (done.has(error)) return;
  done.add(error);
  const lines = (error.stack ?? '').split('\n');
  error.stack = (await Promise.all(lines.map(mapLine))).join('\n');
  if (error.cause instanceof Error) await mapStack(error.cause);
};
