import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TableTypes } from '../../spec/table-keys.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import { synthesiseStreamMapping } from '../../synth/stream-mapping.ts';
import type { StreamViewType } from './change.ts';
import { FilterMistake, patternOf } from './change-pattern.ts';
import type { ChangeSourceOptions } from './options.ts';
import type { DeclaredTable } from './spec.ts';

type Options = ChangeSourceOptions<TableTypes>;

const IMAGES: Readonly<Record<StreamViewType, readonly ('new' | 'old')[]>> = {
  NEW_AND_OLD_IMAGES: ['new', 'old'],
  NEW_IMAGE: ['new'],
  OLD_IMAGE: ['old'],
  KEYS_ONLY: [],
};

const covers = (has: StreamViewType, needs: StreamViewType): boolean =>
  IMAGES[needs].every((image) => IMAGES[has].includes(image));

const both = (one: StreamViewType, other: StreamViewType): StreamViewType =>
  covers(one, other) ? one : covers(other, one) ? other : 'NEW_AND_OLD_IMAGES';

/** What a filter looks at must be in the stream, or it fits nothing. */
const neededBy = ({ streamViewType = 'NEW_AND_OLD_IMAGES', filter = [] }: Options) =>
  [filter].flat().reduce<StreamViewType>((view, { newImage, oldImage }) => {
    const withNew = newImage === undefined ? view : both(view, 'NEW_IMAGE');
    return oldImage === undefined ? withNew : both(withNew, 'OLD_IMAGE');
  }, streamViewType);

/** Turns the table's stream on, with what this reader needs beside the others. */
const turnOnStream = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const needed = neededBy(source.detail as Options);
  const { stream } = (source.target as unknown as { readonly options: DeclaredTable }).options;
  if (stream !== undefined) {
    if (!covers(stream, needed))
      builder.problem(
        'INVALID_OPTION',
        `${fn.name} reads ${needed} of the changes of ${source.target.name}, whose stream holds ${stream}. State stream: '${both(stream, needed)}' at the table, or leave it out, and Sparta turns on what is needed.`,
        fn.declaredAt,
      );
    return;
  }
  builder.amend(source.target.name, (table) => {
    const before = table.Properties?.['StreamSpecification'] as
      | { readonly StreamViewType?: StreamViewType }
      | undefined;
    const StreamViewType =
      before?.StreamViewType === undefined ? needed : both(before.StreamViewType, needed);
    return {
      ...table,
      Properties: { ...table.Properties, StreamSpecification: { ...before, StreamViewType } },
    };
  });
};

const filterOf = (
  fn: FunctionDeclaration,
  { target, detail }: EventSource,
  builder: TemplateBuilder,
): unknown => {
  const { filter, eventNames } = detail as Options;
  if (filter === undefined && eventNames === undefined) return undefined;
  try {
    return {
      Filters: [filter ?? {}]
        .flat()
        .map((one) => ({ Pattern: JSON.stringify(patternOf(one, eventNames)) })),
    };
  } catch (error) {
    if (!(error instanceof FilterMistake)) throw error;
    builder.problem(
      'INVALID_OPTION',
      `The filter of ${fn.name} on ${target.name}: ${error.message}`,
      fn.declaredAt,
    );
    return undefined;
  }
};

/** Changes of a table start a function. */
export const synthesiseDynamodbSource = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  turnOnStream(fn, source, builder);
  synthesiseStreamMapping(
    fn,
    source,
    {
      EventSourceArn: { 'Fn::GetAtt': [source.target.name, 'StreamArn'] },
      FilterCriteria: filterOf(fn, source, builder),
    },
    builder,
  );
};
