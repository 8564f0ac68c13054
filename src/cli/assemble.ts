import type { Archive, TargetMachine } from '../bundle/index.ts';
import { bundleProgram, thisMachine } from '../bundle/index.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import { resourceType } from '../schema/index.ts';
import type { Division, Synthesis, SynthesisOptions } from '../synth/index.ts';
import {
  assertNoProblems,
  divide,
  readPlacement,
  SPLIT_ABOVE,
  synthesise,
} from '../synth/index.ts';
import { validateTemplate } from '../validate/index.ts';
import { CliError } from './cli-error.ts';

// An ES import of node:fs makes its streams, 4 ms; the built-in alone does not.
const { realpathSync } = process.getBuiltinModule('node:fs');

/** A service, stated as a template and, soon, packed. */
export interface Assembly {
  readonly synthesis: Synthesis;
  /** Undefined for a service without functions. */
  readonly archive: Promise<Archive> | undefined;
  /** Set when functions run on another processor than their template says. */
  readonly runsOn: TargetMachine | undefined;
}

/** The key of an archive in its bucket: made from its content. */
export const archiveKey = (serviceName: string, archive: Archive): string =>
  `${serviceName}/${archive.sha256}.zip`;

/** Whether CloudFormation's schema says that an attribute is a list. */
const isList = (type: string, attribute: string): boolean =>
  resourceType(type)?.attributes.get(attribute)?.type.kind === 'list';

/**
 * Splits a service that outgrows a template.
 * @param deployedBody - Template of the stack that is deployed: what is in it stays where it is
 * @throws {DEPLOYED_UNREADABLE} when that is not JSON
 */
export const divideService = (
  { name }: ServiceDeclaration,
  synthesis: Synthesis,
  deployedBody: string | undefined,
  templateUrl: (nested: { readonly name: string; readonly body: string }) => unknown,
): Division => {
  const deployed = deployedBody === undefined ? undefined : readPlacement(deployedBody);
  if (deployedBody !== undefined && deployed === undefined)
    throw new CliError(
      'DEPLOYED_UNREADABLE',
      `The deployed template of ${name} is no JSON, so it cannot be told which stack its resources are in.`,
      {
        hint: 'A service with nested stacks must be split as it is deployed, or its resources would be made anew. Deploy its template as JSON (aws cloudformation package --use-json).',
      },
    );
  return divide(
    { ...synthesis, name },
    { templateUrl, isList, ...(deployed === undefined ? {} : { deployed }) },
  );
};

/**
 * Synthesises, validates, which finds every mistake in the program's declarations and its template, and starts to bundle.
 *
 * @throws {FrameworkError} when the program's declarations are wrong
 * @throws {NO_PROGRAM} when the file that runs cannot be told
 */
export const assemble = (
  service: ServiceDeclaration,
  options: { readonly onThisMachine: boolean; readonly entry?: string; readonly outDir?: string },
): Assembly => {
  const synthesis = validated(service, synthesise(service, withoutStatement(process.env[WITHOUT])));
  if (synthesis.functions.length === 0) return { synthesis, archive: undefined, runsOn: undefined };
  const entry = options.entry ?? process.argv[1];
  if (entry === undefined)
    throw new CliError('NO_PROGRAM', 'The file of this program cannot be told.', {
      hint: 'Run it as "node app.ts provision".',
    });
  const program = realpathSync(entry);
  const architectures = [...new Set(synthesis.functions.map((fn) => fn.architecture))].sort();
  const machine = thisMachine();
  const [architecture = 'arm64'] = architectures;
  const elsewhere =
    options.onThisMachine &&
    (architectures.some((stated) => stated !== machine.architecture) ||
      machine.platform !== 'linux');
  const archive = bundleProgram({
    entry: program,
    functions: synthesis.functions.map(({ name, module }) => ({ name, module: module ?? program })),
    clients: clientKinds(service),
    nodeMajor: Math.min(...synthesis.functions.map((fn) => nodeMajor(fn.runtime))),
    ...(options.onThisMachine ? machine : { architecture }),
    ...(options.outDir === undefined ? {} : { outDir: options.outDir }),
  }).then((made) => {
    if (!options.onThisMachine && architectures.length > 1) assertPortable(made, architectures);
    return made;
  });
  archive.catch(() => undefined);
  return { synthesis, archive, runsOn: elsewhere ? machine : undefined };
};

/** Stops with every problem of the template, before anything leaves the machine; what is hardly meant becomes a warning. */
const validated = (service: ServiceDeclaration, synthesis: Synthesis): Synthesis => {
  const { template, templateBody, origins, warnings } = synthesis;
  const isSplit = Object.keys(template.Resources).length > SPLIT_ABOVE;
  const findings = validateTemplate(template, { origins, body: templateBody, isSplit });
  assertNoProblems(
    service.name,
    findings.filter(({ severity }) => severity === 'problem'),
  );
  return { ...synthesis, warnings: [...warnings, ...findings] };
};

/** Names a statement that a program leaves out of its template: `FUNCTION#STATEMENT`. */
export const WITHOUT = 'SPARTA_WITHOUT';

/** `privileges --mutate` takes permissions away one by one, in the programs that its command runs. */
const withoutStatement = (text: string | undefined): SynthesisOptions => {
  const [, fn, statement] = /^(\w+)#(\d+)$/.exec(text ?? '') ?? [];
  return fn === undefined ? {} : { without: { function: fn, statement: Number(statement) } };
};

/** Kinds of clients that any function is granted; the others are not packed. */
const clientKinds = ({ functions }: ServiceDeclaration): readonly string[] => [
  ...new Set(
    functions.flatMap(({ grants }) =>
      Object.values(grants).flatMap(({ binding }) => (binding === undefined ? [] : [binding.kind])),
    ),
  ),
];

const DEFAULT_NODE = 24;

const nodeMajor = (runtime: string): number => {
  const major = /^nodejs(\d+)/.exec(runtime)?.[1];
  return major === undefined ? DEFAULT_NODE : Number(major);
};

/** One archive serves every function, so machine code in it fits one processor. */
const assertPortable = ({ natives }: Archive, architectures: readonly string[]) => {
  const [native] = natives;
  if (native === undefined) return;
  throw new CliError(
    'NO_PROGRAM',
    `The functions are for ${architectures.join(' and ')}, and ${native.name} has machine code, which fits one of them.`,
    { hint: 'Give every function of the service the same architecture.' },
  );
};
