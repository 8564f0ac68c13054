import type { MessageSchema } from '../../spec/message-schema.ts';

/** Data as JSON has it. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };

/** Where something stands in an event: `$.detail.id`. */
export type EventPath = `$${string}`;

/**
 * A text, or an object, that EventBridge makes of an event. `<name>` stands for what a path found. As the whole text of an object's member
 * it keeps its type; inside of a text it is put in as it is, so quotation marks in it break the JSON, and the event is given up.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export interface TemplateTransform<Made extends MessageSchema | undefined = undefined> {
  /** Where the values of placeholders stand in the event, up to 100; AWS's own, such as `<aws.events.event.json>`, need none. */
  readonly paths?: Readonly<Record<string, EventPath>>;
  /** What is made: `'order <id>'`, or `{ order: '<id>' }`. */
  readonly template: string | { readonly [name: string]: Json };
  /** How what is made looks. */
  readonly schema?: Made;
}

/** A part of the event in place of all of it. */
export interface PathTransform<Made extends MessageSchema | undefined = undefined> {
  /** Where the part stands. */
  readonly inputPath: EventPath;
  /** How it looks. */
  readonly schema?: Made;
}

/** The same data for every event. */
export interface ConstantTransform<Made extends MessageSchema | undefined = undefined> {
  /** The data. */
  readonly input: Json;
  /** How it looks. */
  readonly schema?: Made;
}

/** What a target is given in place of the event; in the raw event of a function it stands under `input`. */
export type Transform<Made extends MessageSchema | undefined = undefined> =
  | TemplateTransform<Made>
  | PathTransform<Made>
  | ConstantTransform<Made>;

/** A transform as a declaration keeps it: its schema stands beside. */
export type TransformDetail =
  | Omit<TemplateTransform, 'schema'>
  | Omit<PathTransform, 'schema'>
  | Omit<ConstantTransform, 'schema'>;
