import { join, relative, resolve } from 'node:path';
import { synthesise } from '../../synth/index.ts';
import { archiveKey, assemble, divideService } from '../../assembly/index.ts';
import { CliError } from '../cli-error.ts';
import { quoted } from '../invocation.ts';
import type { BuildFlags, Session } from '../session.ts';
import { jsonLine } from '../session.ts';
import { showArchive } from '../show-archive.ts';
import { showWarnings } from '../show-warnings.ts';
import { count, duration, size } from '../wording.ts';

// An ES import of node:fs makes its streams, 4 ms; the built-in alone does not.
const { copyFileSync, mkdirSync, readFileSync, writeFileSync } =
  process.getBuiltinModule('node:fs');

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const MAX_BODY_BYTES = 51_200;

/** `build` and `provision --noop`: the template and the archive as files. Nothing is called, nothing is changed. */
export const runBuild = async (
  session: Session,
  flags: BuildFlags,
  options: { readonly onThisMachine: boolean },
): Promise<void> => {
  const { service, terminal } = session;
  const start = performance.now();
  const outDir = resolve(flags.out ?? join('.sparta', service.name));
  const { synthesis, archive: packing, runsOn } = assemble(service, options);
  showWarnings(session, flags, synthesis.warnings);
  const archive = await packing;
  const templatePath = join(outDir, 'template.json');
  const archivePath = archive === undefined ? undefined : join(outDir, `${archive.sha256}.zip`);
  const { templateBody: template, nested } = divideService(
    service,
    archive === undefined
      ? synthesis
      : synthesise(service, { artifactKey: archiveKey(service.name, archive) }),
    flags.deployed === undefined ? undefined : readDeployed(flags.deployed),
    ({ name }) => `${name}.template.json`,
  );
  const nestedPaths = nested.map(({ name }) => join(outDir, `${name}.template.json`));
  writeOutputs(outDir, () => {
    writeFileSync(templatePath, template);
    for (const [index, path] of nestedPaths.entries())
      writeFileSync(path, nested[index]?.body ?? '');
    if (archive !== undefined && archivePath !== undefined) copyFileSync(archive.path, archivePath);
  });
  if (flags.json === true)
    return jsonLine(terminal, {
      kind: 'built',
      template: templatePath,
      templateBytes: Buffer.byteLength(template),
      ...(nested.length === 0 ? {} : { nested: nestedPaths }),
      ...(archive === undefined
        ? {}
        : { archive: archivePath, sha256: archive.sha256, archiveBytes: archive.sizeBytes }),
      durationMs: performance.now() - start,
    });
  const { out, style } = terminal;
  if (archive !== undefined)
    showArchive(terminal, archive, {
      functions: synthesis.functions.length,
      architectures: [...new Set(synthesis.functions.map((fn) => fn.architecture))].sort(),
      runsOn,
      durationMs: performance.now() - start,
    });
  const shown = (path: string) => {
    const near = relative(process.cwd(), path);
    return near.startsWith('..') ? path : near;
  };
  out(`Template  ${shown(templatePath)}  ${style.dim(size(Buffer.byteLength(template)))}`);
  if (nested.length > 0)
    out(
      `          and ${count(nested.length, 'template')} nested in it, ${nested.map(({ name }) => `${name}.template.json`).join(', ')}`,
    );
  if (archive !== undefined && archivePath !== undefined)
    out(`Archive   ${shown(archivePath)}  ${style.dim(size(archive.sizeBytes))}`);
  out(
    `${style.good('✓')} ${service.name} built; nothing else was touched  ${style.dim(duration(performance.now() - start))}`,
  );
  if (nested.length > 0 && flags.deployed === undefined) {
    out(
      `If ${service.name} is deployed already, build it as it is split there: resources must not move.`,
    );
    out(
      `  aws cloudformation get-template --stack-name ${service.name} --query TemplateBody > deployed.json`,
    );
    out(`  ${session.program} build --deployed deployed.json`);
  }
  out('To deploy it with the AWS CLI alone:');
  for (const line of awsCommands({
    stackName: service.name,
    template: shown(templatePath),
    templateBytes: Buffer.byteLength(template),
    isNested: nested.length > 0,
    archive:
      archive === undefined || archivePath === undefined
        ? undefined
        : { path: shown(archivePath), key: archiveKey(service.name, archive) },
  }))
    out(`  ${line}`);
  return undefined;
};

const writeOutputs = (outDir: string, write: () => void) => {
  try {
    mkdirSync(outDir, { recursive: true });
    write();
  } catch (error) {
    throw new CliError(
      'OUTPUT_UNUSABLE',
      `${outDir} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
      { hint: 'Make it writable, or choose another folder with build --out DIR.', cause: error },
    );
  }
};

/** The template of the stack that is deployed, as the AWS CLI answers it: JSON, or a text that is JSON. */
const readDeployed = (file: string): string => {
  try {
    const text = readFileSync(file, 'utf8');
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch (error) {
    throw new CliError(
      'DEPLOYED_UNREADABLE',
      `--deployed ${file} cannot be read as a template in JSON: ${error instanceof Error ? error.message : String(error)}.`,
      {
        hint: 'Write it with "aws cloudformation get-template --stack-name NAME --query TemplateBody".',
        cause: error,
      },
    );
  }
};

interface Deployment {
  readonly stackName: string;
  readonly template: string;
  readonly templateBytes: number;
  readonly isNested: boolean;
  readonly archive: { readonly path: string; readonly key: string } | undefined;
}

/** `package` uploads the nested templates, and writes a root that names them. */
const awsCommands = ({
  stackName,
  template,
  templateBytes,
  isNested,
  archive,
}: Deployment): readonly string[] => {
  const packaged = template.replace(/template\.json$/, 'packaged.json');
  return [
    ...(archive === undefined
      ? []
      : [`aws s3 cp ${quoted(archive.path)} s3://YOUR_BUCKET/${quoted(archive.key)}`]),
    ...(isNested
      ? [
          `aws cloudformation package --template-file ${quoted(template)} --s3-bucket YOUR_BUCKET --s3-prefix ${stackName} --use-json --output-template-file ${quoted(packaged)}`,
        ]
      : []),
    [
      `aws cloudformation deploy --stack-name ${stackName} --template-file ${quoted(isNested ? packaged : template)}`,
      '--capabilities CAPABILITY_NAMED_IAM',
      ...(archive === undefined && !isNested
        ? []
        : ['--parameter-overrides ArtifactBucket=YOUR_BUCKET']),
      ...(templateBytes > MAX_BODY_BYTES ? ['--s3-bucket YOUR_BUCKET'] : []),
    ].join(' '),
  ];
};
