import type { Archive, TargetMachine } from '../bundle/index.ts';
import { bundleProgram, thisMachine } from '../bundle/index.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import type { Synthesis } from '../synth/index.ts';
import {
  assertNoProblems,
  SPLIT_ABOVE,
  synthesise,
  WITHOUT,
  withoutStatement,
} from '../synth/index.ts';
import { validateTemplate } from '../validate/index.ts';
import { AssemblyError } from './assembly-error.ts';

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

/**
 * Synthesises, validates, which finds every mistake in the program's declarations and its template, and starts to bundle.
 *
 * @throws {FrameworkError} when the program's declarations are wrong
 * @throws {NO_PROGRAM} when the file that runs cannot be told; by the archive, when its machine code fits not all functions
 */
export const assemble = (
  service: ServiceDeclaration,
  options: { readonly onThisMachine: boolean; readonly entry?: string; readonly outDir?: string },
): Assembly => {
  const synthesis = validated(service, synthesise(service, withoutStatement(process.env[WITHOUT])));
  if (synthesis.functions.length === 0) return { synthesis, archive: undefined, runsOn: undefined };
  const entry = options.entry ?? process.argv[1];
  if (entry === undefined)
    throw new AssemblyError(
      'NO_PROGRAM',
      'The file of this program cannot be told.',
      'Run it as "node app.ts provision".',
    );
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
  throw new AssemblyError(
    'NO_PROGRAM',
    `The functions are for ${architectures.join(' and ')}, and ${native.name} has machine code, which fits one of them.`,
    'Give every function of the service the same architecture.',
  );
};
