import { join, relative, resolve } from 'node:path';
import { synthesise } from '../../synth/index.ts';
import { archiveKey, assemble } from '../assemble.ts';
import { CliError } from '../cli-error.ts';
import { quoted } from '../invocation.ts';
import type { BuildFlags, Session } from '../session.ts';
import { jsonLine } from '../session.ts';
import { showArchive } from '../show-archive.ts';
import { showWarnings } from '../show-warnings.ts';
import { duration, size } from '../wording.ts';

// An ES import of node:fs makes its streams, 4 ms; the built-in alone does not.
const { copyFileSync, mkdirSync, writeFileSync } = process.getBuiltinModule('node:fs');

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
  const template =
    archive === undefined
      ? synthesis.templateBody
      : synthesise(service, { artifactKey: archiveKey(service.name, archive) }).templateBody;
  writeOutputs(outDir, () => {
    writeFileSync(templatePath, template);
    if (archive !== undefined && archivePath !== undefined) copyFileSync(archive.path, archivePath);
  });
  if (flags.json === true)
    return jsonLine(terminal, {
      kind: 'built',
      template: templatePath,
      templateBytes: Buffer.byteLength(template),
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
  if (archive !== undefined && archivePath !== undefined)
    out(`Archive   ${shown(archivePath)}  ${style.dim(size(archive.sizeBytes))}`);
  out(
    `${style.good('✓')} ${service.name} built; nothing else was touched  ${style.dim(duration(performance.now() - start))}`,
  );
  out('To deploy it with the AWS CLI alone:');
  for (const line of awsCommands(
    service.name,
    shown(templatePath),
    Buffer.byteLength(template),
    archive === undefined || archivePath === undefined
      ? undefined
      : { path: shown(archivePath), key: archiveKey(service.name, archive) },
  ))
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

const awsCommands = (
  stackName: string,
  template: string,
  templateBytes: number,
  archive: { readonly path: string; readonly key: string } | undefined,
): readonly string[] => [
  ...(archive === undefined
    ? []
    : [`aws s3 cp ${quoted(archive.path)} s3://YOUR_BUCKET/${quoted(archive.key)}`]),
  [
    `aws cloudformation deploy --stack-name ${stackName} --template-file ${quoted(template)}`,
    '--capabilities CAPABILITY_NAMED_IAM',
    ...(archive === undefined ? [] : ['--parameter-overrides ArtifactBucket=YOUR_BUCKET']),
    ...(templateBytes > MAX_BODY_BYTES ? ['--s3-bucket YOUR_BUCKET'] : []),
  ].join(' '),
];
