import type { Session } from '../session.ts';
import { version } from '../version.ts';

/** `version`: of Sparta, Node and the machine, for a report of a defect. */
export const runVersion = ({ terminal }: Session): void => {
  terminal.out(`sparta ${version()}`);
  terminal.out(`node ${process.versions.node} on ${process.platform} ${process.arch}`);
};
