import type { EventText } from './event.ts';
import { eventTime } from './event.ts';
import { fillTemplate } from './input-template.ts';
import { parseJsonPath, readJsonPath } from './json-path.ts';
import type { Target } from './state.ts';

type Json = Readonly<Record<string, unknown>>;

export interface InputFacts {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** Milliseconds since the epoch. */
  readonly ingestedAt: number;
}

const at = (path: string, event: Json): unknown => {
  const read = parseJsonPath(path);
  return read === undefined ? undefined : readJsonPath(read, event);
};

/** As recorded from AWS by LocalStack's snapshot tests: without the detail, with detail-type in another spelling. */
const withoutDetail = (event: Json) => ({
  id: event['id'],
  account: event['account'],
  detailType: event['detail-type'],
  time: event['time'],
  source: event['source'],
  region: event['region'],
  resources: event['resources'],
  version: event['version'],
});

/** What a target gets of an event, as text; undefined when its template makes no JSON of it. */
export const targetInput = (
  target: Pick<Target, 'Input' | 'InputPath' | 'InputTransformer'>,
  event: EventText,
  facts: InputFacts,
): string | undefined => {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined)
    return JSON.stringify(at(target.InputPath, JSON.parse(event) as Json) ?? null);
  if (target.InputTransformer === undefined) return event;
  const { InputPathsMap = {}, InputTemplate = '' } = target.InputTransformer;
  const parsed = JSON.parse(event) as Json;
  return fillTemplate(
    InputTemplate,
    new Map<string, unknown>([
      ...Object.entries(InputPathsMap).map(([name, path]) => [name, at(path, parsed)] as const),
      ['aws.events.rule-arn', facts.ruleArn],
      ['aws.events.rule-name', facts.ruleName],
      ['aws.events.event.ingestion-time', eventTime(facts.ingestedAt)],
      ['aws.events.event', withoutDetail(parsed)],
      ['aws.events.event.json', parsed],
    ]),
  );
};
