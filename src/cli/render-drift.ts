import type { DriftedProperty, DriftedResource } from '../provision/index.ts';
import type { Style } from './terminal.ts';
import { short } from './wording.ts';

const FATES: Readonly<Record<DriftedProperty['fate'], string>> = {
  overwritten: 'this deployment overwrites it',
  perhaps: 'this deployment changes the resource, and may put it back',
  untouched: 'this deployment does not touch it',
};

/** What was changed by hand, and what becomes of it. */
export const driftLines = (
  resources: readonly DriftedResource[],
  style: Style,
  columns: number,
): readonly string[] => [
  style.warn('Changed by hand since the last deployment:'),
  ...resources.flatMap(({ logicalId, resourceType, physicalId, state, properties }) =>
    state === 'deleted'
      ? [
          `  ${style.bad('-')} ${logicalId}  ${style.dim(resourceType)}  ${physicalId} is gone; CloudFormation does not make it anew by itself`,
        ]
      : [
          `  ${style.warn('~')} ${logicalId}  ${style.dim(resourceType)}`,
          ...properties.map((property) => `      ${propertyLine(property, columns - 6)}`),
        ],
  ),
];

const propertyLine = ({ path, expected, actual, fate }: DriftedProperty, columns: number) => {
  const room = Math.max(12, Math.floor((columns - path.length - FATES[fate].length) / 2));
  const shown = (value: string | undefined) =>
    value === undefined ? 'nothing' : short(value, room);
  return `${path.replace(/^\//, '')}: ${shown(expected)} → ${shown(actual)}  (${FATES[fate]})`;
};
