export { parseCron } from './cron.ts';
export type { ScheduleExpression } from './expression.ts';
export { parseScheduleExpression } from './expression.ts';
export { openTimeZone, UTC } from './time-zone.ts';
