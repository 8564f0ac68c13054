import type { StackOutput } from '../provision/index.ts';
import type { Style } from './terminal.ts';

/** The outputs of a stack, aligned. */
export const outputLines = (outputs: readonly StackOutput[], style: Style): readonly string[] => {
  if (outputs.length === 0) return [];
  const width = Math.max(...outputs.map((output) => output.key.length));
  return [
    style.strong('Outputs'),
    ...outputs
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(
        ({ key, value, description }) =>
          `  ${key.padEnd(width)}  ${value}${description === undefined ? '' : `  ${style.dim(description)}`}`,
      ),
  ];
};
