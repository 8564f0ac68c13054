import { archiveKey, assemble } from '../assembly/index.ts';
import type { Artifact } from '../provision/index.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import { TestingError } from './testing-error.ts';

/**
 * Packs a service as `provision` does, for functions in processes of their own.
 *
 * @throws {NOT_PROVISIONED} when the program of the service cannot be told
 */
export const packFor = async (service: ServiceDeclaration): Promise<Artifact> => {
  const entry = service.declaredAt?.file;
  if (entry === undefined)
    throw new TestingError(
      'NOT_PROVISIONED',
      `The file that states ${service.name} cannot be told, so it cannot be packed. Run its handlers in the test's process.`,
    );
  const archive = await assemble(service, { onThisMachine: true, entry }).archive;
  if (archive === undefined)
    throw new TestingError('NOT_PROVISIONED', `${service.name} has no functions to pack.`);
  return {
    key: archiveKey(service.name, archive),
    bytes: () => process.getBuiltinModule('node:fs/promises').readFile(archive.path),
    sizeBytes: archive.sizeBytes,
    contentType: 'application/zip',
  };
};
