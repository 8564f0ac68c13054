import { readFileSync } from 'node:fs';

/**
 * The shapes of a service's API, from models/<id>.json. References are resolved on first use, so that loading a model
 * costs its parsing alone.
 */

export type ScalarType =
  | 'string'
  | 'number'
  | 'boolean'
  | 'bigint'
  | 'bigdecimal'
  | 'blob'
  | 'timestamp'
  | 'document';
export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

/** Traits of Smithy that decide the wire form. https://smithy.io/2.0/spec/protocol-traits.html */
export interface Traits {
  readonly http?: readonly [method: string, uri: string, status: number];
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpQuery?: string;
  readonly httpQueryParams?: 1;
  readonly httpLabel?: 1;
  readonly httpPayload?: 1;
  readonly httpResponseCode?: 1;
  readonly httpError?: number;
  readonly error?: 'client' | 'server';
  readonly awsQueryError?: readonly [code: string, status: number];
  readonly xmlName?: string;
  readonly xmlFlattened?: 1;
  readonly xmlAttribute?: 1;
  readonly xmlNamespace?: readonly [prefix: string, uri: string] | string;
  readonly jsonName?: string;
  readonly mediaType?: string;
  readonly streaming?: 1;
  readonly eventHeader?: 1;
  readonly eventPayload?: 1;
  readonly hostLabel?: 1;
}

export type Shape =
  | { readonly kind: 'unit' }
  | {
      readonly kind: 'scalar';
      readonly type: ScalarType;
      readonly format?: TimestampFormat;
      readonly streaming?: boolean;
      readonly traits: Traits;
    }
  | StructureShape
  | {
      readonly kind: 'list';
      readonly name: string;
      readonly member: Member;
      readonly traits: Traits;
    }
  | {
      readonly kind: 'map';
      readonly name: string;
      readonly key: Member;
      readonly value: Member;
      readonly traits: Traits;
    };

export interface StructureShape {
  readonly kind: 'structure';
  readonly name: string;
  readonly union: boolean;
  readonly members: readonly Member[];
  readonly byName: ReadonlyMap<string, Member>;
  readonly traits: Traits;
}

/** A place in a structure, list or map: a shape, and traits of the place over those of the shape. */
export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly shape: Shape;
  readonly traits: Traits;
}

export interface OperationModel {
  readonly name: string;
  readonly input: StructureShape;
  readonly output: StructureShape;
  /** Method, path template and status of REST services. */
  readonly http: readonly [method: string, uri: string, status: number] | undefined;
  /** Member of the input whose bytes are a stream. */
  readonly streamingInput: string | undefined;
  readonly streamingOutput: string | undefined;
  /** Member of the output that is a stream of events. */
  readonly eventStreamOutput: string | undefined;
}

export interface ErrorModel {
  readonly name: string;
  readonly shape: StructureShape;
}

export interface ServiceModel {
  readonly id: string;
  /** `restXml`, `restJson1`, `awsJson1_0`, `awsJson1_1`, `awsQuery`: what the service speaks when the request does not say. */
  readonly protocol: string;
  readonly protocols: readonly string[];
  /** `com.amazonaws.s3` */
  readonly namespace: string;
  readonly xmlNamespace: string | undefined;
  readonly targetPrefix: string | undefined;
  readonly queryCompatible: boolean;
  readonly operationNames: readonly string[];
  operation(name: string): OperationModel | undefined;
  error(name: string): ErrorModel | undefined;
  /** The error that goes under this code in the query protocol. */
  errorByQueryCode(code: string): ErrorModel | undefined;
}

type RawRef = number | string | readonly [number | string, RawTraits];
type RawTraits = number | Traits;
type RawShape =
  | readonly [3 | 4 | -3, RawTraits, readonly string[], readonly RawRef[], number]
  | readonly [1, RawTraits, RawRef]
  | readonly [2, RawTraits, RawRef, RawRef]
  | readonly [0, RawTraits, number];

interface RawModel {
  readonly id: string;
  readonly protocol: string;
  readonly protocols: readonly string[];
  readonly namespace?: string;
  readonly xmlNamespace?: string;
  readonly targetPrefix?: string;
  readonly queryCompatible: boolean;
  readonly operations: Readonly<Record<string, readonly [RawTraits, RawRef, RawRef]>>;
  readonly shapes: Readonly<Record<string, RawShape>>;
}

// The SDK packs frequent traits into bits: @smithy/core's schema, `translateTraits`.
const TRAIT_BITS = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
] as const;

const readTraits = (raw: RawTraits | undefined): Traits => {
  if (raw === undefined || raw === 0) return {};
  if (typeof raw !== 'number') return raw;
  return Object.fromEntries(
    TRAIT_BITS.filter((_, bit) => (raw & (1 << bit)) !== 0).map((name) => [name, 1]),
  );
};

const SCALARS: Readonly<
  Record<number, readonly [ScalarType, (TimestampFormat | undefined)?, boolean?]>
> = {
  0: ['string'],
  1: ['number'],
  2: ['boolean'],
  4: ['timestamp'],
  5: ['timestamp', 'date-time'],
  6: ['timestamp', 'http-date'],
  7: ['timestamp', 'epoch-seconds'],
  15: ['document'],
  17: ['bigint'],
  19: ['bigdecimal'],
  21: ['blob'],
  42: ['blob', undefined, true],
};

const LIST_OF = 64;
const MAP_OF = 128;
const UNIT = 'unit';

/** A class, since to V8 an object literal with getters is a dictionary, and every value of every request asks for its shape. */
class Place implements Member {
  readonly name: string;
  readonly required: boolean;
  readonly #own: Traits;
  readonly #resolve: () => Shape;
  #shape: Shape | undefined;
  #traits: Traits | undefined;

  constructor(name: string, required: boolean, own: Traits, resolve: () => Shape) {
    this.name = name;
    this.required = required;
    this.#own = own;
    this.#resolve = resolve;
  }

  get shape(): Shape {
    return (this.#shape ??= this.#resolve());
  }

  get traits(): Traits {
    const { shape } = this;
    return (this.#traits ??= shape.kind === 'unit' ? this.#own : { ...shape.traits, ...this.#own });
  }
}

const models = new Map<string, ServiceModel>();

/** The model of a service, read once. */
export const loadModel = (id: string): ServiceModel => {
  let model = models.get(id);
  if (model === undefined) {
    // Both src/cloud/core/protocols and dist/cloud/core/protocols lie four folders below the package.
    const text = readFileSync(new URL(`../../../../models/${id}.json`, import.meta.url), 'utf8');
    model = compileModel(JSON.parse(text) as RawModel);
    models.set(id, model);
  }
  return model;
};

const compileModel = (raw: RawModel): ServiceModel => {
  const shapes = new Map<string, Shape>();
  const simple = (code: number, traits: Traits): Shape => {
    if (code & LIST_OF)
      return { kind: 'list', name: 'List', member: place('member', code & ~LIST_OF), traits };
    if (code & MAP_OF)
      return {
        kind: 'map',
        name: 'Map',
        key: place('key', 0),
        value: place('value', code & ~MAP_OF),
        traits,
      };
    const [type, format, streaming] = SCALARS[code] ?? ['string'];
    return {
      kind: 'scalar',
      type,
      traits,
      ...(format === undefined ? {} : { format }),
      ...(streaming === true ? { streaming } : {}),
    };
  };
  const resolve = (ref: number | string, traits: Traits): Shape => {
    if (typeof ref === 'number') return simple(ref, traits);
    if (ref === UNIT || !(ref in raw.shapes)) return { kind: 'unit' };
    let shape = shapes.get(ref);
    if (shape === undefined) {
      shape = named(ref, raw.shapes[ref] as RawShape);
      shapes.set(ref, shape);
    }
    return shape;
  };
  const place = (name: string, ref: RawRef, required = false): Member => {
    const [target, own] = typeof ref === 'object' ? ref : [ref, undefined];
    const traits = readTraits(own);
    return new Place(name, required, traits, () => resolve(target, traits));
  };
  const named = (name: string, shape: RawShape): Shape => {
    const traits = readTraits(shape[1]);
    switch (shape[0]) {
      case 1:
        return { kind: 'list', name, member: place('member', shape[2]), traits };
      case 2:
        return {
          kind: 'map',
          name,
          key: place('key', shape[2]),
          value: place('value', shape[3]),
          traits,
        };
      case 0:
        return simple(shape[2], traits);
      default: {
        const [kind, , names, refs, required] = shape;
        const members = names.map((member, index) =>
          place(member, refs[index] ?? 0, index < required),
        );
        return {
          kind: 'structure',
          name,
          union: kind === 4,
          members,
          byName: new Map(members.map((member) => [member.name, member])),
          traits,
        };
      }
    }
  };
  const structure = (ref: RawRef): StructureShape => {
    const shape = resolve(typeof ref === 'object' ? ref[0] : ref, {});
    return shape.kind === 'structure' ? shape : EMPTY;
  };
  const operations = new Map<string, OperationModel>();
  const operation = (name: string): OperationModel | undefined => {
    const known = operations.get(name);
    if (known !== undefined) return known;
    const definition = Object.hasOwn(raw.operations, name) ? raw.operations[name] : undefined;
    if (definition === undefined) return undefined;
    const [input, output] = [structure(definition[1]), structure(definition[2])];
    const compiled: OperationModel = {
      name,
      input,
      output,
      http: readTraits(definition[0]).http,
      streamingInput: input.members.find(isByteStream)?.name,
      streamingOutput: output.members.find(isByteStream)?.name,
      eventStreamOutput: output.members.find(isEventStream)?.name,
    };
    operations.set(name, compiled);
    return compiled;
  };
  const errorNames = Object.keys(raw.shapes).filter((name) => raw.shapes[name]?.[0] === -3);
  const error = (name: string): ErrorModel | undefined =>
    Object.hasOwn(raw.shapes, name) && raw.shapes[name]?.[0] === -3
      ? { name, shape: structure(name) }
      : undefined;
  let byQueryCode: ReadonlyMap<string, string> | undefined;
  return {
    id: raw.id,
    protocol: raw.protocol,
    protocols: raw.protocols,
    namespace: raw.namespace ?? `com.amazonaws.${raw.id}`,
    xmlNamespace: raw.xmlNamespace,
    targetPrefix: raw.targetPrefix,
    queryCompatible: raw.queryCompatible,
    operationNames: Object.keys(raw.operations),
    operation,
    error,
    errorByQueryCode: (code) => {
      byQueryCode ??= new Map(
        errorNames.map((name) => [
          readTraits(raw.shapes[name]?.[1]).awsQueryError?.[0] ?? name,
          name,
        ]),
      );
      const name = byQueryCode.get(code);
      return name === undefined ? undefined : error(name);
    },
  };
};

const EMPTY: StructureShape = {
  kind: 'structure',
  name: 'Unit',
  union: false,
  members: [],
  byName: new Map(),
  traits: {},
};

const isByteStream = ({ shape }: Member) => shape.kind === 'scalar' && shape.streaming === true;
const isEventStream = ({ shape }: Member) =>
  shape.kind === 'structure' && shape.union && shape.traits.streaming === 1;
