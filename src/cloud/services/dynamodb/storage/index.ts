export type { KeyAttribute, KeySchema, KeyTexts } from './keys.ts';
export {
  hashOf,
  HASHES,
  indexKeyOf,
  keyAttributes,
  keyOf,
  keyOfItem,
  keyPart,
  primaryText,
} from './keys.ts';
export type { SortedList } from './sorted-list.ts';
export { createSortedList } from './sorted-list.ts';
export type { Entry, StoredItem, TableData, View } from './table-data.ts';
export { createTableData } from './table-data.ts';
export type {
  ChangeRecord,
  IndexProjection,
  IndexRecord,
  KeySchemaElement,
  StreamRecord,
  TableRecord,
  Throughput,
} from './table-record.ts';
export { schemaOf } from './table-record.ts';
