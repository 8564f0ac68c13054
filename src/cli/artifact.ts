import type { Archive } from '../bundle/index.ts';
import type { ArchiveContents, Artifact } from '../provision/index.ts';
import { archiveKey } from '../assembly/index.ts';

/** An archive as the deployer takes it. */
export const artifactOf = (serviceName: string, archive: Archive): Artifact => ({
  key: archiveKey(serviceName, archive),
  bytes: () => process.getBuiltinModule('node:fs/promises').readFile(archive.path),
  sizeBytes: archive.sizeBytes,
  contentType: 'application/zip',
  contents: contentsOf(archive),
});

const contentsOf = ({
  sizeBytes,
  unpackedBytes,
  packages,
  modules,
  natives,
}: Archive): ArchiveContents => ({
  sizeBytes,
  unpackedBytes,
  parts: [
    // The nameless package is the program itself, which is told module by module.
    ...packages
      .filter(({ name }) => name !== '')
      .map((made) => ({ name: made.name, kind: 'package' as const, sizeBytes: made.sizeBytes })),
    ...natives.map((made) => ({
      name: made.name,
      kind: 'native' as const,
      sizeBytes: made.sizeBytes,
    })),
    ...modules.map((made) => ({
      name: made.path,
      kind: 'module' as const,
      sizeBytes: made.sizeBytes,
    })),
  ],
});
