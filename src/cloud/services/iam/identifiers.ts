import { UPPER_ALPHANUMERIC, type Random } from '../../core/random.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes */
const PREFIXES = {
  role: 'AROA',
  user: 'AIDA',
  group: 'AGPA',
  'instance-profile': 'AIPA',
  policy: 'ANPA',
} as const;

/** A unique id, never given twice: of 21 characters, as AWS's are. */
export const uniqueId = (kind: keyof typeof PREFIXES, random: Random): string =>
  `${PREFIXES[kind]}${random.text(17, UPPER_ALPHANUMERIC)}`;
