import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import { logsId } from '../../synth/role.ts';

/** A log group by its name as the template has it, whoever names it. */
export const groupKey = (source: EventSource, builder: TemplateBuilder): string =>
  JSON.stringify(builder.resolve(source.detail['logGroupName']));

const ownKey = (fn: FunctionDeclaration, builder: TemplateBuilder): string =>
  JSON.stringify(builder.resolve(fn.settings.logging?.logGroup ?? { Ref: logsId(fn) }));

/**
 * Functions that start each other by what they log, without end: from `fn` by the logs that it reads back to itself. Each invocation writes lines,
 * Lambda's own at least.
 */
const loopOf = (
  fn: FunctionDeclaration,
  builder: TemplateBuilder,
): readonly FunctionDeclaration[] | undefined => {
  const seen = new Set<FunctionDeclaration>();
  const writersOf = (reader: FunctionDeclaration) => {
    const read = new Set(
      reader.on.filter(({ source }) => source === 'logs').map((each) => groupKey(each, builder)),
    );
    return builder.service.functions.filter((writer) => read.has(ownKey(writer, builder)));
  };
  const search = (
    path: readonly FunctionDeclaration[],
    at: FunctionDeclaration,
  ): readonly FunctionDeclaration[] | undefined => {
    for (const writer of writersOf(at)) {
      if (writer === fn) return path;
      if (seen.has(writer)) continue;
      seen.add(writer);
      const found = search([...path, writer], writer);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search([fn], fn);
};

/** Refuses loops; one of several functions is told by the first of them by name. */
export const checkLoop = (fn: FunctionDeclaration, builder: TemplateBuilder): void => {
  const loop = loopOf(fn, builder);
  if (loop === undefined || loop.some(({ name }) => name < fn.name)) return;
  builder.problem(
    'CYCLE',
    loop.length === 1
      ? `${fn.name} is started by lines of its own log: each run writes lines, which start it again, without end. Start another function, or count lines with metric().`
      : `${loop.map(({ name }) => name).join(' is started by the log of ')}, which is started by the log of ${fn.name}: each run writes lines, which start the next, without end. Take one of them out of the circle.`,
    fn.declaredAt,
  );
};
