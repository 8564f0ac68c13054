import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { allKeys, keyOf } from './key-attributes.ts';
import type { DeclaredTable } from './spec.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const MOST_LOCAL_INDEXES = 5;

/** An attribute has one type, wherever it is a key. */
const typeMistakes = (options: DeclaredTable): readonly string[] =>
  [...Map.groupBy(allKeys(options), ({ name }) => name)].flatMap(([name, uses]) => {
    const types = [...new Set(uses.map(({ type }) => type))];
    return types.length === 1
      ? []
      : [
          `${name} is a key of the types ${types.join(' and ')}; an attribute has one type. State the same wherever it is a key: { name: '${name}', type: '${types[0] ?? 'S'}' }.`,
        ];
  });

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html */
const localMistakes = ({
  partitionKey,
  sortKey,
  localIndexes = {},
}: DeclaredTable): readonly string[] => {
  const names = Object.keys(localIndexes);
  return [
    ...(names.length > 0 && sortKey === undefined
      ? [
          `it has the local index ${names.join(', ')} and no sortKey, which DynamoDB refuses. State a sortKey, or make it a global index: indexes: { ${names[0] ?? ''}: { partitionKey: '${keyOf(partitionKey).name}', … } }.`,
        ]
      : []),
    ...(names.length > MOST_LOCAL_INDEXES
      ? [`it has ${names.length} local indexes; a table has ${MOST_LOCAL_INDEXES} at most.`]
      : []),
  ];
};

/** Both kinds share one space of names. */
const nameMistakes = ({ indexes = {}, localIndexes = {} }: DeclaredTable): readonly string[] =>
  Object.keys(indexes)
    .filter((name) => Object.hasOwn(localIndexes, name))
    .map(
      (name) =>
        `${name} is both a global and a local index. Give one of them another name: queries name the index alone.`,
    );

/** Tells what DynamoDB would refuse. */
export const checkTable = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as DeclaredTable;
  for (const mistake of [
    ...typeMistakes(options),
    ...localMistakes(options),
    ...nameMistakes(options),
  ])
    builder.problem(
      'INVALID_OPTION',
      `The table ${declaration.name}: ${mistake}`,
      declaration.declaredAt,
    );
};
