import type { ArchiveReplayer } from '../../spec/bus-client.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { Grant } from '../../spec/grant.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { Expression, Referable } from '../../spec/value.ts';
import { aws, getAtt, ref, sub } from '../../spec/value.ts';
import type { ArchiveOptions } from './options.ts';

/** An archive of a bus's events as data. */
export interface ArchiveDeclaration {
  readonly kind: 'archive';
  /** Logical id. */
  readonly name: string;
  /** How it is made. */
  readonly options: ArchiveOptions & {
    /** ARN of the bus whose events it keeps. */
    readonly sourceArn: Expression;
  };
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its ARN. */
  readonly arn: Expression;
  /** Its physical name. */
  readonly archiveName: Expression;
  /** Lets a function send its events to the bus again, and see how far that is. */
  replay(): Grant<ArchiveReplayer>;
}

/** An archive of the bus with this ARN. */
export const archiveOf = (
  bus: Referable & { readonly arn: Expression },
  declared: string,
  given: ArchiveOptions,
): ArchiveDeclaration => {
  const name = logicalIdOf(declared, given);
  const options = { ...given, sourceArn: bus.arn };
  const self = { kind: 'archive', name, options, ...declaredAt() } as const;
  const arn = getAtt(self, 'Arn');
  // A replay's name begins with that of its archive, so that nobody sees or ends those of another one.
  const replays = sub`arn:${aws.partition}:events:${aws.region}:${aws.accountId}:replay/${ref(self)}-*`;
  return Object.freeze({
    ...self,
    arn,
    archiveName: ref(self),
    replay: (): Grant<ArchiveReplayer> => ({
      kind: 'grant',
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
      statements: [
        { actions: ['events:DescribeArchive'], resources: [arn] },
        { actions: ['events:StartReplay'], resources: [arn, bus.arn, replays] },
        { actions: ['events:DescribeReplay', 'events:CancelReplay'], resources: [replays] },
      ],
      binding: { kind: 'archive', resource: name, modes: ['replay'] },
      target: self,
    }),
  });
};
